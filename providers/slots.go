package providers

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
)

// Slots gives each key a number from first, first+step, ... up to last. The number
// comes from the key's content, so that adding or removing one key leaves the
// numbers of the others as they are (but for the rare two that want the same slot: there the one
// that sorts first has it). Keys must be distinct; it is an error to have more keys than
// slots.
func Slots(keys []string, first, last, step int) (map[string]int, error) {
	return Keep(nil, keys, first, last, step)
}

// Keep is [Slots] for keys some of which had a number before. earlier holds those numbers,
// of keys that are gone too; nil where there are none. A key keeps its number as long as that is from first to
// last, whether the steps hit it or not; of several keys with one number the one that sorts first
// keeps it. The other keys get free slots, and those that no key had before as far as there are
// any: a rule that comes is often written before the one that goes is removed.
func Keep(earlier map[string]int, keys []string, first, last, step int) (map[string]int, error) {
	if step < 1 || last < first {
		return nil, fmt.Errorf("no slot between %d and %d by steps of %d", first, last, step)
	}
	n := (last-first)/step + 1
	sorted, err := distinct(keys, n)
	if err != nil {
		return nil, fmt.Errorf("between %d and %d: %w", first, last, err)
	}
	out := make(map[string]int, len(keys))
	taken := make(map[int]bool, len(keys))
	for _, k := range sorted {
		if had, ok := earlier[k]; ok && had >= first && had <= last && !taken[had] {
			out[k], taken[had] = had, true
		}
	}
	used := valuesOf(earlier)
	for _, k := range sorted {
		if _, kept := out[k]; kept {
			continue
		}
		slot := slotOf(k, n)
		at := func(i int) int { return first + (slot+i)%n*step }
		i := 0
		for i < n && (taken[at(i)] || used[at(i)]) {
			i++
		}
		if i == n { // none is left that nobody had
			for i = 0; taken[at(i)]; i++ {
			}
		}
		out[k], taken[at(i)] = at(i), true
	}
	return out, nil
}

// KeepOrdered gives the keys numbers from first to last, both included, that
// rise in the order of the keys. earlier holds the numbers that keys had before, of keys that are gone
// too; nil where there are none. As many keys as possible keep theirs: the others are put between
// them, evenly, and on numbers that no key had before as far as there are any. Keys must be
// distinct; it is an error to have more keys than numbers.
func KeepOrdered(earlier map[string]int, keys []string, first, last int) (map[string]int, error) {
	if _, err := distinct(keys, last-first+1); err != nil {
		return nil, fmt.Errorf("between %d and %d: %w", first, last, err)
	}
	out := make(map[string]int, len(keys))
	used := valuesOf(earlier)
	next, low := 0, first // the first key without a number, and the lowest that it may get
	place := func(upTo, high int) {
		for ; next < upTo; next++ {
			left := upTo - next - 1 // keys that still come below high
			low = spot(low, high-left, (high-low+1-left)/(left+2), used)
			out[keys[next]] = low
			low++
		}
	}
	for _, i := range keepable(earlier, keys, first, last) {
		had := earlier[keys[i]]
		place(i, had-1)
		out[keys[i]] = had
		next, low = i+1, had+1
	}
	place(len(keys), last)
	return out, nil
}

// spot returns a number from low to high, skip above low where there is one that was not used, or else near it.
func spot(low, high, skip int, used map[int]bool) int {
	want := min(low+skip, high)
	for _, n := range []int{want, want + 1, want - 1, want + 2, want - 2} {
		if n >= low && n <= high && !used[n] {
			return n
		}
	}
	for n := low; n <= high; n++ {
		if !used[n] {
			return n
		}
	}
	return want
}

// keepable returns the places of as many keys as possible that can keep their numbers: with a
// rising number each, and room for all the keys between, before and after them. With n[i] for the number of
// key i that is a longest sequence in which n[i]-i never falls.
func keepable(earlier map[string]int, keys []string, first, last int) []int {
	slack := func(i int) int { return earlier[keys[i]] - i }
	var ends []int // by length, the place at which a sequence ends with the least slack
	before := make([]int, len(keys))
	for i, k := range keys {
		if _, ok := earlier[k]; !ok || slack(i) < first || slack(i) > last-len(keys)+1 {
			continue
		}
		n, _ := slices.BinarySearchFunc(ends, slack(i)+1, func(at, s int) int { return cmp.Compare(slack(at), s) })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		}
		ends[n] = i
	}
	var out []int
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = before[i] {
			out = append(out, i)
		}
	}
	slices.Reverse(out)
	return out
}

// distinct returns the keys sorted, or an error where some are alike or there are more of them than
// slots.
func distinct(keys []string, slots int) ([]string, error) {
	if len(keys) > slots {
		return nil, fmt.Errorf("%d rules want %d slots", len(keys), max(slots, 0))
	}
	sorted := slices.Sorted(slices.Values(keys))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return nil, fmt.Errorf("two rules are alike: %s", sorted[i])
		}
	}
	return sorted, nil
}

// slotOf is the slot that a key wants, of n.
func slotOf(key string, n int) int {
	h := fnv.New64a()
	h.Write([]byte(key))
	return int(h.Sum64() % uint64(n))
}

func valuesOf(m map[string]int) map[int]bool {
	out := make(map[int]bool, len(m))
	for n := range maps.Values(m) {
		out[n] = true
	}
	return out
}
