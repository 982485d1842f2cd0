package aws

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// groupFacts is what is told of the rules of a group.
type groupFacts struct {
	rules []audit.Rule
	// used is how many rules there are as AWS counts them.
	used map[model.Direction]used
	// least is whether a list among them counts for more than is known.
	least bool
	// vague are the rules of which the only peers that are not known are groups.
	vague map[model.Origin]bool
}

// seen is rules as an audit has them: groups that are not known are nobody outside, for a group stands for the private addresses of its
// members (Amazon VPC user guide, security group rules).
func (f *groupFacts) seen(rules []model.Rule) []model.Rule {
	if len(f.vague) == 0 {
		return rules
	}
	out := slices.Clone(rules)
	for i, r := range out {
		if _, doubtful := r.Peer.(model.Maybe); doubtful && f.vague[r.Origin] {
			out[i].Peer = model.MapLeaves(r.Peer, func(s model.Selector) model.Selector {
				if _, unknown := s.(model.Any); unknown {
					return model.Identities{"members of groups that are not known"}
				}
				return s
			})
		}
	}
	return out
}

// groupFacts returns what is told of the rules of each group; rules whose group is not known are under the address of
// the attribute that would name it.
func (i *inspector) groupFacts() map[model.Group]*groupFacts {
	out := map[model.Group]*groupFacts{}
	at := func(g model.Group) *groupFacts {
		f, ok := out[g]
		if !ok {
			f = &groupFacts{used: map[model.Direction]used{model.Ingress: {}, model.Egress: {}}, vague: map[model.Origin]bool{}}
			out[g] = f
		}
		return f
	}
	weights := i.listWeights()
	separate := i.holders("security_group_id", ingressRuleType, egressRuleType, "aws_security_group_rule")
	for _, r := range i.module.Resources {
		switch {
		case r.Name == unread:
		case isGroup(r):
			f := at(i.nameOf(r))
			f.addStale(r)
			if separate[i.nameOf(r)] && repeats(r) {
				continue
			}
			for _, dir := range []model.Direction{model.Ingress, model.Egress} {
				for n, b := range r.BlocksOf(dir.String()) {
					f.add(i, writtenRule{b.Body, dir, "protocol", inlineOrigin(inline{r, b, dir, fmt.Sprintf("%s[%d]", dir, n)}), weights}, audit.Rule{})
				}
			}
		case isGroupRule(r.Type):
			name, why := i.nameIn(r.Get("security_group_id"))
			if why != "" {
				name = model.Group(r.Address() + ".security_group_id")
			}
			told := audit.Rule{ID: ruleID(r)}
			if tags, ok := r.Get("tags").AsObject(); ok {
				told.Name, _ = tags["Name"].AsString()
			}
			for _, w := range directionsOf(r) {
				at(name).add(i, writtenRule{r.Body, w.dir, w.protocol, origin(r, ""), weights}, told)
			}
		}
	}
	return out
}

// repeats reports whether the inline rules of a resource may be those that are resources of their own once more: what
// was read back from AWS, as a state is, has all rules inline (documentation of aws_security_group and aws_network_acl, attributes).
func repeats(r terraform.Resource) bool {
	id, ok := r.Get("id").AsString()
	return ok && id != "" && !isLive(r)
}

// ruleID is the id that the cloud gave a rule; empty: it is not known.
func ruleID(r terraform.Resource) string {
	for _, attr := range []string{"security_group_rule_id", "id"} {
		if id, ok := r.Get(attr).AsString(); ok && strings.HasPrefix(id, "sgr-") {
			return id
		}
	}
	return ""
}

// ruleForm is a direction, and which attribute holds the protocol.
type ruleForm struct {
	dir      model.Direction
	protocol string
}

// directionsOf returns the directions of a rule that is a resource of its own: both where its own is not known.
func directionsOf(r terraform.Resource) []ruleForm {
	switch r.Type {
	case ingressRuleType:
		return []ruleForm{{model.Ingress, "ip_protocol"}}
	case egressRuleType:
		return []ruleForm{{model.Egress, "ip_protocol"}}
	}
	typ, _ := r.Get("type").AsString()
	switch typ {
	case "ingress":
		return []ruleForm{{model.Ingress, "protocol"}}
	case "egress":
		return []ruleForm{{model.Egress, "protocol"}}
	}
	return []ruleForm{{model.Ingress, "protocol"}, {model.Egress, "protocol"}}
}

// writtenRule is a rule of a security group as it is written.
type writtenRule struct {
	body     terraform.Body
	dir      model.Direction
	protocol string // the attribute
	origin   model.Origin
	weights  map[model.Group]listWeight
}

// add notes a rule.
func (f *groupFacts) add(i *inspector, w writtenRule, told audit.Rule) {
	told.Origin, told.Direction, told.Description = w.origin, w.dir, textOf(w.body.Get("description"))
	p, why := protocol(w.body.Get(w.protocol))
	if why == "" {
		told.Traits = append(portTraits(p, w.body.Get("from_port"), w.body.Get("to_port")), hostBits(w.body)...)
	}
	n := f.used[w.dir]
	n[ipv4] += countOf(w.body, "cidr_blocks", "cidr_ipv4")
	n[ipv6] += countOf(w.body, "ipv6_cidr_blocks", "cidr_ipv6")
	// A group counts in both families (Amazon VPC quotas).
	both := countOf(w.body, groupAttributes()...)
	if self, _ := w.body.Get("self").AsBool(); self {
		both++
	}
	lists := []string{"prefix_list_ids", "prefix_list_id"}
	for _, attr := range lists {
		for _, v := range valuesOf(w.body.Get(attr)) {
			name, why := i.nameIn(v)
			weight, known := w.weights[name]
			if why != "" || !known {
				f.least, weight = true, listWeight{1, []family{ipv4, ipv6}}
			}
			for _, fam := range weight.in {
				n[fam] += weight.rules
			}
			if why == "" {
				told.Lists = append(told.Lists, name)
			}
		}
	}
	if i.namesVaguely(w.body, groupAttributes()) && !i.namesVaguely(w.body, lists) {
		f.vague[w.origin] = true
	}
	f.rules = append(f.rules, told)
	n[ipv4], n[ipv6] = n[ipv4]+both, n[ipv6]+both
}

// groupAttributes are how rules name groups as peers.
func groupAttributes() []string {
	return []string{"security_groups", "source_security_group_id", peerGroup}
}

// namesVaguely reports whether it is not known what some attributes name.
func (i *inspector) namesVaguely(b terraform.Body, attrs []string) bool {
	return slices.ContainsFunc(attrs, func(attr string) bool {
		v := b.Get(attr)
		if _, is := v.AsList(); !is && (attr == "security_groups" || attr == "prefix_list_ids") {
			return true // a list that is not known as a whole
		}
		return slices.ContainsFunc(valuesOf(v), func(v terraform.Value) bool {
			_, why := i.nameIn(v)
			return why != ""
		})
	})
}

// valuesOf is the elements of a list, or the one value; none where it is not set.
func valuesOf(v terraform.Value) []terraform.Value {
	if list, ok := v.AsList(); ok {
		return list
	}
	if isUnset(v) {
		return nil
	}
	return []terraform.Value{v}
}

func countOf(b terraform.Body, attrs ...string) int {
	n := 0
	for _, attr := range attrs {
		n += len(valuesOf(b.Get(attr)))
	}
	return n
}

// listWeight is for how many rules a prefix list counts, in some families.
type listWeight struct {
	rules int
	in    []family
}

// listWeights are the numbers of rules that prefix lists count for: the most entries that they may have (Amazon VPC user
// guide, security group rules), of the family of which all its entries are.
func (i *inspector) listWeights() map[model.Group]listWeight {
	out := map[model.Group]listWeight{}
	for _, r := range i.module.Resources {
		if r.Type == listType {
			if n, ok := r.Get("max_entries").AsInt(); ok && n > 0 {
				in := []family{ipv4, ipv6}
				switch of, _ := r.Get("address_family").AsString(); of {
				case "IPv4":
					in = in[:1]
				case "IPv6":
					in = in[1:]
				}
				out[i.nameOf(r)] = listWeight{int(n), in}
			}
		}
	}
	return out
}

// quotas are the counts of rules (Amazon VPC quotas: 60 of each direction and family, which can be raised).
func (f *groupFacts) quotas() []audit.Quota {
	var out []audit.Quota
	for _, dir := range []model.Direction{model.Ingress, model.Egress} {
		for _, fam := range []family{ipv4, ipv6} {
			name := fmt.Sprintf("%s rules, %s", map[model.Direction]string{model.Ingress: "inbound", model.Egress: "outbound"}[dir], fam)
			if f.least {
				name += ", or more: it is not known for how many rules a prefix list counts"
			}
			out = append(out, audit.Quota{Name: name, Used: f.used[dir][fam], Limit: defaultGroupRules, Adjustable: true})
		}
	}
	return out
}

// addStale notes the rules that name groups which are gone, of which no rule of the model was made.
func (f *groupFacts) addStale(r terraform.Resource) {
	for _, b := range r.BlocksOf(staleAttr) {
		text := func(attr string) string { s, _ := b.Body.Get(attr).AsString(); return s }
		dir := model.Ingress
		if text("direction") == "egress" {
			dir = model.Egress
		}
		o := origin(r, text("rule"))
		f.rules = append(f.rules, audit.Rule{Origin: o, Direction: dir, ID: text("id"), Description: audit.Text{Value: text("description")},
			Traits: []audit.Trait{{Code: audit.StaleReference, Text: text("why")}}})
		n := f.used[dir]
		n[ipv4], n[ipv6] = n[ipv4]+1, n[ipv6]+1
	}
}

// portTraits are peculiarities of ports (EC2 API, IpPermission and NetworkAclEntry). With all protocols the
// ports 0 to 0 and -1 to -1 are the usual way to write none, and 0 to 65535 means what it says.
func portTraits(p model.Protocol, first, last terraform.Value) []audit.Trait {
	from, ok := first.AsInt()
	to, ok2 := last.AsInt()
	if !ok || !ok2 {
		return nil
	}
	switch {
	case p == model.TCP || p == model.UDP:
		if from == 0 && to == 0 {
			return []audit.Trait{{Code: audit.PortZero, Text: fmt.Sprintf("%s from port 0 to port 0 is port 0 alone, and not every port", protocolText(p))}}
		}
	case p.IsICMP(), from == to && from <= 0, from == 0 && to == 65535:
	default:
		return []audit.Trait{{Code: audit.PortsIgnored, Text: fmt.Sprintf("the ports %d to %d are ignored, as the protocol is %s: every port is meant", from, to, protocolText(p))}}
	}
	return nil
}

// hostBits are the CIDR blocks with bits beyond their prefix length.
func hostBits(b terraform.Body) []audit.Trait {
	var out []audit.Trait
	for _, attr := range []string{"cidr_blocks", "cidr_ipv4", "cidr_block", "ipv6_cidr_blocks", "cidr_ipv6", "ipv6_cidr_block"} {
		for _, v := range valuesOf(b.Get(attr)) {
			text, _ := v.AsString()
			if p, err := netip.ParsePrefix(strings.TrimSpace(text)); err == nil && p != p.Masked() {
				out = append(out, audit.Trait{Code: audit.HostBits, Text: fmt.Sprintf("%s has bits beyond its prefix length and means %s", text, p.Masked())})
			}
		}
	}
	return out
}
