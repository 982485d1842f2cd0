package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func aws011() audit.Check {
	return audit.Check{
		ID:       "AWS011",
		Title:    "EKS opens SSH on its nodes to the Internet, as nobody says from where",
		Severity: audit.High,
		Why: "A node group with an SSH key and without groups to admit SSH from gets a security group from EKS that admits TCP port 22 from 0.0.0.0/0. " +
			"No rule in the configuration says so.",
		Advice:     "name the groups in source_security_group_ids, or leave out the key and reach nodes by Session Manager",
		Kinds:      []audit.Kind{audit.SecurityGroup},
		References: slices.Concat(named("aws", "", checkov, "CKV_AWS_100")),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls() {
				at := slices.IndexFunc(f.Traits, func(t audit.Trait) bool { return t.Code == audit.OpenByOmission })
				if at < 0 || f.Provider != "aws" {
					continue
				}
				rules := f.Ingress[0].Rules
				here := model.EndpointsOf(model.Identity(f.Label()))
				out = append(out, audit.Finding{Object: f.Object, Exposure: audit.Possible, Summary: fmt.Sprintf("%s: %s", f.Label(), f.Traits[at].Text),
					Causes: f.CausesOf(model.Ingress, rules),
					Open:   model.NewRegion(model.Box{Src: model.EndpointAt(model.Outside, audit.Internet().V4()), Dst: here, Traffic: rules[0].Traffic})})
			}
			return out
		},
	}
}
