package model

import (
	"cmp"
	"slices"
)

// normalRuns sorts runs and joins those that overlap or touch.
func normalRuns(rs []run) []run {
	rs = slices.SortedFunc(slices.Values(rs), func(a, b run) int { return cmp.Compare(a.first, b.first) })
	out := rs[:0]
	for _, r := range rs {
		if n := len(out); n > 0 && r.first <= out[n-1].last+1 {
			out[n-1].last = max(out[n-1].last, r.last)
			continue
		}
		out = append(out, r)
	}
	return out
}

// intersectRuns returns what is in both of two normal lists.
func intersectRuns(a, b []run) []run {
	var out []run
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if r := (run{max(a[i].first, b[j].first), min(a[i].last, b[j].last)}); r.first <= r.last {
			out = append(out, r)
		}
		if a[i].last < b[j].last {
			i++
		} else {
			j++
		}
	}
	return out
}

// subtractRuns returns what is in a and not in b, both normal.
func subtractRuns(a, b []run) []run {
	var out []run
	for _, r := range a {
		for _, x := range b {
			if x.last < r.first || x.first > r.last {
				continue
			}
			if x.first > r.first {
				out = append(out, run{r.first, x.first - 1})
			}
			r.first = x.last + 1
		}
		if r.first <= r.last {
			out = append(out, r)
		}
	}
	return out
}

// coversRun reports whether r is within one of the normal list.
func coversRun(rs []run, r run) bool {
	return slices.ContainsFunc(rs, func(x run) bool { return x.covers(r) })
}

// pieces returns the largest runs that an entry can say and that hold no
// more than rs, which is normal: ports go by range, ICMP messages by all, by type or one by
// one.
func (c channel) pieces(rs []run) []run {
	if !c.protocol.IsICMP() {
		return rs
	}
	var out []run
	for _, r := range rs {
		for first := r.first; first <= r.last; {
			size := 1
			for _, n := range []int{65536, 256} {
				if first%n == 0 && first+n-1 <= r.last {
					size = n
					break
				}
			}
			out = append(out, run{first, first + size - 1})
			first += size
		}
	}
	return out
}
