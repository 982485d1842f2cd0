package checks_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model/audit"
)

// Judges of rules seen together.

// judgeRange: INT002. Rules with the same peers and targets admit more than 1,024 ports in a row, of a protocol that they name.
func judgeRange(t trial) string {
	w := t.wall()
	if w == nil {
		return "there are no such rules"
	}
	for _, r := range w.rules {
		if !r.allow || r.proto != 6 && r.proto != 17 && r.proto != 132 || !t.names(r) {
			continue
		}
		open := make([]bool, 65537)
		for _, x := range w.rules {
			if x.allow && x.in == r.in && x.proto == r.proto && samePeers(x, r) {
				for _, s := range orAll(x.ports) {
					for n := s[0]; n <= s[1]; n++ {
						open[n] = true
					}
				}
			}
		}
		p := packet{in: r.in, proto: r.proto, from: 40000, inside: true, target: strings.Join(r.targets[:min(1, len(r.targets))], "")}
		if len(r.blocks) > 0 {
			p.peer = r.blocks[0].Addr()
		} else if len(r.groups) > 0 {
			p.peer, p.group = netip.MustParseAddr("10.0.0.9"), r.groups[0]
		} else {
			p.peer = netip.MustParseAddr("203.0.113.9")
		}
		p.here = likeMe(p.peer)
		if len(r.at) > 0 {
			p.here = r.at[0].Addr()
		}
		run := 0
		for n, is := range open {
			if !is {
				run = 0
				continue
			}
			if run++; run > 1024 {
				if p.port = n; w.walk(p) >= t.wanted() {
					return ""
				}
			}
		}
	}
	return "no rules admit so many ports"
}

// names says whether the finding's words have the peers of a rule.
func (t trial) names(r rawRule) bool {
	if r.everybody {
		return strings.Contains(t.Summary, "anybody")
	}
	for _, b := range r.blocks {
		if strings.Contains(t.Summary, b.String()) || b.Bits() == 0 {
			return true
		}
	}
	if slices.Contains(r.groups, "azureloadbalancer") && strings.Contains(t.Summary, "168.63.129.16") {
		return true
	}
	return slices.ContainsFunc(r.groups, func(g string) bool { return strings.Contains(strings.ToLower(t.Summary), strings.ToLower(g)) }) || r.doubt
}

func samePeers(a, b rawRule) bool {
	return fmt.Sprint(a.blocks, a.groups, a.everybody, a.targets, a.at) == fmt.Sprint(b.blocks, b.groups, b.everybody, b.targets, b.at)
}

func orAll(ranges [][2]int) [][2]int {
	if ranges == nil {
		return [][2]int{{0, 65535}}
	}
	return ranges
}

// judgeEveryProtocol: INT003. A rule allows every protocol with every port, and what comes of it is not refused: a packet of GRE passes.
func judgeEveryProtocol(t trial) string {
	w := t.wall()
	if w == nil {
		return "there are no such rules"
	}
	for _, r := range w.rules {
		if !r.allow || r.proto != -1 || r.ports != nil || r.name == "default" || !t.names(r) {
			continue
		}
		p := packet{in: r.in, proto: 47, peer: netip.MustParseAddr("203.0.113.9"), inside: true, target: strings.Join(r.targets[:min(1, len(r.targets))], "")}
		switch {
		case len(r.blocks) > 0:
			p.peer = r.blocks[0].Addr()
		case len(r.groups) > 0:
			p.peer, p.group = netip.MustParseAddr("10.0.0.9"), r.groups[0]
			if p.group == "azureloadbalancer" {
				p.peer = netip.MustParseAddr("168.63.129.16")
			}
		}
		if p.here = likeMe(p.peer); len(r.at) > 0 {
			p.here = r.at[0].Addr()
		}
		if w.walk(p) == t.wanted() {
			return ""
		}
	}
	return "no rule admits every protocol"
}

// ruleSaid finds the raw rules that a cause tells of: those of the wall with its action, ports and peers among its words.
func (t trial) ruleSaid(w *rawWall, c audit.Cause) []int {
	var out []int
	in := !strings.Contains(" "+c.Text, " to ") || strings.Contains(c.Text, " from ")
	for i, r := range w.rules {
		word := "deny "
		if r.allow {
			word = "allow "
		}
		if r.in != in || !strings.Contains(c.Text, word) || r.order != 0 && !strings.HasPrefix(c.Text, fmt.Sprintf("%d: ", r.order)) {
			continue
		}
		if w.cloud == "gcp" && r.name != last(c.Origin.Object) || w.cloud == "azure" && !strings.Contains(c.Origin.String(), r.name) {
			continue
		}
		peers := r.everybody && strings.Contains(c.Text, "any")
		for _, b := range r.blocks {
			peers = peers || strings.Contains(c.Text, b.String())
		}
		for _, g := range r.groups {
			peers = peers || strings.Contains(strings.ToLower(c.Text), strings.ToLower(g))
		}
		if !peers && !r.doubt {
			continue
		}
		if w.cloud == "aws" && !saysPorts(c.Text, r) {
			continue
		}
		out = append(out, i)
	}
	return out
}

// saysPorts says whether words have the ports of a rule.
func saysPorts(text string, r rawRule) bool {
	switch {
	case r.proto == -1:
		return strings.Contains(text, "allow any ")
	case r.proto == 6 || r.proto == 17:
		name := map[int]string{6: "tcp", 17: "udp"}[r.proto]
		for _, x := range r.ports {
			want := fmt.Sprintf("%s/%d", name, x[0])
			if x[0] != x[1] {
				want = fmt.Sprintf("%s/%d-%d", name, x[0], x[1])
			}
			if x == [2]int{0, 65535} {
				want = name
			}
			if strings.Contains(text, want+" ") || strings.Contains(text, want+",") {
				return true
			}
		}
		return r.ports == nil && strings.Contains(text, name)
	}
	return true
}

// judgeDead: SEM001. No packet at a corner of the rule is decided by it: without the rule, every packet fares as before.
func judgeDead(t trial) string {
	if t.Object.Provider == "kubernetes" {
		return t.judgeDeadPolicyRule()
	}
	w := t.wall()
	if w == nil || len(t.Causes) == 0 {
		return "there are no such rules"
	}
	dead := t.ruleSaid(w, t.Causes[0])
	if len(dead) == 0 {
		return "no rule is as the finding says: " + t.Causes[0].Text
	}
	if w.cloud == "aws" {
		dead = dead[:1] // of two that say the same, one
	}
	without := *w
	without.rules = nil
	for i, r := range w.rules {
		if !slices.Contains(dead, i) {
			without.rules = append(without.rules, r)
		}
	}
	return sameWalks(w, &without)
}

// sameWalks says where two walls differ, for strangers, members of groups and those inside; empty: nowhere.
func sameWalks(a, b *rawWall) string {
	groups, targets, heres := map[string]bool{"": true}, map[string]bool{"": true}, map[netip.Addr]bool{}
	for _, r := range a.rules {
		for _, g := range r.groups {
			groups[g] = true
		}
		for _, g := range r.targets {
			targets[g] = true
		}
		for _, x := range r.at {
			heres[x.Addr()], heres[end(x)] = true, true
		}
	}
	for _, p := range cornersOf(a) {
		for g := range groups {
			for target := range targets {
				for _, inside := range []bool{false, true} {
					p.group, p.target, p.inside = g, target, inside
					if x, y := a.walk(p), b.walk(p); x != y {
						return fmt.Sprintf("%+v is %s, and %s", p, x, y)
					}
					for here := range heres {
						q := p
						if q.here = here; here.Is4() == p.peer.Is4() && a.walk(q) != b.walk(q) {
							return fmt.Sprintf("%+v differs", q)
						}
					}
				}
			}
		}
	}
	return ""
}

// judgeCorrelated: SEM007. The packet is one that a rule that allows and one that denies are both about, and each is about others besides.
func judgeCorrelated(t trial) string {
	w := t.wall()
	if w == nil || t.Example == nil || len(t.Causes) < 2 {
		return "there are no two rules, or no packet"
	}
	first, second := t.ruleSaid(w, t.Causes[0]), t.ruleSaid(w, t.Causes[1])
	target := ""
	for _, i := range append(slices.Clone(first), second...) {
		if len(w.rules[i].targets) > 0 {
			target = w.rules[i].targets[0]
		}
	}
	p := packetOf(*t.Example, true, target)
	for _, i := range append(slices.Clone(first), second...) {
		for _, g := range w.rules[i].groups { // a machine with the tag may hold whatever address
			p.group = g
		}
	}
	about := func(of []int, p packet) bool {
		return slices.ContainsFunc(of, func(i int) bool { return w.rules[i].matches(p) != refused })
	}
	if !about(first, p) || !about(second, p) || w.rules[first[0]].allow == w.rules[second[0]].allow {
		return fmt.Sprintf("%+v is not what both are about, or they agree", p)
	}
	a, b := false, false
	for _, q := range cornersOf(w) {
		q.target = target
		x, y := about(first, q), about(second, q)
		a, b = a || x && !y, b || y && !x
	}
	return says(a && b, "one of them is a part of the other: %v, %v", a, b)
}

// judgeShorter: SEM003. The rules that the finding names are as many, counted by block and range of ports, as it says or more, and it says fewer would do. That two of
// them can be one is seen without a search: two that are otherwise alike touch or overlap, in blocks or in ports, or one is a part of another.
func judgeShorter(t trial) string {
	if t.Object.Provider == "kubernetes" {
		return t.judgeShorterPolicy()
	}
	w := t.wall()
	if w == nil {
		return "there are no such rules"
	}
	type entry struct {
		r     rawRule
		b     netip.Prefix
		ports [2]int
	}
	var all []entry
	in := strings.HasPrefix(t.Subject, "ingress")
	for _, r := range w.rules {
		if r.in != in || r.name == "default" {
			continue
		}
		blocks := r.blocks
		if r.everybody || len(r.groups) > 0 || len(blocks) == 0 {
			blocks = append(slices.Clone(blocks), netip.Prefix{})
		}
		for _, b := range blocks {
			for _, x := range orAll(r.ports) {
				all = append(all, entry{r, b, x})
			}
		}
	}
	for i, x := range all {
		for j, y := range all {
			if i == j || x.r.allow != y.r.allow || x.r.proto != y.r.proto && x.r.proto != -1 {
				continue
			}
			touch := x.ports[0] <= y.ports[1]+1 && y.ports[0] <= x.ports[1]+1
			same := fmt.Sprint(x.r.groups, x.r.targets, x.r.at) == fmt.Sprint(y.r.groups, y.r.targets, y.r.at)
			inner := x.ports[0] <= y.ports[0] && y.ports[1] <= x.ports[1]
			peers := x.b == y.b && same
			around := x.r.everybody || x.b.IsValid() && y.b.IsValid() && x.b.Bits() <= y.b.Bits() && x.b.Contains(y.b.Addr())
			joined := x.b.IsValid() && y.b.IsValid() && x.ports == y.ports && x.b.Bits() == y.b.Bits() && x.b.Bits() > 0 &&
				netip.PrefixFrom(x.b.Addr(), x.b.Bits()-1).Masked() == netip.PrefixFrom(y.b.Addr(), y.b.Bits()-1).Masked()
			if peers && touch || inner && (around || peers) || joined {
				return ""
			}
		}
	}
	return "no two of them touch"
}

// judgeRefused: SEM004. Rules that were read, of another wall, refuse the packet.
func judgeRefused(t trial) string {
	if t.Example == nil {
		return "no packet"
	}
	for _, w := range t.raw.walls {
		if w == t.wall() || len(w.unread) > 0 {
			continue
		}
		for _, in := range []bool{true, false} {
			p := packetOf(*t.Example, in, "")
			p.inside = true
			if w.isACL && w.walk(p) == refused {
				return ""
			}
			if p.inside = false; w.cloud == "azure" && w.walk(p) == refused {
				return ""
			}
		}
	}
	return fmt.Sprintf("no rules that were read refuse %s", t.Example)
}

// judgeOtherGroup: SEM005 between security groups. Whatever the rule lets out to the other group, that group does not let in from this one, at whatever address; or
// the other way round.
func (t trial) judgeOtherGroup() string {
	w := t.wall()
	if w == nil {
		return "there is no such group"
	}
	said := t.ruleSaid(w, t.Causes[0])
	if len(said) == 0 || len(w.rules[said[0]].groups) == 0 {
		return "there is no such rule for a group"
	}
	r := w.rules[said[0]]
	other := t.raw.walls[r.groups[0]]
	if other == nil || len(other.unread) > 0 {
		return "the other group was not read"
	}
	for _, p := range cornersOf(w, other) {
		mine, theirs := p, p
		mine.in, theirs.in, mine.group, theirs.group = r.in, !r.in, other.id, w.id
		if r.matches(mine) != refused && other.walk(theirs) != refused {
			return fmt.Sprintf("%+v passes both", p)
		}
	}
	return ""
}
