package gcp

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
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
	groups    map[string]terraform.Resource // address groups by path
	subnets   map[string][]subnet           // by key of the network
	// subnetByPath are the subnetworks whose path is known.
	subnetByPath map[string]terraform.Resource
	// everywhere are hierarchical policies on networks that are not known.
	everywhere []association
	unread     []terraform.Resource // firewall policies of kinds that are not modelled
	// notRead are parts of native modules that were not read.
	notRead  []terraform.Resource
	findings []model.Finding
}

// network is a VPC network and what is asked on it.
type network struct {
	vpc map[model.Direction][]model.Rule
	// policies are the firewall policies on it.
	policies []association
	// order is when VPC rules are asked.
	order stageOrder
	// declared is the network's resource; nil where it is not in the module.
	declared *terraform.Resource
}

// stageOrder is a network's networkFirewallPolicyEnforcementOrder. The zero
// stageOrder is Google Cloud's default.
type stageOrder uint8

const (
	vpcFirst stageOrder = iota
	vpcLast
	vpcSometime // the value is not known
	// vpcAbove is no order that there is: VPC rules even before hierarchical policies. It shows what these decide
	// by being asked first.
	vpcAbove
)

// policyRules are the rules of one firewall policy.
type policyRules struct {
	kind policyKind
	// parent is the organization or folder that a hierarchical policy is of, "" where it is not known.
	parent string
	rules  map[model.Direction][]policyRule
	// at says which rule has a priority, for priorities are used once.
	at map[int]string
}

// policyRule is a rule of a policy.
type policyRule struct {
	model.Rule
	// networks are the keys of the only networks that it is for; nil: all.
	networks []string
}

func newDecoder(o Options, m terraform.Module) *decoder {
	d := &decoder{opts: o, module: m, byAddress: map[string]terraform.Resource{},
		networks: map[string]*network{}, policies: map[string]*policyRules{},
		groups: map[string]terraform.Resource{}, subnets: map[string][]subnet{}, subnetByPath: map[string]terraform.Resource{}}
	for _, r := range m.Resources {
		d.byAddress[r.Address()] = r
	}
	return d
}

// readPlaces reads what rules refer to: networks, subnetworks and address groups.
func (d *decoder) readPlaces() {
	for _, r := range d.module.Resources {
		switch r.Type {
		case typeNetwork:
			d.readNetwork(r)
		case typeAddressGroup:
			d.groups[groupPath(r)] = r
		case typeSubnetwork:
			d.readSubnetwork(r)
		case typeNotRead:
			if network := r.Get("network"); !network.IsNull() {
				d.network(networkKey(network, terraform.Value{}))
			}
			d.notRead = append(d.notRead, r)
		}
	}
}

func (d *decoder) run() model.Policy {
	d.readPlaces()
	for _, r := range d.module.Resources {
		d.readResource(r)
	}
	d.doubtTwins()
	d.spreadUnknown()
	d.checkAssociations()
	layer := model.Layer{Name: "VPC firewall", State: model.Stateful}
	for _, key := range sortedKeys(d.networks) {
		layer.Ingress = append(layer.Ingress, d.chains(key, model.Ingress)...)
		layer.Egress = append(layer.Egress, d.chains(key, model.Egress)...)
	}
	d.checkNetworks()
	return model.Policy{Layers: []model.Layer{layer}}
}

func (d *decoder) readResource(r terraform.Resource) {
	switch r.Type {
	case typeFirewall:
		d.readFirewall(r)
	case typePolicy, typeRegionalPolicy, typeHierarchy, typeSystemPolicy:
		d.readPolicy(r)
	case typePolicyRule, typeRegionalRule, typeHierarchyRule, typeSystemRule:
		d.readPolicyRule(r)
	case typeAssociation, typeRegionalAssociation, typeHierarchyAssociation, typeSystemAssociation:
		d.readAssociation(r)
	default:
		if isFirewallPolicy(r.Type) {
			d.unread = append(d.unread, r)
			d.report(r, model.Warning, "unread-policy", fmt.Sprintf("%s is not modelled; it may admit or refuse anything before other rules are asked", r.Type),
				"compare it by hand, or leave it out on purpose")
		}
	}
}

// isFirewallPolicy recognises whole-policy resources, and the organization policies that came
// before hierarchical ones.
func isFirewallPolicy(typ string) bool {
	return strings.HasPrefix(typ, "google_compute_") && strings.Contains(typ, "firewall_policy") ||
		strings.HasPrefix(typ, "google_compute_organization_security_policy")
}

// readNetwork notes in which order the network asks its stages.
func (d *decoder) readNetwork(r terraform.Resource) {
	n := d.network(networkKey(nameOf(r), r.Get("project")))
	n.declared = &r
	const attr = "network_firewall_policy_enforcement_order"
	v := d.resolve(r.Get(attr))
	order, ok := v.AsString()
	switch {
	case v.IsNull() || ok && order == "AFTER_CLASSIC_FIREWALL":
	case ok && order == "BEFORE_CLASSIC_FIREWALL":
		n.order = vpcLast
	default:
		n.order = vpcSometime
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
		d.policies[key] = &policyRules{rules: map[model.Direction][]policyRule{}, at: map[int]string{}}
	}
	return d.policies[key]
}

// checkNetworks reports what makes the answer incomplete as a whole.
func (d *decoder) checkNetworks() {
	if len(d.networks) == 0 {
		d.findings = append(d.findings, model.Finding{Severity: model.Warning, Code: "no-firewall",
			Summary: "there is no firewall rule and no network, so that nothing is known to be refused"})
	}
	for _, key := range sortedKeys(d.networks) {
		if _, ok := d.twinOf(key); ok {
			d.findings = append(d.findings, model.Finding{Severity: model.Warning, Code: "network-name",
				Summary: fmt.Sprintf("network %s is named with its project and without; it is not known whether the two are one network", key),
				Advice:  "name it by its id or self_link everywhere, or say project in every resource"})
		}
	}
}

// twinOf returns the bare name of a network that is named with its project, where the module has a network
// of that name too: the provider's own project may be the one.
func (d *decoder) twinOf(key string) (string, bool) {
	_, name, ok := strings.Cut(key, "/")
	_, bare := d.networks[name]
	return name, ok && bare
}

// doubtTwins lets what is on a network be perhaps on another that may be the same one.
func (d *decoder) doubtTwins() {
	const why = "whether the network is the one that is named with another project or without is not known"
	type content struct {
		vpc      map[model.Direction][]model.Rule
		policies []association
	}
	more := map[string][]content{}
	for _, key := range sortedKeys(d.networks) {
		n := d.networks[key]
		if name, ok := d.twinOf(key); ok {
			more[name] = append(more[name], content{maps.Clone(n.vpc), slices.Clone(n.policies)})
			more[key] = append(more[key], content{maps.Clone(d.networks[name].vpc), slices.Clone(d.networks[name].policies)})
		}
	}
	for key, others := range more {
		n := d.networks[key]
		for _, o := range others {
			for dir, rules := range o.vpc { // into separate lists
				for _, r := range rules {
					r.Target = model.Maybe{Selector: r.Target, Why: why}
					n.vpc[dir] = append(n.vpc[dir], r)
				}
			}
			for _, a := range o.policies {
				a.doubt = cmp.Or(a.doubt, why)
				n.policies = append(n.policies, a)
			}
		}
	}
}

// spreadUnknown lets what is on a network that is not known be perhaps on any, as its rules and associations are doubted.
func (d *decoder) spreadUnknown() {
	unknown, ok := d.networks[""]
	if !ok {
		return
	}
	for key, n := range d.networks {
		if key == "" {
			continue
		}
		for dir, rules := range unknown.vpc { // into separate lists
			n.vpc[dir] = append(n.vpc[dir], rules...)
		}
		n.policies = append(n.policies, unknown.policies...)
	}
}

func (d *decoder) report(r terraform.Resource, s model.Severity, code, summary, advice string) {
	d.findings = append(d.findings, model.Finding{Severity: s, Code: code, Summary: labelOf(r) + ": " + summary, Advice: advice, Origin: originOf(r)})
}

func originOf(r terraform.Resource) model.Origin {
	return model.Origin{File: r.Pos.File, Line: r.Pos.Line, Column: r.Pos.Column, Object: labelOf(r)}
}

// labelOf is what to call a resource: its address, or the path of a native object.
func labelOf(r terraform.Resource) string {
	if isNative(r) {
		return r.Name
	}
	return r.Address()
}
