package azure_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/providers/azure"
)

// card is an interface with a configuration of some lines.
func card(lines string) string {
	return `
resource "azurerm_network_interface" "m" {
  name = "m"
  ip_configuration {
    name = "c"
` + lines + `
  }
}
`
}

// pooled is an interface in the pool of a load balancer with some frontends.
func pooled(frontends string) string {
	return card("") + `
resource "azurerm_lb" "l" {
  name = "l"
` + frontends + `
}
resource "azurerm_lb_backend_address_pool" "p" {
  name            = "p"
  loadbalancer_id = azurerm_lb.l.id
}
resource "azurerm_network_interface_backend_address_pool_association" "a" {
  network_interface_id    = azurerm_network_interface.m.id
  ip_configuration_name   = "c"
  backend_address_pool_id = azurerm_lb_backend_address_pool.p.id
}
`
}

const (
	insideFrontend  = `frontend_ip_configuration { subnet_id = "/subnets/s" }`
	outsideFrontend = `frontend_ip_configuration { public_ip_address_id = "/publicIPAddresses/p" }`
)

// TestInspectPublic: how the Internet gets to an interface (azurerm_network_interface, azurerm_public_ip, azurerm_lb).
func TestInspectPublic(t *testing.T) {
	const address = `
resource "azurerm_public_ip" "p" {
  name       = "p"
  ip_address = "20.1.2.3"
}
`
	for _, c := range []struct{ name, source, want string }{
		{"none", card(""), "no; balanced no"},
		{"an address that is known", address + card("public_ip_address_id = azurerm_public_ip.p.id"), "yes, 20.1.2.3/32; balanced no"},
		{"by an id in other case", `
resource "azurerm_public_ip" "p" {
  id         = "/subscriptions/s/publicIPAddresses/p"
  ip_address = "20.1.2.3"
}
` + card(`public_ip_address_id = "/SUBSCRIPTIONS/s/publicIPAddresses/p"`), "yes, 20.1.2.3/32; balanced no"},
		{"one that is made elsewhere, IPv4 where nothing is said", card(`public_ip_address_id = "/publicIPAddresses/q"`), "yes, IPv4; balanced no"},
		{"one that is made elsewhere, IPv6", card(`public_ip_address_id = "/publicIPAddresses/q"
    private_ip_address_version = "IPv6"`), "yes, IPv6; balanced no"},
		{"the version is not known", card(`public_ip_address_id = "/publicIPAddresses/q"
    private_ip_address_version = jsondecode(var.v)`), "yes, IPv4 IPv6; balanced no"},
		{"whether there is one is not known", card("public_ip_address_id = var.on ? azurerm_public_ip.p.id : null"), "unknown; balanced no"},
		{"internal load balancer", pooled(insideFrontend), "no; balanced yes"},
		{"public load balancer", pooled(outsideFrontend), "unknown; balanced yes"},
		{"both", pooled(insideFrontend + "\n" + outsideFrontend), "unknown; balanced yes"},
		{"prefix of public addresses", pooled(`frontend_ip_configuration { public_ip_prefix_id = "/publicIPPrefixes/p" }`), "unknown; balanced yes"},
		{"frontends that are not known", pooled(insideFrontend + `
  dynamic "frontend_ip_configuration" {
    for_each = var.more
    content {}
  }`), "unknown; balanced yes"},
		{"the pool is made elsewhere", card("") + `
resource "azurerm_network_interface_backend_address_pool_association" "a" {
  network_interface_id    = azurerm_network_interface.m.id
  backend_address_pool_id = "/loadBalancers/l/backendAddressPools/p"
}
`, "unknown; balanced yes"},
		{"of an internal load balancer by ids", card("") + `
resource "azurerm_lb" "l" {
  id = "/subscriptions/s/loadBalancers/l"
  frontend_ip_configuration { subnet_id = "/subnets/s" }
}
resource "azurerm_network_interface_nat_rule_association" "a" {
  network_interface_id = azurerm_network_interface.m.id
  nat_rule_id          = "/subscriptions/s/loadBalancers/L/inboundNatRules/r"
}
`, "no; balanced yes"},
		{"some interface or other is behind a public one", card("") + `
resource "azurerm_network_interface_backend_address_pool_association" "a" {
  network_interface_id    = var.some[jsondecode(var.v)]
  backend_address_pool_id = "/loadBalancers/l/backendAddressPools/p"
}
`, "unknown; balanced unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := inspected(t, c.source+"variable \"v\" {}\nvariable \"on\" {}\nvariable \"more\" {}\nvariable \"some\" {}\n")
			if got := publicity(e.Interfaces[0]); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// publicity is what an interface says of its public addresses.
func publicity(x audit.Interface) string {
	out := x.IsPublic.String()
	if !x.Public.IsEmpty() {
		out += ", " + x.Public.String()
	}
	if !x.PublicIn.IsEmpty() {
		out += ","
		if x.PublicIn.Covers(model.AllIPv4()) {
			out += " IPv4"
		}
		if x.PublicIn.Covers(model.AllIPv6()) {
			out += " IPv6"
		}
	}
	return fmt.Sprintf("%s; balanced %s", out, x.Balanced)
}

// TestInspectPublicNative: interfaces that were read from Azure name their public address, and have it inside only where it was asked for.
func TestInspectPublicNative(t *testing.T) {
	for _, c := range []struct {
		name   string
		public obj
		want   string
	}{
		{"none", nil, "no; balanced no"},
		{"by id", obj{"id": "/publicIPAddresses/p"}, "yes, IPv4; balanced no"},
		{"with the address", obj{"id": "/publicIPAddresses/p", "properties": obj{"ipAddress": "20.1.2.3"}}, "yes, 20.1.2.3/32; balanced no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := account()
			cards := o[azure.KindInterfaces]
			configuration := cards[0]["properties"].(obj)["ipConfigurations"].([]obj)[0]["properties"].(obj)
			if c.public != nil {
				configuration["publicIPAddress"] = c.public
			}
			m, _ := azure.New(azure.Options{}).Resources(snapshot(t, o))
			e := inspect(t, m)
			id := model.Group(strings.ToLower(cards[0]["id"].(string)))
			for _, x := range e.Interfaces {
				if x.Key == id {
					if got := publicity(x); got != c.want {
						t.Errorf("got  %s\nwant %s", got, c.want)
					}
					return
				}
			}
			t.Error("the interface is not in the estate")
		})
	}
}

// TestInspectClosed: what public addresses take in where no group filters ("Public IP addresses", SKU).
func TestInspectClosed(t *testing.T) {
	address := func(sku string) string {
		return fmt.Sprintf("\nresource \"azurerm_public_ip\" \"p\" {\n  name = \"p\"\n%s\n}\n", sku) + card("public_ip_address_id = azurerm_public_ip.p.id")
	}
	scaleSet := func(configurations string) string {
		return "\nresource \"azurerm_linux_virtual_machine_scale_set\" \"s\" {\n  name = \"s\"\n  network_interface {\n    name = \"n\"\n" + configurations + "  }\n}\n"
	}
	with := func(sku string) string {
		return "    ip_configuration {\n      name = \"c\"\n      public_ip_address {\n        name = \"p\"\n" + sku + "\n      }\n    }\n"
	}
	for _, c := range []struct {
		name, source string
		want         audit.Flag
	}{
		{"Standard", address(`sku = "Standard"`), audit.Yes},
		{"StandardV2", address(`sku = "StandardV2"`), audit.Yes},
		{"Basic", address(`sku = "basic"`), audit.No},
		{"not written, which is Basic or Standard by the version of azurerm", address(""), audit.Unknown},
		{"a variable", address("sku = var.sku") + "variable \"sku\" {\n  type = string\n}\n", audit.Unknown},
		{"made elsewhere", card(`public_ip_address_id = "/publicIPAddresses/q"`), audit.Unknown},
		{"of a scale set", scaleSet(with(`sku_name = "Standard_Regional"`)), audit.Yes},
		{"of a scale set, one of each", scaleSet(with(`sku_name = "Standard_Regional"`) + with(`sku_name = "Basic_Regional"`)), audit.Unknown},
		{"none", card(""), audit.Unknown},
	} {
		e := inspected(t, c.source)
		if len(e.Interfaces) != 1 || e.Interfaces[0].Closed != c.want {
			t.Errorf("%s: %+v", c.name, e.Interfaces)
		}
	}
}
