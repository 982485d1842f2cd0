package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func k8s001() audit.Check {
	return audit.Check{
		ID:       "K8S001",
		Title:    "Workloads that no network policy isolates",
		Severity: audit.High,
		Why: "A pod that no policy selects in a direction accepts whatever is sent to it, or sends whatever it likes: from the first pod that is taken over, all " +
			"of those are within reach.",
		Advice: "add a policy to the namespace that selects every pod and allows nothing (podSelector: {} with policyTypes Ingress and Egress), and then what is needed",
		Kinds:  []audit.Kind{audit.NamespaceKind},
		References: slices.Concat(
			named("kubernetes", "", "CIS Kubernetes 2.0.1", "5.3.2"),
			named("kubernetes", "", checkov, "CKV2_K8S_6"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			sure, perhaps := isolated(s)
			var out []audit.Finding
			for _, n := range s.Estate.Networks {
				if n.Kind == audit.NamespaceKind {
					out = append(out, openIn(s, n, sure, perhaps)...)
				}
			}
			return out
		},
	}
}

// sides are the directions in which something is so.
type sides map[model.Direction]bool

// isolated returns in which directions each workload is isolated: surely, and perhaps.
func isolated(s *audit.Subject) (sure, perhaps map[model.Group]sides) {
	sure, perhaps = map[model.Group]sides{}, map[model.Group]sides{}
	for _, l := range s.Policy.Layers {
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			for _, c := range l.Chains(d) {
				r := s.Inventory.Resolve(c.Guard.Target)
				for _, x := range s.Estate.Interfaces {
					id := model.Identity(x.Key)
					note(sure, x.Key, d, !r.Must.At(id).IsEmpty())
					note(perhaps, x.Key, d, !r.May.At(id).IsEmpty())
				}
			}
		}
	}
	return sure, perhaps
}

func note(into map[model.Group]sides, k model.Group, d model.Direction, is bool) {
	if into[k] == nil {
		into[k] = sides{}
	}
	into[k][d] = into[k][d] || is
}

// openIn finds the workloads of a namespace that are not isolated in a direction.
func openIn(s *audit.Subject, n audit.Network, sure, perhaps map[model.Group]sides) []audit.Finding {
	policies := 0
	for _, f := range networkPolicies(s) {
		if f.Network == n.Key {
			policies++
		}
	}
	var out []audit.Finding
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		var open, doubtful []string
		total := 0
		for _, x := range s.Estate.Interfaces {
			switch {
			case x.Network != n.Key:
				continue
			case sure[x.Key][d]:
			case perhaps[x.Key][d]:
				doubtful = append(doubtful, x.Label())
			default:
				open = append(open, x.Label())
			}
			total++
		}
		out = append(out, tellOpen(n, d, open, policies, total)...)
		for _, f := range tellOpen(n, d, doubtful, policies, total) {
			f.Unsure = "whether a policy selects them is not known"
			out = append(out, f)
		}
	}
	return out
}

// tellOpen is the finding about the workloads of a namespace that are not isolated in a direction; none where there are none.
func tellOpen(n audit.Network, d model.Direction, open []string, policies, total int) []audit.Finding {
	if len(open) == 0 {
		return nil
	}
	slices.Sort(open)
	way := "for what is sent to them"
	if d == model.Egress {
		way = "for what they send"
	}
	text := fmt.Sprintf("namespace %s: %d of %d workloads are isolated by no policy %s: %s", n.Label(), len(open), total, way, listed(open, 4))
	if policies == 0 {
		text = fmt.Sprintf("namespace %s has no network policy, so that these of its workloads are open %s: %s", n.Label(), way, listed(open, 4))
	}
	return []audit.Finding{{Object: n.Object, Summary: text, Attached: open, Subject: d.String() + " " + fmt.Sprint(open)}}
}
