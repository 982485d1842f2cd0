package aws

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// readPlaces reads VPCs and subnets.
func (n *nativeReader) readPlaces() {
	for _, v := range parse(n, kindVPCs, func(v nativeVPC) string { return v.VpcId }) {
		n.add(terraform.Resource{Type: "aws_vpc", Name: v.VpcId, Body: body(
			terraform.Attr{Name: "id", Value: n.text(v.VpcId)},
			terraform.Attr{Name: "cidr_block", Value: n.text(v.CidrBlock)},
			terraform.Attr{Name: "default", Value: truth(v.IsDefault)},
			terraform.Attr{Name: "cidr_block_associations", Value: n.vpcBlocks(v)},
			terraform.Attr{Name: "tags", Value: n.tags(v.Tags)},
		)})
		n.blockedGateways(v.VpcId, v.BlockPublicAccessStates)
	}
	n.addPeerings()
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
		terraform.Attr{Name: "map_public_ip_on_launch", Value: truth(s.MapPublicIpOnLaunch)},
		terraform.Attr{Name: "tags", Value: n.tags(s.Tags)},
	)
	switch text := pointed(s.CidrBlock); {
	case text != "":
		b.Set("cidr_block", n.block(s.SubnetId, text, netip.Addr.Is4))
	case !s.Ipv6Native: // which have IPv6 alone
		b.Set("cidr_block", terraform.Unknown("no CIDR block is given"))
		n.warn(codeUnreadable, s.SubnetId, "it has no CIDR block, so that its addresses are not known")
	}
	n.setIPv6Blocks(&b, s)
	return b
}

// setIPv6Blocks sets the IPv6 block of a subnet, of which Terraform's resource has one.
func (n *nativeReader) setIPv6Blocks(b *terraform.Body, s nativeSubnet) {
	var six []string
	for _, a := range s.Ipv6CidrBlockAssociationSet {
		switch state := a.Ipv6CidrBlockState.State; state {
		case "disassociated", "failed":
			n.note("subnet-block", s.SubnetId, fmt.Sprintf("its IPv6 block %s is %s and not taken into account", a.Ipv6CidrBlock, state))
		case "associated", "associating", "": // in use, or about to be
			six = append(six, a.Ipv6CidrBlock)
		default:
			six = append(six, "")
			n.warn(codeUnreadable, s.SubnetId, fmt.Sprintf("whether its IPv6 block %s is in use is not known: it is %s", a.Ipv6CidrBlock, state))
		}
	}
	const attr = "ipv6_cidr_block"
	switch {
	case len(six) > 1:
		b.Set(attr, terraform.Unknown("it has several IPv6 blocks"))
		n.warn("not-modelled", s.SubnetId, "it has several IPv6 blocks, which cannot be told apart")
	case len(six) == 1:
		b.Set(attr, n.block(s.SubnetId, six[0], netip.Addr.Is6))
	case s.Ipv6Native:
		b.Set(attr, terraform.Unknown("no IPv6 block is given"))
		n.warn(codeUnreadable, s.SubnetId, "it has IPv6 alone and no IPv6 block, so that its addresses are not known")
	}
}

// block is the CIDR block of a subnet as a value; unknown, with a finding, where it is none of the family.
func (n *nativeReader) block(subnet, text string, family func(netip.Addr) bool) terraform.Value {
	if p, err := netip.ParsePrefix(text); err == nil && family(p.Addr()) {
		return n.text(text)
	}
	why := fmt.Sprintf("%q is no CIDR block of its family", text)
	n.warn(codeUnreadable, subnet, "the addresses of this subnet are not known: "+why)
	return terraform.Unknown(why)
}

// truth is a truth value; absent for nil.
func truth(b *bool) terraform.Value {
	if b == nil {
		return terraform.Value{}
	}
	return terraform.Bool(*b)
}

// vpcBlocks returns the blocks of a VPC beside its first, in the shape that the data source aws_vpc has them; absent
// where there are none.
func (n *nativeReader) vpcBlocks(v nativeVPC) terraform.Value {
	var out []terraform.Value
	add := func(text string) {
		if text != "" && text != v.CidrBlock {
			out = append(out, terraform.Object(map[string]terraform.Value{"cidr_block": n.text(text)}))
		}
	}
	for _, a := range v.CidrBlockAssociationSet {
		add(a.CidrBlock)
	}
	for _, a := range v.Ipv6CidrBlockAssociationSet {
		add(a.Ipv6CidrBlock)
	}
	if len(out) == 0 {
		return terraform.Value{}
	}
	return terraform.List(out...)
}

// addPeerings adds the VPC peering connections that are active, with the blocks of both sides.
func (n *nativeReader) addPeerings() {
	for _, p := range n.peerings {
		if !strings.EqualFold(p.Status.Code, "active") || p.RequesterVpcInfo.VpcId == "" || p.AccepterVpcInfo.VpcId == "" {
			continue
		}
		n.add(terraform.Resource{Type: peeringType, Name: p.VpcPeeringConnectionId, Body: body(
			terraform.Attr{Name: "id", Value: n.text(p.VpcPeeringConnectionId)},
			terraform.Attr{Name: "vpc_id", Value: n.text(p.RequesterVpcInfo.VpcId)},
			terraform.Attr{Name: "peer_vpc_id", Value: n.text(p.AccepterVpcInfo.VpcId)},
			terraform.Attr{Name: "cidr_blocks", Value: n.texts(p.RequesterVpcInfo.blocks())},
			terraform.Attr{Name: "peer_cidr_blocks", Value: n.texts(p.AccepterVpcInfo.blocks())},
		)})
	}
}

// blocks returns every block of a side, each once.
func (v peeredVPC) blocks() []string {
	out := []string{v.CidrBlock}
	for _, b := range v.CidrBlockSet {
		out = append(out, b.CidrBlock)
	}
	for _, b := range v.Ipv6CidrBlockSet {
		out = append(out, b.Ipv6CidrBlock)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return s == "" })
}

// publicAddresses returns the public addresses of an interface, in the shape that the data source
// aws_network_interface has them; absent where there are none.
func (n *nativeReader) publicAddresses(i nativeInterface) terraform.Value {
	texts := []string{i.Association.PublicIp}
	for _, a := range i.PrivateIpAddresses {
		texts = append(texts, a.Association.PublicIp)
	}
	slices.Sort(texts)
	var out []terraform.Value
	for _, text := range slices.Compact(texts) {
		if text != "" {
			out = append(out, terraform.Object(map[string]terraform.Value{"public_ip": n.text(text)}))
		}
	}
	if len(out) == 0 {
		return terraform.Value{}
	}
	return terraform.List(out...)
}

// pointed is the text that a pointer points to; empty for nil.
func pointed(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// readInterfaces reads network interfaces, of instances where those were not read.
func (n *nativeReader) readInterfaces() {
	all := parse(n, kindInterfaces, func(i nativeInterface) string { return i.NetworkInterfaceId })
	if _, read := n.Objects[kindInterfaces]; !read {
		all = n.instanceInterfaces()
	}
	n.LetGo(kindInterfaces)
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
	b := body(
		terraform.Attr{Name: "id", Value: n.text(i.NetworkInterfaceId)},
		terraform.Attr{Name: "description", Value: n.text(i.Description)},
		terraform.Attr{Name: "interface_type", Value: n.text(i.InterfaceType)},
		terraform.Attr{Name: "requester_id", Value: n.text(i.RequesterId)},
		terraform.Attr{Name: "source_dest_check", Value: truth(i.SourceDestCheck)},
		terraform.Attr{Name: "association", Value: n.publicAddresses(i)},
		terraform.Attr{Name: "availability_zone", Value: n.text(i.AvailabilityZone)},
		terraform.Attr{Name: "vpc_id", Value: n.text(i.VpcId)},
		terraform.Attr{Name: "subnet_id", Value: n.text(i.SubnetId)},
		terraform.Attr{Name: "tags", Value: n.tags(i.TagSet)},
	)
	n.setAddresses(&b, i)
	b.Set("security_groups", n.groupsOf(i))
	return b
}

// setAddresses sets the addresses of an interface. Every interface has one at least (Amazon EC2 user guide,
// elastic network interfaces).
func (n *nativeReader) setAddresses(b *terraform.Body, i nativeInterface) {
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
	if len(four)+len(six) == 0 {
		why := "no address of the interface is given"
		n.warn(codeNotRead, i.NetworkInterfaceId, why)
		b.Set("private_ips", terraform.Unknown(why))
	}
	for _, x := range []struct {
		attr  string
		texts []string
	}{{"private_ips", four}, {"ipv6_addresses", six}, {"ipv4_prefixes", four28}, {"ipv6_prefixes", six80}} {
		if v := n.addresses(i, x.texts); !v.IsAbsent() {
			b.Set(x.attr, v)
		}
	}
}

// addresses returns addresses or CIDR blocks of an interface as a list, absent where there are none; those that are
// none are unknown, with a finding.
func (n *nativeReader) addresses(i nativeInterface, texts []string) terraform.Value {
	if _, ok := addrBlocks(texts); ok {
		return n.texts(texts)
	}
	vs := make([]terraform.Value, len(texts))
	for at, t := range texts {
		if _, ok := addrBlocks([]string{t}); ok {
			vs[at] = n.text(t)
			continue
		}
		why := fmt.Sprintf("%q is no address", t)
		n.warn(codeUnreadable, i.NetworkInterfaceId, "not all addresses of this interface are known: "+why)
		vs[at] = terraform.Unknown(why)
	}
	return terraform.List(vs...)
}

// groupsOf returns the security groups of an interface; those that are not told by their ids are unknown, with
// a finding.
func (n *nativeReader) groupsOf(i nativeInterface) terraform.Value {
	if i.Groups == nil {
		why := "the groups of the interface are not given"
		n.warn(codeNotRead, i.NetworkInterfaceId, why)
		n.lacks(kindInterfaces, "", "of some the groups are not known")
		return terraform.Unknown(why)
	}
	groups, unknown := []string{}, []terraform.Value{}
	for _, g := range *i.Groups {
		if g.GroupId != "" {
			groups = append(groups, g.GroupId)
			n.worn[g.GroupId] = true
			continue
		}
		why := "a security group of the interface is given without its id: " + firstOf(g.GroupName, "without a name either")
		n.warn(codeUnreadable, i.NetworkInterfaceId, why)
		n.lacks(kindInterfaces, "", "of some the groups are not known")
		unknown = append(unknown, terraform.Unknown(why))
	}
	slices.Sort(groups)
	if len(unknown) == 0 {
		return terraform.Strings(groups...)
	}
	vs := make([]terraform.Value, len(groups))
	for at, g := range groups {
		vs[at] = n.text(g)
	}
	return terraform.List(append(vs, unknown...)...)
}
