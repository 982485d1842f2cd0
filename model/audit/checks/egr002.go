package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func egr002() audit.Check {
	return audit.Check{
		ID:       "EGR002",
		Title:    "Risky services of the Internet may be used",
		Severity: audit.Medium,
		Why:      "Remote shells, mail, file shares and chat are what stolen machines use: to carry data out, to attack others, to take orders. DNS servers of one's choice carry data too.",
		Advice:   "admit these services to the addresses alone that need them, and DNS to your own resolvers",
		Kinds:    groupsOfRules(),
		Run:      riskyOut,
	}
}

func riskyOut(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	services := outward()
	dns := audit.Service{Name: "DNS servers of anybody's choice", Traffic: both(port(53))}
	all := append(trafficOf(services), dns.Traffic...)
	for _, o := range looking(s.Outlets(), groupsOfRules()) {
		if !o.Has(all) {
			continue
		}
		part := func(open model.Region) model.Region {
			open = open.Subtract(everything(s, o, open)) // which EGR001 tells
			risky := o.Keep(open.Intersect(o.Between(model.AllAddrs(), trafficOf(services))), s.Wide)
			return risky.Union(otherResolvers(s, o, open.Intersect(o.Between(model.AllAddrs(), dns.Traffic))))
		}
		for _, f := range outwards(s, o, part, func(to model.AddrSet, what model.Traffic) string {
			return fmt.Sprintf("%s lets machines inside use %s of %s (%s)", o.Firewall.Label(), namesOf(append(slices.Clone(services), dns), what), internet(s, to), few(what))
		}) {
			f.Step = 0
			out = append(out, f)
		}
	}
	return out
}

// otherResolvers is what of some DNS is not to the resolvers of the settings. Where there are none, a single resolver that a rule names is
// taken for the one that is meant.
func otherResolvers(s *audit.Subject, o *audit.Opening, dns model.Region) model.Region {
	if s.Settings.Resolvers.IsEmpty() {
		return o.Keep(dns, s.Wide)
	}
	return dns.Subtract(o.Between(s.Settings.Resolvers, model.Traffic{model.AllTraffic()}))
}
