package tfsource

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Endpoints may be in several groups although no resource says so: who has which network tags, security groups or application
// security groups is often said elsewhere. Two readings that agree on everybody who is in one group may differ
// on who is in two. Which sets of groups have to be looked at follows from how firewalls decide.
//
// Call a station the rules of one layer in one direction, and let a packet be given but for the groups that its two ends are
// in, S and D. Rules name a group at an end, or several, any of which will do, or none: a rule that matches (S, D) matches larger sets
// too. The station decides by the first rule that matches (several chains after each other are one list, unless a rule
// passes to the next one). That rule needs one group s of S and one d of D at most, and it decides for all
// (S', D') that have s and d and lie within (S, D), as what comes before it matches none of these. The like holds for rules in any order of
// which one that admits will do: what none of them admits, none admits of smaller sets either.
//
//  1. So if two readings of one station differ on (S, D), because of s1, d1 in the one and s2, d2 in the other, they differ on
//     ({s1, s2}, {d1, d2}) and all sets between: pairs suffice, at both ends at once. At least one of the two rules is not in both
//     readings, or the order is another; the actions differ. Lists that admit only need no pairs: a set is
//     admitted if one of its groups is.
//  2. A policy admits what all stations admit. So (S, D) that one reading refuses and the other admits is refused at one station, where pairs
//     tell, and each other station of the reading that admits needs one group more at each end, at most. Where pairs pass
//     all of these, they are the difference; where not, a group that gets them past the station that refuses is added. That is what
//     happens to security groups, of which one may admit into the network and another out of it, though no rule of theirs denies.
//  3. None of it holds for rules that name who is not in a group, or who is in several at once: then nothing less than
//     all sets will do. No cloud has such rules; if there were any, the answer is that it is not known. The same goes for
//     rules that pass to the next chain by group: each of them may need one group more.
//
// Rules that are known perhaps only make no difference to that: what surely passes, and what may pass, are both lists of this kind.

// mostJoint bounds the endpoints that are made up; mostTried how many combinations of rules and groups are tried for them, and
// mostResidue how many boxes of connections are looked into. Beyond any, it is said that not all were looked at.
const (
	mostJoint   = 300
	mostTried   = 1 << 19
	mostResidue = 1 << 12
)

// Overlap is how endpoints of which no resource tells would be treated differently by two readings.
type Overlap struct {
	// Together are lists of members, by their identities in what [Merge] returns: an endpoint that is in everything that these are in
	// is treated differently by the readings in a way in which none that is in less is. Each is sorted, and so are they all.
	Together [][]model.Identity
	// Open says why there may be others besides; empty: there are none.
	Open string
}

// FindOverlap looks for what two readings differ in for endpoints that are in several groups at once, of which no resource tells. held
// completes an inventory as it is for the comparison; nil: nothing is to be completed. There are none where an account says who is in which groups.
// Readings of different clouds are not looked into: it is only said whether there may be any.
func FindOverlap(want, have Input, held func(model.Inventory) model.Inventory) Overlap {
	if want.TellsMembers() || have.TellsMembers() {
		return Overlap{}
	}
	if held == nil {
		held = func(inv model.Inventory) model.Inventory { return inv }
	}
	policies, _ := setAside([]Input{want, have})
	want.Policy, have.Policy = policies[0], policies[1]
	sides := sideBySide(want.crowd, have.crowd)
	if crosses(sides) {
		return Overlap{Open: acrossClouds(want, have, held)}
	}
	s := search{want: want, have: have, held: held, sides: sides, roll: enroll(sides, nil), at: map[model.Identity]member{}, origins: map[string][]origin{}}
	for _, m := range s.roll.members {
		s.at[m.id] = m
	}
	if !s.anyJoin() {
		return Overlap{}
	}
	return s.run()
}

// search is the search for endpoints to make up.
type search struct {
	want, have Input
	held       func(model.Inventory) model.Inventory
	sides      []crowd
	// roll is without anybody made up; at are its members.
	roll roll
	at   map[model.Identity]member
	// lists are the endpoints that were made up, and origins why, by listKey.
	lists   [][]model.Identity
	origins map[string][]origin
	tried   int
	open    string
}

// scene is both readings with the endpoints that were made up so far.
type scene struct {
	want, have Input
	inv        model.Inventory
	// asked and found are the entries of want and of have, and changed the stations at which they differ.
	asked, found entries
	changed      map[station]bool
}

func (s *search) scene() scene {
	var out scene
	out.want, out.have, _ = joinInputs(s.want, s.have, s.lists)
	out.inv = s.held(out.want.Inventory)
	out.asked, out.found = entriesOf(out.want.Policy, out.inv), entriesOf(out.have.Policy, out.inv)
	out.changed = markChanged(out.asked, out.found)
	return out
}

// anyJoin reports whether there are two members that anybody could be in together.
func (s *search) anyJoin() bool {
	joining := 0
	for _, m := range s.roll.members {
		if len(s.roll.thatJoin(m, providers.JoinsNone, s.sides)) < len(m.atoms) {
			joining++
		}
	}
	return joining > 1
}

func (s *search) run() Overlap {
	at := s.scene()
	if len(at.changed) == 0 {
		return Overlap{}
	}
	for _, place := range stationsOf(at.changed) {
		s.opposed(place, at.asked[place], at.found[place])
	}
	const rounds = 4 // one for each station of a layer or two
	for range rounds {
		slices.SortFunc(s.lists, slices.Compare)
		known := len(s.lists)
		at = s.scene()
		byStation := s.deltas(at)
		if len(byStation) == 0 {
			return Overlap{Open: s.openAt(at)}
		}
		all := model.Compare(at.want.Policy, at.have.Policy, at.inv)
		for _, place := range stationsOf(byStation) {
			s.letPast(at, place, byStation[place], all)
		}
		if len(s.lists) == known {
			return Overlap{Together: at.want.unexplained(all), Open: s.openAt(at)}
		}
	}
	s.open = "endpoints in more groups at once would have to be looked at than is done"
	at = s.scene()
	return Overlap{Together: at.want.unexplained(model.Compare(at.want.Policy, at.have.Policy, at.inv)), Open: s.openAt(at)}
}

// openAt says why not everything was looked at; empty: it was.
func (s *search) openAt(at scene) string {
	for _, place := range stationsOf(at.changed) {
		for _, in := range []Input{s.want, s.have} {
			if why := in.crowd.beyondPairs(in.Policy, place.layer); why != "" {
				return why
			}
		}
	}
	return s.open
}

// opposed makes up endpoints that two rules of one station name, one in each reading, that decide differently and of which
// one is not in both.
func (s *search) opposed(place station, asked, found []entry) {
	// What security groups refuse by default needs no other group to be refused.
	that := func(es []entry, does model.Action) []entry {
		var out []entry
		for _, e := range es {
			if e.action == does && !(e.byDefault && e.order == model.AnyAllow) {
				out = append(out, e)
			}
		}
		return out
	}
	for _, does := range []model.Action{model.Allow, model.Deny} {
		other := model.Allow + model.Deny - does
		against := that(found, other)
		for _, a := range that(asked, does) {
			if !s.spend(len(against)) {
				return
			}
			for _, b := range against {
				if (a.changed || b.changed) && overlapsIn(a.traffic, b.traffic) {
					s.oppose(place, a, b)
				}
			}
		}
	}
}

// oppose makes up endpoints that both of two rules name.
func (s *search) oppose(place station, a, b entry) {
	src, dst := s.between(a.src, b.src, a.srcNames, b.srcNames), s.between(a.dst, b.dst, a.dstNames, b.dstNames)
	if len(src) == 0 && a.src.Intersect(b.src).IsEmpty() || len(dst) == 0 && a.dst.Intersect(b.dst).IsEmpty() {
		return
	}
	for _, list := range slices.Concat(src, dst) {
		s.add(list, origin{at: place})
	}
}

// checksInOne is how many rules are looked at in the time that it takes to make up one endpoint.
const checksInOne = 64

// spend reports whether so many rules may still be looked at.
func (s *search) spend(checks int) bool {
	if s.tried += 1 + checks/checksInOne; s.tried > mostTried {
		s.open = tooMany
	}
	return s.tried <= mostTried
}

// between returns endpoints that are in two sets because of one group each, of those that the sets name.
func (s *search) between(a, b model.Endpoints, ours, theirs []model.Identity) [][]model.Identity {
	theirs = slices.DeleteFunc(slices.Clone(theirs), func(v model.Identity) bool { return holds(a, b, v) })
	if len(theirs) == 0 {
		return nil
	}
	var out [][]model.Identity
	for _, u := range ours {
		if !s.spend(0) {
			return nil
		}
		if holds(b, a, u) {
			continue
		}
		for _, v := range theirs {
			out = append(out, s.union(u, v)...)
		}
	}
	return out
}

const tooMany = "there are too many groups to look at all endpoints that may be in several at once"

// union returns the list of the parts of members; none where nobody can be in all, or where resources tell of somebody.
func (s *search) union(ids ...model.Identity) [][]model.Identity {
	if !s.spend(0) {
		return nil
	}
	list := slices.Clone(ids)
	slices.Sort(list)
	list = slices.Compact(list)
	m, ok := s.roll.jointOf(list, s.at, s.sides)
	if _, told := s.at[m.id]; !ok || told {
		return nil
	}
	return [][]model.Identity{m.of}
}

// add keeps an endpoint to make up, and why.
func (s *search) add(list []model.Identity, why origin) {
	key := listKey(list)
	before, seen := s.origins[key]
	if !seen {
		if len(s.lists) >= mostJoint {
			s.open = fmt.Sprintf("%d endpoints that may be in several groups at once were looked at, and there are more on which the answer may rest", mostJoint)
			return
		}
		s.lists = append(s.lists, list)
	}
	if !slices.ContainsFunc(before, func(o origin) bool { return o.at == why.at && slices.Equal(o.passed, why.passed) }) {
		s.origins[key] = append(before, why)
	}
}

// deltas returns how the readings differ at each station, where they do. Who is not there in a reading passes none of its
// stations.
func (s *search) deltas(at scene) map[station]model.Delta {
	out := map[station]model.Delta{}
	for place := range at.changed {
		d := model.Compare(place.of(at.want.Policy), place.of(at.have.Policy), at.inv)
		if !d.Equal() {
			out[place] = d
		}
	}
	return out
}

// of returns what a policy has at a station, and who is not there. Layers that judge replies by themselves are not
// taken apart.
func (p station) of(all model.Policy) model.Policy {
	var out model.Policy
	for _, l := range all.Layers {
		switch {
		case l.Name == layerNotThere:
		case l.Name != p.layer:
			continue
		case l.State == model.Stateless:
		case p.direction == model.Ingress:
			l.Egress = nil
		default:
			l.Ingress = nil
		}
		out.Layers = append(out.Layers, l)
	}
	return out
}
