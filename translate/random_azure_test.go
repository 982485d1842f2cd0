package translate_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// azureSim simulates Azure network security groups: on the way out the one of
// the interface, then the one of the subnet; on the way in the other way round.
// All must admit; where there is none, everything passes. Within a group the rule with the
// lowest priority that matches decides. Traffic inside a subnet is filtered like
// any other. Microsoft, "How network security groups filter network traffic".
type azureSim struct {
	place   place
	groups  map[string][]azRule
	subnets map[string]string   // lower-case subnet id > NSG
	nic     func(*pod) string   // NSG of a pod's interface; "" for none
	asgs    func(*pod) []string // ASGs of a pod's interface, lower case
	// virtualNetwork is whether the tag VirtualNetwork is taken to name every
	// address, or none. Nobody outside Azure knows what it names, so that nothing
	// may rest on it.
	virtualNetwork bool
}

type azRule struct {
	name             string
	priority         int
	inbound, allow   bool
	protocol         int
	srcPorts         []portSpan
	dstPorts         []portSpan
	source, dest     []string // prefixes, tags and "*"
	srcASGs, dstASGs []string
}

func newAzureSim(p place, m terraform.Module, nic func(*pod) string, asgs func(*pod) []string) (*azureSim, error) {
	s := &azureSim{place: p, groups: map[string][]azRule{}, subnets: map[string]string{}, nic: nic, asgs: asgs}
	var errs []error
	for _, r := range m.Resources {
		a := attrs{r.Body, r.Address(), &errs}
		switch r.Type {
		case "azurerm_network_security_group":
			a.only("name", "location", "resource_group_name", "tags")
			s.groups[r.Address()] = append(s.groups[r.Address()], azDefaults()...)
		case "azurerm_application_security_group":
			a.only("name", "location", "resource_group_name", "tags")
		case "azurerm_subnet_network_security_group_association":
			s.subnets[strings.ToLower(a.text("subnet_id"))] = a.text("network_security_group_id")
		case "azurerm_network_security_rule":
			g := a.text("network_security_group_name")
			s.groups[g] = append(s.groups[g], readAzRule(a))
		default:
			errs = append(errs, fmt.Errorf("%s: the simulator does not know this resource", r.Address()))
		}
	}
	for name, rules := range s.groups {
		slices.SortStableFunc(rules, func(a, b azRule) int { return a.priority - b.priority })
		seen := map[string]bool{}
		for _, r := range rules {
			key := fmt.Sprint(r.inbound, r.priority)
			if seen[key] {
				errs = append(errs, fmt.Errorf("%s: SecurityRuleConflict: priority %d twice in one direction", name, r.priority))
			}
			seen[key] = true
		}
	}
	return s, errors.Join(errs...)
}

// azDefaults are the rules that every group ends with.
func azDefaults() []azRule {
	all := []portSpan{{0, 65535}}
	of := func(name string, priority int, inbound, allow bool, source, dest string) azRule {
		return azRule{name: name, priority: priority, inbound: inbound, allow: allow, protocol: -1, srcPorts: all, dstPorts: all,
			source: []string{source}, dest: []string{dest}}
	}
	return []azRule{
		of("AllowVnetInBound", 65000, true, true, "VirtualNetwork", "VirtualNetwork"),
		of("AllowAzureLoadBalancerInBound", 65001, true, true, "AzureLoadBalancer", "*"),
		of("DenyAllInBound", 65500, true, false, "*", "*"),
		of("AllowVnetOutBound", 65000, false, true, "VirtualNetwork", "VirtualNetwork"),
		of("AllowInternetOutBound", 65001, false, true, "*", "Internet"),
		of("DenyAllOutBound", 65500, false, false, "*", "*"),
	}
}

func readAzRule(a attrs) azRule {
	a.only("name", "resource_group_name", "network_security_group_name", "priority", "direction", "access", "protocol", "description",
		"source_port_range", "source_port_ranges", "destination_port_range", "destination_port_ranges",
		"source_address_prefix", "source_address_prefixes", "destination_address_prefix", "destination_address_prefixes",
		"source_application_security_group_ids", "destination_application_security_group_ids")
	r := azRule{name: a.where, priority: a.number("priority", 0), inbound: a.text("direction") == "Inbound", allow: a.text("access") == "Allow",
		protocol: a.ipProtocol("protocol"),
		srcPorts: a.spans("source_port_range", "source_port_ranges"), dstPorts: a.spans("destination_port_range", "destination_port_ranges"),
		source:  a.texts("source_address_prefix", "source_address_prefixes"),
		dest:    a.texts("destination_address_prefix", "destination_address_prefixes"),
		srcASGs: lower(a.texts("source_application_security_group_ids")), dstASGs: lower(a.texts("destination_application_security_group_ids"))}
	r.check(a)
	return r
}

func lower(of []string) []string {
	for i := range of {
		of[i] = strings.ToLower(of[i])
	}
	return of
}

// check complains about what Azure refuses.
func (r azRule) check(a attrs) {
	if r.priority < 100 || r.priority > 4096 {
		a.fail("priority", "outside 100 to 4096")
	}
	if len(r.srcPorts) == 0 || len(r.dstPorts) == 0 {
		a.fail("destination_port_range", "missing")
	}
	for _, v := range []string{a.text("direction"), a.text("access")} {
		if !slices.Contains([]string{"Inbound", "Outbound", "Allow", "Deny"}, v) {
			a.fail("direction", "not a word of Azure: "+v)
		}
	}
	if (len(r.source) > 0) == (len(r.srcASGs) > 0) || (len(r.dest) > 0) == (len(r.dstASGs) > 0) {
		a.fail("source_address_prefix", "each side is either addresses or application security groups")
	}
	var first netip.Prefix
	for _, side := range [][]string{a.texts("source_address_prefixes"), a.texts("destination_address_prefixes"), r.source, r.dest} {
		for i, s := range side {
			p, err := netip.ParsePrefix(s)
			if err != nil {
				if len(side) > 1 {
					a.fail("source_address_prefixes", "tags and * do not go into lists")
				}
				continue
			}
			if !first.IsValid() {
				first = p
			}
			if first.Addr().Is4() != p.Addr().Is4() {
				a.fail("source_address_prefixes", "a rule holds one family")
			}
			for _, o := range side[:i] {
				if q, err := netip.ParsePrefix(o); err == nil && q.Overlaps(p) {
					a.fail("source_address_prefixes", "overlapping: "+o+" and "+s)
				}
			}
		}
	}
}

func (s *azureSim) admits(p packet) (bool, string) {
	if s.place.neverFilters(p) {
		return true, "Azure never filters this address"
	}
	s.virtualNetwork = false
	ok, why := s.path(p)
	s.virtualNetwork = true
	if again, _ := s.path(p); again != ok {
		return !ok, "it rests on what the tag VirtualNetwork stands for: " + why
	}
	return ok, why
}

func (s *azureSim) path(p packet) (bool, string) {
	for _, g := range s.along(p.src, true) {
		if r := s.first(g, p, false); !r.allow {
			return false, "outbound: " + r.name
		}
	}
	for _, g := range s.along(p.dst, false) {
		if r := s.first(g, p, true); !r.allow {
			return false, "inbound: " + r.name
		}
	}
	return true, "admitted"
}

// along lists the groups at an end, in the order in which a packet meets them.
func (s *azureSim) along(e end, out bool) []string {
	var groups []string
	if e.pod != nil {
		if g := s.nic(e.pod); g != "" {
			groups = append(groups, g)
		}
	}
	if n, ok := s.place.subnetOf(e.addr); ok {
		if g, ok := s.subnets[strings.ToLower(n.ref())]; ok {
			groups = append(groups, g)
		}
	}
	if !out {
		slices.Reverse(groups)
	}
	return groups
}

func (s *azureSim) first(group string, p packet, inbound bool) azRule {
	for _, r := range s.groups[group] {
		if r.inbound == inbound && s.matches(r, p) {
			return r
		}
	}
	return azRule{name: "no such group " + group}
}

func (s *azureSim) matches(r azRule, p packet) bool {
	if r.protocol != -1 && r.protocol != p.protocol && !(r.protocol == icmp && p.protocol == icmpv6) {
		return false
	}
	if p.hasPorts() && !(anySpan(r.srcPorts, p.srcPort) && anySpan(r.dstPorts, p.dstPort)) {
		return false
	}
	return s.is(p.src, r.source, r.srcASGs) && s.is(p.dst, r.dest, r.dstASGs)
}

func (s *azureSim) is(e end, prefixes, asgs []string) bool {
	if e.pod != nil {
		for _, g := range s.asgs(e.pod) {
			if slices.Contains(asgs, g) {
				return true
			}
		}
	}
	for _, x := range prefixes {
		switch x {
		case "*":
			return true
		case "VirtualNetwork", "Internet":
			if s.virtualNetwork {
				return true
			}
		case "AzureLoadBalancer":
			if e.addr == netip.MustParseAddr("168.63.129.16") {
				return true
			}
		default:
			if p, err := netip.ParsePrefix(x); err == nil && p.Contains(e.addr) {
				return true
			}
		}
	}
	return false
}
