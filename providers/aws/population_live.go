package aws

import (
	"net/netip"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// interfaceSheet is what the interfaces of an account tell of its security groups.
type interfaceSheet struct {
	// addrs are the addresses of the members of each group; nil: not all interfaces are known.
	addrs map[model.Group]model.AddrSet
	// taken is the addresses of all interfaces that have groups, free all others.
	taken, free model.AddrSet
}

// liveInterfaces reads the interfaces that [Provider.Resources] returned. Configuration, which
// has those alone that are written down, tells nothing.
func liveInterfaces(m terraform.Module, worn []wearer) interfaceSheet {
	live := map[string]bool{}
	for _, r := range m.Resources {
		switch {
		case r.Type != interfaceType:
		case r.Name == unread:
			return interfaceSheet{}
		case isLive(r):
			live[r.Name] = true
		}
	}
	prefixes := map[model.Group][]netip.Prefix{}
	var taken []netip.Prefix
	for _, w := range worn {
		switch {
		case !live[w.ID]:
			continue
		case w.Unsure != "" || w.lost:
			return interfaceSheet{}
		}
		blocks := w.Addrs.Prefixes()
		for _, g := range w.groups {
			prefixes[g] = append(prefixes[g], blocks...)
		}
		if len(w.groups) > 0 {
			taken = append(taken, blocks...)
		}
	}
	s := interfaceSheet{addrs: map[model.Group]model.AddrSet{}, taken: model.Prefixes(taken...)}
	s.free = model.AllAddrs().Subtract(s.taken)
	for g, ps := range prefixes {
		s.addrs[g] = model.Prefixes(ps...)
	}
	return s
}

// interfaceAddrs returns the private addresses of an interface, all of which a reference to its groups
// stands for (Amazon EC2 user guide, security group rules), with the prefixes that are
// delegated to it; false where one cannot be read.
func interfaceAddrs(r terraform.Resource) ([]netip.Prefix, bool) {
	var out []netip.Prefix
	for _, attr := range []string{"private_ips", "ipv6_addresses", "ipv4_prefixes", "ipv6_prefixes"} {
		texts, ok := r.Get(attr).AsStrings()
		if !ok {
			return nil, false
		}
		blocks, ok := addrBlocks(texts)
		if !ok {
			return nil, false
		}
		out = append(out, blocks...)
	}
	return out, true
}

// addrBlocks reads addresses and CIDR blocks; false where one cannot be read.
func addrBlocks(texts []string) ([]netip.Prefix, bool) {
	var out []netip.Prefix
	for _, t := range texts {
		if !strings.Contains(t, "/") {
			a, err := netip.ParseAddr(t)
			if err != nil || a.Zone() != "" {
				return nil, false
			}
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(t)
		if err != nil {
			return nil, false
		}
		out = append(out, p.Masked())
	}
	return out, true
}

// settle adds to a security group what interfaces tell of it. Of a group that none has, nothing is told:
// what it admits counts as soon as one gets it.
func (s interfaceSheet) settle(p providers.Party) providers.Party {
	addrs, ok := s.addrs[p.Groups[0]]
	if !ok || addrs.IsEmpty() {
		if p.Idle = s.addrs != nil && !ok && !s.taken.IsEmpty(); p.Idle {
			p.Addrs = s.free // those of whoever may get it
		}
		return p
	}
	p.Addrs = addrs
	p.Mark = true // the interfaces stand for it
	return p
}

// roll is what interfaces tell of security groups.
func (s interfaceSheet) roll() providers.Roll {
	if s.addrs == nil {
		return providers.RollOfEndpoints
	}
	return providers.RollOfAll
}

// overlapping says why it is not known of live subnets which addresses are theirs: subnets of another VPC
// have the same, and an address alone does not tell the VPC.
func overlapping(m terraform.Module) map[model.Group]string {
	type block struct {
		netip.Prefix
		subnet model.Group
		vpc    string
	}
	var blocks []block
	for _, r := range m.Resources {
		if r.Type != "aws_subnet" || !isLive(r) {
			continue
		}
		vpc, _ := r.Get("vpc_id").AsString()
		for _, attr := range []string{"cidr_block", "ipv6_cidr_block"} {
			text, _ := r.Get(attr).AsString()
			if p, err := netip.ParsePrefix(text); err == nil {
				blocks = append(blocks, block{p, model.Group(r.Name), vpc})
			}
		}
	}
	out := map[model.Group]string{}
	for i, a := range blocks {
		for _, b := range blocks[:i] {
			if a.vpc != b.vpc && a.Overlaps(b.Prefix) {
				out[a.subnet] = "the subnet has addresses in common with " + string(b.subnet) + " of another VPC"
				out[b.subnet] = "the subnet has addresses in common with " + string(a.subnet) + " of another VPC"
			}
		}
	}
	return out
}
