package translate_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// TestRandomExplain compares what the reader and the model make of a cluster,
// without any cloud, with the plain evaluator: Explain packet by packet, and
// Permitted as a whole.
func TestRandomExplain(t *testing.T) {
	n := cases() / 5
	t.Logf("seed %d, %d cases", *seedFlag, n)
	if err := parallel(n, func(i uint64) error {
		if err := explains(roll(*seedFlag, i)); err != nil {
			return fmt.Errorf("seed %d, case %d: %w", *seedFlag, i, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func explains(d dice) error {
	c := generate(d, mode{unplaced: true})
	if d.in(20) {
		c.namespaces[1].hidden = true
	}
	in, _, err := read(c)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, c)
	}
	permitted := in.Policy.Permitted(in.Inventory)
	universe := universe(d, c)
	for _, p := range universe[:min(len(universe), 150)] {
		f := flowOf(p, func(q *pod) model.Identity { return model.Identity(q.id()) })
		got := in.Policy.Explain(f, in.Inventory)
		if set := membership(permitted, f); set != got.Verdict {
			return fmt.Errorf("%s: Explain says %s, Permitted %s\n%s", p, got.Verdict, set, c)
		}
		if may := c.verdicts(p); !consistent(may, got.Verdict) {
			return fmt.Errorf("%s: Explain says %s, and Kubernetes %v\n%+v\n%s", p, got.Verdict, may, got.Request, c)
		}
	}
	return nil
}

func membership(p model.Permitted, f model.Flow) model.Verdict {
	switch {
	case p.Allowed.Contains(f):
		return model.Allowed
	case p.Unknown.Contains(f):
		return model.Undecided
	}
	return model.Denied
}

// verdicts are the words of the plain evaluator, one for each set of labels that
// namespaces without a manifest might have.
func (c *cluster) verdicts(p packet) []bool {
	var out []bool
	for _, labels := range []map[string]string{nil, {"team": "red"}, {"team": "blue"}, {"team": "green"}} {
		s := *c
		s.namespaces = slices.Clone(c.namespaces)
		for i := range s.namespaces {
			if s.namespaces[i].hidden {
				s.namespaces[i].labels = labels
			}
		}
		ok, _ := kubeAdmits(&s, p)
		out = append(out, ok)
	}
	return out
}

// consistent: what is decided holds whatever the unknown labels are. Where
// nothing hangs on them, something must be decided.
func consistent(may []bool, got model.Verdict) bool {
	switch got {
	case model.Allowed:
		return !slices.Contains(may, false)
	case model.Denied:
		return !slices.Contains(may, true)
	case model.Undecided:
	}
	return slices.Contains(may, true) && slices.Contains(may, false)
}
