package azure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// inspectGroups describes the network security groups that are here.
func (i *inspector) inspectGroups() {
	for _, g := range i.groups {
		users, notAll := i.usersOf(g)
		r, here := i.resources[g.address]
		if !here || g.elsewhere {
			continue
		}
		f := audit.Firewall{Object: i.object(r, audit.NetworkSecurityGroup), State: model.Stateful, Standard: audit.No,
			Users: users, NotAll: notAll, Partial: g.partial}
		if g.uncertain != "" {
			f.Partial = g.uncertain
		}
		f.Target = model.Or(slices.Concat(g.subnets, g.interfaces))
		f.Ingress = []model.Chain{i.chain(g, f, g.inbound, defaultInbound())}
		f.Egress = []model.Chain{i.chain(g, f, g.outbound, defaultOutbound())}
		f.Rules = i.rulesOf(g, f)
		refuseProbes(&f)
		f.Quotas = quotasOf(g)
		i.estate.Firewalls = append(i.estate.Firewalls, f)
	}
}

// usersOf returns what a group is attached to, why there may be more, and notes it of these.
func (i *inspector) usersOf(g *foundGroup) ([]audit.User, string) {
	key := i.keyOf(g.address)
	var users []audit.User
	notAll := ""
	if !g.native {
		notAll = "Terraform does not say what else it is attached to"
	}
	if g.native && !g.loose {
		if known, ok := i.resources[g.address].Get(attrAttached).AsBool(); !ok || !known {
			notAll = "not everything was read that it may be attached to"
		}
	}
	add := func(kind audit.Kind, s model.Selector) {
		p := i.placeOf(s)
		switch {
		case p.key == interfacesOf(g.address):
		case p.why != "":
			notAll = p.why
			i.perhaps[p.key] = p.why
			if p.key != "" {
				users = append(users, audit.User{Kind: kind, Key: p.key, Label: i.labelOfKey(p.key), Unsure: p.why})
			}
		default:
			users = append(users, audit.User{Kind: kind, Key: p.key, Label: i.labelOfKey(p.key)})
			i.onto[p.key] = append(i.onto[p.key], key)
		}
	}
	for _, s := range g.subnets {
		add(audit.SubnetKind, s)
	}
	for _, s := range g.interfaces {
		add(audit.InterfaceKind, s)
	}
	return users, notAll
}

// labelOfKey is what to call the object with a key.
func (i *inspector) labelOfKey(k model.Group) string {
	if r, ok := i.byKey[k]; ok {
		return i.object(r, "").Label()
	}
	if strings.HasPrefix(string(k), "/") {
		return labelOf(string(k))
	}
	return string(k)
}

// chain is a direction of a group as its members see it.
func (i *inspector) chain(g *foundGroup, f audit.Firewall, own, added []model.Rule) model.Chain {
	c := model.Chain{Name: g.address, Guard: model.Guard{Target: f.Target}, Order: model.FirstMatch, Default: model.Deny}
	for _, r := range own {
		r.Target = insider(r.Target)
		c.Rules = append(c.Rules, r)
	}
	for _, r := range added {
		r.Target, r.Origin = insider(r.Target), addedAt(f.Origin, r.Name)
		c.Rules = append(c.Rules, r)
	}
	return c
}

// addedAt is where a rule is that Azure adds to a group.
func addedAt(o model.Origin, name string) model.Origin {
	o.Path = "default rule " + name
	return o
}

// insider is whom of those in the virtual network a selector names.
func insider(s model.Selector) model.Selector {
	switch s := s.(type) {
	case model.Group:
		if s == tagGroup(tagVirtualNetwork) {
			return nil
		}
	case model.Maybe:
		if inner := insider(s.Selector); inner == nil {
			s.Selector = model.Any{}
			return s
		}
	case model.Or:
		if slices.ContainsFunc(s, func(e model.Selector) bool { return insider(e) == nil }) {
			return nil
		}
	case nil, model.Any:
		return nil
	case model.At, model.Identities, model.And, model.Not:
	}
	return s
}

// rulesOf tells of the rules of a group, those that Azure adds last.
func (i *inspector) rulesOf(g *foundGroup, f audit.Firewall) []audit.Rule {
	var out []audit.Rule
	type identity struct {
		way    model.Direction
		origin model.Origin
	}
	seen := map[identity]bool{}
	same := sameNumbers(g)
	for _, b := range g.bodies {
		told := tellRule(b, f)
		for _, way := range waysOf(b.body) {
			if told.Direction = way; !seen[identity{way, b.origin}] {
				seen[identity{way, b.origin}] = true
				one := told
				one.Traits, one.Lists = slices.Clone(told.Traits), listsOf(b.body, way)
				if others := same[claim{way, told.Priority}]; len(others) > 1 {
					one.Traits = append(one.Traits, sameNumber(told.Name, told.Priority, others))
				}
				out = append(out, one)
			}
		}
	}
	for way, rules := range map[model.Direction][]model.Rule{model.Ingress: defaultInbound(), model.Egress: defaultOutbound()} {
		for _, r := range rules {
			out = append(out, audit.Rule{Origin: addedAt(f.Origin, r.Name), Direction: way, Name: r.Name, Link: f.Link, Priority: r.Priority, Added: true})
		}
	}
	slices.SortStableFunc(out, func(a, b audit.Rule) int { // the rules that were written keep their order
		switch {
		case !a.Added && !b.Added, a.Direction == b.Direction && a.Added && b.Added:
			return 0
		case a.Added != b.Added:
			if b.Added {
				return -1
			}
			return 1
		}
		return int(b.Direction) - int(a.Direction)
	})
	return out
}

// tellRule tells of a rule, but for its direction.
func tellRule(b ruleBody, f audit.Firewall) audit.Rule {
	out := audit.Rule{Origin: b.origin, Link: f.Link, Traits: traitsOf(b.body)}
	out.Name, _ = b.body.Get("name").AsString()
	if n, ok := b.body.Get("priority").AsInt(); ok {
		out.Priority = int(n)
	}
	if v := b.body.Get("description"); !v.IsNull() {
		text, known := v.AsString()
		out.Description = audit.Text{Value: text, Unknown: !known}
	}
	switch {
	case b.holder.Type == typeRule:
		out.ID, _ = b.holder.Get("id").AsString()
	case f.ID != "" && out.Name != "":
		out.ID = f.ID + "/securityRules/" + out.Name
	}
	return out
}

// waysOf is the directions that a rule may be of.
func waysOf(b terraform.Body) []model.Direction {
	s, _ := b.Get("direction").AsString()
	switch strings.ToLower(s) {
	case "inbound":
		return []model.Direction{model.Ingress}
	case "outbound":
		return []model.Direction{model.Egress}
	}
	return []model.Direction{model.Ingress, model.Egress}
}

// sameNumbers is the rules of a group by direction and priority, by name, each name once: a state lists rules twice.
func sameNumbers(g *foundGroup) map[claim][]string {
	out := map[claim][]string{}
	for _, b := range g.bodies {
		n, ok := b.body.Get("priority").AsInt()
		name, named := b.body.Get("name").AsString()
		if !ok || !named || b.holder.Uncertain != "" {
			continue
		}
		if ways := waysOf(b.body); len(ways) == 1 {
			c := claim{ways[0], int(n)}
			if !slices.Contains(out[c], name) {
				out[c] = append(out[c], name)
			}
		}
	}
	return out
}

// sameNumber is the trait of a rule that has a priority with others.
func sameNumber(name string, priority int, all []string) audit.Trait {
	var others []string
	for _, o := range all {
		if o != name {
			others = append(others, fmt.Sprintf("%q", o))
		}
	}
	slices.Sort(others)
	return audit.Trait{Code: audit.SameNumber, Text: fmt.Sprintf("rule %q has priority %d and so has %s, which Azure refuses", name, priority, strings.Join(others, ", "))}
}

// inspectAdminRules describes the security admin rules on each virtual network. What only leaves a matter to
// the network security groups is passed on.
func (i *inspector) inspectAdminRules() {
	told := map[string][]audit.Rule{}
	where := map[string]model.Origin{}
	for _, r := range i.module.Resources {
		if !strings.HasPrefix(r.Type, typeAdminRule) || r.Get(attrNetwork).IsNull() {
			continue
		}
		name := adminName(r.Get(attrNetwork), layerAdmin)
		if isUnreadAdmin(r) {
			name = adminName(r.Get(attrNetwork), layerAdminUnread)
		}
		if _, ok := where[name]; !ok {
			where[name] = originAt(r, r.Pos, "")
		}
		body, _ := adminBody(r)
		one := tellRule(ruleBody{body, originAt(r, r.Pos, ""), r}, audit.Firewall{})
		one.ID, _ = r.Get("id").AsString()
		for _, way := range waysOf(r.Body) {
			one.Direction = way
			told[name] = append(told[name], one)
		}
	}
	for _, s := range i.adminSets {
		f := audit.Firewall{State: model.Stateful, Standard: audit.No, Target: s.network, Rules: told[s.name]}
		f.Object = audit.Object{Provider: "azure", Kind: audit.AdminRules, Key: model.Group(s.name), Name: s.name, Origin: where[s.name]}
		if what, id, ok := strings.Cut(s.name, " on "); ok && id != anyNetwork {
			f.Name = what + " on " + i.labelOfKey(model.Group(id))
			f.Network = i.keyOf(id)
		}
		in, out := s.chains(s.decide)
		for way, c := range map[model.Direction]*model.Chain{model.Ingress: &in, model.Egress: &out} {
			c.Rules = slices.Clone(c.Rules)
			for n, r := range c.Rules {
				if r.Action == model.Allow && s.overrule[way][n].Action == model.Pass {
					r.Action = model.Pass
				}
				r.Target = insider(r.Target)
				c.Rules[n] = r
			}
		}
		f.Ingress, f.Egress = []model.Chain{in}, []model.Chain{out}
		i.estate.Firewalls = append(i.estate.Firewalls, f)
	}
}

// spreadAdminRules says of the rules of network managers to which subnets and interfaces they apply: all in the network, but for
// those in subnets on which they are not in force.
func (i *inspector) spreadAdminRules() {
	on := map[model.Group]*audit.Firewall{}
	for n := range i.estate.Firewalls {
		f := &i.estate.Firewalls[n]
		if f.Kind != audit.AdminRules {
			continue
		}
		f.NotAll = i.estate.Unread[audit.InterfaceKind]
		if _, known := i.byKey[f.Network]; !known {
			f.NotAll = "what is in the network was not read"
			continue
		}
		on[f.Network] = f
	}
	if len(on) == 0 {
		return
	}
	exempt := map[model.Group]bool{}
	for _, r := range i.module.Resources {
		ids, _ := r.Get(attrExempt).AsStrings()
		for _, id := range ids {
			exempt[i.keyOf(id)] = true
		}
	}
	under := map[model.Group]model.Group{} // the rules on a subnet
	for _, n := range i.estate.Subnets {
		if f, ok := on[n.Network]; ok && !exempt[n.Key] {
			under[n.Key] = f.Key
			f.Users = append(f.Users, audit.User{Kind: audit.SubnetKind, Key: n.Key, Label: n.Label()})
		}
	}
	for n := range i.estate.Interfaces {
		x := &i.estate.Interfaces[n]
		if x.What == privateEndpoint { // whose traffic they do not judge ("Security admin rules in Azure Virtual Network Manager")
			continue
		}
		for _, k := range x.Subnets {
			if rules, ok := under[k]; ok && !slices.Contains(x.Firewalls, rules) {
				x.Firewalls = append(x.Firewalls, rules)
			}
		}
	}
}
