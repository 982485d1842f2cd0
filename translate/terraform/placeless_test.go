package tfsource_test

import (
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// A subnet of configuration whose addresses are a variable may be any that the other side knows by its addresses: what differs for
// that is unknown, never opened or closed.
func TestSubnetWithoutAddresses(t *testing.T) {
	open := func(code, block string) string {
		return "variable \"block\" {}\n" + strings.Replace(code, block, "var.block", 1)
	}
	group := nsg("100 Allow * 443", "4096 Deny * *")
	wider := nsg("100 Allow * 443-444", "4096 Deny * *")
	acl := nacl("100 allow tcp 0.0.0.0/0 80")
	for _, row := range []struct {
		name, want, have, differs string
	}{
		{"a network security group", open(group, `"10.0.1.0/24"`), group, "?"},
		{"and the other way round", group, open(group, `"10.0.1.0/24"`), "?"},
		{"a variable on both sides", open(group, `"10.0.1.0/24"`), open(group, `"10.0.1.0/24"`), ""},
		{"a variable on both sides, and another port", open(group, `"10.0.1.0/24"`), open(wider, `"10.0.1.0/24"`), "+"},
		{"known on both sides, and another port", group, wider, "+"},
		{"a network ACL", open(acl, `"10.0.1.0/24"`), acl, "?"},
		{"a network ACL, and the other way round", acl, open(acl, `"10.0.1.0/24"`), "?"},
	} {
		a, b, _ := tfsource.Merge(folder(t, row.want), folder(t, row.have))
		d := model.Compare(a.Policy, b.Policy, a.Inventory)
		signs := ""
		for _, r := range []struct {
			sign string
			model.Region
		}{{"+", d.Opened}, {"-", d.Closed}, {"?", d.Unknown}} {
			if !r.IsEmpty() {
				signs += r.sign
			}
		}
		if signs != row.differs {
			t.Errorf("%s: differs %q, want %q: opened %v closed %v", row.name, signs, row.differs, d.Opened, d.Closed)
		}
	}
}
