package tfsource

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// Audited returns a reading for an audit: [Alone]'s policy, and the objects behind it where [Reader.Inspect] was set. Groups are
// named, and bound by the inventory, as the objects tell more of who is in them. The findings are those of [Alone].
func Audited(in Input) (audit.Reading, []model.Finding) {
	alone, findings := aloneBound(in, func(map[model.Group]model.Selector) func(model.Group) model.Selector {
		return func(g model.Group) model.Selector { return g }
	})
	sides := []crowd{in.crowd, in.crowd}
	inv := alone.Inventory
	inv.Groups = enroll(sides, nil).groups(sides, 0)
	return audit.Reading{Policy: alone.Policy, Inventory: inv, Estate: in.estate, Services: servicesOf(in.crowd)}, findings
}

// servicesOf returns the addresses of the cloud's own services, which are never filtered.
func servicesOf(c crowd) model.AddrSet {
	var out model.AddrSet
	for _, a := range c.unfiltered {
		if at := (model.Inventory{}).Resolve(a.Rule.Peer).Must.Rest(); !at.IsAll() {
			out = out.Union(at)
		}
	}
	return out
}

// estateOf joins the objects of all parts, called as [assemble] calls groups.
func estateOf(parts []part, file func(string) string) audit.Estate {
	var out audit.Estate
	for _, one := range parts {
		rename := renaming(one, parts)
		w := rewriter{
			group:  func(g model.Group) model.Selector { return rename(g) },
			origin: func(o model.Origin) model.Origin { o.File = file(o.File); return o },
		}
		out = out.Join(one.estate.Rewritten(audit.Rewriting{Group: rename, Origin: w.origin, Policy: w.policy}))
	}
	return out
}
