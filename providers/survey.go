package providers

import (
	"cmp"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// Surveyor is a [Provider] that says what stands where in its networks: what a placement can be started from.
type Surveyor interface {
	// Survey returns what stands where, of the resources that [Native.Resources] returns. What is not known of a thing is
	// left out.
	Survey(terraform.Module) Survey
}

// Survey is what stands where in the networks of a cloud.
type Survey struct {
	// Region, Project and ResourceGroup are as in [Site]; empty where there are several or none.
	Region, Project, ResourceGroup string
	// Subnets are sorted by network and id, Interfaces by label.
	Subnets    []SurveyedSubnet
	Interfaces []Interface
}

// SurveyedSubnet is a subnet that is there. Its name is the cloud's, and need not be unique.
type SurveyedSubnet struct {
	Subnet
	// Network is the id of its network, as [Site] has it.
	Network string
}

// Interface is something that holds addresses in a network and has the rules of groups applied to it.
type Interface struct {
	// Label is what to call it: "eni-0a1b".
	Label string
	// Addrs is the addresses that packets from it have, those of pods behind it included.
	Addrs model.AddrSet
	// Subnets are the ids of the subnets that it is in, sorted.
	Subnets []string
	// Groups are the existing identities that rules know it by: ids of security groups, network tags, ids of application
	// security groups. Sorted.
	Groups []string
	// Accounts are its service accounts, sorted; of Google's machines only.
	Accounts []string
}

// Sorted returns the survey in its order, of which the lists of each interface are sorted and hold everything once.
func (s Survey) Sorted() Survey {
	once := func(words []string) []string {
		out := slices.Clone(words)
		slices.Sort(out)
		return slices.Compact(out)
	}
	s.Subnets, s.Interfaces = slices.Clone(s.Subnets), slices.Clone(s.Interfaces)
	for i, f := range s.Interfaces {
		s.Interfaces[i].Subnets, s.Interfaces[i].Groups, s.Interfaces[i].Accounts = once(f.Subnets), once(f.Groups), once(f.Accounts)
	}
	slices.SortFunc(s.Subnets, func(a, b SurveyedSubnet) int {
		return cmp.Or(cmp.Compare(a.Network, b.Network), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(s.Interfaces, func(a, b Interface) int { return cmp.Compare(a.Label, b.Label) })
	return s
}
