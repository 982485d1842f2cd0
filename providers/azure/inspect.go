package azure

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

var _ providers.Inspected = Provider{}

// Inspect describes network security groups with the rules that Azure adds to them, security admin rules,
// virtual networks, subnets and network interfaces for an audit. See [providers.Inspected].
//
// Whoever has a group is in the virtual network: rules that name the tag VirtualNetwork at the end at which a group filters are for all
// whom it filters ("Virtual network service tags"), and their target is left out. The rules that Azure adds are where their group is.
func (Provider) Inspect(m terraform.Module, _ model.Policy) audit.Estate {
	d := &decoder{module: m, index: map[string]*foundGroup{}, tags: map[string]string{}, doubtful: map[string]string{}}
	d.collect()
	d.attach()
	i := inspector{decoder: d, resources: map[string]terraform.Resource{}, byKey: map[model.Group]terraform.Resource{}, alias: map[string]model.Group{},
		estate: audit.Estate{Unread: map[audit.Kind]string{}},
		onto:   map[model.Group][]model.Group{}, perhaps: map[model.Group]string{},
		published: map[string]terraform.Resource{}, networks: map[string][]terraform.Resource{}}
	i.learnNames()
	i.inspectGroups()
	i.inspectAdminRules()
	i.inspectPlaces()
	i.inspectInterfaces()
	i.tellUnread()
	i.spreadAdminRules()
	i.inspectTags()
	return i.estate
}

// inspector is one run of Inspect.
type inspector struct {
	*decoder
	estate    audit.Estate
	resources map[string]terraform.Resource // by address
	// byKey is the resources that are objects of the estate.
	byKey map[model.Group]terraform.Resource
	// alias is the keys of objects by everything that they are called.
	alias map[string]model.Group
	// onto is the groups on subnets and interfaces, and perhaps why there may be others, by key; that of "" is about all.
	onto    map[model.Group][]model.Group
	perhaps map[model.Group]string
	// published has public addresses, load balancers and their pools by address of the resource and by id; networks the virtual
	// networks by name in lower case.
	published map[string]terraform.Resource
	networks  map[string][]terraform.Resource
	// gateways is the subnets in which there are application gateways.
	gateways map[model.Group]bool
}

// keyFor is the key of a resource: its address, and the id of what was read from Azure itself.
func keyFor(r terraform.Resource) model.Group {
	if id, ok := r.Get("id").AsString(); ok && isNative(r) {
		return model.Group(strings.ToLower(id))
	}
	return model.Group(r.Address())
}

// learnNames notes what resources are called.
func (i *inspector) learnNames() {
	for _, r := range i.module.Resources {
		i.resources[r.Address()] = r
		switch r.Type {
		case typeGroup, typeNetwork, typeSubnet, typeInterface:
			i.byKey[keyFor(r)] = r
			for _, n := range namesOf(r) {
				i.alias[string(n)] = keyFor(r)
			}
		case typePublic, typeBalancer, typePool, typeNATRule, typeNATPool:
			for _, n := range namesOf(r) {
				i.published[string(n)] = r
			}
		}
		if name, ok := r.Get("name").AsString(); ok && r.Type == typeNetwork {
			name = strings.ToLower(name)
			i.networks[name] = append(i.networks[name], r)
		}
	}
}

// keyOf is the key of what something is called.
func (i *inspector) keyOf(name string) model.Group {
	if k, ok := i.alias[name]; ok {
		return k
	}
	if strings.HasPrefix(name, "/") {
		name = strings.ToLower(name)
		if k, ok := i.alias[name]; ok {
			return k
		}
	}
	return model.Group(name)
}

// keyAt is the key of what an attribute names; empty: it names nothing, or it is not known what.
func (i *inspector) keyAt(v terraform.Value) model.Group {
	name, ok := named(v)
	if !ok {
		return ""
	}
	return i.keyOf(name)
}

// object is what a resource is called.
func (i *inspector) object(r terraform.Resource, kind audit.Kind) audit.Object {
	o := audit.Object{Provider: "azure", Kind: kind, Key: keyFor(r), Origin: originAt(r, r.Pos, ""), Address: r.Address()}
	o.ID, _ = r.Get("id").AsString()
	o.Name, _ = r.Get("name").AsString()
	if isNative(r) {
		o.Address = ""
	}
	o.Link = portal(o.ID)
	v := r.Get("tags")
	tags, ok := v.AsObject()
	for k, e := range tags {
		text, known := e.AsString()
		if o.Tags == nil {
			o.Tags = map[string]string{}
		}
		o.Tags[k] = text
		o.Untold = o.Untold || !known
	}
	o.Untold = o.Untold || !ok && !v.IsNull()
	return o
}

// portal is where the portal of Azure shows an object; empty where its id is none.
func portal(id string) string {
	if _, ok := parseID(id); !ok {
		return ""
	}
	return "https://portal.azure.com/#@/resource" + (&url.URL{Path: id}).EscapedPath()
}

// place is what a group is attached to, as decoding has it.
type place struct {
	key model.Group
	// why says why it is not known whether it is; empty: it is. A place without a key may be any.
	why string
}

// placeOf reads a selector of what a group is attached to.
func (i *inspector) placeOf(s model.Selector) place {
	switch s := s.(type) {
	case model.Group:
		return place{key: i.keyOf(string(s))}
	case model.And: // without some addresses
		return i.placeOf(s[0])
	case model.Maybe:
		p := i.placeOf(s.Selector)
		p.why = cmp.Or(p.why, s.Why)
		return p
	case nil, model.Any, model.At, model.Identities, model.Or, model.Not:
	}
	return place{why: "it is not known what it is attached to"}
}

// tellUnread says of which kinds there may be objects that are not here.
func (i *inspector) tellUnread() {
	kinds := []audit.Kind{audit.NetworkSecurityGroup, audit.NetworkKind, audit.SubnetKind, audit.InterfaceKind}
	why := "what is read does not say that it is all"
	networks := 0
	for _, r := range i.module.Resources {
		if !isNative(r) {
			why, networks = "Terraform does not say what else there is", 0
			break
		}
		if r.Type == typeNetwork {
			whole, _ := r.Get(attrWhole).AsBool()
			if networks++; !whole {
				networks = 0
				break
			}
		}
	}
	if networks > 0 {
		return
	}
	for _, k := range kinds {
		i.estate.Unread[k] = why
	}
}

// inspectTags describes the service tags that rules name: with the addresses that are listed, or with any that may be behind them. Those that
// are something else for every network, or addresses of the host, are left to the inventory.
func (i *inspector) inspectTags() {
	listed := map[model.Group]terraform.Resource{}
	for _, r := range i.module.Resources {
		if name, ok := r.Get("service").AsString(); ok && r.Type == typeServiceTags {
			listed[tagGroup(name)] = r
		}
	}
	seen := map[model.Group]bool{}
	for _, f := range i.estate.Firewalls {
		for _, c := range slices.Concat(f.Ingress, f.Egress) {
			_, groups := providers.GroupsOfChain(c)
			for _, g := range groups {
				tag, isTag := strings.CutPrefix(string(g), "tag:")
				if !isTag || isSpecialTag(tag) && tag != tagVirtualNetwork || seen[g] {
					continue
				}
				seen[g] = true
				if tag == tagVirtualNetwork {
					i.estate.Lists = append(i.estate.Lists, audit.List{Inside: true,
						Object: audit.Object{Provider: "azure", Kind: audit.PrefixListKind, Key: g, Name: tag}})
					continue
				}
				l := audit.List{Object: audit.Object{Provider: "azure", Kind: audit.PrefixListKind, Key: g, Name: tag}}
				r, here := listed[g]
				if _, settled := i.tags[strings.ToLower(tag)]; here && settled {
					l.Origin, l.Addrs = originAt(r, r.Pos, ""), blocksOf(r.Body, "address_prefixes")
				} else {
					l.NotAll = "which addresses the service tag " + tag + " stands for is not known here"
				}
				i.estate.Lists = append(i.estate.Lists, l)
			}
		}
	}
}
