package azure_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/terraform"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// inspected reads Terraform configuration for an audit.
func inspected(t *testing.T, hcl string) audit.Estate {
	t.Helper()
	return inspect(t, read(t, hcl))
}

func inspect(t *testing.T, m terraform.Module) audit.Estate {
	t.Helper()
	p := azure.New(azure.Options{})
	policy, _ := p.Decode(m)
	e := p.Inspect(m, policy)
	checkEstate(t, e)
	return e
}

// checkEstate holds an estate against what every one must be.
func checkEstate(t *testing.T, e audit.Estate) {
	t.Helper()
	keys := map[model.Group]bool{}
	object := func(o audit.Object) {
		if o.Key == "" || o.Label() == "" || o.Provider != "azure" || o.Kind == "" {
			t.Errorf("an object does not say what it is: %+v", o)
		}
		if keys[o.Key] {
			t.Errorf("key %s is there twice", o.Key)
		}
		keys[o.Key] = true
		if o.Origin == (model.Origin{}) {
			t.Errorf("%s has no origin", o.Label())
		}
	}
	for _, f := range e.Firewalls {
		object(f.Object)
		checkChains(t, f)
	}
	for _, n := range e.Networks {
		object(n.Object)
	}
	for _, n := range e.Subnets {
		object(n.Object)
	}
	for _, x := range e.Interfaces {
		object(x.Object)
	}
}

// checkChains reports rules of the chains that nothing tells of.
func checkChains(t *testing.T, f audit.Firewall) {
	t.Helper()
	told := map[string]bool{}
	for _, r := range f.Rules {
		key := fmt.Sprint(r.Direction, r.Origin)
		if r.Origin == (model.Origin{}) {
			t.Errorf("rule %q of %s has no origin", r.Name, f.Label())
		}
		if told[key] {
			t.Errorf("rule %q of %s is told twice", r.Name, f.Label())
		}
		told[key] = true
	}
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		for _, c := range f.Chains(d) {
			for _, r := range c.Rules {
				if f.Partial == "" && !told[fmt.Sprint(d, r.Origin)] {
					t.Errorf("nothing is told of %s rule %q of %s", d, r.Name, f.Label())
				}
			}
		}
	}
}

// describe is a firewall in a line for each thing that a test may be about.
func describe(f audit.Firewall) string {
	var lines []string
	for _, u := range f.Users {
		lines = append(lines, fmt.Sprintf("on %s %s%s", u.Kind, u.Key, strings.TrimRight("? "+u.Unsure, "? ")))
	}
	for _, r := range f.Rules {
		if r.Added {
			continue
		}
		line := fmt.Sprintf("%s %d %s", r.Direction, r.Priority, r.Name)
		if r.Description.Value != "" {
			line += fmt.Sprintf(" %q", r.Description.Value)
		}
		for _, t := range r.Traits {
			line += " " + string(t.Code)
		}
		for _, l := range r.Lists {
			line += " " + string(l)
		}
		lines = append(lines, line)
	}
	for _, q := range f.Quotas {
		if q.Used > 0 {
			lines = append(lines, fmt.Sprintf("%d/%d %s", q.Used, q.Limit, q.Name))
		}
	}
	if f.Partial != "" {
		lines = append(lines, "partial")
	}
	if f.NotAll != "" {
		lines = append(lines, "not all")
	}
	return strings.Join(lines, "; ")
}

// What is told of groups (cloud semantics sections 1.3 and 7).
func TestInspectGroups(t *testing.T) {
	tests := []struct{ name, hcl, want string }{
		{"without anything", groupG, "not all"},
		{"on a subnet and an interface", groupG + onApp + onCard, "on subnet /s/app; on interface azurerm_network_interface.n; not all"},
		{"a rule", groupG + rule("a", "description = \"web\"", `source_address_prefix = "Storage.WestEurope"`, `destination_address_prefix = "10.0.0.0/8"`),
			`ingress 100 a "web" part-of-internet tag:Storage.WestEurope; 1/1000 rules; 1/4000 addresses and ranges as destinations; not all`},
		{"host bits in a list", groupG + rule("a", `source_address_prefixes = ["10.0.0.0/24", "10.0.1.1/24"]`),
			"ingress 100 a host-bits; 1/1000 rules; 2/4000 addresses and ranges as sources; not all"},
		{"source ports", groupG + rule("a", `protocol = "Tcp"`, `source_port_range = "443"`), "ingress 100 a source-ports; 1/1000 rules; not all"},
		{"ports of every protocol", groupG + rule("a", `destination_port_range = "443"`), "ingress 100 a ports-of-all; 1/1000 rules; not all"},
		{"every port of every protocol, in two ranges", groupG + rule("a", `destination_port_range = null`, `destination_port_ranges = ["0-99", "100-65535"]`), "ingress 100 a; 1/1000 rules; not all"},
		{"every source port, in other words", groupG + rule("a", `source_port_range = "0-65535"`), "ingress 100 a; 1/1000 rules; not all"},
		{"port zero", groupG + rule("a", `protocol = "Tcp"`, `destination_port_range = "0"`), "ingress 100 a port-zero; 1/1000 rules; not all"},
		{"one priority for two", groupG + rule("a") + rule("b"), "ingress 100 a same-number; ingress 100 b same-number; 2/1000 rules; not all"},
		{"one priority in two directions", groupG + rule("a") + rule("b", `direction = "Outbound"`), "ingress 100 a; egress 100 b; 2/1000 rules; not all"},
		{"probes are refused", groupG + rule("a", `access = "Deny"`), "ingress 100 a probes-refused; 1/1000 rules; not all"},
		{"probes are admitted first", groupG + rule("a", `access = "Deny"`, "priority = 200") + rule("b", `source_address_prefix = "AzureLoadBalancer"`),
			"ingress 200 a; ingress 100 b; 2/1000 rules; not all"},
		{"rules that are not known", "variable \"r\" {}\nresource \"azurerm_network_security_group\" \"g\" {\n  name = \"g\"\n  security_rule = var.r\n}\n", "partial; not all"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := inspected(t, tt.hcl)
			if len(e.Firewalls) != 1 {
				t.Fatalf("%d firewalls", len(e.Firewalls))
			}
			if got := describe(e.Firewalls[0]); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// What is told of places: subnets with their groups, interfaces with their addresses.
func TestInspectPlaces(t *testing.T) {
	e := inspected(t, groupG+onCard+`
resource "azurerm_virtual_network" "v" {
  name          = "v"
  address_space = ["10.0.0.0/16"]
  subnet {
    name             = "data"
    address_prefixes = ["10.0.2.0/24"]
    security_group   = azurerm_network_security_group.g.id
  }
}
resource "azurerm_virtual_network" "w" {
  name          = "w"
  address_space = ["10.1.0.0/16"]
}
resource "azurerm_virtual_network_peering" "p" {
  name                      = "p"
  virtual_network_name      = "v"
  remote_virtual_network_id = azurerm_virtual_network.w.id
}
resource "azurerm_subnet" "gw" {
  name                 = "GatewaySubnet"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_public_ip" "n" {
  name = "n"
}
resource "azurerm_network_interface" "n" {
  name                  = "n"
  ip_forwarding_enabled = true
  ip_configuration {
    name                 = "c"
    subnet_id            = azurerm_subnet.gw.id
    private_ip_address   = "10.0.1.4"
    public_ip_address_id = azurerm_public_ip.n.id
  }
}
resource "azurerm_linux_virtual_machine_scale_set" "s" {
  name = "s"
  network_interface {
    name = "n"
    ip_configuration {
      name                                   = "c"
      subnet_id                              = azurerm_subnet.gw.id
      load_balancer_backend_address_pool_ids = ["/p"]
    }
  }
}
`)
	var got []string
	for _, n := range e.Networks {
		line := fmt.Sprintf("%s %s", n.Key, n.Addrs)
		for _, p := range n.Peers {
			line += fmt.Sprintf(" peer %s %s", p.Key, p.Addrs)
		}
		got = append(got, line)
	}
	for _, n := range e.Subnets {
		got = append(got, fmt.Sprintf("%s in %s %s %v %q", n.Key, n.Network, n.Addrs, n.Firewalls, n.Role))
	}
	for _, x := range e.Interfaces {
		got = append(got, fmt.Sprintf("%s in %v %s %v public %s balanced %s forwards %s", x.Key, x.Subnets, x.Addrs, x.Firewalls, x.IsPublic, x.Balanced, x.Forwards))
	}
	want := []string{
		"azurerm_virtual_network.v 10.0.0.0/16 peer azurerm_virtual_network.w 10.1.0.0/16",
		"azurerm_virtual_network.w 10.1.0.0/16",
		`azurerm_subnet.gw in azurerm_virtual_network.v 10.0.1.0/24 [] "gateway"`,
		`azurerm_virtual_network.v/subnets/data in azurerm_virtual_network.v 10.0.2.0/24 [azurerm_network_security_group.g] ""`,
		"azurerm_network_interface.n in [azurerm_subnet.gw] 10.0.1.4/32 [azurerm_network_security_group.g] public yes balanced no forwards yes",
		"azurerm_linux_virtual_machine_scale_set.s in [azurerm_subnet.gw] no address [] public unknown balanced yes forwards no",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Objects that were read from Azure itself are known by their ids, and all that is known of them is kept.
func TestInspectNative(t *testing.T) {
	o := guarded(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Inbound Allow Tcp Internet:* *:22", obj{"description": "who asked"})))
	m, _ := azure.New(azure.Options{}).Resources(snapshot(t, o))
	e := inspect(t, m)
	if len(e.Firewalls) != 1 {
		t.Fatalf("%d firewalls", len(e.Firewalls))
	}
	f := e.Firewalls[0]
	id := at("shop/networkSecurityGroups/g")
	if string(f.Key) != strings.ToLower(id) || f.ID != id || f.Address != "" || f.Link != "https://portal.azure.com/#@/resource"+id {
		t.Errorf("%+v", f.Object)
	}
	if got, want := describe(f), "on subnet "+strings.ToLower(at("net/virtualNetworks/v/subnets/app"))+`; ingress 100 r100Inbound "who asked"; 1/1000 rules`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := f.Rules[0].ID; got != id+"/securityRules/r100Inbound" {
		t.Errorf("the rule's id is %s", got)
	}
	if len(e.Unread) > 0 {
		t.Errorf("everything was read, and not said to be: %v", e.Unread)
	}
}

// guarded is an account in which a group is on the subnet app, and both say so.
func guarded(group obj) map[string][]obj {
	o := account(group)
	subnets := o[azure.KindNetworks][0]["properties"].(obj)["subnets"].([]obj)
	subnets[0]["properties"].(obj)["networkSecurityGroup"] = obj{"id": group["id"]}
	return o
}

// What a group lets in is what its policy lets in, packet by packet: whatever the rules name as their destination, and
// in whatever order they are.
func TestOpeningsAgreeWithThePolicy(t *testing.T) {
	const seed = 5
	r := rand.New(rand.NewPCG(seed, seed))
	seen := map[model.Verdict]int{}
	for n := range 200 {
		rules := randomRules(r)
		in, _ := tfsource.Reader{Providers: []providers.Provider{azure.New(azure.Options{})}, Inspect: true}.
			Objects(snapshot(t, guarded(nsg("shop/networkSecurityGroups/g", on("app"), rules...))))
		reading, _ := tfsource.Audited(in)
		for f, d := range compareOpenings(audit.New(reading, audit.Settings{}), r, seen) {
			t.Fatalf("seed %d, group %d: %s: the openings say %s, the policy %s; rules %v", seed, n, f, d[0], d[1], rules)
		}
	}
	if seen[model.Allowed] == 0 || seen[model.Denied] == 0 {
		t.Errorf("verdicts %v: the test shows nothing", seen)
	}
}

func randomRules(r *rand.Rand) []obj {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	var out []obj
	for i := range 1 + r.IntN(6) {
		out = append(out, nsgRule(fmt.Sprintf("%d Inbound %s %s %s:%s %s:%s", 100+10*i, pick("Allow", "Deny"), pick("Tcp", "Udp", "*"),
			pick("*", "Internet", "0.0.0.0/1", "128.0.0.0/1", "203.0.113.0/24", "10.0.0.0/8", "VirtualNetwork", "AzureLoadBalancer"), pick("*", "*", "1000-2000"),
			pick("*", "*", "VirtualNetwork", "10.0.1.0/24", "10.0.1.0/25", "10.0.1.128/25", "10.0.1.4/32", "10.0.0.0/16"), pick("*", "22", "20-30", "443"))))
	}
	return out
}

// compareOpenings asks the openings of a group and the policy about packets from the Internet, and returns those of which they say
// different things, with what they say.
func compareOpenings(s *audit.Subject, r *rand.Rand, seen map[model.Verdict]int) map[model.Flow][2]model.Verdict {
	out := map[model.Flow][2]model.Verdict{}
	inv := s.Inventory
	inv.OutsideClientPorts = model.AllPorts()
	at := func(addrs ...string) netip.Addr { return netip.MustParseAddr(addrs[r.IntN(len(addrs))]) }
	for range 40 {
		dst := model.Endpoint{Addr: at("10.0.1.4", "10.0.1.100", "10.0.1.130")}
		for _, m := range inv.Members {
			if m.Addrs.IsEmpty() || m.Addrs.Contains(dst.Addr) {
				dst.ID = m.ID
			}
		}
		f := model.Flow{Src: model.Endpoint{Addr: at("203.0.113.5", "8.8.8.8", "198.51.100.1")}, Dst: dst,
			Protocol: []model.Protocol{model.TCP, model.UDP}[r.IntN(2)], SrcPort: []uint16{1500, 40000}[r.IntN(2)], DstPort: []uint16{22, 443, 8080}[r.IntN(3)]}
		want, got := s.Policy.Explain(f, inv).Verdict, model.Denied
		for _, o := range s.Openings() {
			g := f
			g.Dst.ID = o.Here()
			switch {
			case o.Open.Contains(g):
				got = model.Allowed
			case o.Unsure.Contains(g) && got == model.Denied:
				got = model.Undecided
			}
		}
		if seen[want]++; got != want {
			out[f] = [2]model.Verdict{got, want}
		}
	}
	return out
}
