package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func aws021() audit.Check {
	return audit.Check{
		ID:       "AWS021",
		Title:    "Subnets have a network ACL that lets everything through, or the default one",
		Severity: audit.Medium,
		Why: "Such an ACL is no second line: what a security group admits by mistake comes in. The default ACL, besides, is on every subnet that somebody makes " +
			"and forgets about.",
		Advice: "give subnets an ACL of their own that refuses what no machine in them should ever get, with room for replies (AWS022)",
		Kinds:  []audit.Kind{audit.NetworkACL},
		References: slices.Concat(
			named("aws", "", "ScoutSuite", "vpc-subnet-with-default-acls", "vpc-subnet-with-bad-acls"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, v := range aclViews(s) {
				f := v.firewall
				subnets := aclUsers(f)
				finding := audit.Finding{Object: f.Object, Attached: subnets}
				on := someOf(subnets)
				if len(subnets) == 0 {
					if f.Partial != "" || f.Standard == audit.Yes {
						continue // on none that is known
					}
					on, finding.Unsure = "subnets that are not known", f.NotAll
				}
				open := v.openFamilies()
				switch {
				case open != "":
					finding.Summary = fmt.Sprintf("%s, on %s, lets all %s traffic in and out", f.Label(), on, open)
					finding.Causes = slices.Concat(f.CausesOf(model.Ingress, v.wholes(model.Ingress)), f.CausesOf(model.Egress, v.wholes(model.Egress)))
				case f.Standard == audit.Yes:
					finding.Severity = audit.Low
					finding.Summary = fmt.Sprintf("%s is the default network ACL, and %s has it", f.Label(), on)
				default:
					continue
				}
				out = append(out, finding)
			}
			return out
		},
	}
}

// openFamilies names the families of which everything surely passes in both directions; empty: none.
func (v *aclView) openFamilies() string {
	open := map[bool]bool{false: true, true: true} // by whether it is IPv6
	for _, cell := range v.beyond() {
		six := cell.V4().IsEmpty()
		open[six] = open[six] && v.everything(model.Ingress, cell) && v.everything(model.Egress, cell)
	}
	switch {
	case open[false] && open[true]:
		return "IPv4 and IPv6"
	case open[false]:
		return "IPv4"
	case open[true]:
		return "IPv6"
	}
	return ""
}

// wholes are the entries of a direction that allow everything with somebody.
func (v *aclView) wholes(d model.Direction) []model.Rule {
	return v.causes(d, model.Allow, model.AllAddrs(), func(e aclEntry) bool {
		return len(e.Traffic) > 0 && e.Traffic[0].Protocol == model.AnyProtocol
	})
}
