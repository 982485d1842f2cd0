package translate

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// rewrite returns the policy with every selector replaced by what f makes of it.
// Identities inside compound selectors reach f too.
func rewrite(p model.Policy, f func(model.Identities) model.Selector) model.Policy {
	out := model.Policy{Layers: slices.Clone(p.Layers)}
	for i, l := range out.Layers {
		out.Layers[i].Ingress = rewriteChains(l.Ingress, f)
		out.Layers[i].Egress = rewriteChains(l.Egress, f)
	}
	return out
}

func rewriteChains(chains []model.Chain, f func(model.Identities) model.Selector) []model.Chain {
	out := slices.Clone(chains)
	for i, c := range out {
		out[i].Guard.Target = rewriteSelector(c.Guard.Target, f)
		out[i].Guard.Peer = rewriteSelector(c.Guard.Peer, f)
		out[i].Rules = slices.Clone(c.Rules)
		for j, r := range c.Rules {
			out[i].Rules[j].Target = rewriteSelector(r.Target, f)
			out[i].Rules[j].Peer = rewriteSelector(r.Peer, f)
		}
	}
	return out
}

func rewriteSelector(s model.Selector, f func(model.Identities) model.Selector) model.Selector {
	each := func(in []model.Selector) []model.Selector {
		out := make([]model.Selector, len(in))
		for i, t := range in {
			out[i] = rewriteSelector(t, f)
		}
		return out
	}
	switch s := s.(type) {
	case model.Identities:
		return f(s)
	case model.And:
		return model.And(each(s))
	case model.Or:
		return model.Or(each(s))
	case model.Not:
		return model.Not{Selector: rewriteSelector(s.Selector, f)}
	case model.Maybe:
		return model.Maybe{Selector: rewriteSelector(s.Selector, f), Why: s.Why}
	case nil, model.Any, model.At, model.Group:
		return s
	}
	return s
}
