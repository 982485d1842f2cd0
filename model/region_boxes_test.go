package model

import "testing"

func TestBoxesOneByOne(t *testing.T) {
	g := newGen(t, 26)
	for range 300 {
		r := g.region()
		var all []Box
		var rest = r
		for b := range r.All() {
			n := NewRegion(b)
			if n.IsEmpty() || !rest.Covers(n) {
				t.Fatalf("%v is empty, not in %v, or comes twice", b, r.Boxes())
			}
			rest = rest.Subtract(n)
			all = append(all, b)
		}
		if !rest.IsEmpty() {
			t.Fatalf("%v is left out of %v", rest.Boxes(), r.Boxes())
		}
		for range r.All() {
			break // whoever stops asking is asked no more
		}
		for limit := range len(all) + 2 {
			some, more := r.BoxesUpTo(limit)
			if more != (limit < len(all)) || len(some) > limit {
				t.Fatalf("%d of %d boxes: %d, more %t", limit, len(all), len(some), more)
			}
			if want := NewRegion(all[:min(limit, len(all))]...); !NewRegion(some...).Equal(want) {
				t.Fatalf("the first %d boxes are %v, want %v", limit, some, want.Boxes())
			}
		}
		if some, more := r.BoxesUpTo(len(all)); more || len(some) != len(r.Boxes()) {
			t.Fatalf("all boxes are %v, want %v", some, r.Boxes())
		}
	}
}
