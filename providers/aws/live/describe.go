package live

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// pages reads every page of a listing. A service that hands out the same token again would never end.
func pages(fetch func(token *string) (next *string, err error)) error {
	seen := map[string]bool{}
	for token := (*string)(nil); ; {
		next, err := fetch(token)
		if err != nil || aws.ToString(next) == "" {
			return err
		}
		if seen[*next] {
			return unreadError{"the pages go round in a circle"}
		}
		seen[*next] = true
		token = next
	}
}

// The largest pages that the API gives (EC2 API reference, MaxResults of each operation).
const (
	page     = 1000
	pageList = 100
	pageGone = 255
	// values is how many values a filter may have (EC2 user guide, list and filter your resources).
	values = 200
)

// inVPC is the filter for the one VPC; none where all of the region is read.
func (r *reader) inVPC() []types.Filter {
	if r.options.VPC == "" {
		return nil
	}
	return []types.Filter{{Name: aws.String("vpc-id"), Values: []string{r.options.VPC}}}
}

func (r *reader) readVPCs(ctx context.Context, s step) error {
	return pages(func(token *string) (*string, error) {
		out, err := r.ec2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{Filters: r.inVPC(), MaxResults: aws.Int32(page), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, put(r, s.kind, out.Vpcs)
	})
}

func (r *reader) readSubnets(ctx context.Context, s step) error {
	return pages(func(token *string) (*string, error) {
		out, err := r.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: r.inVPC(), MaxResults: aws.Int32(page), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, put(r, s.kind, out.Subnets)
	})
}

func (r *reader) readInterfaces(ctx context.Context, s step) error {
	return pages(func(token *string) (*string, error) {
		out, err := r.ec2.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{Filters: r.inVPC(),
			IncludeManagedResources: aws.Bool(true), MaxResults: aws.Int32(page), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, i := range out.NetworkInterfaces {
			for _, g := range i.Groups {
				r.worn[aws.ToString(g.GroupId)] = true
			}
		}
		return out.NextToken, put(r, s.kind, out.NetworkInterfaces)
	})
}

// readGroups reads security groups, those of other VPCs that interfaces have too (Amazon VPC user guide, associate
// security groups with multiple VPCs).
func (r *reader) readGroups(ctx context.Context, s step) error {
	if err := r.readGroupsWhere(ctx, s, r.inVPC()); err != nil {
		return err
	}
	var more []string
	for _, id := range slices.Sorted(maps.Keys(r.worn)) {
		if id != "" && !r.groups[id] {
			more = append(more, id)
		}
	}
	for ids := range slices.Chunk(more, values) {
		// A filter finds those that are there; asking for ids fails if one is gone.
		if err := r.readGroupsWhere(ctx, s, []types.Filter{{Name: aws.String("group-id"), Values: ids}}); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) readGroupsWhere(ctx context.Context, s step, filters []types.Filter) error {
	return pages(func(token *string) (*string, error) {
		out, err := r.ec2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{Filters: filters, MaxResults: aws.Int32(page), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, g := range out.SecurityGroups {
			r.groups[aws.ToString(g.GroupId)] = true
			r.owners[aws.ToString(g.OwnerId)]++
			for _, p := range slices.Concat(g.IpPermissions, g.IpPermissionsEgress) {
				r.noteRule(p, aws.ToString(g.VpcId))
			}
		}
		return out.NextToken, put(r, s.kind, out.SecurityGroups)
	})
}

// noteRule notes what a rule names that is to be read later.
func (r *reader) noteRule(p types.IpPermission, vpc string) {
	for _, l := range p.PrefixListIds {
		r.lists[aws.ToString(l.PrefixListId)] = true
	}
	for _, g := range p.UserIdGroupPairs {
		if aws.ToString(g.VpcPeeringConnectionId) != "" {
			r.peered[vpc] = true
		}
	}
}

// readRules reads the rules by themselves. They cannot be asked for by VPC, but by group.
func (r *reader) readRules(ctx context.Context, s step) error {
	if r.options.VPC == "" {
		return r.readRulesWhere(ctx, s, nil)
	}
	if _, read := r.out.Objects[kindGroups]; !read {
		return unreadError{"which security groups there are is not known"}
	}
	if err := put[types.SecurityGroupRule](r, s.kind, nil); err != nil {
		return err
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(r.groups)), values) {
		if err := r.readRulesWhere(ctx, s, []types.Filter{{Name: aws.String("group-id"), Values: ids}}); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) readRulesWhere(ctx context.Context, s step, filters []types.Filter) error {
	return pages(func(token *string) (*string, error) {
		out, err := r.ec2.DescribeSecurityGroupRules(ctx, &ec2.DescribeSecurityGroupRulesInput{Filters: filters, MaxResults: aws.Int32(page), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, x := range out.SecurityGroupRules {
			if id := aws.ToString(x.PrefixListId); id != "" {
				r.lists[id] = true
			}
		}
		return out.NextToken, put(r, s.kind, out.SecurityGroupRules)
	})
}

func (r *reader) readACLs(ctx context.Context, s step) error {
	return pages(func(token *string) (*string, error) {
		out, err := r.ec2.DescribeNetworkAcls(ctx, &ec2.DescribeNetworkAclsInput{Filters: r.inVPC(), MaxResults: aws.Int32(page), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, put(r, s.kind, out.NetworkAcls)
	})
}
