package gcp

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// TestCells shows every cell of the support matrix: what is exact is translated
// and read back exactly, what is not brings the finding named.
func TestCells(t *testing.T) {
	const a, b = "a 10.0.1.0/24", "b 10.0.2.0/24"
	sharedNodes := func() *world { return newWorld("a 10.0.1.0/24 tag=n", "b 10.0.2.0/24 tag=n").gke() }
	admin := func(actions ...model.Action) *world {
		w := newWorld(a, b).allow("in a from b", "tcp/80", "tcp/81")
		w.admin = actions
		return w
	}
	tests := []struct {
		feature providers.Feature
		w       *world
		finding string // code of the loss or remark; empty: exact
	}{
		{providers.SubjectSelector, sharedNodes().allow("out a to 192.0.2.0/24", "tcp/80").isolate("out b"), "shared-target"},
		{providers.SubjectSelector, sharedNodes().allow("in a from 192.0.2.0/24", "tcp/80").isolate("in b"), ""},
		{providers.PeerSelector, newWorld(a, b, "c 10.0.2.0/25").allow("out a to b", "tcp/80"), "egress-to-group"},
		{providers.PeerSelector, newWorld(a, b, "c 10.0.2.0/25").allow("in a from b", "tcp/80"), ""},
		{providers.IPBlock, newWorld(a, b).allow("in a from 192.0.2.0/24", "tcp/80").allow("out a to 192.0.2.0/24", "tcp/80"), ""},
		{providers.Except, newWorld(a, b).allow("in a from 192.0.2.0/25,192.0.2.192/26", "tcp/80"), ""},
		{providers.PortRanges, newWorld(a, b).allow("in a from b", "tcp/8000-8100", "udp/53"), ""},
		{providers.SCTPPort, newWorld(a, b).allow("in a from b", "sctp/7"), "sctp-ports"},
		{providers.AnyTraffic, newWorld(a, b).allow("in a from b", "any").allow("out b to a", "any"), ""},
		{providers.EgressAllow, newWorld(a, b).allow("out a to b", "tcp/80"), ""},
		{providers.DefaultDeny, newWorld(a, b).isolate("in a").isolate("out a"), ""},
		{providers.IPv6, newWorld("a 2001:db8:1::/64", "b 2001:db8:2::/64 10.0.2.0/24").allow("in a from b", "tcp/80").allow("out b to 2001:db8::/32", "tcp/80"), ""},
		{providers.UnionOfPolicies, newWorld(a, b).isolate("in a").allow("in a from 10.0.0.0/8", "tcp/80").allow("in a from b", "udp/53").allow("in a from 10.0.2.0/25", "tcp/80-90"), ""},
		{providers.Replies, newWorld(a, b).allow("out a to b", "tcp/80").isolate("in a").isolate("out b").allow("in b from a", "tcp/80"), ""},
		{providers.SameNode, sharedNodes().isolate("in a"), "pods-on-one-node"},
		{providers.AdminDeny, admin(model.Deny), ""},
		{providers.AdminPass, admin(model.Pass, model.Deny), ""},
		{providers.AdminAccept, admin(model.Allow), ""},
	}
	// Cells that an intent cannot show, and why.
	justified := map[providers.Feature]string{
		providers.NamedPort:   "an intent has numbers: names are resolved before segments are made",
		providers.DomainNames: "an intent has no names of domains",
	}
	shown := map[providers.Feature]map[bool]bool{}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.feature, " ", tt.finding), func(t *testing.T) {
			p := prove(t, Options{}, tt.w)
			if tt.finding == "" {
				p.mustBeExact(t)
			} else if f, ok := p.finding(tt.finding); !ok {
				t.Errorf("no %s in %v", tt.finding, p.findings)
			} else if f.Grade != 0 && (f.Grade != model.Wider || p.delta.Opened.Union(p.out.Unseen).Intersect(f.Affects).IsEmpty()) {
				t.Errorf("grade %s, and opened %t", f.Grade, !p.delta.Opened.IsEmpty())
			}
		})
		if shown[tt.feature] == nil {
			shown[tt.feature] = map[bool]bool{}
		}
		shown[tt.feature][tt.finding == ""] = true
	}
	for _, f := range providers.Features() {
		cell := Provider{}.Limits().Enforcers[0].Cells[f]
		wantsExact := cell.Fit == providers.Precise
		if justified[f] == "" && !shown[f][wantsExact] {
			t.Errorf("%s is %s, and no case shows it", f, cell.Fit)
		}
		if wantsExact && shown[f][false] {
			t.Errorf("%s is exact, and a case loses something", f)
		}
	}
}

// TestPolicyCells shows that a network firewall policy carries the same, and
// where its column differs.
func TestPolicyCells(t *testing.T) {
	l := Provider{}.Limits()
	for _, f := range providers.Features() {
		rule, policy := l.Enforcers[0].Cells[f], l.Enforcers[1].Cells[f]
		if rule != policy && f != providers.DomainNames && f != providers.DefaultDeny {
			t.Errorf("%s differs: %+v, %+v", f, rule, policy)
		}
	}
	prove(t, Options{Style: NetworkPolicy}, newWorld("a 10.0.1.0/24", "b 10.0.2.0/24").isolate("in a").allow("out b to a", "tcp/80")).mustBeExact(t)
}

// TestSplitting wants every rule within the limits of one rule, and all of them
// together exact.
func TestSplitting(t *testing.T) {
	blocks := func(n int) string {
		var out []string
		for i := range n {
			out = append(out, netip.PrefixFrom(netip.AddrFrom4([4]byte{192, byte(i >> 8), byte(i), 0}), 25).String())
		}
		return strings.Join(out, ",")
	}
	var ports []string
	for i := range 600 {
		ports = append(ports, fmt.Sprintf("tcp/%d", 1000+2*i), fmt.Sprintf("udp/%d", 1000+2*i))
	}
	var rows, ids []string
	for i := range maxSourceTags + 1 {
		rows = append(rows, fmt.Sprintf("s%02d 10.1.%d.0/24", i, i))
		ids = append(ids, fmt.Sprintf("s%02d", i))
	}
	tests := []struct {
		name  string
		w     *world
		quota string
		used  int
	}{
		{"ranges of a source", newWorld("a 10.0.1.0/24").allow("in a from "+blocks(600), "tcp/80"), quotaSourceRanges, rangesPerRule},
		{"ranges of a destination", newWorld("a 10.0.1.0/24").allow("out a to "+blocks(600), "tcp/80"), quotaDestinationRanges, rangesPerRule},
		{"ports", newWorld("a 10.0.1.0/24").allow("in a from 192.0.2.0/24", ports...), quotaPorts, maxPorts},
		{"source tags", newWorld(append(rows, "a 10.0.1.0/24")...).allow("in a from "+strings.Join(ids, ","), "tcp/80"), quotaSourceTags, maxSourceTags},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := prove(t, Options{}, tt.w)
			p.mustBeExact(t)
			i := slices.IndexFunc(p.out.Quotas, func(q providers.Quota) bool { return q.Name == tt.quota })
			if i < 0 || p.out.Quotas[i].Used != tt.used {
				t.Fatalf("%s: %+v", tt.quota, p.out.Quotas)
			}
			for _, q := range p.out.Quotas {
				if q.Used > q.Limit {
					t.Errorf("over quota: %+v", q)
				}
			}
		})
	}
}

// TestPolicyFull wants an error, and no module, when a policy has no priority left.
func TestPolicyFull(t *testing.T) {
	rules := make([]namedRule, (denyLast-denyFirst)/priorityStep+2)
	for i := range rules {
		rules[i] = namedRule{rule{action: model.Deny}, fmt.Sprint("r", i)}
	}
	if _, err := policyPriorities(nil, rules); err == nil {
		t.Error("more deny rules than priorities")
	}
	if _, err := policyPriorities(nil, rules[1:]); err != nil {
		t.Error(err)
	}
}
