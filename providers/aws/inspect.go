package aws

import (
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// Inspect describes security groups, network ACLs, VPCs, subnets and interfaces for an audit. See [providers.Inspected].
func (p Provider) Inspect(m terraform.Module, policy model.Policy) audit.Estate {
	d := &decoder{module: m, alias: map[string]model.Group{}, lists: map[model.Group]model.Selector{}}
	d.learnNames()
	i := inspector{decoder: d, estate: audit.Estate{Unread: map[audit.Kind]string{}}}
	i.inspectGroups(policy)
	i.inspectACLs()
	return i.estate
}

// inspector is one run of Inspect.
type inspector struct {
	*decoder
	estate audit.Estate
}

// object is what a resource is called.
func (i *inspector) object(r terraform.Resource, kind audit.Kind) audit.Object {
	o := audit.Object{Provider: "aws", Kind: kind, Key: i.nameOf(r), Origin: origin(r, ""), Address: r.Address()}
	o.ID, _ = r.Get("id").AsString()
	if isLive(r) {
		o.Address = ""
	}
	o.Name, _ = r.Get("name").AsString()
	if tags, ok := r.Get("tags").AsObject(); ok {
		o.Tags = map[string]string{}
		for k, v := range tags {
			text, known := v.AsString()
			o.Tags[k] = text
			o.Untold = o.Untold || !known
		}
		if o.Name == "" {
			o.Name = o.Tags["Name"]
		}
	} else {
		o.Untold = !r.Get("tags").IsNull()
	}
	if v := r.Get("description"); !v.IsNull() {
		text, known := v.AsString()
		o.Description = audit.Text{Value: text, Unknown: !known}
	}
	return o
}

// inspectGroups describes the security groups, each with its own rules.
func (i *inspector) inspectGroups(policy model.Policy) {
	own := map[model.Group]map[model.Direction][]model.Rule{}
	for _, l := range policy.Layers {
		if l.Name != groupChain {
			continue
		}
		for _, dir := range []model.Direction{model.Ingress, model.Egress} {
			for _, c := range l.Chains(dir) {
				for _, r := range c.Rules {
					if g, ok := r.Target.(model.Group); ok && c.Name == groupChain {
						if own[g] == nil {
							own[g] = map[model.Direction][]model.Rule{}
						}
						own[g][dir] = append(own[g][dir], r)
					}
				}
			}
		}
	}
	for _, r := range i.module.Resources {
		if r.Type != groupType && r.Type != "aws_default_security_group" || r.Name == unread {
			continue
		}
		f := audit.Firewall{Object: i.object(r, audit.SecurityGroup), State: model.Stateful, Standard: audit.FlagOf(strings.Contains(r.Type, "default"))}
		f.Target, f.NotAll = f.Key, "configuration does not say what else has it"
		chain := func(dir model.Direction) []model.Chain {
			return []model.Chain{{Name: groupChain, Guard: model.Guard{Target: f.Key}, Order: model.AnyAllow, Default: model.Deny, Rules: own[f.Key][dir]}}
		}
		f.Ingress, f.Egress = chain(model.Ingress), chain(model.Egress)
		i.estate.Firewalls = append(i.estate.Firewalls, f)
	}
}

// inspectACLs describes the network ACLs.
func (i *inspector) inspectACLs() {
	a := i.readACLs()
	for _, acl := range a.acls {
		f := audit.Firewall{Object: audit.Object{Provider: "aws", Kind: audit.NetworkACL, Key: acl.name, Origin: acl.origin, Address: acl.origin.Object},
			State: model.Stateless, Target: model.Or(acl.subnets)}
		chain := func(dir model.Direction) []model.Chain {
			return []model.Chain{{Name: f.Label(), Order: model.FirstMatch, Default: model.Deny, Rules: acl.rules[dir]}}
		}
		f.Ingress, f.Egress = chain(model.Ingress), chain(model.Egress)
		i.estate.Firewalls = append(i.estate.Firewalls, f)
	}
}
