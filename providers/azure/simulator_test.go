package azure_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// simulator judges packets by the attributes of resources, written straight from
// Microsoft's "How network security groups filter network traffic": on the way out the
// group of the interface, then that of the subnet; on the way in the other way
// round; the rule of lowest priority that matches decides; no group, no filter.
// It shares nothing with Decode.
type simulator struct {
	world   *world
	rules   map[string][]terraform.Body // by the group's address
	subnets map[string]string           // subnet id: group
	nics    map[model.Identity]string   // segment: group
	asgs    map[string][]model.Identity // reference or id: segments
	// network is whether the tags VirtualNetwork and Internet hold everybody or
	// nobody, icmp6 whether Icmp holds ICMPv6: neither is known.
	network, icmp6 bool
}

func simulate(w *world, m terraform.Module) *simulator {
	s := &simulator{world: w, rules: map[string][]terraform.Body{}, subnets: map[string]string{}, nics: map[model.Identity]string{},
		asgs: map[string][]model.Identity{}}
	for _, r := range m.Resources {
		switch r.Type {
		case "azurerm_network_security_group":
			s.rules[r.Address()] = append(s.rules[r.Address()], defaults()...)
		case "azurerm_network_security_rule":
			g := strings.TrimSuffix(reference(r.Get("network_security_group_name")), ".name")
			s.rules[g] = append(s.rules[g], r.Body)
		case "azurerm_subnet_network_security_group_association":
			id, _ := r.Get("subnet_id").AsString()
			s.subnets[id] = strings.TrimSuffix(reference(r.Get("network_security_group_id")), ".id")
		}
	}
	for _, rules := range s.rules {
		slices.SortFunc(rules, func(a, b terraform.Body) int { return int(number(a) - number(b)) })
	}
	for _, o := range m.Outputs {
		entries, _ := o.Value.AsObject()
		for segment, v := range entries {
			switch o.Name {
			case "network_security_group_ids":
				s.nics[model.Identity(segment)] = strings.TrimSuffix(reference(v), ".id")
			case "application_security_group_ids":
				s.asgs[reference(v)] = append(s.asgs[reference(v)], model.Identity(segment))
			}
		}
	}
	for _, g := range w.segments {
		if g.Home.Group != "" {
			s.asgs[g.Home.Group] = append(s.asgs[g.Home.Group], g.ID)
		}
	}
	return s
}

func reference(v terraform.Value) string { r, _ := v.AsRef(); return r }

func number(b terraform.Body) int64 { n, _ := b.Get("priority").AsInt(); return n }

// defaults are the rules that every group ends with.
func defaults() []terraform.Body {
	rule := func(priority int64, direction, access, source, destination string) terraform.Body {
		var b terraform.Body
		b.Set("priority", terraform.Int(priority))
		for name, v := range map[string]string{"direction": direction, "access": access, "protocol": "*", "source_address_prefix": source,
			"destination_address_prefix": destination, "source_port_range": "*", "destination_port_range": "*"} {
			b.Set(name, terraform.String(v))
		}
		return b
	}
	return []terraform.Body{
		rule(65000, "Inbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
		rule(65001, "Inbound", "Allow", "AzureLoadBalancer", "*"),
		rule(65500, "Inbound", "Deny", "*", "*"),
		rule(65000, "Outbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
		rule(65001, "Outbound", "Allow", "*", "Internet"),
		rule(65500, "Outbound", "Deny", "*", "*"),
	}
}

// judge returns whether the flow passes; false for known where that rests on
// what is not known.
func (s *simulator) judge(f model.Flow) (passes, known bool) {
	var seen []bool
	for _, s.network = range []bool{false, true} {
		for _, s.icmp6 = range []bool{false, true} {
			seen = append(seen, s.passes(f))
		}
	}
	return seen[0], !slices.Contains(seen, !seen[0])
}

func (s *simulator) passes(f model.Flow) bool {
	if s.unfiltered(f) {
		return true
	}
	for _, g := range s.along(f.Src) {
		if !s.first(g, "Outbound", f) {
			return false
		}
	}
	for _, g := range s.along(f.Dst) {
		if !s.first(g, "Inbound", f) {
			return false
		}
	}
	return true
}

// unfiltered is the services of the host: "Network security groups", considerations.
func (s *simulator) unfiltered(f model.Flow) bool {
	service := fmt.Sprintf("%s %s/%d", f.Dst.Addr, f.Protocol, f.DstPort)
	return slices.Contains([]string{"168.63.129.16 UDP/53", "168.63.129.16 TCP/53", "168.63.129.16 UDP/67", "168.63.129.16 TCP/80",
		"168.63.129.16 TCP/32526", "169.254.169.254 TCP/80"}, service)
}

// along returns the groups that an endpoint is behind.
func (s *simulator) along(e model.Endpoint) []string {
	var out []string
	if g, ok := s.nics[e.ID]; ok {
		out = append(out, g)
	}
	inSubnet := false
	for _, n := range s.world.site.Subnets {
		if n.Addrs().Contains(e.Addr) {
			inSubnet = true
			if g, ok := s.subnets[n.ID]; ok {
				out = append(out, g)
			}
		}
	}
	for _, g := range s.world.segments {
		if g.ID != e.ID || inSubnet {
			continue
		}
		for _, name := range g.Home.Subnets { // an overlay: the node's subnet filters its pods
			n, _ := s.world.site.SubnetNamed(name)
			if nsg, ok := s.subnets[n.ID]; ok {
				return append(out, nsg)
			}
		}
	}
	return out
}

func (s *simulator) first(group, direction string, f model.Flow) bool {
	for _, r := range s.rules[group] {
		if text(r, "direction") == direction && s.protocol(text(r, "protocol"), f) &&
			ports(r, "source", f, f.SrcPort) && ports(r, "destination", f, f.DstPort) &&
			s.side(r, "source", f.Src) && s.side(r, "destination", f.Dst) {
			return text(r, "access") == "Allow"
		}
	}
	return false
}

func text(b terraform.Body, name string) string { s, _ := b.Get(name).AsString(); return s }

func (s *simulator) protocol(word string, f model.Flow) bool {
	switch word {
	case "*":
		return true
	case "Icmp":
		return f.Protocol == model.ICMP || f.Protocol == model.ICMPv6 && s.icmp6
	}
	return strings.EqualFold(word, f.Protocol.String())
}

func ports(b terraform.Body, end string, f model.Flow, port uint16) bool {
	texts, _ := b.Get(end + "_port_ranges").AsStrings()
	if one := text(b, end+"_port_range"); one != "" {
		texts = append(texts, one)
	}
	for _, t := range texts {
		first, last, isRange := strings.Cut(t, "-")
		if !isRange {
			last = first
		}
		a, _ := strconv.Atoi(first)
		z, _ := strconv.Atoi(last)
		if t == "*" || f.Protocol.HasPorts() && a <= int(port) && int(port) <= z {
			return true
		}
	}
	return false
}

func (s *simulator) side(b terraform.Body, end string, e model.Endpoint) bool {
	groups, _ := b.Get(end + "_application_security_group_ids").AsList()
	for _, g := range groups {
		name := reference(g)
		if id, ok := g.AsString(); ok {
			name = id
		}
		if slices.Contains(s.asgs[name], e.ID) {
			return true
		}
	}
	texts, _ := b.Get(end + "_address_prefixes").AsStrings()
	for _, t := range append(texts, text(b, end+"_address_prefix")) {
		switch t {
		case "":
		case "*":
			return true
		case "VirtualNetwork", "Internet":
			if s.network {
				return true
			}
		case "AzureLoadBalancer":
			if e.Addr == netip.MustParseAddr("168.63.129.16") {
				return true
			}
		default:
			if netip.MustParsePrefix(t).Contains(e.Addr) {
				return true
			}
		}
	}
	return false
}
