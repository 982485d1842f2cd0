package aws

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// Inspect describes security groups, network ACLs, VPCs, subnets and interfaces for an audit. See [providers.Inspected].
func (p Provider) Inspect(m terraform.Module, policy model.Policy) audit.Estate {
	d := newDecoder(m)
	d.learnNames()
	i := inspector{decoder: d, estate: audit.Estate{Unread: map[audit.Kind]string{}}, labels: map[model.Group]string{}, made: map[model.Group]terraform.Resource{}}
	for _, r := range m.Resources {
		i.live = i.live || isLive(r)
		if !isGroupRule(r.Type) && r.Name != unread {
			i.made[i.nameOf(r)] = r
		}
	}
	i.learnRegions()
	i.worn = d.wearers()
	i.inspectGroups(policy)
	i.inspectRemoteAccess()
	acls := i.inspectACLs()
	i.inspectNetworks()
	i.inspectSubnets(acls)
	i.inspectInterfaces()
	i.inspectLists()
	i.noteUnread()
	return i.estate
}

// inspector is one run of Inspect.
type inspector struct {
	*decoder
	estate audit.Estate
	worn   []wearer
	// byAddress are the resources by their address; nil until asked for.
	byAddress map[string]terraform.Resource
	// live is whether native objects are among the resources.
	live bool
	// made are the resources by what selectors call them, but for rules of security groups.
	made map[model.Group]terraform.Resource
	// labels are what to call the objects that were described.
	labels map[model.Group]string
	// networks are the VPCs of the subnets that were described.
	networks map[model.Group]model.Group
	// regions are the regions of VPCs, where some resource tells.
	regions map[model.Group]string
}

// object is what a resource is called.
func (i *inspector) object(r terraform.Resource, kind audit.Kind) audit.Object {
	o := audit.Object{Provider: "aws", Kind: kind, Key: i.nameOf(r), Origin: origin(r, ""), Address: r.Address()}
	o.ID, _ = r.Get("id").AsString()
	if isLive(r) {
		o.Address = ""
	}
	o.Name, _ = r.Get("name").AsString()
	i.setTags(&o, r)
	o.Description = textOf(r.Get("description"))
	if isLive(r) && kind == audit.SecurityGroup && r.Get("description").IsNull() && r.Get("vpc_id").IsNull() {
		// Every group has a description (EC2 API, CreateSecurityGroup); one without was named by others, and not read itself.
		o.Description.Unknown, o.Untold = true, true
	}
	if name, why := i.nameIn(r.Get("vpc_id")); why == "" {
		o.Network = name
	}
	o.Link = i.linkOf(r, o)
	i.labels[o.Key] = o.Label()
	return o
}

// textOf is a description; one that was not set is empty.
func textOf(v terraform.Value) audit.Text {
	if v.IsNull() {
		return audit.Text{}
	}
	text, known := v.AsString()
	return audit.Text{Value: text, Unknown: !known}
}

// setTags sets the tags of a resource. Those of a provider's default_tags are in tags_all alone, which plans and
// states have (documentation of the AWS provider, resource tagging).
func (i *inspector) setTags(o *audit.Object, r terraform.Resource) {
	attr := "tags_all"
	if _, ok := r.Get(attr).AsObject(); !ok {
		attr = "tags"
		o.Untold = !isLive(r)
	}
	v := r.Get(attr)
	tags, ok := v.AsObject()
	if !ok {
		o.Untold = o.Untold || !v.IsNull()
		return
	}
	o.Tags = map[string]string{}
	for k, v := range tags {
		text, known := v.AsString()
		o.Tags[k] = text
		o.Untold = o.Untold || !known
	}
	if o.Name == "" {
		o.Name = o.Tags["Name"]
	}
}

// labelOf is what to call an object, described or not.
func (i *inspector) labelOf(k model.Group) string { return firstOf(i.labels[k], string(k)) }

// noteUnread says of which kinds there may be more than was described.
func (i *inspector) noteUnread() {
	const why = "configuration holds what it makes alone"
	for _, k := range []audit.Kind{audit.SecurityGroup, audit.NetworkACL, audit.NetworkKind, audit.SubnetKind, audit.InterfaceKind, audit.PrefixListKind} {
		if !i.live {
			i.estate.Unread[k] = why
		}
	}
	for _, r := range i.module.Resources {
		if r.Name != unread {
			continue
		}
		switch r.Type {
		case groupType:
			i.estate.Unread[audit.SecurityGroup] = unknownText(r.Get("ingress"))
		case aclType:
			i.estate.Unread[audit.NetworkACL] = unknownText(r.Get("ingress"))
		case interfaceType:
			i.estate.Unread[audit.InterfaceKind] = unknownText(r.Get("security_groups"))
		}
	}
	if i.live && len(i.estate.Subnets) == 0 {
		i.estate.Unread[audit.SubnetKind] = "no subnet was read"
	}
	if i.live && len(i.estate.Networks) == 0 {
		i.estate.Unread[audit.NetworkKind] = "no VPC was read"
	}
}
