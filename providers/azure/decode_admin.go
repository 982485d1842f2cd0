package azure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// adminRules are the security admin rules that are in force on one virtual network. They are
// asked before network security groups: Deny and AlwaysAllow end the matter, Allow leaves it to the
// groups ("Security admin rules in Azure Virtual Network Manager").
type adminRules struct {
	network model.Selector
	// name is that of their chains.
	name string
	// decide has the rules as their own layer asks them, overrule as they are asked once more
	// in front of the groups: there AlwaysAllow admits, and what else matches first is passed on.
	decide, overrule map[model.Direction][]model.Rule
}

// adminPriorities are those that a security admin rule may have, both ends included
// (azurerm_network_manager_admin_rule).
const adminFirst, adminLast = 1, 4096

// adminRule reads a rule of which it is known on which network it is in force. What is
// written in a configuration is in force only where it is deployed, which is not
// followed: then there is but a finding, and everything is unknown.
func (d *decoder) adminRule(r terraform.Resource) {
	v := r.Get(attrNetwork)
	if v.IsNull() {
		d.admin = true
		d.find(model.Finding{Severity: model.Warning, Code: "not-modelled", Origin: originAt(r, r.Pos, ""),
			Summary: "rules of a network manager are asked before network security groups, and are not read",
			Advice:  "compare without them, or take every answer as unknown"})
		return
	}
	if isUnreadAdmin(r) {
		d.adminOn(r, v, layerAdminUnread).putUnknown(r)
		return
	}
	set := d.adminOn(r, v, layerAdmin)
	body, perhaps := adminBody(r)
	rd := &reader{ruleBody: ruleBody{body, originAt(r, r.Pos, ""), r}, d: d, group: &foundGroup{address: layerAdmin}}
	if r.Uncertain != "" {
		rd.whys = append(rd.whys, r.Uncertain)
	}
	rd.whys = append(rd.whys, perhaps...)
	ways, actions, priority := rd.ways(), rd.adminActions(), rd.adminPriority()
	source, destination := rd.adminSide("source"), rd.adminSide("destination")
	services, unsettled, reason := rd.traffic(source.family, destination.family)
	name, _ := r.Get("name").AsString()
	why := strings.Join(rd.whys, "; ")
	for _, way := range ways {
		for _, a := range actions {
			one := model.Rule{Name: name, Priority: priority, Origin: rd.origin, Target: source.selector, Peer: destination.selector}
			if way == model.Ingress {
				one.Target, one.Peer = one.Peer, one.Target
			}
			one.Target, one.Traffic = uncertain(one.Target, why), services
			set.put(way, a, one)
			one.Target, one.Traffic = model.Maybe{Selector: one.Target, Why: reason}, unsettled
			set.put(way, a, one)
		}
	}
}

// isUnreadAdmin reports whether a resource stands for rules of which nothing was read.
func isUnreadAdmin(r terraform.Resource) bool {
	return r.Type == typeAdminRule && isNative(r) && r.Uncertain != "" && r.Get("action").IsUnknown() && r.Get("direction").IsUnknown()
}

// anyNetwork is the name of a network of which it is not known which one it is.
const anyNetwork = "any network"

// adminName is what the rules on the network are called that an attribute names: those that were read, of which what is the layer's name,
// and apart from them what was not.
func adminName(v terraform.Value, what string) string {
	if id, ok := named(v); ok {
		return what + " on " + strings.ToLower(id)
	}
	return what + " on " + anyNetwork
}

// adminOn returns the rules of the network that an attribute names. Not to know which one
// is to know that it may be any.
func (d *decoder) adminOn(r terraform.Resource, v terraform.Value, what string) *adminRules {
	name, network := adminName(v, what), model.Selector(model.Maybe{Selector: model.Any{}, Why: v.Why()})
	if id, ok := named(v); ok {
		network = model.Group(strings.ToLower(id))
	}
	var out model.Or
	exempt, _ := r.Get(attrExempt).AsStrings()
	for _, s := range exempt {
		out = append(out, model.Group(strings.ToLower(s)))
	}
	if len(out) > 0 {
		network = model.And{network, model.Not{Selector: out}}
	}
	if i := slices.IndexFunc(d.adminSets, func(s *adminRules) bool { return s.name == name }); i >= 0 {
		return d.adminSets[i]
	}
	set := &adminRules{network: network, name: name, decide: map[model.Direction][]model.Rule{}, overrule: map[model.Direction][]model.Rule{}}
	d.adminSets = append(d.adminSets, set)
	return set
}

// put adds a rule to both lists.
func (s *adminRules) put(way model.Direction, a adminAction, r model.Rule) {
	if len(r.Traffic) == 0 {
		return
	}
	here, there := r, r
	switch a {
	case adminAllow:
		here.Action, there.Action = model.Allow, model.Pass
	case adminAlways:
		here.Action, there.Action = model.Allow, model.Allow
	case adminDeny:
		here.Action, there.Action = model.Deny, model.Pass
	}
	s.decide[way], s.overrule[way] = append(s.decide[way], here), append(s.overrule[way], there)
}

// putUnknown adds rules of which nothing is known: they may do anything.
func (s *adminRules) putUnknown(r terraform.Resource) {
	for _, way := range []model.Direction{model.Ingress, model.Egress} {
		for _, a := range []adminAction{adminAllow, adminAlways, adminDeny} {
			s.put(way, a, model.Rule{Name: "rules that are not known", Priority: unknownPriority, Origin: originAt(r, r.Pos, ""),
				Target: model.Maybe{Selector: model.Any{}, Why: r.Uncertain}, Traffic: model.Traffic{model.AllTraffic()}})
		}
	}
}

// adminAction is what a security admin rule does. The zero adminAction is invalid.
type adminAction uint8

const (
	adminAllow adminAction = iota + 1
	adminAlways
	adminDeny
)

// adminActions returns what the rule may do.
func (r *reader) adminActions() []adminAction {
	s, ok := r.word("action")
	switch {
	case ok && s == "allow":
		return []adminAction{adminAllow}
	case ok && s == "alwaysallow":
		return []adminAction{adminAlways}
	case ok && s == "deny":
		return []adminAction{adminDeny}
	case ok:
		r.invalid("action", s)
	}
	return []adminAction{adminAllow, adminAlways, adminDeny}
}

// adminPriority returns the rule's place; the first where it is unknown.
func (r *reader) adminPriority() int {
	v := r.body.Get("priority")
	p, ok := v.AsInt()
	switch {
	case !ok:
		r.unknown("priority", v.Why())
		return unknownPriority
	case p < adminFirst || p > adminLast:
		r.invalid("priority", fmt.Sprint(p))
		return unknownPriority
	}
	return int(p)
}

// adminBody returns the rule with ports and protocol as a rule of a group has them, and
// what of it is not known.
func adminBody(r terraform.Resource) (terraform.Body, []string) {
	b := terraform.Body{Attrs: slices.Clone(r.Attrs), Blocks: r.Blocks}
	if s, ok := b.Get("protocol").AsString(); ok && strings.EqualFold(s, "any") {
		b.Set("protocol", terraform.String("*"))
	}
	var whys []string
	for _, end := range []string{"source", "destination"} {
		if b.Open(end) {
			whys = append(whys, end+" is not known")
		}
	}
	return b, whys
}

// adminSide reads one side of a rule: addresses and service tags. Everybody, perhaps, where there are none, which means
// that they could not be read.
func (r *reader) adminSide(end string) foundSide {
	var texts []string
	for _, b := range r.body.BlocksOf(end) {
		s, ok := b.Body.Get("address_prefix").AsString()
		if !ok {
			r.unknown(end, b.Body.Get("address_prefix").Why())
			return foundSide{selector: model.Any{}}
		}
		texts = append(texts, s)
	}
	if len(texts) == 0 {
		return foundSide{selector: model.Any{}}
	}
	return r.addresses(end, texts)
}

// adminLayer returns the layer of admin rules; false where there are none.
func (d *decoder) adminLayer() (model.Layer, bool) {
	l := model.Layer{Name: layerAdmin, State: model.Stateful}
	for _, s := range d.adminSets {
		in, out := s.chains(s.decide)
		l.Ingress, l.Egress = append(l.Ingress, in), append(l.Egress, out)
	}
	if d.admin {
		unknown := model.Chain{Name: layerAdmin, Order: model.FirstMatch, Default: model.Allow, Rules: []model.Rule{{Action: model.Deny,
			Target: model.Maybe{Selector: model.Any{}, Why: "rules of a network manager"}, Traffic: model.Traffic{model.AllTraffic()}}}}
		l.Ingress, l.Egress = append(l.Ingress, unknown), append(l.Egress, unknown)
	}
	return l, len(l.Ingress) > 0
}

// overruled returns a layer of groups with the admin rules in front.
func (d *decoder) overruled(l model.Layer) model.Layer {
	var ins, outs []model.Chain
	for _, s := range d.adminSets {
		in, out := s.chains(s.overrule)
		ins, outs = append(ins, in), append(outs, out)
	}
	l.Ingress, l.Egress = append(ins, l.Ingress...), append(outs, l.Egress...)
	return l
}

func (s *adminRules) chains(rules map[model.Direction][]model.Rule) (in, out model.Chain) {
	c := model.Chain{Name: s.name, Guard: model.Guard{Target: s.network}, Order: model.FirstMatch, Default: model.Pass}
	in, out = c, c
	in.Rules, out.Rules = rules[model.Ingress], rules[model.Egress]
	return in, out
}
