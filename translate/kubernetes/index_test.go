package kubernetes

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// TestCandidates sees that a selector finds among its candidates what it finds among all workloads: in one
// namespace and in all, with labels that are known, missing, and set at run time only.
func TestCandidates(t *testing.T) {
	const seed = 7
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, seed))
	b := &builder{byNamespace: map[string][]*workload{}, indexes: map[string]labelIndex{}}
	keys := []string{"app", "tier", "pod-template-hash", "topology.kubernetes.io/zone"}
	for i := range 60 {
		w := &workload{id: model.Identity(fmt.Sprintf("w%02d", i)), namespace: &namespace{name: fmt.Sprint("n", i%3)}}
		labels := map[string]string{}
		for _, k := range keys {
			if r.IntN(2) == 0 {
				labels[k] = fmt.Sprint("v", r.IntN(3))
			}
		}
		w.variants = []variant{{shape: podShape{labels: labels}}}
		if i%2 == 0 {
			w.variants[0].unknown = unknownLabels("Deployment")
		}
		b.all = append(b.all, w)
		b.byNamespace[w.namespace.name] = append(b.byNamespace[w.namespace.name], w)
	}
	found := 0
	for range 500 {
		s := &selector{}
		for range r.IntN(3) {
			q := requirement{key: keys[r.IntN(len(keys))], op: operator(1 + r.IntN(4))}
			if q.op == opIn || q.op == opNotIn {
				for range 1 + r.IntN(2) {
					q.values = append(q.values, fmt.Sprint("v", r.IntN(4)))
				}
				slices.Sort(q.values)
			}
			s.requirements = append(s.requirements, q)
		}
		within, all := everywhere, b.all
		if r.IntN(2) == 0 {
			within = fmt.Sprint("n", r.IntN(3))
			all = b.byNamespace[within]
		}
		matches := func(ws []*workload) []string {
			var out []string
			for _, w := range ws {
				if m, _ := s.match(w.labelSet()); m != no {
					out = append(out, fmt.Sprint(w.id, m))
				}
			}
			return out
		}
		want, got := matches(all), matches(b.candidates(within, s))
		if found += len(want); !slices.Equal(got, want) {
			t.Fatalf("%s in %q: got %q, want %q", s, within, got, want)
		}
	}
	if found == 0 {
		t.Error("nothing was found at all")
	}
}
