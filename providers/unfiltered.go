package providers

import "github.com/crosswall/crosswall/model"

// Unfiltered is a [Provider] whose cloud lets some traffic pass whatever the
// rules say: metadata services, the network's own DNS and DHCP. The translator adds it to
// what is asked for, and Decode adds it to what is there, so that both sides agree on
// what cannot be filtered.
type Unfiltered interface {
	// Unfiltered returns the traffic, each with a Reason.
	Unfiltered() []Allowance
}

// Overrule returns the policy with the allowances in front of each of its layers,
// in chains of their own: what they admit, no policy refuses. Name is what
// [model.Policy.Explain] calls these chains. A policy without layers admits everything and
// is returned as it is.
func Overrule(p model.Policy, name string, as []Allowance) model.Policy {
	if len(as) == 0 || len(p.Layers) == 0 {
		return p
	}
	out := model.Policy{Layers: append([]model.Layer(nil), p.Layers...)}
	for i, l := range out.Layers {
		out.Layers[i].Ingress = inFront(l.Ingress, name, model.Ingress, as)
		out.Layers[i].Egress = inFront(l.Egress, name, model.Egress, as)
	}
	return out
}

func inFront(chains []model.Chain, name string, d model.Direction, as []Allowance) []model.Chain {
	c := model.Chain{Name: name, Order: model.AnyAllow, Default: model.Pass}
	for _, a := range as {
		if a.Direction == d {
			c.Rules = append(c.Rules, a.Rule)
		}
	}
	if len(c.Rules) == 0 {
		return chains
	}
	return append([]model.Chain{c}, chains...)
}
