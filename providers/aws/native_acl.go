package aws

import (
	"fmt"
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// readACLs reads network ACLs with their entries and subnets. A subnet without an association has
// the default ACL of its VPC (Amazon VPC user guide, network ACL basics).
func (n *nativeReader) readACLs() {
	acls := parse(n, kindACLs, func(a nativeACL) string { return a.NetworkAclId })
	associated := map[string]bool{}
	standard := map[string]string{} // by VPC, the default ACL
	for _, a := range acls {
		for _, s := range a.Associations {
			associated[s.SubnetId] = true
		}
		if a.IsDefault != nil && *a.IsDefault {
			standard[a.VpcId] = a.NetworkAclId
		}
	}
	more := map[string][]string{} // by ACL, subnets that it does not list
	var bare []string             // subnets whose ACL is not known
	for _, s := range n.subnets {
		switch acl := standard[s.VpcId]; {
		case associated[s.SubnetId]:
		case acl != "" && n.lack[kindACLs] == "":
			more[acl] = append(more[acl], s.SubnetId)
		default:
			bare = append(bare, s.SubnetId)
		}
	}
	for _, a := range acls {
		n.addACL(a, more[a.NetworkAclId])
	}
	n.addUnreadACL(bare)
	n.addUnreadSubnets(associated)
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
		n.warn(codeNotRead, bare[0], fmt.Sprintf("%d subnets have no network ACL among those that were read, and the default ACL of their VPC is not among them either", len(bare)))
	}
	n.add(terraform.Resource{Type: aclType, Name: unread, Body: body(
		terraform.Attr{Name: "ingress", Value: terraform.Unknown(why)},
		terraform.Attr{Name: "egress", Value: terraform.Unknown(why)},
		terraform.Attr{Name: "subnet_ids", Value: terraform.List(subnets...)},
	)})
}

// addUnreadSubnets adds the subnets that have an ACL and that were not read: which addresses they
// hold is not known.
func (n *nativeReader) addUnreadSubnets(associated map[string]bool) {
	for _, s := range n.subnets {
		delete(associated, s.SubnetId)
	}
	for _, id := range slices.Sorted(maps.Keys(associated)) {
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

// addACL adds an ACL, with subnets besides those that it lists.
func (n *nativeReader) addACL(a nativeACL, more []string) {
	subnets := slices.Clone(more)
	for _, s := range a.Associations {
		subnets = append(subnets, s.SubnetId)
	}
	slices.Sort(subnets)
	typ := aclType
	if a.IsDefault != nil && *a.IsDefault {
		typ = "aws_default_network_acl"
	}
	r := terraform.Resource{Type: typ, Name: a.NetworkAclId, Body: body(
		terraform.Attr{Name: "id", Value: n.text(a.NetworkAclId)},
		terraform.Attr{Name: "vpc_id", Value: n.text(a.VpcId)},
		terraform.Attr{Name: "owner_id", Value: n.text(a.OwnerId)},
		terraform.Attr{Name: "subnet_ids", Value: terraform.Strings(slices.Compact(subnets)...)},
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
