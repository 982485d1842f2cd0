package gcp

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

var _ providers.Related = Provider{}

// Relate goes by network tags and the names of service accounts, which users choose. The
// machines of a network without any are the rest of it. See [providers.Related].
func (p Provider) Relate(m terraform.Module, pop providers.Population) providers.Relation {
	d := newDecoder(p.opts, m)
	var out providers.Relation
	for _, party := range pop.Parties {
		kin := providers.Kin{Rest: !party.Mark}
		if kin.Rest {
			kin.Native = KindNetwork
		}
		switch _, name, ok := strings.Cut(party.Name, " "); {
		case isOthers(party):
			kin.Rest = true
		case isPods(party): // called as the machines are
		case ok && party.Mark:
			kin.Called, _, _ = strings.Cut(name, "@") // of an account
		}
		out.Kin = append(out.Kin, kin)
	}
	for _, r := range m.Resources {
		if r.Type != "google_compute_subnetwork" {
			continue
		}
		addrs := d.subnetAddrs(r)
		if addrs.IsEmpty() {
			continue
		}
		name, _ := r.Get("name").AsString()
		network := networkGroup(d.networkOf(r.Get("network"), r))
		out.Grounds = append(out.Grounds, providers.Ground{
			Party: providers.Party{Label: r.Address(), Address: r.Address(), Addrs: addrs, Groups: []model.Group{network}},
			Kin:   providers.Kin{Called: name, Kind: r.Type, Native: KindSubnetwork},
		})
	}
	slices.SortFunc(out.Grounds, func(a, b providers.Ground) int { return cmp.Compare(a.Label, b.Label) })
	return out
}

// subnetAddrs is the addresses of a subnetwork with its secondary ranges; none where any of them is not known.
func (d *decoder) subnetAddrs(r terraform.Resource) model.AddrSet {
	values := []terraform.Value{r.Get("ip_cidr_range"), r.Get("ipv6_cidr_range")}
	for _, k := range r.BlocksOf("secondary_ip_range") {
		values = append(values, k.Body.Get("ip_cidr_range"))
	}
	var blocks []netip.Prefix
	for _, v := range values {
		v = d.resolve(v)
		if v.IsNull() {
			continue
		}
		text, _ := v.AsString()
		if text == "" && !v.IsUnknown() {
			continue
		}
		block, err := netip.ParsePrefix(text)
		if err != nil {
			return model.AddrSet{}
		}
		blocks = append(blocks, block)
	}
	return model.Prefixes(blocks...)
}
