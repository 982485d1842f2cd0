package translate_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/terraform"
)

// awsSim simulates security groups and network ACLs.
//
// Security groups: stateful, no order, every rule of every group on the
// interface counts, checked at both ends. Network ACLs: stateless, in order
// of their numbers, at the edges of subnets only, nothing within one.
// VPC user guide, "Control traffic to your AWS resources using security groups" and
// "Control subnet traffic with network access control lists".
type awsSim struct {
	place  place
	groups map[string]*sgRules
	acls   map[string]string // subnet id > network ACL
	rules  map[string][]aclRule
	holds  func(*pod) []string // groups on a pod's interface
}

type sgRules struct{ egress, ingress []sgRule }

type sgRule struct {
	name     string
	protocol int
	from, to int
	peer     netip.Prefix
	group    string
}

type aclRule struct {
	number   int
	egress   bool
	allow    bool
	protocol int
	peer     netip.Prefix
	from, to int
	typ      int
	code     int
}

func newAWSSim(p place, m terraform.Module, holds func(*pod) []string) (*awsSim, error) {
	s := &awsSim{place: p, groups: map[string]*sgRules{}, acls: map[string]string{}, rules: map[string][]aclRule{}, holds: holds}
	var errs []error
	for _, r := range m.Resources {
		a := attrs{r.Body, r.Address(), &errs}
		switch r.Type {
		case "aws_security_group":
			a.only("name", "name_prefix", "description", "vpc_id", "tags", "lifecycle", "region")
			s.of(r.Address())
		case "aws_vpc_security_group_egress_rule":
			g := s.of(a.text("security_group_id"))
			g.egress = append(g.egress, readSGRule(a))
		case "aws_vpc_security_group_ingress_rule":
			g := s.of(a.text("security_group_id"))
			g.ingress = append(g.ingress, readSGRule(a))
		case "aws_network_acl":
			a.only("vpc_id", "tags", "region")
		case "aws_network_acl_association":
			a.only("network_acl_id", "subnet_id", "depends_on", "region")
			s.acls[a.text("subnet_id")] = a.text("network_acl_id")
		case "aws_network_acl_rule":
			acl := a.text("network_acl_id")
			s.rules[acl] = append(s.rules[acl], readACLRule(a))
		default:
			errs = append(errs, fmt.Errorf("%s: the simulator does not know this resource", r.Address()))
		}
	}
	for _, rs := range s.rules {
		slices.SortStableFunc(rs, func(a, b aclRule) int { return a.number - b.number })
		for i := range rs[1:] {
			if rs[i].number == rs[i+1].number && rs[i].egress == rs[i+1].egress {
				errs = append(errs, fmt.Errorf("network ACL entry %d is there twice", rs[i].number))
			}
		}
	}
	return s, errors.Join(errs...)
}

func (s *awsSim) of(group string) *sgRules {
	if s.groups[group] == nil {
		s.groups[group] = &sgRules{}
	}
	return s.groups[group]
}

func readSGRule(a attrs) sgRule {
	a.only("security_group_id", "ip_protocol", "from_port", "to_port", "cidr_ipv4", "cidr_ipv6", "referenced_security_group_id",
		"description", "tags", "region")
	r := sgRule{name: a.where, protocol: a.ipProtocol("ip_protocol"), from: a.number("from_port", -1), to: a.number("to_port", -1),
		group: a.text("referenced_security_group_id")}
	cidrs := a.prefixes("cidr_ipv4", "cidr_ipv6")
	if len(cidrs)+len(a.texts("referenced_security_group_id")) != 1 {
		a.fail("peer", "there must be one")
		return r
	}
	if len(cidrs) == 1 {
		r.peer = cidrs[0]
	}
	if (r.protocol == tcp || r.protocol == udp || r.protocol == icmp) && (a.Get("from_port").IsNull() || a.Get("to_port").IsNull()) {
		a.fail("from_port", "this protocol needs ports")
	}
	return r
}

// covers: with a protocol other than TCP, UDP and ICMP all ports match. For ICMP the
// "ports" are type and code (EC2 API, IpPermission).
func (r sgRule) covers(p packet) bool {
	switch {
	case r.protocol == -1:
		return true
	case r.protocol != p.protocol:
		return false
	case r.protocol == tcp || r.protocol == udp:
		return r.from <= int(p.dstPort) && int(p.dstPort) <= r.to
	case r.protocol == icmp || r.protocol == icmpv6:
		return r.from == -1 || r.from == int(p.icmpType) && (r.to == -1 || r.to == int(p.icmpCode))
	}
	return true
}

func readACLRule(a attrs) aclRule {
	a.only("network_acl_id", "rule_number", "egress", "protocol", "rule_action", "cidr_block", "ipv6_cidr_block", "from_port", "to_port",
		"icmp_type", "icmp_code", "region")
	r := aclRule{number: a.number("rule_number", 0), egress: a.truth("egress"), protocol: a.ipProtocol("protocol"),
		from: a.number("from_port", 0), to: a.number("to_port", 0), typ: a.number("icmp_type", 0), code: a.number("icmp_code", 0)}
	switch a.text("rule_action") {
	case "allow":
		r.allow = true
	case "deny":
	default:
		a.fail("rule_action", "neither allow nor deny")
	}
	if r.number < 1 || r.number > 32766 {
		a.fail("rule_number", "outside 1 to 32766")
	}
	if cidrs := a.prefixes("cidr_block", "ipv6_cidr_block"); len(cidrs) == 1 {
		r.peer = cidrs[0]
	} else {
		a.fail("cidr_block", "there must be one block")
	}
	return r
}

// covers: entries match destination ports, never source ports (EC2 API, NetworkAclEntry).
func (r aclRule) covers(p packet, peer netip.Addr) bool {
	if !r.peer.Contains(peer) {
		return false
	}
	switch {
	case r.protocol == -1:
		return true
	case r.protocol != p.protocol:
		return false
	case r.protocol == tcp || r.protocol == udp:
		return r.from <= int(p.dstPort) && int(p.dstPort) <= r.to
	case r.protocol == icmp || r.protocol == icmpv6:
		return r.typ == -1 || r.typ == int(p.icmpType) && (r.code == -1 || r.code == int(p.icmpCode))
	}
	return true
}

func (s *awsSim) admits(p packet) (bool, string) {
	if s.place.neverFilters(p) {
		return true, "AWS never filters this address"
	}
	if ok, why := s.securityGroups(p); !ok {
		return false, why
	}
	if ok, why := s.networkACLs(p); !ok {
		return false, "request: " + why
	}
	if r, ok := p.reply(); ok {
		if ok, why := s.networkACLs(r); !ok {
			return false, "reply: " + why
		}
	}
	return true, "admitted"
}

func (s *awsSim) securityGroups(p packet) (bool, string) {
	if p.src.pod != nil && !s.anyGroup(p.src.pod, p.dst, p, egress) {
		return false, "no egress rule of its security groups"
	}
	if p.dst.pod != nil && !s.anyGroup(p.dst.pod, p.src, p, ingress) {
		return false, "no ingress rule of its security groups"
	}
	return true, ""
}

func (s *awsSim) anyGroup(self *pod, peer end, p packet, d direction) bool {
	for _, g := range s.holds(self) {
		rules := s.groups[g]
		if rules == nil {
			continue
		}
		side := rules.egress
		if d == ingress {
			side = rules.ingress
		}
		for _, r := range side {
			if r.covers(p) && s.isPeer(r, peer) {
				return true
			}
		}
	}
	return false
}

func (s *awsSim) isPeer(r sgRule, peer end) bool {
	if r.group == "" {
		return r.peer.Contains(peer.addr)
	}
	return peer.pod != nil && slices.Contains(s.holds(peer.pod), r.group)
}

// networkACLs judges one packet at the edges of the two subnets.
func (s *awsSim) networkACLs(p packet) (bool, string) {
	from, leaves := s.place.subnetOf(p.src.addr)
	to, enters := s.place.subnetOf(p.dst.addr)
	if leaves && enters && from.name == to.name {
		return true, ""
	}
	if leaves && !s.acl(from, p, p.dst.addr, true) {
		return false, "network ACL of " + from.name + ", outbound"
	}
	if enters && !s.acl(to, p, p.src.addr, false) {
		return false, "network ACL of " + to.name + ", inbound"
	}
	return true, ""
}

func (s *awsSim) acl(n subnet, p packet, peer netip.Addr, out bool) bool {
	acl, ok := s.acls[n.ref()]
	if !ok {
		return true // the VPC's default network ACL admits everything
	}
	for _, r := range s.rules[acl] {
		if r.egress == out && r.covers(p, peer) {
			return r.allow
		}
	}
	return false
}
