package checks

import (
	"cmp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// portSet is ports of one protocol: ranges in ascending order that neither overlap nor touch. Nil is none.
type portSet []model.PortRange

// portsFrom is the ports from first to last, both included.
func portsFrom(first, last uint16) portSet { return portSet{{First: first, Last: last}} }

func (s portSet) isEmpty() bool { return len(s) == 0 }

// String lists the ranges: "80, 443, 1024-65535".
func (s portSet) String() string {
	texts := make([]string, len(s))
	for i, r := range s {
		texts[i] = r.String()
	}
	return strings.Join(texts, ", ")
}

// union returns the ports in either.
func (s portSet) union(o portSet) portSet {
	all := slices.Concat(s, o)
	slices.SortFunc(all, func(a, b model.PortRange) int { return cmp.Compare(a.First, b.First) })
	var out portSet
	for _, r := range all {
		if n := len(out); n > 0 && int(r.First) <= int(out[n-1].Last)+1 {
			out[n-1].Last = max(out[n-1].Last, r.Last)
			continue
		}
		out = append(out, r)
	}
	return out
}

// intersect returns the ports in both.
func (s portSet) intersect(o portSet) portSet {
	var out portSet
	for _, a := range s {
		for _, b := range o {
			if first, last := max(a.First, b.First), min(a.Last, b.Last); first <= last {
				out = append(out, model.PortRange{First: first, Last: last})
			}
		}
	}
	return out
}

// minus returns the ports of s that are not in o.
func (s portSet) minus(o portSet) portSet {
	out := s
	for _, gone := range o {
		var left portSet
		for _, r := range out {
			if gone.Last < r.First || r.Last < gone.First {
				left = append(left, r)
				continue
			}
			if r.First < gone.First {
				left = append(left, model.PortRange{First: r.First, Last: gone.First - 1})
			}
			if gone.Last < r.Last {
				left = append(left, model.PortRange{First: gone.Last + 1, Last: r.Last})
			}
		}
		out = left
	}
	return out
}

// count is how many ports there are.
func (s portSet) count() int {
	n := 0
	for _, r := range s {
		n += portCount(r)
	}
	return n
}

// portCount is how many ports a range has.
func portCount(r model.PortRange) int { return int(r.Last) - int(r.First) + 1 }

// traffic is the packets of a protocol to the ports.
func (s portSet) traffic(p model.Protocol) model.Traffic {
	out := make(model.Traffic, len(s))
	for i, r := range s {
		out[i] = model.Ports(p, r.First, r.Last)
	}
	return out
}
