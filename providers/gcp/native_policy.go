package gcp

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// policyTypes are the resources of a kind of firewall policy.
type policyTypes struct{ policy, rule, association string }

// policyKind is whose policy it is, which says when it is asked. The zero policyKind is none.
type policyKind uint8

const (
	hierarchicalPolicy policyKind = iota + 1
	systemPolicy
	globalPolicy
	regionalPolicy
)

// String returns the kind for people.
func (k policyKind) String() string {
	switch k {
	case hierarchicalPolicy:
		return "hierarchical firewall policy"
	case systemPolicy:
		return "system firewall policy"
	case globalPolicy:
		return "network firewall policy"
	case regionalPolicy:
		return "regional network firewall policy"
	}
	return "invalid"
}

func (k policyKind) types() policyTypes {
	switch k {
	case hierarchicalPolicy:
		return policyTypes{typeHierarchy, typeHierarchyRule, typeHierarchyAssociation}
	case systemPolicy:
		return policyTypes{typeSystemPolicy, typeSystemRule, typeSystemAssociation}
	case globalPolicy:
		return policyTypes{typePolicy, typePolicyRule, typeAssociation}
	case regionalPolicy:
		return policyTypes{typeRegionalPolicy, typeRegionalRule, typeRegionalAssociation}
	}
	return policyTypes{}
}

func (r *nativeReader) policyResource(typ, id string, o object) terraform.Resource {
	p := resource(typ, id)
	fieldMap{carried: map[string]string{"name": "name", "shortName": "short_name", "parent": "parent", "description": "description",
		"selfLink": "self_link"}}.carry(&p.Body, o)
	return p
}

// policyRules adds the rules of a policy. The key tells apart what one policy is on several
// networks.
func (r *nativeReader) policyRules(o object, id, typ, key string) string {
	rules, ok := o.objects("rules")
	if !ok {
		return "its rules are no list of objects"
	}
	if _, told := o["rules"]; !told {
		return "its rules are not told"
	}
	for _, rule := range rules {
		priority, _ := text(valueOf(rule["priority"]))
		res := resource(typ, id+"/rules/"+priority)
		res.Key = key
		f := policyRuleFields()
		f.carry(&res.Body, rule)
		res.Set("firewall_policy", terraform.String(id+key))
		r.match(&res.Body, rule)
		r.tagBlocks(&res.Body, rule, "targetSecureTags", "target_secure_tags")
		r.unknownFields(&res, f, rule)
		r.add(res)
	}
	return ""
}

// match adds the match block of a rule; one that cannot be read is unknown as a whole.
func (r *nativeReader) match(to *terraform.Body, rule object) {
	m, ok := rule["match"].(map[string]any)
	f := matchFields()
	if name := f.unknownField(m); !ok || name != "" {
		why := "the rule has no match"
		if ok {
			why = fmt.Sprintf("what the field %q of match does is not known", name)
		}
		to.Set("match", terraform.Unknown(why))
		return
	}
	b := terraform.Block{Type: "match"}
	f.carry(&b.Body, m)
	r.protocolBlocks(&b.Body, m, protocolField{"layer4Configs", "layer4_configs", "ipProtocol", "ip_protocol"})
	r.tagBlocks(&b.Body, m, "srcSecureTags", "src_secure_tags")
	to.Blocks = append(to.Blocks, b)
}

func (r *nativeReader) tagBlocks(to *terraform.Body, o object, field, block string) {
	tags, ok := o.objects(field)
	if !ok {
		to.Set(block, terraform.Unknown(field+" is no list of objects"))
	}
	for _, t := range tags {
		b := terraform.Block{Type: block}
		fieldMap{carried: map[string]string{"name": "name", "state": "state"}}.carry(&b.Body, t)
		to.Blocks = append(to.Blocks, b)
	}
}

// policy reads a policy with its associations, as it is listed. On networks of which the effective
// firewalls are known, it says nothing new.
func (r *nativeReader) policy(o object) string {
	if o.text("policyType") == "RDMA_ROCE_POLICY" || o.text("policyType") == "ULL_POLICY" {
		return "" // for networks of accelerators, which are of another kind
	}
	link := o.text("selfLink")
	region := lastSegment(o.text("region"))
	kind, scope := globalPolicy, "global"
	switch {
	case o.text("parent") != "" || strings.HasPrefix(pathOf(link), "locations/"):
		kind = hierarchicalPolicy
	case region != "":
		kind, scope = regionalPolicy, "regions/"+region
	}
	id := r.idOf(o, scope, "firewallPolicies")
	if id == "" {
		return "it has no name"
	}
	associations, ok := o.objects("associations")
	if !ok {
		return "its associations are no list of objects"
	}
	if kind == hierarchicalPolicy && r.allEffective() {
		return "" // what it is on each network is known
	}
	var added []terraform.Resource
	for i, a := range associations {
		if res, ok := r.association(a, i, policyScope{kind, id, region}); ok {
			added = append(added, res)
		}
	}
	if len(associations) > 0 && len(added) == 0 {
		return "" // what it is on each of its networks is known
	}
	types := kind.types()
	r.add(r.policyResource(types.policy, id, o))
	for _, a := range added {
		r.add(a)
	}
	return r.policyRules(o, id, types.rule, "")
}

// policyScope is a policy and where it is.
type policyScope struct {
	kind       policyKind
	id, region string
}

// association reads an association that a policy lists; false where the effective firewalls tell of it.
func (r *nativeReader) association(a object, i int, of policyScope) (terraform.Resource, bool) {
	target := a.text("attachmentTarget")
	if of.kind != hierarchicalPolicy {
		target = r.networkPathOf(target, projectOf(of.id))
		if r.knowsPolicies(target) && of.kind == globalPolicy || r.effective[target+" "+of.region] && of.kind == regionalPolicy {
			return terraform.Resource{}, false
		}
	}
	res := resource(of.kind.types().association, of.id+"/associations/"+cmp.Or(a.text("name"), fmt.Sprint(i)))
	res.Set("firewall_policy", terraform.String(of.id))
	res.Set("region", terraform.String(of.region))
	if target == "" {
		res.Set("attachment_target", terraform.Unknown("it does not say with what the policy is associated"))
	} else {
		res.Set("attachment_target", terraform.String(pathOf(target)))
	}
	return res, true
}
