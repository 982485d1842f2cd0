package model

import "slices"

// Grant is traffic that a policy admits at one end, in the shape in which a
// rule says it.
type Grant struct {
	// Peer is the other end. It is not cut down to addresses in use: "any
	// endpoint in 10.0.0.0/8" stays that.
	Peer    Endpoints
	Traffic Traffic
	// Rules are the rules that say so, with their origins, in policy order.
	// Empty when the target is not isolated: then nothing has to admit it.
	Rules []Rule
}

// Grants returns what the policy surely admits at target in a direction, as a
// union of grants: the allow rules as they are written, equal ones merged, and
// a single grant of everything where no chain guards the target. Where rules
// deny or pass, or concern a part of the target only, the grants are the disjoint boxes
// of the compiled chains. What rests on something unknown is left out
// and reported.
func (p Policy) Grants(inv Inventory, target Identity, d Direction) ([]Grant, []Finding) {
	if c, ok := p.onlyAllows(inv, target, d); ok {
		return c.grants, c.findings
	}
	return p.compiledGrants(inv, target, d)
}

// plainGrants is the result of the common case.
type plainGrants struct {
	grants   []Grant
	findings []Finding
}

// onlyAllows collects the rules of chains that do nothing but allow. It gives
// up (false) where the shape of the rules would not say it all.
func (p Policy) onlyAllows(inv Inventory, target Identity, d Direction) (plainGrants, bool) {
	var guarded *Layer
	var out plainGrants
	everywhere := EndpointAt(target, inv.Addrs(target))
	for i, l := range p.Layers {
		isolated := false
		for _, c := range l.Chains(d) {
			whole, part := inv.holds(c.Guard.Target, everywhere)
			switch {
			case !part:
				continue
			case !whole || c.Guard.Peer != nil || c.Default == Allow || !c.allowsOnly():
				return out, false
			case guarded != nil && guarded != &p.Layers[i]:
				return out, false // two layers guard it: both must allow
			}
			guarded = &p.Layers[i]
			if !out.add(inv, c.Rules, everywhere) {
				return out, false
			}
			if c.Default == Deny {
				isolated = true
				break
			}
		}
		if !isolated && guarded == &p.Layers[i] {
			guarded, out.grants = nil, nil // allowed anyhow
		}
	}
	if guarded == nil {
		out.grants = []Grant{{Peer: AnyEndpoint(), Traffic: Traffic{AllTraffic()}}}
	}
	return out, true
}

func (c Chain) allowsOnly() bool {
	return !slices.ContainsFunc(c.Rules, func(r Rule) bool { return r.Action != Allow })
}

// holds says whether a selector surely names all endpoints of one identity, and
// whether it may name any.
func (inv Inventory) holds(s Selector, all Endpoints) (whole, part bool) {
	switch s := s.(type) {
	case nil, Any:
		return true, !all.IsEmpty()
	case Identities: // quicker than to work out everybody
		if all.IsEmpty() {
			break
		}
		named := slices.Contains(s, all.byID[0].ID)
		return named, named
	case At, Group, And, Or, Not, Maybe:
	}
	r := inv.Resolve(s)
	return all.Subtract(r.Must).IsEmpty(), !all.Intersect(r.May).IsEmpty()
}

// add adds the rules that concern the target; it gives up where a rule concerns
// some of the target's addresses only.
func (g *plainGrants) add(inv Inventory, rules []Rule, target Endpoints) bool {
	for _, r := range rules {
		if !inv.mayName(r.Target, target.byID[0].ID, 0) {
			continue // quicker than to work out everybody
		}
		whole, part := inv.holds(r.Target, target)
		if !part {
			continue
		}
		t, peer := inv.Resolve(r.Target), inv.Resolve(r.Peer)
		if !t.IsExact() || !peer.IsExact() {
			g.findings = append(g.findings, unknownRule(r))
		}
		if !whole {
			if !target.Intersect(t.Must).IsEmpty() {
				return false
			}
			continue // only perhaps
		}
		if len(r.Traffic) > 0 {
			g.merge(Grant{Peer: peer.Must, Traffic: r.Traffic, Rules: []Rule{r}})
		}
	}
	return true
}

// merge adds a grant, or its rules to an equal one. Grants to nobody are kept
// out: they admit nothing.
func (g *plainGrants) merge(n Grant) {
	if n.Peer.IsEmpty() {
		return
	}
	for i, o := range g.grants {
		if o.Peer.Equal(n.Peer) && slices.Equal(o.Traffic, n.Traffic) {
			g.grants[i].Rules = append(g.grants[i].Rules, n.Rules...)
			return
		}
	}
	g.grants = append(g.grants, n)
}

func unknownRule(r Rule) Finding {
	return Finding{
		Severity: Warning,
		Code:     "unknown-rule",
		Summary:  "whom this rule is about is not fully known; only what it surely admits is translated",
		Advice:   "resolve what is reported as unknown about it",
		Origin:   r.Origin,
		Grade:    Narrower,
	}
}

// compiledGrants works out what all layers admit at the target and returns it box
// by box.
func (p Policy) compiledGrants(inv Inventory, target Identity, d Direction) ([]Grant, []Finding) {
	everywhere := EndpointAt(target, inv.Addrs(target))
	w := newWorkshop()
	e := newEvaluation(w, inv, w.box(boxFor(d, everywhere, AnyEndpoint(), Traffic{AllTraffic()})))
	all := bounded{e.clip, e.clip}
	for _, l := range p.Layers {
		all = e.both(all, e.chains(l.Chains(d), d.target(), e.clip))
	}
	var findings []Finding
	if !w.same(all.high, all.low) {
		findings = append(findings, unknownRule(Rule{Origin: Origin{Object: string(target)}}))
	}
	var grants []Grant
	for _, b := range (Region{all.low}).Boxes() {
		here, peer := b.Src, b.Dst
		if d == Ingress {
			here, peer = peer, here
		}
		if here.Equal(everywhere) {
			grants = append(grants, Grant{Peer: peer, Traffic: b.Traffic, Rules: p.rulesTouching(inv, target, d, b)})
			continue
		}
		findings = append(findings, Finding{Severity: Warning, Code: "part-of-target",
			Summary: "traffic that is admitted at some addresses of " + string(target) + " only is not translated: " +
				here.String() + " with " + peer.String() + ", " + b.Traffic.String(),
			Advice: "give these addresses to a workload of their own in the placement",
			Origin: Origin{Object: string(target)}, Grade: Narrower, Affects: NewRegion(b)})
	}
	return grants, findings
}

// rulesTouching returns the allow rules of a direction that have traffic in common with a
// box.
func (p Policy) rulesTouching(inv Inventory, target Identity, d Direction, b Box) []Rule {
	box := NewRegion(b)
	var out []Rule
	for _, l := range p.Layers {
		for _, c := range l.Chains(d) {
			for _, r := range c.Rules {
				if r.Action != Allow || EndpointsOf(target).Intersect(inv.Resolve(r.Target).Must).IsEmpty() {
					continue
				}
				m := boxFor(d, inv.Resolve(r.Target).Must, inv.Resolve(r.Peer).Must, r.Traffic)
				if !NewRegion(m).Intersect(box).IsEmpty() {
					out = append(out, r)
				}
			}
		}
	}
	return out
}
