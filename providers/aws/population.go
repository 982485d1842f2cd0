package aws

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// Owns reports whether a resource type is of the provider hashicorp/aws.
func (Provider) Owns(resourceType string) bool { return strings.HasPrefix(resourceType, "aws_") }

// Population returns the security groups as parties, and subnets by their CIDR blocks where these
// are known. Groups, subnets and prefix lists that the module only names are
// parties too. Endpoints are interfaces, and resources that list security groups. Where all interfaces are
// known, as in what [Provider.Resources] returns, groups that some have are marks, with the addresses of
// their members. See
// [providers.Populated].
func (Provider) Population(m terraform.Module, p model.Policy) providers.Population {
	d := newDecoder(m)
	d.learnNames()
	out := providers.Population{Places: map[model.Group]model.Selector{}, Bare: map[model.Group]model.Layer{}}
	known := map[model.Group]bool{unread: true}
	worn := d.wearers()
	live := liveInterfaces(m, worn)
	twice := overlapping(m)
	out.Taken = live.taken
	standard := map[model.Group]model.Layer{}
	for _, r := range m.Resources {
		switch r.Type {
		case groupType, "aws_default_security_group":
			if r.Name == unread {
				continue
			}
			name := d.nameOf(r)
			known[name] = true
			party := live.settle(partyOf(r, name, "security group"))
			party.Roll = live.roll()
			party.Joins = providers.JoinsAny
			if isStandard(r) {
				party.Made, party.ComesAlong = false, d.inOwnNetwork(r)
				standard[name] = withoutResource(r, name, m)
			}
			out.Parties = append(out.Parties, party)
		case vpcType:
			out.Networks++
		case "aws_subnet", "aws_default_subnet":
			name := d.nameOf(r)
			known[name] = true
			if place, ok := subnetPlace(r); ok {
				out.Places[name] = doubtful(place, twice[name])
			} else {
				out.Parties = append(out.Parties, partyOf(r, name, "subnet"))
			}
		}
	}
	never := unfilteredChain()
	for _, c := range providers.ChainsOf(p) {
		guard, rules := providers.GroupsOfChain(c)
		for _, g := range slices.Concat(guard, rules) {
			if !known[g] {
				known[g] = true
				party := namedOnly(g)
				party.Unruled = c.Name == groupChain && !slices.Contains(guard, g)
				out.Parties = append(out.Parties, party)
			}
		}
		if c.Name == groupChain {
			for _, g := range guard {
				out.Bare[g] = bareGroup(g, never)
			}
		}
	}
	maps.Copy(out.Bare, standard)
	if slices.ContainsFunc(p.Layers, func(l model.Layer) bool { return l.State == model.Stateless }) {
		other := providers.Party{Label: somebodyElse, Name: somebodyElse}
		if !out.Taken.IsEmpty() {
			other.Addrs = model.AllAddrs().Subtract(out.Taken)
		}
		out.Parties = append(out.Parties, other)
	}
	out.Parties = append(out.Parties, groupsElsewhere(worn, known)...)
	slices.SortFunc(out.Parties, func(a, b providers.Party) int { return cmp.Compare(a.Label, b.Label) })
	index := map[model.Group]int{}
	for i, p := range out.Parties {
		for _, g := range p.Groups {
			index[g] = i
		}
	}
	out.Endpoints = endpointsOf(worn, index)
	out.Known = d.listedAddrs()
	out.Stages = stagesOf(m)
	if d.enlistSegments(&out, index); !slices.ContainsFunc(m.Resources, providers.IsOwned) {
		out.Together = d.outputSets(index)
	}
	d.placeWithin(&out)
	return out
}

// somebodyElse is interfaces under network ACLs and under no security group that is
// known of.
const somebodyElse = "somebody else in the VPC"

// partyOf is a party that the module makes.
func partyOf(r terraform.Resource, name model.Group, kind string) providers.Party {
	p := providers.Party{Label: r.Address(), Address: r.Address(), Groups: []model.Group{name}, Made: true}
	p.ID, _ = r.Get("id").AsString()
	if isLive(r) {
		p.Label = p.ID
	}
	text, _ := r.Get("name").AsString()
	if tags, ok := r.Get("tags").AsObject(); ok && text == "" {
		text, _ = tags["Name"].AsString()
	}
	if text != "" {
		p.Name = kind + " " + text
		if isLive(r) {
			p.Label = text + " (" + p.ID + ")"
		}
	}
	return p
}

// namedOnly is a party that the module names, by id or by a reference.
func namedOnly(g model.Group) providers.Party {
	p := providers.Party{Label: string(g), Groups: []model.Group{g}}
	if strings.Contains(p.Label, ".") {
		p.Address = p.Label
	} else {
		p.ID = p.Label
	}
	if strings.HasPrefix(p.ID, "sg-") || strings.HasPrefix(p.Address, groupType+".") {
		p.Roll = providers.RollOfEndpoints
	}
	if strings.HasPrefix(p.ID, "sg-") || strings.HasPrefix(p.Address, groupType+".") || strings.HasPrefix(p.Address, "data."+groupType+".") {
		p.Joins = providers.JoinsAny
	}
	return p
}

// bareGroup is a security group without rules; never is [unfilteredChain].
func bareGroup(g model.Group, never model.Chain) model.Layer {
	chains := []model.Chain{never, {Name: groupChain, Guard: model.Guard{Target: g}, Order: model.AnyAllow, Default: model.Deny}}
	return model.Layer{Name: groupChain, State: model.Stateful, Ingress: chains, Egress: chains}
}

// subnetPlace is the addresses of a subnet; false where they are not known.
func subnetPlace(r terraform.Resource) (model.Selector, bool) {
	var blocks []netip.Prefix
	var perhaps model.Or
	for attr, all := range map[string]model.AddrSet{"cidr_block": model.AllIPv4(), "ipv6_cidr_block": model.AllIPv6()} {
		v := r.Get(attr)
		if isUnset(v) && !v.IsComputed() || v.IsComputed() && attr == "ipv6_cidr_block" {
			continue // there is none of the family
		}
		text, _ := v.AsString()
		p, err := netip.ParsePrefix(text)
		if err != nil {
			perhaps = append(perhaps, model.Maybe{Selector: model.At{Addrs: all}, Why: attr + " of " + r.Address() + ": " + unknownText(v)})
			continue
		}
		blocks = append(blocks, p)
	}
	if len(blocks) == 0 {
		// That a live subnet has addresses, if not which, is known.
		return perhaps, isLive(r) && len(perhaps) > 0
	}
	at := model.At{Addrs: model.Prefixes(blocks...)}
	if len(perhaps) == 0 {
		return at, true
	}
	return append(model.Or{at}, perhaps...), true
}

// memberAttributes are how resources with interfaces list their security groups. The
// security_groups of an instance are names.
func memberAttributes(resourceType string) []string {
	if resourceType == "aws_instance" {
		return []string{"vpc_security_group_ids"}
	}
	return []string{"vpc_security_group_ids", "security_group_ids", "security_groups"}
}
