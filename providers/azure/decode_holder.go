package azure

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// codeContradiction marks what cannot all be true.
const codeContradiction = "contradiction"

// settleHolders makes subnets and interfaces uncertain that several groups are attached to: each has one network security group or none ("How
// network security groups filter network traffic"), and which of them it is cannot be told. Nor can it be of the interfaces of a
// scale set, which are one party.
func (d *decoder) settleHolders() {
	d.settle(func(g *foundGroup) []model.Selector { return g.subnets })
	d.settle(func(g *foundGroup) []model.Selector { return g.interfaces })
}

func (d *decoder) settle(of func(*foundGroup) []model.Selector) {
	claims := map[model.Group][]string{}
	for _, g := range d.groups {
		mine := map[model.Group]bool{}
		for _, s := range of(g) {
			if h, ok := attachedTo(s); ok && !mine[h] {
				mine[h] = true
				claims[h] = append(claims[h], g.address)
			}
		}
	}
	warned := map[model.Group]bool{}
	for _, g := range d.groups {
		for i, s := range of(g) {
			h, ok := attachedTo(s)
			if !ok || len(claims[h]) < 2 {
				continue
			}
			why := fmt.Sprintf("several network security groups are attached to %s (%s), and a subnet or interface has one", h, strings.Join(claims[h], ", "))
			if !warned[h] {
				d.find(model.Finding{Severity: model.Warning, Code: codeContradiction, Summary: why, Origin: g.origin})
				warned[h] = true
			}
			of(g)[i] = uncertain(s, why)
		}
	}
}

// attachedTo returns the subnet or interface that a selector is, or is perhaps, or is a part of; false where it is not one by name.
func attachedTo(s model.Selector) (model.Group, bool) {
	switch s := s.(type) {
	case model.Group:
		return s, true
	case model.Maybe:
		return attachedTo(s.Selector)
	case model.And:
		if len(s) > 0 {
			return attachedTo(s[0])
		}
	case nil, model.Any, model.At, model.Identities, model.Or, model.Not:
	}
	return "", false
}
