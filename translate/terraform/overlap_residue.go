package tfsource

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// origin is why an endpoint was made up: the readings differ at a station on it, and each of some other stations was passed with
// a group more.
type origin struct {
	at     station
	passed []station
}

// residue is connections on which the readings differ at a station, and not in all: some other station of the reading that
// admits there refuses them. A group more at either end may get them past it.
type residue struct {
	*search
	model.Box
	now scene
	at  station
	// here are the rules of the station that are about such connections, in either reading.
	here []entry
}

// letPast makes up endpoints for what is left of a difference at a station.
func (s *search) letPast(at scene, place station, here, all model.Delta) {
	for _, way := range []struct {
		left        model.Region
		by, against []entries // who admits, and who refuses
	}{
		{here.Opened.Subtract(all.Opened), []entries{at.found}, []entries{at.asked}},
		{here.Closed.Subtract(all.Closed), []entries{at.asked}, []entries{at.found}},
		{here.Unknown.Subtract(all.Unknown), []entries{at.asked, at.found}, []entries{at.asked, at.found}},
	} {
		if way.left.IsEmpty() {
			continue
		}
		var refusing []admissions
		for _, es := range way.against {
			refusing = append(refusing, admissionsOf(es[place]))
		}
		for _, by := range way.by {
			for _, other := range stationsOf(by) {
				if admitting := s.narrowing(by[other], refusing); other != place && len(admitting) > 0 {
					s.letAllPast(at, place, other, way.left, admitting)
				}
			}
		}
	}
}

// letAllPast makes up endpoints for connections that another station refuses, of which some entries admit.
func (s *search) letAllPast(at scene, place, other station, left model.Region, admitting []entry) {
	boxes, more := left.BoxesUpTo(mostResidue)
	if more {
		s.open = "there are too many connections that another rule for an endpoint in several groups at once might let pass"
	}
	for _, b := range boxes {
		if !s.spend(len(at.asked[place]) + len(at.found[place]) + len(admitting)) {
			return
		}
		r := residue{search: s, Box: b, now: at, at: place}
		r.here = slices.Concat(r.about(at.asked[place]), r.about(at.found[place]))
		r.passThrough(other, admitting)
	}
}

// narrowing returns the entries that admit by group, and some of whom the readings that may refuse do refuse.
func (s *search) narrowing(es []entry, refusing []admissions) []entry {
	var out []entry
	for _, e := range es {
		if e.action != model.Allow || len(e.srcNames)+len(e.dstNames) == 0 {
			continue
		}
		if !s.spend(0) {
			return nil
		}
		if slices.ContainsFunc(refusing, func(a admissions) bool { return !a.cover(e) }) {
			out = append(out, e)
		}
	}
	return out
}

// admissions are the rules of a station that admit for sure, whatever else there is: those of which any will do, before all others.
type admissions struct {
	// byName are those that name somebody as the destination, and others the rest.
	byName map[model.Identity][]entry
	others []entry
}

func admissionsOf(es []entry) admissions {
	out := admissions{byName: map[model.Identity][]entry{}}
	for _, e := range es {
		if e.order != model.AnyAllow {
			return out
		}
		if e.byDefault || !e.sure {
			continue
		}
		if len(e.dstNames) == 0 {
			out.others = append(out.others, e)
		}
		for _, id := range e.dstNames {
			out.byName[id] = append(out.byName[id], e)
		}
	}
	return out
}

// cover reports whether all whom an entry of another station names are admitted, so that nobody is refused whom it
// admits. True is certain.
func (a admissions) cover(e entry) bool {
	covers := func(o entry) bool { return o.covers(e) }
	return slices.ContainsFunc(a.others, covers) || len(e.dstNames) > 0 && slices.ContainsFunc(a.byName[e.dstNames[0]], covers)
}

// about returns the rules that are about any of the connections.
func (r *residue) about(es []entry) []entry {
	var out []entry
	for _, e := range es {
		if !e.byDefault && overlapsIn(e.traffic, r.Traffic) && !e.src.Intersect(r.Src).IsEmpty() && !e.dst.Intersect(r.Dst).IsEmpty() {
			out = append(out, e)
		}
	}
	return out
}

// passThrough makes up endpoints that entries of another station admit, and on which the readings differ as they do on those
// of the residue.
func (r *residue) passThrough(other station, es []entry) {
	for _, e := range es {
		if overlapsIn(e.traffic, r.Traffic) {
			r.with(other, e.src, e.srcNames, r.Src, func(e entry) (model.Endpoints, []model.Identity) { return e.src, e.srcNames })
			r.with(other, e.dst, e.dstNames, r.Dst, func(e entry) (model.Endpoints, []model.Identity) { return e.dst, e.dstNames })
		}
	}
}

// with makes up endpoints that are in what one end of the connections is in, and in what an entry of another station names there.
// Somebody whom no rule of this station names there need not be in it: who is named there will do.
func (r *residue) with(other station, set model.Endpoints, more []model.Identity, some model.Endpoints, end func(entry) (model.Endpoints, []model.Identity)) {
	for _, e := range r.here {
		this, named := end(e)
		for _, u := range named {
			if !r.spend(0) {
				return
			}
			if some.At(u).IsEmpty() || holds(set, some, u) || !r.mayPass(u, other) {
				continue
			}
			for _, v := range more {
				if !this.At(v).Covers(this.At(u)) && len(r.now.want.joint[v]) == 0 {
					r.passBy(u, v, other)
				}
			}
		}
	}
}

// mayPass reports whether a member is not there because of the other station already, of which one group is enough.
func (r *residue) mayPass(u model.Identity, other station) bool {
	return len(r.now.want.joint[u]) == 0 || slices.ContainsFunc(r.origins[listKey(r.now.want.joint[u])], func(o origin) bool {
		return o.at == r.at && !slices.Contains(o.passed, other)
	})
}

// passBy makes up an endpoint that is in what u is in, and passes another station because of v.
func (r *residue) passBy(u, v model.Identity, other station) {
	for _, list := range r.union(append([]model.Identity{v}, r.now.want.partsOf(u)...)...) {
		before := []origin{{at: r.at}}
		if of := r.now.want.joint[u]; len(of) > 0 {
			before = r.origins[listKey(of)]
		}
		for _, o := range before {
			if o.at == r.at && !slices.Contains(o.passed, other) {
				r.add(list, origin{at: r.at, passed: append(slices.Clone(o.passed), other)})
			}
		}
	}
}

func listKey(list []model.Identity) string { return fmt.Sprintf("%q", list) }

// partsOf returns what a member is put together of: itself, if resources have it.
func (in Input) partsOf(id model.Identity) []model.Identity {
	if parts := in.joint[id]; len(parts) > 0 {
		return parts
	}
	return []model.Identity{id}
}
