package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func k8s007() audit.Check {
	return audit.Check{
		ID:       "K8S007",
		Title:    "A rule of a network policy does nothing, or more than it seems to",
		Severity: audit.Medium,
		Why: "Policies add up: what one allows no other takes away. A rule that others cover misleads whoever tightens it; policyTypes that leave a direction out make " +
			"its rules void, and leaving policyTypes out denies more than was written.",
		Advice: "remove the rule, or write what is meant: policyTypes for every direction that is to be isolated, peers for every rule",
		Kinds:  policyKinds(),
		Run: func(s *audit.Subject) []audit.Finding {
			return slices.Concat(oddPolicies(s, "dead-rules", "ingress-denied-too", "egress-not-denied"), needlessRules(s))
		},
	}
}

// needlessRules finds the rules of policies all of which others admit, for the workloads that there are.
func needlessRules(s *audit.Subject) []audit.Finding {
	policies := map[string]*audit.Firewall{}
	for _, f := range networkPolicies(s) {
		policies[f.Origin.Object] = f
	}
	if len(policies) == 0 {
		return nil
	}
	var out []audit.Finding
	for _, l := range s.Policy.Layers {
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			for _, c := range l.Chains(d) {
				out = append(out, needlessIn(s, policies, c, d)...)
			}
		}
	}
	return out
}

func needlessIn(s *audit.Subject, policies map[string]*audit.Firewall, c model.Chain, d model.Direction) []audit.Finding {
	if c.Order != model.AnyAllow || len(c.Rules) < 2 {
		return nil
	}
	c = audit.WidestFirst(c)
	c.Rules = slices.DeleteFunc(c.Rules, func(r model.Rule) bool { return r.Reason != "" })
	c.Guard = model.Guard{}
	var out []audit.Finding
	for _, x := range audit.DeadOf(c, model.NewList(c, d, s.Inventory)) {
		o := x.Rules[0].Origin
		f := policies[o.Object]
		if f == nil || len(x.By) == 0 {
			continue
		}
		out = append(out, audit.Finding{Object: placed(f.Object, o), Subject: d.String() + " " + o.Path, Causes: append(f.CausesOf(d, x.Rules), f.CausesOf(d, x.By)...),
			Summary: fmt.Sprintf("%s: of what %s allows, other rules allow all, for the workloads that there are", f.Label(), o.Path),
			Advice:  "remove the rule if it says the same on purpose; keep it if it is to hold for workloads that are yet to come"})
	}
	return out
}
