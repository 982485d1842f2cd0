package tfsource

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// rewriter changes every group and every origin of a policy; nil: it leaves them as they are.
type rewriter struct {
	group  func(model.Group) model.Selector
	origin func(model.Origin) model.Origin
}

// withGroups returns the policy with every group replaced.
func withGroups(p model.Policy, f func(model.Group) model.Selector) model.Policy {
	return rewriter{group: f}.policy(p)
}

// withOrigins returns the policy with every file's name replaced.
func withOrigins(p model.Policy, file func(string) string) model.Policy {
	names := map[string]string{} // the same text is kept once
	once := func(name string) string {
		out, ok := names[name]
		if !ok {
			out = file(name)
			names[name] = out
		}
		return out
	}
	same := true
	for _, c := range providers.ChainsOf(p) {
		same = same && !slices.ContainsFunc(c.Rules, func(r model.Rule) bool { return once(r.Origin.File) != r.Origin.File })
	}
	if same { // as of every account, which has no files
		return p
	}
	return rewriter{origin: func(o model.Origin) model.Origin { o.File = once(o.File); return o }}.policy(p)
}

func (w rewriter) policy(p model.Policy) model.Policy {
	out := model.Policy{Layers: slices.Clone(p.Layers)}
	for i, l := range out.Layers {
		out.Layers[i].Ingress, out.Layers[i].Egress = w.chains(l.Ingress), w.chains(l.Egress)
	}
	return out
}

func (w rewriter) chains(chains []model.Chain) []model.Chain {
	out := slices.Clone(chains)
	for i, c := range out {
		out[i].Guard = model.Guard{Target: w.selector(c.Guard.Target), Peer: w.selector(c.Guard.Peer)}
		out[i].Rules = slices.Clone(c.Rules)
		for j, r := range out[i].Rules {
			r.Target, r.Peer = w.selector(r.Target), w.selector(r.Peer)
			if w.origin != nil {
				r.Origin = w.origin(r.Origin)
			}
			out[i].Rules[j] = r
		}
	}
	return out
}

func (w rewriter) selector(s model.Selector) model.Selector {
	if w.group == nil {
		return s
	}
	switch s := s.(type) {
	case model.Group:
		return w.group(s)
	case model.And:
		return model.And(w.selectors(s))
	case model.Or:
		return together(w.selectors(s))
	case model.Not:
		return model.Not{Selector: w.selector(s.Selector)}
	case model.Maybe:
		return model.Maybe{Selector: w.selector(s.Selector), Why: s.Why}
	case nil, model.Any, model.At, model.Identities:
		return s
	}
	return s
}

func (w rewriter) selectors(ss []model.Selector) []model.Selector {
	out := make([]model.Selector, len(ss))
	for i, s := range ss {
		out[i] = w.selector(s)
	}
	return out
}

// together returns endpoints that any of the selectors names. Lists of identities become one, as an account has
// thousands of groups whose members a chain is for.
func together(ss []model.Selector) model.Selector {
	var ids model.Identities
	var rest model.Or
	for _, s := range ss {
		if list, ok := s.(model.Identities); ok {
			ids = append(ids, list...)
			continue
		}
		rest = append(rest, s)
	}
	if len(ss)-len(rest) < 2 {
		return model.Or(ss)
	}
	slices.Sort(ids)
	return append(model.Or{slices.Compact(ids)}, rest...)
}
