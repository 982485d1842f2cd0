package gcp

import (
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// policyLabel is the Terraform name of the policy that is written.
const policyLabel = "crosswall"

// policy writes the rules as one global network firewall policy.
func (e *encoder) policy(rules []namedRule) ([]terraform.Resource, bool) {
	target, ok := e.attachment()
	if !ok {
		e.report(model.Finding{Severity: model.Error, Code: "network-path", Origin: e.in.Site.Origin,
			Summary: "a network firewall policy is associated with a network by its full path, and its project is not known",
			Advice:  "give the network as projects/PROJECT/global/networks/NAME, or give project, in the placement"})
		return nil, false
	}
	priorities, err := policyPriorities(rules)
	if err != nil {
		e.report(model.Finding{Severity: model.Error, Code: "too-many-rules", Origin: e.in.Site.Origin,
			Summary: "the network firewall policy has no room for its rules: " + err.Error(),
			Advice:  "merge policies that differ in their peers only, or split the network"})
		return nil, false
	}
	name := terraform.String(e.policyName())
	p := terraform.Resource{Type: typePolicy, Name: policyLabel}
	p.Set("name", name)
	p.Set("project", e.project())
	p.Set("description", terraform.String("Kubernetes network policies, translated by crosswall"))
	a := terraform.Resource{Type: typeAssociation, Name: policyLabel}
	a.Set("name", name)
	a.Set("project", e.project())
	a.Set("firewall_policy", terraform.Ref(typePolicy+"."+policyLabel+".name"))
	a.Set("attachment_target", target)
	out := []terraform.Resource{p}
	for _, r := range rules {
		out = append(out, e.policyRule(r, priorities[r.name]))
	}
	return append(out, a), true
}

// attachment is the network as an association calls it.
func (e *encoder) attachment() (terraform.Value, bool) {
	if e.in.Site.Network == "" {
		return e.network(), true
	}
	path, ok := networkPath(e.in.Site.Network, e.in.Site.Project)
	return terraform.String(path), ok
}

// policyName is unique in the project as long as the network's name is.
func (e *encoder) policyName() string {
	if e.in.Site.Network == "" {
		return policyLabel
	}
	return policyLabel + "-" + namePart(lastSegment(e.in.Site.Network))
}

// policyPriorities gives each rule a priority of its own: allow rules in a
// band before that of deny rules, the place in the band following from the name.
func policyPriorities(rules []namedRule) (map[string]int, error) {
	var allows, denies []string
	for _, r := range rules {
		if r.action == model.Deny {
			denies = append(denies, r.name)
		} else {
			allows = append(allows, r.name)
		}
	}
	out, err := providers.Slots(allows, allowFirst, allowLast, priorityStep)
	if err != nil {
		return nil, err
	}
	last, err := providers.Slots(denies, denyFirst, denyLast, priorityStep)
	if err != nil {
		return nil, err
	}
	for name, priority := range last {
		out[name] = priority
	}
	return out, nil
}

func (e *encoder) policyRule(r namedRule, priority int) terraform.Resource {
	out := terraform.Resource{Type: typePolicyRule, Name: label(r.name), Comment: comment(r.notes)}
	out.Set("rule_name", terraform.String(r.name))
	out.Set("project", e.project())
	out.Set("firewall_policy", terraform.Ref(typePolicy+"."+policyLabel+".name"))
	out.Set("description", terraform.String(clip(strings.Join(r.notes, "; "), maxPolicyDescription)))
	out.Set("direction", terraform.String(strings.ToUpper(r.direction.String())))
	out.Set("priority", terraform.Int(int64(priority)))
	out.Set("action", terraform.String(r.action.String()))
	if r.target.kind == serviceAccount {
		out.Set("target_service_accounts", terraform.List(r.target.value()))
	} else {
		out.Blocks = append(out.Blocks, tagBlock("target_secure_tags", r.target))
	}
	out.Blocks = append(out.Blocks, match(r.rule))
	return out
}

// match is the block that holds peers and services.
func match(r rule) terraform.Block {
	b := terraform.Block{Type: "match"}
	ends := policyEnds(r.direction)
	if len(r.ranges) > 0 {
		b.Body.Set(ends.peer, prefixes(r.ranges))
	}
	if len(r.within) > 0 {
		b.Body.Set(ends.target, prefixes(r.within))
	}
	for _, src := range r.sources {
		b.Body.Blocks = append(b.Body.Blocks, tagBlock("src_secure_tags", src))
	}
	for _, s := range r.services {
		c := terraform.Block{Type: "layer4_configs"}
		c.Body.Set("ip_protocol", terraform.String(s.protocol))
		if len(s.ports) > 0 {
			c.Body.Set("ports", terraform.Strings(s.ports...))
		}
		b.Body.Blocks = append(b.Body.Blocks, c)
	}
	return b
}

func tagBlock(typ string, m machineID) terraform.Block {
	b := terraform.Block{Type: typ}
	b.Body.Set("name", m.value())
	return b
}
