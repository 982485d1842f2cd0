package kubernetes

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate"
)

// auditProvider is the provider of Kubernetes objects in an audit.
const auditProvider = "kubernetes"

// Audited returns what was read for an audit: policies as firewalls, workloads as interfaces, namespaces as networks. What reading
// found odd about policies, which is among the findings, becomes traits of them.
func Audited(in translate.Input, findings []model.Finding) audit.Reading {
	e := estate{in: in, policies: map[string]*audit.Firewall{}, namespaces: map[string]*audit.Network{}, told: map[written]bool{},
		addrs: map[model.Identity]model.AddrSet{}, over: map[model.Group][]model.Group{}}
	for _, m := range in.Inventory.Members {
		e.addrs[m.ID] = m.Addrs
	}
	for _, w := range in.Workloads {
		e.workload(w)
	}
	for _, i := range in.Isolations {
		e.isolation(i)
	}
	for _, l := range in.Policy.Layers {
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			for _, c := range l.Chains(d) {
				e.rules(c, d)
			}
		}
	}
	for _, f := range findings {
		e.trait(f)
	}
	return audit.Reading{Policy: in.Policy, Inventory: in.Inventory, Estate: e.estate()}
}

// estate is one run of Audited.
type estate struct {
	in         translate.Input
	policies   map[string]*audit.Firewall // by the object of origins
	namespaces map[string]*audit.Network  // by name
	workloads  []audit.Interface
	cluster    []audit.Trait
	// told are the rules that were noted, addrs the addresses of workloads, over the policies that isolate each.
	told  map[written]bool
	addrs map[model.Identity]model.AddrSet
	over  map[model.Group][]model.Group
}

// written is a rule as it was written.
type written struct {
	direction model.Direction
	origin    model.Origin
}

// namespaceKey is what the estate calls a namespace.
func namespaceKey(name string) model.Group { return model.Group("Namespace " + name) }

// namespace returns a namespace, noted where it was not yet. A namespace has no place of its own: it is where something in it is.
func (e *estate) namespace(name string, at model.Origin) *audit.Network {
	n, ok := e.namespaces[name]
	if !ok {
		n = &audit.Network{Object: audit.Object{Provider: auditProvider, Kind: audit.NamespaceKind, Key: namespaceKey(name), Name: name, Origin: at}}
		e.namespaces[name] = n
	}
	return n
}

func (e *estate) workload(w providers.Workload) {
	n := e.namespace(w.Namespace, w.Origin)
	e.workloads = append(e.workloads, audit.Interface{Object: audit.Object{Provider: auditProvider, Kind: audit.InterfaceKind, Key: model.Group(w.ID),
		Name: string(w.ID), Network: n.Key, Origin: w.Origin, Tags: w.Labels}, What: w.Kind, Addrs: e.addrs[w.ID]})
}

// policy returns the policy that an origin is of.
func (e *estate) policy(o model.Origin) *audit.Firewall {
	f, ok := e.policies[o.Object]
	if !ok {
		_, title, _ := strings.Cut(o.Object, " ")
		namespace, _, namespaced := strings.Cut(title, "/")
		at := o
		at.Path = ""
		f = &audit.Firewall{Object: audit.Object{Provider: auditProvider, Kind: audit.NetworkPolicy, Key: model.Group(o.Object), Name: cmp.Or(title, o.Object), Origin: at},
			State: model.Stateful}
		if namespaced {
			f.Network = e.namespace(namespace, at).Key
		}
		e.policies[o.Object] = f
	}
	return f
}

// isolation notes whom a policy isolates in a direction.
func (e *estate) isolation(i translate.Isolation) {
	f := e.policy(i.By)
	whom := model.Identities(i.Workloads)
	f.Target = whom
	chain := model.Chain{Name: string(f.Key), Guard: model.Guard{Target: whom}, Order: model.AnyAllow, Default: model.Deny}
	if i.Direction == model.Egress {
		f.Egress = []model.Chain{chain}
	} else {
		f.Ingress = []model.Chain{chain}
	}
	for _, id := range i.Workloads {
		if over := e.over[model.Group(id)]; len(over) == 0 || over[len(over)-1] != f.Key {
			e.over[model.Group(id)] = append(over, f.Key)
			f.Users = append(f.Users, audit.User{Kind: audit.InterfaceKind, Key: model.Group(id), Label: string(id)})
		}
	}
}

// rules shares the rules of a chain out to the policies that they are of.
func (e *estate) rules(c model.Chain, d model.Direction) {
	for _, r := range c.Rules {
		f := e.policies[r.Origin.Object]
		if f == nil {
			continue // what the platform allows, or stands for policies that were not read
		}
		chains := f.Chains(d)
		if len(chains) == 0 {
			continue
		}
		chains[0].Rules = append(chains[0].Rules, r)
		if at := (written{d, r.Origin}); !e.told[at] {
			e.told[at] = true
			f.Rules = append(f.Rules, audit.Rule{Origin: r.Origin, Direction: d, Name: r.Name})
		}
	}
}

// trait notes what reading found odd: at the policy that it is about, or about the whole cluster.
func (e *estate) trait(f model.Finding) {
	t := audit.Trait{Code: audit.TraitCode(f.Code), Text: f.Summary, Origin: f.Origin}
	if p, ok := e.policies[f.Origin.Object]; ok {
		p.Traits = append(p.Traits, t)
		return
	}
	e.cluster = append(e.cluster, t)
}

func (e *estate) estate() audit.Estate {
	out := audit.Estate{Interfaces: e.workloads, Traits: e.cluster, Unread: map[audit.Kind]string{}}
	for _, k := range slices.Sorted(maps.Keys(e.policies)) {
		out.Firewalls = append(out.Firewalls, *e.policies[k])
	}
	for _, k := range slices.Sorted(maps.Keys(e.namespaces)) {
		out.Networks = append(out.Networks, *e.namespaces[k])
	}
	for i := range out.Interfaces {
		out.Interfaces[i].Firewalls = e.over[out.Interfaces[i].Key]
	}
	return out
}
