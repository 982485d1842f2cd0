package azure

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// Owns reports whether a resource type is of the provider hashicorp/azurerm.
func (Provider) Owns(resourceType string) bool {
	return strings.HasPrefix(resourceType, "azurerm_")
}

// Population returns application security groups and what network security groups are attached
// to as parties, but subnets by their address blocks where these are known. Service tags are
// parties too: which addresses are behind them Azure alone knows, but that is the same for all
// rules. Whoever is in no virtual network is of the Internet. See [providers.Populated].
func (Provider) Population(m terraform.Module, p model.Policy) providers.Population {
	b := &populationBuilder{module: m, index: map[model.Group]int{}}
	b.out.Places = map[model.Group]model.Selector{}
	b.out.Strangers = []model.Group{tagGroup(tagInternet)}
	for _, r := range m.Resources {
		b.addResource(r)
	}
	var products [][2]model.Group
	for _, c := range providers.ChainsOf(p) {
		guard, rules := providers.GroupsOfChain(c)
		for _, g := range guard {
			b.addNamed(g)
			for _, o := range rules {
				products = append(products, [2]model.Group{g, o})
			}
		}
		for _, g := range rules {
			b.addNamed(g)
		}
	}
	b.sort()
	b.keepOut()
	for _, p := range products {
		b.product(p[0], p[1])
	}
	b.interfaces()
	slices.SortFunc(b.out.Together, slices.Compare)
	b.out.Together = slices.CompactFunc(b.out.Together, slices.Equal)
	return b.out
}

func tagGroup(tag string) model.Group { return model.Group("tag:" + tag) }

type populationBuilder struct {
	module terraform.Module
	out    providers.Population
	// index is the party of a group that is not shared.
	index map[model.Group]int
}

// namesOf is what rules and associations call a resource.
func namesOf(r terraform.Resource) []model.Group {
	names := []model.Group{model.Group(r.Address())}
	if id, ok := r.Get("id").AsString(); ok && id != "" {
		names = append(names, model.Group(strings.ToLower(id)))
	}
	return names
}

// addResource adds what a resource makes.
func (b *populationBuilder) addResource(r terraform.Resource) {
	switch r.Type {
	case typeAppGroup:
		b.addMade(r, "application security group")
	case "azurerm_network_interface":
		b.addMade(r, "network interface")
	case "azurerm_subnet":
		addrs := blocksOf(r.Body, "address_prefixes", "address_prefix")
		if b.out.Taken = b.out.Taken.Union(addrs); addrs.IsEmpty() {
			b.addMade(r, "subnet")
			return
		}
		for _, g := range namesOf(r) {
			b.out.Places[g] = model.At{Addrs: addrs}
		}
	case "azurerm_virtual_network":
		b.out.Taken = b.out.Taken.Union(blocksOf(r.Body, "address_space"))
		for _, k := range r.BlocksOf("subnet") {
			name, _ := k.Body.Get("name").AsString()
			if addrs := blocksOf(k.Body, "address_prefixes", "address_prefix"); !addrs.IsEmpty() {
				b.out.Places[model.Group(r.Address()+"/subnets/"+name)] = model.At{Addrs: addrs}
			}
		}
	}
}

// blocksOf reads CIDR blocks; none where any of them is not known.
func blocksOf(body terraform.Body, attrs ...string) model.AddrSet {
	var ps []netip.Prefix
	for _, attr := range attrs {
		v := body.Get(attr)
		texts, ok := v.AsStrings()
		if s, one := v.AsString(); one {
			texts, ok = []string{s}, true
		}
		if !ok {
			return model.AddrSet{}
		}
		for _, s := range texts {
			p, err := netip.ParsePrefix(s)
			if err != nil {
				return model.AddrSet{}
			}
			ps = append(ps, p)
		}
	}
	return model.Prefixes(ps...)
}

func (b *populationBuilder) addMade(r terraform.Resource, kind string) {
	p := providers.Party{Label: r.Address(), Address: r.Address(), Groups: namesOf(r), Made: true}
	p.ID, _ = r.Get("id").AsString()
	p.ID = strings.ToLower(p.ID)
	if name, ok := r.Get("name").AsString(); ok && name != "" {
		p.Name = kind + " " + name
	}
	p.Addrs = b.interfaceAddrs(r)
	b.add(p)
}

// interfaceAddrs is the private addresses of a network interface; empty where
// they are not known.
func (b *populationBuilder) interfaceAddrs(r terraform.Resource) model.AddrSet {
	var out model.AddrSet
	for _, k := range r.BlocksOf("ip_configuration") {
		s, _ := k.Body.Get("private_ip_address").AsString()
		a, err := netip.ParseAddr(s)
		if err != nil {
			return model.AddrSet{}
		}
		out = out.Union(model.Addrs(a))
	}
	return out
}

// addNamed adds what the policy names and nothing has made.
func (b *populationBuilder) addNamed(g model.Group) {
	if _, ok := b.out.Places[g]; ok || g == tagGroup(tagInternet) {
		return
	}
	if _, ok := b.index[g]; ok {
		return
	}
	name := string(g)
	if tag, ok := strings.CutPrefix(name, "tag:"); ok {
		p := providers.Party{Label: "service tag " + tag, Name: "service tag " + tag, Groups: []model.Group{g, tagGroup(tagInternet)}}
		if tag == tagVirtualNetwork {
			p.Label, p.Name, p.Groups = "somebody else in the virtual network", "service tag "+tag, nil
		}
		b.add(p)
		return
	}
	p := providers.Party{Label: name, Groups: []model.Group{g}}
	switch group, behind := strings.CutPrefix(name, "nsg:"); {
	case behind:
		p.Label, p.Address = "interfaces behind "+group, "interfaces behind "+group
		p.Made = slices.ContainsFunc(b.module.Resources, func(r terraform.Resource) bool { return r.Address() == group })
	case strings.HasPrefix(name, "/"):
		p.ID = name
	default:
		p.Address = name
	}
	b.add(p)
}

// add adds a party, in the virtual network unless it is of the Internet.
func (b *populationBuilder) add(p providers.Party) {
	for _, g := range p.Groups {
		b.index[g] = len(b.out.Parties)
	}
	if !slices.Contains(p.Groups, tagGroup(tagInternet)) {
		p.Groups = append(p.Groups, tagGroup(tagVirtualNetwork))
		if len(p.Groups) == 1 {
			b.index[p.Groups[0]] = len(b.out.Parties)
		}
	}
	b.out.Parties = append(b.out.Parties, p)
}

// sort brings the parties into the order of their labels.
func (b *populationBuilder) sort() {
	old := map[string]int{}
	for i, p := range b.out.Parties {
		old[p.Label] = i
	}
	slices.SortFunc(b.out.Parties, func(a, b providers.Party) int { return cmp.Compare(a.Label, b.Label) })
	moved := map[int]int{}
	for i, p := range b.out.Parties {
		moved[old[p.Label]] = i
	}
	for g, i := range b.index {
		b.index[g] = moved[i]
	}
}

// keepOut says that what is of the Internet holds no address of a virtual network.
func (b *populationBuilder) keepOut() {
	for i, p := range b.out.Parties {
		if slices.Contains(p.Groups, tagGroup(tagInternet)) && !b.out.Taken.IsEmpty() {
			b.out.Parties[i].Addrs = model.AllAddrs().Subtract(b.out.Taken)
		}
	}
}

// product puts together what a group is attached to and what its rules name: the
// interfaces behind a group may be in any application security group. What
// interfaces of the module are in, the module says.
func (b *populationBuilder) product(attached, named model.Group) {
	i, ok := b.index[attached]
	j, ok2 := b.index[named]
	if !ok || !ok2 || i == j || strings.HasPrefix(string(named), "tag:") || strings.Contains(b.out.Parties[i].Address, "azurerm_network_interface.") {
		return
	}
	b.out.Together = append(b.out.Together, []int{min(i, j), max(i, j)})
}

// interfaces puts each network interface together with its application security groups
// and its subnet.
func (b *populationBuilder) interfaces() {
	sets := map[int][]int{}
	join := func(card terraform.Value, other terraform.Value) {
		i, ok := b.partyAt(card)
		j, ok2 := b.partyAt(other)
		if ok && ok2 && !slices.Contains(sets[i], j) {
			sets[i] = append(sets[i], j)
		}
	}
	for _, r := range b.module.Resources {
		switch r.Type {
		case "azurerm_network_interface_application_security_group_association":
			join(r.Get("network_interface_id"), r.Get("application_security_group_id"))
		case "azurerm_network_interface":
			for _, k := range r.BlocksOf("ip_configuration") {
				join(terraform.Ref(r.Address()+".id"), k.Body.Get("subnet_id"))
			}
		}
	}
	for i, set := range sets {
		set = append(set, i)
		slices.Sort(set)
		b.out.Together = append(b.out.Together, set)
	}
}

// partyAt returns the party that an attribute names.
func (b *populationBuilder) partyAt(v terraform.Value) (int, bool) {
	name, ok := named(v)
	if !ok {
		return 0, false
	}
	if _, literal := v.AsString(); literal {
		name = strings.ToLower(name)
	}
	i, ok := b.index[model.Group(name)]
	return i, ok
}
