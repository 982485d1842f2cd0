package checks

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func aws008() audit.Check {
	return audit.Check{
		ID:         "AWS008",
		Title:      "Security groups of one VPC admit the same",
		Severity:   audit.Low,
		Why:        "Two groups with the same effect are changed one by one, until one is forgotten.",
		Advice:     "keep one of them, or say in the descriptions why there are two",
		Kinds:      []audit.Kind{audit.SecurityGroup},
		References: named("aws", "", "CloudSploit", "overlappingSecurityGroups"),
		Run: func(s *audit.Subject) []audit.Finding {
			first := map[string]*audit.Firewall{}
			var out []audit.Finding
			for f := range s.Firewalls(audit.SecurityGroup) {
				if f.Loose || f.Partial != "" {
					continue
				}
				key, ok := effectOf(f)
				if !ok {
					continue
				}
				key += string(f.Network)
				twin := first[key]
				if twin == nil {
					first[key] = f
					continue
				}
				out = append(out, audit.Finding{Object: f.Object, Attached: aclUsers(f), Subject: "as " + twin.Label(), Unsure: networkDoubt(f),
					Summary: fmt.Sprintf("%s admits exactly what %s does%s", f.Label(), twin.Label(), together(s, f, twin)),
					Causes:  []audit.Cause{{Text: "the same rules", Origin: f.Origin, Link: f.Link}, {Text: "the same rules", Origin: twin.Origin, Link: twin.Link}}})
			}
			return out
		},
	}
}

// networkDoubt says why it is not known whether two groups without a network are in one; empty: they are.
func networkDoubt(f *audit.Firewall) string {
	if f.Network == "" {
		return "it is not known whether they are in one VPC"
	}
	return ""
}

// together says whether something has both groups.
func together(s *audit.Subject, f, twin *audit.Firewall) string {
	for _, x := range s.Under(f.Key) {
		if slices.Contains(x.Firewalls, twin.Key) {
			return ", and " + x.Label() + " has both"
		}
	}
	return ""
}

// mostCompared is how many rules a group may have in a direction to be compared by meaning; longer lists are compared as they are written.
const mostCompared = 120

// effectOf is the same for groups that admit the same; false for one of which that is not known, or that has no rule worth a word:
// none at all, or everything outwards alone.
func effectOf(f *audit.Firewall) (string, bool) {
	h := sha256.New()
	inbound := false
	for d, c := range f.AllChains() {
		inbound = inbound || d == model.Ingress && len(c.Rules) > 0
		lines, ok := effectLines(f, c.Rules)
		if !ok {
			return "", false
		}
		fmt.Fprintln(h, d)
		for _, l := range lines {
			fmt.Fprintln(h, l)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), inbound
}

// effectLines says what rules admit, in one spelling: by the traffic from addresses, and from each group.
func effectLines(f *audit.Firewall, rules []model.Rule) ([]string, bool) {
	var lines []string
	boxes := map[string][]model.Box{}
	for _, r := range rules {
		who := ""
		box := model.Box{Src: model.AnyEndpoint(), Dst: model.AnyEndpoint(), Traffic: r.Traffic}
		switch p := r.Peer.(type) {
		case model.At:
			box.Src = model.EndpointsAt(p.Addrs)
		case model.Group:
			if who = "group " + string(p); p == f.Key {
				who = "itself"
			}
		default:
			if _, unsure := aclPeers(p); unsure {
				return nil, false
			}
			who = audit.SelectorText(p)
		}
		if len(rules) > mostCompared {
			lines = append(lines, fmt.Sprintf("%s %s %s", who, box.Src, r.Traffic))
			continue
		}
		boxes[who] = append(boxes[who], box)
	}
	for who, bs := range boxes {
		for _, b := range model.NewRegion(bs...).Boxes() {
			lines = append(lines, fmt.Sprintf("%s %s %s", who, b.Src, b.Traffic))
		}
	}
	slices.SortFunc(lines, cmp.Compare)
	return slices.Compact(lines), true
}
