package aws

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

const (
	groupType = "aws_security_group"
	// groupOutput is the output that maps segments to the ids of their groups, and
	// moreOutput the one that maps segments to the ids of the groups that they need besides.
	groupOutput = "security_group_ids"
	moreOutput  = "additional_security_group_ids"
)

// group is a security group: one that is made for a segment, or an existing
// one, which several segments may share.
type group struct {
	name     string           // the ID of its first segment
	ids      []model.Identity // its segments, sorted
	existing string           // id of the existing group; empty: it is made
	// more is how many groups besides hold rules for which it has no room. Nobody names them: whoever
	// is meant by the segments carries the group itself.
	more int
}

// part is the group itself for 0, and above it one of those that hold more of its rules.
func (g group) part(i int) group {
	if i == 0 {
		return g
	}
	// No segment has an underscore in its ID.
	return group{name: fmt.Sprintf("%s_%d", g.name, i+1), ids: g.ids}
}

// parts returns the group and those that hold more of its rules.
func (g group) parts() []group {
	out := make([]group, g.more+1)
	for i := range out {
		out[i] = g.part(i)
	}
	return out
}

// ref is how resources name the group.
func (g group) ref() terraform.Value {
	if g.existing != "" {
		return terraform.String(g.existing)
	}
	return terraform.Ref(groupType + "." + g.name + ".id")
}

// key is the name that Decode finds for the group.
func (g group) key() model.Group {
	if g.existing != "" {
		return model.Group(g.existing)
	}
	return model.Group(groupType + "." + g.name)
}

// groupRule is one rule of a security group.
type groupRule struct {
	match match
	peer  groupPeer
}

// groupPeer is a group's name, or a prefix where that is empty.
type groupPeer struct {
	group  string
	prefix netip.Prefix
}

func (p groupPeer) label() string {
	if p.group != "" {
		return p.group
	}
	return prefixLabel(p.prefix)
}

func (p groupPeer) text() string {
	if p.group != "" {
		return p.group
	}
	return p.prefix.String()
}

// contains reports whether every address of q is in p.
func contains(p, q netip.Prefix) bool { return p.Bits() <= q.Bits() && p.Contains(q.Addr()) }

// ruleSet is rules with the texts of the policies that ask for them.
type ruleSet[R comparable] map[R][]string

// add adds a rule, or its reasons to the one that is there.
func (s ruleSet[R]) add(r R, why []string) {
	have := s[r]
	for _, w := range why {
		if !slices.Contains(have, w) {
			have = append(have, w)
		}
	}
	s[r] = have
}

// writeGroups writes the groups of all segments, their rules, and the outputs
// that tell their ids.
func (e *encoder) writeGroups() {
	e.collectGroups()
	ids, more := map[string]terraform.Value{}, map[string]terraform.Value{}
	for i := range e.groups {
		g := &e.groups[i]
		rules := e.rulesOf(g)
		for _, id := range g.ids {
			ids[string(id)] = g.ref()
			if g.more > 0 {
				more[string(id)] = g.moreRefs()
			}
		}
		for _, part := range g.parts() {
			e.out.Groups[part.key()] = model.Identities(g.ids)
			if part.existing == "" {
				e.add(part.resource(e))
			} else {
				e.reportExisting(part)
			}
		}
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			e.writeRules(g, d, rules[d])
		}
	}
	e.writeOutputs(ids, more)
}

// writeOutputs tells the ids of the groups. Whoever puts interfaces in a group does so when its rules are there: an output
// waits, and so does what is made of it (developer.hashicorp.com/terraform/language/values/outputs, depends_on).
func (e *encoder) writeOutputs(ids, more map[string]terraform.Value) {
	var rules []terraform.Value
	for _, r := range e.out.Module.Resources {
		if r.Type == ingressRuleType || r.Type == egressRuleType {
			rules = append(rules, terraform.Ref(r.Address()))
		}
	}
	for _, o := range []terraform.Output{
		{Name: groupOutput, Description: "The security group of each segment.", Value: terraform.Object(ids)},
		{Name: moreOutput, Description: "The security groups that segments need besides, for their rules take more than one.", Value: terraform.Object(more)},
	} {
		if values, _ := o.Value.AsObject(); len(values) > 0 {
			if len(rules) > 0 {
				o.DependsOn = terraform.List(rules...)
			}
			e.out.Module.Outputs = append(e.out.Module.Outputs, o)
		}
	}
}

// moreRefs lists the groups that hold more of a group's rules.
func (g group) moreRefs() terraform.Value {
	var refs []terraform.Value
	for _, part := range g.parts()[1:] {
		refs = append(refs, part.ref())
	}
	return terraform.List(refs...)
}

// collectGroups gives every segment its group.
func (e *encoder) collectGroups() {
	at := map[string]int{} // by existing id
	for _, s := range e.in.Segments {
		i, shared := at[s.Home.Group]
		if s.Home.Group == "" || !shared {
			i = len(e.groups)
			e.groups = append(e.groups, group{name: string(s.ID), existing: s.Home.Group})
			at[s.Home.Group] = i
		}
		e.groups[i].ids = append(e.groups[i].ids, s.ID)
		e.groupOf[s.ID] = i
	}
}

// resource is the group without rules. Its name and description cannot be
// changed in place, so that they depend on nothing but the segment's ID; a fixed name would
// collide while a replacement is made before the old group is destroyed
// (documentation of aws_security_group).
func (g group) resource(e *encoder) terraform.Resource {
	return terraform.Resource{
		Type: groupType, Name: g.name,
		Comment: g.comment(e),
		Body: terraform.Body{
			Attrs: []terraform.Attr{
				{Name: "name_prefix", Value: terraform.String("crosswall-" + g.name + "-")},
				{Name: "description", Value: terraform.String(g.description())},
				{Name: "vpc_id", Value: e.vpc()},
				{Name: "tags", Value: providers.Own(map[string]terraform.Value{"Name": terraform.String(g.name)})},
			},
			Blocks: []terraform.Block{{Type: "lifecycle", Body: terraform.Body{
				Attrs: []terraform.Attr{{Name: "create_before_destroy", Value: terraform.Bool(true)}},
			}}},
		},
	}
}

// description says what the group is for.
func (g group) description() string {
	if name, number, isMore := strings.Cut(g.name, "_"); isMore {
		return fmt.Sprintf("Group %s of the rules of segment %s", number, name)
	}
	return "Workloads of segment " + g.name
}

func (g group) comment(e *encoder) []string {
	var workloads []string
	for _, s := range e.in.Segments {
		if slices.Contains(g.ids, s.ID) {
			for _, w := range s.Workloads {
				workloads = append(workloads, string(w.ID))
			}
		}
	}
	return lines(workloads)
}

// reportExisting says what is not known of a group that is there already, and
// what several segments in one group lose.
func (e *encoder) reportExisting(g group) {
	e.report(model.Finding{
		Severity: model.Warning, Code: "existing-group",
		Summary: fmt.Sprintf("security group %s is not made here: rules that it has already stay in force, "+
			"and whoever else carries it is admitted where rules name it", g.existing),
		Advice: "remove its other rules, the one that admits all egress among them (terraform apply fails on a rule that is there already: import it), " +
			"or leave the group out of the placement to get one of its own",
		Origin: e.in.Site.Origin,
	})
	if len(g.ids) < 2 {
		return
	}
	names := make([]string, len(g.ids))
	for i, id := range g.ids {
		names[i] = string(id)
	}
	all := model.Traffic{model.AllTraffic()}
	members := model.EndpointsOf(g.ids...)
	e.report(model.Finding{
		Severity: model.Warning, Code: "shared-group",
		Summary: fmt.Sprintf("segments %s share security group %s, so that each gets the rules of all", strings.Join(names, ", "), g.existing),
		Advice:  "give each of them a security group of its own",
		Origin:  e.in.Site.Origin, Grade: model.Wider,
		Affects: model.NewRegion(
			model.Box{Src: members, Dst: model.AnyEndpoint(), Traffic: all},
			model.Box{Src: model.AnyEndpoint(), Dst: members, Traffic: all}),
	})
}

// rulesOf returns the rules of a group, by direction, and settles how many groups hold them.
func (e *encoder) rulesOf(g *group) map[model.Direction]groupList {
	out := map[model.Direction]groupList{}
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		rules := ruleSet[groupRule]{}
		for _, id := range g.ids {
			for _, grant := range e.grantsOf(id, d) {
				e.addGrant(rules, edge{id: id, dir: d}, grant)
			}
		}
		written := newGroupList(rules)
		out[d] = e.shortenGroup(written)
		e.countList(*g, d, written, out[d])
		if n := e.parts(out[d]); n <= e.maxParts() {
			g.more = max(g.more, n-1)
		}
	}
	e.countParts(*g)
	return out
}

// writeRules writes the rules of one direction of a group and of those that hold more of them.
func (e *encoder) writeRules(g *group, d model.Direction, l groupList) {
	if e.parts(l) > e.maxParts() {
		return // it is over its quota, so that nothing is written
	}
	for i, rules := range e.spread(*g, d, l) {
		part := g.part(i)
		e.countGroup(part, d, rules)
		for _, r := range slices.SortedFunc(maps.Keys(rules), groupRule.compare) {
			e.add(e.ruleResource(part, d, r, rules[r]))
		}
	}
}

// edge is one side of a segment: where its ingress or its egress is enforced.
type edge struct {
	id  model.Identity
	dir model.Direction
}

// box is the connections between the edge's segment and its peers.
func (x edge) box(peer model.Endpoints, t model.Traffic) model.Box {
	if x.dir == model.Egress {
		return model.Box{Src: model.EndpointsOf(x.id), Dst: peer, Traffic: t}
	}
	return model.Box{Src: peer, Dst: model.EndpointsOf(x.id), Traffic: t}
}

// addGrant spells a grant as rules and reports what is lost.
func (e *encoder) addGrant(rules ruleSet[groupRule], x edge, g model.Grant) {
	why := reasonsOf(g, x.id, x.dir)
	p := e.peersOf(g.Peer)
	e.reportPeers(x, g, p)
	for _, s := range g.Traffic {
		m := matchOf(s)
		e.reportService(x, g, s)
		for _, i := range p.groups {
			rules.add(groupRule{m, groupPeer{group: e.groups[i].name}}, why)
		}
		for _, prefix := range e.filtered(p.addrs) {
			if m.fits(prefix) {
				rules.add(groupRule{m, groupPeer{prefix: prefix}}, why)
			}
		}
	}
}

// ruleResource is one aws_vpc_security_group_ingress_rule or _egress_rule.
func (e *encoder) ruleResource(g group, d model.Direction, r groupRule, why []string) terraform.Resource {
	typ := "aws_vpc_security_group_" + d.String() + "_rule"
	want := fmt.Sprintf("%s_%s_%s_%s", g.name, r.match.label(), fromTo(d), r.peer.label())
	peer := terraform.Attr{Name: "cidr_ipv4", Value: terraform.String(r.peer.prefix.String())}
	switch {
	case r.peer.group != "":
		peer = terraform.Attr{Name: "referenced_security_group_id", Value: e.groups[e.groupOf[model.Identity(r.peer.group)]].ref()}
	case r.peer.prefix.Addr().Is6():
		peer.Name = "cidr_ipv6"
	}
	attrs := []terraform.Attr{
		{Name: "security_group_id", Value: g.ref()},
		{Name: "description", Value: terraform.String(description(strings.Join(why, "; ")))},
	}
	attrs = append(append(attrs, r.match.groupAttrs()...), peer)
	if g.existing != "" { // others write rules into it too
		attrs = append(attrs, terraform.Attr{Name: "tags", Value: providers.Own(nil)})
	}
	return terraform.Resource{
		Type: typ, Name: e.names.name(typ, want, want),
		Comment: append([]string{r.text(d)}, lines(why)...),
		Body:    terraform.Body{Attrs: attrs},
	}
}
