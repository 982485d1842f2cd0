package azure

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// attach reads what the groups are attached to.
func (d *decoder) attach() {
	for _, r := range d.module.Resources {
		switch r.Type {
		case typeGroup, typeRule:
		case typeSubnetGroup:
			if g := d.groupOf(r, "network_security_group_id", r.Get("network_security_group_id")); g != nil {
				g.subnets = append(g.subnets, d.member(r, "subnet_id", r.Get("subnet_id")))
			}
		case typeInterfaceGroup:
			if g := d.groupOf(r, "network_security_group_id", r.Get("network_security_group_id")); g != nil {
				g.interfaces = append(g.interfaces, d.member(r, "network_interface_id", r.Get("network_interface_id")))
			}
		case "azurerm_subnet":
			for _, a := range []string{"network_security_group_id", "network_security_group_id_wo"} {
				v := r.Get(a)
				if s, ok := v.AsString(); !v.IsNull() && (!ok || s != "") {
					if g := d.groupOf(r, a, v); g != nil {
						g.subnets = append(g.subnets, uncertain(model.Group(r.Address()), r.Uncertain))
					}
				}
			}
		case "azurerm_virtual_network":
			d.attachInline(r)
		default:
			d.attachNested(r)
		}
	}
	for _, g := range d.groups {
		if len(g.subnets) == 0 && len(g.interfaces) == 0 {
			d.attachOutside(g)
		}
	}
}

// attachInline reads the subnets that are written inside a virtual network.
func (d *decoder) attachInline(r terraform.Resource) {
	for _, b := range r.BlocksOf("subnet") {
		v := b.Body.Get("security_group")
		if s, ok := v.AsString(); v.IsNull() || ok && s == "" {
			continue
		}
		name, _ := b.Body.Get("name").AsString()
		if g := d.groupOf(r, "security_group", v); g != nil {
			g.subnets = append(g.subnets, uncertain(model.Group(r.Address()+"/subnets/"+name), r.Uncertain))
		}
	}
}

// attachNested reads the interfaces that scale sets bring along.
func (d *decoder) attachNested(r terraform.Resource) {
	for _, b := range r.BlocksOf("network_interface") {
		v := b.Body.Get("network_security_group_id")
		if s, ok := v.AsString(); v.IsNull() || ok && s == "" {
			continue
		}
		if g := d.groupOf(r, "network_interface.network_security_group_id", v); g != nil {
			g.interfaces = append(g.interfaces, uncertain(model.Group(r.Address()), r.Uncertain))
		}
	}
}

// attachOutside stands for the interfaces of a group that nothing in the module
// is attached to. An output that hands the group on says that this is meant.
func (d *decoder) attachOutside(g *foundGroup) {
	g.interfaces = []model.Selector{interfacesOf(g.address)}
	for _, o := range d.module.Outputs {
		if refersTo(o.Value, g.address+".id") {
			return
		}
	}
	if !g.elsewhere {
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
