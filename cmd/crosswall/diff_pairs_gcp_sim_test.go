package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// gcpPairs is VPC networks (VPC firewall rules overview; firewall policy rule evaluation order).
type gcpPairs struct{ resources, other []pairResource }

func (w gcpPairs) passes(p pairPacket) certainty {
	p = p.worn(w.resources)
	return min(w.side(p.src, p.dst, "EGRESS", p), w.side(p.dst, p.src, "INGRESS", p))
}

// gcpNetwork is the name of the network that an end is on; empty for a stranger.
func gcpNetwork(e pairEnd) string {
	for _, l := range e.labels {
		if n, ok := strings.CutPrefix(l, "network "); ok {
			return n
		}
	}
	return ""
}

// side asks the stages of an end's network, in their order. What nothing decides is refused on the way in and admitted on
// the way out.
func (w gcpPairs) side(own, peer pairEnd, direction string, p pairPacket) certainty {
	network := gcpNetwork(own)
	if network == "" {
		return surely
	}
	if !w.knows(w.resources, network) && w.declaresNetwork(w.other, network) {
		return surelyNot
	}
	m := gcpMatch{w, own, peer, direction, p}
	stages := []outcomes{m.rules(network), m.policies(network)}
	if w.asksRulesLast(network) {
		slices.Reverse(stages)
	}
	implied := decidesAllow
	if direction == "INGRESS" {
		implied = decidesDeny
	}
	return stages[0].then(stages[1]).then(implied).passes()
}

// nameIn is the name of what a value is about, without its path.
func (w gcpPairs) nameIn(v any) string {
	name := named(v)
	for _, r := range slices.Concat(w.resources, w.other) {
		if r.address() == name {
			return named(r.values["name"])
		}
	}
	return name[strings.LastIndex(name, "/")+1:]
}

func (w gcpPairs) declaresNetwork(resources []pairResource, network string) bool {
	return slices.ContainsFunc(resources, func(r pairResource) bool {
		return r.kind == "google_compute_network" && named(r.values["name"]) == network
	})
}

func (w gcpPairs) knows(resources []pairResource, network string) bool {
	return w.declaresNetwork(resources, network) || slices.ContainsFunc(resources, func(r pairResource) bool {
		return w.nameIn(r.values["network"]) == network || w.nameIn(r.values["attachment_target"]) == network
	})
}

func (w gcpPairs) asksRulesLast(network string) bool {
	return slices.ContainsFunc(w.resources, func(r pairResource) bool {
		return r.kind == "google_compute_network" && named(r.values["name"]) == network &&
			r.values["network_firewall_policy_enforcement_order"] == "BEFORE_CLASSIC_FIREWALL"
	})
}

// gcpMatch asks rules about a packet at one end.
type gcpMatch struct {
	gcpPairs
	own, peer pairEnd
	direction string
	packet    pairPacket
}

// rules asks the VPC rules: by priority, of equal ones those that deny first.
func (m gcpMatch) rules(network string) outcomes {
	type ranked struct {
		priority int
		pairVerdict
	}
	var list []ranked
	for _, r := range m.resources {
		if r.kind != "google_compute_firewall" || m.nameIn(r.values["network"]) != network || r.values["disabled"] == true || !m.isAbout(r.values["direction"]) {
			continue
		}
		priority, ok := numberIn(r.values["priority"])
		if !ok {
			priority = 1000
		}
		for block, does := range map[string]outcomes{"allow": decidesAllow, "deny": decidesDeny} {
			for _, b := range pairBlocks(r.values, block) {
				match := min(m.ends(r), m.traffic(b, "protocol"))
				if holdsOpen(r.values["disabled"]) {
					match = min(match, perhapsSo)
				}
				list = append(list, ranked{priority, pairVerdict{match, does}})
			}
		}
	}
	slices.SortFunc(list, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), -cmp.Compare(a.does, b.does))
	})
	var verdicts []pairVerdict
	for _, r := range list {
		verdicts = append(verdicts, r.pairVerdict)
	}
	return firstVerdict(verdicts)
}

func (m gcpMatch) isAbout(direction any) bool {
	if direction == nil {
		direction = "INGRESS"
	}
	return direction == m.direction
}

// ends reports whether a VPC rule is about the ends of a packet. Ranges and tags of its peer are alternatives.
func (m gcpMatch) ends(r pairResource) certainty {
	target := surely
	tags, accounts := pairList(r.values["target_tags"]), pairList(r.values["target_service_accounts"])
	if len(tags)+len(accounts) > 0 {
		target = max(m.carries(m.own, "tag ", tags), m.carries(m.own, "serviceaccount ", accounts))
	}
	peers, own := "source_ranges", "destination_ranges"
	if m.direction == "EGRESS" {
		peers, own = own, peers
	}
	if here := pairList(r.values[own]); len(here) > 0 {
		target = min(target, inRanges(here, m.own))
	}
	tags, accounts = pairList(r.values["source_tags"]), pairList(r.values["source_service_accounts"])
	ranges := pairList(r.values[peers])
	if len(ranges)+len(tags)+len(accounts) == 0 {
		ranges = []any{"0.0.0.0/0"}
	}
	peer := inRanges(ranges, m.peer)
	if gcpNetwork(m.peer) == gcpNetwork(m.own) { // tags are those of machines of the same network
		peer = max(peer, m.carries(m.peer, "tag ", tags), m.carries(m.peer, "serviceaccount ", accounts))
	}
	return min(target, peer)
}

func (m gcpMatch) carries(e pairEnd, kind string, names []any) certainty {
	out := surelyNot
	for _, v := range names {
		if _, open := v.(pairOpen); open {
			out = max(out, perhapsSo)
		}
		out = max(out, sure(slices.Contains(e.labels, kind+named(v))))
	}
	return out
}

func inRanges(ranges []any, e pairEnd) certainty {
	out := surelyNot
	for _, v := range ranges {
		if s, ok := v.(string); ok && !strings.Contains(s, "/") {
			v = fmt.Sprintf("%s/%d", s, map[bool]int{true: 128, false: 32}[strings.Contains(s, ":")])
		}
		if _, open := v.(pairOpen); open {
			out = max(out, perhapsSo)
			continue
		}
		out = max(out, atCIDR(v, e.addr, true))
	}
	return out
}

// traffic reports whether a block with protocol and ports is about a packet.
func (m gcpMatch) traffic(b map[string]any, protocol string) certainty {
	word, ok := b[protocol].(string)
	if !ok {
		return perhapsSo
	}
	word = strings.ToLower(word)
	n, known := map[string]int{"icmp": 1, "tcp": 6, "udp": 17, "esp": 50, "ah": 51, "sctp": 132, "ipip": 4}[word]
	if !known {
		n, known = numberIn(word)
	}
	switch {
	case word == "all":
		return surely
	case !known || n != m.packet.protocol:
		return surelyNot
	}
	ports := pairList(b["ports"])
	out := sure(len(ports) == 0)
	for _, v := range ports {
		if _, open := v.(pairOpen); open {
			out = max(out, perhapsSo)
		}
		out = max(out, sure(inPorts(textOf(v), m.packet.dport)))
	}
	return out
}

// policies asks the network firewall policy of a network: first match; goto_next and no match leave it.
func (m gcpMatch) policies(network string) outcomes {
	for _, a := range m.resources {
		if a.kind == "google_compute_network_firewall_policy_association" && m.nameIn(a.values["attachment_target"]) == network {
			return m.policy(m.nameIn(a.values["firewall_policy"]))
		}
	}
	return decidesNothing
}

func (m gcpMatch) policy(name string) outcomes {
	var rules []pairResource
	for _, r := range m.resources {
		if r.kind == "google_compute_network_firewall_policy_rule" && m.nameIn(r.values["firewall_policy"]) == name && m.isAbout(r.values["direction"]) && r.values["disabled"] != true {
			rules = append(rules, r)
		}
	}
	slices.SortFunc(rules, func(a, b pairResource) int {
		x, _ := numberIn(a.values["priority"])
		y, _ := numberIn(b.values["priority"])
		return cmp.Compare(x, y)
	})
	var list []pairVerdict
	for _, r := range rules {
		match := pairBlocks(r.values, "match")[0]
		peers, own := "src_ip_ranges", "dest_ip_ranges"
		if m.direction == "EGRESS" {
			peers, own = own, peers
		}
		at := inRanges(pairList(match[peers]), m.peer)
		if here := pairList(match[own]); len(here) > 0 {
			at = min(at, inRanges(here, m.own))
		}
		about := surelyNot
		for _, b := range pairBlocks(match, "layer4_configs") {
			about = max(about, m.traffic(b, "ip_protocol"))
		}
		does := map[any]outcomes{"allow": decidesAllow, "deny": decidesDeny, "goto_next": decidesNothing}[r.values["action"]]
		list = append(list, pairVerdict{min(at, about), does})
	}
	return firstVerdict(list)
}
