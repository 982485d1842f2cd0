package assertion

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// World is what assertions are checked against.
type World struct {
	Policy    model.Policy
	Inventory model.Inventory
	// Called are further names of the inventory's members, by member. Names are compared as they are.
	Called map[model.Identity][]string
	// Unplaced are the members whose addresses are not known though the inventory has some of them: all that they may have. Those without
	// any are unplaced too.
	Unplaced map[model.Identity]bool
}

// Verdict is whether an assertion holds. The zero Verdict is invalid.
type Verdict uint8

const (
	// Holds means: it is so.
	Holds Verdict = iota + 1
	// Fails means: it is not so.
	Fails
	// Undecided means: it depends on something unknown.
	Undecided
	// Vacuous means: nobody is called so, or no connection is possible between those who are. What is about nothing does not hold.
	Vacuous
)

// String returns "holds", "fails", "unknown", "vacuous" or "invalid".
func (v Verdict) String() string {
	switch v {
	case Holds:
		return "holds"
	case Fails:
		return "fails"
	case Undecided:
		return "unknown"
	case Vacuous:
		return "vacuous"
	}
	return "invalid"
}

// Result is what came of an assertion.
type Result struct {
	Assertion
	Verdict Verdict
	// Why says in words why it is vacuous, or that it is undecided because of addresses that are not known; empty otherwise.
	Why string
	// About is the connections because of which it fails or is undecided: those that pass and must not, or do not and must. The zero
	// Region where it holds.
	About model.Region
	// Example is a connection of About; where the assertion holds, one of those that it is about: with Decision it is the proof, or the
	// counterexample. Nil where it is vacuous.
	Example  *model.Flow
	Decision model.Decision
}

// Check checks an assertion exactly, for every address, port and message at once.
func (w World) Check(a Assertion) Result {
	r := Result{Assertion: a}
	from, why := w.ends(a.From)
	to, why2 := w.ends(a.To)
	if why == "" {
		why = why2
	}
	if why != "" {
		r.Verdict, r.Why = Vacuous, why
		return r
	}
	if a.Only {
		from = from.Complement()
	}
	all := w.between(from, to, a.Traffic)
	if all.IsEmpty() {
		r.Verdict, r.Why = Vacuous, "no such connection is possible"
		return r
	}
	p := w.Policy.PermittedWithin(w.Inventory, all)
	r.judge(w, p, all)
	region := r.About
	if region.IsEmpty() {
		region = all
		if a.Want != Never {
			region = p.Allowed.Intersect(all)
		}
	}
	if f, ok := region.Example(); ok {
		r.Example = &f
		r.Decision = w.Policy.Explain(f, w.Inventory)
	}
	return r
}

// judge decides by what is permitted of all connections that the assertion is about. Those of members whose addresses are not known need not be
// possible.
func (r *Result) judge(w World, p model.Permitted, all model.Region) {
	unknown := p.Unknown.Union(p.GaveUp)
	var fails, open model.Region
	switch r.Want {
	case Never:
		fails, open = p.Allowed.Intersect(all), p.Allowed.Union(unknown).Intersect(all)
	case Always:
		refused := all.Subtract(p.Allowed).Subtract(unknown)
		fails, open = refused, refused.Union(unknown.Intersect(all))
	case Sometimes:
		switch {
		case w.isThere(p.Allowed.Intersect(all)):
		case p.Allowed.Intersect(all).IsEmpty() && unknown.Intersect(all).IsEmpty():
			fails = all
		default:
			open = p.Allowed.Union(unknown).Intersect(all)
		}
	}
	switch {
	case r.Want == Never && w.isOpen(fails), r.Want == Always && w.isThere(fails), r.Want == Sometimes && !fails.IsEmpty():
		r.Verdict, r.About = Fails, fails
	case !open.IsEmpty():
		r.Verdict, r.About = Undecided, open
		if !p.Allowed.Union(fails).Intersect(open).IsEmpty() {
			r.Why = w.whose(open)
		}
	default:
		r.Verdict = Holds
	}
}

// between is the possible connections of some traffic.
func (w World) between(from, to model.Endpoints, t model.Traffic) model.Region {
	return model.NewRegion(model.Box{Src: from, Dst: to, Traffic: t}).Intersect(w.Inventory.Universe())
}

// ends returns who is named; why says which name is nobody's.
func (w World) ends(e Ends) (_ model.Endpoints, why string) {
	var out model.Endpoints
	for _, t := range e.Terms {
		one, ok := w.term(t)
		if !ok {
			return out, w.nobody(t)
		}
		out = out.Union(one)
	}
	for _, t := range e.Except {
		one, ok := w.term(t)
		if !ok {
			return out, w.nobody(t)
		}
		out = out.Subtract(one)
	}
	if out.IsEmpty() {
		return out, "nobody is left after except"
	}
	return out, ""
}

// term returns who a term names, wherever they may be; false: nobody is called so.
func (w World) term(t Term) (model.Endpoints, bool) {
	strangers := w.Inventory.Addrs(model.Outside)
	at := func(a model.AddrSet) (model.Endpoints, bool) {
		a = a.Intersect(strangers)
		return model.EndpointAt(model.Outside, a), !a.IsEmpty()
	}
	switch t.Kind {
	case Internet:
		return at(audit.Internet())
	case Private:
		return at(audit.Private())
	case Outside:
		return at(model.AllAddrs())
	case Everybody:
		return model.AnyEndpoint(), true
	case Block:
		return model.EndpointsAt(t.Addrs), true
	case Inside, Named:
	}
	var ids []model.Identity
	for _, m := range w.Inventory.Members {
		if t.Kind == Inside || w.isCalled(m.ID, t.Word) {
			ids = append(ids, m.ID)
		}
	}
	return model.EndpointsOf(ids...), len(ids) > 0
}

// isCalled reports whether a member goes by a name, or a pattern.
func (w World) isCalled(id model.Identity, word string) bool {
	return audit.Like(word, string(id)) || slices.ContainsFunc(w.Called[id], func(n string) bool { return n != "" && audit.Like(word, n) })
}

// nobody says that nobody is called so, and who there is.
func (w World) nobody(t Term) string {
	text := fmt.Sprintf("nobody is called %q", t.Word)
	if t.Kind != Named {
		return fmt.Sprintf("%s is nobody here", t.Word)
	}
	var names []string
	for _, m := range w.Inventory.Members {
		names = append(names, string(m.ID))
	}
	slices.Sort(names)
	const most = 8
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("%d more", len(names)-most))
	}
	if len(names) > 0 {
		text += "; there are " + strings.Join(names, ", ")
	}
	return text
}
