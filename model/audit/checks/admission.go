package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// admission is what the rules of a chain that are for the same target and peer admit together.
type admission struct {
	target, peer model.Selector
	rules        []model.Rule
	// open is the traffic of the rules, without what rules that are asked before refuse to all of them.
	open model.Traffic
}

// admissions returns what the rules of a chain of ingress that somebody wrote admit, by target and peer, in the order of the rules.
func admissions(f *audit.Firewall, c model.Chain) []admission {
	var out []admission
	at := map[string]int{}
	before := denials{}
	for _, r := range c.InTurn() {
		if r.Action == model.Deny {
			before.add(r)
		}
		told, ok := f.RuleAt(model.Ingress, r.Origin)
		if r.Action != model.Allow || ok && told.Added || r.Reason != "" || f.IsHole(model.Ingress, r) {
			continue
		}
		left := before.leave(r)
		if len(left) == 0 {
			continue
		}
		key := audit.SelectorText(r.Target) + "\n" + audit.SelectorText(r.Peer)
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, admission{target: r.Target, peer: r.Peer})
		}
		out[i].rules, out[i].open = append(out[i].rules, r), append(out[i].open, left...)
	}
	return out
}

// asWritten joins admissions of the same traffic to the same target that one rule makes as it was written, and those from everybody of one version
// of IP and of the other: whoever wrote them sees one fault.
func asWritten(as []admission) []admission {
	var out []admission
	at := map[string]int{}
	for _, a := range as {
		from := []string{fmt.Sprint(a.rules[0].Origin)}
		if isWholeVersion(a.peer) {
			from = append(from, "everybody")
		}
		i := len(out)
		for k := range from {
			from[k] += fmt.Sprint("\n", audit.SelectorText(a.target), "\n", a.open, "\n", audit.Doubt(a.rules[0]))
			if have, ok := at[from[k]]; ok {
				i = have
			}
		}
		for _, k := range from {
			at[k] = i
		}
		if i == len(out) {
			out = append(out, a)
			continue
		}
		out[i].peer = either(out[i].peer, a.peer)
		out[i].rules = slices.Concat(out[i].rules, a.rules)
	}
	return out
}

// isWholeVersion reports whether a peer is every address of a version of IP.
func isWholeVersion(peer model.Selector) bool {
	at, ok := peer.(model.At)
	return ok && (at.Addrs.Covers(model.AllIPv4()) || at.Addrs.Covers(model.AllIPv6()))
}

// either is whoever one of two peers names, blocks of addresses first.
func either(a, b model.Selector) model.Selector {
	all := append(parts(a), parts(b)...)
	var blocks model.AddrSet
	var out model.Or
	for _, p := range all {
		if at, ok := p.(model.At); ok {
			blocks = blocks.Union(at.Addrs)
		} else {
			out = append(out, p)
		}
	}
	switch {
	case len(out) == 0:
		return model.At{Addrs: blocks}
	case !blocks.IsEmpty():
		out = slices.Insert(out, 0, model.Selector(model.At{Addrs: blocks}))
	}
	return out
}

// parts are the peers of which a peer is one.
func parts(s model.Selector) []model.Selector {
	if or, ok := s.(model.Or); ok {
		return slices.Clone(or)
	}
	return []model.Selector{s}
}

// denials are rules that refuse, by the text of whom they are for; those that may be for whoever another rule is for are under "".
type denials map[string][]model.Rule

func (x denials) add(r model.Rule) {
	key := ""
	switch r.Target.(type) {
	case nil, model.Any, model.At:
	default:
		key = audit.SelectorText(r.Target)
	}
	x[key] = append(x[key], r)
}

// leave is what of a rule's traffic is left by rules that are asked before and refuse it to all of its targets and peers.
func (x denials) leave(r model.Rule) model.Traffic {
	var gone model.Traffic
	refuse := func(denies []model.Rule) {
		for _, d := range denies {
			if namesAll(d.Target, r.Target) && namesAll(d.Peer, r.Peer) {
				gone = append(gone, audit.Overlap(d.Traffic, r.Traffic)...)
			}
		}
	}
	refuse(x[""])
	if key := audit.SelectorText(r.Target); key != "" {
		refuse(x[key])
	}
	if len(gone) == 0 {
		return r.Traffic
	}
	return audit.TrafficOf(audit.Connections(r.Traffic).Subtract(audit.Connections(gone)))
}

// namesAll reports whether a selector surely names all whom another one names, as far as addresses and words tell.
func namesAll(s, o model.Selector) bool {
	switch s := s.(type) {
	case nil, model.Any:
		return true
	case model.At:
		at, ok := o.(model.At)
		return s.Addrs.IsAll() || ok && s.Addrs.Covers(at.Addrs)
	case model.Identities, model.Group, model.And, model.Or, model.Not, model.Maybe:
	}
	return o != nil && audit.SelectorText(s) == audit.SelectorText(o)
}

// admitting returns the rules that admit some of the traffic.
func (a admission) admitting(t model.Traffic) []model.Rule {
	var out []model.Rule
	for _, r := range a.rules {
		if len(audit.Overlap(r.Traffic, t)) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// finding is a finding about some rules of the admission.
func (a admission) finding(f *audit.Firewall, rules []model.Rule, summary string) audit.Finding {
	out := audit.Finding{Summary: summary, Object: f.ObjectOf(model.Ingress, rules), Causes: f.CausesOf(model.Ingress, rules)}
	for _, r := range rules {
		if out.Unsure = audit.Doubt(r); out.Unsure == "" {
			break // which is enough
		}
	}
	return out
}

// subject tells the admission apart from others of its firewall.
func (a admission) subject(t model.Traffic) string {
	return audit.SelectorText(a.target) + " from " + audit.SelectorText(a.peer) + " " + t.String()
}
