package translate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// compare proves what was decoded against what was wanted, and turns every
// difference into a loss.
func (t *translation) compare() {
	r := &t.result
	r.Delta = model.Compare(r.Wanted, r.Decoded, r.Inventory)
	if !r.Output.Unseen.IsEmpty() {
		unseen := r.Output.Unseen.Intersect(r.Inventory.Universe())
		want := r.Wanted.PermittedWithin(r.Inventory, unseen)
		r.Delta.Opened = r.Delta.Opened.Union(unseen.Subtract(want.Allowed).Subtract(want.GaveUp))
		r.Delta.Closed = r.Delta.Closed.Subtract(unseen)
		r.Delta.Unknown = r.Delta.Unknown.Union(want.GaveUp)
		r.Delta.GaveUp = r.Delta.GaveUp.Union(want.GaveUp)
	}
	switch {
	case !r.Delta.Unknown.IsEmpty():
		r.Verdict = model.Unsupported
		r.Findings = append(r.Findings, t.unproven())
	case !r.Delta.Opened.IsEmpty():
		r.Verdict = model.Wider
	case !r.Delta.Closed.IsEmpty():
		r.Verdict = model.Narrower
	default:
		r.Verdict = model.Exact
	}
	t.settleClaims()
	t.statelessAlone()
}

// unproven is the finding for connections on which the comparison has no
// answer.
func (t *translation) unproven() model.Finding {
	f := model.Finding{
		Severity: model.Error,
		Code:     "unproven",
		Summary:  "for some connections it is not known whether they are admitted",
		Advice:   "resolve what is reported as unknown: labels that exist at run time only, namespaces whose labels were not given, groups without members",
	}
	if t.result.Delta.GaveUp.Equal(t.result.Delta.Unknown) {
		f.Advice = "the rules overlap in too many ways to be worked out in bounded time and memory: translate fewer workloads at once"
	}
	if e, ok := t.result.Delta.Unknown.Example(); ok {
		f.Example = &e
		f.Summary += ", such as " + e.String()
	}
	return f
}

// settleClaims looks for what really differs within each loss that the
// provider reported. A loss that another layer makes up for becomes a note; a difference that
// no loss covers becomes a loss of its own.
func (t *translation) settleClaims() {
	opened, closed := t.result.Delta.Opened, t.result.Delta.Closed
	unsaidOpened, unsaidClosed := opened, closed
	for _, c := range t.claims {
		affected := model.Region{}
		switch c.Grade {
		case model.Wider:
			affected = opened.Intersect(c.Affects)
			unsaidOpened = unsaidOpened.Subtract(c.Affects)
		case model.Narrower, model.Unsupported:
			affected = closed.Intersect(c.Affects)
			unsaidClosed = unsaidClosed.Subtract(c.Affects)
		case model.Exact:
		}
		if e, ok := affected.Example(); ok {
			c.Example, c.Affects = &e, affected
			t.result.Losses = append(t.result.Losses, c)
			continue
		}
		c.Severity, c.Grade = model.Info, 0
		c.Summary += "; the other end or layer makes up for it, so that no connection differs"
		t.result.Findings = append(t.result.Findings, c)
	}
	t.unsaid(unsaidOpened, model.Wider, "opened")
	t.unsaid(unsaidClosed, model.Narrower, "closed")
}

// unsaid reports a difference that the provider did not announce, with the
// rules that make it.
func (t *translation) unsaid(r model.Region, g model.Grade, what string) {
	e, ok := r.Example()
	if !ok {
		return
	}
	deciding := model.Allowed
	if g == model.Narrower {
		deciding = model.Denied
	}
	var why []string
	d := t.result.Decoded.Explain(e, t.result.Inventory)
	for _, s := range slices.Concat(d.Request, d.Reply) {
		if s.Verdict == deciding {
			why = append(why, fmt.Sprintf("%s, %s: %s", s.Layer, s.Direction, s.Why))
		}
	}
	t.result.Losses = append(t.result.Losses, model.Finding{
		Severity: model.Warning,
		Code:     "unannounced-" + what,
		Summary:  fmt.Sprintf("the translation %s %s", what, e),
		Advice:   strings.Join(why, "; "),
		Grade:    g,
		Affects:  r,
		Example:  &e,
	})
}

// statelessAlone reports what the stateless layers would admit by themselves:
// the price of judging replies without memory.
func (t *translation) statelessAlone() {
	r := &t.result
	var alone model.Policy
	for _, l := range r.Decoded.Layers {
		if l.State == model.Stateless {
			alone.Layers = append(alone.Layers, l)
		}
	}
	if len(alone.Layers) == 0 || len(alone.Layers) == len(r.Decoded.Layers) {
		return
	}
	e, ok := firstOpened(r.Wanted, alone, r.Inventory)
	if !ok {
		return
	}
	r.Findings = append(r.Findings, model.Finding{
		Severity: model.Info,
		Code:     "stateless-over-admission",
		Summary:  fmt.Sprintf("the stateless layers alone would admit connections that the policy refuses, such as %s", e),
		Advice: "this is the price of statelessness: replies need the client's port range open. The stateful layer refuses it; " +
			"keep both, and give narrow ephemeral ranges in the placement",
		Example: &e,
	})
}

// firstOpened returns a connection that have judges and admits, and want refuses. It asks
// client by client, in growing bunches, for mostly the first has one already, while all that there are can be
// as many as pairs of segments.
func firstOpened(want, have model.Policy, inv model.Inventory) (model.Flow, bool) {
	clients := make([]model.Identity, 0, len(inv.Members)+1)
	for _, m := range inv.Members {
		clients = append(clients, m.ID)
	}
	slices.Sort(clients)
	clients = append(clients, model.Outside)
	for _, family := range []model.AddrSet{model.AllIPv4(), model.AllIPv6()} {
		at := model.Box{Dst: model.EndpointsAt(family), Traffic: model.Traffic{model.AllTraffic()}}
		for first, last := 0, 1; first < len(clients); first, last = last, min(3*last, len(clients)) {
			at.Src = model.EndpointsOf(clients[first:last]...).Intersect(model.EndpointsAt(family))
			judged := have.JudgedWithin(inv, model.NewRegion(at))
			delta := model.Difference(want.PermittedWithin(inv, judged), have.PermittedWithin(inv, judged))
			if e, ok := delta.Opened.Example(); ok {
				return e, true
			}
		}
	}
	return model.Flow{}, false
}

// listed joins names, the first few of many.
func listed(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
