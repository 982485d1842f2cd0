package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// Exposing returns the findings about some traffic of an opening that the Internet may send or be sent, which is
// ranges that are [Subject.Wide]: one for what is sure to be open, and one for what may be. Summary is made by say, of the
// addresses from which it is open and the traffic that is. Findings are a step less severe where the addresses are not the Internet [Subject.AtLarge].
func (s *Subject) Exposing(o *Opening, t model.Traffic, say func(from model.AddrSet, what model.Traffic) string) []Finding {
	sure, unsure := o.Within(t)
	return s.Telling(o, o.Keep(sure, s.Wide), o.Keep(unsure, s.Wide), say)
}

// Telling returns the findings about a sure and an unsure part of an opening, as [Subject.Exposing] does. Those about
// egress have no exposure.
func (s *Subject) Telling(o *Opening, sure, unsure model.Region, say func(with model.AddrSet, what model.Traffic) string) []Finding {
	var out []Finding
	for i, part := range []model.Region{sure, unsure} {
		if part.IsEmpty() {
			continue
		}
		rules := o.Causes(part)
		strangers := o.Strangers(part)
		f := Finding{Summary: say(strangers, TrafficOf(part)), Object: o.Firewall.ObjectOf(o.Direction, rules), Open: part,
			Causes: o.Firewall.CausesOf(o.Direction, rules)}
		by, like, some := s, o, part
		if i > 0 {
			f.Unsure = o.doubtOf(rules, part)
			by, like, some = s.leniently(o, part)
		}
		if o.Direction == model.Ingress {
			f.Exposure, f.Attached = by.Exposed(like, some)
		}
		arriving := part
		if f.Exposure == Effective {
			arriving, f.Partly = by.arriving(like, some)
			f.Partly = f.Partly || !some.Covers(part)
		}
		f.Example = o.exampleOf(arriving)
		if o.Target != nil {
			f.Subject = SelectorText(o.Target)
		}
		if !s.AtLarge(strangers) || i > 0 && o.isOfServices(rules) {
			f.Step = -1
		}
		out = append(out, f)
	}
	return out
}

// exampleOf is a packet of a part of an opening, with an address inside for whoever has the firewall where it can be.
func (o *Opening) exampleOf(part model.Region) *model.Flow {
	inside := part.Intersect(model.NewRegion(o.boxAt(model.EndpointAt(model.Outside, model.AllAddrs()), Private(), model.Traffic{model.AllTraffic()})))
	if !inside.IsEmpty() {
		part = inside
	}
	return exampleOf(part)
}

// doubtOf says why it is not known whether rules match: those responsible for a part of an opening, or others that may refuse it.
func (o *Opening) doubtOf(rules []model.Rule, part model.Region) string {
	traffic := TrafficOf(part)
	var others string
	for _, r := range o.rules {
		why := cmp.Or(whyOf(r.strangers), whyOf(r.Peer), whyOf(r.Target))
		switch {
		case why == "":
		case slices.ContainsFunc(rules, func(c model.Rule) bool { return c.Origin == r.Origin && c.Action == r.Action }):
			return why
		case others == "" && overlap(r.Traffic, traffic):
			if others = why; r.Action == model.Deny {
				others = o.refusal(r.Rule, why)
			}
		}
	}
	return cmp.Or(others, "it is not known whether a rule matches")
}

// isOfServices reports whether rules admit nobody but services that the cloud knows, which are few of the Internet, whichever addresses they have.
func (o *Opening) isOfServices(rules []model.Rule) bool {
	return len(rules) > 0 && !slices.ContainsFunc(rules, func(r model.Rule) bool {
		told, ok := o.Firewall.RuleAt(o.Direction, r.Origin)
		return !ok || len(told.Lists) == 0 || !slices.ContainsFunc(told.Traits, func(t Trait) bool { return t.Code == PartOfInternet })
	})
}

// refusal says that a rule refuses somebody, and why it is not known whom.
func (o *Opening) refusal(r model.Rule, why string) string {
	name := strings.TrimSpace(r.Origin.Object + " " + r.Origin.Path)
	if told, ok := o.Firewall.RuleAt(o.Direction, r.Origin); ok && told.Name != "" && told.Name != name {
		name = fmt.Sprintf("rule %q", told.Name)
	}
	return name + " may refuse some of it: " + why
}

// whyOf returns the first reason for doubt in a selector; empty: there is none.
func whyOf(s model.Selector) string {
	var parts []model.Selector
	switch s := s.(type) {
	case model.Maybe:
		return s.Why
	case model.And:
		parts = s
	case model.Or:
		parts = s
	case model.Not:
		parts = []model.Selector{s.Selector}
	}
	for _, p := range parts {
		if why := whyOf(p); why != "" {
			return why
		}
	}
	return ""
}

// TrafficOf returns the traffic of a region, whoever sends it.
func TrafficOf(r model.Region) model.Traffic {
	var boxes []model.Box
	for b := range r.All() {
		boxes = append(boxes, model.Box{Src: model.AnyEndpoint(), Dst: model.AnyEndpoint(), Traffic: b.Traffic})
	}
	var out model.Traffic
	for _, b := range model.NewRegion(boxes...).Boxes() {
		out = append(out, b.Traffic...)
	}
	return out
}
