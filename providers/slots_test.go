package providers

import (
	"fmt"
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
