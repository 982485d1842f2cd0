package gcp

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// inspectPolicies describes the firewall policies. What a source tells of a policy network by network is one policy again, where
// it is the same on each.
func (i *inspector) inspectPolicies() {
	type copies struct {
		keys []string
		body string
	}
	resources, rules := i.policyResources()
	var groups []copies
	at := map[string][]int{} // places in groups by the name without the network
	keys := append(sortedKeys(resources), sortedKeys(rules)...)
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		name, _, _ := strings.Cut(key, "[")
		if !i.native {
			name = key
		}
		body := i.bodyOf(key)
		n := slices.IndexFunc(at[name], func(n int) bool { return groups[n].body == body })
		if n < 0 {
			at[name] = append(at[name], len(groups))
			groups = append(groups, copies{[]string{key}, body})
			continue
		}
		g := &groups[at[name][n]]
		g.keys = append(g.keys, key)
	}
	for _, g := range groups {
		first := g.keys[0]
		name, _, _ := strings.Cut(first, "[")
		if !i.native || len(at[name]) > 1 {
			name = first
		}
		i.inspectPolicy(name, g.keys, resources[first], rules[first])
	}
}

// policyResources returns the policies of a module that are made in it, and the rules of all that are named, by key.
func (i *inspector) policyResources() (policies, rules map[string][]terraform.Resource) {
	policies, rules = map[string][]terraform.Resource{}, map[string][]terraform.Resource{}
	for _, r := range i.module.Resources {
		kind := kindOfResource(r.Type)
		if kind == 0 {
			continue
		}
		switch t := kind.types(); r.Type {
		case t.policy:
			name, _ := r.Get("name").AsString()
			if isNative(r) {
				name = r.Name + r.Key
			} else if name == "" {
				name = r.Address()
			}
			key := policyKey(kind, name, i.resolve(r.Get("region")))
			policies[key] = append(policies[key], r)
		case t.rule:
			key := policyKey(kind, i.policyOf(r.Get("firewall_policy"), r), i.resolve(r.Get("region")))
			rules[key] = append(rules[key], r)
		}
	}
	return policies, rules
}

// bodyOf is what the rules of a policy say, as text.
func (i *inspector) bodyOf(key string) string {
	if !i.native {
		return ""
	}
	var b strings.Builder
	p := i.policy(key)
	for _, dir := range []model.Direction{model.Ingress, model.Egress} {
		for _, r := range p.rules[dir] {
			fmt.Fprintf(&b, "%s %s %v\n", r.Origin, audit.Describe(r.Rule, dir), r.networks)
			fmt.Fprintln(&b, audit.SelectorText(r.Target))
		}
	}
	return b.String()
}

// inspectPolicy describes one policy, which goes by several keys where it was told network by network.
func (i *inspector) inspectPolicy(name string, keys []string, made, rules []terraform.Resource) {
	p := i.policy(keys[0])
	f := audit.Firewall{State: model.Stateful, Standard: audit.FlagOf(p.kind == systemPolicy)}
	key := model.Group("policy " + name)
	switch {
	case len(made) > 0:
		f.Object = i.object(made[0], audit.FirewallPolicy, key)
	case len(rules) > 0:
		_, bare, _ := strings.Cut(name, " ")
		f.Object = audit.Object{Provider: "gcp", Kind: audit.FirewallPolicy, Key: key, Name: cmp.Or(lastSegment(bare), lastSegment(name)), Origin: originOf(rules[0])}
	default:
		return
	}
	if !i.native {
		f.Partial = "Terraform need not have every rule of the policy"
	}
	on := i.placesOf(keys)
	f.Target, f.NotAll = i.targetOf(on, p.kind)
	for _, r := range rules {
		f.Rules = append(f.Rules, i.policyRules(r, p.kind)...)
	}
	f.Rules = sameNumbers(onceTold(f.Rules))
	f.Ingress, f.Egress = i.policyChain(keys[0], model.Ingress), i.policyChain(keys[0], model.Egress)
	f.Quotas = i.policyQuotas(rules)
	i.put(f, on...)
}

// placesOf returns the networks that a policy is on, surely or perhaps.
func (i *inspector) placesOf(keys []string) []placed {
	var out []placed
	for _, network := range sortedKeys(i.networks) {
		for _, a := range slices.Concat(i.networks[network].policies, i.everywhere) {
			if !slices.ContainsFunc(keys, func(key string) bool { return i.means(a, key) }) {
				continue
			}
			doubt := a.doubt
			if doubt == "" && !slices.Contains(keys, a.policy) {
				doubt = "it is not known in which region the policy is"
			}
			out = append(out, placed{network, a.region, doubt})
		}
	}
	slices.SortFunc(out, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.network, b.network), cmp.Compare(a.region, b.region), cmp.Compare(a.doubt, b.doubt))
	})
	return slices.Compact(out)
}

// means reports whether an association is, or may be, of the policy with a key. Of regional ones, a region that is not said may be
// any.
func (i *inspector) means(a association, key string) bool {
	if a.policy == key {
		return true
	}
	where, name, ok := strings.Cut(a.policy, "/")
	other, same := strings.CutSuffix(key, "/"+name)
	return a.kind == regionalPolicy && ok && !strings.Contains(name, "/") && same && (where == "" || other == "")
}

// targetOf is whom a policy is for, and why there may be others.
func (i *inspector) targetOf(on []placed, kind policyKind) (target model.Selector, notAll string) {
	out := model.Or{}
	for _, p := range on {
		var s model.Selector = networkGroup(p.network)
		if p.region != "" {
			s = i.inRegion(p.network, p.region)
		}
		if p.doubt != "" {
			s = model.Maybe{Selector: s, Why: p.doubt}
			notAll = cmp.Or(notAll, p.doubt)
		}
		out = append(out, s)
		notAll = cmp.Or(notAll, i.lost(typeInstance, p.network))
	}
	if kind == hierarchicalPolicy && !i.native || len(on) == 0 && !i.native {
		notAll = cmp.Or(notAll, "Terraform need not have every association of the policy")
	}
	if kind == hierarchicalPolicy && len(on) == 0 {
		return model.Maybe{Selector: model.Any{}, Why: "which networks the policy is on is not known"}, cmp.Or(notAll, "which networks the policy is on is not known")
	}
	return either(out), notAll
}

// policyChain is the rules of a policy in a direction; those for some networks alone are for machines on these.
func (i *inspector) policyChain(key string, dir model.Direction) []model.Chain {
	p := i.policy(key)
	c := model.Chain{Name: p.kind.String() + " " + key, Order: model.FirstMatch, Default: model.Pass}
	for _, r := range p.rules[dir] {
		if len(r.networks) > 0 {
			var on model.Or
			for _, n := range r.networks {
				on = append(on, networkGroup(n))
			}
			r.Target = with(either(on), []model.Selector{orAny(r.Target)})
		}
		c.Rules = append(c.Rules, r.Rule)
	}
	return []model.Chain{c}
}

func orAny(s model.Selector) model.Selector {
	if s == nil {
		return model.Any{}
	}
	return s
}

// policyRules tells of a rule of a firewall policy, once for each direction that it may be about.
func (i *inspector) policyRules(r terraform.Resource, kind policyKind) []audit.Rule {
	rd := i.reader(r)
	told := i.rule(r, rd)
	if told.Name == "" {
		told.Name, _ = i.resolve(r.Get("rule_name")).AsString()
	}
	priority, handsOn := rd.policyPriority()
	told.Priority, told.Added = priority, handsOn || kind == systemPolicy
	told.Logged = i.flagOf(r.Get("enable_logging"), audit.No)
	var out []audit.Rule
	for _, dir := range rd.directions() {
		one := told
		one.Direction = dir
		for _, m := range r.BlocksOf("match") {
			one.Lists = append(one.Lists, i.listsOf(m.Body, dir)...)
			one.Traits = append(one.Traits, hostBits(i, m.Body, "src_ip_ranges", "dest_ip_ranges")...)
			one.Traits = append(one.Traits, partOfInternet(m.Body, dir)...)
			one.Traits = append(one.Traits, i.portZero(m.Body, "layer4_configs")...)
			if policyPeerOmitted(m.Body, dir) && !handsOn {
				one.Traits = append(one.Traits, audit.Trait{Code: audit.PeersOmitted, Text: "its match names no peer, for which Google Cloud takes everybody"})
			}
		}
		out = append(out, one)
	}
	return out
}

// partOfInternet marks a match that names countries, domains or lists of threats and nobody else but addresses: the Internet is never all
// theirs (compute API, FirewallPolicyRuleMatcher). Where such a list is not known, it may be empty, and the match be for everybody.
func partOfInternet(match terraform.Body, dir model.Direction) []audit.Trait {
	side := map[model.Direction]string{model.Ingress: "src", model.Egress: "dest"}[dir]
	var words []string
	for _, attr := range []string{"_fqdns", "_region_codes", "_threat_intelligences"} {
		list, ok := match.Get(side + attr).AsList()
		if !ok {
			return nil
		}
		for _, v := range list {
			s, ok := v.AsString()
			if !ok {
				s = "one that is not known"
			}
			words = append(words, s)
		}
	}
	if len(words) == 0 || isSet(match.Get(side+"_address_groups")) || len(match.BlocksOf(side+"_secure_tags")) > 0 || match.Open(side+"_secure_tags") {
		return nil
	}
	return []audit.Trait{{Code: audit.PartOfInternet, Text: "it is about " + strings.Join(words, ", ")}}
}

// policyPeerOmitted reports whether a match surely names no peer.
func policyPeerOmitted(match terraform.Body, dir model.Direction) bool {
	side := map[model.Direction]string{model.Ingress: "src", model.Egress: "dest"}[dir]
	for _, attr := range []string{"_ip_ranges", "_address_groups", "_fqdns", "_region_codes", "_threat_intelligences", "_network_context", "_networks", "_secure_tags"} {
		if isSet(match.Get(side+attr)) && !match.Get(side+attr).IsNull() || len(match.BlocksOf(side+attr)) > 0 || match.Open(side+attr) {
			return false
		}
	}
	return true
}

// sameNumbers marks rules of a policy whose priority another one has: priorities are used once (firewall policies, rule details).
func sameNumbers(rules []audit.Rule) []audit.Rule {
	by := map[int][]model.Origin{}
	for _, r := range rules {
		if !slices.Contains(by[r.Priority], r.Origin) {
			by[r.Priority] = append(by[r.Priority], r.Origin)
		}
	}
	for n, r := range rules {
		if len(by[r.Priority]) > 1 {
			rules[n].Traits = append(r.Traits, audit.Trait{Code: audit.SameNumber, Text: fmt.Sprintf("its priority %d is that of another rule too", r.Priority)})
		}
	}
	return rules
}
