package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp021() audit.Check {
	return audit.Check{
		ID:       "EXP021",
		Title:    "A particular public address is admitted",
		Severity: audit.Low,
		Why:      "An address of a home, an office or a partner stays in the rules when it has long been somebody else's; it is also what an intruder adds to come back.",
		Advice:   "find out whose address it is and whether it still is; name it as trusted in the settings, or remove the rule",
		Kinds:    filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_allow_ingress_from_internet_to_any_port_from_ip"),
			named("aws", audit.SecurityGroup, scoutSuite, "ec2-security-group-whitelists-unknown-cidrs"),
		),
		Run: particularAddresses,
	}
}

// mostParticular is for how many addresses of a firewall each is a finding.
const mostParticular = 64

// particularAddresses finds public addresses that somebody has chosen, one finding for each, so that one can be answered for
// without the others; of many, one for each rule.
func particularAddresses(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Openings(), filters()) {
		pick := func(part model.Region) model.Region {
			return o.Keep(restricted(s, o, part), func(from model.AddrSet) model.AddrSet { return from.Subtract(s.Wide(from)).Subtract(s.Owned()) })
		}
		sure, unsure := pick(o.Open), pick(o.Unsure)
		for _, one := range particulars(o, o.Strangers(sure.Union(unsure))) {
			from := o.Between(one, model.Traffic{model.AllTraffic()})
			found := s.Telling(o, sure.Intersect(from), unsure.Intersect(from), func(_ model.AddrSet, what model.Traffic) string {
				return fmt.Sprintf("%s lets %s reach %s", o.Firewall.Label(), particular(s, one), few(what))
			})
			for i := range found {
				found[i].Step = 0
				found[i].Summary += descriptions(o, found[i].Causes)
			}
			out = append(out, withRemovals(o, found)...)
		}
	}
	return out
}

// particulars cuts addresses into those that are findings of their own: its ranges, or, of many, what each rule as it was written names that none before it does.
func particulars(o *audit.Opening, from model.AddrSet) []model.AddrSet {
	var out []model.AddrSet
	if ranges := from.Ranges(); len(ranges) <= mostParticular {
		for _, r := range ranges {
			out = append(out, model.AddrRange(r.From(), r.To()))
		}
		return out
	}
	named := map[model.Origin][]model.AddrSet{}
	var order []model.Origin
	for i, r := range o.Rules() {
		if r.Action != model.Allow {
			continue
		}
		if named[r.Origin] == nil {
			order = append(order, r.Origin)
		}
		named[r.Origin] = append(named[r.Origin], o.Peers(i))
	}
	for _, origin := range order {
		if some := model.UnionOf(named[origin]...).Intersect(from); !some.IsEmpty() {
			out, from = append(out, some), from.Subtract(some)
		}
	}
	if !from.IsEmpty() {
		out = append(out, from)
	}
	return out
}

// particular says whose addresses.
func particular(s *audit.Subject, a model.AddrSet) string {
	v4, v6 := audit.Size(a)
	switch {
	case v4+v6 == 1:
		return fmt.Sprintf("the single address %s on the Internet", a.Ranges()[0].From())
	case len(a.Ranges()) == 1:
		return a.String() + " on the Internet"
	}
	return blocksOf(s, a) + " on the Internet"
}

// descriptions says how the rules responsible are described.
func descriptions(o *audit.Opening, causes []audit.Cause) string {
	var words []string
	for _, c := range causes {
		told, ok := o.Firewall.RuleAt(o.Direction, c.Origin)
		if !ok || told.Description.Unknown {
			return ""
		}
		if text := told.Description.Value; text != "" && !slices.Contains(words, text) {
			words = append(words, text)
		}
	}
	switch {
	case len(causes) == 0:
		return ""
	case len(words) == 0:
		return ", and no description says whose it is"
	}
	return fmt.Sprintf(", described as %q", listed(words, 3))
}
