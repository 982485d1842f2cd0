package providers

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestSlotsKeepTheirNumbers(t *testing.T) {
	var keys []string
	for i := range 200 {
		keys = append(keys, fmt.Sprintf("rule %d", i))
	}
	before, err := Slots(keys, 100, 32000, 10)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for k, n := range before {
		if n < 100 || n > 32000 || n%10 != 0 || seen[n] {
			t.Errorf("%s has number %d", k, n)
		}
		seen[n] = true
	}
	after, err := Slots(append([]string{"a new rule"}, keys[1:]...), 100, 32000, 10)
	if err != nil {
		t.Fatal(err)
	}
	moved := 0
	for _, k := range keys[1:] {
		if before[k] != after[k] {
			moved++
		}
	}
	if moved > 2 {
		t.Errorf("%d of 199 rules moved", moved)
	}
}

func TestSlotsFillUp(t *testing.T) {
	got, err := Slots([]string{"a", "b", "c"}, 1, 3, 1)
	if err != nil || len(got) != 3 {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range [][3]int{{1, 2, 1}, {1, 3, 0}, {3, 1, 1}} {
		if _, err := Slots([]string{"a", "b", "c"}, bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("slots %v: no error", bad)
		}
	}
}

// TestKeep: numbers stay where they were, wherever that is allowed.
func TestKeep(t *testing.T) {
	for _, c := range []struct {
		name        string
		earlier     map[string]int
		keys        []string
		first, last int
		want        map[string]int
	}{
		{"kept", map[string]int{"a": 7, "b": 3}, []string{"b", "a"}, 1, 9, map[string]int{"a": 7, "b": 3}},
		{"of one number the first that sorts", map[string]int{"a": 2, "b": 2}, []string{"b", "a"}, 1, 2, map[string]int{"a": 2, "b": 1}},
		{"out of range", map[string]int{"a": 0, "b": 3}, []string{"a", "b"}, 1, 2, nil},
		{"a number of one that is gone is left alone", map[string]int{"gone": 1}, []string{"a"}, 1, 2, map[string]int{"a": 2}},
		{"unless there is no other", map[string]int{"gone": 1, "went": 2}, []string{"a", "b"}, 1, 2, nil},
	} {
		got, err := Keep(c.earlier, c.keys, c.first, c.last, 1)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		checkNumbers(t, c.name, c.keys, got, c.first, c.last)
		if c.want != nil && !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestKeepOrdered(t *testing.T) {
	for _, c := range []struct {
		name        string
		earlier     map[string]int
		keys        string
		first, last int
		want        map[string]int
	}{
		{"evenly at first", nil, "abc", 1, 7, map[string]int{"a": 2, "b": 4, "c": 6}},
		{"kept", map[string]int{"a": 1, "b": 7}, "ab", 1, 7, map[string]int{"a": 1, "b": 7}},
		{"one between", map[string]int{"a": 1, "b": 7}, "axb", 1, 7, map[string]int{"a": 1, "x": 4, "b": 7}},
		{"one first", map[string]int{"a": 5, "b": 7}, "xab", 1, 7, map[string]int{"x": 3, "a": 5, "b": 7}},
		{"swapped: one moves", map[string]int{"a": 3, "b": 5, "c": 7}, "bac", 1, 9, nil},
		{"no gap: one neighbour moves", map[string]int{"a": 3, "b": 4, "c": 8}, "axbc", 1, 9, nil},
		{"full", map[string]int{"a": 2, "b": 3}, "axb", 1, 3, map[string]int{"a": 1, "x": 2, "b": 3}},
		{"a number of one that is gone is left alone", map[string]int{"a": 1, "gone": 4, "b": 7}, "axb", 1, 7, map[string]int{"a": 1, "x": 5, "b": 7}},
	} {
		keys := strings.Split(c.keys, "")
		got, err := KeepOrdered(c.earlier, keys, c.first, c.last)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		checkOrdered(t, c.name, keys, got, c.first, c.last)
		if c.want != nil && !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTooManyOrAlike(t *testing.T) {
	for _, keys := range [][]string{{"a", "b", "c"}, {"a", "a"}} {
		if got, err := Keep(nil, keys, 1, 2, 1); err == nil {
			t.Errorf("Keep of %v: %v", keys, got)
		}
		if got, err := KeepOrdered(nil, keys, 1, 2); err == nil {
			t.Errorf("KeepOrdered of %v: %v", keys, got)
		}
	}
	if got, err := KeepOrdered(nil, nil, 2, 1); err != nil || len(got) != 0 {
		t.Errorf("no keys in no range: %v, %v", got, err)
	}
}

// TestKeepRandomly edits lists in random ways: what is numbered stays numbered, the order is kept,
// and as many keys keep their numbers as an exhaustive search finds.
func TestKeepRandomly(t *testing.T) {
	const seed = 1
	t.Logf("seed %d", seed)
	d := rand.New(rand.NewPCG(seed, 0))
	for i := range 3_000 {
		first := d.IntN(5)
		keys := strings.Split("abcdefgh"[:1+d.IntN(8)], "")
		d.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		last := first + len(keys) - 1 + d.IntN(12)
		earlier := map[string]int{}
		for _, k := range strings.Split("abcdefghij", "") {
			if d.IntN(3) > 0 {
				earlier[k] = first - 1 + d.IntN(last-first+3)
			}
		}
		what := fmt.Sprintf("case %d: %v in %d to %d, before %v", i, keys, first, last, earlier)

		got, err := Keep(earlier, keys, first, last, 1)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		checkNumbers(t, what, keys, got, first, last)
		for k, n := range earlier {
			if slices.Contains(keys, k) && got[k] != n && n >= first && n <= last && !slices.ContainsFunc(keys, func(o string) bool { return o != k && got[o] == n }) {
				t.Fatalf("%s: %s had %d for itself and got %d", what, k, n, got[k])
			}
		}

		ordered, err := KeepOrdered(earlier, keys, first, last)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		checkOrdered(t, what, keys, ordered, first, last)
		kept := 0
		for _, k := range keys {
			if n, ok := earlier[k]; ok && ordered[k] == n {
				kept++
			}
		}
		if most := mostKept(earlier, keys, first, last); kept < most {
			t.Fatalf("%s: %v keeps %d, %d are possible", what, ordered, kept, most)
		}
		again, err := KeepOrdered(ordered, keys, first, last)
		if err != nil || !maps.Equal(again, ordered) {
			t.Fatalf("%s: %v, then %v, %v", what, ordered, again, err)
		}
	}
}

// mostKept tries every set of keys.
func mostKept(earlier map[string]int, keys []string, first, last int) int {
	most := 0
	for set := range 1 << len(keys) {
		low, at, n, fits := first-1, -1, 0, true
		for i, k := range keys {
			if set>>i&1 == 0 {
				continue
			}
			had, ok := earlier[k]
			fits = fits && ok && had-low >= i-at
			low, at, n = had, i, n+1
		}
		if fits && last+1-low >= len(keys)-at {
			most = max(most, n)
		}
	}
	return most
}

func checkNumbers(t *testing.T, what string, keys []string, got map[string]int, first, last int) {
	t.Helper()
	seen := map[int]bool{}
	for _, k := range keys {
		n, ok := got[k]
		if !ok || n < first || n > last || seen[n] {
			t.Fatalf("%s: %s is %d of %v", what, k, n, got)
		}
		seen[n] = true
	}
	if len(got) != len(keys) {
		t.Fatalf("%s: %v for %v", what, got, keys)
	}
}

func checkOrdered(t *testing.T, what string, keys []string, got map[string]int, first, last int) {
	t.Helper()
	checkNumbers(t, what, keys, got, first, last)
	for i := 1; i < len(keys); i++ {
		if got[keys[i-1]] >= got[keys[i]] {
			t.Fatalf("%s: %v is not in the order of %v", what, got, keys)
		}
	}
}
