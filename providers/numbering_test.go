package providers

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestKeepWhere: of keys "a" before "b" only what breaks that order moves.
func TestKeepWhere(t *testing.T) {
	for _, c := range []struct {
		name    string
		earlier map[string]int
		keys    string
		before  string // pairs: "ab" is a before b
		want    map[string]int
	}{
		{"no order", map[string]int{"a": 9, "b": 1}, "ab", "", map[string]int{"a": 9, "b": 1}},
		{"in order", map[string]int{"a": 1, "b": 9}, "ab", "ab", map[string]int{"a": 1, "b": 9}},
		{"the one that is in the way of two moves", map[string]int{"a": 9, "b": 1, "c": 2}, "abc", "ab ac", map[string]int{"a": 0, "b": 1, "c": 2}},
		{"the one that two wait for", map[string]int{"a": 5, "b": 6, "c": 1}, "abc", "ac bc", map[string]int{"a": 5, "b": 6, "c": 8}},
		{"unrelated ones stay", map[string]int{"a": 8, "b": 4, "c": 9, "d": 1}, "abcd", "ab", nil},
	} {
		keys := strings.Split(c.keys, "")
		before := func(i, j int) bool { return strings.Contains(c.before, keys[i]+keys[j]) }
		got, err := KeepWhere(c.earlier, keys, before, 0, 9)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		checkNumbers(t, c.name, keys, got, 0, 9)
		if c.want != nil && !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		for _, k := range keys {
			if !strings.Contains(c.before, k) && got[k] != c.earlier[k] {
				t.Errorf("%s: %s moved to %d", c.name, k, got[k])
			}
		}
	}
}

// TestKeepWhereRandomly: what has to come before comes before, whatever the numbers were.
func TestKeepWhereRandomly(t *testing.T) {
	const seed = 2
	t.Logf("seed %d", seed)
	d := rand.New(rand.NewPCG(seed, 0))
	moved, all := 0, 0
	for c := range 3_000 {
		var keys []string
		earlier := map[string]int{"gone": d.IntN(40)}
		for i := range 1 + d.IntN(9) {
			keys = append(keys, fmt.Sprintf("rule %d", i))
			if d.IntN(4) > 0 {
				earlier[keys[i]] = d.IntN(40)
			}
		}
		pairs := map[[2]int]bool{}
		for i := range keys {
			for j := range i {
				pairs[[2]int{j, i}] = d.IntN(4) == 0
			}
		}
		before := func(i, j int) bool { return pairs[[2]int{i, j}] }
		what := fmt.Sprintf("case %d: %v, %v", c, earlier, pairs)
		got, err := KeepWhere(earlier, keys, before, 0, 39)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		checkNumbers(t, what, keys, got, 0, 39)
		for p, is := range pairs {
			if is && got[keys[p[0]]] > got[keys[p[1]]] {
				t.Fatalf("%s: %v", what, got)
			}
		}
		again, err := KeepWhere(got, keys, before, 0, 39)
		if err != nil || !maps.Equal(got, again) {
			t.Fatalf("%s: %v, then %v", what, got, again)
		}
		// One more rule, somewhere, moves few.
		more := append([]string{"a new one"}, keys...)
		after, err := KeepWhere(got, more, func(i, j int) bool { return i > 0 && before(i-1, j-1) || i == 0 && j == 1 }, 0, 39)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, k := range keys {
			all++
			if after[k] != got[k] {
				moved++
			}
		}
	}
	t.Logf("one rule more moved %d of %d", moved, all)
	if moved*10 > all {
		t.Errorf("one rule more moved %d of %d", moved, all)
	}
}
