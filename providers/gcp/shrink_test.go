package gcp

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/providertest"
)

// TestShrunkRules shows what rules become when as few as possible are asked for (cloud
// semantics 1.2, 6 and 7: a rule has several ranges of one family or several sources, several
// protocols with ports, and several targets).
func TestShrunkRules(t *testing.T) {
	const deny4, deny6 = "in deny tag:a from 0.0.0.0/0 all", "in deny tag:a from ::/0 all"
	tests := []struct {
		name string
		opts Options
		w    *world
		want []string
	}{
		{"ranges on the same port", Options{}, newWorld("a 10.0.1.0/24").allow("in a from 192.0.2.0/25", "tcp/80").allow("in a from 198.51.100.0/24", "tcp/80"),
			[]string{"in allow tag:a from 192.0.2.0/25,198.51.100.0/24 tcp/80", deny4, deny6}},
		{"one range, several protocols", Options{}, newWorld("a 10.0.1.0/24").allow("in a from 192.0.2.0/24", "tcp/80").allow("in a from 192.0.2.0/24", "udp/53", "tcp/81"),
			[]string{"in allow tag:a from 192.0.2.0/24 tcp/80-81,udp/53", deny4, deny6}},
		{"a range within another one's ports", Options{}, newWorld("a 10.0.1.0/24").allow("in a from 192.0.2.0/24", "tcp/1-100").allow("in a from 192.0.2.0/25", "tcp/80"),
			[]string{"in allow tag:a from 192.0.2.0/24 tcp/1-100", deny4, deny6}},
		{"a tag within everybody", Options{}, newWorld("a", "b").allow("in a from b", "tcp/80").allow("in a from any", "tcp/1-100").isolate("in b"),
			[]string{"in allow tag:a from 0.0.0.0/0 tcp/1-100", "in allow tag:a from ::/0 tcp/1-100",
				"in deny tag:a,tag:b from 0.0.0.0/0 all", "in deny tag:a,tag:b from ::/0 all"}},
		{"a tag is no range", Options{}, newWorld("a 10.0.1.0/24", "b 10.0.2.0/24").allow("in a from b", "tcp/80").allow("in a from 192.0.2.0/24", "tcp/80").isolate("in b"),
			[]string{"in allow tag:a from tag:b tcp/80", "in allow tag:a from 192.0.2.0/24 tcp/80",
				"in deny tag:a,tag:b from 0.0.0.0/0 all", "in deny tag:a,tag:b from ::/0 all"}},
		{"one family per rule", Options{}, newWorld("a").allow("in a from 192.0.2.0/24,2001:db8::/32", "tcp/80").allow("in a from 198.51.100.0/24", "tcp/80"),
			[]string{"in allow tag:a from 192.0.2.0/24,198.51.100.0/24 tcp/80", "in allow tag:a from 2001:db8::/32 tcp/80", deny4, deny6}},
		{"targets with rules in common, but no fewer rules for it", Options{}, newWorld("a 10.0.1.0/24", "b 10.0.2.0/24").
			allow("in a from 192.0.2.0/24", "tcp/80").allow("in b from 192.0.2.0/24", "tcp/80", "tcp/443"),
			[]string{"in allow tag:a from 192.0.2.0/24 tcp/80", "in allow tag:b from 192.0.2.0/24 tcp/80+443",
				"in deny tag:a,tag:b from 0.0.0.0/0 all", "in deny tag:a,tag:b from ::/0 all"}},
		{"tags and service accounts do not mix", Options{}, newWorld("a 10.0.1.0/24", "b 10.0.2.0/24 sa=b@p.example").isolate("in a").isolate("in b"),
			[]string{deny4, deny6, "in deny sa:b@p.example from 0.0.0.0/0 all", "in deny sa:b@p.example from ::/0 all"}},
		{"GKE: pods of several segments", Options{}, newWorld("a 10.4.1.0/24 tag=n", "b 10.4.2.0/24 tag=n").gke().
			allow("in a from 192.0.2.0/24", "tcp/80").allow("in b from 192.0.2.0/24", "tcp/80"),
			[]string{"in allow tag:n,@10.4.1.0/24,@10.4.2.0/24 from 192.0.2.0/24 tcp/80", "in deny tag:n,@10.4.1.0/24,@10.4.2.0/24 from 0.0.0.0/0 all"}},
		{"network firewall policy", Options{Style: NetworkPolicy}, newWorld("a 10.0.1.0/24 tag=tagValues/1", "b 10.0.2.0/24 tag=tagValues/2").
			allow("in a from 192.0.2.0/24", "tcp/80").allow("in b from 192.0.2.0/24", "tcp/80").isolate("out a"),
			[]string{"in allow secure:tagValues/1,secure:tagValues/2 from 192.0.2.0/24 tcp/80",
				"in deny secure:tagValues/1,secure:tagValues/2 from 0.0.0.0/0 all", "in deny secure:tagValues/1,secure:tagValues/2 from ::/0 all",
				"out deny secure:tagValues/1 to 0.0.0.0/0 all", "out deny secure:tagValues/1 to ::/0 all"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.w.shrink = providers.ShrinkAlways
			p := prove(t, tt.opts, tt.w)
			p.mustBeExact(t)
			got, want := slices.Sorted(slices.Values(p.lines())), slices.Sorted(slices.Values(tt.want))
			if !slices.Equal(got, want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}

// TestShrunkLimits wants shortened rules within what one rule may hold (cloud semantics 7).
func TestShrunkLimits(t *testing.T) {
	var rows, ids []string
	for i := range maxTargetTags + 1 {
		rows = append(rows, fmt.Sprintf("s%02d 10.1.%d.0/24", i, i))
		ids = append(ids, fmt.Sprintf("s%02d", i))
	}
	w := newWorld(rows...)
	w.shrink = providers.ShrinkAlways
	for i, id := range ids {
		w.allow("in "+id+" from "+strings.Join(ids, ","), "tcp/80").allow("in "+id+" from 192.0.2.0/24", fmt.Sprintf("udp/%d", 1000+2*i))
	}
	for i := range 300 {
		w.allow("in s00 from 198.51.100.0/24", fmt.Sprintf("tcp/%d", 1000+2*i))
	}
	p := prove(t, Options{}, w)
	p.mustBeExact(t)
	for _, q := range p.out.Quotas {
		if q.Used > q.Limit {
			t.Errorf("over quota: %+v", q)
		}
		full := map[string]int{quotaSourceTags: maxSourceTags, quotaTargetTags: maxTargetTags, quotaPorts: maxPorts}[q.Name]
		if full > 0 && q.Used != full {
			t.Errorf("%s: %d used, and the worlds needs %d", q.Name, q.Used, full)
		}
	}
	if l := p.out.Lists[0]; l.Name != "VPC firewall rules" || len(l.Segments) != len(ids) || l.After != len(p.lines()) || l.After > l.Before/2 {
		t.Errorf("%+v", l)
	}
}

// TestSharedRulesStay wants a rule that segments share to be updated in place when another one
// comes: a refusal that is replaced does not hold for a moment.
func TestSharedRulesStay(t *testing.T) {
	names := func(segments ...string) []string {
		w := newWorld(segments...)
		w.shrink = providers.ShrinkAlways
		for _, s := range segments {
			w.isolate("in " + strings.Fields(s)[0])
		}
		var out []string
		for _, r := range prove(t, Options{}, w).out.Module.Resources {
			out = append(out, r.Address())
		}
		return out
	}
	two, three := names("a 10.0.1.0/24", "b 10.0.2.0/24"), names("a 10.0.1.0/24", "b 10.0.2.0/24", "c 10.0.3.0/24")
	if len(two) != 2 || !slices.Equal(two, three) {
		t.Errorf("%v, and with a third segment %v", two, three)
	}
}

// TestNumbersAreKept wants every rule of a network firewall policy that is still there to have the
// priority of the earlier translation, and others to have none that was another rule's.
func TestNumbersAreKept(t *testing.T) {
	const list = "network firewall policy crosswall-main"
	shop := func() *world {
		return newWorld("a 10.0.1.0/24", "b 10.0.2.0/24").allow("in a from b", "tcp/80").allow("out a to b", "tcp/81").isolate("in b")
	}
	opts := Options{Style: NetworkPolicy}
	first := prove(t, opts, shop()).out.Numbers
	if len(first) != 1 || len(first[list]) != 8 {
		t.Fatalf("numbers %v", first)
	}
	if again := prove(t, opts, shop()).out.Numbers; !maps.Equal(first[list], again[list]) {
		t.Errorf("first %v, then %v", first, again)
	}
	earlier := maps.Clone(first[list])
	for name, n := range earlier {
		earlier[name] = n + 3 // whatever the lock says
	}
	w := shop().allow("in b from a", "udp/53")
	w.numbers = providers.Numbering{list: earlier}
	p := prove(t, opts, w)
	p.mustBeExact(t)
	came := 0
	for name, n := range p.out.Numbers[list] {
		had, ok := earlier[name]
		if !ok {
			came++
		} else if had != n {
			t.Errorf("%s: was %d, is %d", name, had, n)
		}
	}
	if came != 1 {
		t.Errorf("%d rules came", came)
	}
	for _, r := range p.out.Module.Resources {
		name, _ := r.Get("rule_name").AsString()
		if n, _ := r.Get("priority").AsInt(); r.Type == typePolicyRule && int(n) != p.out.Numbers[list][name] {
			t.Errorf("%s: %d is written, %d is kept", name, n, p.out.Numbers[list][name])
		}
	}
	if n := prove(t, Options{}, shop()).out.Numbers; len(n) > 0 {
		t.Errorf("VPC rules share two priorities, and are numbered %v", n)
	}
}

// TestPolicyShrinksToFit wants a policy to be shortened, however seldom, when its band has
// no room.
func TestPolicyShrinksToFit(t *testing.T) {
	const bandSize = (denyLast-denyFirst)/priorityStep + 1
	for n, want := range map[int]int{bandSize: bandSize, bandSize + 1: 1} {
		var e encoder
		e.opts.Style = NetworkPolicy
		rules := make([]rule, n)
		for i := range rules {
			rules[i] = rule{direction: model.Ingress, action: model.Deny, targets: []machineID{{kind: secureTag, name: "tagValues/1"}},
				services: []service{{model.TCP, []model.PortRange{{First: uint16(i), Last: uint16(i)}}}}, ranges: model.AllIPv4().Prefixes()}
		}
		if got := len(e.shortened(rules)); got != want {
			t.Errorf("%d rules of %d, want %d", got, n, want)
		}
	}
}

// shrinking is a provider that is asked for the fewest rules.
type shrinking struct{ Provider }

func (p shrinking) Encode(in providers.Intent) (providers.Output, []model.Finding) {
	in.Shrink = providers.ShrinkAlways
	return p.Provider.Encode(in)
}

// TestShrinkingConformance runs the suite of all providers over shortened rules.
func TestShrinkingConformance(t *testing.T) {
	policy := providertest.Site()
	policy.Network = "projects/shop/global/networks/main"
	for _, tt := range []struct {
		name          string
		opts          Options
		site          providers.Site
		insignificant []string
	}{
		{"VPC rules", Options{}, providertest.Site(), nil},
		{"network firewall policy", Options{Style: NetworkPolicy}, policy, []string{"rule_name"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			providertest.Run(t, providertest.Suite{Provider: shrinking{New(tt.opts)}, Site: tt.site, Insignificant: tt.insignificant, Redundant: ingressDeny})
		})
	}
}
