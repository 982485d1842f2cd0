package tfsource

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Merge puts two readings on one inventory, so that their policies can be compared:
// both results have the same Inventory, and policies that name its members in place of
// groups.
//
// Parties are the same when their resources have the same address; of the others, when
// they have the same cloud id; of the others, when they have the same kind and name, or the same kind and tag. What
// one reading makes and the other does not have is not there in the other, where nobody
// reaches it and it reaches nobody: a new security group opens what it admits. The same goes for
// the addresses of subnets that rules are for. Where the objects of its kind were not read, it is unknown whether it is there. What is only named in one reading is there in both; in the other it is under the rules that
// the cloud gives it by itself.
//
// Interfaces that both readings have, by their resource address, id, name or addresses, are in each what it says: one
// that loses a security group or a tag is under fewer rules. What was read on neither side is set aside, with a warning of
// [CodeIncomplete].
//
// Parties of different clouds are the same when people call them the same, by a tag or a
// name, or when they hold the same addresses; those of one cloud that the other knows by the addresses of a subnet
// are judged as anybody there. Ids never count. What has no counterpart is left out, and so is what
// only one cloud can have: its own services, and the rules of whoever is in no group. The findings
// say what was paired so and, as warnings with [CodeUnpaired], what was left out.
func Merge(a, b Input) (Input, Input, []model.Finding) { return MergeTogether(a, b, nil) }

// MergeTogether is [Merge] with an endpoint more for each list of members, by their identities in what Merge returns: one
// that is in everything that these are in, of which no resource tells. Lists of which nobody can be are left out, and all are
// where the readings are of different clouds. See [FindOverlap].
func MergeTogether(a, b Input, together [][]model.Identity) (Input, Input, []model.Finding) {
	policies, aside := setAside([]Input{a, b})
	a.Policy, b.Policy = policies[0], policies[1]
	if len(aside) > 0 {
		a.crowd, b.crowd = a.crowd.namedIn(a.Policy), b.crowd.namedIn(b.Policy)
	}
	a, b, findings := joinInputs(a, b, together)
	return a, b, model.SortFindings(append(findings, aside...))
}

// joinInputs is [MergeTogether] without setting anything aside.
func joinInputs(a, b Input, together [][]model.Identity) (Input, Input, []model.Finding) {
	return joinBound(a, b, together, bound)
}

// bound puts in place of a group those who are in it.
func bound(groups map[model.Group]model.Selector) func(model.Group) model.Selector {
	return func(g model.Group) model.Selector {
		if s, ok := groups[g]; ok {
			return s
		}
		return g
	}
}

// joinBound is joinInputs with what bind makes of groups, given who is in them, in place of the groups.
func joinBound(a, b Input, together [][]model.Identity, bind func(map[model.Group]model.Selector) func(model.Group) model.Selector) (Input, Input, []model.Finding) {
	sides := sideBySide(a.crowd, b.crowd)
	across := crosses(sides)
	if across {
		sides, together = withGrounds(sides), nil
	}
	r := enroll(sides, together)
	inv := r.inventory(sides)
	out := []Input{a, b}
	if across {
		inv = withoutMachinery(inv, machinery(sides))
		inv.Outside = inv.Outside.Subtract(elsewhere(sides))
	}
	for k := range out {
		p := withGroups(out[k].Policy, bind(r.groups(sides, k)))
		out[k].read = len(p.Layers)
		p.Layers = append(p.Layers, r.bareLayers(sides, k)...)
		p = r.doubted(p, k)
		if gone := r.gone(sides, k); len(gone) > 0 {
			gone := providers.Overrule(model.Policy{Layers: []model.Layer{notThere(gone)}}, "never filtered", sides[1-k].unfiltered)
			p.Layers = append(p.Layers, gone.Layers...)
		}
		if across {
			p = r.crossOver(p)
		}
		out[k].Policy, out[k].Inventory, out[k].joint = p, inv, r.jointMembers()
	}
	if across {
		return out[0], out[1], r.unpaired(sides)
	}
	return out[0], out[1], nil
}

// gone returns the members and the addresses that reading k does not have because
// the other makes them. What reading k has not looked for is perhaps there.
func (r roll) gone(sides []crowd, k int) model.Or {
	other := sides[1-k]
	var sure, perhaps model.Identities
	for _, m := range r.members {
		missing, known := false, false
		for _, a := range m.on[k] {
			at := r.atoms[a].at
			if at[k] != absent || !other.parties[at[1-k]].Made || r.lacks(sides, a, k) {
				continue
			}
			missing = true
			known = known || !sides[k].isUnread(other.parties[at[1-k]]) && !isPlaceless(sides, other.parties[at[1-k]])
		}
		switch {
		case known:
			sure = append(sure, m.id)
		case missing:
			perhaps = append(perhaps, m.id)
		}
	}
	var out model.Or
	if len(sure) > 0 {
		out = append(out, sure)
	}
	if len(perhaps) > 0 {
		out = append(out, model.Maybe{Selector: perhaps, Why: "objects of its kind were not read, or its addresses are not known"})
	}
	if addrs := other.sites().Subtract(sides[k].standing).Subtract(r.learnedSites(sides, k)); !addrs.IsEmpty() && !crosses(sides) {
		perhaps, why := addrs.Intersect(sides[k].perhaps), "the addresses of a subnet are not known"
		if slices.ContainsFunc(other.grounds, sides[k].isUnread) {
			perhaps, why = addrs, "subnets were not read"
		}
		if r.hasPlaceless(sides, k) {
			perhaps, why = addrs, "the addresses of a subnet are not known"
		}
		if sure := addrs.Subtract(perhaps); !sure.IsEmpty() {
			out = append(out, model.At{Addrs: sure})
		}
		if !perhaps.IsEmpty() {
			out = append(out, model.Maybe{Selector: model.At{Addrs: perhaps}, Why: why})
		}
	}
	return out
}

// isUnread reports whether a party of another reading may be there although this one does not have it, because
// objects of its kind were not read.
func (c crowd) isUnread(p party) bool { return c.unread[native{p.provider, p.Native}] }

// layerNotThere is the name of the layer of what a reading does not have.
const layerNotThere = "what is not there"

// notThere is a layer that lets nothing to or from what is named. What a cloud never
// filters is put in front of it: it says nothing about rules that come or go.
func notThere(what model.Or) model.Layer {
	chains := []model.Chain{{Name: "not there", Guard: model.Guard{Target: what}, Order: model.AnyAllow, Default: model.Deny}}
	return model.Layer{Name: layerNotThere, State: model.Stateful, Ingress: chains, Egress: chains}
}

// bareLayers returns what holds in reading k for those of whom only the other has rules.
func (r roll) bareLayers(sides []crowd, k int) []model.Layer {
	var out []model.Layer
	other := sides[1-k]
	for i, a := range r.atoms {
		if a.at[1-k] == absent || r.lacks(sides, i, k) {
			continue
		}
		if !r.isBare(i, sides, k) {
			continue
		}
		for _, g := range other.parties[a.at[1-k]].Groups {
			if l, ok := other.bare[g]; ok {
				out = append(out, withGroups(model.Policy{Layers: []model.Layer{l}}, func(model.Group) model.Selector {
					return r.bareAt(i, sides, k)
				}).Layers...)
			}
		}
	}
	return out
}

// isBare reports whether reading k may have an atom, and has no rules for it.
func (r roll) isBare(atom int, sides []crowd, k int) bool {
	here, there := r.atoms[atom].at[k], r.atoms[atom].at[1-k]
	if here == absent {
		return there != absent && !sides[1-k].parties[there].Made
	}
	return sides[k].parties[here].Unruled
}

// bareAt returns the members that reading k has in an atom without rules, or would if it had the atom. Who is put together
// is under the rules of what else it is in, if there are any.
func (r roll) bareAt(atom int, sides []crowd, k int) model.Identities {
	ruled := func(a int) bool {
		return r.joining(a, sides) != providers.JoinsNone && !r.isBare(a, sides, k)
	}
	alone := r.joining(atom, sides) != providers.JoinsNone
	var out model.Identities
	for _, m := range r.members {
		if !slices.Contains(m.on[k], atom) || alone && len(m.of) > 0 && slices.ContainsFunc(m.on[k], ruled) {
			continue
		}
		out = append(out, m.id)
	}
	return out
}

// jointMembers returns the members of whom no resource tells, with those that they are put together of.
func (r roll) jointMembers() map[model.Identity][]model.Identity {
	out := map[model.Identity][]model.Identity{}
	for _, m := range r.members {
		if len(m.of) > 0 {
			out[m.id] = m.of
		}
	}
	return out
}
