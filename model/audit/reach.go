package audit

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// reach works out how far each opening reaches past all layers: once for all of them, as the layers are the same.
func (s *Subject) reach(openings []Opening) {
	var boxes []model.Box
	for i := range openings {
		boxes = append(boxes, s.lifted(&openings[i], openings[i].Open.Union(openings[i].Unsure))...)
	}
	inv := s.Inventory
	inv.OutsideClientPorts = model.AllPorts()
	s.passing = s.Policy.PermittedWithin(inv, model.NewRegion(boxes...))
}

// lifted is a part of an opening as boxes over those whom it is for in place of [Opening.Here].
func (s *Subject) lifted(o *Opening, part model.Region) []model.Box {
	var whom model.Selector = model.And{orAny(o.Firewall.Target), orAny(o.Target)}
	members := s.Inventory.Resolve(whom).May
	var out []model.Box
	for b := range part.All() {
		b.Dst = members
		out = append(out, b)
	}
	return out
}

func orAny(s model.Selector) model.Selector {
	if s == nil {
		return model.Any{}
	}
	return s
}

// Exposed says how far a part of an opening reaches, and what receives it, by label.
func (s *Subject) Exposed(o *Opening, part model.Region) (Exposure, []string) {
	s.Openings()
	whole := model.NewRegion(s.lifted(o, part)...)
	sure, perhaps := s.passing.Allowed.Intersect(whole), s.passing.Unknown.Intersect(whole)
	under := s.Under(o.Firewall.Key)
	switch {
	case sure.IsEmpty() && perhaps.IsEmpty(), len(under) == 0 && o.Firewall.isIdle():
		return Latent, nil
	}
	exposure := Latent
	if o.Firewall.NotAll != "" || len(under) == 0 {
		exposure = Possible
	}
	var receivers []string
	for _, x := range under {
		e := x.receives(sure, perhaps)
		exposure = max(exposure, e)
		if e > Latent {
			receivers = append(receivers, x.Label())
		}
	}
	slices.Sort(receivers)
	return exposure, slices.Compact(receivers)
}

// isIdle reports whether it is known that the firewall applies to nothing.
func (f *Firewall) isIdle() bool {
	return f.NotAll == "" && !slices.ContainsFunc(f.Users, func(u User) bool { return u.Kind == InterfaceKind || u.Kind == SubnetKind })
}

// receives says how far traffic that passes all layers surely, or perhaps, gets to an interface.
func (x *Interface) receives(sure, perhaps model.Region) Exposure {
	if x.IsPublic == No {
		return Latent
	}
	if !x.Addrs.IsEmpty() {
		at := model.NewRegion(model.Box{Src: model.AnyEndpoint(), Dst: model.EndpointsAt(x.Addrs), Traffic: model.Traffic{model.AllTraffic()}})
		sure, perhaps = sure.Intersect(at), perhaps.Intersect(at)
	}
	switch {
	case sure.IsEmpty() && perhaps.IsEmpty():
		return Latent
	case x.IsPublic == Yes && !sure.IsEmpty() && x.hasFamilyOf(sure):
		return Effective
	}
	return Possible
}

// hasFamilyOf reports whether a public address of the interface is of a family in which strangers send. One whose public addresses are not known has both.
func (x *Interface) hasFamilyOf(r model.Region) bool {
	from := Sources(r)
	return x.Public.IsEmpty() || !x.Public.V4().IsEmpty() && !from.V4().IsEmpty() || !x.Public.V6().IsEmpty() && !from.V6().IsEmpty()
}
