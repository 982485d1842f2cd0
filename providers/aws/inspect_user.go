package aws

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// groupUsers is who uses security groups.
type groupUsers struct {
	of map[model.Group][]audit.User
	// notAll says why there may be others.
	notAll string
	// unsure is something of which not all groups are known; vague something that has the default group of its VPC, if no
	// launch template or other configuration gives it another. Nil: there is none.
	unsure, vague *audit.User
}

// groupUsers finds out who uses which group: what has it, what names it, and whose rules do.
func (i *inspector) groupUsers() groupUsers {
	u := groupUsers{of: map[model.Group][]audit.User{}}
	if !i.live {
		u.notAll = "configuration does not say what else has it"
	}
	for _, r := range i.module.Resources {
		if r.Type == interfaceType && r.Name == unread {
			u.notAll = "not all interfaces were read: " + unknownText(r.Get("security_groups"))
		}
	}
	wearing := map[string]bool{}
	for _, w := range i.worn {
		user := audit.User{Kind: audit.InterfaceKind, Key: i.keyOf(w), Label: w.Label, What: i.sortOf(w)}
		wearing[user.Label] = true
		for _, g := range w.groups {
			u.of[g] = append(u.of[g], user)
		}
		switch {
		case w.Unsure == "":
		case w.Unsure == groupsNotGiven:
			if u.vague == nil && len(w.groups) == 0 && i.isInstance(w) {
				user.Unsure = w.Unsure
				u.vague = &user
			}
		case u.unsure == nil:
			user.Unsure = w.Unsure
			u.unsure = &user
		}
	}
	i.addReferences(u, wearing)
	i.addMentions(u)
	return u
}

// isInstance reports whether a wearer is a machine or an interface, which have the default group of the VPC where none is
// given (EC2 API, RunInstances and CreateNetworkInterface).
func (i *inspector) isInstance(w wearer) bool {
	return strings.Contains(w.Address, instanceType+".") || strings.Contains(w.Address, interfaceType+".")
}

// addReferences adds what names a group anywhere.
func (i *inspector) addReferences(u groupUsers, wearing map[string]bool) {
	ids := map[string]model.Group{} // addresses and ids of groups
	for _, r := range i.module.Resources {
		if isGroup(r) && r.Name != unread {
			name := i.nameOf(r)
			ids[r.Address()], ids[string(name)] = name, name
		}
	}
	for _, r := range i.module.Resources {
		if r.Name == unread || wearing[r.Address()] || r.Type == interfaceType {
			continue
		}
		user := audit.User{Key: model.Group(r.Address()), Label: r.Address(), What: r.Type}
		self := model.Group("")
		switch {
		case isGroup(r):
			self = i.nameOf(r)
			user.Kind, user.Key, user.Label = audit.SecurityGroup, self, i.labelOf(self)
		case isGroupRule(r.Type), r.Type == "aws_vpc_security_group_rules_exclusive", r.Type == "aws_vpc_security_group_vpc_association":
			owner, why := i.nameIn(r.Get("security_group_id"))
			if why == "" {
				self = owner
				user.Key, user.Label = owner, i.labelOf(owner)
			}
			user.Kind = audit.SecurityGroup
		}
		seen := map[model.Group]bool{self: true}
		eachName(r.Body, func(text string) {
			if g, ok := groupNamed(ids, text); ok && !seen[g] {
				seen[g] = true
				u.of[g] = append(u.of[g], user)
			}
		})
	}
	for _, o := range i.module.Outputs {
		eachText(o.Value, func(text string) {
			if g, ok := groupNamed(ids, text); ok {
				u.of[g] = append(u.of[g], audit.User{Key: model.Group("output." + o.Name), Label: "output." + o.Name, What: "output"})
			}
		})
	}
}

// addMentions adds what configuration names a group in without a value that says what for: what it is given to a module that is called,
// what it is a part of a text in.
func (i *inspector) addMentions(u groupUsers) {
	if len(i.module.Mentions) == 0 {
		return
	}
	groups := map[string][]model.Group{} // by address without the key of an instance
	for _, r := range i.module.Resources {
		if isGroup(r) && r.Name != unread {
			groups[r.Type+"."+r.Name] = append(groups[r.Type+"."+r.Name], i.nameOf(r))
		}
	}
	for _, m := range i.module.Mentions {
		what, _, _ := strings.Cut(m.By, ".")
		if isGroupRule(what) {
			continue // which is a rule of the group that it names, or names it as a peer, in values
		}
		for _, g := range groups[m.To] {
			if !slices.ContainsFunc(u.of[g], func(x audit.User) bool { return x.Label == m.By }) {
				u.of[g] = append(u.of[g], audit.User{Key: model.Group(m.By), Label: m.By, What: what})
			}
		}
	}
}

// groupNamed is the group that a reference or a text is about.
func groupNamed(ids map[string]model.Group, text string) (model.Group, bool) {
	text = text[strings.LastIndex(text, "/")+1:]
	for {
		if g, ok := ids[text]; ok {
			return g, true
		}
		at := strings.LastIndex(text, ".")
		if at < 0 {
			return "", false
		}
		text = text[:at]
	}
}

// eachName calls f with every text and reference in a body.
func eachName(b terraform.Body, f func(string)) {
	for _, a := range b.Attrs {
		if a.Name != "id" {
			eachText(a.Value, f)
		}
	}
	for _, k := range b.Blocks {
		eachName(k.Body, f)
	}
}

// eachText calls f with every text and reference in a value.
func eachText(v terraform.Value, f func(string)) {
	if text, ok := v.AsRef(); ok {
		f(text)
	} else if text, ok := v.AsString(); ok {
		f(text)
	} else if list, ok := v.AsList(); ok {
		for _, e := range list {
			eachText(e, f)
		}
	} else if keys, ok := v.AsObject(); ok {
		for _, e := range keys { // who is told of them puts them in order
			eachText(e, f)
		}
	}
}
