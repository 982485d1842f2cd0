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
// to as parties, but subnets and virtual networks by their address blocks where these are known; blocks that subnets of
// several networks share may be either's. Service tags whose addresses are listed are known by these. Others are
// parties: which addresses are behind them Azure alone knows, but that is the same for all
// rules. Whoever is in no virtual network is of the Internet. See [providers.Populated].
//
// Endpoints are network interfaces, with all groups that they are in. Of what was read from Azure itself, groups are
// there only as what interfaces have, as far as all members are known.
func (Provider) Population(m terraform.Module, p model.Policy) providers.Population {
	b := &populationBuilder{module: m, index: map[model.Group]int{}}
	b.out.Places = map[model.Group]model.Selector{}
	b.networks = map[model.Group]model.AddrSet{}
	b.out.Strangers = []model.Group{tagGroup(tagInternet)}
	for _, r := range m.Resources {
		b.addResource(r)
	}
	b.place()
	b.placeLost()
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
	b.fillJoins()
	b.keepOut()
	b.placeWithin()
	for _, p := range products {
		b.product(p[0], p[1])
	}
	b.endpoints()
	b.out.Stages = stagesOf(m)
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
	// subnets are those whose addresses are known.
	subnets []placed
	// networks are the addresses of virtual networks, by name.
	networks map[model.Group]model.AddrSet
	// lostSubnets is whether there are subnets whose addresses are not known; lost are those of Azure itself.
	lostSubnets bool
	lost        []lostSubnet
}

// placed is a subnet with its addresses.
type placed struct {
	names []model.Group
	addrs model.AddrSet
	// distinct is whether no other subnet of the module is the same one.
	distinct bool
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
	case typeInterface:
		b.addMade(r, "network interface")
	case typeSubnet:
		addrs := blocksOf(r.Body, "address_prefixes", "address_prefix")
		if b.out.Taken = b.out.Taken.Union(addrs); addrs.IsEmpty() {
			if b.lostSubnets = true; isNative(r) { // that it has addresses, if not which, is known
				b.lost = append(b.lost, newLostSubnet(r))
				return
			}
			b.addMade(r, "subnet")
			return
		}
		b.subnets = append(b.subnets, placed{namesOf(r), addrs, isNative(r)})
	case typePeering:
		b.out.Taken = b.out.Taken.Union(blocksOf(r.Body, attrRemote))
	case typeServiceTags:
		if name, ok := r.Get("service").AsString(); ok && isNative(r) && r.Uncertain == "" {
			b.out.Places[tagGroup(name)] = model.At{Addrs: blocksOf(r.Body, "address_prefixes")}
		}
	case typeNetwork:
		space := blocksOf(r.Body, "address_space")
		for _, g := range namesOf(r) {
			b.networks[g] = space
		}
		b.out.Taken = b.out.Taken.Union(space)
		for _, k := range r.BlocksOf("subnet") {
			name, _ := k.Body.Get("name").AsString()
			if addrs := blocksOf(k.Body, "address_prefixes", "address_prefix"); !addrs.IsEmpty() {
				b.subnets = append(b.subnets, placed{[]model.Group{model.Group(r.Address() + "/subnets/" + name)}, addrs, false})
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

// place puts subnets at their addresses. Networks that are not connected may have the same ones;
// then an address does not tell in which subnet it is.
func (b *populationBuilder) place() {
	shared := sharedAddrs(slices.DeleteFunc(slices.Clone(b.subnets), func(s placed) bool { return !s.distinct }))
	for _, s := range b.subnets {
		var where model.Selector = model.At{Addrs: s.addrs}
		if both := s.addrs.Intersect(shared); !both.IsEmpty() {
			where = model.Or{model.At{Addrs: s.addrs.Subtract(both)},
				model.Maybe{Selector: model.At{Addrs: both}, Why: "which of several subnets with the same addresses is meant"}}
		}
		for _, g := range s.names {
			b.out.Places[g] = where
		}
	}
}

// sharedAddrs returns the addresses that are in more than one of the subnets.
func sharedAddrs(subnets []placed) model.AddrSet {
	type edge struct {
		first, last netip.Addr
	}
	var edges []edge
	for _, s := range subnets {
		for _, r := range s.addrs.Ranges() {
			edges = append(edges, edge{r.From(), r.To()})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return a.first.Compare(b.first) })
	var out model.AddrSet
	var reach netip.Addr // the last address of all ranges so far
	for _, e := range edges {
		if reach.IsValid() && e.first.Compare(reach) <= 0 {
			last := e.last
			if reach.Less(last) {
				last = reach
			}
			out = out.Union(model.AddrRange(e.first, last))
		}
		if !reach.IsValid() || reach.Less(e.last) {
			reach = e.last
		}
	}
	return out
}

// networkPlace returns the addresses of a virtual network that the policy names: those of its
// subnets, as nobody is anywhere else, or of all of it where the subnets are not known; false
// where neither is known.
func (b *populationBuilder) networkPlace(g model.Group) (model.Selector, bool) {
	space, ok := b.networks[g]
	if !ok {
		return nil, false
	}
	var own, others model.AddrSet
	for _, s := range b.subnets {
		if slices.ContainsFunc(s.names, func(n model.Group) bool { return strings.HasPrefix(string(n), string(g)+"/subnets/") }) {
			own = own.Union(s.addrs)
		} else if s.distinct {
			others = others.Union(s.addrs)
		}
	}
	if own.IsEmpty() || b.lostSubnets {
		own = space
	}
	both := own.Intersect(others)
	if own.IsEmpty() || both.IsEmpty() {
		return model.At{Addrs: own}, !own.IsEmpty()
	}
	return model.Or{model.At{Addrs: own.Subtract(both)},
		model.Maybe{Selector: model.At{Addrs: both}, Why: "which of several networks with the same addresses is meant"}}, true
}

func (b *populationBuilder) addMade(r terraform.Resource, kind string) {
	p := providers.Party{Label: r.Address(), Address: r.Address(), Groups: namesOf(r), Made: true}
	p.Mark = r.Type == typeInterface // the endpoint stands for it
	if isNative(r) {
		known, _ := r.Get(attrMembers).AsBool()
		p.Made, p.Mark = r.Type == typeSubnet, p.Mark || known
	}
	if r.Type == typeAppGroup {
		if p.Roll = providers.RollOfEndpoints; p.Mark {
			p.Roll = providers.RollOfAll
		}
	}
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
	if s, ok := b.networkPlace(g); ok {
		b.out.Places[g] = s
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
	if strings.Contains(p.ID, "/applicationsecuritygroups/") || strings.HasPrefix(p.Address, typeAppGroup+".") {
		p.Roll = providers.RollOfEndpoints
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

// endpoints adds network interfaces with what they are in: their application security groups, and their
// subnet where its addresses are not known.
func (b *populationBuilder) endpoints() {
	at := map[int]int{} // by party, the endpoint
	for _, r := range b.module.Resources {
		if r.Type != typeInterface {
			continue
		}
		self, ok := b.partyAt(terraform.Ref(r.Address() + ".id"))
		if !ok {
			continue
		}
		p := b.out.Parties[self]
		e := providers.Endpoint{Label: p.Label, Address: p.Address, ID: p.ID, Name: p.Name, Addrs: p.Addrs, Unsure: r.Uncertain, Parties: []int{self}}
		if isNative(r) {
			e.Address = "" // which is its name
		}
		if r.Open("ip_configuration") && e.Unsure == "" {
			e.Unsure = "its groups are not known: " + r.Get("ip_configuration").Why()
		}
		for _, k := range r.BlocksOf("ip_configuration") {
			if i, ok := b.partyAt(k.Body.Get("subnet_id")); ok {
				e.Parties = append(e.Parties, i)
			}
			if id, ok := k.Body.Get("subnet_id").AsString(); ok {
				e.Network, _, _ = strings.Cut(strings.ToLower(id), "/subnets/")
			}
			if v := k.Body.Get(attrAppGroups); v.IsUnknown() {
				e.Unsure = v.Why()
			}
		}
		at[self] = len(b.out.Endpoints)
		b.out.Endpoints = append(b.out.Endpoints, e)
	}
	for _, r := range b.module.Resources {
		if r.Type == typeMembership {
			b.enlist(r, at)
		}
	}
}

// enlist makes an interface a member of an application security group. Where that is not certain, decoding says so of
// the group.
func (b *populationBuilder) enlist(r terraform.Resource, at map[int]int) {
	self, ok := b.partyAt(r.Get("network_interface_id"))
	i, known := at[self]
	if !ok || !known {
		return
	}
	e := &b.out.Endpoints[i]
	v := r.Get("application_security_group_id")
	group, ok := b.partyAt(v)
	switch {
	case ok:
		e.Parties = append(e.Parties, group)
	case v.IsUnknown():
		e.Unsure = "not all its application security groups are known: " + v.Why()
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
