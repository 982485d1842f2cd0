package gcp

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// module writes the rules in the chosen style; false after reporting why it cannot
// be done.
func (e *encoder) module(rules []namedRule, out *providers.Output) bool {
	out.Module = terraform.Module{
		TerraformVersion: ">= 1.5",
		Requirements:     []terraform.Requirement{{Name: "google", Source: "hashicorp/google", Constraint: ">= 7.0, < 8.0"}},
		Variables:        e.variables(),
		Outputs:          e.outputs(),
	}
	switch e.opts.Style {
	case VPCRules:
		allows := allowsOf(rules)
		for _, r := range rules {
			f := e.firewall(r)
			after(&f, typeFirewall, allows.before(r))
			out.Module.Resources = append(out.Module.Resources, f)
		}
		return true
	case NetworkPolicy:
		return e.policy(rules, out)
	}
	return false
}

// variables are what the placement leaves open.
func (e *encoder) variables() []terraform.Variable {
	var out []terraform.Variable
	if e.in.Site.Network == "" {
		out = append(out, terraform.Variable{Name: "network", Type: "string",
			Description: "Self link of the VPC network that the rules belong to"})
	}
	if names := e.untagged(); len(names) > 0 {
		out = append(out, terraform.Variable{Name: secureTagsVariable, Type: "map(string)",
			Description: "Secure tag value (tagValues/NUMBER, of a tag key with purpose GCE_FIREWALL) of each segment: " +
				strings.Join(names, ", ")})
	}
	return out
}

// untagged lists the segments whose secure tag is left to a variable.
func (e *encoder) untagged() []string {
	var out []string
	for _, s := range e.in.Segments {
		if e.segments[s.ID].machine.reference {
			out = append(out, string(s.ID))
		}
	}
	return out
}

// outputs tell which identity the machines of each segment must have.
func (e *encoder) outputs() []terraform.Output {
	byKind := map[identityKind]map[string]terraform.Value{}
	for id, s := range e.segments {
		if byKind[s.machine.kind] == nil {
			byKind[s.machine.kind] = map[string]terraform.Value{}
		}
		byKind[s.machine.kind][string(id)] = s.machine.value()
	}
	named := []struct {
		kind        identityKind
		name, about string
	}{
		{networkTag, tagOutput, "Network tag that the machines of each segment must have"},
		{serviceAccount, accountOutput, "Service account that the machines of each segment must run as"},
		{secureTag, secureTagOutput, "Secure tag value that the machines of each segment must have"},
	}
	var out []terraform.Output
	for _, n := range named {
		if values := byKind[n.kind]; len(values) > 0 {
			out = append(out, terraform.Output{Name: n.name, Description: n.about, Value: terraform.Object(values)})
		}
	}
	return out
}

// firewall writes a rule as a VPC firewall rule.
func (e *encoder) firewall(r namedRule) terraform.Resource {
	out := terraform.Resource{Type: typeFirewall, Name: label(r.name), Comment: comment(r.notes)}
	out.Set("name", terraform.String(r.name))
	out.Set("project", e.project())
	out.Set("network", e.network())
	out.Set("description", terraform.String(providers.OwnDescription(strings.Join(r.notes, "; "), maxDescription)))
	out.Set("direction", terraform.String(strings.ToUpper(r.direction.String())))
	out.Set("priority", terraform.Int(vpcPriority(r.action)))
	out.Set(map[identityKind]string{networkTag: "target_tags", serviceAccount: "target_service_accounts"}[r.kind()],
		machineValues(r.targets))
	ends := vpcEnds(r.direction)
	if len(r.sources) > 0 {
		out.Set(map[identityKind]string{networkTag: "source_tags", serviceAccount: "source_service_accounts"}[r.kind()],
			machineValues(r.sources))
	} else {
		out.Set(ends.peer, prefixes(r.ranges))
	}
	if len(r.within) > 0 {
		out.Set(ends.target, prefixes(r.within))
	}
	for _, s := range r.services {
		b := terraform.Block{Type: r.action.String()}
		b.Body.Set("protocol", terraform.String(protocolName(s.protocol)))
		if len(s.ports) > 0 {
			b.Body.Set("ports", terraform.Strings(s.portTexts()...))
		}
		out.Blocks = append(out.Blocks, b)
	}
	return out
}

// allowing is rules with the places, among them, of those that admit, by direction and target.
type allowing struct {
	rules []namedRule
	at    map[targeted][]int
}

type targeted struct {
	direction model.Direction
	machine   machineID
}

func allowsOf(rules []namedRule) allowing {
	a := allowing{rules, map[targeted][]int{}}
	for i, r := range rules {
		for _, m := range r.targets {
			if r.action == model.Allow {
				k := targeted{r.direction, m}
				a.at[k] = append(a.at[k], i)
			}
		}
	}
	return a
}

// before returns the rules that have to be there before a rule is: before one that refuses,
// those that admit to or from the same machines, so that nothing is cut off while Terraform is
// at work.
func (a allowing) before(r namedRule) []namedRule {
	if r.action != model.Deny {
		return nil
	}
	var places []int
	for _, m := range r.targets {
		places = append(places, a.at[targeted{r.direction, m}]...)
	}
	slices.Sort(places)
	var out []namedRule
	for _, i := range slices.Compact(places) {
		out = append(out, a.rules[i])
	}
	return out
}

// after makes Terraform wait with a resource for rules that are written as a type.
func after(r *terraform.Resource, typ string, rules []namedRule) {
	refs := make([]terraform.Value, len(rules))
	for i, o := range rules {
		refs[i] = terraform.Ref(typ + "." + label(o.name))
	}
	if len(refs) > 0 {
		r.Set("depends_on", terraform.List(refs...))
	}
}

func vpcPriority(a model.Action) int64 {
	if a == model.Deny {
		return denyPriority
	}
	return allowPriority
}

// endAttrs are the attributes that hold the addresses of a rule's peer and of its
// target.
type endAttrs struct{ peer, target string }

func vpcEnds(d model.Direction) endAttrs {
	if d == model.Egress {
		return endAttrs{peer: "destination_ranges", target: "source_ranges"}
	}
	return endAttrs{peer: "source_ranges", target: "destination_ranges"}
}

func policyEnds(d model.Direction) endAttrs {
	if d == model.Egress {
		return endAttrs{peer: "dest_ip_ranges", target: "src_ip_ranges"}
	}
	return endAttrs{peer: "src_ip_ranges", target: "dest_ip_ranges"}
}

func prefixes(ps []netip.Prefix) terraform.Value {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.String()
	}
	return terraform.Strings(out...)
}

func machineValues(ms []machineID) terraform.Value {
	out := make([]terraform.Value, len(ms))
	for i, m := range ms {
		out[i] = m.value()
	}
	return terraform.List(out...)
}

// comment is the notes above a resource, the first of very many.
func comment(notes []string) []string {
	const most = 20
	if len(notes) <= most {
		return notes
	}
	return append(slices.Clone(notes[:most]), "and more")
}
