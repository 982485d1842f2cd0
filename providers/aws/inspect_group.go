package aws

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// inspectGroups describes the security groups, each with its own rules. Groups that rules belong to and that the module does not
// make are among them.
func (i *inspector) inspectGroups(policy model.Policy) {
	own := ownRules(policy)
	facts := i.groupFacts()
	users := i.groupUsers()
	done := map[model.Group]bool{}
	for _, r := range i.module.Resources {
		if !isGroup(r) || r.Name == unread || done[i.nameOf(r)] {
			continue
		}
		f := audit.Firewall{Object: i.object(r, audit.SecurityGroup), State: model.Stateful, Standard: audit.FlagOf(strings.Contains(r.Type, "default"))}
		done[f.Key] = true
		if r.Uncertain != "" {
			f.Partial = r.Uncertain
		}
		for _, attr := range []string{"ingress", "egress"} {
			if r.Open(attr) && !(r.Get(attr).IsComputed() && len(facts[f.Key].rules) > 0) {
				f.Partial = firstOf(f.Partial, "not all "+attr+" rules are known: "+unknownText(r.Get(attr)))
			}
		}
		i.addGroup(f, f.Key, own[string(f.Key)], facts[f.Key], users)
	}
	for _, r := range i.module.Resources {
		if !isGroupRule(r.Type) {
			continue
		}
		v := r.Get("security_group_id")
		name, why := i.nameIn(v)
		target := model.Selector(name)
		if why != "" {
			name = model.Group(r.Address() + ".security_group_id")
			target = model.Maybe{Selector: model.Any{}, Why: why}
		}
		if done[name] {
			continue
		}
		done[name] = true
		f := audit.Firewall{Object: audit.Object{Provider: "aws", Kind: audit.SecurityGroup, Key: name, Origin: origin(r, ""),
			Untold: true, Description: audit.Text{Unknown: true}}, State: model.Stateful, Loose: true,
			Partial: "it is not made here, and may have other rules"}
		if id, ok := v.AsString(); ok && id != "" {
			f.ID = string(name)
		} else if why == "" {
			f.Address = string(name)
		} else {
			f.Address = r.Address()
		}
		rules := own[string(name)]
		if why != "" {
			rules = own[ruleOf(origin(r, ""))]
		}
		i.addGroup(f, target, rules, facts[name], users)
	}
}

// ruleOf is what ownRules calls the rules of a resource whose group is not known.
func ruleOf(o model.Origin) string { return "rule " + o.Object + "\x00" + o.Path }

// isGroup reports whether a resource is a security group.
func isGroup(r terraform.Resource) bool {
	return r.Type == groupType || r.Type == "aws_default_security_group"
}

// ownRules are the rules of each group, by its name, and those whose group is not known by where they are from.
func ownRules(policy model.Policy) map[string]map[model.Direction][]model.Rule {
	out := map[string]map[model.Direction][]model.Rule{}
	for _, l := range policy.Layers {
		if l.Name != groupChain {
			continue
		}
		for _, dir := range []model.Direction{model.Ingress, model.Egress} {
			for _, c := range l.Chains(dir) {
				if c.Name != groupChain {
					continue
				}
				for _, r := range c.Rules {
					key := ruleOf(r.Origin)
					if g, ok := r.Target.(model.Group); ok {
						key = string(g)
					}
					if out[key] == nil {
						out[key] = map[model.Direction][]model.Rule{}
					}
					out[key][dir] = append(out[key][dir], r)
				}
			}
		}
	}
	return out
}

// addGroup adds a group with its rules and users. Target is what its rules are for.
func (i *inspector) addGroup(f audit.Firewall, target model.Selector, own map[model.Direction][]model.Rule, facts *groupFacts, users groupUsers) {
	f.Target = target
	if facts != nil {
		own = map[model.Direction][]model.Rule{model.Ingress: facts.seen(own[model.Ingress]), model.Egress: facts.seen(own[model.Egress])}
	}
	chain := func(dir model.Direction) []model.Chain {
		return []model.Chain{{Name: groupChain, Guard: model.Guard{Target: target}, Order: model.AnyAllow, Default: model.Deny, Rules: own[dir]}}
	}
	f.Ingress, f.Egress = chain(model.Ingress), chain(model.Egress)
	if facts != nil {
		f.Rules, f.Quotas = facts.rules, facts.quotas()
		for at := range f.Rules {
			f.Rules[at].Link = f.Link
		}
	}
	f.Users = users.of[f.Key]
	f.NotAll = users.notAll
	if f.Standard == audit.Yes && users.vague != nil {
		f.Users = append(f.Users, *users.vague)
	}
	if users.unsure != nil {
		f.Users = append(f.Users, *users.unsure)
	}
	slices.SortFunc(f.Users, func(a, b audit.User) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Key, b.Key))
	})
	f.Users = slices.Compact(f.Users)
	i.estate.Firewalls = append(i.estate.Firewalls, f)
}

// inspectRemoteAccess describes the group that EKS makes for a node group with an SSH key and without groups to admit
// it from: it admits SSH from anywhere (EKS API, RemoteAccessConfig, sourceSecurityGroups).
func (i *inspector) inspectRemoteAccess() {
	for _, r := range i.module.Resources {
		if r.Type != "aws_eks_node_group" {
			continue
		}
		for n, b := range r.BlocksOf("remote_access") {
			key, groups := b.Body.Get("ec2_ssh_key"), b.Body.Get("source_security_group_ids")
			if list, known := groups.AsList(); isUnset(key) || len(list) > 0 || !known && !groups.IsNull() {
				continue
			}
			o := i.object(r, audit.SecurityGroup)
			o.Key += " remote_access"
			at := origin(r, fmt.Sprintf("remote_access[%d]", n))
			rule := model.Rule{Action: model.Allow, Peer: model.At{Addrs: model.AllIPv4()}, Traffic: model.Traffic{model.Ports(model.TCP, 22, 22)},
				Target: o.Key, Origin: at, Reason: "EKS admits SSH from anywhere where no group is given"}
			chain := model.Chain{Name: groupChain, Guard: model.Guard{Target: o.Key}, Order: model.AnyAllow, Default: model.Deny, Rules: []model.Rule{rule}}
			i.estate.Firewalls = append(i.estate.Firewalls, audit.Firewall{Object: o, State: model.Stateful, Ingress: []model.Chain{chain},
				Egress: []model.Chain{{Name: groupChain, Order: model.AnyAllow, Default: model.Deny}}, Target: o.Key,
				Rules:   []audit.Rule{{Origin: at, Direction: model.Ingress, Added: true}},
				Partial: "EKS makes it", NotAll: "EKS puts it on the nodes of the group",
				Traits: []audit.Trait{{Code: audit.OpenByOmission, Text: "remote_access has a key and no source_security_group_ids, so that EKS admits SSH from 0.0.0.0/0"}}})
			break
		}
	}
}
