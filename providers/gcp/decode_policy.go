package gcp

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// readPolicyRule reads a rule of a firewall policy.
func (d *decoder) readPolicyRule(r terraform.Resource) {
	rd := d.reader(r)
	key, kind := d.policyOf(r.Get("firewall_policy"), r), kindOfResource(r.Type)
	if key == "" {
		rd.doubt("firewall_policy is not known")
	}
	p := d.policy(policyKey(kind, key, d.resolve(r.Get("region"))))
	p.kind = kind
	priority, handsOn := rd.policyPriority()
	if handsOn {
		return
	}
	if other, taken := p.at[priority]; taken && len(rd.doubts) == 0 {
		d.report(r, model.Error, "priority-collision", fmt.Sprintf("priority %d is that of %s too", priority, other), "priorities are used once in a policy")
	}
	p.at[priority] = r.Address()
	if rd.disabled() || rd.otherTarget() {
		return
	}
	target, applied := rd.policyTarget()
	if !applied {
		return
	}
	body := rd.match()
	parts := rd.policyParts(body)
	networks := rd.onlyNetworks()
	ends := map[model.Direction]selectors{}
	for _, dir := range rd.directions() {
		s, ok := rd.policySelectors(dir, body, target)
		if ok {
			ends[dir] = s
		}
	}
	for dir, s := range ends { // one or both, into separate lists
		for _, rule := range rd.rules(priority, s, parts) {
			p.rules[dir] = append(p.rules[dir], policyRule{rule, networks})
		}
	}
}

// lastPriority is the last that Google itself uses.
const lastPriority = 2147483647

// policyPriority reads the priority of a rule of a policy. It is true for one of Google's own, which are predefined to
// hand on to the next stage (firewall policies, predefined rules); one that does anything else there is no such rule,
// and what it does is not known.
func (rd *ruleReader) policyPriority() (priority int, handsOn bool) {
	n, ok := rd.get("priority").AsInt()
	if !ok || n <= lastUserPriority || n > lastPriority {
		return rd.priority(-1, lastUserPriority), false
	}
	action, _ := rd.get("action").AsString()
	if action == "goto_next" {
		return int(n), true
	}
	rd.doubt("priority %d is one of Google Cloud's own rules, which hand on to the next stage, and the action is %q", n, action)
	return int(n), false
}

// otherTarget reports whether the rule is for load balancers and not for
// machines.
func (rd *ruleReader) otherTarget() bool {
	v := rd.get("target_type")
	typ, ok := v.AsString()
	rules, known := rd.list(rd.resource.Body, "target_forwarding_rules")
	switch {
	case ok && typ != "INSTANCES", len(rules) > 0:
		rd.report(rd.resource, model.Info, "other-target", "the rule is for load balancers and not for machines", "")
		return true
	case !ok && !v.IsNull(), !known:
		rd.doubt("target_type is not known")
	}
	return false
}

// match returns the only match block.
func (rd *ruleReader) match() terraform.Body {
	bs := rd.resource.BlocksOf("match")
	if len(bs) != 1 || rd.resource.Open("match") {
		rd.doubt("its match block cannot be read")
		return terraform.Body{}
	}
	return bs[0].Body
}

// policyParts reads action and layer4_configs, of which there is one at least.
func (rd *ruleReader) policyParts(match terraform.Body) []part {
	var out []part
	for _, a := range rd.actions() {
		configs := rd.blockParts(a, match, "layer4_configs", "ip_protocol")
		if len(configs) == 0 {
			rd.doubt("it has no layer4_configs, as far as can be read")
			configs = []part{{a, model.Traffic{model.AllTraffic()}, ""}}
		}
		out = append(out, configs...)
	}
	return out
}

// actions returns what the rule does, or all that it may do. goto_next leaves
// the whole policy (firewall policy rule evaluation order), as Pass does.
func (rd *ruleReader) actions() []model.Action {
	s, _ := rd.get("action").AsString()
	switch s {
	case "allow":
		return []model.Action{model.Allow}
	case "deny":
		return []model.Action{model.Deny}
	case "goto_next":
		return []model.Action{model.Pass}
	}
	rd.doubt("what action %q does is not known", s)
	return []model.Action{model.Allow, model.Deny, model.Pass}
}

// policyTarget is whom the rule is applied to; nil is every machine of the
// network. It is false for a rule all of whose tags are ineffective, which
// Google Cloud ignores (compute API, FirewallPolicyRule.TargetSecureTags).
func (rd *ruleReader) policyTarget() (model.Selector, bool) {
	tags, some := rd.secureTags(rd.resource.Body, "target_secure_tags", machineID.targets)
	accounts := rd.machines("target_service_accounts", serviceAccount, machineID.targets)
	if some && len(tags) == 0 {
		rd.report(rd.resource, model.Info, "ineffective-tags", "all its target tags are ineffective, and the rule does nothing", "")
		return nil, false
	}
	return rd.oneKind("target", tags, accounts), true
}

// secureTags reads the effective tags of the blocks; some is whether there was
// any block at all.
func (rd *ruleReader) secureTags(b terraform.Body, typ string, group func(machineID) model.Group) (out []model.Selector, some bool) {
	if b.Open(typ) {
		out, some = append(out, rd.perhapsAny("not every "+typ+" block can be read")), true
	}
	for _, t := range b.BlocksOf(typ) {
		some = true
		if state, _ := t.Body.Get("state").AsString(); state == ineffective {
			continue
		}
		if isNative(rd.resource) && rd.lacksTags() {
			out = append(out, whoHas(t))
			continue
		}
		out = append(out, rd.machine(typ, rd.resolve(t.Body.Get("name")),
			func(name string) model.Group { return group(machineID{kind: secureTag, name: name}) }))
	}
	return out, some
}

// whoHas is the machines with a secure tag that a native rule names, where tags of machines were not read. They are bound by
// another API (Resource Manager): any machine that the rule can reach may have the tag, and none may.
func whoHas(tag terraform.Block) model.Selector {
	name, _ := tag.Body.Get("name").AsString()
	return model.Maybe{Selector: model.Any{}, Why: strings.TrimSpace("which machines have the secure tag "+name) + " is not known"}
}

// policySelectors reads the ends of the rule in a direction; false when its
// sources are ineffective tags only, and it is ignored.
func (rd *ruleReader) policySelectors(dir model.Direction, match terraform.Body, target model.Selector) (selectors, bool) {
	attrs := policyEnds(dir)
	peer := rd.ranges(match, attrs.peer)
	tags, some := rd.secureTags(match, "src_secure_tags", machineID.sources)
	switch {
	case some && dir == model.Egress:
		rd.doubt("it is about egress and has source tags")
	case some && len(tags) == 0 && len(peer) == 0:
		rd.report(rd.resource, model.Info, "ineffective-tags", "all its source tags are ineffective, and the rule does nothing", "")
		return selectors{}, false
	default:
		peer = append(peer, tags...)
	}
	side, other, _ := strings.Cut(map[model.Direction]string{model.Ingress: "src dest", model.Egress: "dest src"}[dir], " ")
	for _, attr := range []string{"_address_groups", "_fqdns", "_region_codes", "_threat_intelligences"} {
		if side+attr == "src_address_groups" || side+attr == "dest_address_groups" {
			peer = append(peer, rd.addressGroups(match, side+attr)...)
		} else if isSet(match.Get(side + attr)) {
			peer = append(peer, rd.knownToGoogle(side+attr))
		}
		if isSet(match.Get(other + attr)) {
			rd.doubt("%s is not modelled in a rule about %s", other+attr, dir)
		}
	}
	for _, attr := range []string{"src_networks", "src_network_context", "dest_network_context"} {
		if isSet(match.Get(attr)) {
			rd.doubt("%s is not modelled", attr)
		}
	}
	own := rd.ranges(match, attrs.target)
	if len(peer) == 0 {
		peer = rd.unsaidByPolicy()
	}
	return selectors{target: with(target, own), peer: either(peer)}, true
}

// knownToGoogle is whoever is at the addresses of countries, domains and lists of threats, which Google alone knows: no other source would tell.
func (rd *ruleReader) knownToGoogle(attr string) model.Selector {
	why := attr + " cannot be resolved to addresses"
	rd.report(rd.resource, model.Warning, "unknown-value", why, "name the addresses in src_ip_ranges, dest_ip_ranges or an address group where an exact answer is wanted")
	return model.Maybe{Selector: model.Any{}, Why: why}
}

// unsaidByPolicy is the peer of a rule that names none: surely every IPv4
// address, and it is not documented whether IPv6 is meant too.
func (rd *ruleReader) unsaidByPolicy() []model.Selector {
	const why = "it names no peer, and whether it is about IPv6 too is not documented"
	rd.unsure(why)
	return []model.Selector{model.At{Addrs: model.AllIPv4()}, model.Maybe{Selector: model.At{Addrs: model.AllIPv6()}, Why: why}}
}

// isSet reports whether an attribute says something: not null, not an empty
// list and not an empty string.
func isSet(v terraform.Value) bool {
	if list, ok := v.AsList(); ok {
		return len(list) > 0
	}
	s, ok := v.AsString()
	return !ok || s != ""
}
