package azure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// attach reads what the groups are attached to.
func (d *decoder) attach() {
	for _, r := range d.module.Resources {
		const group = "network_security_group_id"
		switch r.Type {
		case typeGroup, typeRule:
		case typeSubnetGroup:
			g := d.groupOn(r, group, r.Get(group))
			g.subnets = append(g.subnets, filtered(r, d.member(r, "subnet_id", r.Get("subnet_id"))))
		case typeInterfaceGroup:
			g := d.groupOn(r, group, r.Get(group))
			g.interfaces = append(g.interfaces, d.member(r, "network_interface_id", r.Get("network_interface_id")))
		case "azurerm_subnet":
			for _, a := range []string{group, group + "_wo"} {
				if v := r.Get(a); isGiven(v) {
					g := d.groupOn(r, a, v)
					g.subnets = append(g.subnets, uncertain(model.Group(r.Address()), r.Uncertain))
				}
			}
		case "azurerm_virtual_network":
			d.attachInline(r)
		default:
			d.attachNested(r)
		}
	}
	d.settleHolders()
	for _, g := range d.groups {
		if len(g.subnets) == 0 && len(g.interfaces) == 0 {
			d.attachOutside(g)
		}
	}
}

// filtered leaves out of a subnet what its group does not filter.
func filtered(r terraform.Resource, subnet model.Selector) model.Selector {
	if not := blocksOf(r.Body, attrUnfiltered); !not.IsEmpty() {
		subnet = model.And{subnet, model.Not{Selector: model.At{Addrs: not}}}
	}
	if not := blocksOf(r.Body, attrPerhaps); !not.IsEmpty() {
		subnet = model.And{subnet, model.Not{Selector: model.Maybe{Selector: model.At{Addrs: not}, Why: "whether the group filters private endpoints"}}}
	}
	return subnet
}

// isGiven reports whether an attribute names something, known or not.
func isGiven(v terraform.Value) bool {
	s, isText := v.AsString()
	return !v.IsNull() && (!isText || s != "")
}

// attachInline reads the subnets that are written inside a virtual network. Those that
// a plan leaves open are resources of their own, which exclude inline ones
// (documentation of azurerm_virtual_network).
func (d *decoder) attachInline(r terraform.Resource) {
	for _, b := range r.BlocksOf("subnet") {
		if v := b.Body.Get("security_group"); isGiven(v) {
			name, _ := b.Body.Get("name").AsString()
			g := d.groupOn(r, "security_group", v)
			g.subnets = append(g.subnets, uncertain(model.Group(r.Address()+"/subnets/"+name), r.Uncertain))
		}
	}
	if v := r.Get("subnet"); r.Open("subnet") && !v.IsComputed() {
		why := d.lostAttachments(r, "subnet", v)
		for _, g := range d.groups {
			g.subnets = append(g.subnets, model.Maybe{Selector: model.Any{}, Why: why})
		}
	}
}

// attachNested reads the interfaces that scale sets bring along.
func (d *decoder) attachNested(r terraform.Resource) {
	const block = "network_interface"
	for _, b := range r.BlocksOf(block) {
		if v := b.Body.Get("network_security_group_id"); isGiven(v) {
			g := d.groupOn(r, block+".network_security_group_id", v)
			g.interfaces = append(g.interfaces, uncertain(model.Group(r.Address()), r.Uncertain))
		}
	}
	if v := r.Get(block); strings.HasSuffix(r.Type, "_scale_set") && r.Open(block) && !v.IsComputed() {
		why := d.lostAttachments(r, block, v)
		for _, g := range d.groups {
			g.interfaces = append(g.interfaces, model.Maybe{Selector: model.Any{}, Why: why})
		}
	}
}

// lostAttachments reports that not all is known of what groups are attached to.
func (d *decoder) lostAttachments(r terraform.Resource, block string, v terraform.Value) string {
	why := "not every " + block + " of " + r.Address() + " is known" + because(v)
	d.find(model.Finding{Severity: model.Warning, Code: "unknown-value", Origin: originAt(r, r.Pos, block),
		Summary: why + ": any group may be attached to it", Advice: "read a plan or a state instead"})
	return why
}

// attachOutside stands for the interfaces of a group that nothing in the module
// is attached to. An output that hands the group on says that this is meant.
func (d *decoder) attachOutside(g *foundGroup) {
	if g.loose {
		d.find(model.Finding{Severity: model.Info, Code: "group-unattached", Origin: g.origin,
			Summary: fmt.Sprintf("network security group %s is attached to nothing, so that it filters nobody", g.address)})
		return
	}
	g.interfaces = []model.Selector{interfacesOf(g.address)}
	for _, o := range d.module.Outputs {
		if refersTo(o.Value, g.address+".id") {
			return
		}
	}
	switch {
	case g.elsewhere:
	case g.native:
		d.find(model.Finding{Severity: model.Warning, Code: "group-unattached", Origin: g.origin,
			Summary: fmt.Sprintf("network security group %s names nothing that it is attached to, and subnets and interfaces were not all read", g.address),
			Advice:  "add the output of az network vnet list and of az network nic list"})
	default:
		d.find(model.Finding{Severity: model.Warning, Code: "group-unattached", Origin: g.origin,
			Summary: fmt.Sprintf("network security group %s is attached to nothing in this configuration, so that whom it filters is not known", g.address),
			Advice:  "read the configuration that attaches it as well"})
	}
}

// refersTo reports whether a value holds a reference.
func refersTo(v terraform.Value, ref string) bool {
	if r, ok := v.AsRef(); ok {
		return r == ref
	}
	if keys, ok := v.AsObject(); ok {
		for _, e := range keys {
			if refersTo(e, ref) {
				return true
			}
		}
	}
	list, _ := v.AsList()
	return slices.ContainsFunc(list, func(e terraform.Value) bool { return refersTo(e, ref) })
}
