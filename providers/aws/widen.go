package aws

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// block is traffic with the addresses of a CIDR block: an entry without its direction.
type block struct {
	match  match
	prefix netip.Prefix
}

// blocksOf returns the blocks of rules.
func blocksOf[R any](rules []R, of func(R) block) []block {
	out := make([]block, len(rules))
	for i, r := range rules {
		out[i] = of(r)
	}
	return out
}

func (b block) covers(o block) bool { return b.match.covers(o.match) && contains(b.prefix, o.prefix) }

func (b block) compare(o block) int {
	return cmp.Or(b.match.compare(o.match), b.prefix.Compare(o.prefix))
}

// join is one block in place of several, and what it admits that these do not.
type join struct {
	to    block
	count int
	addrs model.AddrSet     // addresses that come in, of all of the block's traffic; or
	ports []model.PortRange // ports that come in, for all of the block's addresses
}

// maxWidened is how many blocks are looked at for joins. So many are far from any quota.
const maxWidened = 1_000

// widen returns joins that make a list so many blocks shorter, at the price of little additional
// traffic; none where neighbours cannot be joined in blocks of a sensible size.
func widen(list []block, excess int) []join {
	if len(list) > maxWidened {
		return nil
	}
	list = slices.SortedFunc(slices.Values(list), block.compare)
	written := slices.Clone(list)
	for goal := len(list) - excess; len(list) > goal; {
		to, ok := cheapest(list, len(list)-goal)
		if !ok {
			return nil
		}
		list = slices.DeleteFunc(list, to.covers)
		at, _ := slices.BinarySearchFunc(list, to, block.compare)
		list = slices.Insert(list, at, to)
	}
	var out []join
	for _, b := range list {
		if !slices.Contains(written, b) {
			out = append(out, joinOf(b, written))
		}
	}
	return out
}

// cheapest returns the join of two neighbours that brings in least for every block that it saves, of
// the so many that are to be saved.
func cheapest(list []block, excess int) (block, bool) {
	var best block
	least := math.Inf(1)
	for _, to := range neighbours(list) {
		saved, held := -1, 0.0
		for _, b := range list {
			if to.covers(b) {
				saved++
				held += b.size()
			}
		}
		if price := (to.size() - held) / float64(min(saved, excess)); price < least {
			best, least = to, price
		}
	}
	return best, !math.IsInf(least, 1)
}

// neighbours returns every join of two blocks that are next to each other: of CIDR blocks
// with the same traffic, or of ports with the same addresses.
func neighbours(list []block) []block {
	var out []block
	for i, b := range list[:max(0, len(list)-1)] {
		if next := list[i+1]; next.match == b.match {
			if p, ok := commonPrefix(b.prefix, next.prefix); ok {
				out = append(out, block{b.match, p})
			}
		}
	}
	byPorts := slices.SortedFunc(slices.Values(list), func(a, b block) int {
		return cmp.Or(a.prefix.Compare(b.prefix), a.match.compare(b.match))
	})
	for i, b := range byPorts[:max(0, len(list)-1)] {
		next := byPorts[i+1]
		if b.prefix == next.prefix && b.match.protocol == next.match.protocol && b.match.hasPorts() {
			m := b.match
			m.last = max(m.last, next.match.last)
			out = append(out, block{m, b.prefix})
		}
	}
	return out
}

// The largest blocks that make sense in advice: what a registry hands out to one holder.
const (
	widestIPv4 = 8
	widestIPv6 = 32
)

// commonPrefix returns the smallest block that holds both; false where that is too large.
func commonPrefix(a, b netip.Prefix) (netip.Prefix, bool) {
	if a.Addr().Is4() != b.Addr().Is4() {
		return netip.Prefix{}, false
	}
	least := widestIPv6
	if a.Addr().Is4() {
		least = widestIPv4
	}
	for bits := min(a.Bits(), b.Bits()); bits >= least; bits-- {
		if p := netip.PrefixFrom(a.Addr(), bits).Masked(); p.Contains(b.Addr()) {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

// size is how many addresses times ports a block holds.
func (b block) size() float64 {
	ports := 65536.0
	if b.match.hasPorts() {
		ports = float64(b.match.last - b.match.first + 1)
	}
	return ports * math.Exp2(float64(b.prefix.Addr().BitLen()-b.prefix.Bits()))
}

// joinOf says what a block replaces and what it brings in.
func joinOf(to block, written []block) join {
	j := join{to: to}
	var addrs model.AddrSet
	var ports []model.PortRange
	for _, b := range written {
		if to.covers(b) {
			j.count++
		}
		if b.match.covers(to.match) && to.prefix.Overlaps(b.prefix) {
			addrs = addrs.Union(model.Prefixes(b.prefix))
		}
		if contains(b.prefix, to.prefix) && b.match.protocol == to.match.protocol && b.match.hasPorts() {
			ports = append(ports, model.PortRange{First: uint16(b.match.first), Last: uint16(b.match.last)})
		}
	}
	j.addrs = model.Prefixes(to.prefix).Subtract(addrs)
	if to.match.hasPorts() && len(ports) > 0 {
		j.addrs, j.ports = model.AddrSet{}, portsBetween(to.match, ports)
	}
	return j
}

// portsBetween returns the ports of a match that are in none of the ranges.
func portsBetween(m match, taken []model.PortRange) []model.PortRange {
	slices.SortFunc(taken, func(a, b model.PortRange) int { return cmp.Compare(a.First, b.First) })
	var out []model.PortRange
	next := m.first
	for _, r := range taken {
		if int(r.First) > next {
			out = append(out, model.PortRange{First: uint16(next), Last: min(r.First-1, uint16(m.last))})
		}
		next = max(next, int(r.Last)+1)
	}
	if next <= m.last {
		out = append(out, model.PortRange{First: uint16(next), Last: uint16(m.last)})
	}
	return out
}

// maxShown is how many joins, and how many blocks of each, an advice names.
const maxShown = 3

// text says what to write and what it costs.
func (j join) text() string {
	var more []string
	for _, r := range j.ports {
		more = append(more, "port "+r.String())
	}
	var addrs float64
	for _, p := range j.addrs.Prefixes() {
		more = append(more, p.String())
		addrs += math.Exp2(float64(p.Addr().BitLen() - p.Bits()))
	}
	cost := few(more)
	if addrs > 0 && len(more) > maxShown {
		cost = fmt.Sprintf("%.4g more addresses, %s among them", addrs, more[0])
	}
	return fmt.Sprintf("%s with %s for %d of them, which also admits %s", j.to.match.service(), j.to.prefix, j.count, cost)
}

// few joins the first few texts.
func few(texts []string) string {
	if len(texts) > maxShown {
		return fmt.Sprintf("%s and %d more", strings.Join(texts[:maxShown], ", "), len(texts)-maxShown)
	}
	return strings.Join(texts, ", ")
}
