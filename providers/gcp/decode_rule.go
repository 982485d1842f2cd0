package gcp

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// ruleReader reads one rule of either kind. What it cannot read it takes at its
// widest and doubts.
type ruleReader struct {
	*decoder
	resource terraform.Resource
	doubts   []string
}

// reader starts to read a rule. One that exists perhaps is doubted from the start.
func (d *decoder) reader(r terraform.Resource) *ruleReader {
	rd := &ruleReader{decoder: d, resource: r}
	if r.Uncertain != "" {
		rd.doubt("it is not known whether the rule exists: %s", r.Uncertain)
	}
	return rd
}

// doubt reports something unknown, and makes the whole rule one that may match
// and may not.
func (rd *ruleReader) doubt(format string, args ...any) {
	why := fmt.Sprintf(format, args...)
	rd.doubts = append(rd.doubts, why)
	rd.unsure(why)
}

// unsure reports something unknown that concerns a part of the rule only.
func (rd *ruleReader) unsure(why string) {
	rd.report(rd.resource, model.Warning, "unknown-value", why, "give the value as a literal or as the default of a variable, or read a plan or state instead")
}

// part is what a rule does to some traffic.
type part struct {
	action  model.Action
	traffic model.Traffic
	// doubt says why it is unknown whether the traffic matches; empty when it does.
	doubt string
}

// selectors are the ends of a rule; nil is any.
type selectors struct{ target, peer model.Selector }

// rules makes the rules of one direction.
func (rd *ruleReader) rules(priority int, s selectors, parts []part) []model.Rule {
	name, ok := rd.resource.Get("name").AsString()
	if !ok {
		if name, ok = rd.resource.Get("rule_name").AsString(); !ok {
			name = rd.resource.Address()
		}
	}
	var out []model.Rule
	for _, p := range parts {
		r := model.Rule{Name: name, Action: p.action, Priority: priority, Target: s.target, Peer: s.peer, Traffic: p.traffic,
			Origin: originOf(rd.resource)}
		doubts := rd.doubts
		if p.doubt != "" {
			doubts = append(doubts[:len(doubts):len(doubts)], p.doubt)
		}
		if len(doubts) > 0 {
			r.Target = model.Maybe{Selector: r.Target, Why: strings.Join(doubts, "; ")}
		}
		out = append(out, r)
	}
	return out
}

// get returns an attribute with references followed.
func (rd *ruleReader) get(attr string) terraform.Value {
	return rd.resolve(rd.resource.Get(attr))
}

// disabled reports whether the rule is switched off for sure.
func (rd *ruleReader) disabled() bool {
	v := rd.get("disabled")
	if v.IsNull() {
		return false
	}
	off, ok := v.AsBool()
	if !ok {
		rd.doubt("disabled is not known")
	}
	return off && ok
}

// directions returns the direction of the rule, or both where it is not known.
// Without one, a rule is about ingress (compute API, Firewall.Direction).
func (rd *ruleReader) directions() []model.Direction {
	v := rd.get("direction")
	s, ok := v.AsString()
	switch {
	case v.IsNull() || ok && strings.EqualFold(s, "INGRESS"):
		return []model.Direction{model.Ingress}
	case ok && strings.EqualFold(s, "EGRESS"):
		return []model.Direction{model.Egress}
	}
	rd.doubt("direction is not known")
	return []model.Direction{model.Ingress, model.Egress}
}

// priority reads a priority. One that is not known is taken for the first: a
// rule that perhaps matches there leaves open whatever it could decide elsewhere.
func (rd *ruleReader) priority(unset, last int) int {
	v := rd.get("priority")
	if v.IsNull() && unset >= 0 {
		return unset
	}
	n, ok := v.AsInt()
	if !ok || n < 0 || n > int64(last) {
		rd.doubt("priority is not a number from 0 to %d", last)
		return 0
	}
	return int(n)
}

// list returns the elements of an attribute with references followed; known is false when
// the list as a whole is not known, and then there is something in it for all we know.
func (rd *ruleReader) list(b terraform.Body, attr string) (items []terraform.Value, known bool) {
	v := rd.resolve(b.Get(attr))
	items, known = v.AsList()
	out := make([]terraform.Value, len(items))
	for i, item := range items {
		out[i] = rd.resolve(item)
	}
	return out, known
}

// ranges reads a list of CIDR blocks as selectors, none when it is empty. A rule with
// ranges of both families is one that Google Cloud refuses.
func (rd *ruleReader) ranges(b terraform.Body, attr string) []model.Selector {
	items, known := rd.list(b, attr)
	var out []model.Selector
	if !known {
		out = append(out, rd.perhapsAny(attr+" is not known"))
	}
	addrs := model.AddrSet{}
	for _, v := range items {
		s, _ := v.AsString()
		p, ok := parseRange(s)
		if !ok {
			out = append(out, rd.perhapsAny(fmt.Sprintf("an address range in %s is not known: %q", attr, s)))
			continue
		}
		addrs = addrs.Union(model.Prefixes(p))
	}
	if !addrs.V4().IsEmpty() && !addrs.V6().IsEmpty() {
		rd.doubt("%s has IPv4 and IPv6 ranges, which Google Cloud refuses in one rule", attr)
	}
	if !addrs.IsEmpty() {
		out = append(out, model.At{Addrs: addrs})
	}
	return out
}

// perhapsAny reports something unknown about an end of the rule.
func (rd *ruleReader) perhapsAny(why string) model.Selector {
	rd.unsure(why)
	return model.Maybe{Selector: model.Any{}, Why: why}
}

// machines reads a list of tags or service accounts as groups, none when it is
// empty. group is machineID.targets or machineID.sources.
func (rd *ruleReader) machines(attr string, kind identityKind, group func(machineID) model.Group) []model.Selector {
	items, known := rd.list(rd.resource.Body, attr)
	var out []model.Selector
	if !known {
		out = append(out, rd.perhapsAny(attr+" is not known"))
	}
	for _, v := range items {
		out = append(out, rd.machine(attr, v, func(name string) model.Group { return group(machineID{kind: kind, name: name}) }))
	}
	return out
}

// machine reads one tag or service account.
func (rd *ruleReader) machine(attr string, v terraform.Value, group func(name string) model.Group) model.Selector {
	if s, ok := v.AsString(); ok {
		return group(s)
	}
	if ref, ok := v.AsRef(); ok {
		return group(ref)
	}
	return rd.perhapsAny("a value in " + attr + " is not known")
}

// traffic reads a protocol and its ports. The second traffic is what may match and
// may not, for the reason given.
func (rd *ruleReader) traffic(b terraform.Body, protocolAttr string) (sure, perhaps model.Traffic, why string) {
	p, ok := rd.protocol(b, protocolAttr)
	if !ok {
		return nil, model.Traffic{model.AllOf(p)}, protocolAttr + " is not known"
	}
	ports, known := rd.list(b, "ports")
	switch {
	case !known:
		rd.unsure("ports are not known")
		return nil, model.Traffic{model.AllOf(p)}, "ports are not known"
	case len(ports) == 0:
		return model.Traffic{model.AllOf(p)}, nil, ""
	case !p.HasPorts():
		why := fmt.Sprintf("protocol %s has ports, which Google Cloud refuses", p)
		rd.unsure(why)
		return nil, model.Traffic{model.AllOf(p)}, why
	}
	for _, v := range ports {
		s, _ := text(v)
		r, ok := parsePorts(s)
		if !ok {
			why = fmt.Sprintf("a port is not known: %q", s)
			rd.unsure(why)
			perhaps = model.Traffic{model.AllOf(p)}
			continue
		}
		sure = append(sure, model.Ports(p, r.First, r.Last))
	}
	if p == model.SCTP && rd.opts.SCTPPorts == SCTPWhole {
		// Whether the ports count is not settled; that they match is sure in both
		// readings.
		why = "Google Cloud documents ports for TCP and UDP only: the rule may match all of SCTP"
		rd.unsure(why)
		perhaps = model.Traffic{model.AllOf(p)}
	}
	return sure, perhaps, why
}

// protocol reads a protocol by name, whatever its case, or number. False when
// it is not sure what it stands for.
func (rd *ruleReader) protocol(b terraform.Body, attr string) (model.Protocol, bool) {
	s, ok := text(rd.resolve(b.Get(attr)))
	name := strings.ToLower(s)
	if p, listed := protocolNames()[name]; ok && listed {
		return p, true
	}
	if n, err := strconv.ParseUint(name, 10, 8); ok && err == nil {
		return model.Protocol(n), true
	}
	rd.unsure(fmt.Sprintf("%s is none that Google Cloud lists: %q", attr, s))
	switch name {
	case "icmpv6", "ipv6-icmp":
		return model.ICMPv6, false
	case "gre":
		return model.GRE, false
	}
	return model.AnyProtocol, false
}

// with narrows a target to addresses, which an ingress rule has as
// destination ranges.
func with(target model.Selector, ranges []model.Selector) model.Selector {
	switch {
	case len(ranges) == 0:
		return target
	case target == nil:
		return either(ranges)
	}
	return model.And{target, either(ranges)}
}
