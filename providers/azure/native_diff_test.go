package azure_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

func source() tfsource.Reader {
	return tfsource.Reader{Providers: []providers.Provider{azure.New(azure.Options{})}}
}

// readLive reads a snapshot as a source that compares.
func readLive(t testing.TB, s providers.Snapshot) tfsource.Input {
	t.Helper()
	in, findings := source().Objects(s)
	if model.WorstSeverity(findings) == model.Error {
		t.Fatal(findings)
	}
	return in
}

// changes says what differs: "opened A > B tcp/80", by the example of each side.
func changes(a, b tfsource.Input) (string, model.Delta) {
	a, b, _ = tfsource.Merge(a, b)
	d := model.Compare(a.Policy, b.Policy, a.Inventory)
	var out []string
	if !d.Opened.IsEmpty() {
		out = append(out, "opened")
	}
	if !d.Closed.IsEmpty() {
		out = append(out, "closed")
	}
	if !d.Unknown.IsEmpty() {
		out = append(out, "unknown")
	}
	return strings.Join(out, " "), d
}

// The same rules, written as Terraform and read live, are the same policy.
func TestNativeEqualsTerraform(t *testing.T) {
	const hcl = `
resource "azurerm_application_security_group" "w" { name = "web" }
resource "azurerm_application_security_group" "d" { name = "db" }
resource "azurerm_subnet" "app" {
  name = "app"
  address_prefixes = ["10.0.1.0/24"]
}
resource "azurerm_subnet" "data" {
  name = "data"
  address_prefixes = ["10.0.2.0/24"]
}
resource "azurerm_virtual_network" "v" {
  name = "v"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_network_security_group" "g" {
  name = "shop"
  security_rule {
    name = "db"
    priority = 100
    direction = "Inbound"
    access = "Allow"
    protocol = "Tcp"
    source_port_range = "*"
    destination_port_ranges = ["5432", "6432-6433"]
    source_application_security_group_ids = [azurerm_application_security_group.w.id]
    destination_application_security_group_ids = [azurerm_application_security_group.d.id]
  }
  security_rule {
    name = "dns"
    priority = 200
    direction = "Outbound"
    access = "Deny"
    protocol = "Udp"
    source_port_range = "*"
    destination_port_range = "53"
    source_address_prefix = "*"
    destination_address_prefix = "Internet"
  }
  security_rule {
    name = "rest"
    priority = 4096
    direction = "Inbound"
    access = "Deny"
    protocol = "*"
    source_port_range = "*"
    destination_port_range = "*"
    source_address_prefix = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id = azurerm_subnet.app.id
  network_security_group_id = azurerm_network_security_group.g.id
}
resource "azurerm_subnet_network_security_group_association" "data" {
  subnet_id = azurerm_subnet.data.id
  network_security_group_id = azurerm_network_security_group.g.id
}
`
	rules := func(port string) obj {
		return nsg("shop/networkSecurityGroups/shop", on("app", "data"),
			nsgRule("100 Inbound Allow Tcp x:* x:x", obj{"sourceAddressPrefix": "", "destinationAddressPrefix": "", "destinationPortRange": "",
				"destinationPortRanges":                []string{"5432", port},
				"sourceApplicationSecurityGroups":      []obj{ref("shop/applicationSecurityGroups/web")},
				"destinationApplicationSecurityGroups": []obj{ref("shop/applicationSecurityGroups/db")}}),
			nsgRule("200 Outbound Deny Udp *:* Internet:53"), nsgRule("4096 Inbound Deny * *:* *:*"))
	}
	want, findings, err := source().Folder(fstest.MapFS{"main.tf": {Data: []byte(hcl)}})
	if err != nil || model.WorstSeverity(findings) == model.Error {
		t.Fatal(err, findings)
	}
	if what, d := changes(want, readLive(t, snapshot(t, attach(account(rules("6432-6433")))))); what != "" {
		t.Errorf("%s: opened %v closed %v unknown %v", what, d.Opened, d.Closed, d.Unknown)
	}
	if what, d := changes(want, readLive(t, snapshot(t, attach(account(rules("6432-6434")))))); what != "opened" {
		t.Errorf("a port more: %q, opened %v closed %v unknown %v", what, d.Opened, d.Closed, d.Unknown)
	}
}

// One change of an account at a time opens or closes what it says, and nothing else.
func TestNativeChanges(t *testing.T) {
	web, db := obj{"sourceApplicationSecurityGroups": []obj{ref("shop/applicationSecurityGroups/web")}, "sourceAddressPrefix": ""}, obj{"sourceAddressPrefix": "10.0.1.4/30"}
	base := func() map[string][]obj {
		return dual(account(nsg("shop/networkSecurityGroups/data", on("data"), nsgRule("100 Inbound Allow Tcp *:* *:5432", web), nsgRule("200 Inbound Deny Tcp 192.0.2.0/24:* *:443"),
			nsgRule("300 Inbound Allow Tcp *:* *:443"), nsgRule("4096 Inbound Deny * *:* *:*")),
			nsg("shop/networkSecurityGroups/card", on("nic web0"), nsgRule("4096 Outbound Deny Udp *:* *:*"))))
	}
	group := func(o map[string][]obj, i int) obj { return o[azure.KindSecurityGroups][i]["properties"].(obj) }
	ruleAt := func(o map[string][]obj, i, j int) obj {
		return group(o, i)["securityRules"].([]obj)[j]["properties"].(obj)
	}
	card := func(o map[string][]obj, i int) obj {
		return o[azure.KindInterfaces][i]["properties"].(obj)["ipConfigurations"].([]obj)[0]["properties"].(obj)
	}
	for _, c := range []struct {
		name   string
		change func(map[string][]obj)
		want   string // "" or "opened" and "closed"
		opened string // an example of what is opened or closed, as "src port dst"
	}{
		{"nothing", func(map[string][]obj) {}, "", ""},
		{"a port widened", func(o map[string][]obj) { ruleAt(o, 0, 0)["destinationPortRange"] = "5432-5433" }, "opened", "5433"},
		{"two entries reordered", func(o map[string][]obj) { ruleAt(o, 0, 1)["priority"], ruleAt(o, 0, 2)["priority"] = 300, 200 }, "opened", "443"},
		{"renumbered without effect", func(o map[string][]obj) { ruleAt(o, 0, 2)["priority"] = 301 }, "", ""},
		{"a rule renamed", func(o map[string][]obj) { group(o, 0)["securityRules"].([]obj)[0]["name"] = "other" }, "", ""},
		{"an interface taken out of a group", func(o map[string][]obj) { card(o, 0)["applicationSecurityGroups"] = []obj{} }, "closed", "5432"},
		{"an interface put into a group", func(o map[string][]obj) {
			card(o, 2)["applicationSecurityGroups"] = []obj{ref("shop/applicationSecurityGroups/web"), ref("shop/applicationSecurityGroups/db")}
		}, "opened", "5432"}, // towards its own subnet
		{"a group detached from a subnet", func(o map[string][]obj) { delete(group(o, 0), "subnets") }, "opened", ""},
		{"a group detached from an interface", func(o map[string][]obj) { delete(group(o, 1), "networkInterfaces") }, "opened", ""},
		{"a group attached to a subnet", func(o map[string][]obj) { group(o, 1)["subnets"] = on("app")["subnets"] }, "closed", ""},
		{"from a group to the addresses of its members", func(o map[string][]obj) {
			for k, v := range db {
				ruleAt(o, 0, 0)[k] = v
			}
			delete(ruleAt(o, 0, 0), "sourceApplicationSecurityGroups")
		}, "opened", "5432"}, // 10.0.1.6 and 10.0.1.7 are in the block and in no group
		{"a twin for IPv6", func(o map[string][]obj) {
			group(o, 0)["securityRules"] = append(group(o, 0)["securityRules"].([]obj), nsgRule("400 Inbound Allow Tcp 2001:db8::/32:* *:22"))
		}, "opened", "22"},
		{"a rule removed", func(o map[string][]obj) {
			group(o, 0)["securityRules"] = slices.Delete(group(o, 0)["securityRules"].([]obj), 0, 1)
		}, "closed", "5432"},
		{"an admin rule deployed", func(o map[string][]obj) {
			o[azure.KindAdminRules] = []obj{rulesOn(adminRule("10 Inbound Deny Tcp 198.51.100.0/24 * 443"))}
		}, "closed", "443"},
		{"an admin rule that always allows", func(o map[string][]obj) {
			o[azure.KindAdminRules] = []obj{rulesOn(adminRule("10 Inbound AlwaysAllow Tcp 198.51.100.0/24 10.0.2.0/24 22"))}
		}, "opened", "22"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := base()
			c.change(changed)
			what, d := changes(readLive(t, snapshot(t, attach(base()))), readLive(t, snapshot(t, attach(changed))))
			if what != c.want {
				t.Errorf("%q, want %q: opened %v closed %v unknown %v", what, c.want, d.Opened, d.Closed, d.Unknown)
			}
			for _, r := range []model.Region{d.Opened, d.Closed} {
				for _, b := range r.Boxes() {
					if text := b.Traffic.String(); c.opened != "" && !strings.Contains(text, c.opened) {
						t.Errorf("%s is no part of the change", text)
					}
				}
			}
		})
	}
}

// dual gives the data subnet IPv6 too.
func dual(o map[string][]obj) map[string][]obj {
	v := o[azure.KindNetworks][0]["properties"].(obj)
	v["addressSpace"] = obj{"addressPrefixes": []string{"10.0.0.0/16", "2001:db8:2::/48"}}
	data := v["subnets"].([]obj)[1]["properties"].(obj)
	delete(data, "addressPrefix")
	data["addressPrefixes"] = []string{"10.0.2.0/24", "2001:db8:2:2::/64"}
	return o
}

// A service tag is the same in two readings, whether either knows its addresses or not.
func TestNativeServiceTagEqualsTerraform(t *testing.T) {
	const hcl = `
resource "azurerm_subnet" "app" {
  name = "app"
  address_prefixes = ["10.0.1.0/24"]
}
resource "azurerm_virtual_network" "v" {
  name = "v"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id = azurerm_subnet.app.id
  network_security_group_id = azurerm_network_security_group.g.id
}
`
	want := func(tag string) tfsource.Input {
		in, findings, err := source().Folder(fstest.MapFS{"main.tf": {Data: []byte(hcl + groupG + rule("a", `direction = "Outbound"`, `protocol = "Tcp"`, `destination_port_range = "443"`, `destination_address_prefix = "`+tag+`"`) +
			rule("d", `access = "Deny"`, `direction = "Outbound"`, "priority = 4096"))}})
		if err != nil || model.WorstSeverity(findings) == model.Error {
			t.Fatal(err, findings)
		}
		return in
	}
	list := obj{"name": "Public", "type": azure.KindServiceTags, "changeNumber": "7", "cloud": "Public", "values": []obj{
		{"id": "Storage", "name": "Storage", "properties": obj{"addressPrefixes": []string{"198.51.100.0/25"}}}}}
	have := func() map[string][]obj {
		return account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Outbound Allow Tcp *:* Storage:443"), nsgRule("4096 Outbound Deny * *:* *:*")))
	}
	for _, c := range []struct {
		name, tag string
		live      map[string][]obj
		want      string
	}{
		{"without a list", "Storage", have(), ""},
		{"with a list", "Storage", with(have(), azure.KindServiceTags, list), ""},
		{"another tag", "Sql", have(), "opened closed"},
		{"another tag, with a list", "Sql", with(have(), azure.KindServiceTags, list), "opened closed"},
	} {
		if what, d := changes(want(c.tag), readLive(t, snapshot(t, attach(c.live)))); what != c.want {
			t.Errorf("%s: %q, want %q: opened %v closed %v unknown %v", c.name, what, c.want, d.Opened.Boxes(), d.Closed.Boxes(), d.Unknown.Boxes())
		}
	}
}
