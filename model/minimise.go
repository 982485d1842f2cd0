package model

import "slices"

// EntryForm says what one entry of a cloud's rule list can hold. An entry always
// has one action and one target, and addresses of one family. A field that is zero counts as
// one; a field is a cap, and [NoCap] lifts it.
//
// The zero EntryForm is a security group rule or a network ACL entry of AWS: one
// CIDR block or one group, one protocol, one port range or ICMP message (EC2 API,
// SecurityGroupRule and NetworkAclEntry).
type EntryForm struct {
	// Prefixes is how many CIDR blocks an entry may name.
	Prefixes int
	// Peers is how many peers an entry may name that are no addresses: groups,
	// tags, identities. They never share an entry with CIDR blocks.
	Peers int
	// Protocols is how many protocols an entry may name. All traffic
	// ([AnyProtocol]) counts as one.
	Protocols int
	// Services is how many port ranges or ICMP messages an entry may name, over
	// all its protocols.
	Services int
}

// NoCap in a field of an [EntryForm] stands for as many as there are.
const NoCap = 1 << 30

// DefaultMinimiseBudget is the number of steps of a search for which nothing else
// is asked, about a tenth of a second.
const DefaultMinimiseBudget = 20_000_000

// MinimiseOptions are the options of [Minimise]. The zero MinimiseOptions
// looks for the fewest entries of one value each.
type MinimiseOptions struct {
	Form EntryForm
	// Limit is how many entries fit, both ends included. A list that fits is changed no
	// further: first it is left as it is, then only what other entries cover is dropped,
	// and only then is it searched. Zero or less: always search for the fewest.
	Limit int
	// PerFamily makes the limit one for IPv4 and one for IPv6, as quotas of AWS
	// are (VPC user guide, quotas). Peers that are no addresses count in both: whether AWS does so
	// is not documented, and this is the safe reading.
	PerFamily bool
	// Budget bounds the search in steps, not in time, so that the result is the
	// same on every machine. Zero or less: [DefaultMinimiseBudget]. Past it the shortest list found so far
	// is returned.
	Budget int
}

// MinimisedEntry is one entry of a minimised list.
type MinimisedEntry struct {
	// Rule is the entry as a rule. Its peer is an [At] of CIDR blocks of one family or
	// a selector of the input, several of them in an [Or]. Name and Reason join those of the rules
	// that it comes from; Origin is that of the first. In an ordered chain its
	// Priority is its place, from 1; elsewhere 0.
	Rule Rule
	// From holds the indexes, ascending, of the rules of the input with the same action and
	// target that match some packet of the entry. It is empty for an entry that says what the
	// chain's default said before. In a list of more than 5,000 entries, which only loses some, it is
	// those that say the entry.
	From []int
}

// Minimised is the answer of [Minimise].
type Minimised struct {
	// Entries decide as the chain's rules do: in the chain's order, sorted by
	// target, family, addresses, protocol and ports where there is no order to keep.
	Entries []MinimisedEntry
	// Before is how many entries of the form the rules take as they were
	// written, rules that repeat each other counted once. Never less than len(Entries).
	Before int
	// LowerBound is a number of entries that no list of the form that decides alike is shorter
	// than. Peers that are no addresses are taken for unrelated: nothing is known of who is in
	// a group. Zero where it was not worked out, because the list fits the
	// limit without a search or because of what Unsearched says.
	LowerBound int
	// Fits reports whether the limit is met; true without a limit.
	Fits bool
	// Unsearched says why the list, or a part of it, was only rid of entries that another one
	// covers. Empty where all of it was searched or did not have to be.
	Unsearched string
}

// Certified reports whether no shorter list of the form is possible.
func (m Minimised) Certified() bool { return m.LowerBound >= len(m.Entries) }

// Rules returns the entries' rules in their order, for use in a chain of the same order and
// default.
func (m Minimised) Rules() []Rule {
	out := make([]Rule, len(m.Entries))
	for i, e := range m.Entries {
		out[i] = e.Rule
	}
	return out
}

// Minimise returns a shorter list of entries that decides every packet as the
// rules of the chain do. That they are equal is proven over all packets with [Region];
// a list for which the proof fails is never returned. The result is no longer than the
// input and is the same for the same input.
//
// In an [AnyAllow] chain the fewest entries are searched for, and
// the result is certified where their number meets a lower bound. In an ordered
// chain entries of every action are put on top of each other; few of those lists are certified.
// An ordered list of more than 400 entries in a family, or whose cuts make more
// than 65,536 cells of addresses and traffic, is searched a few entries at a time.
//
// A chain with more than 5,000 entries is only rid of what others make needless, several together if
// need be; so is an ordered chain that names source ports, or whose form holds
// several values. One that does not validate, or an ordered chain that names groups or several targets, is only rid of
// entries that a single other one covers, where it has no more than 5,000.
//
// Lists of more than 200 entries are proven with [CompareLists], within an effort, in place of [Region].
//
// Work is bounded by the budget and, outside the search, by about the square of the number
// of entries up to 5,000, and by n log n and a bounded effort per entry beyond.
func Minimise(c Chain, o MinimiseOptions) Minimised {
	m := newMinimiser(c, o)
	m.result.Before = len(m.input)
	m.take(m.input, 0)
	if m.enough() {
		return m.done()
	}
	if o.Limit > 0 || m.result.Unsearched != "" || c.Order != AnyAllow {
		m.take(m.withoutCovered(), 0)
		if !m.enough() && m.indexable() {
			m.take(m.withoutRedundant(m.entries), 0)
		}
	}
	if m.enough() || m.result.Unsearched != "" {
		return m.done()
	}
	if c.Order == AnyAllow {
		m.take(m.searchAllows())
	} else {
		m.take(m.searchOrdered())
	}
	return m.done()
}

// maxMinimised bounds the number of entries that are searched and proven.
const maxMinimised = 5_000

// minimiser holds one call of Minimise.
type minimiser struct {
	chain   Chain
	options MinimiseOptions
	budget  budget
	peers   map[string]Selector // by spelling
	targets map[string]Selector
	order   []string    // spellings of targets in order of appearance
	units   []unit      // one value each, in the order in which they are asked
	byRule  [][]unit    // by place in the chain; made when asked for
	input   []listEntry // the rules in the entry form
	// bySaying is the places in the chain of the rules that say an entry, by its key; made when asked for.
	bySaying map[string][]int
	entries  []listEntry // the best so far
	result   Minimised
}

// budget counts down the steps of a search.
type budget struct{ left int }

// spend takes n steps and reports whether there were as many.
func (b *budget) spend(n int) bool {
	b.left -= n
	return b.left > 0
}

func newMinimiser(c Chain, o MinimiseOptions) *minimiser {
	o.Form = EntryForm{max(o.Form.Prefixes, 1), max(o.Form.Peers, 1), max(o.Form.Protocols, 1), max(o.Form.Services, 1)}
	if o.Budget <= 0 {
		o.Budget = DefaultMinimiseBudget
	}
	m := &minimiser{chain: c, options: o, budget: budget{o.Budget},
		peers: map[string]Selector{}, targets: map[string]Selector{}}
	m.readRules()
	m.result.Unsearched = m.obstacle()
	return m
}

// obstacle says what keeps the list from being searched.
func (m *minimiser) obstacle() string {
	if errs := m.chain.validate(); len(errs) > 0 {
		return "the chain is not valid: " + errs[0].Error()
	}
	if len(m.units) > maxMinimised {
		return "the list has more entries than are searched: it was only rid of those that others make needless"
	}
	if m.chain.Order == AnyAllow {
		return ""
	}
	switch {
	case len(m.order) > 1:
		return "the rules of the ordered list are about several targets"
	case len(m.peers) > 0:
		return "the ordered list names peers other than addresses, which may have members in common"
	case slices.ContainsFunc(m.units, func(u unit) bool { return !u.channel.src.IsAll() }):
		return "the ordered list names source ports"
	}
	return ""
}

// take makes the list the best one if it is shorter and decides alike. A list of the same length is
// no reason to change anything.
func (m *minimiser) take(entries []listEntry, lower int) {
	if m.entries != nil {
		m.result.LowerBound = min(lower, len(m.entries))
		if len(entries) >= len(m.entries) {
			return
		}
		if !m.proven(entries) {
			m.result.LowerBound, m.result.Unsearched = 0, notProven
			return
		}
	}
	m.entries = entries
	m.result.LowerBound = min(lower, len(m.entries))
}

// notProven is a fault of this package that costs entries and nothing else.
const notProven = "a shorter list was found, but not proven to decide alike"

// enough reports whether there is a limit and the list meets it.
func (m *minimiser) enough() bool { return m.options.Limit > 0 && m.fits() }

func (m *minimiser) fits() bool {
	if m.options.Limit <= 0 {
		return true
	}
	if !m.options.PerFamily {
		return len(m.entries) <= m.options.Limit
	}
	var four, six int
	for _, e := range m.entries {
		if e.family() != family6 {
			four++
		}
		if e.family() != family4 {
			six++
		}
	}
	return max(four, six) <= m.options.Limit
}

func (m *minimiser) done() Minimised {
	m.result.Fits = m.fits()
	if m.chain.Order == AnyAllow {
		m.sortEntries(m.entries)
	}
	for i, e := range m.entries {
		m.result.Entries = append(m.result.Entries, m.emit(e, i))
	}
	if len(m.entries) == 0 {
		m.result.LowerBound = 0
	}
	return m.result
}
