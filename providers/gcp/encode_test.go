package gcp

import (
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// TestRules shows what policies become, rule by rule. Every row is proven too: what
// is read back admits what was asked for.
func TestRules(t *testing.T) {
	const (
		frontend = "frontend 10.0.1.0/24"
		backend  = "backend 10.0.2.0/24"
		inAny    = "in allow tag:frontend from 0.0.0.0/0 all"
	)
	tests := []struct {
		name string
		opts Options
		w    *world
		want []string
	}{
		{"nobody is isolated: ingress is opened, egress is open (3, implied rules)", Options{}, newWorld(frontend),
			[]string{inAny}},
		{"ingress isolated", Options{}, newWorld(frontend).isolate("in frontend"), []string{
			"in deny tag:frontend from 0.0.0.0/0 all",
			"in deny tag:frontend from ::/0 all"}},
		{"egress isolated", Options{}, newWorld(frontend).isolate("out frontend"), []string{
			inAny,
			"out deny tag:frontend to 0.0.0.0/0 all",
			"out deny tag:frontend to ::/0 all"}},
		{"a segment as a source is a tag", Options{}, newWorld(frontend, backend).allow("in backend from frontend", "tcp/8080"), []string{
			"in allow tag:backend from tag:frontend tcp/8080",
			inAny,
			"in deny tag:backend from 0.0.0.0/0 all",
			"in deny tag:backend from ::/0 all"}},
		{"a segment as a destination is its addresses", Options{}, newWorld(frontend, backend).allow("out frontend to backend", "tcp/8080"), []string{
			"in allow tag:backend from 0.0.0.0/0 all",
			inAny,
			"out allow tag:frontend to 10.0.2.0/24 tcp/8080",
			"out deny tag:frontend to 0.0.0.0/0 all",
			"out deny tag:frontend to ::/0 all"}},
		{"itself, without an address (3, self reference is explicit)", Options{}, newWorld("db").allow("in db from db", "tcp/5432"), []string{
			"in allow tag:db from tag:db tcp/5432",
			"in deny tag:db from 0.0.0.0/0 all",
			"in deny tag:db from ::/0 all"}},
		{"one family per rule (6)", Options{}, newWorld("db").allow("in db from 192.0.2.0/24,2001:db8::/32", "tcp/5432", "icmp", "icmpv6"), []string{
			"in allow tag:db from 192.0.2.0/24 icmp,tcp/5432",
			"in allow tag:db from 2001:db8::/32 58,tcp/5432",
			"in deny tag:db from 0.0.0.0/0 all",
			"in deny tag:db from ::/0 all"}},
		{"IPv6 alone", Options{}, newWorld("frontend 2001:db8:1::/64"), []string{
			"in allow tag:frontend from ::/0 all"}},
		{"unknown addresses: both families", Options{}, newWorld("frontend"), []string{
			inAny,
			"in allow tag:frontend from ::/0 all"}},
		{"service accounts name each other", Options{}, newWorld("a 10.0.1.0/24 sa=a@p.example", "b 10.0.2.0/24 sa=b@p.example").allow("in b from a", "udp/53"), []string{
			"in allow sa:a@p.example from 0.0.0.0/0 all",
			"in allow sa:b@p.example from sa:a@p.example udp/53",
			"in deny sa:b@p.example from 0.0.0.0/0 all",
			"in deny sa:b@p.example from ::/0 all"}},
		{"tags and service accounts do not mix (1.2): by address", Options{}, newWorld("a 10.0.1.0/24 tag=web", "b 10.0.2.0/24 sa=b@p.example").allow("in b from a", "udp/53"), []string{
			"in allow tag:web from 0.0.0.0/0 all",
			"in allow sa:b@p.example from 10.0.1.0/24 udp/53",
			"in deny sa:b@p.example from 0.0.0.0/0 all",
			"in deny sa:b@p.example from ::/0 all"}},
		{"a tag that others share is no name for a peer", Options{},
			newWorld("a 10.0.1.0/24 tag=web", "b 10.0.2.0/24 tag=web", "c 10.0.3.0/24").allow("in c from a", "udp/53"), []string{
				"in allow tag:web,@10.0.1.0/24 from 0.0.0.0/0 all",
				"in allow tag:web,@10.0.2.0/24 from 0.0.0.0/0 all",
				"in allow tag:c from 10.0.1.0/24 udp/53",
				"in deny tag:c from 0.0.0.0/0 all",
				"in deny tag:c from ::/0 all"}},
		{"a tag whose segments are all admitted is", Options{},
			newWorld("a 10.0.1.0/24 tag=web", "b 10.0.2.0/24 tag=web", "c 10.0.3.0/24").allow("in c from a,b", "udp/53"), []string{
				"in allow tag:web,@10.0.1.0/24 from 0.0.0.0/0 all",
				"in allow tag:web,@10.0.2.0/24 from 0.0.0.0/0 all",
				"in allow tag:c from tag:web udp/53",
				"in deny tag:c from 0.0.0.0/0 all",
				"in deny tag:c from ::/0 all"}},
		{"the network that every project starts with has rules that admit", Options{}, func() *world {
			w := newWorld("db").allow("in db from db", "tcp/5432")
			w.site.Network = "default"
			return w
		}(), []string{
			"in allow tag:db from tag:db tcp/5432",
			"in deny tag:db from 0.0.0.0/0 all",
			"in deny tag:db from ::/0 all"}},
		{"GKE: pods are told apart by address (10)", Options{},
			newWorld("frontend 10.4.1.0/24 tag=nodes", "backend 10.4.2.0/24 tag=nodes").gke().allow("in backend from frontend", "tcp/8080"), []string{
				"in allow tag:nodes,@10.4.2.0/24 from 10.4.1.0/24 tcp/8080",
				"in deny tag:nodes,@10.4.2.0/24 from 0.0.0.0/0 all",
				"in allow tag:nodes,@10.4.1.0/24 from 0.0.0.0/0 all"}},
		{"a shared tag, both families behind it", Options{},
			newWorld("a 10.0.1.0/24 2001:db8:1::/64 tag=n", "b 10.0.2.0/24 tag=n", "c 10.0.3.0/24 2001:db8:3::/64").allow("in a from c", "udp/53"), []string{
				"in allow tag:n,@10.0.1.0/24 from tag:c udp/53",
				"in allow tag:n,@2001:db8:1::/64 from tag:c udp/53",
				"in allow tag:n,@10.0.2.0/24 from 0.0.0.0/0 all",
				"in allow tag:c from 0.0.0.0/0 all",
				"in allow tag:c from ::/0 all",
				"in deny tag:n,@10.0.1.0/24 from 0.0.0.0/0 all",
				"in deny tag:n,@2001:db8:1::/64 from ::/0 all"}},
		{"everybody but a segment", Options{}, newWorld("a 0.0.0.0/1", "b 192.0.0.0/2").allow("in a from !b", "udp/53"), []string{
			"in allow tag:a from 0.0.0.0/1,128.0.0.0/2 udp/53",
			"in allow tag:b from 0.0.0.0/0 all",
			"in deny tag:a from 0.0.0.0/0 all",
			"in deny tag:a from ::/0 all"}},
		{"every protocol", Options{}, newWorld("db 10.0.2.0/24").allow("in db from 192.0.2.0/24", "any"), []string{
			"in allow tag:db from 192.0.2.0/24 all",
			"in deny tag:db from 0.0.0.0/0 all",
			"in deny tag:db from ::/0 all"}},
		{"protocols by number, ports merged", Options{}, newWorld("db 10.0.2.0/24").allow("in db from 192.0.2.0/24", "gre", "esp", "tcp/80", "tcp/81-90", "tcp/443"), []string{
			"in allow tag:db from 192.0.2.0/24 47,esp,tcp/80-90+443",
			"in deny tag:db from 0.0.0.0/0 all",
			"in deny tag:db from ::/0 all"}},
		{"what is never filtered needs no rule (4)", Options{}, newWorld(frontend).allow("out frontend to 169.254.169.254/32", "udp/53"), []string{
			inAny,
			"out deny tag:frontend to 0.0.0.0/0 all",
			"out deny tag:frontend to ::/0 all"}},
		{"SCTP ports when asked for (6)", Options{SCTPPorts: SCTPExact}, newWorld("db 10.0.2.0/24").allow("in db from 192.0.2.0/24", "sctp/132"), []string{
			"in allow tag:db from 192.0.2.0/24 sctp/132",
			"in deny tag:db from 0.0.0.0/0 all",
			"in deny tag:db from ::/0 all"}},
		{"network firewall policy: secure tags (1.2)", Options{Style: NetworkPolicy}, newWorld(frontend, "backend 10.0.2.0/24 tag=tagValues/7").
			allow("in backend from frontend", "tcp/8080").allow("out frontend to backend", "tcp/8080"), []string{
			"in allow secure:tagValues/7 from secure:var.secure_tags[\"frontend\"] tcp/8080",
			"in allow secure:var.secure_tags[\"frontend\"] from 0.0.0.0/0 all",
			"out allow secure:var.secure_tags[\"frontend\"] to 10.0.2.0/24 tcp/8080",
			"out deny secure:var.secure_tags[\"frontend\"] to 0.0.0.0/0 all",
			"out deny secure:var.secure_tags[\"frontend\"] to ::/0 all",
			"in deny secure:tagValues/7 from 0.0.0.0/0 all",
			"in deny secure:tagValues/7 from ::/0 all"}},
		{"network firewall policy has no source service accounts", Options{Style: NetworkPolicy},
			newWorld("a 10.0.1.0/24 sa=a@p.example", "b 10.0.2.0/24 sa=b@p.example").allow("in b from a", "udp/53"), []string{
				"in allow sa:a@p.example from 0.0.0.0/0 all",
				"in allow sa:b@p.example from 10.0.1.0/24 udp/53",
				"in deny sa:b@p.example from 0.0.0.0/0 all",
				"in deny sa:b@p.example from ::/0 all"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := prove(t, tt.opts, tt.w)
			p.mustBeExact(t)
			got := p.lines()
			slices.Sort(got)
			want := slices.Sorted(slices.Values(tt.want))
			if !slices.Equal(got, want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}

// TestLosses shows what Google Cloud cannot say, each with the packet that is let through
// and one that is not.
func TestLosses(t *testing.T) {
	tests := []struct {
		name   string
		code   string
		w      *world
		opened string
		still  string // refused as asked for; empty: nothing to show
	}{
		{"SCTP ports (6)", "sctp-ports", newWorld("db 10.0.2.0/24").allow("in db from 192.0.2.0/24", "sctp/7"),
			"- 192.0.2.1 > db 10.0.2.1 sctp/8", "- 192.0.2.1 > db 10.0.2.1 tcp/7"},
		{"ICMP types (5)", "icmp-type", newWorld("db 10.0.2.0/24").allow("in db from 192.0.2.0/24", "icmp/3/4"),
			"- 192.0.2.1 > db 10.0.2.1 icmp/8/0", "- 192.0.2.1 > db 10.0.2.1 tcp/7"},
		{"a stranger at a peer's address, egress", "egress-to-group", func() *world {
			w := newWorld("a 10.0.1.0/24", "b 10.0.2.0/24").allow("out a to b", "tcp/80")
			w.strangers = model.AllAddrs()
			return w
		}(), "a 10.0.1.1 > - 10.0.2.1 tcp/80", "a 10.0.1.1 > - 10.0.3.1 tcp/80"},
		{"another segment at a peer's address, egress", "egress-to-group",
			newWorld("a 10.0.1.0/24", "b 10.0.2.0/24", "c 10.0.2.128/25").allow("out a to b", "tcp/80"),
			"a 10.0.1.1 > c 10.0.2.129 tcp/80", "a 10.0.1.1 > c 10.0.2.129 tcp/81"},
		{"another segment at a peer's address, ingress on GKE", "peer-by-address",
			newWorld("a 10.0.1.0/24", "b 10.0.2.0/24", "c 10.0.2.128/25").gke().allow("in a from b", "tcp/80"),
			"c 10.0.2.129 > a 10.0.1.1 tcp/80", "c 10.0.2.129 > a 10.0.1.1 tcp/81"},
		{"egress of pods on shared nodes", "shared-target",
			newWorld("a 10.0.1.0/24 tag=nodes", "b 10.0.2.0/24 tag=nodes").gke().isolate("out b").allow("out a to 192.0.2.0/24", "tcp/80"),
			"b 10.0.2.1 > - 192.0.2.1 tcp/80", "b 10.0.2.1 > - 192.0.2.1 tcp/81"},
		{"egress isolated beside egress not isolated", "shared-target",
			newWorld("a 10.0.1.0/24 tag=nodes", "b 10.0.2.0/24 tag=nodes").isolate("out b"),
			"b 10.0.2.1 > - 192.0.2.1 tcp/80", ""},
		{"a shared tag without addresses", "shared-target",
			newWorld("a tag=nodes", "b tag=nodes").isolate("in b").allow("in a from 192.0.2.0/24", "tcp/80"),
			"- 192.0.2.1 > b 10.0.2.1 tcp/80", "- 192.0.2.1 > b 10.0.2.1 tcp/81"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := prove(t, Options{}, tt.w)
			p.mustBeHonest(t)
			f, ok := p.finding(tt.code)
			if !ok {
				t.Fatalf("no finding %s in %v", tt.code, p.findings)
			}
			if f.Grade != model.Wider || f.Example == nil || !f.Affects.Contains(*f.Example) {
				t.Errorf("grade %s, example %v", f.Grade, f.Example)
			}
			if x := flow(t, tt.opened); !f.Affects.Contains(x) || !p.delta.Opened.Contains(x) {
				t.Errorf("%s: reported %t, opened %t", x, f.Affects.Contains(x), p.delta.Opened.Contains(x))
			}
			if tt.still != "" && p.explained().Subtract(p.out.Unseen).Contains(flow(t, tt.still)) {
				t.Errorf("%s is reported, and is refused", tt.still)
			}
		})
	}
}

// TestHealedLoss shows a loss that touches traffic which the peer's own policy
// refuses: it is reported, and nothing is opened.
func TestHealedLoss(t *testing.T) {
	w := newWorld("a 10.0.1.0/24", "b 10.0.2.0/24", "c 10.0.2.128/25").allow("out a to b", "tcp/80").isolate("in c")
	p := prove(t, Options{}, w)
	p.mustBeExact(t)
	if _, ok := p.finding("egress-to-group"); !ok {
		t.Error("not reported")
	}
}

// TestRefused shows what keeps Encode from writing.
func TestRefused(t *testing.T) {
	tests := []struct {
		name, code, says string
		opts             Options
		w                *world
	}{
		{"egress to a segment nowhere", "peer-addresses", "app\": \"b", Options{}, newWorld("a 10.0.1.0/24", "b").allow("out a to b", "tcp/80")},
		{"GKE ingress from a segment nowhere", "peer-addresses", "namespace: shop", Options{}, newWorld("a 10.0.1.0/24", "b").gke().allow("in a from b", "tcp/80")},
		{"two identities", "segment-identity", "cannot name both", Options{}, newWorld("a tag=x sa=y@p.example")},
		{"no network tag", "segment-identity", "lower-case", Options{}, newWorld("a tag=Web_1")},
		{"secure tag in a VPC rule", "segment-identity", "network tags", Options{}, newWorld("a tag=tagValues/1")},
		{"network tag in a policy", "segment-identity", "secure tags", Options{Style: NetworkPolicy}, newWorld("a tag=web")},
		{"policy on a network whose project is not known", "network-path", "project", Options{Style: NetworkPolicy}, func() *world {
			w := newWorld("a")
			w.site.Network = "main"
			return w
		}()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := prove(t, tt.opts, tt.w)
			f, ok := p.finding(tt.code)
			if !ok || f.Severity != model.Error {
				t.Fatalf("no error %s in %v", tt.code, p.findings)
			}
			if len(p.out.Module.Resources) > 0 {
				t.Error("something was written")
			}
			if !strings.Contains(f.Summary+f.Advice, tt.says) {
				t.Errorf("%q is not in %s", tt.says, f)
			}
		})
	}
}

// TestRemarks shows what is said about a whole site.
func TestRemarks(t *testing.T) {
	inDefault := newWorld("a 10.0.1.0/24 tag=tagValues/1").isolate("in a")
	inDefault.site.Network = "projects/shop/global/networks/default"
	tests := []struct {
		name, code string
		opts       Options
		w          *world
		want       model.Severity // 0: not said
	}{
		{"nodes' own egress", "node-egress", Options{}, newWorld("a 10.0.1.0/24").gke().isolate("out a"), model.Warning},
		{"nodes' own egress, ingress isolated", "node-egress", Options{}, newWorld("a 10.0.1.0/24").gke().isolate("in a"), 0},
		{"new tags on GKE", "node-tags", Options{}, newWorld("a 10.0.1.0/24").gke(), model.Info},
		{"given tags on GKE", "node-tags", Options{}, newWorld("a 10.0.1.0/24 tag=n").gke(), 0},
		{"stages (2)", "stage-order", Options{Style: NetworkPolicy}, newWorld("a 10.0.1.0/24"), model.Info},
		{"stages, in the default network", "stage-order", Options{Style: NetworkPolicy}, inDefault, model.Warning},
		{"stages, VPC rules", "stage-order", Options{}, newWorld("a 10.0.1.0/24"), 0},
		{"SCTP ports that may be refused", "sctp-ports-untested", Options{SCTPPorts: SCTPExact},
			newWorld("a 10.0.1.0/24").allow("in a from any", "sctp/7"), model.Warning},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, _ := prove(t, tt.opts, tt.w).finding(tt.code)
			if f.Severity != tt.want {
				t.Errorf("severity %d, want %d", f.Severity, tt.want)
			}
		})
	}
}
