package model

import "testing"

// The tiers of admin policies fit the model: Admin (accept, deny, pass, by
// priority), then NetworkPolicy (final for whom it isolates), then Baseline, then allow.
// (networkpolicy-semantics section 4.) A tier is a chain: Accept is Allow, Pass leaves the chain.
func TestAdminPolicyTiers(t *testing.T) {
	inv := Inventory{Members: []Member{{ID: "web"}, {ID: "db"}, {ID: "monitor"}, {ID: "guest"}}}
	tcp := Traffic{AllOf(TCP)}
	rule := func(priority int, a Action, from string, t Traffic) Rule {
		return Rule{Action: a, Priority: priority, Target: Identities{"db"}, Peer: Identities{Identity(from)}, Traffic: t}
	}
	p := Policy{[]Layer{{Name: "kubernetes", State: Stateful, Ingress: []Chain{
		{Name: "admin", Order: FirstMatch, Default: Pass, Rules: []Rule{
			rule(20, Deny, "web", tcp), // never reached for tcp/5432: the lower priority goes first
			rule(10, Pass, "web", Traffic{Ports(TCP, 5432, 5432)}),
			rule(0, Allow, "monitor", tcp),
		}},
		{Name: "network policies", Order: AnyAllow, Default: Deny, Guard: Guard{Target: Identities{"db"}}, Rules: []Rule{
			rule(0, Allow, "web", Traffic{Ports(TCP, 5000, 6000)}),
		}},
		{Name: "baseline", Order: FirstMatch, Default: Pass, Rules: []Rule{
			{Action: Deny, Target: Any{}, Peer: Identities{"guest"}, Traffic: tcp},
		}},
	}}}}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		from, to string
		port     uint16
		want     Verdict
		why      string
	}{
		{"monitor", "db", 1, Allowed, "admin accept overrules isolation"},
		{"web", "db", 5432, Allowed, "pass, then the network policy admits it"},
		{"web", "db", 5433, Denied, "admin deny overrules the network policy"},
		{"guest", "db", 5432, Denied, "isolated: baseline is not asked"},
		{"guest", "web", 80, Denied, "not isolated: baseline denies"},
		{"db", "web", 80, Allowed, "no tier has a word"},
	} {
		f := Flow{Src: Endpoint{Identity(tt.from), tinyAddrs[1]}, Dst: Endpoint{Identity(tt.to), tinyAddrs[1]}, Protocol: TCP, SrcPort: 40000, DstPort: tt.port}
		if got := p.Explain(f, inv); got.Verdict != tt.want {
			t.Errorf("%s > %s tcp/%d: %v, want %v: %s", tt.from, tt.to, tt.port, got.Verdict, tt.want, tt.why)
		}
		if got := p.Permitted(inv).Allowed.Contains(f); got != (tt.want == Allowed) {
			t.Errorf("%s > %s tcp/%d: permitted %t: %s", tt.from, tt.to, tt.port, got, tt.why)
		}
	}
	grants, findings := p.Grants(inv, "db", Ingress)
	if len(findings) > 0 || len(grants) == 0 {
		t.Errorf("grants %v, findings %v", grants, findings)
	}
}

// Decision 2 of the design: a connection passes when every layer admits the
// request and every stateless layer admits the reply.
func TestStatelessLayersJudgeReplies(t *testing.T) {
	inv := Inventory{Members: []Member{{ID: "web"}, {ID: "db"}}}
	acl := func(replies Traffic) Policy {
		request := Traffic{Ports(TCP, 5432, 5432), ICMPMessage(ICMP, 8, AnyICMP)}
		return Policy{[]Layer{
			{Name: "sg", State: Stateful, Ingress: []Chain{{Name: "sg", Order: AnyAllow, Default: Deny,
				Guard: Guard{Target: Identities{"db"}}, Rules: []Rule{{Action: Allow, Traffic: request}}}}},
			{Name: "acl", State: Stateless,
				Ingress: []Chain{{Name: "in", Order: FirstMatch, Default: Deny, Guard: Guard{Target: Identities{"db"}},
					Rules: []Rule{{Action: Allow, Traffic: request}}}},
				Egress: []Chain{{Name: "out", Order: FirstMatch, Default: Deny, Guard: Guard{Target: Identities{"db"}},
					Rules: []Rule{{Action: Allow, Traffic: replies}}}}},
		}}
	}
	linux := Traffic{Ports(TCP, 32768, 60999), ICMPMessage(ICMP, 0, AnyICMP)}
	for _, tt := range []struct {
		name    string
		replies Traffic
		flow    Flow
		want    Verdict
	}{
		{"reply to the ephemeral port", linux, Flow{Protocol: TCP, SrcPort: 40000, DstPort: 5432}, Allowed},
		{"client port outside the range", linux, Flow{Protocol: TCP, SrcPort: 61000, DstPort: 5432}, Denied},
		{"no return entry", Traffic{AllOf(UDP)}, Flow{Protocol: TCP, SrcPort: 40000, DstPort: 5432}, Denied},
		{"the service port mirrored is wrong", Traffic{Ports(TCP, 5432, 5432)}, Flow{Protocol: TCP, SrcPort: 40000, DstPort: 5432}, Denied},
		{"echo and its reply", linux, Flow{Protocol: ICMP, ICMPType: 8}, Allowed},
		{"echo without reply entry", Traffic{AllOf(TCP)}, Flow{Protocol: ICMP, ICMPType: 8}, Denied},
	} {
		f := tt.flow
		f.Src, f.Dst = Endpoint{"web", tinyAddrs[1]}, Endpoint{"db", tinyAddrs[1]}
		if got := acl(tt.replies).Explain(f, inv).Verdict; got != tt.want {
			t.Errorf("%s: %v is %v, want %v", tt.name, f, got, tt.want)
		}
		if got := acl(tt.replies).Permitted(inv).Allowed.Contains(f); got != (tt.want == Allowed) {
			t.Errorf("%s: permitted %t", tt.name, got)
		}
	}
}
