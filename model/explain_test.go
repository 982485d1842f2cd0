package model

import (
	"fmt"
	"slices"
	"testing"
)

// named gives every rule a name of its own, so that tests can tell rules
// apart.
func (p Policy) named() Policy {
	n := 0
	for _, l := range p.Layers {
		for _, d := range []Direction{Egress, Ingress} {
			for i := range l.Chains(d) {
				c := &l.Chains(d)[i]
				n++
				c.Name = fmt.Sprintf("chain %d", n)
				for k := range c.Rules {
					n++
					c.Rules[k].Name = fmt.Sprintf("rule %d", n)
				}
			}
		}
	}
	return p
}

// steps is the part of a decision that holds for a whole case.
func steps(d Decision) []Verdict {
	out := []Verdict{d.Verdict}
	for _, s := range slices.Concat(d.Request, d.Reply) {
		out = append(out, s.Verdict)
	}
	return out
}

// Every connection asked about is in one case, and Explain says of it what the
// case says, by a rule that the case names.
func TestExplainAllAgreesWithExplain(t *testing.T) {
	g, inv := newGen(t, 21), tinyInventory()
	several, universe := 0, tinyUniverse()
	for range 250 {
		p := g.policy().named()
		from, to := pick(g, tinyIDs), pick(g, tinyIDs)
		q := Question{From: EndpointEntry{from, g.addrs()}, To: EndpointEntry{to, g.addrs()}, Traffic: append(g.traffic(), AllOf(TCP))}
		cases := p.ExplainAll(q, inv)
		if len(cases) > 1 {
			several++
		}
		asked := q.Region()
		for _, f := range universe {
			if f.Src.ID != from || f.Dst.ID != to {
				continue
			}
			var in []Case
			for _, c := range cases {
				if c.Connections.Contains(f) {
					in = append(in, c)
				}
			}
			if asked.Contains(f) != (len(in) == 1) || len(in) > 1 {
				t.Fatalf("%v is in %d cases, asked about: %t", f, len(in), asked.Contains(f))
			}
			if len(in) == 0 {
				continue
			}
			d := p.Explain(f, inv)
			if _, answered := f.Reply(); !answered && len(in[0].Decision.Reply) > 0 {
				in[0].Decision.Reply = nil // the example has a reply and is as free to pass
			}
			if got := in[0].Decision; !equalUpTo(steps(got), steps(d)) {
				t.Fatalf("%v: case says %v, Explain %v\n%+v", f, steps(got), steps(d), p)
			}
			for i, s := range d.Request {
				checkNamed(t, in[0].Decision.Request[i], s)
			}
			for i := range min(len(d.Reply), len(in[0].Decision.Reply)) {
				checkNamed(t, in[0].Decision.Reply[i], d.Reply[i])
			}
		}
	}
	if several == 0 {
		t.Error("no question had more than one case")
	}
}

// equalUpTo compares verdicts; a connection without a reply may share a case
// with some that have one.
func equalUpTo(a, b []Verdict) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}

func checkNamed(t *testing.T, c, s Step) {
	t.Helper()
	if s.Rule == nil || c.Rule != nil && c.Rule.sameAs(*s.Rule) || slices.ContainsFunc(c.Also, s.Rule.sameAs) {
		return
	}
	t.Fatalf("%s decides and the case does not say so: %+v", s.Rule.Name, c)
}

// To let a connection pass, every blocker has to go, and nothing else: with all
// of them mended it passes, with any one left it does not.
func TestBlockersAreAllAndOnly(t *testing.T) {
	g, inv := newGen(t, 22), tinyInventory()
	inv.Groups = map[Group]Selector{"known": Identities{"a"}, "cycle": Identities{"b"}, "unheard-of": Identities{}}
	most, universe := 0, tinyUniverse()
	for range 150 {
		p := withoutDoubt(g.policy()).named()
		for range 60 {
			f := pick(g, universe)
			found := p.Blockers(f, inv)
			most = max(most, len(found))
			if (len(found) == 0) != (p.Explain(f, inv).Verdict == Allowed) {
				t.Fatalf("%v: %d blockers, %v", f, len(found), p.Explain(f, inv).Verdict)
			}
			for _, b := range found {
				if !b.Sure {
					t.Fatalf("%v: unsure of %+v though nothing is unknown", f, b)
				}
			}
			if v := mended(p, found).Explain(f, inv).Verdict; v != Allowed {
				t.Fatalf("%v: %v with all blockers mended: %+v\n%+v", f, v, found, p)
			}
			for i, left := range found {
				rest := slices.DeleteFunc(slices.Clone(found), left.isTheSameRule)
				if mended(p, rest).Explain(f, inv).Verdict == Allowed {
					t.Fatalf("%v: passes with %+v left, of %+v\n%+v", f, found[i], found, p)
				}
			}
		}
	}
	if most < 3 {
		t.Errorf("at most %d blockers on one connection; the test shows little", most)
	}
}

// withoutDoubt removes what is unknown.
func withoutDoubt(p Policy) Policy {
	var clean func(s Selector) Selector
	clean = func(s Selector) Selector {
		switch s := s.(type) {
		case Maybe:
			return clean(s.Selector)
		case Not:
			return Not{clean(s.Selector)}
		case And:
			return And{clean(s[0]), clean(s[1])}
		case Or:
			return Or{clean(s[0]), clean(s[1])}
		case nil, Any, At, Identities, Group:
		}
		return s
	}
	for _, l := range p.Layers {
		for _, d := range []Direction{Egress, Ingress} {
			for i := range l.Chains(d) {
				c := &l.Chains(d)[i]
				c.Guard = Guard{clean(c.Guard.Target), clean(c.Guard.Peer)}
				for k, r := range c.Rules {
					c.Rules[k].Target, c.Rules[k].Peer = clean(r.Target), clean(r.Peer)
				}
			}
		}
	}
	return p
}

// isTheSameRule reports whether both are one rule or default, met on the
// request and on the reply.
func (b Blocker) isTheSameRule(o Blocker) bool {
	return b.Chain == o.Chain && (b.Rule == nil) == (o.Rule == nil) && (b.Rule == nil || b.Rule.sameAs(*o.Rule))
}

func mended(p Policy, bs []Blocker) Policy {
	out := Policy{Layers: slices.Clone(p.Layers)}
	mend := func(chains []Chain) []Chain {
		chains = slices.Clone(chains)
		for i := range chains {
			c := &chains[i]
			c.Rules = slices.Clone(c.Rules)
			for _, b := range bs {
				switch {
				case b.Chain != c.Name:
				case b.Rule == nil:
					c.Default = Allow
				default:
					c.Rules = slices.DeleteFunc(c.Rules, b.Rule.sameAs)
				}
			}
		}
		return chains
	}
	for i := range out.Layers {
		out.Layers[i].Ingress, out.Layers[i].Egress = mend(out.Layers[i].Ingress), mend(out.Layers[i].Egress)
	}
	return out
}

// What lacks to be admitted where the default refuses.
func TestBlockersSayWhatLacks(t *testing.T) {
	tcp := func(port uint16) Traffic { return Traffic{Ports(TCP, port, port)} }
	allow := func(name string, target, peer Identity, t Traffic) Rule {
		return Rule{Name: name, Action: Allow, Target: Identities{target}, Peer: Identities{peer}, Traffic: t}
	}
	for _, row := range []struct {
		rules []Rule
		want  string
	}{
		{nil, "rules"},
		{[]Rule{allow("of another", "c", "a", tcp(80))}, "rules"},
		{[]Rule{allow("other", "b", "c", tcp(443))}, "peer and traffic"},
		{[]Rule{allow("others", "b", "c", tcp(80))}, "peer: others lacks peer"},
		{[]Rule{allow("443", "b", "a", tcp(443))}, "traffic: 443 lacks traffic"},
		{[]Rule{allow("others", "b", "c", tcp(80)), allow("443", "b", "a", tcp(443))}, "traffic: 443 lacks traffic, others lacks peer"},
		{[]Rule{allow("ping", "b", "a", Traffic{AllOf(ICMP)}), allow("others", "b", "c", tcp(80))}, "traffic: others lacks peer"},
		{[]Rule{allow("ping", "b", "a", Traffic{AllOf(ICMP)})}, "traffic: ping lacks traffic"},
		{[]Rule{allow("udp", "b", "a", Traffic{Ports(UDP, 80, 80)})}, "traffic: udp lacks traffic"},
	} {
		p := Policy{[]Layer{{Name: "l", State: Stateful, Ingress: []Chain{{Name: "c", Guard: Guard{Target: Identities{"b"}}, Order: AnyAllow, Rules: row.rules, Default: Deny}}}}}
		f := Flow{Src: Endpoint{"a", tinyAddrs[1]}, Dst: Endpoint{"b", tinyAddrs[1]}, Protocol: TCP, DstPort: 80, SrcPort: 40000}
		got := ""
		for _, b := range p.Blockers(f, Inventory{}) {
			got += b.Lack.String()
			for i, n := range b.Near {
				got += map[bool]string{true: ": ", false: ", "}[i == 0] + n.Rule.Name + " lacks " + n.Lack.String()
			}
		}
		if got != row.want {
			t.Errorf("%v: %q, want %q", row.rules, got, row.want)
		}
	}
}

// An undecided step says what is unknown, once.
func TestDoubts(t *testing.T) {
	unsure := func(why string) Selector { return Maybe{Selector: Identities{"a"}, Why: why} }
	chain := func(rules ...Rule) Policy {
		for i := range rules {
			rules[i].Action, rules[i].Traffic = Allow, Traffic{AllTraffic()}
		}
		return Policy{[]Layer{{Name: "l", State: Stateful, Ingress: []Chain{{Name: "c", Order: AnyAllow, Rules: rules, Default: Deny}}}}}
	}
	for _, row := range []struct {
		name string
		p    Policy
		want []string
	}{
		{"known", chain(Rule{Peer: Identities{"a"}}), nil},
		{"a label", chain(Rule{Peer: unsure("label x")}), []string{"label x"}},
		{"two, one twice", chain(Rule{Peer: unsure("y")}, Rule{Peer: unsure("x")}, Rule{Peer: Or{unsure("x"), unsure("y")}}), []string{"x", "y"}},
		{"made up for", chain(Rule{Peer: unsure("label x")}, Rule{Peer: Identities{"a"}}), nil},
		{"about somebody else", chain(Rule{Peer: And{unsure("label x"), Identities{"b"}}}), nil},
		{"a group", chain(Rule{Peer: Group("web")}), []string{"who is in web is not known"}},
	} {
		f := Flow{Src: Endpoint{"a", tinyAddrs[1]}, Dst: Endpoint{"b", tinyAddrs[1]}, Protocol: TCP}
		d := row.p.Explain(f, Inventory{})
		if got := d.Request[1].Doubts; !slices.Equal(got, row.want) || (d.Verdict == Undecided) != (len(row.want) > 0) {
			t.Errorf("%s: %v %q, want %q", row.name, d.Verdict, got, row.want)
		}
	}
}
