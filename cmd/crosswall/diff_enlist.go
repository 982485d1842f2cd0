package main

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

const (
	// codeNotEnlisted marks what stands at an address of a segment and is not in the groups of the segment.
	codeNotEnlisted = "not-in-group"
	// codeStrayMember marks what is in a group of a segment and stands at none of its addresses, or is of another segment too.
	codeStrayMember = "stray-in-group"
)

// enlistment puts the endpoints that a module tells one by one, at their addresses, into the groups that they are in, in
// place of what the placement has in them. What is in all groups of a segment and at an address of it is of that segment. What
// is at an address of segments and in all groups of none may be of any of these, so that it is in its groups as each of them.
// Elsewhere it is a stranger.
type enlistment struct {
	binder
	inv   model.Inventory
	rolls map[model.Group]providers.Roll
	// own are the groups of each segment here, of those of which it is told who is in them; sorted. of is the other way
	// round.
	own map[model.Identity][]model.Group
	of  map[model.Group][]model.Identity
	// homes are the addresses of segments where these are known.
	homes map[model.Identity]model.AddrSet
	// told are the addresses at which it is told what segments are in, in what they are in, and unsure those at which
	// they may be in any group besides.
	told, unsure map[model.Identity][]netip.Prefix
	in           map[model.Group]map[model.Identity][]netip.Prefix
	findings     []model.Finding
	// peers are groups of the translation that strangers are in too.
	peers map[model.Group]bool
	// beyond are the addresses that endpoints of segments hold besides those of the segment.
	beyond map[model.Identity][]netip.Prefix
	// leftOut are the labels of endpoints that were left out.
	leftOut []string
}

// enlist binds groups by the endpoints of the module. With lost, a group of the translation is not there, so
// that another may be what became of it.
func (b binder) enlist(lost bool) bound {
	e := enlistment{binder: b, inv: b.asked.Inventory, rolls: b.here.Rolls(), own: map[model.Identity][]model.Group{},
		of: map[model.Group][]model.Identity{}, homes: map[model.Identity]model.AddrSet{}, told: map[model.Identity][]netip.Prefix{}, unsure: map[model.Identity][]netip.Prefix{},
		in: map[model.Group]map[model.Identity][]netip.Prefix{}, peers: map[model.Group]bool{}, beyond: map[model.Identity][]netip.Prefix{}}
	for _, m := range e.inv.Members {
		if !m.Addrs.IsEmpty() {
			e.homes[m.ID] = m.Addrs
		}
	}
	for _, g := range slices.Sorted(maps.Keys(e.rolls)) {
		e.of[g] = e.membersOf(g)
		for _, id := range e.of[g] {
			e.own[id] = append(e.own[id], g)
		}
	}
	for _, x := range b.here.Enlisted() {
		if e.isHere(x) {
			e.add(x)
		}
	}
	e.rebind(lost)
	if n := len(e.leftOut); n > 0 {
		e.findings = append(e.findings, model.Finding{Severity: model.Warning, Code: "interfaces-left-out",
			Summary: fmt.Sprintf("%d at addresses of workloads and in no group of the policies left out, as not crosswall's own: %s", n, firstFew(e.leftOut)),
			Advice:  "say in the placement which subnets are exclusive, so that nobody else can be at these addresses"})
	}
	return bound{findings: e.findings, peers: e.peers, beyond: sets(e.beyond)}
}

// membersOf returns the segments that the translation has in a group, sorted.
func (e *enlistment) membersOf(g model.Group) []model.Identity {
	bound, ok := e.inv.Groups[g]
	if !ok {
		return nil
	}
	var out []model.Identity
	for _, n := range e.inv.Resolve(bound).Must.Entries() {
		if n.ID != model.Outside && n.Addrs.IsAll() {
			out = append(out, n.ID)
		}
	}
	return out
}

// isHere reports whether an endpoint may be in the network of the workloads.
func (e *enlistment) isHere(x tfsource.Enlisted) bool {
	if x.Network == "" || e.site.Network == "" {
		return true
	}
	last := func(s string) string { return strings.ToLower(s[strings.LastIndexByte(s, '/')+1:]) }
	return last(x.Network) == last(e.site.Network)
}

// add adds what an endpoint is in.
func (e *enlistment) add(x tfsource.Enlisted) {
	whole, some := e.candidates(x)
	owners := e.ownersOf(x)
	if len(whole) == 0 && len(owners) == 0 && e.ownedOnly && e.inv.Addrs(model.Outside).Overlaps(x.Addrs) {
		if len(some) > 0 {
			e.leftOut = append(e.leftOut, x.Label)
		}
		some = nil
	}
	rest := x.Addrs
	for _, id := range slices.Concat(whole, some) {
		at := x.Addrs
		if home, ok := e.homes[id]; ok {
			at = at.Intersect(home)
		}
		e.told[id] = append(e.told[id], at.Prefixes()...)
		if x.Unsure != "" {
			e.unsure[id] = append(e.unsure[id], at.Prefixes()...)
		}
		e.join(x, id, at)
		if len(whole) > 0 {
			rest = rest.Subtract(at)
		}
	}
	if !rest.IsEmpty() {
		e.join(x, model.Outside, rest)
		for _, id := range whole {
			if len(e.own[id]) > 0 {
				e.beyond[id] = append(e.beyond[id], rest.Prefixes()...)
			}
		}
	}
	e.report(x, whole, some, owners)
}

// candidates returns the segments at whose addresses an endpoint is: those in all of whose groups it is, of these the ones that
// account for most groups, or else all of them, those that have groups here last. Where a segment may hold any address, its groups tell.
func (e *enlistment) candidates(x tfsource.Enlisted) (whole, some []model.Identity) {
	for _, m := range e.inv.Members {
		home, placed := e.homes[m.ID]
		if placed && !home.Overlaps(x.Addrs) {
			continue
		}
		full := hasAll(x.Groups, e.own[m.ID])
		switch {
		case !placed && (!full || len(e.own[m.ID]) == 0):
		case full:
			whole = append(whole, m.ID)
		default:
			some = append(some, m.ID)
		}
	}
	most := slices.DeleteFunc(slices.Clone(whole), func(id model.Identity) bool {
		return len(e.own[id]) == 0 || slices.ContainsFunc(whole, func(o model.Identity) bool {
			return len(e.own[o]) > len(e.own[id]) && hasAll(e.own[o], e.own[id])
		})
	})
	if len(most) > 0 {
		return most, nil
	}
	return whole, some // nothing tells that it is of those that have no groups here
}

// hasAll reports whether all of some groups are among others.
func hasAll(groups, some []model.Group) bool {
	return !slices.ContainsFunc(some, func(g model.Group) bool { return !slices.Contains(groups, g) })
}

// ownersOf returns the segments in any of whose groups an endpoint is, sorted.
func (e *enlistment) ownersOf(x tfsource.Enlisted) []model.Identity {
	var out []model.Identity
	for _, g := range x.Groups {
		out = append(out, e.of[g]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// join puts an identity at some addresses into the groups of an endpoint.
func (e *enlistment) join(x tfsource.Enlisted, id model.Identity, at model.AddrSet) {
	for _, g := range x.Groups {
		if e.rolls[g] == providers.RollUnknown {
			continue
		}
		if e.in[g] == nil {
			e.in[g] = map[model.Identity][]netip.Prefix{}
		}
		e.in[g][id] = append(e.in[g][id], at.Prefixes()...)
	}
}

// report tells of an endpoint that is not in the groups that it should be in, or in others.
func (e *enlistment) report(x tfsource.Enlisted, whole, some, owners []model.Identity) {
	at := "it stands at " + addrsText(x.Addrs)
	if len(some) > 0 {
		advice := "put it into the group; if it is none of the workloads, say so in the placement, with addresses or subnets of their own, or leave it out with --owned-only"
		if !e.inv.Addrs(model.Outside).Overlaps(x.Addrs) {
			advice = "put it into the group"
		}
		summary := fmt.Sprintf("%s, an address of %s, and is not in all of its groups (%s)", at, firstFew(ids(some)), firstFew(groupNames(e.own[some[0]])))
		if x.Unsure != "" {
			summary = fmt.Sprintf("%s, an address of %s, and whether it is in its groups is not known: %s", at, firstFew(ids(some)), x.Unsure)
		}
		e.findings = append(e.findings, model.Finding{Severity: model.Warning, Code: codeNotEnlisted, Summary: summary, Advice: advice, Origin: model.Origin{Object: x.Label}})
	}
	if strays := e.strays(x, slices.Concat(whole, some), owners); len(strays) > 0 {
		e.findings = append(e.findings, model.Finding{Severity: model.Warning, Code: codeStrayMember, Origin: model.Origin{Object: x.Label},
			Summary: fmt.Sprintf("%s and is in groups of %s, and is not known to be one of its workloads alone", at, firstFew(ids(strays)))})
	}
}

// strays returns the segments in whose groups an endpoint is although it is at an address of others.
func (e *enlistment) strays(x tfsource.Enlisted, at, owners []model.Identity) []model.Identity {
	for _, id := range at {
		if !slices.ContainsFunc(x.Groups, func(g model.Group) bool { return len(e.of[g]) > 0 && !slices.Contains(e.of[g], id) }) {
			return nil // that it is of this one accounts for everything
		}
	}
	return slices.DeleteFunc(owners, func(id model.Identity) bool { return len(at) == 1 && at[0] == id })
}

// rebind replaces the members of groups where what is told of endpoints differs from what the translation has in them, and
// binds groups that it does not have.
func (e *enlistment) rebind(lost bool) {
	told, unsure := sets(e.told), sets(e.unsure)
	for _, g := range slices.Sorted(maps.Keys(e.rolls)) {
		in := sets(e.in[g])
		base, bound := e.inv.Groups[g]
		switch {
		case bound:
			if members := e.of[g]; len(members) > 0 {
				e.inv.Groups[g] = corrected(base, members, roster{in, told, unsure})
				if !in[model.Outside].IsEmpty() {
					e.peers[g] = true
				}
			}
		case e.rolls[g] == providers.RollOfAll && (!lost || !mayHold(e.inv, uniteAll(in))):
			e.inv.Groups[g] = selectorOf(in)
		}
	}
}

// roster is addresses by who holds them: those in a group, those at which everything is told, and those at which something
// is not.
type roster struct {
	in, told, unsure map[model.Identity]model.AddrSet
}

// corrected is the members of a group: those that the translation has in it, but where something else is told.
func corrected(base model.Selector, members []model.Identity, r roster) model.Selector {
	out, perhaps := map[model.Identity]model.AddrSet{}, map[model.Identity]model.AddrSet{}
	for _, id := range members {
		if lack := r.told[id].Subtract(r.in[id]); !lack.IsEmpty() {
			out[id] = lack
		}
	}
	for id, addrs := range r.unsure {
		if more := addrs.Subtract(r.in[id]); !more.IsEmpty() {
			perhaps[id] = more
		}
	}
	more := maps.Clone(r.in)
	for _, id := range members {
		delete(more, id)
	}
	if len(out) > 0 {
		base = model.And{base, model.Not{Selector: selectorOf(out)}}
	}
	if len(more) > 0 {
		base = model.Or{base, selectorOf(more)}
	}
	if len(perhaps) > 0 {
		base = model.Or{base, model.Maybe{Selector: selectorOf(perhaps), Why: "not all groups of what is at " + firstFew(addrTexts(perhaps)) + " are known"}}
	}
	return base
}

// selectorOf is identities, each at some addresses.
func selectorOf(at map[model.Identity]model.AddrSet) model.Selector {
	out := model.Or{}
	for _, id := range slices.Sorted(maps.Keys(at)) {
		out = append(out, model.And{model.Identities{id}, model.At{Addrs: at[id]}})
	}
	if len(out) == 0 {
		return model.Identities{}
	}
	return out
}

func sets(in map[model.Identity][]netip.Prefix) map[model.Identity]model.AddrSet {
	out := map[model.Identity]model.AddrSet{}
	for id, ps := range in {
		out[id] = model.Prefixes(ps...)
	}
	return out
}

func uniteAll(in map[model.Identity]model.AddrSet) model.AddrSet {
	var out model.AddrSet
	for _, addrs := range in {
		out = out.Union(addrs)
	}
	return out
}

func addrTexts(at map[model.Identity]model.AddrSet) []string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(at)) {
		out = append(out, at[id].String())
	}
	return out
}

func ids(in []model.Identity) []string {
	out := make([]string, len(in))
	for i, id := range in {
		out[i] = string(id)
	}
	return out
}

// groupNames are groups for people: what is called differently as a source and as a target is named once.
func groupNames(in []model.Group) []string {
	var out []string
	for _, g := range in {
		if name, isSource := strings.CutPrefix(string(g), "source-"); !isSource || !slices.Contains(in, model.Group(name)) {
			out = append(out, string(g))
		}
	}
	return out
}

// firstFew lists words, of many the first ones.
func firstFew(words []string) string {
	const few = 3
	if len(words) <= few {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:few], ", "), len(words)-few)
}
