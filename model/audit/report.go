package audit

import "github.com/crosswall/crosswall/model"

// Exposing returns the findings about some traffic of an opening: one for what is sure to be open, and one for
// what may be. Summary is made by say, of the addresses from which it is open and the traffic that is.
func (s *Subject) Exposing(o *Opening, t model.Traffic, say func(from model.AddrSet, what model.Traffic) string) []Finding {
	var out []Finding
	sure, unsure := o.Within(t)
	for i, part := range []model.Region{sure, unsure} {
		if part.IsEmpty() {
			continue
		}
		rules := o.Causes(part)
		f := Finding{Summary: say(Sources(part), TrafficOf(part)), Object: o.Firewall.ObjectOf(model.Ingress, rules), Open: part,
			Causes: o.Firewall.CausesOf(model.Ingress, rules)}
		f.Exposure, f.Attached = s.Exposed(o, part)
		if i > 0 {
			f.Unsure = doubtOf(rules)
		}
		if o.Target != nil {
			f.Subject = SelectorText(o.Target)
		}
		out = append(out, f)
	}
	return out
}

// doubtOf says why it is not known whether rules match.
func doubtOf(rules []model.Rule) string {
	for _, r := range rules {
		if why := whyOf(r.Peer); why != "" {
			return why
		}
		if why := whyOf(r.Target); why != "" {
			return why
		}
	}
	return "it is not known whether a rule matches"
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
