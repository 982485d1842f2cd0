package checks

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// linuxPorts are the ports from which Linux connects, and to which replies come: the kernel's default, which AWS rounds up to 61000
// (Amazon VPC user guide, network ACLs, ephemeral ports).
func linuxPorts() portSet { return portsFrom(32768, 60999) }

// windowsPorts are those of Windows.
func windowsPorts() portSet { return portsFrom(49152, 65535) }

// systemPorts are those of both.
func systemPorts() portSet { return linuxPorts().union(windowsPorts()) }

// anyPorts are those of NAT gateways, load balancers and Lambda.
func anyPorts() portSet { return portsFrom(1024, 65535) }

// returnLike is how many ports above 1023 in a row are taken for room for replies rather than for a service. Between them and the ranges of
// services, such as the 2,768 node ports of Kubernetes, is room for both.
const returnLike = 4096

// narrowDeny is fewer ports than this: to refuse them one by one is meant, and no client misses them for long.
const narrowDeny = 1024

// askedOf returns those of some ports on which requests are meant, and those that are there for replies. A range that
// begins below 1024 is never for replies alone, and port 0 for nothing.
func askedOf(of portSet) (asked, replies portSet) {
	for _, r := range of {
		switch {
		case r.Last == 0: // nobody listens on port 0 alone
		case r.First >= 1024 && portCount(r) >= returnLike:
			replies = append(replies, r)
		default:
			asked = append(asked, r)
		}
	}
	return asked, replies
}

// returnGap is replies that a network ACL refuses to requests that it admits.
type returnGap struct {
	// direction is of the requests: clients outside send inwards.
	direction model.Direction
	protocol  model.Protocol
	ipv6      bool
	// asked are the ports of the requests, let the client ports that get replies, missing those that do not.
	asked, let, missing portSet
	// who is whose clients miss them; unsure why it is not known whether there are such. Wide is whether ports from 1024 on are needed.
	who, unsure string
	wide        bool
	peers       model.AddrSet
	// requests are those of each part of the peers; mixed is whether the parts ask for different ports.
	requests model.Region
	mixed    bool
}

// key tells gaps apart that are not one.
func (g returnGap) key() string {
	return fmt.Sprint(g.direction, g.protocol, g.ipv6, g.isComplete(), g.missing, g.who, g.unsure, g.wide)
}

// clients is who starts connections, and from which ports.
type clients struct {
	// wide has the addresses of NAT gateways, load balancers and functions in a network.
	wide map[model.Group]model.AddrSet
	// somewhere has the IPv4 addresses of subnets in each of which is one whose address is not known; IPv6 they use on request alone.
	somewhere map[model.Group][]model.AddrSet
}

// areIn reports whether some of them in a network are surely at addresses.
func (c clients) areIn(network model.Group, cell model.AddrSet) bool {
	return cell.Overlaps(c.wide[network]) || slices.ContainsFunc(c.somewhere[network], cell.Covers)
}

// clientsOf learns where those are who use every port from 1024 on.
func clientsOf(s *audit.Subject) clients {
	blocks := map[model.Group][]netip.Prefix{}
	c := clients{wide: map[model.Group]model.AddrSet{}, somewhere: map[model.Group][]model.AddrSet{}}
	for i := range s.Estate.Interfaces {
		x := &s.Estate.Interfaces[i]
		if !usesAnyPort(x) {
			continue
		}
		blocks[x.Network] = append(blocks[x.Network], x.Addrs.Prefixes()...)
		for _, k := range x.Subnets {
			if n, ok := s.Subnet(k); ok && x.Addrs.IsEmpty() && !n.Addrs.V4().IsEmpty() {
				c.somewhere[x.Network] = append(c.somewhere[x.Network], n.Addrs.V4())
			}
		}
	}
	for network, ps := range blocks {
		c.wide[network] = model.Prefixes(ps...)
	}
	return c
}

// usesAnyPort reports whether an interface is of something that connects from 1024 to 65535.
func usesAnyPort(x *audit.Interface) bool {
	switch x.What {
	case "nat_gateway", "network_load_balancer", "load_balancer", "gateway_load_balancer", "lambda", "aws_lb", "aws_alb", "aws_elb", "aws_lambda_function":
		return true
	}
	return x.Owner == "amazon-elb" || x.Owner == "amazon-lambda" || x.Owner == "amazon-nat"
}

// returnGaps returns the replies that a network ACL refuses, sure ones, joined by peers.
func (v *aclView) returnGaps(s *audit.Subject, c clients) []returnGap {
	inside := false
	for _, x := range s.Under(v.firewall.Key) {
		inside = inside || usesAnyPort(x)
	}
	byKey := map[string]*returnGap{}
	answers := v.answers()
	strangers := s.Strangers().Subtract(s.Owned())
	for _, cell := range v.beyond() {
		for _, p := range []model.Protocol{model.TCP, model.UDP} {
			for _, d := range []model.Direction{model.Ingress, model.Egress} {
				g, ok := v.gap(d, cell, p, answers)
				if !ok {
					continue
				}
				switch {
				case d == model.Egress && inside:
					g.wide, g.who = true, "a NAT gateway, load balancer or function in the subnet"
				case d == model.Egress:
				case cell.Overlaps(strangers):
					g.wide, g.who = true, "clients on the Internet, many of them behind NAT"
				case c.areIn(v.firewall.Network, cell):
					g.wide, g.who = true, "NAT gateways, load balancers or functions there"
				}
				if !g.settle() {
					continue
				}
				g.peers, g.requests = cell, v.between(d, cell, g.unanswered())
				if have := byKey[g.key()]; have != nil {
					have.mixed = have.mixed || !slices.Equal(have.asked, g.asked)
					have.peers, have.asked, have.requests = have.peers.Union(cell), have.asked.union(g.asked), have.requests.Union(g.requests)
				} else {
					byKey[g.key()] = &g
				}
			}
		}
	}
	out := make([]returnGap, 0, len(byKey))
	for _, g := range byKey {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b returnGap) int {
		return cmp.Or(cmp.Compare(a.direction, b.direction), cmp.Compare(a.protocol, b.protocol), cmp.Compare(a.key(), b.key()))
	})
	return out
}

// answer is what replies of a direction, protocol and family there may be.
type answer struct {
	direction model.Direction
	protocol  model.Protocol
	ipv6      bool
}

// answers are those for which there are requests somewhere.
func (v *aclView) answers() map[answer]bool {
	out := map[answer]bool{}
	for _, cell := range v.beyond() {
		for _, p := range []model.Protocol{model.TCP, model.UDP} {
			for _, d := range []model.Direction{model.Ingress, model.Egress} {
				_, may := v.ports(d, cell, p, nil)
				if asked, _ := askedOf(may); !asked.isEmpty() {
					out[answer{reversed(d), p, cell.V4().IsEmpty()}] = true
				}
			}
		}
	}
	return out
}

// gap looks for requests of a direction that a cell may surely send or get, and at the room for their replies.
func (v *aclView) gap(d model.Direction, cell model.AddrSet, p model.Protocol, answers map[answer]bool) (returnGap, bool) {
	sure, _ := v.ports(d, cell, p, nil)
	_, let := v.ports(reversed(d), cell, p, nil)
	asked, _ := askedOf(sure)
	if asked.isEmpty() && let.isEmpty() && !answers[answer{d, p, cell.V4().IsEmpty()}] {
		asked = sure // nothing goes the other way, and these answer nobody: nothing comes of them
	}
	if asked.isEmpty() {
		return returnGap{}, false
	}
	// What narrow entries refuse is refused on purpose.
	_, meant := v.ports(reversed(d), cell, p, func(e aclEntry, match portSet) bool {
		return e.Action == model.Deny && match.count() < narrowDeny
	})
	g := returnGap{direction: d, protocol: p, ipv6: cell.V4().IsEmpty(), asked: asked, let: let, missing: anyPorts().minus(meant)}
	if isWhole(asked) && v.answersAt(d, cell) {
		g.unsure = meantForReplies
	}
	return g, true
}

// meantForReplies is why it is not known whether requests are meant that pass an entry for every port, such as the usual one that lets
// everything out.
const meantForReplies = "every port may be open for replies alone, and then nobody misses any"

// answersAt reports whether what passes in a direction may be replies to requests of the other, of TCP or UDP.
func (v *aclView) answersAt(d model.Direction, cell model.AddrSet) bool {
	for _, p := range []model.Protocol{model.TCP, model.UDP} {
		_, may := v.ports(reversed(d), cell, p, nil)
		if asked, _ := askedOf(may); !asked.isEmpty() {
			return true
		}
	}
	return false
}

// settle says who misses replies; false where nobody does, as far as is known.
func (g *returnGap) settle() bool {
	if g.wide {
		return !g.missing.isEmpty()
	}
	linux, windows := linuxPorts().intersect(g.missing), windowsPorts().intersect(g.missing)
	switch {
	case linux.isEmpty() && windows.isEmpty():
		return false
	case windows.isEmpty():
		g.who, g.unsure = "Linux clients, which connect from 32768-60999", firstText(g.unsure, "it is not known whether there are clients that run Linux")
	case linux.isEmpty():
		g.who, g.unsure = "Windows clients, which connect from 49152-65535", firstText(g.unsure, "it is not known whether there are clients that run Windows")
	default:
		g.who = "clients of Linux (32768-60999) and Windows (49152-65535) alike"
	}
	g.missing = linux.union(windows)
	return true
}

// unanswered is the requests to whose ports of origin no reply comes.
func (g returnGap) unanswered() model.Traffic {
	var out model.Traffic
	for _, to := range g.asked {
		for _, from := range g.missing {
			out = append(out, model.PortsBetween(g.protocol, from, to))
		}
	}
	return out
}

// isComplete reports whether no client at all gets replies.
func (g returnGap) isComplete() bool { return g.let.intersect(anyPorts()).isEmpty() }

// severity is high for TCP clients of any system, and less for UDP, which may do without replies, and for those from 1024 to 32767.
func (g returnGap) severity() audit.Severity {
	out := audit.High
	switch {
	case g.unsure == meantForReplies:
		out = audit.Medium
	case g.unsure != "":
		return audit.Low
	case g.isComplete():
	case g.missing.intersect(systemPorts()).isEmpty():
		out = audit.Medium
	}
	if g.protocol == model.UDP {
		out--
	}
	return out
}

// finding says what is missing, from which entries it follows, and which entry to add.
func (g returnGap) finding(v *aclView) audit.Finding {
	f := v.firewall
	proto := strings.ToLower(g.protocol.String())
	peers := blocksText(v.written(g.peers))
	back := reversed(g.direction)
	ask := fmt.Sprintf("lets in %s to %s/%s", peers, proto, g.asked)
	if g.direction == model.Egress {
		ask = fmt.Sprintf("lets out %s/%s to %s", proto, g.asked, peers)
	}
	if g.mixed {
		ask += ", if not everybody to each"
	}
	lack := fmt.Sprintf("but no reply passes: %s refuses %s/%s", back, proto, g.missing)
	if !g.isComplete() {
		lack = fmt.Sprintf("but %s refuses the replies to %s/%s: it hits %s", back, proto, g.missing, g.who)
	}
	out := audit.Finding{Object: f.Object, Severity: g.severity(), Unsure: g.unsure, Summary: fmt.Sprintf("%s %s, %s", f.Label(), ask, lack),
		Open: g.requests, Attached: aclUsers(f),
		Subject: fmt.Sprintf("%s %s, replies to %s", g.direction, g.protocol, g.missing)}
	requests := v.causes(g.direction, model.Allow, g.peers, func(e aclEntry) bool { return !aclPorts(e.Traffic, g.protocol).intersect(g.asked).isEmpty() })
	replies := v.causes(back, model.Allow, g.peers, func(e aclEntry) bool {
		return !aclPorts(e.Traffic, g.protocol).intersect(anyPorts()).isEmpty()
	})
	denies := v.causes(back, model.Deny, g.peers, func(e aclEntry) bool {
		match := aclPorts(e.Traffic, g.protocol).intersect(g.missing)
		return !match.isEmpty() && match.count() >= narrowDeny
	})
	out.Causes = slices.Concat(f.CausesOf(g.direction, requests), f.CausesOf(back, replies), f.CausesOf(back, denies))
	room := anyPorts()[0]
	if !g.wide {
		room = systemPorts()[0]
	}
	if !g.isComplete() && len(g.missing) == 1 {
		room = g.missing[0]
	}
	out.Advice = fmt.Sprintf("add an %s entry that allows %s/%s with %s, before any that denies it", back, proto, room, peers)
	out.Fixes = v.fixes(newEntry{direction: back, protocol: g.protocol, ports: room, peers: v.mirrored(g, requests).Prefixes()})
	return out
}

// mirrored is the peers of an entry for replies: those of the requests' entries where they are fewer blocks than the peers that miss
// replies, and nobody is among them who makes no requests.
func (v *aclView) mirrored(g returnGap, requests []model.Rule) model.AddrSet {
	exact := v.written(g.peers)
	family := model.AllIPv4()
	if g.ipv6 {
		family = model.AllIPv6()
	}
	var said model.AddrSet
	for _, r := range requests {
		peers, _ := aclPeers(r.Peer)
		said = said.Union(peers.Intersect(family))
	}
	if len(said.Prefixes()) >= len(exact.Prefixes()) || !said.Covers(g.peers) {
		return exact
	}
	for _, cell := range v.beyond() {
		if !said.Covers(cell) || g.peers.Covers(cell) {
			continue
		}
		if sure, _ := v.ports(g.direction, cell, g.protocol, nil); sure.isEmpty() {
			return exact
		}
	}
	return said
}

// blocksText names blocks, or says how many there are.
func blocksText(a model.AddrSet) string {
	switch blocks := a.Prefixes(); {
	case a.IsAll():
		return "anybody"
	case len(blocks) > 2 && len(except(a).Prefixes()) <= 2:
		return a.Union(except(a)).String() + " except " + except(a).String()
	case len(blocks) > mostPrefixes*2:
		return fmt.Sprintf("%s and %d more blocks", blocks[0], len(blocks)-1)
	}
	return a.String()
}

// except is the rest of the narrowest block that has all of a set of one family.
func except(a model.AddrSet) model.AddrSet {
	if a.IsEmpty() || !a.V4().IsEmpty() && !a.V6().IsEmpty() {
		return model.AddrSet{}
	}
	return model.Prefixes(audit.Blocks(a, a)...).Subtract(a)
}

// written is peers as an entry would have them: with the subnet's own addresses, which the ACL does not filter, where that is shorter.
func (v *aclView) written(peers model.AddrSet) model.AddrSet {
	own := v.own.V4()
	if peers.V4().IsEmpty() {
		own = v.own.V6()
	}
	if more := peers.Union(own); len(more.Prefixes()) < len(peers.Prefixes()) {
		return more
	}
	return peers
}

// aclUsers are the labels of what a firewall surely applies to.
func aclUsers(f *audit.Firewall) []string {
	var out []string
	for _, u := range f.Users {
		if u.Kind != "" && u.Kind != f.Kind && u.Unsure == "" {
			out = append(out, u.Label)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
