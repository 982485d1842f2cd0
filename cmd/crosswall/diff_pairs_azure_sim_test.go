package main

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

// azurePairs is virtual networks with network security groups ("Network security groups"; "How network security groups
// filter network traffic").
type azurePairs struct{ resources, other []pairResource }

func (w azurePairs) passes(p pairPacket) certainty {
	p = p.worn(w.resources)
	if w.isMissing(p.src) || w.isMissing(p.dst) {
		return surelyNot
	}
	return min(w.side(p.src, p.dst, "Outbound", p), w.side(p.dst, p.src, "Inbound", p))
}

func (w azurePairs) isMissing(e pairEnd) bool {
	for _, l := range e.labels {
		l = strings.TrimPrefix(l, "interfaces behind ")
		_, here := declares(w.resources, l)
		if _, there := declares(w.other, l); there && !here {
			return true
		}
	}
	return false
}

// isInternet reports whether an end is outside of the virtual network: no label, or that of a service.
func isInternet(e pairEnd) bool {
	return len(e.labels) == 0 || slices.ContainsFunc(e.labels, func(l string) bool { return strings.HasPrefix(l, "service tag ") })
}

const azureHost = "168.63.129.16"

// side asks the groups of an end's subnet and interface; both must admit.
func (w azurePairs) side(own, peer pairEnd, direction string, p pairPacket) certainty {
	if direction == "Outbound" && azureUnfiltered(peer.addr, p) {
		return surely
	}
	out := surely
	for _, g := range w.resources {
		if g.kind == "azurerm_network_security_group" && w.filters(g, own) {
			out = min(out, w.group(g, own, peer, direction, p))
		}
	}
	return out
}

// azureUnfiltered is what interfaces reach whatever the rules say: DNS, DHCP and agent of the host, instance metadata.
func azureUnfiltered(a netip.Addr, p pairPacket) bool {
	switch a.String() {
	case azureHost:
		return p.dport == 53 && (p.protocol == 6 || p.protocol == 17) || p.protocol == 17 && p.dport == 67 || p.protocol == 6 && (p.dport == 80 || p.dport == 32526)
	case "169.254.169.254":
		return p.protocol == 6 && p.dport == 80
	}
	return false
}

// filters reports whether a group is attached to the subnet or the interface of an end.
func (w azurePairs) filters(g pairResource, e pairEnd) bool {
	attached := false
	for _, r := range w.resources {
		if named(r.values["network_security_group_id"]) != g.address() {
			continue
		}
		attached = true
		if slices.Contains(e.labels, named(r.values["network_interface_id"])) {
			return true
		}
		if s, ok := declares(w.resources, named(r.values["subnet_id"])); ok {
			for _, v := range pairList(s.values["address_prefixes"]) {
				if atCIDR(v, e.addr, true) == surely {
					return true
				}
			}
		}
	}
	return !attached && slices.Contains(e.labels, "interfaces behind "+g.address())
}

// group asks the rules by priority and then those that Azure adds.
func (w azurePairs) group(g pairResource, own, peer pairEnd, direction string, p pairPacket) certainty {
	rules := pairBlocks(g.values, "security_rule")
	for _, r := range w.resources {
		if r.kind == "azurerm_network_security_rule" && (named(r.values["network_security_group_name"]) == g.address() || r.values["network_security_group_name"] == g.values["name"]) {
			rules = append(rules, r.values)
		}
	}
	slices.SortFunc(rules, func(a, b map[string]any) int {
		x, _ := numberIn(a["priority"])
		y, _ := numberIn(b["priority"])
		return cmp.Compare(x, y)
	})
	var list []pairVerdict
	for _, r := range rules {
		if r["direction"] != direction {
			continue
		}
		does := map[any]outcomes{"Allow": decidesAllow, "Deny": decidesDeny}[r["access"]]
		list = append(list, pairVerdict{min(azureEndOf(r, "source", p.src), azureEndOf(r, "destination", p.dst), azureTrafficOf(r, p)), does})
	}
	out := firstVerdict(list)
	switch inside := !isInternet(own) && !isInternet(peer); {
	case inside, direction == "Inbound" && peer.addr.String() == azureHost, direction == "Outbound" && isInternet(peer):
		return out.then(decidesAllow).passes()
	}
	return out.then(decidesDeny).passes()
}

// azureEndOf reports whether a rule names an end, by addresses, tags or application security groups.
func azureEndOf(r map[string]any, end string, e pairEnd) certainty {
	out := surelyNot
	for _, v := range pairList(r[end+"_application_security_group_ids"]) {
		out = max(out, sure(slices.Contains(e.labels, named(v))))
	}
	for _, v := range append(pairList(r[end+"_address_prefixes"]), r[end+"_address_prefix"]) {
		out = max(out, azureAddressOf(v, e))
	}
	return out
}

func azureAddressOf(v any, e pairEnd) certainty {
	text, ok := v.(string)
	switch {
	case v == nil || text == "" && ok:
		return surelyNot
	case !ok:
		return perhapsSo
	case text == "*":
		return surely
	case text == "VirtualNetwork":
		return sure(!isInternet(e))
	case text == "Internet":
		return sure(isInternet(e))
	case text == "AzureLoadBalancer":
		return sure(e.addr.String() == azureHost)
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return sure(a == e.addr)
	}
	if first, last, ok := strings.Cut(text, "-"); ok {
		a, errA := netip.ParseAddr(first)
		b, errB := netip.ParseAddr(last)
		return sure(errA == nil && errB == nil && a.Compare(e.addr) <= 0 && e.addr.Compare(b) <= 0 && a.Is4() == e.addr.Is4())
	}
	if !strings.Contains(text, "/") {
		return sure(slices.Contains(e.labels, "service tag "+text))
	}
	return atCIDR(text, e.addr, true)
}

// azureTrafficOf reports whether a rule is about a packet. Whether Icmp is ICMPv6 too, and whether * with ports is about what
// has no ports, Microsoft does not say.
func azureTrafficOf(r map[string]any, p pairPacket) certainty {
	src, srcAll := azurePortsOf(r, "source", p.sport)
	dst, dstAll := azurePortsOf(r, "destination", p.dport)
	word, ok := r["protocol"].(string)
	switch {
	case !ok:
		return perhapsSo
	case word == "*" && srcAll && dstAll:
		return surely
	case word == "*" && p.protocol != 6 && p.protocol != 17:
		return perhapsSo
	case strings.EqualFold(word, "Tcp"):
		return min(sure(p.protocol == 6), src, dst)
	case strings.EqualFold(word, "Udp"):
		return min(sure(p.protocol == 17), src, dst)
	case word == "*":
		return min(src, dst)
	case strings.EqualFold(word, "Icmp") && p.protocol == 58:
		return perhapsSo
	}
	return sure(p.protocol == map[string]int{"icmp": 1, "esp": 50, "ah": 51}[strings.ToLower(word)])
}

func azurePortsOf(r map[string]any, end string, port int) (certainty, bool) {
	out, all := surelyNot, false
	for _, v := range append(pairList(r[end+"_port_ranges"]), r[end+"_port_range"]) {
		if _, open := v.(pairOpen); open {
			out = max(out, perhapsSo)
		}
		text := textOf(v)
		all = all || text == "*" || text == "0-65535"
		out = max(out, sure(text == "*" || inPorts(text, port)))
	}
	return out, all
}
