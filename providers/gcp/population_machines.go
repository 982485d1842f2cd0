package gcp

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// machine is a network interface of a machine that was read from the cloud.
type machine struct {
	id, label string
	network   string // key
	// marks are the tags and accounts of the machine, as targets.
	marks []model.Group
	// own are the addresses of the interface, pods those of its alias ranges; either may be not known: empty.
	own, pods []netip.Prefix
}

// carrier is a mark that a machine on a network has.
type carrier struct {
	network string // key
	mark    model.Group
}

// readMachines reads the instances of a native module. Where rules name secure tags, which are not known of
// machines, none is told apart.
func (b *populationBuilder) readMachines() {
	for _, r := range b.module.Resources {
		b.whole = b.whole || isNative(r)
	}
	for _, r := range b.notRead {
		switch what, _ := r.Get("what").AsString(); what {
		case typeInstance:
			b.whole = false
		case secureTags:
			b.whole = false
			return
		}
	}
	for _, r := range b.module.Resources {
		if r.Type == typeInstance && isNative(r) {
			b.addInterfaces(r, b.marksOfInstance(r))
		}
	}
}

// marksOfInstance returns the tags and accounts of an instance, sorted.
func (b *populationBuilder) marksOfInstance(r terraform.Resource) []model.Group {
	var out []model.Group
	items, _ := b.resolve(r.Get("tags")).AsList()
	for _, v := range items {
		if s, ok := b.resolve(v).AsString(); ok {
			out = append(out, machineID{kind: networkTag, name: s}.targets())
		}
	}
	for _, k := range r.BlocksOf("service_account") {
		if s, ok := b.resolve(k.Body.Get("email")).AsString(); ok {
			out = append(out, machineID{kind: serviceAccount, name: s}.targets())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (b *populationBuilder) addInterfaces(r terraform.Resource, marks []model.Group) {
	interfaces := r.BlocksOf("network_interface")
	for i, k := range interfaces {
		m := machine{id: r.Name, label: "instance " + lastSegment(r.Name), network: b.networkOf(k.Body.Get("network"), r), marks: marks}
		if len(interfaces) > 1 {
			m.id, m.label = fmt.Sprintf("%s/%d", m.id, i), fmt.Sprintf("%s interface %d", m.label, i)
		}
		m.own = ownAddrs(k.Body)
		for _, a := range k.Body.BlocksOf("alias_ip_range") {
			block, _ := a.Body.Get("ip_cidr_range").AsString()
			if p, ok := parseRange(block); ok {
				m.pods = append(m.pods, p)
			}
		}
		b.machines = append(b.machines, m)
		for _, g := range marks {
			b.carried[carrier{m.network, g}] = true
		}
	}
}

// ownAddrs is the addresses of an interface: the internal IPv4 address, and the IPv6 range, of which
// an address is the first (compute API, NetworkInterface).
func ownAddrs(b terraform.Body) []netip.Prefix {
	var out []netip.Prefix
	add := func(v, length terraform.Value, usual int) {
		s, _ := v.AsString()
		a, err := netip.ParseAddr(s)
		if err != nil {
			return
		}
		bits := a.BitLen()
		if n, ok := length.AsInt(); ok && n >= 0 && n <= int64(bits) {
			bits = int(n)
		} else if usual > 0 {
			bits = usual
		}
		out = append(out, netip.PrefixFrom(a, bits).Masked())
	}
	add(b.Get("network_ip"), terraform.Value{}, 0)
	add(b.Get("ipv6_address"), b.Get("internal_ipv6_prefix_length"), ipv6Bits)
	for _, k := range b.BlocksOf("ipv6_access_config") {
		add(k.Body.Get("external_ipv6"), k.Body.Get("external_ipv6_prefix_length"), ipv6Bits)
	}
	return out
}

// ipv6Bits is the length of the IPv6 range of an interface (VPC IPv6 support, "/96").
const ipv6Bits = 96

// addMachines adds the interfaces as parties, which are what they are on a network and with their marks. That
// an interface has a mark is said of itself too, so that a reading in which it has not differs.
func (b *populationBuilder) addMachines() {
	taken := map[string][]netip.Prefix{} // by network
	labels := map[string]int{}
	for _, m := range b.machines {
		labels[m.label]++
	}
	for _, m := range b.machines {
		if labels[m.label] > 1 {
			m.label += " (" + m.id + ")"
		}
		taken[m.network] = append(append(taken[m.network], m.own...), m.pods...)
		sources := make([]model.Group, len(m.marks))
		for i, g := range m.marks {
			sources[i] = "source-" + g
		}
		b.addInterface(m, providers.Party{Label: m.label, ID: m.id, Addrs: model.Prefixes(m.own...), Groups: append(sources, m.marks...)}, m.marks)
		if len(m.pods) > 0 {
			// Rules with a mark as their source are not about pods.
			b.addInterface(m, providers.Party{Label: m.label + " (pods)", ID: m.id + " (pods)", Addrs: model.Prefixes(m.pods...), Groups: m.marks}, nil)
		}
	}
	for _, key := range sortedKeys(taken) {
		addrs := model.Prefixes(taken[key]...)
		b.out.Taken = b.out.Taken.Union(addrs)
		b.addOthers(key, addrs)
	}
}

// addInterface adds addresses of an interface as a party, which comes together with the network and with
// marks in all that rules know of them.
func (b *populationBuilder) addInterface(m machine, p providers.Party, marks []model.Group) {
	self := model.Group(interfacePrefix + p.ID)
	p.Name, p.Mark = p.Label, true
	p.Groups = append([]model.Group{self}, p.Groups...)
	b.addNetwork(m.network) // rules or not
	b.addParty(p)
	set := []model.Group{self, networkGroup(m.network)}
	for _, g := range marks {
		if _, named := b.index[g]; named {
			set = append(set, g)
		}
	}
	b.sets = append(b.sets, set)
}

// addOthers adds whoever else is on a network with machines: what is no instance, as the machines behind
// serverless connectors, and what there may be one day.
func (b *populationBuilder) addOthers(key string, taken model.AddrSet) {
	addrs := b.addrsOf(key).Subtract(taken)
	if addrs.IsEmpty() {
		return
	}
	label := "somebody else on network " + b.shortName(key)
	b.addParty(providers.Party{Label: label, Name: label, Groups: []model.Group{othersGroup(key)}, Addrs: addrs, Mark: true})
	b.sets = append(b.sets, []model.Group{othersGroup(key), networkGroup(key)})
	b.out.Parties[b.index[networkGroup(key)]].Mark = true
}

const (
	othersPrefix    = "others:"
	interfacePrefix = "instance:"
)

func othersGroup(key string) model.Group { return model.Group(othersPrefix + key) }

// isOthers reports whether a party is whoever else is on a network with machines.
func isOthers(p providers.Party) bool {
	return len(p.Groups) > 0 && strings.HasPrefix(string(p.Groups[0]), othersPrefix)
}

// isInterface reports whether a party is an interface of a machine that was read.
func isInterface(p providers.Party) bool {
	return len(p.Groups) > 0 && strings.HasPrefix(string(p.Groups[0]), interfacePrefix)
}

// addrsOf is every address that there may be on a network: those of its subnetworks, where all are known.
func (b *populationBuilder) addrsOf(key string) model.AddrSet {
	var out model.AddrSet
	for _, s := range b.subnets[key] {
		if s.doubt != "" {
			return model.AllAddrs()
		}
		out = out.Union(s.addrs)
	}
	if out.IsEmpty() || !b.allSubnets(key) {
		return model.AllAddrs()
	}
	return out
}

func (b *populationBuilder) addParty(p providers.Party) {
	b.index[p.Groups[0]] = len(b.out.Parties)
	b.out.Parties = append(b.out.Parties, p)
}
