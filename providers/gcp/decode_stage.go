package gcp

import (
	"cmp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// vpcChain is the name of the chain of a network's VPC firewall rules.
const vpcChain = "VPC firewall rules"

// association is a policy on a network.
type association struct {
	policy string // key
	kind   policyKind
	// region is that of a regional policy and of a system policy in a region; "": all.
	region string
	// doubt says why it is not known whether there is such an association; empty when there is.
	doubt string
}

// kindOfResource is the kind of policy that a type of resource is about; 0 for others.
func kindOfResource(typ string) policyKind {
	for _, k := range []policyKind{hierarchicalPolicy, systemPolicy, globalPolicy, regionalPolicy} {
		if t := k.types(); typ == t.policy || typ == t.rule || typ == t.association {
			return k
		}
	}
	return 0
}

// policyKey tells apart policies of one name: global ones have their name alone.
func policyKey(kind policyKind, name string, region terraform.Value) string {
	where, _ := region.AsString()
	switch kind {
	case hierarchicalPolicy:
		return "hierarchical " + name
	case systemPolicy:
		return "system " + name
	case regionalPolicy:
		if strings.Contains(name, "/") {
			return name // a path, which has the region in it
		}
		return lastSegment(where) + "/" + name
	case globalPolicy:
	}
	return name
}

// readPolicy notes who a hierarchical policy is of.
func (d *decoder) readPolicy(r terraform.Resource) {
	kind := kindOfResource(r.Type)
	if kind != hierarchicalPolicy {
		return
	}
	name, _ := r.Get("name").AsString()
	if isNative(r) {
		name = r.Name + r.Key
	} else if name == "" {
		name = r.Address()
	}
	p := d.policy(policyKey(kind, name, terraform.Value{}))
	p.kind = kind
	p.parent, _ = d.resolve(r.Get("parent")).AsString()
}

// readAssociation puts a policy on a network; without one, it does nothing. A hierarchical policy of
// an organization or folder is on networks that are not known, but those on
// native objects are told network by network.
func (d *decoder) readAssociation(r terraform.Resource) {
	a := association{kind: kindOfResource(r.Type), doubt: r.Uncertain}
	name := d.policyOf(r.Get("firewall_policy"), r)
	target := d.resolve(r.Get("attachment_target"))
	path, _ := target.AsString()
	a.region, _ = d.resolve(r.Get("region")).AsString()
	a.policy = policyKey(a.kind, name, d.resolve(r.Get("region")))
	p := d.policy(a.policy)
	p.kind = a.kind
	if a.kind == regionalPolicy && a.region == "" && a.doubt == "" {
		a.doubt = "it is not known in which region the policy is"
	}
	if a.kind == hierarchicalPolicy && !strings.Contains(path, "/networks/") {
		if path == "" {
			path = "what is not known"
		} else if p.parent == "" {
			p.parent = path
		}
		a.doubt = cmp.Or(a.doubt, "the policy is associated with "+path+", and which networks are under it is not known")
		d.report(r, model.Warning, "unknown-value", a.doubt, "read the live project, where the policies that are asked on a network are known")
		d.everywhere = append(d.everywhere, a)
		return
	}
	key := d.networkOf(r.Get("attachment_target"), r)
	if key == "" || name == "" {
		a.doubt = "it is not known which policy is associated with which network"
	}
	if a.doubt != "" {
		d.report(r, model.Warning, "unknown-value", a.doubt, "")
	}
	n := d.network(key)
	n.policies = append(n.policies, a)
}

// policiesOf returns the policies of a kind on a network, sorted by policy and region, each once.
func (d *decoder) policiesOf(n *network, kind policyKind) []association {
	var out []association
	for _, a := range slices.Concat(n.policies, d.everywhere) {
		if a.kind == kind {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b association) int {
		return cmp.Or(cmp.Compare(a.policy, b.policy), cmp.Compare(a.region, b.region))
	})
	return slices.Compact(out)
}

// chains are the stages of a network in one direction, in the order in which
// they are asked (firewall policy rule evaluation order). The last is what
// Google Cloud does where no rule matches: it refuses ingress and admits egress.
func (d *decoder) chains(key string, dir model.Direction) []model.Chain {
	return d.chainsIn(key, dir, d.networks[key].order)
}

// chainsIn are the stages of a network as they would be asked in some order.
func (d *decoder) chainsIn(key string, dir model.Direction, order stageOrder) []model.Chain {
	n := d.networks[key]
	s := d.stagesOf(key, dir)
	vpc := s.vpc(n)
	out := s.unreadChains()
	if order == vpcAbove {
		out = append(out, vpc)
	}
	out = append(out, s.hierarchy(d.policiesOf(n, hierarchicalPolicy))...)
	out = append(out, s.inSomeOrder(d.policiesOf(n, systemPolicy))...)
	policies := append(s.only(d.policiesOf(n, globalPolicy)), s.only(d.policiesOf(n, regionalPolicy))...)
	switch order {
	case vpcAbove:
		out = append(out, policies...)
	case vpcFirst:
		out = append(append(out, vpc), policies...)
	case vpcLast:
		out = append(append(out, policies...), vpc)
	case vpcSometime:
		// Asking the VPC rules twice changes nothing, so that a first time
		// that is perhaps not there stands for both orders.
		if len(policies) > 0 {
			out = append(out, perhaps(vpc, "the network's enforcement order is not known"))
		}
		out = append(append(out, policies...), vpc)
	}
	return append(out, s.implied())
}

// vpc is the chain of the network's VPC firewall rules.
func (s stages) vpc(n *network) model.Chain {
	return model.Chain{Name: vpcChain, Guard: s.guard, Order: model.PriorityDenyWins, Rules: s.own(n.vpc[s.dir]), Default: model.Pass}
}

// implied is the chain of what Google Cloud does where no rule matches.
func (s stages) implied() model.Chain {
	last := model.Chain{Name: "implied rules", Guard: s.guard, Order: model.PriorityDenyWins, Default: model.Allow}
	if s.dir == model.Ingress {
		last.Default = model.Deny
	}
	return last
}

// stagesOf makes the chains of a network in a direction.
func (d *decoder) stagesOf(key string, dir model.Direction) stages {
	return stages{decoder: d, key: key, dir: dir, guard: model.Guard{Target: networkGroup(key)}}
}

// perhaps is a chain of which it is not known whether it is asked there.
func perhaps(c model.Chain, why string) model.Chain {
	c.Guard.Target = model.Maybe{Selector: c.Guard.Target, Why: why}
	return c
}

// stages makes the chains of a network in one direction.
type stages struct {
	*decoder
	key   string
	dir   model.Direction
	guard model.Guard
}

// chain is a policy on the network.
func (s stages) chain(a association) model.Chain {
	c := model.Chain{Name: a.kind.String() + " " + a.policy, Guard: s.guard, Order: model.FirstMatch, Default: model.Pass}
	for _, r := range s.rulesOf(a) {
		if rule, ok := s.here(r); ok {
			c.Rules = append(c.Rules, rule)
		}
	}
	if a.region != "" {
		c.Guard.Target = s.inRegion(s.key, a.region)
	}
	if a.doubt != "" {
		return perhaps(c, a.doubt)
	}
	return c
}

// own are VPC rules whose source tags and accounts stand for machines of the network itself: those of another network
// that have the same do not count (compute API, Firewall.SourceTags). Where there is one network, that goes without saying.
func (s stages) own(rules []model.Rule) []model.Rule {
	if s.dir == model.Egress || len(s.networks) < 2 {
		return rules
	}
	return fromNetwork(rules, networkGroup(s.key))
}

// fromNetwork returns ingress rules whose tags and accounts are narrowed to machines of a network.
func fromNetwork(rules []model.Rule, network model.Group) []model.Rule {
	out := slices.Clone(rules)
	for i, r := range out {
		out[i].Peer = ofNetwork(r.Peer, network)
	}
	return out
}

// ofNetwork narrows the tags and accounts of a peer to machines of the network. Elsewhere in a peer, there are
// addresses only, and what is not known.
func ofNetwork(peer model.Selector, network model.Group) model.Selector {
	switch p := peer.(type) {
	case model.Group:
		return model.And{network, p}
	case model.Or:
		out := make(model.Or, len(p))
		for i, e := range p {
			out[i] = ofNetwork(e, network)
		}
		return out
	case nil, model.Any, model.At, model.Identities, model.And, model.Not, model.Maybe:
	}
	return peer
}

// OnNetworks narrows the source tags and accounts of VPC firewall rules to machines of the rule's network. See
// [providers.Networked].
func (Provider) OnNetworks(p model.Policy) model.Policy {
	out := model.Policy{Layers: slices.Clone(p.Layers)}
	for i, l := range out.Layers {
		chains := slices.Clone(l.Ingress)
		for j, c := range chains {
			networks := providers.GroupsOf(c.Guard.Target)
			if c.Name == vpcChain && len(networks) == 1 {
				chains[j].Rules = fromNetwork(c.Rules, networks[0])
			}
		}
		out.Layers[i].Ingress = chains
	}
	return out
}

// rulesOf returns the rules of a policy. Those of a regional policy whose region is not said there, or is not
// said by the association, may be rules of another policy of that name.
func (s stages) rulesOf(a association) []policyRule {
	out := slices.Clone(s.policy(a.policy).rules[s.dir])
	region, name, ok := strings.Cut(a.policy, "/")
	if a.kind != regionalPolicy || !ok || strings.Contains(name, "/") {
		return out
	}
	for _, key := range sortedKeys(s.policies) {
		p := s.policies[key]
		where, same := strings.CutSuffix(key, "/"+name)
		if p.kind != regionalPolicy || !same || key == a.policy || where != "" && region != "" {
			continue
		}
		for _, r := range p.rules[s.dir] {
			r.Target = model.Maybe{Selector: r.Target, Why: "it is not known in which region the policy " + name + " is"}
			out = append(out, r)
		}
	}
	return out
}

// here is a rule as it is on the network; false where it is for other networks only. A network that is named
// by a reference or without its project may be the one that another name stands for.
func (s stages) here(r policyRule) (model.Rule, bool) {
	if r.networks == nil || slices.Contains(r.networks, s.key) {
		return r.Rule, true
	}
	for _, n := range r.networks {
		if strings.Contains(n, "/") && strings.Contains(s.key, "/") {
			continue // both have their project
		}
		if _, other := s.networks[n]; !other {
			rule := r.Rule
			rule.Target = model.Maybe{Selector: rule.Target, Why: "whether network " + n + " is " + s.key + " is not known"}
			return rule, true
		}
	}
	return model.Rule{}, false
}

// only makes chains of policies of which a network, or a region of it, has one at most: which of several
// is there is not known.
func (s stages) only(list []association) []model.Chain {
	in := map[string]int{}
	for _, a := range list {
		in[a.region]++
	}
	var out []model.Chain
	for _, a := range list {
		if in[a.region] > 1 {
			a.doubt = "several policies are associated with one network"
		}
		out = append(out, s.chain(a))
	}
	return out
}

// hierarchy makes chains of hierarchical policies: that of the organization is asked first, and then those
// of the folders from the top down. How folders are nested is not known.
func (s stages) hierarchy(list []association) []model.Chain {
	var first, rest []association
	for _, a := range list {
		if strings.HasPrefix(s.policy(a.policy).parent, "organizations/") {
			first = append(first, a)
		} else {
			rest = append(rest, a)
		}
	}
	allKnown := !slices.ContainsFunc(rest, func(a association) bool { return s.policy(a.policy).parent == "" })
	if !allKnown {
		return s.inSomeOrder(list)
	}
	return append(s.inSomeOrder(first), s.inSomeOrder(rest)...)
}

// inSomeOrder makes chains of policies of which all are asked, in an order that is not known. Asking
// a policy again changes nothing; so where each is asked perhaps in every round but the last,
// each order is among what may be.
func (s stages) inSomeOrder(list []association) []model.Chain {
	var out []model.Chain
	for range max(len(list)-1, 0) {
		for _, a := range list {
			out = append(out, perhaps(s.chain(a), "the order of the policies is not known"))
		}
	}
	for _, a := range list {
		out = append(out, s.chain(a))
	}
	return out
}

// unreadChains stand for policies that are not modelled and for what was not read: they may do anything.
func (s stages) unreadChains() []model.Chain {
	var strange, lost []model.Rule
	anything := func(r terraform.Resource, why string) []model.Rule {
		var out []model.Rule
		for _, a := range []model.Action{model.Allow, model.Deny} {
			out = append(out, model.Rule{Name: labelOf(r), Action: a, Origin: originOf(r),
				Target: model.Maybe{Selector: model.Any{}, Why: why}, Traffic: model.Traffic{model.AllTraffic()}})
		}
		return out
	}
	for _, r := range s.unread {
		strange = append(strange, anything(r, r.Type+" is not modelled")...)
	}
	for _, r := range s.notRead {
		if networkKey(r.Get("network"), terraform.Value{}) != s.key {
			continue
		}
		switch what, _ := r.Get("what").AsString(); what {
		case typeFirewall:
			strange = append(strange, anything(r, r.Uncertain)...)
		case typePolicy:
			lost = append(lost, anything(r, r.Uncertain)...)
		}
	}
	var out []model.Chain
	if len(strange) > 0 {
		out = append(out, model.Chain{Name: "policies that are not modelled", Guard: s.guard, Order: model.FirstMatch, Rules: strange, Default: model.Pass})
	}
	if len(lost) > 0 {
		out = append(out, model.Chain{Name: unreadPolicies, Guard: s.guard, Order: model.FirstMatch, Rules: lost, Default: model.Pass})
	}
	return out
}
