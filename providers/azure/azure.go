// Package azure encodes policies as Azure network security groups and decodes
// such groups back.
//
// A network security group (NSG) filters at a subnet or at a network interface,
// in both directions, statefully, by the first rule that matches in order of
// priority. Rules name addresses, service tags or application security groups
// (ASGs). What a policy leaves to nobody is refused by explicit rules, because the
// rules that every NSG ends with admit the virtual network and the internet.
//
// The facts are those of Microsoft's pages "Network security groups", "How network
// security groups filter network traffic", "Application security groups", "Virtual
// network service tags" and "Azure subscription limits" at learn.microsoft.com/azure.
package azure

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// Options are the choices of [New]. There are none so far.
type Options struct{}

// Provider is Azure. Make it with [New]. It is safe for concurrent use.
type Provider struct{}

var _ providers.Provider = Provider{}

// New returns the provider.
func New(Options) Provider { return Provider{} }

// Name returns "azure".
func (Provider) Name() string { return "azure" }

// Encode writes an intent as NSGs: one per subnet that holds segments, or
// one per segment for the segment's network interfaces, as the site says; the
// latter also where there is no placement.
//
// A segment is named in rules by its addresses where nobody else holds them, and by an ASG
// otherwise; always by its addresses on AKS, where ASGs hold nodes and cannot tell pods apart.
// Whatever a rule then names too many or too few is a loss.
//
// An NSG whose rules or addresses are too many is shortened as far as it takes; with [providers.ShrinkAlways]
// all are as far as can be. Segments may then share rules. Priorities are those of Intent.Numbers for rules
// of the same name, which follows from what they say.
//
// On errors the Output is of no use: a placement that leaves open where a segment is,
// or more rules than an NSG takes.
func (Provider) Encode(in providers.Intent) (providers.Output, []model.Finding) {
	e := newEncoder(in)
	if e.checkSite(); model.WorstSeverity(e.findings) == model.Error {
		return providers.Output{}, model.SortFindings(e.findings)
	}
	groups := e.securityGroups()
	for i := range groups {
		e.fill(&groups[i])
		e.number(&groups[i])
	}
	out := e.output(groups)
	if f, ok := providers.NodeLocal(in, "keep the cluster's own network policies as well (az aks update --network-policy), "+
		"or place segments in subnets of their own"); ok {
		e.find(f)
		out.Unseen = f.Affects
	}
	e.checkQuotas(groups)
	e.reportProbes()
	return out, model.SortFindings(append(e.findings, e.losses.findings()...))
}

// requirement is the Terraform provider that the modules are written for.
// Version 4.38 made rules with two kinds of address on one side an error
// (terraform-provider-azurerm changelog); version 5 changed nothing about NSGs.
func requirement() terraform.Requirement {
	return terraform.Requirement{Name: "azurerm", Source: "hashicorp/azurerm", Constraint: ">= 4.38, < 6.0"}
}
