package checks

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// mostEntries is how many entries of a direction are looked at. AWS allows 40 (Amazon VPC quotas), which AWS026 watches.
const mostEntries = 400

// aclView is a network ACL, made easy to ask what it does with the addresses of one part of the world. A network ACL is
// stateless, matches destination ports alone, and filters nothing inside a subnet (Amazon VPC user guide, network ACLs).
type aclView struct {
	firewall *audit.Firewall
	entries  map[model.Direction][]aclEntry
	// own is the addresses of its subnet, which it does not filter among themselves; empty where it has several, or they are not known.
	own model.AddrSet
	// cells are parts of the address space, each of one family, that every entry names as a whole or not at all.
	cells []model.AddrSet
	// held is addresses that somebody may have.
	held model.AddrSet
}

// aclEntry is an entry.
type aclEntry struct {
	model.Rule
	peers model.AddrSet
	// unsure is whether it is not known whether it matches.
	unsure bool
}

// aclViews are the network ACLs that can be looked at, but for those that surely are on no subnet.
func aclViews(s *audit.Subject) []aclView {
	var out []aclView
	for f := range s.Firewalls(audit.NetworkACL) {
		if f.NotAll == "" && len(f.Users) == 0 {
			continue
		}
		if v, ok := viewACL(s, f); ok {
			out = append(out, v)
		}
	}
	return out
}

// viewACL makes a view of a network ACL; false where it has too many entries.
func viewACL(s *audit.Subject, f *audit.Firewall) (aclView, bool) {
	v := aclView{firewall: f, entries: map[model.Direction][]aclEntry{}}
	v.cells = []model.AddrSet{model.AllIPv4(), model.AllIPv6()}
	if len(f.Users) == 1 && f.NotAll == "" {
		if n, ok := s.Subnet(f.Users[0].Key); ok {
			v.own = n.Addrs
			v.split(v.own)
		}
	}
	v.held = audit.Assigned()
	if n, ok := s.Network(f.Network); ok && n.Addrs.Overlaps(localIPv6()) || v.own.Overlaps(localIPv6()) {
		v.held = v.held.Union(localIPv6())
	}
	for d, c := range f.AllChains() {
		if len(c.Rules) > mostEntries {
			return v, false
		}
		for _, r := range c.Rules {
			e := aclEntry{Rule: r}
			e.peers, e.unsure = aclPeers(r.Peer)
			v.entries[d] = append(v.entries[d], e)
			v.split(e.peers)
			if localIPv6().Covers(e.peers) {
				v.held = v.held.Union(e.peers)
			}
		}
	}
	return v, true
}

// localIPv6 is the unique local addresses of IPv6, which a network has on request alone (Amazon VPC user guide, private IPv6 addresses).
func localIPv6() model.AddrSet { return audit.Private().V6() }

// aclPeers are the addresses that an entry names, or may name.
func aclPeers(s model.Selector) (addrs model.AddrSet, unsure bool) {
	switch s := s.(type) {
	case nil, model.Any:
		return model.AllAddrs(), false
	case model.At:
		return s.Addrs, false
	case model.Maybe:
		addrs, _ = aclPeers(s.Selector)
		return addrs, true
	}
	return model.AllAddrs(), true
}

// split cuts the cells along a set.
func (v *aclView) split(by model.AddrSet) {
	var out []model.AddrSet
	for _, c := range v.cells {
		in := c.Intersect(by)
		if in.IsEmpty() || in.Equal(c) {
			out = append(out, c)
			continue
		}
		out = append(out, in, c.Subtract(by))
	}
	v.cells = out
}

// beyond are the cells that are not inside the subnet of the ACL alone, and in which somebody may be.
func (v *aclView) beyond() []model.AddrSet {
	var out []model.AddrSet
	for _, c := range v.cells {
		if c.Overlaps(v.held) && !v.own.Covers(c) {
			out = append(out, c)
		}
	}
	return out
}

// ports returns the ports of a protocol that the ACL surely lets through between its subnets and a cell, and those
// that it may. Entries that except refuses are taken for not there; nil: all count.
func (v *aclView) ports(d model.Direction, cell model.AddrSet, p model.Protocol, except func(aclEntry, portSet) bool) (sure, may portSet) {
	// open is not surely decided yet by entries above, free surely not.
	open, free := portsFrom(0, 65535), portsFrom(0, 65535)
	for _, e := range v.entries[d] {
		if !e.peers.Overlaps(cell) {
			continue
		}
		match := aclPorts(e.Traffic, p)
		if match.isEmpty() || except != nil && except(e, match) {
			continue
		}
		if e.Action == model.Allow {
			may = may.union(open.intersect(match))
			if !e.unsure {
				sure = sure.union(free.intersect(match))
			}
		}
		if !e.unsure {
			open = open.minus(match)
		}
		if !e.unsure || e.Action == model.Deny { // what is perhaps allowed here, and surely below, is surely allowed
			free = free.minus(match)
		}
	}
	return sure, may
}

// aclPorts are the destination ports of a protocol in some traffic.
func aclPorts(t model.Traffic, p model.Protocol) portSet {
	var out portSet
	for _, s := range t {
		switch s.Protocol {
		case model.AnyProtocol:
			return portsFrom(0, 65535)
		case p:
			out = out.union(portSet{s.Dst})
		}
	}
	return out
}

// message says whether the ACL lets an ICMP message through, or perhaps does.
func (v *aclView) message(d model.Direction, cell model.AddrSet, f model.Flow) bool {
	for _, e := range v.entries[d] {
		if !e.peers.Overlaps(cell) || !e.Traffic.Contains(f) {
			continue
		}
		if e.Action == model.Allow {
			return true
		}
		if !e.unsure {
			return false
		}
	}
	return false
}

// everything reports whether the ACL surely lets everything through between its subnets and a cell.
func (v *aclView) everything(d model.Direction, cell model.AddrSet) bool {
	for _, e := range v.entries[d] {
		switch {
		case !e.peers.Overlaps(cell):
		case e.Action == model.Deny:
			return false
		case !e.unsure && len(e.Traffic) > 0 && e.Traffic[0].Protocol == model.AnyProtocol:
			return true
		}
	}
	return false
}

// causes are the entries of a direction that name one of some addresses, do an action, and are about some ports of a protocol.
func (v *aclView) causes(d model.Direction, action model.Action, peers model.AddrSet, of func(aclEntry) bool) []model.Rule {
	var out []model.Rule
	for _, e := range v.entries[d] {
		if e.Action == action && e.peers.Overlaps(peers) && of(e) {
			out = append(out, e.Rule)
		}
	}
	return out
}

// here is who is in the subnets of the ACL, in the regions of findings.
func (v *aclView) here() model.Identity { return model.Identity(v.firewall.Label()) }

// between is the traffic between the subnets and strangers, whose packets of a direction it is.
func (v *aclView) between(d model.Direction, peers model.AddrSet, t model.Traffic) model.Region {
	b := model.Box{Src: model.EndpointAt(model.Outside, peers), Dst: model.EndpointsOf(v.here()), Traffic: t}
	if !v.own.IsEmpty() {
		b.Dst = model.EndpointAt(v.here(), v.own)
	}
	if d == model.Egress {
		b.Src, b.Dst = b.Dst, b.Src
	}
	return model.NewRegion(b)
}

// reversed is the other direction.
func reversed(d model.Direction) model.Direction {
	if d == model.Ingress {
		return model.Egress
	}
	return model.Ingress
}
