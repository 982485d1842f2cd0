package gcp

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// rule is a firewall rule before it is written in either style. It is always
// of one family, of one kind of peer, and within the limits of one rule.
type rule struct {
	// prefix begins the rule's name: the segment that it is about, or the
	// identity that several segments share.
	prefix    string
	direction model.Direction
	action    model.Action // Allow or Deny
	target    machineID
	services  []service
	// ranges are the peer's addresses; sources are its identities, of an
	// ingress rule. Exactly one of the two is set.
	ranges  []netip.Prefix
	sources []machineID
	// within limits an ingress rule to these addresses of its target; empty: all.
	within []netip.Prefix
	// notes name the policies behind the rule, a line each; they are no part
	// of what the rule does.
	notes []string
}

// content spells everything that the rule does.
func (r rule) content() string {
	return fmt.Sprint(r.direction, " ", r.action, " ", r.target, " ", r.services, " ", r.ranges, " ", r.sources, " ", r.within)
}

// namedRule is a rule with its name in the cloud.
type namedRule struct {
	rule
	name string
}

// nameRules merges rules that do the same, names them and sorts them: those of a segment
// together, ingress before egress, allow before deny. A name holds a
// hash of what the rule does on which network, so that it changes with the rule and
// with nothing else.
func nameRules(network string, rules []rule) []namedRule {
	byContent := map[string]*rule{}
	for i, r := range rules {
		key := r.prefix + " " + r.content()
		if have, ok := byContent[key]; ok {
			have.notes = append(have.notes, r.notes...)
			continue
		}
		byContent[key] = &rules[i]
	}
	taken := map[string]bool{}
	var out []namedRule
	for _, key := range sortedKeys(byContent) {
		r := *byContent[key]
		r.notes = distinct(r.notes)
		way := "-in-"
		if r.direction == model.Egress {
			way = "-out-"
		}
		out = append(out, namedRule{r, uniqueHash(r.prefix+way, network+" "+r.content(), taken)})
	}
	slices.SortFunc(out, func(a, b namedRule) int {
		return cmp.Or(cmp.Compare(a.prefix, b.prefix), -cmp.Compare(a.direction, b.direction),
			-cmp.Compare(a.action, b.action), cmp.Compare(a.content(), b.content()))
	})
	return out
}

// distinct drops repeats and keeps the order.
func distinct(lines []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, l := range lines {
		if !seen[l] {
			seen[l] = true
			out = append(out, l)
		}
	}
	return out
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
