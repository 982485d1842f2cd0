package gcp

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// decoder reads one module.
type decoder struct {
	opts      Options
	module    terraform.Module
	byAddress map[string]terraform.Resource
	networks  map[string]*network
	policies  map[string]*policyRules
	unread    []terraform.Resource // firewall policies of kinds that are not modelled
	findings  []model.Finding
}

// network is a VPC network and what is asked on it.
type network struct {
	vpc map[model.Direction][]model.Rule
	// policies are the network firewall policies associated with it.
	policies []association
	// order is when VPC rules are asked.
	order stageOrder
	// declared is whether the network itself is in the module.
	declared bool
}

// association is a policy on a network.
type association struct {
	policy string // key
	// doubt says why it is not known whether there is such an association; empty when there is.
	doubt string
}

// stageOrder is a network's networkFirewallPolicyEnforcementOrder. The zero
// stageOrder is Google Cloud's default.
type stageOrder uint8

const (
	vpcFirst stageOrder = iota
	vpcLast
	vpcSometime // the value is not known
)

// policyRules are the rules of one network firewall policy.
type policyRules struct {
	rules map[model.Direction][]model.Rule
	// at says which rule has a priority, for priorities are used once.
	at map[int]string
}

func newDecoder(o Options, m terraform.Module) *decoder {
	d := &decoder{opts: o, module: m, byAddress: map[string]terraform.Resource{},
		networks: map[string]*network{}, policies: map[string]*policyRules{}}
	for _, r := range m.Resources {
		d.byAddress[r.Address()] = r
	}
	return d
}

func (d *decoder) run() model.Policy {
	for _, r := range d.module.Resources {
		switch {
		case r.Type == typeNetwork:
			d.readNetwork(r)
		case r.Type == typeFirewall:
			d.readFirewall(r)
		case r.Type == typePolicyRule:
			d.readPolicyRule(r)
		case r.Type == typeAssociation:
			d.readAssociation(r)
		case r.Type != typePolicy && isFirewallPolicy(r.Type):
			d.unread = append(d.unread, r)
			d.report(r, model.Warning, "unread-policy", fmt.Sprintf("%s is not modelled; it may admit or refuse anything before other rules are asked", r.Type),
				"compare it by hand, or leave it out on purpose")
		}
	}
	d.checkAssociations()
	layer := model.Layer{Name: "VPC firewall", State: model.Stateful}
	for _, key := range sortedKeys(d.networks) {
		layer.Ingress = append(layer.Ingress, d.chains(key, model.Ingress)...)
		layer.Egress = append(layer.Egress, d.chains(key, model.Egress)...)
	}
	d.checkNetworks()
	return model.Policy{Layers: []model.Layer{layer}}
}

// isFirewallPolicy recognises hierarchical, regional and whole-policy resources,
// and the organization policies that came before them.
func isFirewallPolicy(typ string) bool {
	return strings.HasPrefix(typ, "google_compute_") && strings.Contains(typ, "firewall_policy") ||
		strings.HasPrefix(typ, "google_compute_organization_security_policy")
}

// readNetwork notes in which order the network asks its stages.
func (d *decoder) readNetwork(r terraform.Resource) {
	n := d.network(networkKey(nameOf(r), r.Get("project")))
	n.declared = true
	const attr = "network_firewall_policy_enforcement_order"
	v := d.resolve(r.Get(attr))
	order, ok := v.AsString()
	switch {
	case v.IsNull() || ok && order == "AFTER_CLASSIC_FIREWALL":
	case ok && order == "BEFORE_CLASSIC_FIREWALL":
		n.order = vpcLast
	default:
		n.order = vpcSometime
		d.report(r, model.Warning, "unknown-value", attr+" is not known: VPC firewall rules may be asked before network firewall policies or after", "")
	}
}

// nameOf is a resource's name in the cloud, or a reference to the resource where
// it is not known.
func nameOf(r terraform.Resource) terraform.Value {
	if _, ok := r.Get("name").AsString(); ok {
		return r.Get("name")
	}
	return terraform.Ref(r.Address() + ".id")
}

func (d *decoder) network(key string) *network {
	if d.networks[key] == nil {
		d.networks[key] = &network{vpc: map[model.Direction][]model.Rule{}}
	}
	return d.networks[key]
}

func (d *decoder) policy(key string) *policyRules {
	if d.policies[key] == nil {
		d.policies[key] = &policyRules{rules: map[model.Direction][]model.Rule{}, at: map[int]string{}}
	}
	return d.policies[key]
}

// chains are the stages of a network in one direction, in the order in which
// they are asked (firewall policy rule evaluation order). The last is what
// Google Cloud does where no rule matches: it refuses ingress and admits egress.
func (d *decoder) chains(key string, dir model.Direction) []model.Chain {
	n := d.networks[key]
	guard := model.Guard{Target: networkGroup(key)}
	vpc := model.Chain{Name: "VPC firewall rules", Guard: guard, Order: model.PriorityDenyWins, Rules: n.vpc[dir], Default: model.Pass}
	var policies []model.Chain
	for _, a := range n.policies {
		c := model.Chain{Name: "network firewall policy " + a.policy, Guard: guard, Order: model.FirstMatch, Default: model.Pass}
		c.Rules = d.policy(a.policy).rules[dir]
		if len(n.policies) > 1 { // one is allowed: which of them is there is not known
			a.doubt = "several policies are associated with one network"
		}
		if a.doubt != "" {
			c.Guard.Target = model.Maybe{Selector: networkGroup(key), Why: a.doubt}
		}
		policies = append(policies, c)
	}
	var out []model.Chain
	if len(d.unread) > 0 {
		out = append(out, d.unreadChain(guard))
	}
	switch n.order {
	case vpcFirst:
		out = append(append(out, vpc), policies...)
	case vpcLast:
		out = append(append(out, policies...), vpc)
	case vpcSometime:
		// Asking the VPC rules twice changes nothing, so that a first time
		// that is perhaps not there stands for both orders.
		perhaps := vpc
		perhaps.Guard.Target = model.Maybe{Selector: networkGroup(key), Why: "the network's enforcement order is not known"}
		out = append(append(append(out, perhaps), policies...), vpc)
	}
	last := model.Chain{Name: "implied rules", Guard: guard, Order: model.PriorityDenyWins, Default: model.Allow}
	if dir == model.Ingress {
		last.Default = model.Deny
	}
	return append(out, last)
}

// unreadChain stands for policies that are not modelled: they may do anything.
func (d *decoder) unreadChain(guard model.Guard) model.Chain {
	c := model.Chain{Name: "policies that are not modelled", Guard: guard, Order: model.FirstMatch, Default: model.Pass}
	for _, r := range d.unread {
		for _, a := range []model.Action{model.Allow, model.Deny} {
			c.Rules = append(c.Rules, model.Rule{Name: r.Address(), Action: a, Origin: originOf(r),
				Target: model.Maybe{Selector: model.Any{}, Why: r.Type + " is not modelled"}, Traffic: model.Traffic{model.AllTraffic()}})
		}
	}
	return c
}

// readAssociation puts a policy on a network; without one, it does nothing.
func (d *decoder) readAssociation(r terraform.Resource) {
	key, policy := d.networkOf(r.Get("attachment_target"), r), d.policyOf(r.Get("firewall_policy"), r)
	doubt := r.Uncertain
	if key == "" || policy == "" {
		doubt = "it is not known which policy is associated with which network"
	}
	if doubt != "" {
		d.report(r, model.Warning, "unknown-value", doubt, "")
	}
	n := d.network(key)
	n.policies = append(n.policies, association{policy, doubt})
	d.policy(policy)
}

// checkAssociations reports policies without a network and networks with several
// global policies, of which there can be one.
func (d *decoder) checkAssociations() {
	used := map[string]bool{}
	for _, key := range sortedKeys(d.networks) {
		n := d.networks[key]
		var names []string
		for _, a := range n.policies {
			used[a.policy] = true
			names = append(names, a.policy)
		}
		if len(n.policies) > 1 {
			d.findings = append(d.findings, model.Finding{Severity: model.Error, Code: "several-policies",
				Summary: fmt.Sprintf("network %s has %d network firewall policies, and one is allowed: %s", key, len(n.policies), strings.Join(names, ", "))})
		}
		if len(n.policies) == 1 && len(n.vpc) > 0 && !n.declared {
			d.findings = append(d.findings, model.Finding{Severity: model.Info, Code: "stage-order",
				Summary: fmt.Sprintf("network %s is not among the resources; its VPC firewall rules are taken to be asked before its policy, as by default", key)})
		}
	}
	for _, p := range sortedKeys(d.policies) {
		if !used[p] {
			d.findings = append(d.findings, model.Finding{Severity: model.Warning, Code: "unused-policy",
				Summary: fmt.Sprintf("network firewall policy %s is associated with no network and does nothing", p)})
		}
	}
}

// checkNetworks reports what makes the answer incomplete as a whole.
func (d *decoder) checkNetworks() {
	if len(d.networks) == 0 {
		d.findings = append(d.findings, model.Finding{Severity: model.Warning, Code: "no-firewall",
			Summary: "there is no firewall rule and no network, so that nothing is known to be refused"})
	}
	for _, key := range sortedKeys(d.networks) {
		_, name, ok := strings.Cut(key, "/")
		if _, bare := d.networks[name]; ok && bare {
			d.findings = append(d.findings, model.Finding{Severity: model.Warning, Code: "network-name",
				Summary: fmt.Sprintf("network %s is named with its project and without; the two are taken for different networks", key),
				Advice:  "name it in one way"})
		}
	}
}

func (d *decoder) report(r terraform.Resource, s model.Severity, code, summary, advice string) {
	d.findings = append(d.findings, model.Finding{Severity: s, Code: code, Summary: r.Address() + ": " + summary, Advice: advice, Origin: originOf(r)})
}

func originOf(r terraform.Resource) model.Origin {
	return model.Origin{File: r.Pos.File, Line: r.Pos.Line, Column: r.Pos.Column, Object: r.Address()}
}
