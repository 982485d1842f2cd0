package tfsource

import (
	"slices"

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
// unknown in the other.
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
		out[k] = in[k].Policy
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
