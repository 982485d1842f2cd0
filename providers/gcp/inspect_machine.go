package gcp

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// typeFromTemplate is an instance of which a template says what the resource does not.
const typeFromTemplate = typeInstance + "_from_template"

// inspectInstances describes the interfaces of instances. Templates are none: what is made of them is not known.
func (i *inspector) inspectInstances() {
	for _, r := range i.module.Resources {
		if r.Type != typeInstance && r.Type != typeFromTemplate {
			continue
		}
		blocks := r.BlocksOf("network_interface")
		for n, k := range blocks {
			i.estate.Interfaces = append(i.estate.Interfaces, i.describeInterface(r, k.Body, n, len(blocks) > 1))
		}
	}
}

// describeInterface describes interface number n of an instance.
func (i *inspector) describeInterface(r terraform.Resource, b terraform.Body, n int, several bool) audit.Interface {
	key := fmt.Sprintf("interface %d of %s", n, r.Address())
	x := audit.Interface{Object: i.object(r, audit.InterfaceKind, model.Group(key)), What: "instance", NotAll: r.Uncertain}
	if several {
		for _, s := range []*string{&x.Name, &x.ID, &x.Address} {
			if *s != "" {
				*s += fmt.Sprintf(" interface %d", n)
			}
		}
	}
	x.Addrs = model.Prefixes(ownAddrs(b)...)
	i.publish(&x, r, b)
	x.Forwards = i.flagOf(r.Get("can_ip_forward"), audit.No)
	if r.Type == typeFromTemplate {
		x.NotAll = cmp.Or(x.NotAll, "a template says what else there is to the instance")
		if x.Forwards == audit.No {
			x.Forwards = audit.Unknown
		}
	}
	x.Groups, x.GroupsNotAll = i.marksOf(r)
	network := i.networkOfInterface(b, r)
	if network == "" {
		x.NotAll = cmp.Or(x.NotAll, "which network it is on is not known")
		return x
	}
	x.Network = networkGroup(network)
	x.Groups = append(x.Groups, x.Network)
	x.Subnets = i.subnetsOf(b)
	x.Firewalls, x.NotAll = i.firewallsOver(r, network, x.NotAll)
	return x
}

// marksOf returns the tags and accounts of an instance, and why these may not be all.
func (i *inspector) marksOf(r terraform.Resource) (marks []model.Group, unsure string) {
	p := populationBuilder{decoder: i.decoder, marks: map[string][]model.Group{"": {"source-" + machineID{kind: serviceAccount}.targets()}}}
	marks, unsure = p.marksOfInstance(r)
	unsure = cmp.Or(unsure, r.Uncertain)
	if len(r.BlocksOf("service_account")) == 0 && r.Open("service_account") {
		unsure = cmp.Or(unsure, "which service account it runs as is not known")
	}
	if i.namesSecureTags {
		unsure = cmp.Or(unsure, "rules name secure tags, and which machines have them is not known")
	}
	if r.Type == typeFromTemplate {
		unsure = cmp.Or(unsure, "a template says what else there is to the instance")
	}
	return slices.Clone(marks), unsure
}

// publish notes the public addresses of an interface, and whether it has any: of access_config of IPv4, of ipv6_access_config of IPv6 (compute
// API, NetworkInterface). One without is not out of reach of the Internet
// for sure: an external passthrough load balancer hands on packets to machines that need no external address, with the addresses that they
// had (Cloud Load Balancing, external passthrough Network Load Balancer overview). Forwarding rules are not read.
func (i *inspector) publish(x *audit.Interface, r terraform.Resource, b terraform.Body) {
	for _, k := range b.BlocksOf("access_config") {
		x.IsPublic, x.PublicIn = audit.Yes, x.PublicIn.Union(model.AllIPv4()) // without nat_ip, it has an ephemeral one
		x.Public = x.Public.Union(i.publicBlock(k.Body.Get("nat_ip"), terraform.Value{}, 0))
	}
	for _, k := range b.BlocksOf("ipv6_access_config") {
		x.IsPublic, x.PublicIn = audit.Yes, x.PublicIn.Union(model.AllIPv6())
		x.Public = x.Public.Union(i.publicBlock(k.Body.Get("external_ipv6"), k.Body.Get("external_ipv6_prefix_length"), ipv6Bits))
	}
	if r.Type == typeFromTemplate || r.Uncertain != "" {
		x.IsPublic, x.PublicIn = audit.Unknown, model.AddrSet{}
	}
}

// publicBlock is the addresses at an attribute, of a length that another says, or a usual one; zero: a single address. Empty where they are not known.
func (i *inspector) publicBlock(v, length terraform.Value, usual int) model.AddrSet {
	s, _ := i.resolve(v).AsString()
	a, err := netip.ParseAddr(s)
	if err != nil {
		return model.AddrSet{}
	}
	bits := a.BitLen()
	if n, ok := length.AsInt(); ok && n >= 0 && n <= int64(bits) {
		bits = int(n)
	} else if usual > 0 {
		bits = usual
	}
	return model.Prefixes(netip.PrefixFrom(a, bits).Masked())
}

// networkOfInterface is the key of the network of an interface, which its subnetwork tells too; empty where it is not known.
func (d *decoder) networkOfInterface(b terraform.Body, r terraform.Resource) string {
	if !b.Get("network").IsNull() {
		if key := d.networkOf(b.Get("network"), r); key != "" {
			return key
		}
	}
	if s, ok := d.subnetResource(b.Get("subnetwork")); ok {
		return d.networkOf(s.Get("network"), s)
	}
	return ""
}

// subnetResource is the subnetwork that an attribute names, where it is in the module.
func (d *decoder) subnetResource(v terraform.Value) (terraform.Resource, bool) {
	if ref, ok := v.AsRef(); ok {
		s, ok := d.byAddress[objectOf(ref)]
		return s, ok && s.Type == typeSubnetwork
	}
	text, _ := v.AsString()
	if text == "" {
		return terraform.Resource{}, false
	}
	s, ok := d.subnetByPath[pathOf(text)]
	return s, ok
}

// subnetsOf are the keys of the subnetworks that an interface is in.
func (i *inspector) subnetsOf(b terraform.Body) []model.Group {
	if s, ok := i.subnetResource(b.Get("subnetwork")); ok {
		return []model.Group{subnetKeyOf(s)}
	}
	return nil
}

// firewallsOver returns the keys of the firewalls on an instance by its network and region, and why there may be others.
func (i *inspector) firewallsOver(r terraform.Resource, network, notAll string) ([]model.Group, string) {
	zone, _ := i.resolve(r.Get("zone")).AsString()
	region := regionOfZone(lastSegment(zone))
	var out []model.Group
	for _, a := range i.over[network] {
		switch {
		case a.doubt != "":
			notAll = cmp.Or(notAll, a.doubt)
		case a.region == "" || a.region == region:
			out = append(out, a.firewall)
		case region == "":
			notAll = cmp.Or(notAll, "in which region it is is not known")
		}
	}
	slices.Sort(out)
	return slices.Compact(out), cmp.Or(notAll, i.lost(typePolicy, network))
}

// regionOfZone is the region of a zone, whose name is that of the region, a dash and a letter (Compute Engine, regions and zones); empty
// where it is none.
func regionOfZone(zone string) string {
	if n := len(zone); n > 2 && zone[n-2] == '-' {
		return zone[:n-2]
	}
	return ""
}
