package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp022() audit.Check {
	return audit.Check{
		ID:       "EXP022",
		Title:    "The addresses of a whole cloud or of a shared service are admitted",
		Severity: audit.Medium,
		Why:      "Anybody can rent a machine, or make an instance of the service, that has one of these addresses.",
		Advice:   "admit the addresses that are yours; where a shared front end is meant, let what is behind it ask for a secret or an id that only yours sends",
		Kinds:    groupsOfRules(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, scoutSuite, "ec2-security-group-whitelists-aws", "ec2-security-group-whitelists-unknown-aws"),
		),
		Run: sharedRanges,
	}
}

// sharedRange is a list of addresses that customers of a cloud share, by its name.
type sharedRange struct {
	provider, name string
	// regional is whether there is one for each region besides, "name.region".
	regional bool
	// who has the addresses.
	who string
	// fronts is whether requests come through something of the cloud, which can be told from the same of others.
	fronts bool
}

// rangesShared are those that the clouds describe ("Virtual network service tags", learn.microsoft.com; "Work with AWS-managed
// prefix lists", Amazon VPC user guide). The addresses are not here: they change, and only the source tells them.
func rangesShared() []sharedRange {
	return []sharedRange{
		{provider: "azure", name: "AzureCloud", regional: true, who: "every machine in Azure's data centres"},
		{provider: "azure", name: "AppService", regional: true, who: "every App Service app"},
		{provider: "azure", name: "AzureDevOps", who: "every pipeline of Azure DevOps"},
		{provider: "azure", name: "AzureFrontDoor.Backend", who: "every Azure Front Door", fronts: true},
		{provider: "aws", name: "com.amazonaws.global.cloudfront.origin-facing", who: "every CloudFront distribution", fronts: true},
		{provider: "aws", name: "com.amazonaws.global.ipv6.cloudfront.origin-facing", who: "every CloudFront distribution", fronts: true},
	}
}

func sharedOf(l *audit.List) (sharedRange, bool) {
	for _, r := range rangesShared() {
		name := strings.TrimPrefix(l.Name, "service tag ")
		if r.provider == l.Provider && (strings.EqualFold(r.name, name) || r.regional && len(name) > len(r.name) && strings.EqualFold(r.name+".", name[:len(r.name)+1])) {
			return r, true
		}
	}
	return sharedRange{}, false
}

func sharedRanges(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Openings(), groupsOfRules()) {
		for _, n := range namedLists(s, o) {
			r, ok := sharedOf(n.list)
			if !ok {
				continue
			}
			f := audit.Finding{
				Summary: fmt.Sprintf("%s lets %s, which is %s, reach %s", o.Firewall.Label(), n.list.Name, r.who, few(n.rule.Traffic)),
				Object:  o.Firewall.ObjectOf(o.Direction, []model.Rule{n.rule}),
				Causes:  o.Firewall.CausesOf(o.Direction, []model.Rule{n.rule}),
				Subject: fmt.Sprintf("%s %s %s", audit.SelectorText(o.Target), n.list.Name, n.rule.Traffic),
			}
			f.Exposure, f.Attached = s.Exposed(o, n.part)
			if n.list.NotAll == "" { // else it is not known who sends
				f.Open = n.part
			}
			if r.fronts {
				f.Step = -1
			}
			out = append(out, f)
		}
	}
	return out
}

// namedList is a list of addresses that a rule names, and what of an opening it may admit by it.
type namedList struct {
	list *audit.List
	rule model.Rule
	part model.Region
}

// namedLists returns the lists in the rules of an opening that admit something of it, or may.
func namedLists(s *audit.Subject, o *audit.Opening) []namedList {
	var out []namedList
	whole := o.Open.Union(o.Unsure)
	seen := map[string]bool{}
	for _, r := range o.Rules() {
		told, ok := o.Firewall.RuleAt(o.Direction, r.Origin)
		if !ok || r.Action != model.Allow {
			continue
		}
		for _, k := range told.Lists {
			l, ok := s.List(k)
			if !ok {
				continue
			}
			from := l.Addrs
			if l.NotAll != "" {
				from = model.AllAddrs()
			}
			part := whole.Intersect(o.Between(from, r.Traffic))
			if key := fmt.Sprint(k, r.Origin, r.Traffic); !part.IsEmpty() && !seen[key] {
				seen[key] = true
				out = append(out, namedList{l, r, part})
			}
		}
	}
	return out
}
