package aws

import (
	"net/netip"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// aclList is the entries of one direction and family of a network ACL, before
// and after they were shortened.
type aclList struct {
	dir           model.Direction
	family        family
	before, after ruleList[entry]
	allows        ruleList[entry] // the shortest that was found of those that only admit
}

// shortenACL shortens entries that all admit to what a network ACL has room for, or as far as it goes: first
// to fewer entries that admit, and where these are too many to a list in which some
// entries deny what later ones would admit.
func (e *encoder) shortenACL(l aclList) aclList {
	limit := e.opts.NACLEntries - 1
	l.after, l.allows = l.before, l.before
	if len(l.before.rules) == 0 || e.in.Shrink == providers.ShrinkToFit && len(l.before.rules) <= limit {
		return l
	}
	l.allows = l.before.shorten(anyAllow(), entrySpelling(l.dir), e.limitFor(limit))
	l.allows.lower = 0 // it holds for lists that only admit, and others may be shorter
	l.after = l.allows
	if e.in.Shrink == providers.ShrinkAlways || len(l.allows.rules) > limit {
		l.after = e.withDenies(l)
	}
	return l
}

// withDenies returns the shortest list that was found, whether it denies or not.
func (e *encoder) withDenies(l aclList) ruleList[entry] {
	best, s, limit := l.allows, entrySpelling(l.dir), e.limitFor(e.opts.NACLEntries-1)
	for _, from := range []ruleList[entry]{l.before, l.allows} {
		ordered := from.shorten(firstMatch(), s, limit)
		best.lower = max(best.lower, ordered.lower)
		if len(ordered.rules) < len(best.rules) {
			best.rules, best.why = ordered.rules, ordered.why
		}
		if ordered.lower > 0 { // it was searched through
			break
		}
	}
	for _, n := range best.rules {
		if n.denies {
			best.why.add(n, []string{"no policy admits this: it is cut out of what later entries admit"})
		}
	}
	return best
}

// entrySpelling writes entries for a chain.
func entrySpelling(d model.Direction) spelling[entry] {
	return spelling[entry]{
		write: func(n entry) model.Rule {
			r := model.Rule{Action: model.Allow, Peer: model.At{Addrs: model.Prefixes(n.prefix)}, Traffic: model.Traffic{n.match.service()}}
			if n.denies {
				r.Action = model.Deny
			}
			return r
		},
		read: func(r model.Rule) entry {
			return entry{dir: d, match: matchOf(r.Traffic[0]), prefix: prefixOf(r.Peer), denies: r.Action == model.Deny}
		},
	}
}

// prefixOf returns the CIDR block that a selector names.
func prefixOf(s model.Selector) netip.Prefix {
	if at, ok := s.(model.At); ok {
		if ps := at.Addrs.Prefixes(); len(ps) == 1 {
			return ps[0]
		}
	}
	return netip.Prefix{}
}

func (a entry) block() block { return block{a.match, a.prefix} }

func (a entry) family() family {
	if a.prefix.Addr().Is4() {
		return ipv4
	}
	return ipv6
}
