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
	// targets are of one kind, sorted, and never empty.
	targets  []machineID
	services []service
	// ranges are the peer's addresses; sources are its identities, of an
	// ingress rule. Exactly one of the two is set.
	ranges  []netip.Prefix
	sources []machineID
	// within limits an ingress rule to these addresses of its target; empty: all.
	within []netip.Prefix
	// shared is whether the rule speaks for several segments that would have rules of their
	// own if lists were not shortened.
	shared bool
	// notes name the policies behind the rule, a line each; they are no part
	// of what the rule does.
	notes []string
}

// kind is the kind of the identities that the rule names.
func (r rule) kind() identityKind { return r.targets[0].kind }

// targetText spells the targets: one of them by itself.
func (r rule) targetText() string {
	if len(r.targets) == 1 {
		return r.targets[0].String()
	}
	return fmt.Sprint(r.targets)
}

// content spells everything that the rule does.
func (r rule) content() string {
	return fmt.Sprint(r.direction, " ", r.action, " ", r.targetText(), " ", r.services, " ", r.ranges, " ", r.sources, " ", r.within)
}

// identity is the content that a rule's name follows from. A shared rule is the same rule
// whoever comes to share it: it is then updated in place, and never away for a moment, in
// which a refusal would not hold.
func (r rule) identity() string {
	if r.shared {
		return fmt.Sprint("shared ", r.direction, " ", r.action, " ", r.kind(), " ", r.services, " ", r.ranges, " ", r.sources)
	}
	return r.content()
}

// namedRule is a rule with its name in the cloud.
type namedRule struct {
	rule
	name string
}

// mergeEqual makes one rule of those that do the same, sorted by prefix and content.
func mergeEqual(rules []rule) []rule {
	byContent := map[string]rule{}
	for _, r := range rules {
		key := r.prefix + " " + r.content()
		if have, ok := byContent[key]; ok {
			r.notes = slices.Concat(have.notes, r.notes)
		}
		byContent[key] = r
	}
	out := make([]rule, 0, len(byContent))
	for _, key := range sortedKeys(byContent) {
		r := byContent[key]
		r.notes = distinct(r.notes)
		out = append(out, r)
	}
	return out
}

// nameRules names distinct rules and sorts them: those of a segment
// together, ingress before egress, allow before deny. A name holds a
// hash of what the rule does on which network, so that it changes with the rule and
// with nothing else.
func nameRules(network string, rules []rule) []namedRule {
	taken := map[string]bool{}
	var out []namedRule
	for _, r := range mergeEqual(rules) {
		way := "-in-"
		if r.direction == model.Egress {
			way = "-out-"
		}
		out = append(out, namedRule{r, uniqueHash(r.prefix+way, network+" "+r.identity(), taken)})
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
