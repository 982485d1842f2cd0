package standin

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// Create makes what configuration asks for, as the AWS provider of Terraform does, and returns the ids by the addresses
// of the resources. What resources name by id is to be there before. A resource, or a value that it
// depends on, that is not known is an error.
func (a *Account) Create(m terraform.Module) (map[string]string, error) {
	c := creation{Account: a, ids: map[string]string{}}
	for _, stage := range []func(terraform.Resource) error{c.begin, c.finish} {
		for _, r := range m.Resources {
			if err := stage(r); err != nil {
				return nil, fmt.Errorf("%s: %w", r.Address(), err)
			}
		}
	}
	return c.ids, nil
}

// creation is one run of Create.
type creation struct {
	*Account
	ids map[string]string
}

// begin makes what others refer to.
func (c creation) begin(r terraform.Resource) error {
	f := fields{body: r.Body, ids: c.ids}
	switch r.Type {
	case "aws_security_group":
		g := &Group{ID: c.id("sg"), Name: f.text("name"), Description: f.text("description"), VPC: c.vpc(f.text("vpc_id")), Tags: f.tags()}
		if prefix := f.text("name_prefix"); prefix != "" {
			g.Name = fmt.Sprintf("%s%026d", prefix, c.made) // Terraform adds 26 digits
		}
		c.Groups, c.ids[r.Address()] = append(c.Groups, g), g.ID
	case "aws_subnet":
		s := Subnet{ID: c.id("subnet"), VPC: c.vpc(f.text("vpc_id")), CIDR: f.text("cidr_block"), IPv6: f.text("ipv6_cidr_block"), Name: f.tags()["Name"]}
		c.AddSubnet(s)
		c.ids[r.Address()] = s.ID
	case "aws_network_acl":
		acl := &ACL{ID: c.id("acl"), VPC: c.vpc(f.text("vpc_id")), Tags: f.tags()}
		c.ACLs, c.ids[r.Address()] = append(c.ACLs, acl), acl.ID
	case "aws_ec2_managed_prefix_list":
		l := &List{ID: c.id("pl"), Name: f.text("name"), Owner: c.Owner}
		for _, b := range r.BlocksOf("entry") {
			l.CIDRs = append(l.CIDRs, fields{body: b.Body, ids: c.ids}.text("cidr"))
		}
		c.Lists, c.ids[r.Address()] = append(c.Lists, l), l.ID
	case "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_network_acl_rule", "aws_network_acl_association":
		return nil // they refer to what may come later
	default:
		return fmt.Errorf("the stand-in does not know the resource type %s", r.Type)
	}
	return f.fault(r)
}

// vpc is the id of a VPC: the first there is where none is named.
func (c creation) vpc(id string) string {
	if id == "" && len(c.VPCs) > 0 {
		return c.VPCs[0].ID
	}
	return id
}

// finish makes what refers to others.
func (c creation) finish(r terraform.Resource) error {
	f := fields{body: r.Body, ids: c.ids}
	switch r.Type {
	case "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule":
		return c.authorize(r, f)
	case "aws_network_acl_rule":
		acl := c.aclWith(f.text("network_acl_id"))
		if acl == nil {
			return fmt.Errorf("no network ACL %s", f.text("network_acl_id"))
		}
		e, err := f.entry("rule_number", "rule_action")
		if err != nil {
			return err
		}
		e.Egress, _ = r.Get("egress").AsBool()
		return acl.add(e)
	case "aws_network_acl":
		return c.fill(r)
	case "aws_network_acl_association":
		return c.Associate(f.text("subnet_id"), f.text("network_acl_id"))
	}
	return nil
}

// fill gives a network ACL its subnets and the entries that are written within it.
func (c creation) fill(r terraform.Resource) error {
	acl := c.aclWith(c.ids[r.Address()])
	for _, direction := range []string{"ingress", "egress"} {
		for _, b := range r.BlocksOf(direction) {
			e, err := fields{body: b.Body, ids: c.ids}.entry("rule_no", "action")
			if err != nil {
				return err
			}
			e.Egress = direction == "egress"
			if err := acl.add(e); err != nil {
				return err
			}
		}
	}
	subnets, _ := r.Get("subnet_ids").AsList()
	for _, v := range subnets {
		if err := c.Associate(textOf(v, c.ids), acl.ID); err != nil {
			return err
		}
	}
	return nil
}

// add adds an entry, whose number is to be free (EC2 API reference, NetworkAclEntryAlreadyExists).
func (acl *ACL) add(e *Entry) error {
	for _, o := range acl.Entries {
		if o.Number == e.Number && o.Egress == e.Egress {
			return fmt.Errorf("NetworkAclEntryAlreadyExists: %d", e.Number)
		}
	}
	acl.Entries = append(acl.Entries, e)
	return nil
}

func (c creation) aclWith(id string) *ACL {
	for _, acl := range c.ACLs {
		if acl.ID == id {
			return acl
		}
	}
	return nil
}

// authorize adds a rule to a group, which is not to have it already (EC2 API reference, InvalidPermission.Duplicate).
func (c creation) authorize(r terraform.Resource, f fields) error {
	rule := &Rule{ID: c.id("sgr"), Egress: strings.Contains(r.Type, "egress"), Protocol: f.text("ip_protocol"), From: -1, To: -1,
		CIDR: f.text("cidr_ipv4"), IPv6: f.text("cidr_ipv6"), List: f.text("prefix_list_id"), Group: f.text("referenced_security_group_id"), Description: f.text("description")}
	if rule.Protocol != "-1" {
		rule.From, rule.To = f.number("from_port", -1), f.number("to_port", -1)
	}
	if err := f.fault(r); err != nil {
		return err
	}
	id := f.text("security_group_id")
	for _, g := range c.Groups {
		if g.ID == id {
			return g.Authorize(rule)
		}
	}
	return fmt.Errorf("no security group %q", id)
}

// Authorize adds a rule, unless the group has one that is the same but for its description.
func (g *Group) Authorize(r *Rule) error {
	for _, o := range g.Rules {
		same := *r
		same.ID, same.Description = o.ID, o.Description
		if *o == same {
			return fmt.Errorf("InvalidPermission.Duplicate: %s has %+v", g.Name, same)
		}
	}
	g.Rules = append(g.Rules, r)
	return nil
}
