package aws

import (
	"cmp"
	"fmt"
	"maps"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// groupList is the rules of one direction of a segment's security groups, by the families
// that they count in.
type groupList struct{ four, six, peers ruleList[groupRule] }

// newGroupList takes the rules apart.
func newGroupList(rules ruleSet[groupRule]) groupList {
	of := func(keep func(groupPeer) bool) ruleList[groupRule] {
		return listOf(rules, groupRule.compare, func(r groupRule) bool { return keep(r.peer) })
	}
	return groupList{
		four:  of(func(p groupPeer) bool { return p.group == "" && p.prefix.Addr().Is4() }),
		six:   of(func(p groupPeer) bool { return p.group == "" && p.prefix.Addr().Is6() }),
		peers: of(func(p groupPeer) bool { return p.group != "" }),
	}
}

// used counts a rule with a group in both families: AWS does not
// document in which it counts, so both are the safe side.
func (l groupList) used() used {
	n := len(l.peers.rules)
	return used{ipv4: n + len(l.four.rules), ipv6: n + len(l.six.rules)}
}

// lower is a number of rules of a family that no equal list is shorter than.
func (l groupList) lower(f family) int {
	if f == ipv4 {
		return l.peers.lower + l.four.lower
	}
	return l.peers.lower + l.six.lower
}

// all returns the rules of all families.
func (l groupList) all() ruleSet[groupRule] { return allOf(l.four, l.six, l.peers) }

// fits reports whether one security group has room for the list.
func (l groupList) fits(limit int) bool {
	n := l.used()
	return max(n[ipv4], n[ipv6]) <= limit
}

// shortenGroup shortens a list to what one security group has room for, or as far as it goes. Rules
// that name groups take room in both families and are shortened last.
func (e *encoder) shortenGroup(l groupList) groupList {
	limit := e.opts.GroupRules
	short := func(l ruleList[groupRule], taken int) ruleList[groupRule] {
		return l.shorten(anyAllow(), groupSpelling(), e.limitFor(limit-taken))
	}
	if e.in.Shrink == providers.ShrinkToFit && l.fits(limit) {
		return l
	}
	out := groupList{short(l.four, len(l.peers.rules)), short(l.six, len(l.peers.rules)), l.peers}
	if e.in.Shrink == providers.ShrinkToFit && out.fits(limit) {
		return out
	}
	out.peers = short(l.peers, max(len(out.four.rules), len(out.six.rules)))
	out.four, out.six = short(l.four, len(out.peers.rules)), short(l.six, len(out.peers.rules))
	return out
}

// groupSpelling writes rules of security groups for a chain: peers are groups or CIDR blocks.
func groupSpelling() spelling[groupRule] {
	return spelling[groupRule]{
		write: func(r groupRule) model.Rule {
			var peer model.Selector = model.At{Addrs: model.Prefixes(r.peer.prefix)}
			if r.peer.group != "" {
				peer = model.Group(r.peer.group)
			}
			return model.Rule{Action: model.Allow, Peer: peer, Traffic: model.Traffic{r.match.service()}}
		},
		read: func(r model.Rule) groupRule {
			out := groupRule{match: matchOf(r.Traffic[0])}
			if g, ok := r.Peer.(model.Group); ok {
				out.peer.group = string(g)
			} else {
				out.peer.prefix = prefixOf(r.Peer)
			}
			return out
		},
	}
}

// Quotas of an interface (VPC user guide, Amazon VPC quotas): how many groups it carries, and how many
// rules of a direction and family these have together.
const (
	maxGroupsPerInterface = 5
	maxRulesPerInterface  = 1000
)

// maxParts is how many groups the rules of one segment may be spread over.
func (e *encoder) maxParts() int {
	return max(1, min(maxGroupsPerInterface, maxRulesPerInterface/e.opts.GroupRules))
}

// parts is how many groups a list takes.
func (e *encoder) parts(l groupList) int {
	n := l.used()
	return max(1, (max(n[ipv4], n[ipv6])+e.opts.GroupRules-1)/e.opts.GroupRules)
}

// spread deals a list out to groups. Which group a rule is in follows from what it says, and from
// where it was before, so that rules stay in their group while others come and go.
func (e *encoder) spread(g group, d model.Direction, l groupList) []ruleSet[groupRule] {
	n := e.parts(l)
	out := make([]ruleSet[groupRule], n)
	for i := range out {
		out[i] = ruleSet[groupRule]{}
	}
	all := l.all()
	if n == 1 {
		maps.Copy(out[0], all)
		return out
	}
	name := fmt.Sprintf("security group %s, %s", g.name, d)
	places := e.places(name, d, l, n*e.opts.GroupRules)
	for r, why := range all {
		out[places[r.text(d)]/e.opts.GroupRules][r] = why
	}
	e.number(name, places)
	return out
}

// places gives every rule of a list a place in its families, below room.
func (e *encoder) places(name string, d model.Direction, l groupList, room int) map[string]int {
	keep := func(earlier map[string]int, lists ...ruleList[groupRule]) map[string]int {
		var keys []string
		for _, l := range lists {
			for _, r := range l.rules {
				keys = append(keys, r.text(d))
			}
		}
		places, err := providers.Keep(earlier, keys, 0, room-1, 1)
		if err != nil {
			return nil // there is room for all: it was counted
		}
		return places
	}
	earlier := e.in.Numbers[name]
	peers := keep(earlier, l.peers)
	fixed, taken := map[string]int{}, map[int]bool{}
	maps.Copy(fixed, peers) // what names groups has one place in both families
	for _, n := range peers {
		taken[n] = true
	}
	for k, n := range earlier {
		if !taken[n] {
			fixed[k] = n
		}
	}
	out := map[string]int{}
	maps.Copy(out, keep(fixed, l.peers, l.four))
	maps.Copy(out, keep(fixed, l.peers, l.six))
	return out
}

// compare orders rules as they are written.
func (r groupRule) compare(o groupRule) int {
	return cmp.Or(cmp.Compare(r.peer.group, o.peer.group), r.peer.prefix.Compare(o.peer.prefix), r.match.compare(o.match))
}

// text says what the rule admits.
func (r groupRule) text(d model.Direction) string {
	return fmt.Sprintf("%s %s %s", r.match.service(), fromTo(d), r.peer.text())
}

func (r groupRule) block() block { return block{r.match, r.peer.prefix} }

// countParts notes how many groups the interfaces of a segment carry, and says so where it is more
// than one.
func (e *encoder) countParts(g group) {
	if g.more == 0 {
		return
	}
	e.out.Quotas = append(e.out.Quotas, providers.Quota{
		Name: "security groups per interface, segment " + g.name, Used: g.more + 1, Limit: maxGroupsPerInterface})
	e.report(model.Finding{
		Severity: model.Warning, Code: "several-groups",
		Summary: fmt.Sprintf("the rules of %s take %d security groups: interfaces that do not carry all of them are refused what was asked for",
			few(names(g.ids)), g.more+1),
		Advice: "attach the groups of the output " + moreOutput + " beside that of " + groupOutput,
		Origin: e.in.Site.Origin,
	})
}
