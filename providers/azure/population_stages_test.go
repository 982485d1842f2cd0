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

// Security admin rules that neither side could read are set aside, loudly; what one side has read stays unknown in the other.
func TestAdminRulesReadOnNeitherSide(t *testing.T) {
	read := func(port string, rules ...obj) providers.Snapshot {
		return snapshot(t, with(attach(account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Inbound Allow Tcp *:* *:"+port), nsgRule("4096 Inbound Deny * *:* *:*")))),
			azure.KindAdminRules, rulesOn(rules...)))
	}
	denied := func(s providers.Snapshot, network string) providers.Snapshot {
		delete(s.Objects, azure.KindAdminRules)
		s.Gaps = append(s.Gaps, providers.Gap{Kind: azure.KindAdminRules, Object: network, Call: "List", Why: "403 Forbidden"})
		return s
	}
	unasked := func(s providers.Snapshot) providers.Snapshot {
		delete(s.Objects, azure.KindAdminRules)
		return s
	}
	v, deny := at("net/virtualNetworks/v"), adminRule("10 Inbound Deny Tcp 198.51.100.0/24 * 443")
	always := adminRule("10 Inbound AlwaysAllow Tcp 198.51.100.0/24 * 22")
	in := func(s providers.Snapshot) tfsource.Input { return readLive(t, s) }
	code, findings, err := source().Folder(fstest.MapFS{"main.tf": {Data: []byte(groupG + `
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
` + rule("a", `protocol = "Tcp"`, `destination_port_range = "443"`) + rule("d", `access = "Deny"`, "priority = 4096"))}})
	if err != nil || model.WorstSeverity(findings) == model.Error {
		t.Fatal(err, findings)
	}
	for _, c := range []struct {
		name       string
		want, have tfsource.Input
		// differs is the changes, aside the names of what is set aside.
		differs, aside string
	}{
		{"read on both sides", in(read("443", deny)), in(read("443", deny)), "", ""},
		{"denied on both sides", in(denied(read("443"), v)), in(denied(read("443"), v)), "", "security admin rules on net/v"},
		{"denied on both sides, another port", in(denied(read("443"), v)), in(denied(read("443-444"), v)), "opened", "security admin rules on net/v"},
		{"denied on both sides, of whatever networks", in(denied(read("443"), "")), in(denied(read("443-444"), "")), "opened", "security admin rules on net/v"},
		{"denied on one side, none on the other", in(denied(read("443"), v)), in(read("443")), "unknown", ""},
		{"none on one side, denied on the other", in(read("443")), in(denied(read("443"), v)), "unknown", ""},
		{"denied on one side, some on the other", in(denied(read("443"), v)), in(read("443", deny)), "unknown", ""},
		{"denied on one side, not asked for on the other", in(denied(read("443"), v)), in(unasked(read("443-444"))), "opened", "security admin rules in force, security admin rules on net/v"},
		{"not asked for on both sides", in(unasked(read("443"))), in(unasked(read("443-444"))), "opened", "security admin rules in force"},
		{"not asked for on one side, none on the other", in(unasked(read("443"))), in(read("443-444")), "opened", "security admin rules in force"},
		{"not asked for on one side, some that deny on the other", in(unasked(read("443"))), in(read("443", deny)), "unknown", ""},
		{"not asked for on one side, some that always allow on the other", in(unasked(read("443"))), in(read("443", always)), "unknown", ""},
		{"configuration, and denied", code, in(denied(read("443"), v)), "", "security admin rules on net/v"},
	} {
		got, d := changes(c.want, c.have)
		var aside []string
		_, _, findings := tfsource.Merge(c.want, c.have)
		for _, f := range findings {
			if name, _, ok := strings.Cut(f.Summary, " were read on neither side"); ok && f.Code == tfsource.CodeIncomplete && f.Severity == model.Warning {
				aside = append(aside, name)
			}
		}
		slices.Sort(aside)
		if got != c.differs || strings.Join(aside, ", ") != c.aside {
			t.Errorf("%s: %q, want %q; set aside %q, want %q: opened %v closed %v unknown %v", c.name, got, c.differs, aside, c.aside, d.Opened, d.Closed, d.Unknown)
		}
	}
}
