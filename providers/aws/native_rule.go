package aws

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// nativeRule is a rule of a security group with one peer, whichever form it was read in.
type nativeRule struct {
	ruleKey
	// id and description are empty where they are not known: the bundled form has no ids.
	id, description string
	// pair says more of a peer that is a security group; nil for others.
	pair *groupPair
	tags []nativeTag
	// why says why the rule is not known in full; empty: it is.
	why string
}

// ruleKey is what makes two rules of a group the same: everything but the description (EC2 API,
// AuthorizeSecurityGroupIngress), in one spelling.
type ruleKey struct {
	egress   bool
	protocol string // "-1", a name, or a number
	// from and to are noPort where they are not given or do not count.
	from, to int32
	peerKind string // the attribute of Terraform's rule; empty: the peer is not known
	peer     string
}

// compare orders rules by what they say.
func (k ruleKey) compare(o ruleKey) int {
	switch {
	case k.egress != o.egress && o.egress:
		return -1
	case k.egress != o.egress:
		return 1
	}
	return cmp.Or(cmp.Compare(k.protocol, o.protocol), cmp.Compare(k.from, o.from), cmp.Compare(k.to, o.to),
		cmp.Compare(k.peerKind, o.peerKind), cmp.Compare(k.peer, o.peer))
}

// noPort is a port, or an ICMP type or code, that is not given.
const noPort = -1 << 31

// The attributes that name the peer of a rule.
const (
	peerIPv4  = "cidr_ipv4"
	peerIPv6  = "cidr_ipv6"
	peerList  = "prefix_list_id"
	peerGroup = "referenced_security_group_id"
)

// portsOf sets protocol and ports in their one spelling: where all ports match whatever is written, there
// are none (EC2 API, IpPermission).
func (k *ruleKey) portsOf(protocol string, from, to *int32) {
	k.protocol = strings.ToLower(strings.TrimSpace(protocol))
	k.from, k.to = noPort, noPort
	p, ok := parseProtocol(k.protocol)
	if !ok {
		p = model.TCP // whatever is given is kept
	} else {
		k.protocol = nativeProtocol(p)
	}
	if p != model.TCP && p != model.UDP && !p.IsICMP() {
		return
	}
	if from != nil {
		k.from = *from
	}
	if to != nil {
		k.to = *to
	}
	if p.IsICMP() && (k.from == -1 || p == model.ICMPv6 && k.from == noPort && k.to == noPort) {
		k.from, k.to = -1, -1 // every message
	}
}

// nativeProtocol is a protocol as the API prints it.
func nativeProtocol(p model.Protocol) string {
	if p == model.AnyProtocol {
		return "-1"
	}
	return protocolText(p)
}

// cidrText spells a CIDR block as AWS does, without host bits; text that is none is left.
func cidrText(s string) string {
	if p, err := netip.ParsePrefix(strings.TrimSpace(s)); err == nil {
		return p.Masked().String()
	}
	return s
}

// importID is the id by which Terraform imports a rule that has none of its own (documentation of
// aws_security_group_rule, import).
func (k ruleKey) importID(group string) string {
	dir := "ingress"
	if k.egress {
		dir = "egress"
	}
	protocol, peer := k.protocol, k.peer
	if protocol == "-1" {
		protocol = "all"
	}
	if k.peerKind == "" {
		peer = "unknown"
	}
	port := func(p int32) string {
		if p == noPort {
			return "0"
		}
		return fmt.Sprint(p)
	}
	return strings.Join([]string{group, dir, protocol, port(k.from), port(k.to), peer}, "_")
}

// called is the id of a rule of a group, or that by which Terraform imports it.
func (r nativeRule) called(group string) string {
	if r.id != "" {
		return r.id
	}
	return r.importID(group)
}

// bundled calls f for the rules of an IpPermission.
func (n *nativeReader) bundled(p ipPermission, why string, egress bool, f func(nativeRule)) {
	none := true
	add := func(kind, peer, description string, pair *groupPair) {
		none = false
		r := nativeRule{description: description, pair: pair, why: why}
		r.egress, r.peerKind, r.peer = egress, kind, peer
		if peer == "" {
			r.peerKind, r.why = "", firstOf(why, "it has a peer without a name")
		}
		r.portsOf(p.IpProtocol, p.FromPort, p.ToPort)
		f(r)
	}
	for _, x := range p.IpRanges {
		add(peerIPv4, cidrText(x.CidrIp), x.Description, nil)
	}
	for _, x := range p.Ipv6Ranges {
		add(peerIPv6, cidrText(x.CidrIpv6), x.Description, nil)
	}
	for _, x := range p.PrefixListIds {
		add(peerList, x.PrefixListId, x.Description, nil)
	}
	for _, x := range p.UserIdGroupPairs {
		add(peerGroup, x.GroupId, x.Description, n.pair(x))
	}
	if none {
		why = firstOf(why, "it names no peer")
		add("", "", "", nil)
	}
}

// separate reads a SecurityGroupRule; false where it does not say of which group it is, or in which
// direction.
func separate(x nativeGroupRule, why string) (r nativeRule, ok bool) {
	if x.GroupId == "" || x.IsEgress == nil {
		return nativeRule{}, false
	}
	r = nativeRule{id: x.SecurityGroupRuleId, description: x.Description, tags: x.Tags, why: why}
	r.portsOf(x.IpProtocol, x.FromPort, x.ToPort)
	set := 0
	peer := func(kind string, text *string) {
		if text != nil && *text != "" {
			r.peerKind, r.peer = kind, *text
			set++
		}
	}
	peer(peerIPv4, x.CidrIpv4)
	peer(peerIPv6, x.CidrIpv6)
	if r.peer != "" {
		r.peer = cidrText(r.peer)
	}
	peer(peerList, x.PrefixListId)
	if g := x.ReferencedGroupInfo; g != nil {
		r.pair = g
		peer(peerGroup, &g.GroupId)
	}
	if set != 1 {
		r.peerKind, r.peer, r.pair = "", "", nil
		r.why = firstOf(why, fmt.Sprintf("it has %d peers that can be read, and a rule has one", set))
	}
	r.egress = *x.IsEgress
	return r, true
}

// addRule adds a rule of a group as a resource.
func (n *nativeReader) addRule(g nativeGroup, r nativeRule) {
	id := r.called(g.GroupId)
	typ := ingressRuleType
	if r.egress {
		typ = egressRuleType
	}
	n.attrs = n.attrs[:0]
	add := func(name string, v terraform.Value) {
		if !v.IsAbsent() {
			n.attrs = append(n.attrs, terraform.Attr{Name: name, Value: v})
		}
	}
	add("id", terraform.String(id))
	add("security_group_id", n.text(g.GroupId))
	if r.protocol != "" {
		add("ip_protocol", n.text(r.protocol))
	} else {
		add("ip_protocol", terraform.Unknown("no protocol is given"))
	}
	add("from_port", n.port(r.from))
	add("to_port", n.port(r.to))
	switch r.peerKind {
	case "":
		add(peerGroup, terraform.Unknown(firstOf(r.why, "no peer is given")))
	case peerGroup:
		add(peerGroup, n.text(r.referenced(g)))
	case peerList:
		n.namedLists[r.peer] = true
		add(peerList, n.text(r.peer))
	default:
		add(r.peerKind, n.text(r.peer))
	}
	add("description", n.text(r.description))
	add("tags", n.tags(r.tags))
	n.add(terraform.Resource{Type: typ, Name: id, Body: terraform.Body{Attrs: slices.Clone(n.attrs)}, Uncertain: r.why})
}

// port is a port as a value; absent for noPort.
func (n *nativeReader) port(p int32) terraform.Value {
	if p == noPort {
		return terraform.Value{}
	}
	return terraform.Int(int64(p))
}

// referenced is the group that a rule names, with its account in front where that is another
// (documentation of aws_vpc_security_group_ingress_rule).
func (r nativeRule) referenced(g nativeGroup) string {
	if r.pair != nil && r.pair.UserId != "" && g.OwnerId != "" && r.pair.UserId != g.OwnerId {
		return r.pair.UserId + "/" + r.peer
	}
	return r.peer
}
