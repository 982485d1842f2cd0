package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func sem003() audit.Check {
	return audit.Check{
		ID:       "SEM003",
		Title:    "A shorter list of rules decides the same",
		Severity: audit.Low,
		Why:      "Quotas count rules, and people read them. Blocks and port ranges that touch or overlap can be one.",
		Advice:   "write the shorter list in place of the rules",
		Kinds:    filters(),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			dead := map[writtenRule]bool{}
			for _, x := range s.Dead() {
				dead[writtenRule{x.Firewall, x.Direction, x.Chain, x.Rules[0].Origin}] = true
			}
			for f := range s.Firewalls() {
				for _, d := range []model.Direction{model.Ingress, model.Egress} {
					for i, c := range f.Chains(d) {
						c.Rules = slices.DeleteFunc(slices.Clone(c.Rules), func(r model.Rule) bool { return dead[writtenRule{f, d, i, r.Origin}] })
						out = append(out, shorter(f, c, d)...)
					}
				}
			}
			return out
		},
	}
}

// Bounds of the search for a shorter list, so that an account of thousands of lists has an answer.
const (
	mostToShorten = 400
	shortenBudget = 20_000
)

// writtenRule is a rule in a chain, as it was written.
type writtenRule struct {
	firewall  *audit.Firewall
	direction model.Direction
	chain     int
	origin    model.Origin
}

// shorter finds a shorter list for the rules of a chain that somebody wrote.
func shorter(f *audit.Firewall, c model.Chain, d model.Direction) []audit.Finding {
	c.Guard = model.Guard{}
	isAdded := func(r model.Rule) bool {
		told, ok := f.RuleAt(d, r.Origin)
		return ok && told.Added
	}
	if c.Order != model.AnyAllow && slices.ContainsFunc(c.Rules, isAdded) {
		c.Default = model.Pass // what no rule of theirs decides goes on to the rules of the cloud, which may allow it
	}
	c.Rules = slices.DeleteFunc(slices.Clone(c.Rules), isAdded)
	known := slices.DeleteFunc(slices.Clone(c.Rules), func(r model.Rule) bool { return audit.Doubt(r) != "" })
	which := "the %d " + d.String() + " rules"
	if len(known) < len(c.Rules) {
		if c.Order != model.AnyAllow {
			return nil // what decides below a rule that is not known is not known either
		}
		c.Rules, which = known, "the %d "+d.String()+" rules whose peers are known"
	}
	if len(c.Rules) < 2 || len(c.Rules) > mostToShorten || !mayShorten(c.Rules) || !areCountable(c.Rules) {
		return nil
	}
	m := model.Minimise(c, model.MinimiseOptions{Budget: shortenBudget})
	rules, before := m.Rules(), m.Before
	if n := wholes(c.Rules); n > 0 {
		rules, before = versionsJoined(rules, c.Order), before-n
	}
	if len(rules) >= before {
		return nil
	}
	var lines []string
	for _, r := range rules {
		r.Priority = 0
		lines = append(lines, audit.Describe(r, d))
	}
	out := audit.Finding{Object: f.ObjectOf(d, c.Rules), Subject: d.String(),
		Summary: fmt.Sprintf("%s: %s, counted by block and range of ports, can be %d", f.Label(), fmt.Sprintf(which, before), len(rules)),
		Advice:  "write the shorter list in place of the rules: it was proven to decide every packet alike"}
	changed := map[model.Origin]bool{}
	for _, e := range m.Entries {
		if len(e.From) != 1 {
			for _, n := range e.From {
				changed[c.Rules[n].Origin] = true
			}
		}
	}
	out.Causes = f.CausesOf(d, slices.DeleteFunc(slices.Clone(c.Rules), func(r model.Rule) bool { return len(changed) > 0 && !changed[r.Origin] }))
	if edits := condensing(c.Rules, d, len(m.Entries)); len(edits) > 0 {
		out.Fixes = edited("Write the blocks of addresses as the fewest that are the same", edits...)
	}
	out.Fixes = append(out.Fixes, audit.Fix{Title: "The shorter list, in order", Form: "text", Text: strings.Join(lines, "\n")})
	return []audit.Finding{out}
}

// wholes is how many entries rules have that are for everybody without naming a block: a list that counts blocks has two of each, one for each version of IP.
func wholes(rules []model.Rule) int {
	seen := map[string]bool{}
	for _, r := range rules {
		if _, all := r.Peer.(model.Any); all || r.Peer == nil {
			for _, t := range r.Traffic {
				seen[fmt.Sprint(r.Action, audit.SelectorText(r.Target), t)] = true
			}
		}
	}
	return len(seen)
}

// versionsJoined makes one rule for everybody of two rules that differ in the version of IP alone; where the order counts, of two that follow each other.
func versionsJoined(rules []model.Rule, order model.Order) []model.Rule {
	var out []model.Rule
	for _, r := range rules {
		i := slices.IndexFunc(out, func(o model.Rule) bool {
			at, ok := o.Peer.(model.At)
			with, also := r.Peer.(model.At)
			return ok && also && at.Addrs.Union(with.Addrs).IsAll() && o.Action == r.Action && o.Traffic.String() == r.Traffic.String() &&
				audit.SelectorText(o.Target) == audit.SelectorText(r.Target)
		})
		if i < 0 || order != model.AnyAllow && i != len(out)-1 {
			out = append(out, r)
			continue
		}
		out[i].Peer = nil
	}
	return out
}

// condensing returns the edits that write the blocks of each written rule as the fewest, where no more is needed to have a list that is as short as
// the shortest; none otherwise.
func condensing(rules []model.Rule, d model.Direction, shortest int) []audit.Edit {
	type list struct {
		origin  model.Origin
		traffic string
	}
	blocks := map[list]model.AddrSet{}
	written := map[list]int{}
	var order []list
	entries := 0
	for _, r := range rules {
		at, ok := r.Peer.(model.At)
		if !ok {
			entries += len(r.Traffic)
			continue
		}
		k := list{r.Origin, r.Traffic.String()}
		if written[k] == 0 {
			order = append(order, k)
		}
		entries += len(r.Traffic) * (len(blocks[k].Union(at.Addrs).Prefixes()) - len(blocks[k].Prefixes()))
		blocks[k] = blocks[k].Union(at.Addrs)
		written[k] += len(at.Addrs.Prefixes())
	}
	var out []audit.Edit
	for _, k := range order {
		if written[k] > len(blocks[k].Prefixes()) {
			if !audit.IsWritten(k.origin) {
				return nil
			}
			out = append(out, audit.Condense{Origin: k.origin, Direction: d})
		}
	}
	if entries != shortest {
		return nil
	}
	return out
}

// areCountable reports whether the entries of rules are those that the cloud counts. Azure's "*" with a port is one rule, and in the model perhaps
// every other protocol, each by itself.
func areCountable(rules []model.Rule) bool {
	return !slices.ContainsFunc(rules, func(r model.Rule) bool { return len(r.Traffic) >= allOthers })
}

// mayShorten reports whether two rules have so much in common that one could take the place of both, or of a part: the same action, and either
// the same peer or the same traffic. It is quick, and true where a search may find nothing.
func mayShorten(rules []model.Rule) bool {
	seen := map[string]bool{}
	for _, r := range rules {
		target := audit.SelectorText(r.Target)
		for _, k := range []string{
			fmt.Sprint("peer ", r.Action, target, audit.SelectorText(r.Peer)),
			fmt.Sprint("traffic ", r.Action, target, r.Traffic),
		} {
			if seen[k] {
				return true
			}
			seen[k] = true
		}
		if len(r.Traffic) > 1 {
			return true
		}
		if at, ok := r.Peer.(model.At); ok && len(at.Addrs.Prefixes()) > 1 {
			return true
		}
	}
	return false
}
