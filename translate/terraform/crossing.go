package tfsource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Two clouds have no address and no id in common: a security group of one is an application
// security group or a tag of the other if people call them the same, or if they hold the same
// addresses. Whoever has no counterpart is not compared, and a finding says so.

// CodeUnpaired marks findings about what one cloud tells apart and the other does not know, so
// that it was not compared.
const CodeUnpaired = "unpaired-group"

// isForeign reports whether nothing on side k is of the cloud of a party of the other side.
func isForeign(p party, sides []crowd, k int) bool {
	return len(sides) > 1 && len(sides[k].clouds) > 0 && !slices.Contains(sides[k].clouds, p.provider)
}

// crosses reports whether two sides have clouds that the other does not have.
func crosses(sides []crowd) bool {
	for k, side := range sides {
		for _, p := range slices.Concat(side.parties, side.grounds) {
			if isForeign(p, sides, 1-k) {
				return true
			}
		}
	}
	return false
}

// withGrounds returns the sides with their subnets as parties.
func withGrounds(sides []crowd) []crowd {
	out := slices.Clone(sides)
	for k := range out {
		out[k].parties = slices.Concat(out[k].parties, out[k].grounds)
	}
	return out
}

// foreignKeys are what parties of two clouds can have in common, the surest first. An empty
// key is none.
func foreignKeys() []func(party) string {
	return []func(party) string{
		func(p party) string {
			if p.Rest && !p.ground {
				return "rest"
			}
			return ""
		},
		func(p party) string {
			if p.ground {
				return ""
			}
			return strings.ToLower(p.Called)
		},
		func(p party) string { return strings.ToLower(p.Called) },
		func(p party) string {
			if p.Addrs.IsEmpty() {
				return ""
			}
			return p.Addrs.String()
		},
	}
}

// matchForeign adds to same the parties of side 1 that are the same as one of side 0 in another cloud.
func matchForeign(sides []crowd, same map[int]int) {
	taken := map[int]bool{}
	for _, j := range same {
		taken[j] = true
	}
	for _, key := range foreignKeys() {
		foreign := func(k int, done func(int) bool) map[string]int {
			return unique(sides[k].parties, func(p party) string {
				if !isForeign(p, sides, 1-k) {
					return ""
				}
				return key(p)
			}, done)
		}
		ours := foreign(0, func(i int) bool { return taken[i] })
		theirs := foreign(1, func(i int) bool { _, done := same[i]; return done })
		for name, i := range theirs {
			if j, ok := ours[name]; ok {
				same[i], taken[j] = j, true
			}
		}
	}
}

// lacks reports whether side k has no party for an atom because it is of another cloud.
func (r roll) lacks(sides []crowd, atom, k int) bool {
	at := r.atoms[atom].at
	return at[k] == absent && isForeign(sides[1-k].parties[at[1-k]], sides, k)
}

// completed returns the members with what they need on each side: marks are on somebody.
func (r roll) completed(sides []crowd, of [][]int, found []member) []member {
	for k, side := range sides {
		var next []member
		for _, m := range found {
			for _, set := range r.onSomebody(side, of[k], m.atoms) {
				one := everywhere(set, len(sides))
				one.open, one.held = m.open, m.held
				next = append(next, one)
			}
		}
		found = next
	}
	return found
}

// onSomebody returns a set with everybody on a side who has one of the marks that the set consists of there;
// the set as it is where it has more than marks, or nothing.
func (r roll) onSomebody(side crowd, of []int, set []int) [][]int {
	marks := 0
	bases := map[int]bool{}
	for i, p := range side.parties {
		if !slices.Contains(set, of[i]) {
			continue
		}
		if !p.Mark {
			return [][]int{set}
		}
		marks++
		for _, with := range side.together {
			if !slices.Contains(with, i) {
				continue
			}
			for _, j := range with {
				if !side.parties[j].Mark {
					bases[of[j]] = true
				}
			}
		}
	}
	if marks == 0 || len(bases) == 0 {
		return [][]int{set}
	}
	var out [][]int
	for base := range bases { // in any order: members are sorted
		out = append(out, append(slices.Clone(set), base))
	}
	return out
}

// located returns the groups of side k that a member is in whom that side knows by the addresses alone;
// false where it does not know them.
func (r roll) located(m member, sides []crowd, k int) ([]model.Group, bool) {
	if len(sides) < 2 {
		return nil, false
	}
	addrs := r.addrs(m, sides)
	if addrs.IsEmpty() {
		return nil, false
	}
	for _, p := range sides[k].parties {
		if r.isGround(m) {
			break // of which machines are a part
		}
		// Whose addresses are known may be the same machine as another's, and is judged as such.
		if !p.ground && !p.Addrs.IsEmpty() && !p.Own && !slices.ContainsFunc(p.Groups, func(g model.Group) bool { return slices.Contains(sides[k].strangers, g) }) &&
			!p.Addrs.Intersect(addrs).IsEmpty() {
			return nil, false
		}
	}
	var groups []model.Group
	covered, found := model.AddrSet{}, false
	for _, g := range sides[k].grounds {
		if g.Addrs.Intersect(addrs).IsEmpty() {
			continue
		}
		if found && !slices.Equal(groups, g.Groups) {
			return nil, false
		}
		groups, found = g.Groups, true
		covered = covered.Union(g.Addrs)
	}
	return groups, found && addrs.Subtract(covered).IsEmpty()
}

// isKnown reports whether side k can say what its rules are for a member.
func (r roll) isKnown(m member, sides []crowd, k int) bool {
	if r.isThere(m, k, sides) && slices.ContainsFunc(m.atoms, func(a int) bool {
		return r.atoms[a].at[k] != absent && (!r.atoms[a].rest || r.isRest(m))
	}) {
		return true
	}
	if r.isRest(m) && !slices.ContainsFunc(m.atoms, func(a int) bool { return !r.lacks(sides, a, k) }) {
		return true
	}
	_, ok := r.located(m, sides, k)
	return ok
}

// isRest reports whether a member is everybody who is in no group.
func (r roll) isRest(m member) bool {
	return !slices.ContainsFunc(m.atoms, func(a int) bool { return !r.atoms[a].rest })
}

// isGround reports whether a member is everybody in a subnet.
func (r roll) isGround(m member) bool {
	return !slices.ContainsFunc(m.atoms, func(a int) bool { return !r.atoms[a].first.ground })
}

// keepComparable drops the members that one side knows nothing of because it is
// of another cloud.
func (r *roll) keepComparable(sides []crowd) {
	r.members = slices.DeleteFunc(r.members, func(m member) bool {
		for k := range sides {
			foreign := slices.ContainsFunc(m.atoms, func(a int) bool { return r.lacks(sides, a, k) })
			if foreign && !r.isKnown(m, sides, k) {
				return true
			}
		}
		return false
	})
}

// unpaired says what was taken for the same, and what was dropped.
func (r roll) unpaired(sides []crowd) []model.Finding {
	kept := map[int]bool{}
	for _, m := range r.members {
		for _, a := range m.atoms {
			kept[a] = true
		}
	}
	var out []model.Finding
	for i, a := range r.atoms {
		both := !slices.Contains(a.at, absent)
		for k, side := range sides {
			if a.at[k] == absent {
				continue
			}
			switch p := side.parties[a.at[k]]; {
			case !both && !kept[i] && side.tellsApart(p):
				out = append(out, noCounterpart(p, "has no counterpart in the other cloud, so that its traffic is not compared"))
			case p.ground && kept[i] && r.isRest(everywhere([]int{i}, len(sides))) && !p.Rest && side.filters(p) && !r.isInhabited(p, sides):
				out = append(out, noCounterpart(p, "has rules, and nobody in it is in a group of the other cloud, so that they are not compared"))
			}
		}
		if both && isForeign(sides[0].parties[a.at[0]], sides, 1) {
			out = append(out, model.Finding{Severity: model.Info, Code: "paired-group",
				Summary: fmt.Sprintf("%s and %s are taken for the same", sides[0].parties[a.at[0]].Label, sides[1].parties[a.at[1]].Label)})
		}
	}
	return model.SortFindings(out)
}

// noCounterpart is a finding about a party that is not compared. Of the cloud's own machinery that is only
// to be expected.
func noCounterpart(p party, what string) model.Finding {
	f := model.Finding{Severity: model.Warning, Code: CodeUnpaired, Summary: p.Label + " " + what,
		Advice: "call both the same, by a name or the tag Name", Origin: model.Origin{Object: p.Label}}
	if p.Own {
		f.Severity, f.Advice = model.Info, ""
	}
	return f
}

// tellsApart reports whether rules name a party by anything that others of the network are not called too.
func (c crowd) tellsApart(p party) bool {
	if p.ground {
		return c.filters(p)
	}
	common := map[model.Group]bool{}
	for _, o := range slices.Concat(c.parties, c.grounds) {
		for _, g := range o.Groups {
			common[g] = common[g] || (o.Rest || o.ground) && o.Label != p.Label
		}
	}
	return len(p.Groups) == 0 || slices.ContainsFunc(p.Groups, func(g model.Group) bool { return c.named[g] && !common[g] })
}

// filters reports whether there are rules for a subnet.
func (c crowd) filters(p party) bool { return !p.Addrs.Intersect(c.addrs()).IsEmpty() }

// isInhabited reports whether somebody in a subnet is compared.
func (r roll) isInhabited(p party, sides []crowd) bool {
	return slices.ContainsFunc(r.members, func(m member) bool {
		return !r.isRest(m) && !r.addrs(m, sides).Intersect(p.Addrs).IsEmpty()
	})
}

// crossOver leaves the rules of those who are in no group aside: they are there as the other end only.
func (r roll) crossOver(p model.Policy) model.Policy {
	var aside []providers.Allowance
	var rest model.Identities
	for _, m := range r.members {
		if r.isRest(m) {
			rest = append(rest, m.id)
		}
	}
	if len(rest) > 0 {
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			aside = append(aside, providers.Allowance{Direction: d, Rule: model.Rule{Action: model.Allow, Target: rest,
				Traffic: model.Traffic{model.AllTraffic()}, Reason: "whoever is in no group is the other end only"}})
		}
	}
	return providers.Overrule(p, "not compared", aside)
}

// elsewhere returns addresses that one side has rules for and the other has not, as it is
// of another cloud: they are nobody's.
func elsewhere(sides []crowd) model.AddrSet {
	var out model.AddrSet
	for k, side := range sides {
		for _, g := range side.grounds {
			if isForeign(g, sides, 1-k) {
				out = out.Union(g.Addrs)
			}
		}
	}
	return out
}

// machinery returns the addresses at which either cloud has services of its own.
func machinery(sides []crowd) model.AddrSet {
	var out model.AddrSet
	for _, s := range sides {
		for _, a := range s.unfiltered {
			if at := (model.Inventory{}).Resolve(a.Rule.Peer).Must.Rest(); !at.IsAll() {
				out = out.Union(at)
			}
		}
	}
	return out
}

// withoutMachinery returns an inventory in which nobody holds the addresses of the clouds' own services, which are
// filtered in one cloud as the other never sees them.
func withoutMachinery(inv model.Inventory, own model.AddrSet) model.Inventory {
	held := providers.Held(inv)
	inv.Outside = inv.Outside.Subtract(own)
	inv.Members = slices.Clone(inv.Members)
	for i, m := range inv.Members {
		if left := held[m.ID].Subtract(own); !left.IsEmpty() {
			inv.Members[i].Addrs = left
		}
	}
	return inv
}
