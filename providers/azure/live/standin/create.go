package standin

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// Create makes what configuration asks for, as the Azure provider of Terraform does. Subnets that it names are to be there. A
// resource, or a value that it depends on, that is not known is an error.
func (s *Subscription) Create(m terraform.Module) error {
	c := creation{Subscription: s, names: map[string]string{}, ids: map[string]string{}}
	for _, r := range m.Resources {
		if r.Uncertain != "" {
			return fmt.Errorf("%s may not exist: %s", r.Address(), r.Uncertain)
		}
	}
	for _, stage := range []func(terraform.Resource) error{c.begin, c.finish} {
		for _, r := range m.Resources {
			if err := stage(r); err != nil {
				return fmt.Errorf("%s: %w", r.Address(), err)
			}
		}
	}
	return nil
}

// creation is one run of Create.
type creation struct {
	*Subscription
	// names and ids are those of what was made, by the address of the resource.
	names, ids map[string]string
}

// begin makes what others refer to.
func (c creation) begin(r terraform.Resource) error {
	name := c.text(r.Get("name"))
	c.names[r.Address()] = name
	switch r.Type {
	case "azurerm_network_security_group":
		g := &Group{Name: name, Tags: map[string]string{}}
		tags, _ := r.Get("tags").AsObject()
		for k, v := range tags {
			g.Tags[k] = c.text(v)
		}
		c.Groups, c.ids[r.Address()] = append(c.Groups, g), c.GroupID(name)
	case "azurerm_application_security_group":
		c.AppGroups, c.ids[r.Address()] = append(c.AppGroups, name), c.AppGroupID(name)
	case "azurerm_network_security_rule", "azurerm_subnet_network_security_group_association":
	default:
		return fmt.Errorf("the stand-in does not know the resource type %s", r.Type)
	}
	return nil
}

// finish makes what refers to a group.
func (c creation) finish(r terraform.Resource) error {
	switch r.Type {
	case "azurerm_network_security_rule":
		g := c.GroupWith(c.GroupID(c.text(r.Get("network_security_group_name"))))
		if g == nil {
			return fmt.Errorf("there is no such network security group")
		}
		return g.Add(c.rule(r))
	case "azurerm_subnet_network_security_group_association":
		id := c.text(r.Get("subnet_id"))
		for _, n := range c.Subnets {
			if strings.EqualFold(c.SubnetID(n.Name), id) {
				n.Group = c.text(r.Get("network_security_group_id"))
				return nil
			}
		}
		return fmt.Errorf("there is no subnet %s", id)
	}
	return nil
}

func (c creation) rule(r terraform.Resource) *Rule {
	list := func(one, several string) []string {
		if s := c.text(r.Get(one)); s != "" {
			return []string{s}
		}
		return c.texts(r.Get(several))
	}
	out := &Rule{Name: c.text(r.Get("name")), Description: c.text(r.Get("description")), Direction: c.text(r.Get("direction")), Access: c.text(r.Get("access")), Protocol: c.text(r.Get("protocol")),
		Sources: list("source_address_prefix", "source_address_prefixes"), Destinations: list("destination_address_prefix", "destination_address_prefixes"),
		SourcePorts: list("source_port_range", "source_port_ranges"), Ports: list("destination_port_range", "destination_port_ranges"),
		SourceAppGroups: c.texts(r.Get("source_application_security_group_ids")), DestAppGroups: c.texts(r.Get("destination_application_security_group_ids"))}
	if n, ok := r.Get("priority").AsInt(); ok {
		out.Priority = int(n)
	}
	return out
}

// text is a value as text, references resolved; empty where it is not set.
func (c creation) text(v terraform.Value) string {
	if ref, ok := v.AsRef(); ok {
		if address, ok := strings.CutSuffix(ref, ".name"); ok {
			return c.names[address]
		}
		return c.ids[strings.TrimSuffix(ref, ".id")]
	}
	s, _ := v.AsString()
	return s
}

func (c creation) texts(v terraform.Value) []string {
	list, _ := v.AsList()
	var out []string
	for _, e := range list {
		out = append(out, c.text(e))
	}
	return out
}

// Add adds a rule, whose priority is to be free in its direction (SecurityRuleConflict).
func (g *Group) Add(r *Rule) error {
	sides := [][2][]string{{r.Sources, r.SourceAppGroups}, {r.Destinations, r.DestAppGroups}}
	for _, side := range sides {
		if len(side[0]) == 0 == (len(side[1]) == 0) {
			return fmt.Errorf("%s: one of prefixes and application security groups is to be set on each side", r.Name)
		}
	}
	for _, o := range g.Rules {
		if o.Priority == r.Priority && o.Direction == r.Direction {
			return fmt.Errorf("SecurityRuleConflict: %s and %s have priority %d", o.Name, r.Name, r.Priority)
		}
	}
	if r.Priority < 100 || r.Priority > 4096 {
		return fmt.Errorf("%s: priority %d", r.Name, r.Priority)
	}
	g.Rules = append(g.Rules, r)
	return nil
}
