package main

import (
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
)

func TestRisk(t *testing.T) {
	outside := func(cidrs ...string) diffSide {
		return diffSide{classes: []endClass{{outside: true, addrs: model.MustPrefixes(cidrs...)}}}
	}
	many := diffSide{workloads: make([]model.Identity, manyWorkloads)}
	few := diffSide{workloads: make([]model.Identity, manyWorkloads-1)}
	for _, row := range []struct {
		name string
		from diffSide
		to   diffSide
		want risk
	}{
		{"everywhere", outside("0.0.0.0/0"), few, riskInternet},
		{"everywhere in IPv6", few, outside("::/0"), riskInternet},
		{"one public address", few, outside("192.0.2.1/32"), riskInternet},
		{"a public part", outside("172.16.0.0/11"), few, riskInternet},
		{"a whole network", outside("10.0.0.0/8"), few, riskWide},
		{"a virtual network", outside("10.20.0.0/16"), few, riskWide},
		{"shared addresses", outside("100.64.0.0/10"), few, riskWide},
		{"a subnet", outside("10.20.30.0/24"), few, riskInternal},
		{"an IPv6 network", outside("fd00::/48"), few, riskWide},
		{"an IPv6 subnet", outside("fd00::/64"), few, riskInternal},
		{"link-local", few, outside("169.254.169.254/32"), riskInternal},
		{"many workloads", many, few, riskWide},
		{"few workloads", few, few, riskInternal},
		{"many to the internet", many, outside("0.0.0.0/0"), riskInternet},
	} {
		if got := riskOf(row.from, row.to); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

// Rows say what boxes say, as one line for each thing that a person would tell apart.
func TestRowsAreFew(t *testing.T) {
	members := func(ids ...model.Identity) model.Endpoints {
		return model.EndpointsOf(ids...).Intersect(model.EndpointsAt(model.AllIPv4()))
	}
	ends := func(cidr string) model.Endpoints { return model.EndpointAt(model.Outside, model.MustPrefixes(cidr)) }
	tcp := func(port uint16) model.Traffic {
		return model.Traffic{model.PortsBetween(model.TCP, model.DefaultClientPorts(), model.PortRange{First: port, Last: port})}
	}
	inv := model.Inventory{}
	for _, id := range []model.Identity{"a", "b", "c", "web", "db"} {
		inv.Members = append(inv.Members, model.Member{ID: id, Addrs: model.AllIPv4()})
	}
	for _, row := range []struct {
		name  string
		boxes []model.Box
		want  []string
	}{
		{"one", []model.Box{{Src: members("a"), Dst: members("web"), Traffic: tcp(80)}}, []string{"a > web tcp/80"}},
		{"sources and ports joined", []model.Box{
			{Src: members("a"), Dst: members("web"), Traffic: tcp(80)}, {Src: members("b"), Dst: members("web"), Traffic: tcp(80)},
			{Src: members("a", "b"), Dst: members("web"), Traffic: tcp(443)}}, []string{"a b > web tcp/80,443"}},
		{"destinations joined, one more for one source", []model.Box{
			{Src: members("a", "b"), Dst: members("web", "db"), Traffic: tcp(80)}, {Src: members("c"), Dst: members("web"), Traffic: tcp(80)}},
			[]string{"a b > db web tcp/80", "c > web tcp/80"}},
		{"by port where that is fewer", []model.Box{
			{Src: members("a", "b", "c"), Dst: members("web"), Traffic: tcp(80)}, {Src: members("a"), Dst: members("web"), Traffic: tcp(81)},
			{Src: members("b"), Dst: members("web"), Traffic: tcp(82)}, {Src: members("a", "b"), Dst: members("web"), Traffic: tcp(83)}},
			[]string{"a > web tcp/80-81,83", "b > web tcp/80,82-83", "c > web tcp/80"}},
		{"the outside around a hole, which has more", []model.Box{
			{Src: ends("0.0.0.0/0"), Dst: members("web"), Traffic: tcp(80)}, {Src: ends("10.0.0.0/8"), Dst: members("web"), Traffic: tcp(81)}},
			[]string{"0.0.0.0/0 except 10.0.0.0/8 > web tcp/80", "10.0.0.0/8 > web tcp/80-81"}},
	} {
		region := model.NewRegion(row.boxes...)
		d := newDiff(comparison{inv: inv, delta: model.Delta{Opened: region}, want: opponent{policy: denyAll()}})
		var got []string
		for _, e := range d.entries {
			got = append(got, spelled(e.from)+" > "+spelled(e.to)+" "+e.traffic.key)
		}
		slices.Sort(got)
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func denyAll() model.Policy {
	chains := []model.Chain{{Name: "none", Order: model.AnyAllow, Default: model.Deny}}
	return model.Policy{Layers: []model.Layer{{Name: "none", State: model.Stateful, Ingress: chains, Egress: chains}}}
}

func spelled(s diffSide) string {
	out := ""
	for _, w := range s.workloads {
		out += " " + string(w)
	}
	if !s.outside.IsEmpty() {
		out += " " + rangeText(s.outside)
	}
	return out[1:]
}

// Addresses that nobody holds go where they make the fewest blocks, and no two sets get the same.
func TestFilled(t *testing.T) {
	all, void := model.AllIPv4(), model.MustPrefixes("10.0.1.0/24", "169.254.169.254/32")
	for _, row := range []struct {
		name  string
		parts []model.AddrSet
		want  []string
	}{
		{"everywhere", []model.AddrSet{all.Subtract(void)}, []string{"0.0.0.0/0"}},
		{"a block with a hole, and the rest",
			[]model.AddrSet{model.MustPrefixes("10.0.0.0/16").Subtract(void), all.Subtract(model.MustPrefixes("10.0.0.0/16")).Subtract(void)},
			[]string{"10.0.0.0/16", "0.0.0.0/0 except 10.0.0.0/16"}},
		{"nothing to gain", []model.AddrSet{model.MustPrefixes("192.0.2.0/24")}, []string{"192.0.2.0/24"}},
	} {
		var got []string
		for _, p := range filled(row.parts, void) {
			got = append(got, rangeText(p))
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}
