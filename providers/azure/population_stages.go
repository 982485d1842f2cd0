package azure

import (
	"cmp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// The stages of security admin rules: those in force on a network are one by themselves, called stageAdmin with the network after it.
const (
	// stageAdmin is read where any of the rules are.
	stageAdmin = "security admin rules"
	// stageAdminInForce is read where there are any rules: of an account that has none, nothing is asked before
	// network security groups.
	stageAdminInForce = "security admin rules in force"
)

// adminAdvice says how to read security admin rules.
const adminAdvice = "grant the action Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action, " +
	"or add what az network manager list-effective-security-admin-rule prints"

// stagesOf says of which networks the security admin rules were read. Configuration has nothing to say of it: what is written is
// in force only where it is deployed.
func stagesOf(m terraform.Module) []providers.Stage {
	found := map[string]providers.Stage{}
	put := func(s providers.Stage) {
		have, ok := found[s.Name]
		if ok { // of which a part was read, then
			s.Unread = s.Unread && have.Unread
			s.Doubt = append(s.Doubt, have.Doubt...)
		}
		found[s.Name] = s
	}
	for _, r := range m.Resources {
		if !isNative(r) {
			continue
		}
		switch r.Type {
		case typeNetwork:
			if known, _ := r.Get(attrRuled).AsBool(); known {
				id, _ := r.Get("id").AsString()
				put(providers.Stage{Name: stageAdmin + " on " + labelOf(id)})
				put(providers.Stage{Name: stageAdmin})
			}
		case typeNotRead:
			put(providers.Stage{Name: stageAdminInForce, Unread: true, Advice: adminAdvice})
		case typeAdminRule:
			for _, s := range adminStages(r) {
				put(s)
			}
		}
	}
	var out []providers.Stage
	for _, s := range found {
		slices.Sort(s.Doubt)
		s.Doubt = slices.Compact(s.Doubt)
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b providers.Stage) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// adminStages says what a rule, or what stands for rules that were not read, tells of the stages.
func adminStages(r terraform.Resource) []providers.Stage {
	id, placed := r.Get(attrNetwork).AsString()
	name := stageAdmin
	if placed {
		name += " on " + labelOf(strings.ToLower(id))
	}
	if isUnreadAdmin(r) {
		return []providers.Stage{{Name: name, Unread: true, Doubt: []string{adminName(r.Get(attrNetwork), layerAdminUnread)}, Advice: adminAdvice}}
	}
	return []providers.Stage{{Name: name}, {Name: stageAdmin}, {Name: stageAdminInForce}}
}
