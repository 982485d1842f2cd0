package tfsource

import (
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// stage is a part of the firewall of a provider.
type stage struct {
	providers.Stage
	provider string
}

// setAside returns the policies of readings without the doubt that stands for what neither has read: nothing
// says that it differs. The findings say what was not read, so that no answer is complete. What one of them has read stays
// unknown in the other, or becomes so where its policy has no doubt of it.
func setAside(in []Input) ([]model.Policy, []model.Finding) {
	out := make([]model.Policy, len(in))
	advice := map[string]string{} // by name of the stage
	for k := range in {
		drop, keep := map[string][]string{}, []string{}
		for _, s := range in[k].crowd.stages {
			if s.Unread && !in[1-k].crowd.hasRead(s) {
				drop[s.Name] = s.Doubt
			} else {
				keep = append(keep, s.Doubt...)
			}
		}
		out[k] = withDoubt(in[k].Policy, in[k].crowd.undoubted(in[1-k].crowd))
		for name, doubt := range drop { // in any order: what is left does not depend on it
			if slices.ContainsFunc(doubt, func(d string) bool { return slices.Contains(keep, d) }) {
				continue
			}
			i := slices.IndexFunc(in[k].crowd.stages, func(s stage) bool { return s.Name == name })
			advice[name] = in[k].crowd.stages[i].Advice
			out[k] = without(out[k], doubt)
		}
	}
	var findings []model.Finding
	for name, advice := range advice {
		findings = append(findings, model.Finding{Severity: model.Warning, Code: CodeIncomplete, Advice: advice,
			Summary: name + " were read on neither side: the answer is about the rest alone, as if they did not differ"})
	}
	return out, model.SortFindings(findings)
}

// namedIn returns a reading without the places that nothing in a policy names any more.
func (c crowd) namedIn(p model.Policy) crowd {
	named := map[model.Group]bool{}
	for _, chain := range providers.ChainsOf(p) {
		guard, rules := providers.GroupsOfChain(chain)
		for _, g := range slices.Concat(guard, rules) {
			named[g] = true
		}
	}
	c.places = maps.Clone(c.places)
	maps.DeleteFunc(c.places, func(g model.Group, _ model.Selector) bool { return !named[g] })
	return c
}

// undoubted returns the names of stages of which a reading has nothing, doubt included, and another has read something.
func (c crowd) undoubted(other crowd) []string {
	var out []string
	for _, s := range c.stages {
		if s.Unread && len(s.Doubt) == 0 && other.hasRead(s) {
			out = append(out, s.Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// withDoubt returns a policy with what stands for stages that were not read: they may admit and refuse anything.
func withDoubt(p model.Policy, names []string) model.Policy {
	if len(names) == 0 {
		return p
	}
	why := strings.Join(names, ", ") + ", which were not read"
	perhaps := model.Rule{Name: why, Target: model.Maybe{Selector: model.Any{}, Why: why}, Traffic: model.Traffic{model.AllTraffic()}}
	admitted, refused := perhaps, perhaps
	admitted.Action, refused.Action = model.Allow, model.Deny
	p = providers.Overrule(p, why, []providers.Allowance{{Direction: model.Ingress, Rule: admitted}, {Direction: model.Egress, Rule: admitted}})
	chains := []model.Chain{{Name: why, Order: model.FirstMatch, Default: model.Allow, Rules: []model.Rule{refused}}}
	p.Layers = append(p.Layers, model.Layer{Name: why, State: model.Stateful, Ingress: chains, Egress: chains})
	return p
}

// hasRead reports whether a reading holds anything of a stage.
func (c crowd) hasRead(s stage) bool {
	return slices.ContainsFunc(c.stages, func(o stage) bool { return o.provider == s.provider && o.Name == s.Name && !o.Unread })
}

// without returns a policy without the layers and chains of some names.
func without(p model.Policy, names []string) model.Policy {
	if len(names) == 0 {
		return p
	}
	var out model.Policy
	left := func(chains []model.Chain) []model.Chain {
		return slices.DeleteFunc(slices.Clone(chains), func(c model.Chain) bool { return slices.Contains(names, c.Name) })
	}
	for _, l := range p.Layers {
		if slices.Contains(names, l.Name) {
			continue
		}
		l.Ingress, l.Egress = left(l.Ingress), left(l.Egress)
		out.Layers = append(out.Layers, l)
	}
	return out
}
