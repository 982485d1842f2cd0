package aws

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// settleSubnets makes subnets uncertain that several ACLs are put on: a subnet is associated with one network ACL at a time, and a
// new association takes the place of the one before (VPC user guide, network ACLs). Which was made last is not known.
func (a *aclReader) settleSubnets() {
	claims := map[model.Group][]string{}
	for _, acl := range a.acls {
		mine := map[model.Group]bool{}
		for _, s := range acl.subnets {
			if g, ok := subnetOf(s); ok && !mine[g] {
				mine[g] = true
				claims[g] = append(claims[g], string(acl.name))
			}
		}
	}
	warned := map[model.Group]bool{}
	for _, acl := range a.acls {
		for i, s := range acl.subnets {
			g, ok := subnetOf(s)
			if !ok || len(claims[g]) < 2 {
				continue
			}
			why := fmt.Sprintf("%s is put under several network ACLs (%s), and a subnet is under one at a time", g, strings.Join(claims[g], ", "))
			if !warned[g] {
				a.warn(codeContradiction, why, acl.origin)
				warned[g] = true
			}
			if _, unsure := s.(model.Maybe); !unsure {
				acl.subnets[i] = model.Maybe{Selector: s, Why: why}
			}
		}
	}
}

// subnetOf returns the subnet that a selector is, or is perhaps; false where it is not one by name.
func subnetOf(s model.Selector) (model.Group, bool) {
	if m, ok := s.(model.Maybe); ok {
		s = m.Selector
	}
	g, ok := s.(model.Group)
	return g, ok
}
