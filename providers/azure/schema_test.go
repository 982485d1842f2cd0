package azure_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/terraform/schematest"
)

// validateResources checks every resource against the rules of Azure that no
// schema holds (cloud semantics sections 1.3, 6, 7 and 8).
func validateResources(t *testing.T, m terraform.Module) {
	t.Helper()
	seen := map[string]bool{}
	names := map[string]bool{}
	priorities := map[string]bool{}
	for _, r := range m.Resources {
		if seen[r.Address()] {
			t.Errorf("%s twice", r.Address())
		}
		seen[r.Address()] = true
		if name, ok := r.Get("name").AsString(); ok {
			checkName(t, r, name)
			group, _ := r.Get("network_security_group_name").AsRef()
			if key := r.Type + group + name; names[key] {
				t.Errorf("%s: name %s is taken", r.Address(), name)
			} else {
				names[key] = true
			}
		}
		if r.Type != "azurerm_network_security_rule" {
			continue
		}
		group, _ := r.Get("network_security_group_name").AsRef()
		priority, _ := r.Get("priority").AsInt()
		direction, _ := r.Get("direction").AsString()
		if key := group + direction + string(rune(priority)); priorities[key] {
			t.Errorf("%s: priority %d is taken", r.Address(), priority)
		} else {
			priorities[key] = true
		}
		if priority < 100 || priority > 4096 {
			t.Errorf("%s: priority %d", r.Address(), priority)
		}
		if d, _ := r.Get("description").AsString(); len(d) > 140 || strings.Contains(d, "policy.yaml") {
			t.Errorf("%s: description %q", r.Address(), d)
		}
		checkSides(t, r)
	}
}

func checkName(t *testing.T, r terraform.Resource, name string) {
	t.Helper()
	if len(name) > 80 || !regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$`).MatchString(name) {
		t.Errorf("%s: name %q", r.Address(), name)
	}
}

// checkSides checks that each side is in one form, and a rule of one family.
func checkSides(t *testing.T, r terraform.Resource) {
	t.Helper()
	four, six := false, false
	for _, end := range []string{"source", "destination"} {
		one, isOne := r.Get(end + "_address_prefix").AsString()
		many, _ := r.Get(end + "_address_prefixes").AsStrings()
		groups, _ := r.Get(end + "_application_security_group_ids").AsList()
		forms := 0
		for _, has := range []bool{isOne, len(many) > 0, len(groups) > 0} {
			if has {
				forms++
			}
		}
		if forms != 1 || len(groups) > 1 || len(many) == 1 {
			t.Errorf("%s: %s is given in %d forms, %d groups, %d prefixes", r.Address(), end, forms, len(groups), len(many))
		}
		var before []netip.Prefix
		for _, s := range append(many, one) {
			p, err := netip.ParsePrefix(s)
			switch {
			case err != nil && slices.Contains(many, s):
				t.Errorf("%s: %q among prefixes", r.Address(), s)
			case err != nil:
				continue
			case p != p.Masked():
				t.Errorf("%s: host bits in %s", r.Address(), s)
			case slices.ContainsFunc(before, p.Overlaps):
				t.Errorf("%s: overlap at %s", r.Address(), s)
			}
			before = append(before, p)
			four, six = four || p.Addr().Is4(), six || p.Addr().Is6()
		}
	}
	if four && six {
		t.Errorf("%s: two families in one rule", r.Address())
	}
}

// Every resource that the package can emit is as the provider's schemas want it.
func TestSchemas(t *testing.T) {
	for name, w := range map[string]*world{"shop": golden()["shop"], "segment": golden()["segment"], "shared": golden()["shared"]} {
		t.Run(name, func(t *testing.T) { schematest.Check(t, prove(t, w.intent()).Module) })
	}
}
