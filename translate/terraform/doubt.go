package tfsource

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// doubted returns the policy of reading k with what it does not know of its members: those that may be in more
// than it says may be under other rules, which admit or refuse anything.
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
		perhaps := model.Rule{Name: "membership", Target: model.Maybe{Selector: who, Why: why}, Traffic: model.Traffic{model.AllTraffic()}}
		admitted, refused := perhaps, perhaps
		admitted.Action, refused.Action = model.Allow, model.Deny
		p = providers.Overrule(p, "membership that is not known", []providers.Allowance{
			{Direction: model.Ingress, Rule: admitted}, {Direction: model.Egress, Rule: admitted}})
		chains := []model.Chain{{Name: "membership that is not known", Guard: model.Guard{Target: who}, Order: model.FirstMatch,
			Rules: []model.Rule{refused}, Default: model.Allow}}
		p.Layers = append(p.Layers, model.Layer{Name: "membership that is not known", State: model.Stateful, Ingress: chains, Egress: chains})
	}
	return p
}
