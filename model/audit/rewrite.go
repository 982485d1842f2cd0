package audit

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// Rewriting changes how an estate calls groups and where it comes from. All of its functions must be set.
type Rewriting struct {
	Group  func(model.Group) model.Group
	Origin func(model.Origin) model.Origin
	// Policy rewrites the selectors and origins of a policy in the same way.
	Policy func(model.Policy) model.Policy
}

// Rewritten returns the estate with every key, selector and origin rewritten.
func (e Estate) Rewritten(w Rewriting) Estate {
	e.Firewalls = slices.Clone(e.Firewalls)
	for i := range e.Firewalls {
		w.firewall(&e.Firewalls[i])
	}
	e.Networks = slices.Clone(e.Networks)
	for i := range e.Networks {
		n := &e.Networks[i]
		w.object(&n.Object)
		w.ordering(&n.Now)
		n.Others = slices.Clone(n.Others)
		for j := range n.Others {
			w.ordering(&n.Others[j])
		}
		n.Peers = slices.Clone(n.Peers)
		for j := range n.Peers {
			n.Peers[j].Key = w.key(n.Peers[j].Key)
		}
	}
	e.Subnets = slices.Clone(e.Subnets)
	for i := range e.Subnets {
		n := &e.Subnets[i]
		w.object(&n.Object)
		n.Firewalls = w.keys(n.Firewalls)
	}
	e.Interfaces = slices.Clone(e.Interfaces)
	for i := range e.Interfaces {
		x := &e.Interfaces[i]
		w.object(&x.Object)
		x.Firewalls, x.Subnets = w.keys(x.Firewalls), w.keys(x.Subnets)
		if x.Groups != nil {
			x.Groups = w.keys(x.Groups)
		}
	}
	e.Lists = slices.Clone(e.Lists)
	for i := range e.Lists {
		w.object(&e.Lists[i].Object)
	}
	return e
}

func (w Rewriting) firewall(f *Firewall) {
	w.object(&f.Object)
	p := w.Policy(model.Policy{Layers: []model.Layer{{Ingress: f.Ingress, Egress: f.Egress},
		{Ingress: []model.Chain{{Guard: model.Guard{Target: f.Target}}}}}})
	f.Ingress, f.Egress, f.Target = p.Layers[0].Ingress, p.Layers[0].Egress, p.Layers[1].Ingress[0].Guard.Target
	f.Rules, f.Users = slices.Clone(f.Rules), slices.Clone(f.Users)
	for i := range f.Rules {
		f.Rules[i].Origin = w.Origin(f.Rules[i].Origin)
		f.Rules[i].Lists = w.keys(f.Rules[i].Lists)
	}
	for i := range f.Users {
		f.Users[i].Key = w.key(f.Users[i].Key)
	}
}

func (w Rewriting) ordering(o *Ordering) {
	p := w.Policy(model.Policy{Layers: []model.Layer{{Ingress: o.Ingress, Egress: o.Egress}}})
	o.Ingress, o.Egress = p.Layers[0].Ingress, p.Layers[0].Egress
}

func (w Rewriting) object(o *Object) {
	o.Key, o.Network, o.Origin = w.key(o.Key), w.key(o.Network), w.Origin(o.Origin)
}

func (w Rewriting) key(k model.Group) model.Group {
	if k == "" {
		return ""
	}
	return w.Group(k)
}

func (w Rewriting) keys(ks []model.Group) []model.Group {
	out := make([]model.Group, len(ks))
	for i, k := range ks {
		out[i] = w.key(k)
	}
	return out
}
