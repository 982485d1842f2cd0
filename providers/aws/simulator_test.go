package aws_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

// The simulator below judges packets by the attributes of the resources, as the
// VPC user guide describes security groups and network ACLs. It shares nothing with
// Decode.

// cloud is a VPC made of a module's resources.
type cloud struct {
	groups  map[model.Identity]string   // a segment's group, as rules name it
	more    map[model.Identity][]string // what its interfaces carry besides
	rules   []terraform.Resource        // of groups
	entries []terraform.Resource
	subnets map[string][]netip.Prefix // by name of the ACL resource
}

func newCloud(e encoded) cloud {
	c := cloud{groups: map[model.Identity]string{}, more: map[model.Identity][]string{}, subnets: map[string][]netip.Prefix{}}
	for _, o := range e.Module.Outputs {
		ids, _ := o.Value.AsObject()
		for id, v := range ids {
			groups, _ := v.AsList()
			for _, g := range groups {
				c.more[model.Identity(id)] = append(c.more[model.Identity(id)], text(g))
			}
		}
	}
	for _, s := range e.Segments {
		c.groups[s.ID] = "aws_security_group." + string(s.ID) + ".id"
		if s.Home.Group != "" {
			c.groups[s.ID] = s.Home.Group
		}
	}
	prefixes := map[string][]netip.Prefix{}
	for _, n := range e.Site.Subnets {
		prefixes[n.ID] = n.Prefixes
	}
	for _, r := range e.Module.Resources {
		switch r.Type {
		case "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule":
			c.rules = append(c.rules, r)
		case "aws_network_acl_rule":
			c.entries = append(c.entries, r)
		case "aws_network_acl_association":
			acl, _ := r.Get("network_acl_id").AsRef()
			name := strings.TrimSuffix(strings.TrimPrefix(acl, "aws_network_acl."), ".id")
			id, _ := r.Get("subnet_id").AsString()
			c.subnets[name] = append(c.subnets[name], prefixes[id]...)
		}
	}
	return c
}

// passes reports whether a connection is made: groups track it, ACLs see both packets.
func (c cloud) passes(f model.Flow) bool {
	return c.groupsPass(f) && c.aclsPass(f)
}

func (c cloud) aclsPass(f model.Flow) bool {
	reply := model.Flow{Src: f.Dst, Dst: f.Src, Protocol: f.Protocol, SrcPort: f.DstPort, DstPort: f.SrcPort, ICMPCode: f.ICMPCode}
	switch {
	case f.Protocol == model.ICMP && f.ICMPType == 8:
		reply.ICMPType = 0
	case f.Protocol == model.ICMPv6 && f.ICMPType == 128:
		reply.ICMPType = 129
	case f.Protocol.IsICMP():
		return c.aclsPassPacket(f) // nothing answers
	}
	return c.aclsPassPacket(f) && c.aclsPassPacket(reply)
}

func (c cloud) groupsPass(f model.Flow) bool {
	return c.groupPasses("aws_vpc_security_group_egress_rule", f.Src, f.Dst, f) &&
		c.groupPasses("aws_vpc_security_group_ingress_rule", f.Dst, f.Src, f)
}

func (c cloud) groupPasses(typ string, own, peer model.Endpoint, f model.Flow) bool {
	group, has := c.groups[own.ID]
	if !has || exempt(peer.Addr) {
		return true
	}
	for _, r := range c.rules {
		if in := text(r.Get("security_group_id")); r.Type != typ || in != group && !slices.Contains(c.more[own.ID], in) {
			continue
		}
		ref := text(r.Get("referenced_security_group_id"))
		named := ref != "" && c.groups[peer.ID] == ref || inCIDR(r, "cidr_ipv4", peer.Addr) || inCIDR(r, "cidr_ipv6", peer.Addr)
		if named && protocolMatches(text(r.Get("ip_protocol")), number(r, "from_port"), number(r, "to_port"), f) {
			return true
		}
	}
	return false
}

func (c cloud) aclsPassPacket(f model.Flow) bool {
	for name, prefixes := range c.subnets {
		from, to := inAny(prefixes, f.Src.Addr), inAny(prefixes, f.Dst.Addr)
		if from == to {
			continue
		}
		egress, peer := from, f.Dst.Addr
		if to {
			peer = f.Src.Addr
		}
		if !exempt(peer) && !c.aclAllows(name, egress, peer, f) {
			return false
		}
	}
	return true
}

func (c cloud) aclAllows(name string, egress bool, peer netip.Addr, f model.Flow) bool {
	lowest, allowed := 1<<20, false
	for _, r := range c.entries {
		if out, _ := r.Get("egress").AsBool(); out != egress || text(r.Get("network_acl_id")) != "aws_network_acl."+name+".id" {
			continue
		}
		first, last := number(r, "from_port"), number(r, "to_port")
		if f.Protocol.IsICMP() {
			first, last = number(r, "icmp_type"), number(r, "icmp_code")
		}
		n := number(r, "rule_number")
		if n < lowest && (inCIDR(r, "cidr_block", peer) || inCIDR(r, "ipv6_cidr_block", peer)) &&
			protocolMatches(text(r.Get("protocol")), first, last, f) {
			lowest, allowed = n, text(r.Get("rule_action")) == "allow"
		}
	}
	return allowed
}

func protocolMatches(p string, first, last int, f model.Flow) bool {
	numbers := map[string]int{"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}
	n, named := numbers[p]
	if !named {
		n, _ = strconv.Atoi(p)
	}
	switch {
	case n == -1:
		return true
	case n != int(f.Protocol):
		return false
	case n == 6 || n == 17:
		return first <= int(f.DstPort) && int(f.DstPort) <= last
	case n == 1 || n == 58:
		return first == -1 || first == int(f.ICMPType) && (last == -1 || last == int(f.ICMPCode))
	}
	return true
}

// exempt is the VPC user guide's list of what is never filtered.
func exempt(a netip.Addr) bool {
	return slices.Contains([]string{"169.254.169.253", "169.254.169.254", "169.254.169.123", "169.254.170.2",
		"fd00:ec2::253", "fd00:ec2::254", "fd00:ec2::123"}, a.String())
}

func inCIDR(r terraform.Resource, attr string, a netip.Addr) bool {
	s := text(r.Get(attr))
	return s != "" && netip.MustParsePrefix(s).Contains(a)
}

func inAny(ps []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(ps, func(p netip.Prefix) bool { return p.Contains(a) })
}

func text(v terraform.Value) string {
	if s, ok := v.AsString(); ok {
		return s
	}
	s, _ := v.AsRef()
	return s
}

func number(r terraform.Resource, attr string) int {
	n, ok := r.Get(attr).AsInt()
	if !ok {
		return -1
	}
	return int(n)
}

// wants is what the rules of a world say of a connection, by the definition of
// NetworkPolicy: a direction in which no rule isolates an end admits everything.
func (w world) wants(f model.Flow) bool {
	return w.side(model.Egress, f.Src, f.Dst, f) && w.side(model.Ingress, f.Dst, f.Src, f)
}

func (w world) side(d model.Direction, own, other model.Endpoint, f model.Flow) bool {
	isolated := false
	for _, r := range w.rules {
		if r.dir != d || r.target != own.ID || own.ID == model.Outside {
			continue
		}
		isolated = true
		if r.names(other) && r.says(f) {
			return true
		}
	}
	return !isolated || exempt(other.Addr)
}

func (r rule) names(e model.Endpoint) bool {
	switch {
	case r.peer == "any":
		return true
	case r.peer == "nobody":
		return false
	case r.peer == "strangers":
		return e.ID == model.Outside
	case strings.HasPrefix(r.peer, "not "):
		return string(e.ID) != r.peer[4:]
	case strings.Contains(r.peer, "/"):
		return slices.ContainsFunc(strings.Split(r.peer, " "), func(c string) bool { return netip.MustParsePrefix(c).Contains(e.Addr) })
	}
	return r.peer == string(e.ID)
}

func (r rule) says(f model.Flow) bool {
	return slices.ContainsFunc(r.traffic, func(s model.Service) bool {
		switch {
		case s.Protocol == model.AnyProtocol:
			return true
		case s.Protocol != f.Protocol:
			return false
		case s.Protocol.IsICMP():
			return s.Type == -1 || s.Type == int16(f.ICMPType) && (s.Code == -1 || s.Code == int16(f.ICMPCode))
		case s.Protocol.HasPorts():
			return s.Dst.First <= f.DstPort && f.DstPort <= s.Dst.Last
		}
		return true
	})
}

var (
	seed  = flag.Uint64("seed", 1, "first seed of the random worlds")
	cases = flag.Int("cases", 100, "number of random worlds")
)

// TestRandomWorlds: over random policies, every packet of a small universe fares
// on the simulated VPC as the policy says, and no ACL refuses what is wanted.
func TestRandomWorlds(t *testing.T) {
	for s := *seed; s < *seed+uint64(*cases); s++ {
		r := rand.New(rand.NewPCG(s, 0))
		w := randomWorld(r)
		if r.IntN(2) == 0 {
			w.shrink = providers.ShrinkAlways
		}
		e := w.encode(t, aws.Options{NACLEntries: 10 + r.IntN(31), GroupRules: 1 + r.IntN(200)})
		if e.finding("quota") != nil {
			continue
		}
		c := newCloud(e)
		lossy := slices.ContainsFunc(e.findings, func(f model.Finding) bool { return f.Grade == model.Wider })
		for f := range universe(e.Intent) {
			want, have := w.wants(f), c.passes(f)
			if want == have || have && lossy && reported(e.findings, f) {
				continue
			}
			t.Fatalf("seed %d: %v: wanted %v, the groups say %v, the ACLs say %v\n%+v\n%s",
				s, f, want, c.groupsPass(f), c.aclsPass(f), w, e.text())
		}
		d := e.delta()
		for _, r := range []model.Region{d.Opened, d.Closed, d.Unknown} {
			if f, ok := r.Example(); ok && !reported(e.findings, f) {
				t.Fatalf("seed %d: Decode and the policy differ on %v, and no loss is reported\n%+v", s, f, w)
			}
		}
	}
}

// reported says whether a loss tells of the flow.
func reported(fs []model.Finding, f model.Flow) bool {
	return slices.ContainsFunc(fs, func(n model.Finding) bool { return n.Grade > model.Exact && n.Affects.Contains(f) })
}

func randomWorld(r *rand.Rand) world {
	w := world{shared: r.IntN(3) == 0}
	ids := []model.Identity{"a", "b", "c", "d"}[:2+r.IntN(3)]
	for i, id := range ids {
		net := i
		if r.IntN(3) == 0 {
			net = 0 // shares the first subnet
		}
		s := segment{id: id, subnet: fmt.Sprint("net", net), cidrs: []string{fmt.Sprintf("10.0.%d.0/24", net), fmt.Sprintf("fd00:%d::/64", net)}}
		if r.IntN(3) == 0 {
			s.ports = model.PortRange{First: 32768, Last: 60999}
		}
		if r.IntN(4) == 0 {
			s.group = fmt.Sprint("sg-", r.IntN(2))
		}
		w.segments = append(w.segments, s)
	}
	peers := []string{"any", "nobody", "strangers", "not a", "10.0.0.0/8", "10.0.1.0/24", "192.0.2.0/25 192.0.2.192/26", "::/0", "fd00:1::/64", "a", "b"}
	services := []model.Service{anything(), tcp(80), ports(80, 90), udp(53), sctp(9), echo(), echo6(), model.AllOf(model.GRE), model.AllOf(model.TCP),
		model.ICMPMessage(model.ICMP, 3, 4), model.AllOf(model.ICMPv6)}
	for range r.IntN(7) {
		d := model.Ingress
		if r.IntN(2) == 0 {
			d = model.Egress
		}
		n := rule{d, ids[r.IntN(len(ids))], peers[r.IntN(len(peers))], nil}
		for range 1 + r.IntN(2) {
			n.traffic = append(n.traffic, services[r.IntN(len(services))])
		}
		w.rules = append(w.rules, n)
	}
	return w
}

// universe yields connections between an address of every segment and some of
// strangers.
func universe(it providers.Intent) func(func(model.Flow) bool) {
	var ends []model.Endpoint
	for _, s := range it.Segments {
		for i, p := range s.Home.Addrs.Prefixes() {
			last := p.Addr().AsSlice()
			last[len(last)-1] = byte(10 + i)
			a, _ := netip.AddrFromSlice(last)
			ends = append(ends, model.Endpoint{ID: s.ID, Addr: a})
		}
	}
	for _, s := range []string{"192.0.2.1", "192.0.2.130", "10.9.9.9", "10.0.0.200", "2001:db8::1", "169.254.169.254"} {
		if a := addr(s); it.Inventory.Addrs(model.Outside).Contains(a) {
			ends = append(ends, model.Endpoint{Addr: a})
		}
	}
	return func(yield func(model.Flow) bool) {
		for _, src := range ends {
			client := it.Inventory.ClientPorts(src.ID)
			for _, dst := range ends {
				if src.Addr.Is4() != dst.Addr.Is4() || src == dst || src.ID == model.Outside && dst.ID == model.Outside {
					continue
				}
				for _, f := range packets(src.Addr.Is4(), client) {
					f.Src, f.Dst = src, dst
					if !yield(f) {
						return
					}
				}
			}
		}
	}
}

func packets(four bool, client model.PortRange) []model.Flow {
	var out []model.Flow
	for _, src := range []uint16{client.First, client.Last} {
		for _, dst := range []uint16{53, 80, 85, 8080, 40000} {
			out = append(out, model.Flow{Protocol: model.TCP, SrcPort: src, DstPort: dst})
		}
		out = append(out, model.Flow{Protocol: model.UDP, SrcPort: src, DstPort: 53},
			model.Flow{Protocol: model.SCTP, SrcPort: src, DstPort: 9}, model.Flow{Protocol: model.SCTP, SrcPort: src, DstPort: 10})
	}
	out = append(out, model.Flow{Protocol: model.GRE})
	icmp, request, other := model.ICMP, uint8(8), uint8(3)
	if !four {
		icmp, request, other = model.ICMPv6, 128, 1
	}
	return append(out, model.Flow{Protocol: icmp, ICMPType: request}, model.Flow{Protocol: icmp, ICMPType: other, ICMPCode: 4})
}
