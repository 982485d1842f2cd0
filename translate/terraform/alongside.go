package tfsource

import "slices"

// sideBySide returns two crowds to be compared. What comes with a network is made with it where the other is of configuration that
// makes no network at all: before a plan makes its first VPC there is no default security group either.
func sideBySide(a, b crowd) []crowd {
	out := []crowd{a, b}
	for k := range out {
		other := out[1-k]
		if other.networks > 0 || other.unread != nil || !slices.ContainsFunc(out[k].parties, func(p party) bool { return p.ComesAlong }) {
			continue
		}
		out[k].parties = slices.Clone(out[k].parties)
		for i := range out[k].parties {
			p := &out[k].parties[i]
			p.Made = p.Made || p.ComesAlong
		}
	}
	return out
}
