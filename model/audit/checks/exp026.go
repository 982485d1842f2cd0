package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp026() audit.Check {
	return audit.Check{
		ID:       "EXP026",
		Title:    "A list of addresses lets the Internet in",
		Severity: audit.Medium,
		Why:      "The rule names a list and looks narrow. What the list holds is decided elsewhere, often by others, and changes without the rule.",
		Advice:   "take wide public blocks off the list, or name in the rule what is meant",
		Kinds:    filters(),
		Run:      listsOfInternet,
	}
}

// listsOfInternet finds rules that name lists with wide public blocks, and rules of which it is not known whether they do.
func listsOfInternet(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Openings(), filters()) {
		for _, n := range namedLists(s, o) {
			if _, shared := sharedOf(n.list); shared {
				continue // which EXP022 is about
			}
			admits := model.Traffic{model.AllTraffic()}
			sure := o.Open.Intersect(n.part).Intersect(o.Between(n.list.Addrs, admits))
			unsure := o.Unsure.Intersect(n.part)
			pick := func(part model.Region) model.Region { return o.Keep(private(s, o, part), s.Wide) }
			found := s.Telling(o, pick(sure), pick(unsure), func(from model.AddrSet, what model.Traffic) string {
				return fmt.Sprintf("%s lets %s reach %s through %s", o.Firewall.Label(), strangers(s, from), few(what), n.list.Label())
			})
			for i := range found {
				found[i].Step = 0
				if found[i].Unsure != "" {
					found[i].Unsure = n.list.NotAll
					found[i].Summary = fmt.Sprintf("%s admits %s to %s, and it is not known which addresses that is", o.Firewall.Label(), n.list.Label(), few(audit.TrafficOf(found[i].Open)))
				}
				found[i].Subject += " " + n.list.Label()
			}
			out = append(out, found...)
		}
	}
	return out
}
