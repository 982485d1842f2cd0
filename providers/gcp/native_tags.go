package gcp

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// Attributes of an instance that no state of hashicorp/google has: it has what a machine was made with, and other resources
// bind tags to it. Null: nothing was read of them.
const (
	// attrSecureTags is the tag values that are bound to the machine itself; unknown where they are.
	attrSecureTags = "secure_tags"
	// attrInherited is those that it has from its project, a folder or the organization; unknown where they are.
	attrInherited = "inherited_secure_tags"
)

// parentText is the full resource name of a machine, with its zone and its number: the number of a machine is no other's.
var parentText = regexp.MustCompile(`^//compute\.googleapis\.com/projects/[\w:.-]+/zones/([\w-]+)/instances/([\w-]+)$`)

// machineTags is the tag values of a machine.
type machineTags struct {
	bound, inherited []string
	// whole is whether these were told with those that are inherited.
	whole bool
}

// SecureTags returns the names of the secure tags that the rules of an object name and that are in effect, "tagValues/1", sorted: of a
// policy, or of an answer about effective firewalls. Of something else it returns none.
func SecureTags(raw json.RawMessage) []string {
	o, ok := parseObject(raw)
	if !ok {
		return nil
	}
	policies, _ := o.objects("firewallPolicys")
	var out []string
	for _, p := range append(policies, o) {
		rules, _ := p.objects("rules")
		for _, rule := range rules {
			targets, _ := rule.objects("targetSecureTags")
			m, _ := rule["match"].(map[string]any)
			sources, _ := object(m).objects("srcSecureTags")
			for _, t := range append(targets, sources...) {
				if t.text("state") != ineffective {
					out = append(out, t.text("name"))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ineffective is the state of a tag that is nobody's (compute API, FirewallPolicyRuleSecureTag.State).
const ineffective = "INEFFECTIVE"

// effectiveTags reads the tags of a machine: an answer of effectiveTags.list with the machine as "parent" beside it, or one binding
// as tagBindings.list has it, which tells nothing of what the machine inherits (Resource Manager API, EffectiveTag and TagBinding).
func (r *nativeReader) effectiveTags(o object) string {
	m := parentText.FindStringSubmatch(o.text("parent"))
	if m == nil {
		return fmt.Sprintf("%q is no full resource name of a machine", o.text("parent"))
	}
	key := m[1] + "/" + m[2]
	have := r.tags[key]
	if have == nil {
		have = &machineTags{}
		r.tags[key] = have
	}
	if name := o.text("tagValue"); name != "" {
		have.bound = append(have.bound, name)
		return ""
	}
	list, ok := o.objects("effectiveTags")
	if _, told := o["effectiveTags"]; !ok || !told {
		delete(r.tags, key)
		return "its effectiveTags are no list of objects"
	}
	for _, t := range list {
		name := t.text("tagValue")
		inherited, isTruth := t["inherited"].(bool)
		if name == "" || !isTruth && t["inherited"] != nil {
			delete(r.tags, key)
			return "a tag of it has no value, or does not say whether it is inherited"
		}
		if inherited {
			have.inherited = append(have.inherited, name)
		} else {
			have.bound = append(have.bound, name)
		}
	}
	have.whole = true
	return ""
}

// tagMachines puts tags on the machines that were read, where rules name any, and says of which machines nothing is known.
func (r *nativeReader) tagMachines() {
	unknown, first := 0, ""
	for i := range r.out {
		res := &r.out[i]
		if res.Type != typeInstance {
			continue
		}
		have := r.tagsOfMachine(res.Name)
		if have == nil {
			if unknown++; unknown == 1 {
				first = res.Name
			}
			res.Set(attrSecureTags, terraform.Unknown("which secure tags the machine has was not read"))
			continue
		}
		res.Set(attrSecureTags, sortedTexts(have.bound))
		if have.whole {
			res.Set(attrInherited, sortedTexts(have.inherited))
		} else {
			res.Set(attrInherited, terraform.Unknown("which tags the machine inherits is not told"))
		}
	}
	if unknown > 0 {
		r.warn("not-read", first, fmt.Sprintf("rules name secure tags, and which of them %d machines have is not known", unknown), tagAdvice)
	}
}

// tagsOfMachine returns what was read of the tags of a machine, by its id; nil for nothing.
func (r *nativeReader) tagsOfMachine(id string) *machineTags {
	key := r.machines[id]
	if have := r.tags[key]; have != nil {
		return have
	}
	zone, _, _ := strings.Cut(key, "/")
	return r.tags[zone+"/"+lastSegment(id)]
}

// tagAdvice says how to read the tags of machines.
const tagAdvice = "read the project itself with the permission compute.instances.listEffectiveTags, " +
	"or compare what these rules do by hand: gcloud resource-manager tags bindings list"

// sortedTexts is a list of texts in order, each once.
func sortedTexts(texts []string) terraform.Value {
	texts = slices.Clone(texts)
	slices.Sort(texts)
	return terraform.Strings(slices.Compact(texts)...)
}

// machineKey is what the full resource name of a machine says of it: its zone and its number.
func machineKey(o object) string {
	return lastSegment(o.text("zone")) + "/" + strings.TrimSpace(fmt.Sprint(o["id"]))
}
