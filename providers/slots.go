package providers

import (
	"fmt"
	"hash/fnv"
	"slices"
)

// Slots gives each key a number from first, first+step, ... up to last. The number
// comes from the key's content, so that adding or removing one key leaves the
// numbers of the others as they are (but for the rare two that want the same slot: there the one
// that sorts first has it). Keys must be distinct; it is an error to have more keys than
// slots.
func Slots(keys []string, first, last, step int) (map[string]int, error) {
	if step < 1 || last < first {
		return nil, fmt.Errorf("no slot between %d and %d by steps of %d", first, last, step)
	}
	n := (last-first)/step + 1
	if len(keys) > n {
		return nil, fmt.Errorf("%d rules want %d slots between %d and %d", len(keys), n, first, last)
	}
	sorted := slices.Clone(keys)
	slices.Sort(sorted)
	taken := make(map[int]bool, len(keys))
	out := make(map[string]int, len(keys))
	for _, k := range sorted {
		h := fnv.New64a()
		h.Write([]byte(k))
		slot := int(h.Sum64() % uint64(n))
		for taken[slot] {
			slot = (slot + 1) % n
		}
		taken[slot] = true
		out[k] = first + slot*step
	}
	return out, nil
}
