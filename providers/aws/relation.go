package aws

import (
	"cmp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

var _ providers.Related = Provider{}

// Relate goes by the tag Name of a resource, which is what the AWS console shows as its name, then by
// its name. Every interface has a security group, so that where there are any, who is in none in a subnet is
// the rest of it. See [providers.Related].
func (Provider) Relate(m terraform.Module, p providers.Population) providers.Relation {
	byAddress := map[string]int{} // places of those that are no rules, of which there may be hundreds of thousands
	for i, r := range m.Resources {
		if !isGroupRule(r.Type) {
			byAddress[r.Address()] = i
		}
	}
	var out providers.Relation
	for _, party := range p.Parties {
		kin := providers.Kin{Rest: party.Name == somebodyElse}
		if i, ok := byAddress[party.Address]; ok {
			r := m.Resources[i]
			kin.Called, kin.Kind, kin.Native = calledByUsers(r), strings.Replace(r.Type, "aws_default_", "aws_", 1), kindGroups
			if kin.Kind == "aws_subnet" {
				kin.Native = kindSubnets
			}
		}
		out.Kin = append(out.Kin, kin)
	}
	for _, r := range m.Resources {
		if r.Type != "aws_subnet" && r.Type != "aws_default_subnet" {
			continue
		}
		place, ok := subnetPlace(r)
		if !ok {
			continue
		}
		party := partyOf(r, "", "subnet")
		party.Groups = nil
		rest := slices.ContainsFunc(out.Kin, func(k providers.Kin) bool { return k.Native == kindGroups })
		party.Addrs = model.Inventory{}.Resolve(place).Must.Rest()
		out.Grounds = append(out.Grounds, providers.Ground{Party: party, Kin: providers.Kin{Called: calledByUsers(r), Kind: "aws_subnet", Native: kindSubnets, Rest: rest}})
	}
	slices.SortFunc(out.Grounds, func(a, b providers.Ground) int { return cmp.Compare(a.Label, b.Label) })
	return out
}

// calledByUsers is the name of a resource to people. A name_prefix is followed by what Terraform adds.
func calledByUsers(r terraform.Resource) string {
	if tags, ok := r.Get("tags").AsObject(); ok {
		if s, ok := tags["Name"].AsString(); ok && s != "" {
			return s
		}
	}
	if s, ok := r.Get("name").AsString(); ok && s != "" {
		return s
	}
	s, _ := r.Get("name_prefix").AsString()
	return strings.TrimRight(s, "-")
}
