package aws

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// readPlaces reads VPCs and subnets.
func (n *nativeReader) readPlaces() {
	for _, v := range parse(n, kindVPCs, func(v nativeVPC) string { return v.VpcId }) {
		n.add(terraform.Resource{Type: "aws_vpc", Name: v.VpcId, Body: body(
			terraform.Attr{Name: "id", Value: n.text(v.VpcId)},
			terraform.Attr{Name: "cidr_block", Value: n.text(v.CidrBlock)},
			terraform.Attr{Name: "tags", Value: n.tags(v.Tags)},
		)})
		n.blockedGateways(v.VpcId, v.BlockPublicAccessStates)
	}
	n.subnets = parse(n, kindSubnets, func(s nativeSubnet) string { return s.SubnetId })
	for _, s := range n.subnets {
		n.add(terraform.Resource{Type: "aws_subnet", Name: s.SubnetId, Body: n.subnetBody(s)})
		n.blockedGateways(s.SubnetId, s.BlockPublicAccessStates)
	}
	if twice := overlapping(terraform.Module{Resources: n.resources}); len(twice) > 0 {
		n.report(model.Finding{Severity: model.Warning, Code: "overlapping-vpcs", Origin: model.Origin{Object: kindSubnets},
			Summary: fmt.Sprintf("%d subnets of different VPCs have addresses in common, so that it is not known which of their network ACLs are on an address", len(twice)),
			Advice:  "read one VPC at a time"})
	}
}

// blockedGateways reports VPC Block Public Access, which refuses traffic with internet gateways before any rule
// is asked (Amazon VPC user guide, block public access to VPCs and subnets).
func (n *nativeReader) blockedGateways(id string, s blockPublicAccess) {
	if mode := s.InternetGatewayBlockMode; mode != "" && mode != "off" {
		n.warn("not-modelled", id, "VPC Block Public Access ("+mode+") refuses traffic with internet gateways and is not taken into account")
	}
}

func (n *nativeReader) subnetBody(s nativeSubnet) terraform.Body {
	b := body(
		terraform.Attr{Name: "id", Value: n.text(s.SubnetId)},
		terraform.Attr{Name: "vpc_id", Value: n.text(s.VpcId)},
		terraform.Attr{Name: "availability_zone", Value: n.text(s.AvailabilityZone)},
		terraform.Attr{Name: "tags", Value: n.tags(s.Tags)},
	)
	if s.CidrBlock != nil {
		b.Set("cidr_block", n.text(*s.CidrBlock))
	}
	var six []string
	for _, a := range s.Ipv6CidrBlockAssociationSet {
		switch state := a.Ipv6CidrBlockState.State; state {
		case "associated", "associating", "": // in use, or about to be
			six = append(six, a.Ipv6CidrBlock)
		default:
			n.note("subnet-block", s.SubnetId, fmt.Sprintf("its IPv6 block %s is %s and not taken into account", a.Ipv6CidrBlock, state))
		}
	}
	switch len(six) {
	case 0:
	case 1:
		b.Set("ipv6_cidr_block", n.text(six[0]))
	default: // Terraform's resource has one
		b.Set("ipv6_cidr_block", terraform.Unknown("it has several IPv6 blocks"))
		n.warn("not-modelled", s.SubnetId, "it has several IPv6 blocks, which cannot be told apart")
	}
	if s.CidrBlock == nil && len(six) == 0 {
		b.Set("cidr_block", terraform.Unknown("no CIDR block is given"))
		n.warn(codeUnreadable, s.SubnetId, "it has no CIDR block, so that its addresses are not known")
	}
	return b
}

// readInterfaces reads network interfaces, of instances where those were not read.
func (n *nativeReader) readInterfaces() {
	all := parse(n, kindInterfaces, func(i nativeInterface) string { return i.NetworkInterfaceId })
	if _, read := n.Objects[kindInterfaces]; !read {
		all = n.instanceInterfaces()
	}
	delegated := 0
	for _, i := range all {
		delegated += min(1, len(i.Ipv4Prefixes)+len(i.Ipv6Prefixes))
		n.add(terraform.Resource{Type: interfaceType, Name: i.NetworkInterfaceId, Body: n.interfaceBody(i)})
	}
	if delegated > 0 {
		n.note("delegated-prefixes", kindInterfaces, fmt.Sprintf("%d interfaces have prefixes delegated to them, whose addresses are taken to belong to the interface's security groups", delegated))
	}
	why := n.missing(kindInterfaces)
	if why == "" {
		return
	}
	n.need(kindInterfaces)
	n.add(terraform.Resource{Type: interfaceType, Name: unread, Uncertain: why, Body: body(
		terraform.Attr{Name: "security_groups", Value: terraform.Unknown(why)},
	)})
}

// instanceInterfaces returns the interfaces of instances: not those of load balancers, functions and
// whatever else has some.
func (n *nativeReader) instanceInterfaces() []nativeInterface {
	byID := map[string]nativeInterface{}
	var ids []string
	for _, r := range parse(n, kindReservations, func(r nativeReservation) string { return r.ReservationId }) {
		for _, i := range r.Instances {
			for _, x := range i.NetworkInterfaces {
				if _, seen := byID[x.NetworkInterfaceId]; x.NetworkInterfaceId != "" && !seen {
					byID[x.NetworkInterfaceId] = x
					ids = append(ids, x.NetworkInterfaceId)
				}
			}
		}
	}
	slices.Sort(ids)
	out := make([]nativeInterface, len(ids))
	for i, id := range ids {
		out[i] = byID[id]
	}
	return out
}

func (n *nativeReader) interfaceBody(i nativeInterface) terraform.Body {
	var four, six, four28, six80 []string
	for _, a := range i.PrivateIpAddresses {
		four = append(four, a.PrivateIpAddress)
	}
	if i.PrivateIpAddress != "" && !slices.Contains(four, i.PrivateIpAddress) {
		four = append(four, i.PrivateIpAddress)
	}
	for _, a := range i.Ipv6Addresses {
		six = append(six, a.Ipv6Address)
	}
	for _, p := range i.Ipv4Prefixes {
		four28 = append(four28, p.Ipv4Prefix)
	}
	for _, p := range i.Ipv6Prefixes {
		six80 = append(six80, p.Ipv6Prefix)
	}
	b := body(
		terraform.Attr{Name: "id", Value: n.text(i.NetworkInterfaceId)},
		terraform.Attr{Name: "description", Value: n.text(i.Description)},
		terraform.Attr{Name: "interface_type", Value: n.text(i.InterfaceType)},
		terraform.Attr{Name: "subnet_id", Value: n.text(i.SubnetId)},
		terraform.Attr{Name: "private_ips", Value: n.texts(four)},
		terraform.Attr{Name: "ipv6_addresses", Value: n.texts(six)},
		terraform.Attr{Name: "ipv4_prefixes", Value: n.texts(four28)},
		terraform.Attr{Name: "ipv6_prefixes", Value: n.texts(six80)},
		terraform.Attr{Name: "tags", Value: n.tags(i.TagSet)},
	)
	if i.Groups == nil {
		why := "the groups of the interface are not given"
		n.warn(codeNotRead, i.NetworkInterfaceId, why)
		b.Set("security_groups", terraform.Unknown(why))
		return b
	}
	groups := []string{}
	for _, g := range *i.Groups {
		if g.GroupId != "" {
			groups = append(groups, g.GroupId)
			n.worn[g.GroupId] = true
		}
	}
	slices.Sort(groups)
	b.Set("security_groups", terraform.Strings(groups...))
	return b
}
