package aws_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

// A subnet gets its network ACL when every entry of it is there, and loses it first: an ACL without entries refuses everything
// (Amazon VPC user guide, network ACL basics). Terraform makes what others wait for first, and destroys it last.
func TestAssociationComesLast(t *testing.T) {
	for name, w := range goldenWorlds() {
		t.Run(name, func(t *testing.T) {
			m := w.encode(t, aws.Options{}).Module
			entries := map[string][]string{} // by the reference to their ACL
			acls := 0
			for _, r := range m.Resources {
				if r.Type == "aws_network_acl" {
					if acls++; !r.Get("subnet_ids").IsNull() {
						t.Errorf("%s has its subnets before it has entries", r.Address())
					}
				}
				if acl, _ := r.Get("network_acl_id").AsRef(); r.Type == "aws_network_acl_rule" {
					entries[acl] = append(entries[acl], r.Address())
				}
			}
			for _, r := range m.Resources {
				if r.Type != "aws_network_acl_association" {
					continue
				}
				acls--
				acl, _ := r.Get("network_acl_id").AsRef()
				if len(entries[acl]) < 2 {
					t.Fatalf("%s has %d entries", acl, len(entries[acl]))
				}
				made := applied(m, r.Address())
				for _, e := range entries[acl] {
					if !slices.Contains(made, e) {
						t.Errorf("%s may be made before %s", r.Address(), e)
					}
				}
			}
			if acls != 0 {
				t.Errorf("%d network ACLs are on no subnet", acls)
			}
		})
	}
}

// Groups are handed on when they are complete: an output waits for their rules, and with it whoever puts interfaces into them.
func TestGroupsAreHandedOnComplete(t *testing.T) {
	for name, w := range goldenWorlds() {
		m := w.encode(t, aws.Options{}).Module
		for _, o := range m.Outputs {
			for _, r := range m.Resources {
				if strings.HasPrefix(r.Type, "aws_vpc_security_group_") && !refers(o.DependsOn, r.Address()) {
					t.Errorf("%s: output %s does not wait for %s", name, o.Name, r.Address())
				}
			}
		}
		if len(m.Outputs) == 0 {
			t.Errorf("%s: no group is handed on", name)
		}
	}
}

// applied returns what Terraform is sure to have made before a resource: what it refers to or waits for, and what that does.
func applied(m terraform.Module, address string) []string {
	var out []string
	var follow func(string)
	follow = func(address string) {
		for _, r := range m.Resources {
			if r.Address() != address {
				continue
			}
			for _, a := range r.Attrs {
				for _, other := range m.Resources {
					if refers(a.Value, other.Address()) && !slices.Contains(out, other.Address()) {
						out = append(out, other.Address())
						follow(other.Address())
					}
				}
			}
		}
	}
	follow(address)
	return out
}

// refers reports whether a value names a resource.
func refers(v terraform.Value, address string) bool {
	if ref, ok := v.AsRef(); ok {
		return ref == address || strings.HasPrefix(ref, address+".")
	}
	list, _ := v.AsList()
	return slices.ContainsFunc(list, func(e terraform.Value) bool { return refers(e, address) })
}
