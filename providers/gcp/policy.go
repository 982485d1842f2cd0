package gcp

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// policyLabel is the Terraform name of the policy that is written.
const policyLabel = "crosswall"

// policy writes the rules as one global network firewall policy; false after reporting why it
// cannot be done.
func (e *encoder) policy(rules []namedRule, out *providers.Output) bool {
	target, ok := e.attachment()
	if !ok {
		e.report(model.Finding{Severity: model.Error, Code: "network-path", Origin: e.in.Site.Origin,
			Summary: "a network firewall policy is associated with a network by its full path, and its project is not known",
			Advice:  "give the network as projects/PROJECT/global/networks/NAME, or give project, in the placement"})
		return false
	}
	priorities, err := policyPriorities(e.in.Numbers[e.listName()], rules)
	if err != nil {
		e.report(model.Finding{Severity: model.Error, Code: "too-many-rules", Origin: e.in.Site.Origin,
			Summary: fmt.Sprintf("the network firewall policy has no room for its rules, of which %d are the fewest found: %v", len(rules), err),
			Advice:  "split the network" + heaviest(rules)})
		return false
	}
	out.Numbers = providers.Numbering{e.listName(): priorities}
	name := terraform.String(e.policyName())
	p := terraform.Resource{Type: typePolicy, Name: policyLabel}
	p.Set("name", name)
	p.Set("project", e.project())
	p.Set("description", terraform.String("Kubernetes network policies, translated by crosswall "+providers.OwnerNote))
	a := terraform.Resource{Type: typeAssociation, Name: policyLabel}
	a.Set("name", name)
	a.Set("project", e.project())
	a.Set("firewall_policy", terraform.Ref(typePolicy+"."+policyLabel+".name"))
	a.Set("attachment_target", target)
	m := &out.Module
	m.Resources = append(m.Resources, p)
	allows := allowsOf(rules)
	for _, r := range rules {
		written := e.policyRule(r, priorities[r.name])
		after(&written, typePolicyRule, allows.before(r))
		m.Resources = append(m.Resources, written)
	}
	after(&a, typePolicyRule, rules) // a policy does nothing until it is associated
	m.Resources = append(m.Resources, a)
	return true
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

// bands are the priorities of allow rules and, after them, those of deny rules.
func bands() map[model.Action][2]int {
	return map[model.Action][2]int{model.Allow: {allowFirst, allowLast}, model.Deny: {denyFirst, denyLast}}
}

// hasRoom reports whether a policy has a priority for every rule. VPC firewall rules share
// theirs, and how many a project may have is a quota of the project without a documented
// default (Cloud NGFW, quotas and limits).
func (e *encoder) hasRoom(rules []rule) bool {
	used := map[model.Action]int{}
	for _, r := range rules {
		used[r.action]++
	}
	for action, b := range bands() {
		if e.opts.Style == NetworkPolicy && used[action] > (b[1]-b[0])/priorityStep+1 {
			return false
		}
	}
	return true
}

// policyPriorities gives each rule, by its name, a priority of its own: allow rules in a
// band before that of deny rules. Rules keep those that they had earlier; of new ones
// the place in the band follows from the name.
func policyPriorities(earlier map[string]int, rules []namedRule) (map[string]int, error) {
	names := map[model.Action][]string{}
	for _, r := range rules {
		names[r.action] = append(names[r.action], r.name)
	}
	out := map[string]int{}
	for _, action := range sortedKeys(bands()) {
		b := bands()[action]
		got, err := providers.Keep(earlier, names[action], b[0], b[1], priorityStep)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, got)
	}
	return out, nil
}

// heaviest names what asks for the most rules, as advice.
func heaviest(rules []namedRule) string {
	weight := map[string]int{}
	for _, r := range rules {
		for _, n := range r.notes {
			weight[n]++
		}
	}
	names := slices.SortedFunc(maps.Keys(weight), func(a, b string) int {
		return cmp.Or(-cmp.Compare(weight[a], weight[b]), cmp.Compare(a, b))
	})
	if len(names) == 0 {
		return ""
	}
	return ", merge policies that differ in their peers only, or widen some; most is asked for by " + strings.Join(names[:min(3, len(names))], ", ")
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
	if r.kind() == serviceAccount {
		out.Set("target_service_accounts", machineValues(r.targets))
	} else {
		for _, t := range r.targets {
			out.Blocks = append(out.Blocks, tagBlock("target_secure_tags", t))
		}
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
		c.Body.Set("ip_protocol", terraform.String(protocolName(s.protocol)))
		if len(s.ports) > 0 {
			c.Body.Set("ports", terraform.Strings(s.portTexts()...))
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
