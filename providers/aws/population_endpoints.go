package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

const (
	instanceType = "aws_instance"
	// attachmentType gives an interface one group more.
	attachmentType = "aws_network_interface_sg_attachment"
)

// groupsNotGiven is why the groups of a wearer are not known of which none are written.
const groupsNotGiven = "its security groups are not given"

// wearer is something with interfaces that lists its security groups.
type wearer struct {
	providers.Endpoint
	groups []model.Group // sorted, each once
	// lost is whether its addresses could not be read.
	lost bool
}

// wearers returns what lists security groups: interfaces, and resources that have some. A list that is not known
// in full makes the wearer unsure.
func (d *decoder) wearers() []wearer {
	var out []wearer
	networks := networksOf(d.module)
	names := map[string]int{} // what attachments call them
	for _, r := range d.module.Resources {
		if strings.Contains(r.Type, "security_group") || r.Type == attachmentType || r.Name == unread {
			continue
		}
		for _, b := range bodiesOf(r) {
			if !lists(r, b) {
				continue
			}
			w := d.wearer(r, b)
			if b.path == "" {
				subnet, _ := r.Get("subnet_id").AsString()
				w.Network = networks[subnet]
			}
			out = append(out, w)
			if b.path == "" {
				names[r.Address()+".id"], names[r.Address()+".primary_network_interface_id"], names[w.ID] = len(out)-1, len(out)-1, len(out)-1
			}
		}
	}
	for _, r := range d.module.Resources {
		if r.Type != attachmentType {
			continue
		}
		text, ok := r.Get("network_interface_id").AsRef()
		if !ok {
			text, _ = r.Get("network_interface_id").AsString()
		}
		if i, ok := names[text]; ok && text != "" {
			d.wear(&out[i], r.Get("security_group_id"), r.Uncertain)
		}
	}
	for i := range out {
		slices.Sort(out[i].groups)
		out[i].groups = slices.Compact(out[i].groups)
	}
	return onceEach(out)
}

// networksOf returns the VPC of each subnet, by their ids.
func networksOf(m terraform.Module) map[string]string {
	out := map[string]string{}
	for _, r := range m.Resources {
		if r.Type == "aws_subnet" || r.Type == "aws_default_subnet" {
			id, _ := r.Get("id").AsString()
			out[id], _ = r.Get("vpc_id").AsString()
		}
	}
	delete(out, "")
	return out
}

// lists reports whether a body says which groups something has, or of a resource that always has some, does not.
func lists(r terraform.Resource, b pathBody) bool {
	if b.path == "" && (r.Type == instanceType || r.Type == interfaceType) {
		return true
	}
	return slices.ContainsFunc(memberAttributes(r.Type), func(attr string) bool { return !b.Get(attr).IsNull() })
}

// wearer reads what lists its groups in a body of a resource.
func (d *decoder) wearer(r terraform.Resource, b pathBody) wearer {
	w := wearer{Endpoint: providers.Endpoint{Label: r.Address(), Address: r.Address(), Unsure: r.Uncertain}}
	given := false
	for _, attr := range memberAttributes(r.Type) {
		v := b.Get(attr)
		if v.IsNull() {
			continue
		}
		given = true
		for _, e := range elements(v) {
			d.wear(&w, e, "")
		}
	}
	if !given && !isLive(r) {
		// Terraform leaves alone what AWS gives, the default group of the VPC for a start.
		w.Unsure = firstOf(w.Unsure, groupsNotGiven)
	}
	if b.path != "" {
		w.Label, w.Address = w.Label+" "+b.path, w.Address+" "+b.path
		return w
	}
	w.ID, _ = r.Get("id").AsString()
	if r.Type == instanceType {
		if id, ok := r.Get("primary_network_interface_id").AsString(); ok && id != "" {
			w.ID = id
		}
	}
	if isLive(r) {
		w.Label, w.Address = r.Name, ""
		if name := calledByUsers(r); name != "" {
			w.Label = name + " (" + r.Name + ")"
		}
	}
	addrs, ok := wornAt(r)
	w.Addrs, w.lost = addrs, !ok
	return w
}

// wear adds a group to a wearer, perhaps.
func (d *decoder) wear(w *wearer, v terraform.Value, perhaps string) {
	name, why := d.nameIn(v)
	switch {
	case why != "":
		w.Unsure = firstOf(w.Unsure, "not all its security groups are known: "+why)
	case perhaps != "":
		w.Unsure = firstOf(w.Unsure, perhaps)
	default:
		w.groups = append(w.groups, name)
	}
}

// wornAt is the addresses of an interface, or of the first one of an instance; false where they are not known, as in
// configuration, which does not list all.
func wornAt(r terraform.Resource) (model.AddrSet, bool) {
	if id, ok := r.Get("id").AsString(); !ok || id == "" {
		return model.AddrSet{}, false
	}
	switch r.Type {
	case interfaceType:
		blocks, ok := interfaceAddrs(r)
		return model.Prefixes(blocks...), ok
	case instanceType:
		first, ok := r.Get("private_ip").AsString()
		more, ok2 := r.Get("secondary_private_ips").AsStrings()
		six, ok3 := r.Get("ipv6_addresses").AsStrings()
		if !ok || !ok2 || !ok3 {
			return model.AddrSet{}, false
		}
		blocks, ok := addrBlocks(slices.Concat([]string{first}, more, six))
		return model.Prefixes(blocks...), ok
	}
	return model.AddrSet{}, false
}

// onceEach drops instances whose first interface is a resource of its own.
func onceEach(ws []wearer) []wearer {
	interfaces := map[string]bool{}
	for _, w := range ws {
		if strings.Contains(w.Address, interfaceType+".") {
			interfaces[w.ID] = w.ID != ""
		}
	}
	return slices.DeleteFunc(ws, func(w wearer) bool {
		return interfaces[w.ID] && !strings.Contains(w.Address, interfaceType+".")
	})
}

// pathBody is a body in a resource, with the way to it; empty: the resource itself.
type pathBody struct {
	terraform.Body
	path string
}

// bodiesOf returns a resource's body and those of its blocks.
func bodiesOf(r terraform.Resource) []pathBody {
	out := []pathBody{{Body: r.Body}}
	var types []string
	for _, k := range r.Blocks {
		types = append(types, k.Type)
	}
	for _, a := range r.Attrs {
		types = append(types, a.Name)
	}
	slices.Sort(types)
	for _, typ := range slices.Compact(types) {
		for i, k := range r.BlocksOf(typ) {
			out = append(out, pathBody{k.Body, fmt.Sprintf("%s[%d]", typ, i)})
		}
	}
	return out
}

// groupsElsewhere returns the groups that wearers have and that are not known, as parties without endpoints of
// their own.
func groupsElsewhere(ws []wearer, known map[model.Group]bool) []providers.Party {
	var out []providers.Party
	for _, w := range ws {
		for _, g := range w.groups {
			if known[g] || !strings.HasPrefix(string(g), "sg-") && !strings.Contains(string(g), ".") {
				continue // it may be a name, which classic groups went by
			}
			known[g] = true
			p := namedOnly(g)
			p.Mark, p.Unruled = true, true
			out = append(out, p)
		}
	}
	return out
}

// endpointsOf returns the wearers as endpoints of the parties.
func endpointsOf(ws []wearer, index map[model.Group]int) []providers.Endpoint {
	out := make([]providers.Endpoint, len(ws))
	for i, w := range ws {
		for _, g := range w.groups {
			if p, ok := index[g]; ok {
				w.Parties = append(w.Parties, p)
			}
		}
		out[i] = w.Endpoint
	}
	return out
}
