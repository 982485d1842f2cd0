package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func k8s009() audit.Check {
	return audit.Check{
		ID:       "K8S009",
		Title:    "An ipBlock names addresses of pods, or none",
		Severity: audit.Medium,
		Why: "ipBlock is for addresses outside the cluster. Whether it matches pods differs between network plugins (with Cilium it does not), the addresses of pods change, and what " +
			"comes through a Service or a load balancer may have another source address than its sender.",
		Advice: "name pods by podSelector and namespaceSelector; leave the pods' addresses out of blocks with except",
		Kinds:  policyKinds(),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, f := range networkPolicies(s) {
				for d, c := range f.AllChains() {
					out = append(out, oddBlocks(s, f, c.Rules, d)...)
				}
			}
			return out
		},
	}
}

// oddBlocks finds the blocks of a policy that are for pods, or for nobody. A block that holds more than private addresses, as the
// Internet does, is not meant for pods.
func oddBlocks(s *audit.Subject, f *audit.Firewall, rules []model.Rule, d model.Direction) []audit.Finding {
	var out []audit.Finding
	seen := map[model.Origin]bool{}
	for _, r := range rules {
		at, ok := addressesOf(r.Peer)
		if !ok || seen[r.Origin] {
			continue
		}
		seen[r.Origin] = true
		one := []model.Rule{r}
		tell := func(text string, a ...any) {
			out = append(out, audit.Finding{Object: placed(f.Object, r.Origin), Causes: f.CausesOf(d, one), Subject: d.String() + " " + r.Origin.Path,
				Summary: f.Label() + ": " + fmt.Sprintf(text, a...)})
		}
		if at.IsEmpty() {
			tell("except takes away all of the block, so that it names nobody")
			continue
		}
		if !audit.Private().Covers(at) {
			continue
		}
		var pods []string
		for _, x := range s.Estate.Interfaces {
			if !x.Addrs.IsEmpty() && x.Addrs.Overlaps(at) && isSmall(x.Addrs) {
				pods = append(pods, x.Label())
			}
		}
		if len(pods) > 0 {
			tell("the block %s holds addresses of pods: %s", at, listed(pods, 4))
		}
	}
	return out
}

// isSmall reports whether addresses are those that pods were seen at, and not a range in which they may be.
func isSmall(a model.AddrSet) bool {
	v4, v6 := audit.Size(a)
	return v4 <= 256 && v6 <= 256
}
