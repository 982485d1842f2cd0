package gcp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// checkAssociations reports policies without a network and networks with several
// policies of a kind of which there can be one.
func (d *decoder) checkAssociations() {
	used := map[string]bool{}
	for _, a := range d.everywhere {
		used[a.policy] = true
	}
	for _, key := range sortedKeys(d.networks) {
		n := d.networks[key]
		for _, a := range n.policies {
			used[a.policy] = true
		}
		d.checkSeveral(key, d.policiesOf(n, globalPolicy))
		d.checkSeveral(key, d.policiesOf(n, regionalPolicy))
		d.checkOrder(key, n)
		d.checkPlaces(key, n)
	}
	for _, key := range sortedKeys(d.policies) {
		switch p := d.policies[key]; {
		case used[key], p.kind == regionalPolicy && d.mayBeUsed(key, used):
		case p.kind == hierarchicalPolicy:
			why := "its associations are not among the resources"
			d.everywhere = append(d.everywhere, association{policy: key, kind: p.kind, doubt: why})
			d.findings = append(d.findings, model.Finding{Severity: model.Warning, Code: "unknown-value",
				Summary: fmt.Sprintf("%s %s may be on any network: %s", p.kind, key, why)})
		default:
			d.findings = append(d.findings, model.Finding{Severity: model.Warning, Code: "unused-policy",
				Summary: fmt.Sprintf("%s %s is associated with no network and does nothing", p.kind, key)})
		}
	}
}

// mayBeUsed reports whether an association names a regional policy by its name, of which the region is not known,
// and says so.
func (d *decoder) mayBeUsed(key string, used map[string]bool) bool {
	region, name, _ := strings.Cut(key, "/")
	for other := range used {
		where, same := strings.CutSuffix(other, "/"+name)
		if same && (where == "" || region == "") {
			d.findings = append(d.findings, model.Finding{Severity: model.Warning, Code: "unknown-value",
				Summary: fmt.Sprintf("it is not known in which region the %s %s is", regionalPolicy, name), Advice: "say region in every resource"})
			return true
		}
	}
	return false
}

func (d *decoder) checkSeveral(key string, list []association) {
	names := map[string][]string{}
	for _, a := range list {
		names[a.region] = append(names[a.region], a.policy)
	}
	for _, region := range sortedKeys(names) {
		if n := len(names[region]); n > 1 {
			d.findings = append(d.findings, model.Finding{Severity: model.Error, Code: "several-policies",
				Summary: fmt.Sprintf("network %s has %d %ss%s, and one is allowed: %s", key, n, list[0].kind, prefixed(" in ", region),
					strings.Join(names[region], ", "))})
		}
	}
}

// checkPlaces reports regional policies of which it is not known for whom they are, and hierarchical ones of which
// it is not known which is asked first.
func (d *decoder) checkPlaces(key string, n *network) {
	seen := map[string]bool{}
	for _, a := range n.policies {
		if a.region == "" || seen[a.region] {
			continue
		}
		seen[a.region] = true
		if _, sure := d.inRegion(key, a.region).(model.And); !sure {
			d.findings = append(d.findings, model.Finding{Severity: model.Warning, Code: "unknown-value",
				Summary: fmt.Sprintf("not every subnetwork of network %s is known, and so not for whom the policies in %s are", key, a.region)})
		}
	}
	if list := d.policiesOf(n, hierarchicalPolicy); len(list) > 1 {
		d.findings = append(d.findings, model.Finding{Severity: model.Info, Code: "policy-order",
			Summary: fmt.Sprintf("network %s has %d hierarchical firewall policies; what they decide differently is not known but for that of the "+
				"organization being asked before those of folders", key, len(list)),
			Advice: "name the organization and the folder in the source, so that it is known whose policies they are"})
	}
}

// checkOrder reports where it matters that the order of stages is not known, or is taken for granted.
func (d *decoder) checkOrder(key string, n *network) {
	ordered := slices.ContainsFunc(n.policies, func(a association) bool { return a.kind == globalPolicy || a.kind == regionalPolicy })
	switch {
	case !ordered:
	case n.order == vpcSometime:
		d.report(*n.declared, model.Warning, "unknown-value", "network_firewall_policy_enforcement_order is not known: "+
			"VPC firewall rules may be asked before network firewall policies or after", "")
	case n.declared == nil && len(n.vpc) > 0:
		d.findings = append(d.findings, model.Finding{Severity: model.Info, Code: "stage-order",
			Summary: fmt.Sprintf("network %s is not among the resources; its VPC firewall rules are taken to be asked before its policy, as by default", key)})
	}
}
