package azure_test

import (
	"slices"
	"testing"

	"github.com/crosswall/crosswall/terraform"
)

// Every refusal waits for what is admitted in front of it, and a group is associated when it is
// complete: while Terraform is at work nothing that is admitted is cut off.
func TestAllowsComeFirst(t *testing.T) {
	shared := newWorld().subnet("app", false, "10.0.1.0/24").segment("shop-a", "app").segment("shop-b", "app").
		isolate(in, "shop-a").allow(in, "shop-a", ids("shop-b"), tcp(80)).allow(in, "shop-a", cidrs("192.0.2.0/24"), tcp(81))
	for name, w := range map[string]*world{"exclusive": golden()["shop"], "shared": shared} {
		t.Run(name, func(t *testing.T) {
			m := prove(t, w.intent()).Module
			for _, r := range m.Resources {
				for _, other := range m.Resources {
					if want, known := waits(r, other); known && slices.Contains(waitsFor(r), other.Address()) != want {
						t.Errorf("%s waits for %s: %t, want %t", r.Address(), other.Address(), !want, want)
					}
				}
			}
		})
	}
}

// waits says whether one resource should wait for another; false where it may and may not.
func waits(r, other terraform.Resource) (want, known bool) {
	text := func(r terraform.Resource, attr string) string { s, _ := r.Get(attr).AsString(); return s }
	ref := func(r terraform.Resource, attr string) string { s, _ := r.Get(attr).AsRef(); return s }
	const rule, association = "azurerm_network_security_rule", "azurerm_subnet_network_security_group_association"
	group := "azurerm_network_security_group." + r.Name
	switch {
	case other.Type != rule || r.Type != rule && r.Type != association:
		return false, true
	case r.Type == association:
		return ref(other, "network_security_group_name") == group+".name", true
	case ref(r, "network_security_group_name") != ref(other, "network_security_group_name"),
		text(r, "direction") != text(other, "direction"), text(r, "access") == "Allow", text(other, "access") == "Deny":
		return false, true
	}
	// A refusal, and what is admitted in the same direction: whatever is admitted to or from segments.
	ours, theirs := field(r, "destination", "address_prefix"), field(other, "destination", "address_prefix")
	if ours == "*" || ours == theirs {
		return true, text(r, "direction") == "Inbound"
	}
	return false, false
}

func waitsFor(r terraform.Resource) []string {
	var out []string
	vs, _ := r.Get("depends_on").AsList()
	for _, v := range vs {
		ref, _ := v.AsRef()
		out = append(out, ref)
	}
	return out
}

// Groups that somebody else attaches are handed on when they are complete: an output waits for their rules, and with it
// whoever uses it.
func TestGroupsAreHandedOnComplete(t *testing.T) {
	m := prove(t, golden()["segment"].intent()).Module
	for _, o := range m.Outputs {
		if o.Name != "network_security_group_ids" {
			continue
		}
		var waits, rules []string
		vs, _ := o.DependsOn.AsList()
		for _, v := range vs {
			ref, _ := v.AsRef()
			waits = append(waits, ref)
		}
		for _, r := range m.Resources {
			if r.Type == "azurerm_network_security_rule" {
				rules = append(rules, r.Address())
			}
		}
		slices.Sort(waits)
		slices.Sort(rules)
		if !slices.Equal(waits, rules) || len(rules) < 2 {
			t.Errorf("the output waits for %q, want %q", waits, rules)
		}
		return
	}
	t.Error("no group is handed on")
}
