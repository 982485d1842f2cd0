package live

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// ownerAWS is the owner of the lists of AWS's own services.
const ownerAWS = "AWS"

// readLists reads the prefix lists of the account, and those of AWS that rules name, with
// their entries.
func (r *reader) readLists(ctx context.Context, s step) error {
	var ids []string
	err := pages(func(token *string) (*string, error) {
		out, err := r.ec2.DescribeManagedPrefixLists(ctx, &ec2.DescribeManagedPrefixListsInput{MaxResults: aws.Int32(pageList), NextToken: token})
		if err != nil {
			return nil, err
		}
		lists := slices.DeleteFunc(out.PrefixLists, func(l types.ManagedPrefixList) bool {
			return aws.ToString(l.OwnerId) == ownerAWS && !r.lists[aws.ToString(l.PrefixListId)]
		})
		for _, l := range lists {
			ids = append(ids, aws.ToString(l.PrefixListId))
		}
		return out.NextToken, put(r, s.kind, lists)
	})
	entries := step{kind: kindListEntries, call: "GetManagedPrefixListEntries"}
	if err != nil {
		// Those that rules name can be asked for all the same.
		ids = append(ids, slices.Sorted(maps.Keys(r.lists))...)
		r.failed(ctx, s, "", err)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if r.stop != "" {
			r.gap(entries.kind, id, entries.call, r.stop)
			continue
		}
		if err := r.readEntries(ctx, entries, id); err != nil {
			r.failed(ctx, entries, id, err)
		}
	}
	if err == nil && r.stop == "" {
		return put[listEntry](r, entries.kind, nil) // lists may be empty, or there may be none
	}
	return nil
}

// listEntry is an entry of a prefix list, with its list, which the API leaves out.
type listEntry struct {
	PrefixListId      *string
	Cidr, Description *string
}

// readEntries reads a list from its first page to its last; its entries count only together.
func (r *reader) readEntries(ctx context.Context, s step, id string) error {
	var all []listEntry
	err := pages(func(token *string) (*string, error) {
		out, err := r.ec2.GetManagedPrefixListEntries(ctx, &ec2.GetManagedPrefixListEntriesInput{PrefixListId: aws.String(id), MaxResults: aws.Int32(pageList), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, e := range out.Entries {
			all = append(all, listEntry{aws.String(id), e.Cidr, e.Description})
		}
		return out.NextToken, nil
	})
	if err != nil {
		return err
	}
	return put(r, s.kind, all)
}

// readPeerings reads the peering connections, where rules name groups beyond one.
func (r *reader) readPeerings(ctx context.Context, s step) error {
	if len(r.peered) == 0 {
		return nil
	}
	return pages(func(token *string) (*string, error) {
		out, err := r.ec2.DescribeVpcPeeringConnections(ctx, &ec2.DescribeVpcPeeringConnectionsInput{MaxResults: aws.Int32(page), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, put(r, s.kind, out.VpcPeeringConnections)
	})
}

// readStale reads the stale rules of the VPCs that have rules which may be.
func (r *reader) readStale(ctx context.Context, s step) error {
	for _, vpc := range slices.Sorted(maps.Keys(r.peered)) {
		err := pages(func(token *string) (*string, error) {
			out, err := r.ec2.DescribeStaleSecurityGroups(ctx, &ec2.DescribeStaleSecurityGroupsInput{VpcId: aws.String(vpc), MaxResults: aws.Int32(pageGone), NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, put(r, s.kind, out.StaleSecurityGroupSet)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
