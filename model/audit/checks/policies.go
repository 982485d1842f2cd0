package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// networkPolicies returns the network policies of a subject.
func networkPolicies(s *audit.Subject) []*audit.Firewall {
	var out []*audit.Firewall
	for f := range s.Firewalls() {
		if f.Kind == audit.NetworkPolicy {
			out = append(out, f)
		}
	}
	return out
}

// oddPolicies is a finding for each peculiarity with one of some codes that reading found of policies. The
// codes are those of findings of the reader of manifests.
func oddPolicies(s *audit.Subject, codes ...audit.TraitCode) []audit.Finding {
	var out []audit.Finding
	for _, f := range networkPolicies(s) {
		for _, t := range f.Traits {
			if slices.Contains(codes, t.Code) {
				out = append(out, audit.Finding{Object: placed(f.Object, t.Origin), Subject: t.Origin.Path + " " + string(t.Code),
					Summary: fmt.Sprintf("%s: %s", f.Label(), t.Text)})
			}
		}
	}
	return out
}

// placed is an object at a place in it.
func placed(o audit.Object, at model.Origin) audit.Object {
	if at != (model.Origin{}) {
		o.Origin = at
	}
	return o
}

// policyKinds is what checks of network policies look at.
func policyKinds() []audit.Kind { return []audit.Kind{audit.NetworkPolicy} }

// everybodyIs is a finding for each policy that lets all strangers of an IP family in, or be sent to.
func everybodyIs(s *audit.Subject, openings []audit.Opening, say func(o *audit.Opening, with model.AddrSet) string) []audit.Finding {
	var out []audit.Finding
	whole := func(a model.AddrSet) model.AddrSet {
		var keep model.AddrSet
		v4, v6 := s.Whole(a)
		if v4 {
			keep = keep.Union(a.V4())
		}
		if v6 {
			keep = keep.Union(a.V6())
		}
		return keep
	}
	for _, o := range looking(openings, policyKinds()) {
		found := s.Telling(o, o.Keep(o.Open, whole), o.Keep(o.Unsure, whole), func(with model.AddrSet, _ model.Traffic) string { return say(o, with) })
		out = append(out, found...)
	}
	return out
}
