package schematest

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// values checks what neither schemas nor "terraform validate" look at.
func (f *faults) values(r terraform.Resource) {
	f.bodyValues(r.Address(), r.Type, r.Body)
}

func (f *faults) bodyValues(where, typ string, b terraform.Body) {
	for _, a := range b.Attrs {
		for _, fault := range valueFaults(typ, a.Name, a.Value) {
			f.add(where+"."+a.Name, "%s", fault)
		}
		elems, _ := a.Value.AsList()
		for _, e := range elems {
			if _, ok := e.AsObject(); ok {
				for _, k := range (terraform.Body{Attrs: []terraform.Attr{{Name: a.Name, Value: terraform.List(e)}}}).BlocksOf(a.Name) {
					f.bodyValues(where+"."+a.Name, typ, k.Body)
				}
			}
		}
	}
	for _, k := range b.Blocks {
		f.bodyValues(where+"."+k.Type, typ, k.Body)
	}
}

// valueFaults judges an attribute by its name.
func valueFaults(typ, name string, v terraform.Value) []string {
	switch {
	case strings.HasSuffix(name, "from_port") || strings.HasSuffix(name, "to_port"):
		// -1 is "all" where ports stand for ICMP types (docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html).
		return within(v, -1, 65535)
	case name == "rule_number" || name == "rule_no":
		return within(v, 1, 32766) // docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
	case name == "priority" && strings.HasPrefix(typ, "azurerm_"):
		return within(v, 100, 4096) // learn.microsoft.com/azure/virtual-network/network-security-groups-overview
	case name == "priority" && typ == "google_compute_firewall":
		return within(v, 0, 65535) // cloud.google.com/firewall/docs/firewalls
	case name == "priority":
		return within(v, 0, 2147483647) // cloud.google.com/firewall/docs/firewall-policies-rule-details
	case name == "ports" || strings.HasSuffix(name, "port_range") || strings.HasSuffix(name, "port_ranges"):
		return each(v, portRange)
	case name == "ip_protocol" || name == "protocol":
		return each(v, protocol)
	case strings.Contains(name, "cidr") || strings.HasSuffix(name, "ip_ranges") ||
		name == "source_ranges" || name == "destination_ranges" || name == "address_space":
		return each(v, prefix(name))
	case strings.HasSuffix(name, "address_prefix") || strings.HasSuffix(name, "address_prefixes"):
		return each(v, prefixOrTag)
	}
	return nil
}

func within(v terraform.Value, low, high int64) []string {
	n, ok := v.AsInt()
	if ok && (n < low || n > high) {
		return []string{fmt.Sprintf("%d is not within %d-%d", n, low, high)}
	}
	return nil
}

// each judges a string, or every string of a list.
func each(v terraform.Value, judge func(string) string) []string {
	elems, ok := v.AsList()
	if !ok {
		elems = []terraform.Value{v}
	}
	var out []string
	for _, e := range elems {
		s, ok := e.AsString()
		if n, isInt := e.AsInt(); !ok && isInt {
			s, ok = strconv.FormatInt(n, 10), true
		}
		if !ok {
			continue
		}
		if fault := judge(s); fault != "" {
			out = append(out, fault)
		}
	}
	return out
}

func portRange(s string) string {
	if s == "*" {
		return ""
	}
	low, high, ranged := strings.Cut(s, "-")
	if !ranged {
		high = low
	}
	a, errA := strconv.ParseUint(low, 10, 16)
	b, errB := strconv.ParseUint(high, 10, 16)
	if errA != nil || errB != nil || a > b {
		return fmt.Sprintf("%q is not a port or a range of ports", s)
	}
	return ""
}

// protocol accepts what any of the three clouds takes for a protocol: names, numbers and
// "all" (API_IpPermission of EC2; compute.firewalls of Google; securityRules of Azure).
func protocol(s string) string {
	names := []string{"tcp", "udp", "icmp", "icmpv6", "esp", "ah", "ipip", "sctp", "all", "*", "-1"}
	if n, err := strconv.ParseUint(s, 10, 8); slices.Contains(names, strings.ToLower(s)) || err == nil && strconv.FormatUint(n, 10) == s {
		return ""
	}
	return fmt.Sprintf("%q is not a protocol", s)
}

func prefix(name string) func(string) string {
	return func(s string) string {
		p, err := netip.ParsePrefix(s)
		switch {
		case err != nil:
			return fmt.Sprintf("%q is not a CIDR block", s)
		case p.Masked().String() != s:
			return fmt.Sprintf("%q is not canonical: %s", s, p.Masked())
		case strings.Contains(name, "v6") && p.Addr().Is4():
			return fmt.Sprintf("%q is not IPv6", s)
		case (name == "cidr_block" || name == "cidr_blocks" || name == "cidr_ipv4") && !p.Addr().Is4():
			return fmt.Sprintf("%q is not IPv4", s)
		}
		return ""
	}
}

// prefixOrTag judges Azure's prefixes, which may be addresses, "*" or the names of
// service tags (learn.microsoft.com/azure/virtual-network/service-tags-overview).
func prefixOrTag(s string) string {
	if strings.ContainsAny(s, "/:") {
		if _, err := netip.ParseAddr(s); err == nil {
			return ""
		}
		return prefix("")(s)
	}
	if s == "" || strings.ContainsAny(s, " ,") {
		return fmt.Sprintf("%q is not a prefix or a service tag", s)
	}
	if s[0] >= '0' && s[0] <= '9' {
		if _, err := netip.ParseAddr(s); err != nil {
			return fmt.Sprintf("%q is not an address", s)
		}
	}
	return ""
}
