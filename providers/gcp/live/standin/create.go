package standin

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// Create makes what configuration asks for, as the Google provider of Terraform does. Networks that it names are to be there.
// A resource, or a value that it depends on, that is not known is an error.
func (p *Project) Create(m terraform.Module) error {
	for _, r := range m.Resources {
		if r.Uncertain != "" {
			return fmt.Errorf("%s may not exist: %s", r.Address(), r.Uncertain)
		}
	}
	for _, stage := range []func(terraform.Resource) error{p.begin, p.finish} {
		for _, r := range m.Resources {
			if err := stage(r); err != nil {
				return fmt.Errorf("%s: %w", r.Address(), err)
			}
		}
	}
	return nil
}

// begin makes what others refer to.
func (p *Project) begin(r terraform.Resource) error {
	b := fields{r.Body}
	switch r.Type {
	case "google_compute_firewall":
		f := &Firewall{Name: b.text("name"), Network: last(b.text("network")), Description: b.text("description"), Egress: b.text("direction") == "EGRESS",
			Priority: b.number("priority", 1000), Disabled: b.truth("disabled"), Sources: b.texts("source_ranges"), Destinations: b.texts("destination_ranges"),
			SourceTags: b.texts("source_tags"), TargetTags: b.texts("target_tags"), Allowed: ports(r.Body, "allow", "protocol"), Denied: ports(r.Body, "deny", "protocol")}
		if p.FirewallNamed(f.Name) != nil || !p.hasNetwork(f.Network) {
			return fmt.Errorf("the name %q is taken, or there is no network %q", f.Name, f.Network)
		}
		p.Firewalls = append(p.Firewalls, f)
		return f.check()
	case "google_compute_network_firewall_policy", "google_compute_region_network_firewall_policy":
		p.Policies = append(p.Policies, &Policy{Name: b.text("name"), Region: b.text("region")})
	case "google_compute_network_firewall_policy_rule", "google_compute_region_network_firewall_policy_rule",
		"google_compute_network_firewall_policy_association", "google_compute_region_network_firewall_policy_association":
	default:
		return fmt.Errorf("the stand-in does not know the resource type %s", r.Type)
	}
	return nil
}

func (p *Project) hasNetwork(name string) bool {
	for _, n := range p.Networks {
		if n.Name == name {
			return true
		}
	}
	return false
}

// finish makes what refers to a policy.
func (p *Project) finish(r terraform.Resource) error {
	if !strings.Contains(r.Type, "policy_rule") && !strings.Contains(r.Type, "policy_association") {
		return nil
	}
	b := fields{r.Body}
	policy := p.policyOf(r.Get("firewall_policy"))
	if policy == nil {
		return fmt.Errorf("no such firewall policy")
	}
	if strings.HasSuffix(r.Type, "association") {
		network := last(b.text("attachment_target"))
		if !p.hasNetwork(network) {
			return fmt.Errorf("there is no network %q", network)
		}
		policy.Networks = append(policy.Networks, network)
		return nil
	}
	rule := &PolicyRule{Priority: b.number("priority", 0), Action: b.text("action"), Egress: b.text("direction") == "EGRESS", Disabled: b.truth("disabled")}
	for _, k := range r.BlocksOf("match") {
		m := fields{k.Body}
		rule.Sources, rule.Destinations, rule.Ports = m.texts("src_ip_ranges"), m.texts("dest_ip_ranges"), ports(k.Body, "layer4_configs", "ip_protocol")
		rule.SourceTags = tagNames(k.Body, "src_secure_tags")
	}
	rule.TargetTags = tagNames(r.Body, "target_secure_tags")
	for _, o := range policy.Rules {
		if o.Priority == rule.Priority {
			return fmt.Errorf("priority %d is taken", o.Priority)
		}
	}
	policy.Rules = append(policy.Rules, rule)
	return nil
}

// policyOf finds the policy that a value names, by a reference to its resource or by its name.
func (p *Project) policyOf(v terraform.Value) *Policy {
	name, _ := v.AsString()
	if ref, ok := v.AsRef(); ok {
		parts := strings.Split(ref, ".")
		if len(parts) < 2 {
			return nil
		}
		name = strings.ReplaceAll(parts[1], "_", "-")
	}
	if y := p.PolicyNamed(last(name)); y != nil {
		return y
	}
	if len(p.Policies) == 1 {
		return p.Policies[0] // a resource may be called something else than what it makes
	}
	return nil
}

func ports(b terraform.Body, block, protocol string) []Ports {
	var out []Ports
	for _, k := range b.BlocksOf(block) {
		f := fields{k.Body}
		out = append(out, Ports{Protocol: f.text(protocol), Ports: f.texts("ports")})
	}
	return out
}

func tagNames(b terraform.Body, block string) []string {
	var out []string
	for _, k := range b.BlocksOf(block) {
		out = append(out, fields{k.Body}.text("name"))
	}
	return out
}

// fields reads attributes.
type fields struct{ terraform.Body }

func (f fields) text(name string) string {
	s, _ := f.Get(name).AsString()
	return s
}

func (f fields) texts(name string) []string {
	list, _ := f.Get(name).AsStrings()
	return list
}

func (f fields) number(name string, otherwise int) int {
	if n, ok := f.Get(name).AsInt(); ok {
		return int(n)
	}
	return otherwise
}

func (f fields) truth(name string) bool {
	v, _ := f.Get(name).AsBool()
	return v
}

// last is the name at the end of a path or link.
func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
