package main

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// awsPairs is a VPC (Amazon VPC user guide: security group rules, network ACLs).
type awsPairs struct{ resources, other []pairResource }

func (w awsPairs) passes(p pairPacket) certainty {
	p = p.worn(w.resources)
	if w.isMissing(p.src) || w.isMissing(p.dst) {
		return surelyNot
	}
	out := min(w.groups(p.src, p.dst, "egress", p), w.groups(p.dst, p.src, "ingress", p), w.acls(p))
	if r, answered := p.reply(); answered {
		out = min(out, w.acls(r))
	}
	return out
}

func isAWSGroup(r pairResource) bool {
	return r.kind == "aws_security_group" || r.kind == "aws_default_security_group"
}

// isMissing reports whether the other side makes what this one does not have.
func (w awsPairs) isMissing(e pairEnd) bool {
	for _, l := range e.labels {
		_, here := declares(w.resources, l)
		if _, there := declares(w.other, l); there && !here {
			return true
		}
	}
	return false
}

// awsRule is a rule of a security group, whichever way it is written.
type awsRule struct {
	direction string
	group     any
	values    map[string]any
}

func awsRules(resources []pairResource) []awsRule {
	var out []awsRule
	for _, r := range resources {
		switch r.kind {
		case "aws_security_group", "aws_default_security_group":
			for _, d := range []string{"ingress", "egress"} {
				for _, b := range pairBlocks(r.values, d) {
					out = append(out, awsRule{d, r.address(), b})
				}
			}
		case "aws_security_group_rule":
			out = append(out, awsRule{r.values["type"].(string), r.values["security_group_id"], r.values})
		case "aws_vpc_security_group_ingress_rule":
			out = append(out, awsRule{"ingress", r.values["security_group_id"], r.values})
		case "aws_vpc_security_group_egress_rule":
			out = append(out, awsRule{"egress", r.values["security_group_id"], r.values})
		}
	}
	return out
}

// groups asks the security groups of an end: whoever has any is admitted by a rule of one of them, or not at all.
func (w awsPairs) groups(own, peer pairEnd, direction string, p pairPacket) certainty {
	if awsUnfiltered(peer.addr) || !slices.ContainsFunc(own.labels, w.isGuarded) {
		return surely
	}
	out := surelyNot
	for _, r := range awsRules(w.resources) {
		if r.direction != direction {
			continue
		}
		held := sure(slices.Contains(own.labels, named(r.group)))
		if _, open := r.group.(pairOpen); open {
			held = perhapsSo
		}
		out = max(out, min(held, w.names(r, peer), awsTraffic(r.values, p)))
	}
	return out
}

// isGuarded reports whether a label is a group that either side makes or gives rules to.
func (w awsPairs) isGuarded(label string) bool {
	for _, side := range [][]pairResource{w.resources, w.other} {
		if r, ok := declares(side, label); ok && isAWSGroup(r) {
			return true
		}
		if slices.ContainsFunc(awsRules(side), func(r awsRule) bool { return named(r.group) == label }) {
			return true
		}
	}
	return false
}

// names reports whether a rule names a peer.
func (w awsPairs) names(r awsRule, peer pairEnd) certainty {
	out := max(atCIDR(r.values["cidr_ipv4"], peer.addr, true), atCIDR(r.values["cidr_ipv6"], peer.addr, false))
	for _, v := range pairList(r.values["cidr_blocks"]) {
		out = max(out, atCIDR(v, peer.addr, true))
	}
	for _, v := range pairList(r.values["ipv6_cidr_blocks"]) {
		out = max(out, atCIDR(v, peer.addr, false))
	}
	groups := append(pairList(r.values["security_groups"]), r.values["referenced_security_group_id"], r.values["source_security_group_id"])
	if r.values["self"] == true {
		groups = append(groups, r.group)
	}
	for _, v := range groups {
		if _, open := v.(pairOpen); open {
			out = max(out, perhapsSo)
		}
		name := named(v)
		out = max(out, sure(name != "" && slices.Contains(peer.labels, name[strings.LastIndex(name, "/")+1:])))
	}
	for _, v := range append(pairList(r.values["prefix_list_ids"]), r.values["prefix_list_id"]) {
		out = max(out, w.inList(v, peer))
	}
	return out
}

// inList reports whether a prefix list holds an end.
func (w awsPairs) inList(v any, e pairEnd) certainty {
	name := named(v)
	if _, open := v.(pairOpen); open {
		return perhapsSo
	}
	out := sure(name != "" && slices.Contains(e.labels, name))
	for _, r := range w.resources {
		switch {
		case r.address() == name:
			for _, b := range pairBlocks(r.values, "entry") {
				out = max(out, atCIDR(b["cidr"], e.addr, true))
			}
		case r.kind == "aws_ec2_managed_prefix_list_entry" && name != "" && named(r.values["prefix_list_id"]) == name:
			out = max(out, atCIDR(r.values["cidr"], e.addr, true))
		}
	}
	return out
}

// awsProtocol reads a protocol: -1 is all of them.
func awsProtocol(v any) (int, bool) {
	names := map[string]int{"all": -1, "icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58, "sctp": 132}
	if n, ok := names[strings.ToLower(named(v))]; ok {
		return n, true
	}
	return numberIn(v)
}

// awsTraffic reports whether a rule of a group is about a packet: ports count for TCP and UDP alone, type and code for ICMP.
func awsTraffic(values map[string]any, p pairPacket) certainty {
	v := values["protocol"]
	if v == nil {
		v = values["ip_protocol"]
	}
	n, ok := awsProtocol(v)
	switch {
	case !ok:
		return perhapsSo
	case n == -1:
		return surely
	case n != p.protocol:
		return surelyNot
	}
	return awsPorts(values["from_port"], values["to_port"], p)
}

// awsPorts compares the numbers beside a protocol, which is the packet's.
func awsPorts(from, to any, p pairPacket) certainty {
	if _, open := from.(pairOpen); open && p.protocol != 132 {
		return perhapsSo
	}
	first, _ := numberIn(from)
	last, _ := numberIn(to)
	switch p.protocol {
	case 6, 17:
		return sure(first <= p.dport && p.dport <= last)
	case 1, 58:
		return sure(from == nil || first == -1 || first == p.typ && (last == -1 || last == p.code))
	}
	return surely
}

// awsUnfiltered is the list of what AWS never filters.
func awsUnfiltered(a netip.Addr) bool {
	return slices.Contains([]string{"169.254.169.253", "169.254.169.254", "169.254.169.123", "169.254.170.2",
		"fd00:ec2::253", "fd00:ec2::254", "fd00:ec2::123"}, a.String())
}

// awsEntry is an entry of a network ACL.
type awsEntry struct {
	number int
	values map[string]any
	inline bool
}

// acls asks the ACLs of every subnet whose border a packet crosses.
func (w awsPairs) acls(p pairPacket) certainty {
	out := surely
	for _, acl := range w.resources {
		if acl.kind == "aws_default_network_acl" {
			out = min(out, w.fallback(acl, p))
		}
		if acl.kind != "aws_network_acl" && acl.kind != "aws_default_network_acl" {
			continue
		}
		for _, s := range w.subnetsOf(acl) {
			from, to := w.isIn(s, p.src), w.isIn(s, p.dst)
			switch {
			case from && !to && !awsUnfiltered(p.dst.addr):
				out = min(out, w.list(acl, "egress", p.dst.addr, p))
			case to && !from && !awsUnfiltered(p.src.addr):
				out = min(out, w.list(acl, "ingress", p.src.addr, p))
			}
		}
	}
	return out
}

// fallback asks the default ACL at an end of which no subnet with an ACL is known: perhaps it is in one that has
// this.
func (w awsPairs) fallback(acl pairResource, p pairPacket) certainty {
	out := surely
	for _, end := range []struct {
		own, peer pairEnd
		direction string
	}{{p.src, p.dst, "egress"}, {p.dst, p.src, "ingress"}} {
		placed := slices.ContainsFunc(w.resources, func(r pairResource) bool {
			return slices.ContainsFunc(w.subnetsOf(r), func(s string) bool { return w.isIn(s, end.own) })
		})
		if !placed && !awsUnfiltered(end.peer.addr) && w.list(acl, end.direction, end.peer.addr, p) != surely {
			out = perhapsSo
		}
	}
	return out
}

func (w awsPairs) subnetsOf(acl pairResource) []string {
	var out []string
	for _, v := range pairList(acl.values["subnet_ids"]) {
		out = append(out, named(v))
	}
	for _, r := range w.resources {
		if r.kind == "aws_network_acl_association" && named(r.values["network_acl_id"]) == acl.address() {
			out = append(out, named(r.values["subnet_id"]))
		}
	}
	return out
}

func (w awsPairs) isIn(subnet string, e pairEnd) bool {
	r, ok := declares(w.resources, subnet)
	if !ok {
		return slices.Contains(e.labels, subnet)
	}
	return max(atCIDR(r.values["cidr_block"], e.addr, true), atCIDR(r.values["ipv6_cidr_block"], e.addr, false)) == surely
}

// list asks the entries of an ACL by number; the last word is a deny.
func (w awsPairs) list(acl pairResource, direction string, peer netip.Addr, p pairPacket) certainty {
	var entries []awsEntry
	for _, b := range pairBlocks(acl.values, direction) {
		n, _ := numberIn(b["rule_no"])
		entries = append(entries, awsEntry{n, b, true})
	}
	for _, r := range w.resources {
		if r.kind == "aws_network_acl_rule" && named(r.values["network_acl_id"]) == acl.address() && (r.values["egress"] == true) == (direction == "egress") {
			n, _ := numberIn(r.values["rule_number"])
			entries = append(entries, awsEntry{n, r.values, false})
		}
	}
	slices.SortFunc(entries, func(a, b awsEntry) int { return cmp.Compare(a.number, b.number) })
	var list []pairVerdict
	for _, e := range entries {
		action := e.values["action"]
		if !e.inline {
			action = e.values["rule_action"]
		}
		does := map[any]outcomes{"allow": decidesAllow, "deny": decidesDeny}[action]
		if does == 0 {
			does = decidesAllow | decidesDeny
		}
		named := max(atCIDR(e.values["cidr_block"], peer, true), atCIDR(e.values["ipv6_cidr_block"], peer, false))
		list = append(list, pairVerdict{min(named, e.traffic(p)), does})
	}
	return firstVerdict(list).then(decidesDeny).passes()
}

// traffic reports whether an entry is about a packet. Inline, an ICMP type or code that is not set is 0
// (documentation of aws_network_acl).
func (e awsEntry) traffic(p pairPacket) certainty {
	n, ok := awsProtocol(e.values["protocol"])
	switch {
	case !ok:
		return perhapsSo
	case n == -1:
		return surely
	case n != p.protocol:
		return surelyNot
	case n != 1 && n != 58:
		return awsPorts(e.values["from_port"], e.values["to_port"], p)
	}
	typ, code := e.values["icmp_type"], e.values["icmp_code"]
	if e.inline && typ == nil {
		typ = 0
	}
	if e.inline && code == nil {
		code = 0
	}
	if n == 58 && e.values["ipv6_cidr_block"] == nil {
		return surely
	}
	_, open := typ.(pairOpen)
	first, err := strconv.Atoi(strings.TrimSpace(textOf(typ)))
	if open || err != nil {
		return perhapsSo
	}
	return awsPorts(first, code, p)
}

func textOf(v any) string {
	if n, ok := v.(int); ok {
		return strconv.Itoa(n)
	}
	s, _ := v.(string)
	return s
}
