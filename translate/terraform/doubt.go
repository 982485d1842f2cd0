package tfsource

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// doubted returns the policy of reading k with what it does not know of its members: those that may be in more
// than it says may be under other rules, which admit or refuse anything, and others may have rules that are about them.
func (r roll) doubted(p model.Policy, k int) model.Policy {
	byWhy := map[string]model.Identities{}
	var whys []string
	for _, m := range r.members {
		if why := m.unsure[k]; why != "" {
			if byWhy[why] == nil {
				whys = append(whys, why)
			}
			byWhy[why] = append(byWhy[why], m.id)
		}
	}
	slices.Sort(whys)
	for _, why := range whys {
		who := byWhy[why]
		var admitted []providers.Allowance
		var chains []model.Chain
		perhaps := model.Maybe{Selector: who, Why: why}
		for _, end := range []struct {
			guard model.Guard
			rule  model.Rule
		}{{model.Guard{Target: who}, model.Rule{Target: perhaps}}, {model.Guard{Peer: who}, model.Rule{Peer: perhaps}}} {
			r := end.rule
			r.Name, r.Traffic, r.Action = "membership", model.Traffic{model.AllTraffic()}, model.Allow
			admitted = append(admitted, providers.Allowance{Direction: model.Ingress, Rule: r}, providers.Allowance{Direction: model.Egress, Rule: r})
			r.Action = model.Deny
			chains = append(chains, model.Chain{Name: "membership that is not known", Guard: end.guard, Order: model.FirstMatch,
				Rules: []model.Rule{r}, Default: model.Pass})
		}
		p = providers.Overrule(p, "membership that is not known", admitted)
		p.Layers = append(p.Layers, model.Layer{Name: "membership that is not known", State: model.Stateful, Ingress: chains, Egress: chains})
	}
	return p
}
