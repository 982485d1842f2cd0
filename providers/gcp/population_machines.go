package gcp

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// machine is a network interface of a machine.
type machine struct {
	// endpoint is the interface, without its parties and addresses.
	endpoint providers.Endpoint
	network  string // key
	// marks are the tags and accounts of the machine, as targets.
	marks []model.Group
	// own are the addresses of the interface, pods those of its alias ranges; either may be not known: empty.
	own, pods []netip.Prefix
	// live is whether it was read from the cloud.
	live bool
}

// carrier is a mark that a machine on a network has.
type carrier struct {
	network string // key
	mark    model.Group
}

// readMachines reads the instances of a module. Where rules name secure tags and these were read of no machine, none is told
// apart.
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
		}
	}
	if b.lacksTags() {
		return
	}
	for _, r := range b.module.Resources {
		if strings.HasPrefix(r.Type, typeInstance) {
			b.addInterfaces(r)
		}
	}
}

// marksOfInstance returns the tags and accounts of an instance, sorted, and why these may not be all.
func (b *populationBuilder) marksOfInstance(r terraform.Resource) (marks []model.Group, unsure string) {
	tags := b.resolve(r.Get("tags"))
	items, ok := tags.AsList()
	if !ok {
		items, unsure = nil, "its tags are not known: "+tags.Why()
	}
	for _, v := range items {
		s, ok := b.resolve(v).AsString()
		if !ok {
			unsure = "not all its tags are known: " + b.resolve(v).Why()
			continue
		}
		marks = append(marks, machineID{kind: networkTag, name: s}.targets())
	}
	for _, k := range r.BlocksOf("service_account") {
		email := b.resolve(k.Body.Get("email"))
		if s, ok := email.AsString(); ok {
			marks = append(marks, machineID{kind: serviceAccount, name: s}.targets())
		} else if b.names(serviceAccount) { // to rules about tags alone, it does not matter
			unsure = "which service account it runs as is not known"
		}
	}
	if b.names(secureTag) {
		secure, why := b.secureTagsOf(r)
		marks, unsure = append(marks, secure...), cmp.Or(unsure, why)
	}
	slices.Sort(marks)
	return slices.Compact(marks), unsure
}

func (b *populationBuilder) addInterfaces(r terraform.Resource) {
	marks, unsure := b.marksOfInstance(r)
	if unsure == "" {
		unsure = r.Uncertain
	}
	id, _ := r.Get("id").AsString()
	name, _ := b.resolve(r.Get("name")).AsString()
	e := providers.Endpoint{Label: r.Address(), Address: r.Address(), ID: id, Unsure: unsure}
	if r.Type == typeInstance && name != "" {
		e.Name = "instance " + name
	}
	if isNative(r) {
		e.Label, e.Address, e.ID, e.Name = "instance "+lastSegment(r.Name), "", r.Name, "instance "+lastSegment(r.Name)
	}
	interfaces := r.BlocksOf("network_interface")
	for i, k := range interfaces {
		m := machine{endpoint: e, network: b.networkOfInterface(k.Body, r), marks: marks, live: isNative(r)}
		if len(interfaces) > 1 {
			m.endpoint = renamed(e, fmt.Sprintf(" interface %d", i))
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
			b.carried[carrier{m.network, g}] = b.carried[carrier{m.network, g}] || m.live
		}
	}
}

// renamed is a part of an endpoint.
func renamed(e providers.Endpoint, part string) providers.Endpoint {
	for _, s := range []*string{&e.Label, &e.Address, &e.ID, &e.Name} {
		if *s != "" {
			*s += part
		}
	}
	return e
}

// ownAddrs is the addresses of an interface: the internal IPv4 address, and the IPv6 range, of which
// an address is the first (compute API, NetworkInterface). None, where it has one of a version of IP that is not known.
func ownAddrs(b terraform.Body) []netip.Prefix {
	var out []netip.Prefix
	has := map[int]bool{} // by length of the address
	add := func(v, length terraform.Value, usual int) {
		s, _ := v.AsString()
		a, err := netip.ParseAddr(s)
		if err != nil {
			return
		}
		bits := a.BitLen()
		has[bits] = true
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
	stack, _ := b.Get("stack_type").AsString()
	dual := strings.Contains(stack, "IPV6") || len(b.BlocksOf("ipv6_access_config")) > 0 || b.Open("ipv6_access_config")
	if dual && !has[128] || has[128] && !has[32] && stack != "IPV6_ONLY" {
		return nil
	}
	return out
}

// ipv6Bits is the length of the IPv6 range of an interface (VPC IPv6 support, "/96").
const ipv6Bits = 96

// addMachines adds what interfaces are in: their networks, and the marks of their machines.
func (b *populationBuilder) addMachines() {
	taken := map[string][]netip.Prefix{} // by network
	for _, m := range b.machines {
		if m.live {
			b.addNetwork(m.network) // rules or not
			taken[m.network] = append(append(taken[m.network], m.own...), m.pods...)
		}
		for _, g := range m.marks {
			b.addMark(g)
			if len(m.pods) > 0 {
				b.addPodMark(g)
			}
		}
	}
	for _, key := range sortedKeys(taken) {
		addrs := model.Prefixes(taken[key]...)
		b.out.Taken = b.out.Taken.Union(addrs)
		b.addOthers(key, addrs)
	}
}

// addPodMark adds the pods of machines with a mark, to whom rules for the mark apply; rules with it as their source are
// not about them.
func (b *populationBuilder) addPodMark(target model.Group) {
	if _, ok := b.index[podsPrefix+target]; ok {
		return
	}
	kind, name, _ := strings.Cut(string(target), ":")
	label := kind + " " + name + " (pods)"
	b.addParty(providers.Party{Label: label, Name: label, Groups: []model.Group{podsPrefix + target, target}, Mark: true, Roll: providers.RollOfEndpoints})
}

// endpoints adds the interfaces, those of machines and those of the pods on them, to what they are in.
func (b *populationBuilder) endpoints() {
	labels := map[string]int{}
	for _, m := range b.machines {
		labels[m.endpoint.Label]++
	}
	for _, m := range b.machines {
		e := m.endpoint
		if labels[e.Label] > 1 {
			e.Label += " (" + e.ID + ")"
		}
		network, ok := b.index[networkGroup(m.network)]
		if !ok {
			continue // no rules are about it
		}
		own, pods := []int{network}, []int{network}
		for _, g := range m.marks {
			own = append(own, b.index[g])
			if i, ok := b.index[podsPrefix+g]; ok {
				pods = append(pods, i)
			}
		}
		e.Parties, e.Addrs, e.Network = own, model.Prefixes(m.own...), m.network
		b.out.Endpoints = append(b.out.Endpoints, e)
		if len(m.pods) > 0 {
			e = renamed(e, " (pods)")
			e.Parties, e.Addrs = pods, model.Prefixes(m.pods...)
			b.out.Endpoints = append(b.out.Endpoints, e)
		}
	}
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
	othersPrefix = "others:"
	podsPrefix   = "pods:"
)

func othersGroup(key string) model.Group { return model.Group(othersPrefix + key) }

// isOthers reports whether a party is whoever else is on a network with machines.
func isOthers(p providers.Party) bool {
	return len(p.Groups) > 0 && strings.HasPrefix(string(p.Groups[0]), othersPrefix)
}

// isPods reports whether a party is pods of machines with a mark.
func isPods(p providers.Party) bool {
	return len(p.Groups) > 0 && strings.HasPrefix(string(p.Groups[0]), podsPrefix)
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
