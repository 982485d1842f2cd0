package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// Two ways to the same listing: by the rules at each workload, and by the
// regions that the policy admits.
func TestDirectoryAgreesWithAnalysis(t *testing.T) {
	const seed = 11
	t.Logf("seed %d", seed)
	cases := 60
	if testing.Short() {
		cases = 15
	}
	for i := range cases {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		p, inv := randomPolicy(rng)
		for k := range inv.Members {
			inv.Members[k].Solo = false // as connect does, which looks after them
		}
		for _, v := range []view{viewSpec, viewStateless} {
			d, ok := directoryFor(p, inv, v)
			if !ok {
				t.Fatalf("case %d: a policy of one layer that only allows has no directory", i)
			}
			want := lines(newAnalysis(p, inv, v).connections(), v)
			if got := lines(append(d.members(true), d.split()...), v); got != want {
				t.Fatalf("case %d, view %s: %s\n%+v", i, v, firstDifference(want, got), p)
			}
			if got := lines(append(d.members(true), d.joined()...), v); got != want {
				t.Fatalf("case %d, view %s, joined: %s\n%+v", i, v, firstDifference(want, got), p)
			}
		}
	}
}

// lines are connections as the listing shows them.
func lines(cs []connection, v view) string {
	sortConnections(cs)
	known := slices.DeleteFunc(slices.Clone(cs), func(c connection) bool { return !c.sure })
	unknown := slices.DeleteFunc(slices.Clone(cs), func(c connection) bool { return c.sure })
	return connectionTable(known, v) + connectionTable(unknown, v)
}

// Policies of other kinds are no directory's.
func TestDirectoryKnowsItsKind(t *testing.T) {
	chain := func(change func(*model.Chain)) model.Policy {
		c := model.Chain{Name: "c", Order: model.AnyAllow, Default: model.Deny, Guard: model.Guard{Target: model.Identities{"a"}}}
		change(&c)
		return model.Policy{Layers: []model.Layer{{Name: "l", State: model.Stateful, Ingress: []model.Chain{c}}}}
	}
	plain := chain(func(*model.Chain) {})
	for _, row := range []struct {
		name string
		p    model.Policy
		want bool
	}{
		{"network policies", plain, true},
		{"no layer", model.Policy{}, false},
		{"two layers", model.Policy{Layers: append(plain.Layers, plain.Layers...)}, false},
		{"in order", chain(func(c *model.Chain) { c.Order = model.FirstMatch }), false},
		{"passes by default", chain(func(c *model.Chain) { c.Default = model.Pass }), false},
		{"guards pairs", chain(func(c *model.Chain) { c.Guard.Peer = model.Identities{"b"} }), false},
		{"isolates the outside", chain(func(c *model.Chain) { c.Guard.Target = nil }), false},
	} {
		if _, got := directoryFor(row.p, model.Inventory{Members: []model.Member{{ID: "a"}}}, viewSpec); got != row.want {
			t.Errorf("%s: %t", row.name, got)
		}
	}
}

// syntheticManifests are n workloads under n policies in 50 namespaces: peers by label, by namespace, and
// with blocks by address.
func syntheticManifests(n int, blocks bool) string {
	const namespaces = 50
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	var b strings.Builder
	for i := range namespaces {
		fmt.Fprintf(&b, "apiVersion: v1\nkind: Namespace\nmetadata: {name: ns%d, labels: {team: t%d}}\n---\n", i, i%7)
	}
	for i := range n {
		fmt.Fprintf(&b, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w%d, namespace: ns%d}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: w%d}}\n"+
			"  template:\n    metadata: {labels: {app: w%d}}\n    spec: {containers: [{name: main, image: x}]}\n---\n", i, i%namespaces, i, i)
	}
	for i := range n {
		peers := []string{
			fmt.Sprintf("podSelector: {matchLabels: {app: w%d}}", (i+namespaces)%n),
			fmt.Sprintf("namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ns%d}}", rng.IntN(namespaces)),
			fmt.Sprintf("namespaceSelector: {matchLabels: {team: t%d}}", i%7),
			fmt.Sprintf("ipBlock: {cidr: 10.%d.%d.0/24}", i%256, i/256),
		}
		if !blocks {
			peers = peers[:3]
		}
		fmt.Fprintf(&b, "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p%d, namespace: ns%d}\nspec:\n"+
			"  podSelector: {matchLabels: {app: w%d}}\n  ingress:\n    - from: [{%s}]\n      ports: [{port: %d}]\n---\n",
			i, i%namespaces, i, peers[rng.IntN(len(peers))], 80+i%10)
	}
	return b.String()
}

func BenchmarkList(b *testing.B) {
	for _, row := range []struct {
		n      int
		blocks bool
	}{{100, false}, {1000, false}, {100, true}, {300, true}} {
		b.Run(fmt.Sprintf("workloads=%d/blocks=%t", row.n, row.blocks), func(b *testing.B) {
			o := addSourceFlags(newVersion(silence()))
			s := silence()
			s.in = strings.NewReader(syntheticManifests(row.n, row.blocks))
			m, err := o.read(b.Context(), s, []string{"-"})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if c := connect(m.Policy, m.Inventory, listOptions{view: viewSpec, joined: true}); len(c.known) == 0 {
					b.Fatal("nothing is listed")
				}
			}
		})
	}
}
