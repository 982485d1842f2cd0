package azure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// ruleBody is a rule as it stands, inside a group or as a resource.
type ruleBody struct {
	body   terraform.Body
	origin model.Origin
	holder terraform.Resource // the rule's resource, or its group's
}

// claim is a priority in one direction of a group, which one rule may have.
type claim struct {
	way      model.Direction
	priority int
}

// unknownPriority is before all others, where a rule has the most effect.
const unknownPriority = 0

// reader reads the fields of one rule and remembers what it could not read.
type reader struct {
	ruleBody
	d     *decoder
	group *foundGroup
	whys  []string
}

// rule reads a rule into its group.
func (d *decoder) rule(g *foundGroup, b ruleBody) {
	g.bodies = append(g.bodies, b)
	r := &reader{ruleBody: b, d: d, group: g}
	name, _ := b.body.Get("name").AsString()
	if b.holder.Uncertain != "" && b.holder.Type == typeRule {
		r.unknown("whether the rule exists", b.holder.Uncertain)
	}
	ways, actions, priority := r.ways(), r.actions(), r.priority()
	source, destination := r.side("source"), r.side("destination")
	services, perhaps, why := r.traffic(source.family, destination.family)
	base := model.Rule{Name: name, Priority: priority, Origin: b.origin}
	if base.Name == "" {
		base.Name = b.origin.Object
	}
	for _, way := range ways {
		for _, a := range actions {
			one := base
			one.Action, one.Target, one.Peer = a, source.selector, destination.selector
			if way == model.Ingress {
				one.Target, one.Peer = one.Peer, one.Target
			}
			one.Target = uncertain(one.Target, strings.Join(r.whys, "; "))
			added := g.put(way, one, services)
			one.Target = model.Maybe{Selector: one.Target, Why: why}
			added = g.put(way, one, perhaps) || added
			if added && len(r.whys) == 0 {
				r.claim(claim{way, priority}, one.Name)
			}
		}
	}
}

// claim reports a priority that the group has already in this direction. Azure refuses it (SecurityRuleConflict), so that it is not
// known which of the rules is there.
func (r *reader) claim(c claim, name string) {
	first, taken := r.group.claims[c]
	if !taken {
		r.group.claims[c] = name
		return
	}
	r.group.contested = append(r.group.contested, c)
	r.d.find(model.Finding{Severity: model.Warning, Code: "priority-collision", Origin: r.origin,
		Summary: fmt.Sprintf("rules %q and %q of %s have the same priority %d and direction, which Azure refuses, so that it is not known which is there", first, name, r.group.address, c.priority),
		Advice:  "give one of them another priority"})
}

// contest makes unknown the rules of priorities that several have.
func (g *foundGroup) contest() {
	for _, c := range g.contested {
		rules := g.inbound
		if c.way == model.Egress {
			rules = g.outbound
		}
		for i, r := range rules {
			if r.Priority == c.priority {
				rules[i].Target = model.Maybe{Selector: orAny(r.Target), Why: fmt.Sprintf("several rules have priority %d, which Azure refuses", c.priority)}
			}
		}
	}
	g.contested = nil
}

func orAny(s model.Selector) model.Selector {
	if s == nil {
		return model.Any{}
	}
	return s
}

// put adds a rule and reports whether it did: not if it has no traffic, or the
// group has it already, as a state lists rules in the group and as resources.
func (g *foundGroup) put(way model.Direction, r model.Rule, t model.Traffic) bool {
	r.Traffic = t
	key := fmt.Sprintf("%s|%s|%d|%s|%v|%v|%v", way, r.Name, r.Priority, r.Action, r.Target, r.Peer, t)
	if len(t) == 0 || g.written[key] {
		return false
	}
	g.written[key] = true
	if way == model.Ingress {
		g.inbound = append(g.inbound, r)
	} else {
		g.outbound = append(g.outbound, r)
	}
	return true
}

// unknown notes a field that cannot be known.
func (r *reader) unknown(what, why string) {
	text := what + " is not known"
	if why != "" {
		text += ": " + why
	}
	r.whys = append(r.whys, text)
	r.d.find(model.Finding{Severity: model.Warning, Code: "unknown-value", Origin: r.origin,
		Summary: "of a rule, " + text, Advice: "read a plan or a state instead"})
}

// invalid notes a field that Azure would refuse; what the rule then does is
// unknown.
func (r *reader) invalid(what, text string) {
	r.whys = append(r.whys, what+" is not valid")
	r.d.find(model.Finding{Severity: model.Warning, Code: "invalid-rule", Origin: r.origin,
		Summary: fmt.Sprintf("%s %q is not what Azure takes", what, text)})
}

// refused reports a rule whose meaning is clear but that Azure would not take.
func (r *reader) refused(summary, advice string) {
	r.d.find(model.Finding{Severity: model.Warning, Code: "invalid-rule", Origin: r.origin, Summary: summary, Advice: advice})
}

// word reads a field that is one word; its lower case is returned.
func (r *reader) word(name string) (string, bool) {
	v := r.body.Get(name)
	s, ok := v.AsString()
	if !ok {
		r.unknown(name, v.Why())
		return "", false
	}
	return strings.ToLower(s), true
}

// ways returns the directions that a rule may be of.
func (r *reader) ways() []model.Direction {
	s, ok := r.word("direction")
	switch {
	case ok && s == "inbound":
		return []model.Direction{model.Ingress}
	case ok && s == "outbound":
		return []model.Direction{model.Egress}
	case ok:
		r.invalid("direction", s)
	}
	return []model.Direction{model.Ingress, model.Egress}
}

// actions returns what the rule may do.
func (r *reader) actions() []model.Action {
	s, ok := r.word("access")
	switch {
	case ok && s == "allow":
		return []model.Action{model.Allow}
	case ok && s == "deny":
		return []model.Action{model.Deny}
	case ok:
		r.invalid("access", s)
	}
	return []model.Action{model.Allow, model.Deny}
}

// priority returns the rule's place; the first, and thus the one of most
// effect, where it is unknown.
func (r *reader) priority() int {
	v := r.body.Get("priority")
	n, ok := v.AsInt()
	switch {
	case !ok:
		r.unknown("priority", v.Why())
		return unknownPriority
	case n < platformFirst || n > denyLast:
		r.invalid("priority", strconv.FormatInt(n, 10))
		return unknownPriority
	}
	return int(n)
}

// traffic returns the packets of the rule, and those of which it is unsettled
// whether they are the rule's, and why: ICMPv6 under Icmp, and what has no ports under *
// with ports.
func (r *reader) traffic(source, destination family) (surely, perhaps model.Traffic, why string) {
	src, dst := r.ports("source"), r.ports("destination")
	allPorts := len(mergePorts(src)) == 0 && len(mergePorts(dst)) == 0
	word, ok := r.word("protocol")
	switch {
	case !ok:
		return model.Traffic{model.AllTraffic()}, nil, ""
	case word == "*" && allPorts:
		return model.Traffic{model.AllTraffic()}, nil, ""
	case word == "*":
		return slices.Concat(portTraffic(model.TCP, src, dst), portTraffic(model.UDP, src, dst)), withoutPorts(),
			"Azure does not say whether a rule that names ports and every protocol holds packets that have no ports"
	case word == "tcp":
		return portTraffic(model.TCP, src, dst), nil, ""
	case word == "udp":
		return portTraffic(model.UDP, src, dst), nil, ""
	}
	switch word {
	case "icmp":
		surely, perhaps = icmpTraffic(source, destination)
		why = "Azure does not say whether a rule for Icmp holds ICMPv6"
	case "esp":
		surely = model.Traffic{model.AllOf(model.ESP)}
	case "ah":
		surely = model.Traffic{model.AllOf(model.AH)}
	default:
		r.invalid("protocol", word)
		return model.Traffic{model.AllTraffic()}, nil, ""
	}
	if !allPorts {
		r.refused("ports are given for "+word+", which has none", "write * for both ports")
		return nil, slices.Concat(surely, perhaps), "ports are given for " + word + ", which has none, and Azure refuses that"
	}
	return surely, perhaps, why
}

// icmpTraffic returns the packets of Icmp between sides of some families.
func icmpTraffic(source, destination family) (surely, perhaps model.Traffic) {
	f, ok := source.meet(destination)
	if ok && f != family6 {
		surely = model.Traffic{model.AllOf(model.ICMP)}
	}
	if ok && f != family4 {
		perhaps = model.Traffic{model.AllOf(model.ICMPv6)}
	}
	return surely, perhaps
}

// portTraffic returns every pair of a source and a destination range.
func portTraffic(p model.Protocol, src, dst []model.PortRange) model.Traffic {
	var t model.Traffic
	for _, s := range src {
		for _, d := range dst {
			t = append(t, model.PortsBetween(p, s, d))
		}
	}
	return t
}

// withoutPorts returns every protocol but TCP and UDP.
func withoutPorts() model.Traffic {
	var t model.Traffic
	for p := range model.Protocol(256) {
		if p != model.TCP && p != model.UDP {
			t = append(t, model.AllOf(p))
		}
	}
	return t
}

// texts reads a field that has a singular and a plural form.
func (r *reader) texts(singular, plural string) (one string, many []string, ok bool) {
	v, vs := r.body.Get(singular), r.body.Get(plural)
	ok = true
	if !v.IsNull() {
		if one, ok = v.AsString(); !ok {
			r.unknown(singular, v.Why())
		}
	}
	many, listed := vs.AsStrings()
	if !listed {
		r.unknown(plural, vs.Why())
		ok = false
	}
	if one != "" && len(many) > 0 {
		r.refused(fmt.Sprintf("both %s and %s are given, of which Azure takes one", singular, plural), "keep one of them")
	}
	return one, many, ok
}

// ports reads the ports of one end; every port where they cannot be known.
func (r *reader) ports(end string) []model.PortRange {
	singular, plural := end+"_port_range", end+"_port_ranges"
	one, many, ok := r.texts(singular, plural)
	if !ok {
		return []model.PortRange{model.AllPorts()}
	}
	if one != "" {
		many = append([]string{one}, many...)
	}
	if len(many) == 0 {
		r.unknown(singular, "neither it nor "+plural+" is given")
		return []model.PortRange{model.AllPorts()}
	}
	var out []model.PortRange
	for _, s := range many {
		p, ok := parsePorts(s)
		if !ok {
			r.invalid(singular, s)
		}
		out = append(out, p)
	}
	return out
}

// parsePorts reads "*", "80" or "80-90"; all ports where it is none of these.
func parsePorts(s string) (model.PortRange, bool) {
	s = strings.TrimSpace(s)
	if s == "*" {
		return model.AllPorts(), true
	}
	first, last, isRange := strings.Cut(s, "-")
	if !isRange {
		last = first
	}
	a, errA := strconv.ParseUint(first, 10, 16)
	b, errB := strconv.ParseUint(last, 10, 16)
	if errA != nil || errB != nil || a > b {
		return model.AllPorts(), false
	}
	return model.PortRange{First: uint16(a), Last: uint16(b)}, true
}
