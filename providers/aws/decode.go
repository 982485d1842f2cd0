package aws

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// Decode reads security groups, network ACLs and their rules, inline or not,
// as a policy: one stateful layer for all groups, one stateless layer per ACL.
// Groups and subnets are named by the reference without ".id"
// ("aws_security_group.web") or by their id.
//
// The module is taken as all there is: rules that somebody else
// gave to the same groups are not seen. The Terraform provider removes the egress rule that AWS gives to
// new groups, so that a group without egress rules admits none
// (documentation of aws_security_group). See [providers.Provider] for the rest.
func (p Provider) Decode(m terraform.Module) (model.Policy, []model.Finding) {
	d := newDecoder(m)
	d.learnNames()
	d.readPrefixLists()
	var policy model.Policy
	if l, ok := d.groupLayer(); ok {
		policy.Layers = append(policy.Layers, l)
	}
	policy.Layers = append(policy.Layers, d.aclLayers()...)
	d.reportUnmodelled()
	return policy, model.SortFindings(d.findings)
}

// decoder is one run of Decode.
type decoder struct {
	module   terraform.Module
	alias    map[string]model.Group // address of a resource to its id, where that is known
	lists    map[model.Group]model.Selector
	findings []model.Finding
	// names are the groups that values name, blocks the CIDR blocks that were read without a finding, and traffic that of rules, by what
	// they say: rules say the same hundreds of thousands of times.
	names   map[string]model.Selector
	blocks  map[string]model.Selector
	traffic map[model.Service]model.Traffic
}

func newDecoder(m terraform.Module) *decoder {
	return &decoder{module: m, alias: map[string]model.Group{}, lists: map[model.Group]model.Selector{},
		names: map[string]model.Selector{}, blocks: map[string]model.Selector{}, traffic: map[model.Service]model.Traffic{}}
}

func (d *decoder) warn(code, summary string, o model.Origin) {
	d.findings = append(d.findings, model.Finding{Severity: model.Warning, Code: code, Summary: summary, Origin: o})
}

// origin is where a part of a resource was read. What is live goes by its id, and a rule of a
// security group by that of its group, with its own as the path: "sg-0123 sgr-0456".
func origin(r terraform.Resource, path string) model.Origin {
	o := model.Origin{File: r.Pos.File, Line: r.Pos.Line, Column: r.Pos.Column, Path: path}
	switch {
	case r.Name == unread:
		o.Object = "what was not read"
	case isLive(r):
		o.Object = r.Name
		if group, ok := r.Get("security_group_id").AsString(); ok {
			o.Object, o.Path = group, strings.TrimPrefix(r.Name, group+"_")
		}
	default:
		o.Object = r.Address()
	}
	return o
}

// isLive reports whether a resource is one that [Provider.Resources] made of a native object:
// it is named by its id, which no resource that Terraform makes can be.
func isLive(r terraform.Resource) bool {
	id, ok := r.Get("id").AsString()
	return ok && id == r.Name
}

// learnNames notes the ids of resources, which a plan or state has, so that an
// id and a reference to it are one name.
func (d *decoder) learnNames() {
	for _, r := range d.module.Resources {
		if isGroupRule(r.Type) {
			continue // nothing names them
		}
		if id, ok := r.Get("id").AsString(); ok && id != "" {
			d.alias[r.Address()] = model.Group(id)
		}
		// The default ACL goes by the VPC's attribute too.
		if ref, ok := r.Get("default_network_acl_id").AsRef(); ok {
			d.alias[ref] = d.nameOf(r)
		}
	}
}

// nameOf returns the name of a resource of the module.
func (d *decoder) nameOf(r terraform.Resource) model.Group {
	if r.Name == unread {
		return unread
	}
	if id, ok := d.alias[r.Address()]; ok {
		return id
	}
	return model.Group(r.Address())
}

// nameIn returns what a value names; why it is unknown when it is.
func (d *decoder) nameIn(v terraform.Value) (name model.Group, why string) {
	if ref, ok := v.AsRef(); ok {
		ref = strings.TrimSuffix(ref, ".id")
		if id, ok := d.alias[ref]; ok {
			return id, ""
		}
		return model.Group(ref), ""
	}
	if id, ok := v.AsString(); ok && id != "" {
		// A group of another account may be written "account/sg-id".
		return model.Group(id[strings.LastIndex(id, "/")+1:]), ""
	}
	return "", unknownText(v)
}

// selectorIn is nameIn as a selector: perhaps anybody when the name is unknown.
func (d *decoder) selectorIn(r terraform.Resource, v terraform.Value) model.Selector {
	text, isText := v.AsString()
	if known := d.names[text]; isText && known != nil {
		return known
	}
	name, why := d.nameIn(v)
	if why != "" {
		if r.Name != unread { // which was said already
			d.warn("unknown-value", "what this names is not known: "+why, origin(r, ""))
		}
		return model.Maybe{Selector: model.Any{}, Why: why}
	}
	if isText {
		d.names[text] = name
		return d.names[text]
	}
	return name
}

// unknownText says why a value cannot be used.
func unknownText(v terraform.Value) string {
	if why := v.Why(); why != "" {
		return why
	}
	if v.IsNull() {
		return "not set"
	}
	return "a value that is not known or not of the right kind"
}

// isUnset reports whether an attribute is absent, null or empty text, all of which
// the provider takes for "not set".
func isUnset(v terraform.Value) bool {
	s, ok := v.AsString()
	return v.IsNull() || ok && s == ""
}

// elements returns the elements of a list attribute. A list that is unknown as
// a whole gives one unknown element.
func elements(v terraform.Value) []terraform.Value {
	vs, ok := v.AsList()
	if !ok {
		return []terraform.Value{terraform.Unknown(unknownText(v))}
	}
	return vs
}

// cidr reads a CIDR block of a family.
func (d *decoder) cidr(v terraform.Value, all model.AddrSet, o model.Origin) model.Selector {
	text, ok := v.AsString()
	if !ok {
		d.warn("unknown-value", "the CIDR block is not known: "+unknownText(v), o)
		return model.Maybe{Selector: model.At{Addrs: all}, Why: "CIDR block: " + unknownText(v)}
	}
	known := d.blocks[text]
	if at, ok := known.(model.At); ok && all.Covers(at.Addrs) {
		return known
	}
	p, err := netip.ParsePrefix(strings.TrimSpace(text))
	if err != nil || !all.Covers(model.Prefixes(p)) {
		d.warn("invalid-cidr", fmt.Sprintf("%q is no CIDR block of the attribute's family", text), o)
		return model.Maybe{Selector: model.At{Addrs: all}, Why: fmt.Sprintf("invalid CIDR block %q", text)}
	}
	if p != p.Masked() {
		d.warn("host-bits", fmt.Sprintf("%s has bits beyond its prefix length; AWS takes it for %s", text, p.Masked()), o)
		return model.At{Addrs: model.Prefixes(p)}
	}
	d.blocks[text] = model.At{Addrs: model.Prefixes(p)}
	return d.blocks[text]
}

// protocol reads a protocol; why it is unknown when it is.
func protocol(v terraform.Value) (p model.Protocol, why string) {
	text, ok := v.AsString()
	if !ok {
		n, isInt := v.AsInt()
		if !isInt {
			return model.AnyProtocol, "protocol: " + unknownText(v)
		}
		text = fmt.Sprint(n)
	}
	if p, ok = parseProtocol(strings.ToLower(strings.TrimSpace(text))); !ok {
		return model.AnyProtocol, fmt.Sprintf("protocol %q is not known", text)
	}
	return p, ""
}

// ports reads destination ports; all ports and the reason when they are not
// known.
func ports(p model.Protocol, first, last terraform.Value) (s model.Service, why string) {
	from, ok := first.AsInt()
	to, ok2 := last.AsInt()
	switch {
	case !ok || !ok2:
		bad := first
		if ok {
			bad = last
		}
		return model.AllOf(p), "ports: " + unknownText(bad)
	case from < 0 || to > 65535 || from > to:
		return model.AllOf(p), fmt.Sprintf("ports %d to %d are no range", from, to)
	}
	return model.Ports(p, uint16(from), uint16(to)), ""
}

// message reads an ICMP type and code, where -1 is any and a type of -1 takes
// no account of the code (EC2 API, IpPermission).
func message(p model.Protocol, typ, code terraform.Value) (s model.Service, why string) {
	t, ok := typ.AsInt()
	if !ok || t < -1 || t > 255 {
		return model.AllOf(p), "ICMP type: " + unknownText(typ)
	}
	if t == -1 {
		return model.AllOf(p), ""
	}
	c, ok := code.AsInt()
	if !ok || c < -1 || c > 255 {
		return model.ICMPMessage(p, int16(t), model.AnyICMP), "ICMP code: " + unknownText(code)
	}
	return model.ICMPMessage(p, int16(t), int16(c)), ""
}

// doubtful returns the selector as it is, or as a Maybe where there is a reason
// to doubt.
func doubtful(s model.Selector, why string) model.Selector {
	if why == "" {
		return s
	}
	return model.Maybe{Selector: s, Why: why}
}

// readPrefixLists notes the addresses of prefix lists that the module makes.
func (d *decoder) readPrefixLists() {
	open := map[model.Group]string{}
	addrs := map[model.Group]model.Or{}
	entry := func(name model.Group, v terraform.Value, r terraform.Resource) {
		s := d.cidr(v, model.AllAddrs(), origin(r, "entry"))
		addrs[name] = append(addrs[name], doubtful(s, r.Uncertain))
	}
	var names []model.Group
	anyOpen := "" // why some list has entries that are not known
	for _, r := range d.module.Resources {
		switch r.Type {
		case listType:
			name := d.nameOf(r)
			names = append(names, name)
			if r.Open("entry") {
				open[name] = unknownText(r.Get("entry"))
			}
			for _, b := range r.BlocksOf("entry") {
				entry(name, b.Body.Get("cidr"), r)
			}
		case "aws_ec2_managed_prefix_list_entry":
			name, why := d.nameIn(r.Get("prefix_list_id"))
			switch {
			case why != "":
				d.warn("unknown-value", "the prefix list of this entry is not known: "+why, origin(r, "prefix_list_id"))
				anyOpen = why
			case r.Uncertain != "":
				open[name] = r.Uncertain
			default:
				entry(name, r.Get("cidr"), r)
			}
		}
	}
	for _, name := range names {
		s := addrs[name]
		if why := firstOf(open[name], anyOpen); why != "" {
			s = append(s, model.Maybe{Selector: model.Any{}, Why: why})
		}
		d.lists[name] = s
	}
}

// reportUnmodelled names the resources of other firewalls that may stand in the path.
func (d *decoder) reportUnmodelled() {
	for _, r := range d.module.Resources {
		for _, prefix := range []string{"aws_networkfirewall_", "aws_vpc_block_public_access_", "aws_route53_resolver_firewall_"} {
			if strings.HasPrefix(r.Type, prefix) {
				d.warn("not-modelled", r.Type+" may refuse traffic and is not taken into account", origin(r, ""))
			}
		}
	}
}
