package gcp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// attachment is a policy on a network, as the answer about effective firewalls tells it.
type attachment struct {
	kind    policyKind
	network string // path
	region  string // of regional policies
}

// effectiveFirewalls reads what is asked on a network.
func (r *nativeReader) effectiveFirewalls(o object) string {
	firewalls, ok := o.objects("firewalls")
	policies, ok2 := o.objects("firewallPolicys")
	if !ok || !ok2 {
		return "its firewalls or firewallPolicys are no lists of objects"
	}
	network := r.networkPathOf(o.text("network"), "")
	placed := network != ""
	region := lastSegment(o.text("region"))
	for _, f := range firewalls {
		if network == "" {
			network = r.networkPathOf(f.text("network"), projectOf(f.text("selfLink")))
		}
		if r.whole(KindFirewall) {
			continue // they are among the rules of the project
		}
		if why := r.firewall(f); why != "" {
			return "a firewall: " + why
		}
	}
	if network == "" {
		return "it does not say which network it is about"
	}
	if _, told := o["firewalls"]; told && placed {
		r.firewallsOf = append(r.firewallsOf, network)
	}
	if !placed {
		r.warn("unknown-scope", network, fmt.Sprintf("effective firewalls on %s do not say what they are about: of one machine, they are not all", lastSegment(network)),
			`put "network", and "region" where there is one, into the object`)
	}
	whole := placed
	for i, p := range policies {
		if why := r.effectivePolicy(p, i, attachment{network: network, region: region}); why != "" {
			r.warn("unreadable-object", network, fmt.Sprintf("a firewall policy on %s cannot be read: %s", network, why), "")
			whole = false
		}
	}
	if whole {
		r.effective[strings.TrimSpace(network+" "+region)] = true
	}
	return ""
}

// kindOfEffective is the kind of a policy by its type (compute API, EffectiveFirewallPolicy.Type).
func kindOfEffective(typ string) policyKind {
	switch typ {
	case "HIERARCHY":
		return hierarchicalPolicy
	case "SYSTEM", "SYSTEM_GLOBAL", "SYSTEM_REGIONAL":
		return systemPolicy
	case "NETWORK":
		return globalPolicy
	case "NETWORK_REGIONAL":
		return regionalPolicy
	}
	return 0
}

// effectivePolicy reads policy number i of those on a network. What is asked everywhere is told by the answers
// about the network and about each of its regions: once is enough.
func (r *nativeReader) effectivePolicy(o object, i int, at attachment) string {
	at.kind = kindOfEffective(o.text("type"))
	name := cmp.Or(o.text("name"), o.text("displayName"), o.text("shortName"))
	project := projectOf(at.network)
	var id string
	switch at.kind {
	case hierarchicalPolicy:
		id = "locations/global/firewallPolicies/" + lastSegment(name)
	case globalPolicy:
		id = "projects/" + project + "/global/firewallPolicies/" + lastSegment(name)
	case systemPolicy:
		if at.region == "" && o.text("type") == "SYSTEM_REGIONAL" {
			return "in which region a policy of Google Cloud itself is, is not known"
		}
		name = cmp.Or(name, fmt.Sprintf("system-%d", i))
		id = "projects/" + project + "/" + cmp.Or(prefixed("regions/", at.region), "global") + "/systemFirewallPolicies/" + lastSegment(name)
	case regionalPolicy:
		if at.region == "" {
			return fmt.Sprintf("in which region %q is, is not known", name)
		}
		id = "projects/" + project + "/regions/" + at.region + "/firewallPolicies/" + lastSegment(name)
	default:
		return fmt.Sprintf("what a policy of type %q is, is not known", o.text("type"))
	}
	if name == "" {
		return "it has no name"
	}
	if at.kind == hierarchicalPolicy || at.kind == globalPolicy || o.text("type") == "SYSTEM_GLOBAL" {
		at.region = ""
	}
	return r.policyParts(o, id, at)
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// policyParts adds a policy, its rules, and its association with a network.
func (r *nativeReader) policyParts(o object, id string, at attachment) string {
	types := at.kind.types()
	key := fmt.Sprintf("[%q]", at.network)
	p := r.policyResource(types.policy, id, o)
	p.Key = key
	if parent := r.parents[id]; parent != "" {
		p.Set("parent", terraform.String(parent))
	}
	r.add(p)
	if why := r.policyRules(o, id, types.rule, key); why != "" {
		return why
	}
	a := resource(types.association, id+"/associations/"+lastSegment(at.network))
	a.Key = key
	a.Set("firewall_policy", terraform.String(id+key))
	a.Set("attachment_target", terraform.String(at.network))
	if at.region != "" {
		a.Set("region", terraform.String(at.region))
	}
	r.add(a)
	return ""
}

// allEffective reports whether the effective firewalls of every network that is known of were read.
func (r *nativeReader) allEffective() bool {
	for path := range r.networks {
		if !r.knowsPolicies(path) {
			return false
		}
	}
	return len(r.networks) > 0
}

// knowsPolicies reports whether the hierarchical and global policies on a network are known: the answer about
// one of its regions tells of them too.
func (r *nativeReader) knowsPolicies(path string) bool {
	if r.effective[path] {
		return true
	}
	for at := range r.effective {
		if strings.HasPrefix(at, path+" ") {
			return true
		}
	}
	return false
}

// AddressGroups returns the paths of the address groups that the rules of an object name, sorted: of a policy, or of an
// answer about effective firewalls. Of something else it returns none.
func AddressGroups(raw json.RawMessage) []string {
	o, ok := parseObject(raw)
	if !ok {
		return nil
	}
	policies, _ := o.objects("firewallPolicys")
	var out []string
	for _, p := range append(policies, o) {
		rules, _ := p.objects("rules")
		for _, rule := range rules {
			m, _ := rule["match"].(map[string]any)
			for _, field := range []string{"srcAddressGroups", "destAddressGroups"} {
				names, _ := m[field].([]any)
				for _, n := range names {
					if path := pathOf(fmt.Sprint(n)); groupText.MatchString(path) {
						out = append(out, path)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// groupText is the path of an address group, which becomes a part of an address.
var groupText = regexp.MustCompile(`^(projects|organizations)/[\w:.-]+/locations/[\w-]+/addressGroups/[\w-]+$`)
