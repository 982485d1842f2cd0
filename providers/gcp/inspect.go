package gcp

import (
	"cmp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// Inspect describes VPC firewall rules, firewall policies, networks, subnetworks and the interfaces of instances for an
// audit. The VPC firewall rules of a network are one firewall whose rules are objects of their own; a firewall policy is one, on
// however many networks it is. See [providers.Inspected].
func (p Provider) Inspect(m terraform.Module, _ model.Policy) audit.Estate {
	d := newDecoder(p.opts, m)
	d.run()
	i := &inspector{decoder: d, over: map[string][]attached{}}
	for _, r := range m.Resources {
		i.native, i.namesSecureTags = i.native || isNative(r), i.namesSecureTags || namesSecureTags(r)
	}
	i.inspectLists()
	i.inspectNetworks()
	i.inspectFirewalls()
	i.inspectPolicies()
	i.inspectSubnets()
	i.inspectInstances()
	i.inspectUsers()
	i.estate.Unread = i.unreadKinds()
	if len(i.estate.Firewalls) > 0 {
		i.estate.Senders = senders()
	}
	return i.estate
}

// inspector is one run of Inspect, after one of the decoder.
type inspector struct {
	*decoder
	estate audit.Estate
	// native is whether the module is one of native objects; namesSecureTags whether rules in it name secure tags.
	native, namesSecureTags bool
	// over are the firewalls on each network, by key of the network.
	over map[string][]attached
}

// attached is a firewall on a network.
type attached struct {
	firewall model.Group
	// region is where it is on the network; empty: everywhere.
	region string
	// doubt says why it is perhaps not on the network; empty: it is.
	doubt string
}

// object is what a resource is called.
func (i *inspector) object(r terraform.Resource, kind audit.Kind, key model.Group) audit.Object {
	o := audit.Object{Provider: "gcp", Kind: kind, Key: key, Origin: originOf(r), Link: consoleLink(r), Description: i.textOf(r.Get("description"))}
	o.ID, _ = r.Get("id").AsString()
	o.ID = pathOf(o.ID)
	o.Name, _ = i.resolve(r.Get("name")).AsString()
	if short, ok := i.resolve(r.Get("short_name")).AsString(); ok && short != "" {
		o.Name = short
	}
	if !isNative(r) {
		o.Address = r.Address()
	}
	labels, ok := i.resolve(r.Get("labels")).AsObject()
	if o.Untold = !ok && !r.Get("labels").IsNull(); ok {
		o.Tags = map[string]string{}
		for name, v := range labels {
			text, known := i.resolve(v).AsString()
			o.Tags[name] = text
			o.Untold = o.Untold || !known
		}
	}
	return o
}

// textOf is words that somebody wrote.
func (i *inspector) textOf(v terraform.Value) audit.Text {
	v = i.resolve(v)
	if v.IsNull() {
		return audit.Text{Unknown: v.IsComputed()}
	}
	s, known := v.AsString()
	return audit.Text{Value: strings.TrimSpace(s), Unknown: !known}
}

// flagOf is what an attribute says, and what counts where it is not set.
func (i *inspector) flagOf(v terraform.Value, unset audit.Flag) audit.Flag {
	v = i.resolve(v)
	if v.IsNull() {
		return unset
	}
	if b, ok := v.AsBool(); ok {
		return audit.FlagOf(b)
	}
	return audit.Unknown
}

// unreadKinds says of which kinds there may be objects that the module does not have.
func (i *inspector) unreadKinds() map[audit.Kind]string {
	out := map[audit.Kind]string{}
	if !i.native {
		for kind, what := range map[audit.Kind]string{audit.FirewallRules: "firewall rules", audit.FirewallPolicy: "firewall policies",
			audit.NetworkKind: "networks", audit.SubnetKind: "subnetworks", audit.InterfaceKind: "instances"} {
			out[kind] = "Terraform does not say which other " + what + " there are"
		}
		return out
	}
	for _, r := range i.notRead {
		what, _ := r.Get("what").AsString()
		kind, ok := map[string]audit.Kind{typeNetwork: audit.NetworkKind, typeSubnetwork: audit.SubnetKind, typeFirewall: audit.FirewallRules,
			typePolicy: audit.FirewallPolicy, typeInstance: audit.InterfaceKind}[what]
		if ok {
			out[kind] = cmp.Or(out[kind], r.Uncertain)
		}
	}
	return out
}

// lost says why there may be objects of a type on a network that were not read; empty: there are none.
func (i *inspector) lost(typ, key string) string {
	if !i.native {
		return "Terraform need not have all of what is on the network"
	}
	for _, r := range i.notRead {
		network := r.Get("network")
		if what, _ := r.Get("what").AsString(); what == typ && (network.IsNull() || networkKey(network, terraform.Value{}) == key) {
			return r.Uncertain
		}
	}
	return ""
}

// put adds a firewall, and notes on which networks it is.
func (i *inspector) put(f audit.Firewall, on ...placed) {
	for _, p := range on {
		i.over[p.network] = append(i.over[p.network], attached{f.Key, p.region, p.doubt})
		f.Users = append(f.Users, audit.User{Kind: audit.NetworkKind, Key: networkGroup(p.network), Label: i.networkLabel(p.network),
			What: p.region, Unsure: p.doubt})
	}
	i.estate.Firewalls = append(i.estate.Firewalls, f)
}

// placed is where a firewall is.
type placed struct{ network, region, doubt string }

// networkLabel is what to call a network in a sentence.
func (i *inspector) networkLabel(key string) string {
	n := i.networks[key]
	switch {
	case key == "":
		return "a network that is not known"
	case n != nil && n.declared != nil && !isNative(*n.declared):
		return n.declared.Address()
	}
	return "network " + i.shortNetwork(key)
}

// shortNetwork is a network's name, with its project where there are several of that name.
func (i *inspector) shortNetwork(key string) string {
	short := lastSegment(key)
	for other := range i.networks {
		if other != key && lastSegment(other) == short {
			return key
		}
	}
	return short
}

// inspectUsers completes the firewalls by the interfaces that they are for.
func (i *inspector) inspectUsers() {
	place := map[model.Group]int{}
	for n := range i.estate.Firewalls {
		place[i.estate.Firewalls[n].Key] = n
	}
	for _, x := range i.estate.Interfaces {
		for _, k := range x.Firewalls {
			if n, ok := place[k]; ok {
				f := &i.estate.Firewalls[n]
				f.Users = append(f.Users, audit.User{Kind: audit.InterfaceKind, Key: x.Key, Label: x.Label(), What: x.What})
			}
		}
	}
	for n := range i.estate.Firewalls {
		f := &i.estate.Firewalls[n]
		slices.SortFunc(f.Users, func(a, b audit.User) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key), cmp.Compare(a.What, b.What))
		})
		f.Users = slices.Compact(f.Users)
	}
}
