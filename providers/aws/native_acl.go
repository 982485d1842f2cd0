package aws

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// aclSheet is what network ACLs say of the subnets that they are on.
type aclSheet struct {
	acls []nativeACL
	// holders are the ids of the ACLs that list a subnet, each once.
	holders map[string][]string
	// standard is by VPC the default ACL.
	standard map[string]string
	// open says why an ACL may be on more subnets than it lists; absent: it is not.
	open map[string]string
}

// aclSheet reads network ACLs.
func (n *nativeReader) aclSheet() aclSheet {
	s := aclSheet{holders: map[string][]string{}, standard: map[string]string{}, open: map[string]string{}}
	s.acls = parse(n, kindACLs, func(a nativeACL) string { return a.NetworkAclId })
	for _, a := range s.acls {
		if a.IsDefault != nil && *a.IsDefault {
			s.standard[a.VpcId] = a.NetworkAclId
		}
		why := n.lackOf[kindObject{kindACLs, a.NetworkAclId}]
		if a.Associations == nil {
			why = firstOf(why, "its associations were not printed")
		} else {
			for _, x := range *a.Associations {
				switch h := s.holders[x.SubnetId]; {
				case x.SubnetId == "":
					why = firstOf(why, "an association names no subnet")
				case !slices.Contains(h, a.NetworkAclId):
					s.holders[x.SubnetId] = append(h, a.NetworkAclId)
				}
			}
		}
		if why != "" {
			s.open[a.NetworkAclId] = why
		}
	}
	return s
}

// readACLs reads network ACLs with their entries and subnets. A subnet without an association has
// the default ACL of its VPC, and none has two (Amazon VPC user guide, network ACL basics).
func (n *nativeReader) readACLs() {
	sheet := n.aclSheet()
	more := map[string][]string{} // by ACL, subnets that it does not list
	var bare []string             // subnets whose ACL is not known
	for _, s := range n.subnets {
		switch acl := sheet.standard[s.VpcId]; {
		case len(sheet.holders[s.SubnetId]) > 0:
		case acl != "" && n.lack[kindACLs] == "" && len(sheet.open) == 0:
			more[acl] = append(more[acl], s.SubnetId)
		default:
			bare = append(bare, s.SubnetId)
		}
	}
	for _, a := range sheet.acls {
		n.addACL(a, n.aclSubnets(a, sheet, more[a.NetworkAclId]))
	}
	n.addDisputed(sheet.holders)
	n.addUnreadACL(bare)
	n.addUnreadSubnets(sheet.holders)
}

// aclSubnets returns the subnets of an ACL as a value, with those that it does not list. Those that another lists
// too are not among them.
func (n *nativeReader) aclSubnets(a nativeACL, sheet aclSheet, more []string) terraform.Value {
	ids := slices.Clone(more)
	if a.Associations != nil {
		for _, x := range *a.Associations {
			if len(sheet.holders[x.SubnetId]) == 1 {
				ids = append(ids, x.SubnetId)
			}
		}
	}
	slices.Sort(ids)
	why := sheet.open[a.NetworkAclId]
	if why == "" {
		return terraform.Strings(slices.Compact(ids)...)
	}
	n.warn(codeUnreadable, a.NetworkAclId, "not all subnets that this network ACL is on are known: "+why)
	var subnets []terraform.Value
	for _, id := range slices.Compact(ids) {
		subnets = append(subnets, n.text(id))
	}
	return terraform.List(append(subnets, terraform.Unknown(why))...)
}

// addDisputed adds the subnets that several ACLs list: each of these is on it perhaps.
func (n *nativeReader) addDisputed(holders map[string][]string) {
	for _, subnet := range slices.Sorted(maps.Keys(holders)) {
		acls := slices.Sorted(slices.Values(holders[subnet]))
		if len(acls) < 2 {
			continue
		}
		why := "network ACLs " + strings.Join(acls, " and ") + " both list the subnet, and a subnet has one"
		n.warn(codeContradiction, subnet, why)
		for _, acl := range acls {
			n.add(terraform.Resource{Type: aclAssociationType, Name: acl + " " + subnet, Uncertain: why, Body: body(
				terraform.Attr{Name: "network_acl_id", Value: n.text(acl)},
				terraform.Attr{Name: "subnet_id", Value: n.text(subnet)},
			)})
		}
	}
}

// addUnreadACL adds an ACL of which nothing is known for subnets whose own is not.
func (n *nativeReader) addUnreadACL(bare []string) {
	subnets := make([]terraform.Value, 0, len(bare)+1)
	for _, s := range bare {
		subnets = append(subnets, n.text(s))
	}
	why, whySubnets := n.missing(kindACLs), n.missing(kindSubnets)
	if why != "" && whySubnets != "" {
		subnets = append(subnets, terraform.Unknown(whySubnets))
		n.need(kindSubnets)
	}
	if len(subnets) == 0 {
		return
	}
	n.need(kindACLs)
	if why == "" {
		why = "the network ACL of the subnet is not among those that were read"
		n.warn(codeNotRead, bare[0], fmt.Sprintf("%d subnets have no network ACL among those that were read, or may be on another one, or the default ACL of their VPC is not among them", len(bare)))
	}
	n.add(terraform.Resource{Type: aclType, Name: unread, Body: body(
		terraform.Attr{Name: "ingress", Value: terraform.Unknown(why)},
		terraform.Attr{Name: "egress", Value: terraform.Unknown(why)},
		terraform.Attr{Name: "subnet_ids", Value: terraform.List(subnets...)},
	)})
}

// addUnreadSubnets adds the subnets that have an ACL and that were not read: which addresses they
// hold is not known.
func (n *nativeReader) addUnreadSubnets(holders map[string][]string) {
	for _, s := range n.subnets {
		delete(holders, s.SubnetId)
	}
	for _, id := range slices.Sorted(maps.Keys(holders)) {
		why := firstOf(n.missing(kindSubnets), "the subnet is not among those that were read")
		if n.missing(kindSubnets) == "" {
			n.warn(codeNotRead, id, "a network ACL is on this subnet, which is not among those that were read, so that its addresses are not known")
		}
		n.need(kindSubnets)
		n.add(terraform.Resource{Type: "aws_subnet", Name: id, Body: body(
			terraform.Attr{Name: "id", Value: n.text(id)},
			terraform.Attr{Name: "cidr_block", Value: terraform.Unknown(why)},
			terraform.Attr{Name: "ipv6_cidr_block", Value: terraform.Unknown(why)},
		)})
	}
}

// addACL adds an ACL on its subnets.
func (n *nativeReader) addACL(a nativeACL, subnets terraform.Value) {
	typ := aclType
	if a.IsDefault != nil && *a.IsDefault {
		typ = "aws_default_network_acl"
	}
	r := terraform.Resource{Type: typ, Name: a.NetworkAclId, Body: body(
		terraform.Attr{Name: "id", Value: n.text(a.NetworkAclId)},
		terraform.Attr{Name: "vpc_id", Value: n.text(a.VpcId)},
		terraform.Attr{Name: "owner_id", Value: n.text(a.OwnerId)},
		terraform.Attr{Name: "subnet_ids", Value: subnets},
		terraform.Attr{Name: "tags", Value: n.tags(a.Tags)},
	)}
	why := n.lackOf[kindObject{kindACLs, a.NetworkAclId}]
	if a.Entries == nil {
		why = firstOf(why, "its entries were not printed")
	} else {
		eachPart(*a.Entries, func(i int, e nativeEntry, doubt string) {
			if e.Egress == nil {
				why = firstOf(why, fmt.Sprintf("entry %d: %s", i+1, firstOf(doubt, "it does not say in which direction")))
				return
			}
			n.addEntry(&r, e, doubt)
		})
	}
	if why != "" {
		n.warn(codeUnreadable, a.NetworkAclId, "not all entries of this network ACL are known: "+why)
		r.Set("ingress", terraform.Unknown(why))
		r.Set("egress", terraform.Unknown(why))
	}
	n.add(r)
}

// addEntry adds an entry to an ACL; why is why it is not known in full.
func (n *nativeReader) addEntry(r *terraform.Resource, e nativeEntry, why string) {
	typ := "ingress"
	if *e.Egress {
		typ = "egress"
	}
	b := body(
		terraform.Attr{Name: "rule_no", Value: given(e.RuleNumber)},
		terraform.Attr{Name: "action", Value: given(e.RuleAction)},
		terraform.Attr{Name: "protocol", Value: given(e.Protocol)},
	)
	if why != "" {
		b.Set("action", terraform.Unknown(why))
	}
	if e.CidrBlock != nil {
		b.Set("cidr_block", n.text(*e.CidrBlock))
	}
	if e.Ipv6CidrBlock != nil {
		b.Set("ipv6_cidr_block", n.text(*e.Ipv6CidrBlock))
	}
	if p := e.PortRange; p != nil {
		b.Set("from_port", count(p.From))
		b.Set("to_port", count(p.To))
	}
	switch p, _ := protocol(b.Get("protocol")); {
	case e.IcmpTypeCode != nil:
		b.Set("icmp_type", count(e.IcmpTypeCode.Type))
		b.Set("icmp_code", count(e.IcmpTypeCode.Code))
	case p == model.ICMP, p == model.ICMPv6:
		// Terraform takes a message that is not set for echo reply.
		b.Set("icmp_type", terraform.Unknown("no IcmpTypeCode is given"))
	}
	r.Blocks = append(r.Blocks, terraform.Block{Type: typ, Body: b})
}

// given is a text or a whole number as a value; unknown for anything else.
func given(v any) terraform.Value {
	switch v := v.(type) {
	case string:
		return terraform.String(v)
	case float64:
		if v == float64(int64(v)) {
			return terraform.Int(int64(v))
		}
	}
	return terraform.Unknown("not given, or not readable")
}

// count is a number as a value; unknown where it is not given.
func count(i *int64) terraform.Value {
	if i == nil {
		return terraform.Unknown("not given")
	}
	return terraform.Int(*i)
}
