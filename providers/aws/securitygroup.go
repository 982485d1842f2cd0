package aws

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

const (
	groupType = "aws_security_group"
	// groupOutput is the output that maps segments to the ids of their groups.
	groupOutput = "security_group_ids"
)

// group is a security group: one that is made for a segment, or an existing
// one, which several segments may share.
type group struct {
	name     string           // the ID of its first segment
	ids      []model.Identity // its segments, sorted
	existing string           // id of the existing group; empty: it is made
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

// covers reports whether r admits all that o admits.
func (r groupRule) covers(o groupRule) bool {
	if !r.match.covers(o.match) || r.peer.group != o.peer.group {
		return false
	}
	return r.peer.group != "" || contains(r.peer.prefix, o.peer.prefix)
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

// writeGroups writes the groups of all segments, their rules, and the output
// that tells their ids.
func (e *encoder) writeGroups() {
	e.collectGroups()
	ids := map[string]terraform.Value{}
	for _, g := range e.groups {
		e.out.Groups[g.key()] = model.Identities(g.ids)
		for _, id := range g.ids {
			ids[string(id)] = g.ref()
		}
		if g.existing == "" {
			e.add(g.resource(e))
		} else {
			e.reportExisting(g)
		}
		e.writeRules(g, model.Ingress)
		e.writeRules(g, model.Egress)
	}
	if len(ids) > 0 {
		e.out.Module.Outputs = append(e.out.Module.Outputs, terraform.Output{
			Name:        groupOutput,
			Description: "The security group of each segment.",
			Value:       terraform.Object(ids),
		})
	}
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
				{Name: "description", Value: terraform.String("Workloads of segment " + g.name)},
				{Name: "vpc_id", Value: e.vpc()},
				{Name: "tags", Value: terraform.Object(map[string]terraform.Value{"Name": terraform.String(g.name)})},
			},
			Blocks: []terraform.Block{{Type: "lifecycle", Body: terraform.Body{
				Attrs: []terraform.Attr{{Name: "create_before_destroy", Value: terraform.Bool(true)}},
			}}},
		},
	}
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

// writeRules writes the rules of one direction of a group.
func (e *encoder) writeRules(g group, d model.Direction) {
	rules := ruleSet[groupRule]{}
	for _, id := range g.ids {
		for _, grant := range e.grantsOf(id, d) {
			e.addGrant(rules, edge{id: id, dir: d}, grant)
		}
	}
	if e.overGroupQuota(rules) {
		dropCovered(rules, groupRule.covers)
	}
	e.countGroup(g, d, rules)
	for _, r := range sortedRules(rules) {
		e.add(e.ruleResource(g, d, r, rules[r]))
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
		for _, prefix := range filtered(p.addrs) {
			if m.fits(prefix) {
				rules.add(groupRule{m, groupPeer{prefix: prefix}}, why)
			}
		}
	}
}

// sortedRules returns rules in the order in which they are written.
func sortedRules(rules ruleSet[groupRule]) []groupRule {
	return slices.SortedFunc(maps.Keys(rules), func(a, b groupRule) int {
		return cmp.Or(cmp.Compare(a.peer.group, b.peer.group), a.peer.prefix.Compare(b.peer.prefix), a.match.compare(b.match))
	})
}

// dropCovered removes every rule that another one covers. The result does not
// depend on the order, because covering is: whatever covers a rule that goes
// covers, or is itself covered by, one that stays.
func dropCovered[R comparable](rules ruleSet[R], covers func(a, b R) bool) {
	for small := range rules {
		for big := range rules {
			if big != small && covers(big, small) {
				delete(rules, small)
				break
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
	head := fmt.Sprintf("%s %s %s", r.match.service(), fromTo(d), r.peer.text())
	return terraform.Resource{
		Type: typ, Name: e.names.name(typ, want, want),
		Comment: append([]string{head}, lines(why)...),
		Body:    terraform.Body{Attrs: attrs},
	}
}
