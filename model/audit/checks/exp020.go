package checks

import (
	"fmt"
	"math"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp020() audit.Check {
	return audit.Check{
		ID:       "EXP020",
		Title:    "A wide public block is admitted",
		Severity: audit.Medium,
		Why:      "A block of thousands of public addresses is in many hands, whoever it was meant for, and changes hands without notice.",
		Advice:   "admit the addresses that are meant, or name the block as trusted in the settings",
		Kinds:    filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_allow_wide_open_public_ipv4"),
			named("aws", audit.SecurityGroup, trivy, "AWS-0107"),
		),
		Run: wideBlocks,
	}
}

func wideBlocks(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Openings(), filters()) {
		pick := func(part model.Region) model.Region { return o.Keep(restricted(s, o, part), wideOnly(s)) }
		found := s.Telling(o, pick(o.Open), pick(o.Unsure), func(from model.AddrSet, what model.Traffic) string {
			return fmt.Sprintf("%s lets %s, %s, reach %s", o.Firewall.Label(), strangers(s, from), counted(from), few(what))
		})
		for i := range found {
			found[i].Step = 0
		}
		out = append(out, withRemovals(o, found)...)
	}
	return out
}

// restricted is what of a part of an opening is not for everybody, not for answers, and more than a sign of life.
func restricted(s *audit.Subject, o *audit.Opening, part model.Region) model.Region {
	if part.IsEmpty() {
		return part
	}
	part = part.Subtract(o.Between(model.AllAddrs(), model.Traffic{model.AllOf(model.ICMP), model.AllOf(model.ICMPv6)}))
	return private(s, o, beyondReplies(o, part))
}

// wideOnly returns a choice of wide ranges, for families of which not the Internet at large may send.
func wideOnly(s *audit.Subject) func(model.AddrSet) model.AddrSet {
	return func(from model.AddrSet) model.AddrSet {
		var out model.AddrSet
		for _, family := range []model.AddrSet{from.V4(), from.V6()} {
			if !s.AtLarge(family) {
				out = out.Union(s.Wide(family))
			}
		}
		return out
	}
}

// counted says how many addresses there are.
func counted(a model.AddrSet) string {
	v4, v6 := audit.Size(a)
	var words []string
	if v4 > 0 {
		words = append(words, fmt.Sprintf("%.0f IPv4 addresses", v4))
	}
	switch networks := math.Ldexp(v6, -64); {
	case networks >= 1:
		words = append(words, fmt.Sprintf("%.0f IPv6 networks of /64", networks))
	case v6 > 0:
		words = append(words, fmt.Sprintf("%.0f IPv6 addresses", v6))
	}
	return listed(words, 2)
}
