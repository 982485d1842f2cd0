package azure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// handle is how rules name a segment.
type handle struct {
	segment providers.Segment
	// asg holds the segment's interfaces; nil where it is named by addresses.
	asg *appGroup
	// addrs is the segment's addresses; empty when they are not known.
	addrs model.AddrSet
	// own is whether nobody else holds any of addrs.
	own bool
}

// newHandles decides how each segment is named: by an ASG that the placement
// names, by addresses that are the segment's own, or else by a new ASG. On AKS
// an ASG holds the nodes' interfaces, so that pods go by addresses (AKS
// documentation, "node pools" and "Azure CNI Overlay").
func newHandles(in providers.Intent, addrs map[model.Identity]model.AddrSet) map[model.Identity]handle {
	out := make(map[model.Identity]handle, len(in.Segments))
	groups := map[model.Group]*appGroup{}
	for _, s := range in.Segments {
		h := handle{segment: s, addrs: s.Home.Addrs, own: holdsAlone(addrs, s)}
		switch {
		case in.Site.Cluster == clusterAKS:
		case s.Home.Group != "":
			h.asg = existingGroup(groups, s)
		case !h.own:
			h.asg = newAppGroup(s)
		}
		out[s.ID] = h
	}
	return out
}

const clusterAKS = "aks"

// holdsAlone reports whether the addresses of a segment tell who it is: they
// are known, no stranger's, and no other member's.
func holdsAlone(addrs map[model.Identity]model.AddrSet, s providers.Segment) bool {
	if !s.Home.Exclusive || s.Home.Addrs.IsEmpty() {
		return false
	}
	for id, held := range addrs {
		if id != s.ID && held.Overlaps(s.Home.Addrs) {
			return false
		}
	}
	return true
}

// existingGroup returns the ASG that the placement names; segments may share it.
func existingGroup(groups map[model.Group]*appGroup, s providers.Segment) *appGroup {
	name := model.Group(strings.ToLower(s.Home.Group))
	g, ok := groups[name]
	if !ok {
		g = &appGroup{group: name, id: terraform.String(s.Home.Group)}
		groups[name] = g
	}
	g.members = append(g.members, s.ID)
	return g
}

// newAppGroup returns the ASG to make for a segment.
func newAppGroup(s providers.Segment) *appGroup {
	l := label(string(s.ID))
	address := typeAppGroup + "." + l
	return &appGroup{label: l, group: model.Group(address), id: terraform.Ref(address + ".id"),
		members: []model.Identity{s.ID}}
}

// checkSite refuses sites in which the segments cannot be enforced.
func (e *encoder) checkSite() {
	site := e.in.Site
	switch {
	case !site.Given:
		e.find(model.Finding{Severity: model.Info, Code: "no-placement",
			Summary: "without a placement each segment gets a network security group for its network interfaces",
			Advice:  "set the module's variables, attach the groups of its outputs to the interfaces, or write a placement: crosswall placement init"})
		return
	case site.PerSegment && site.Cluster == clusterAKS:
		e.find(model.Finding{Severity: model.Error, Code: "aks-interfaces", Origin: site.Origin,
			Summary: "pods on AKS have no network interface of their own, so there can be no group per segment",
			Advice:  "say in the placement:\nazure:\n  firewall: subnet"})
	case !site.PerSegment && len(site.Subnets) == 0:
		e.find(model.Finding{Severity: model.Error, Code: "no-subnets", Origin: site.Origin,
			Summary: "a network security group per subnet needs subnets, and the placement names none",
			Advice: "add to the placement:\nazure:\n  subnets:\n    - name: app\n      id: /subscriptions/.../subnets/app\n" +
				"      cidrs: [10.0.1.0/24]\nor ask for a group per segment:\nazure:\n  firewall: segment"})
	case !site.PerSegment:
		for _, s := range e.in.Segments {
			e.checkPlaced(s)
		}
	}
	if site.Cluster == clusterAKS {
		e.unusedGroups()
		e.find(model.Finding{Severity: model.Warning, Code: "aks-subnet", Origin: site.Origin,
			Summary: "Microsoft does not support network security groups that block traffic inside the subnets of an AKS cluster",
			Advice:  "allow in the placement what the cluster needs (platform: preset aks), and do not edit the group that AKS manages for the nodes"})
	}
}

// unusedGroups reports the ASGs that a placement gives to pods on AKS.
func (e *encoder) unusedGroups() {
	for _, s := range e.in.Segments {
		if s.Home.Group != "" {
			e.find(model.Finding{Severity: model.Warning, Code: "aks-group", Origin: originOf(s),
				Summary: fmt.Sprintf("application security group %s of %s is not used: on AKS it holds nodes, whatever pods they run", s.Home.Group, s.ID),
				Advice:  "give the segment addresses of its own in the placement"})
		}
	}
}

// checkPlaced refuses a segment that policies isolate and that is behind none
// of the groups.
func (e *encoder) checkPlaced(s providers.Segment) {
	for _, n := range e.in.Site.Subnets {
		if e.isIn(s, n) {
			return
		}
	}
	for _, d := range directions() {
		if isolated(e.grants(s.ID, d)) {
			e.find(model.Finding{Severity: model.Error, Code: "unplaced-segment", Origin: originOf(s),
				Summary: fmt.Sprintf("policies isolate %s, which is in none of the placed subnets", workloadNames(s)),
				Advice:  "add to the placement, with the name of a subnet:\n" + placementLines(s, "subnets: [NAME]")})
			return
		}
	}
}

// isIn reports whether a segment is behind the group of a subnet: the placement
// says so, or it holds addresses of the subnet.
func (e *encoder) isIn(s providers.Segment, n providers.Subnet) bool {
	return slices.Contains(s.Home.Subnets, n.Name) || s.Home.Addrs.Overlaps(n.Addrs())
}

// addrsIn returns the addresses at which a segment is behind the group of a
// subnet: those of the subnet and, if it lives in the subnet, those of no subnet. The
// latter are the pods of AKS with an overlay network, which subnet groups see by
// their own addresses (AKS documentation, "Azure CNI Overlay").
func (e *encoder) addrsIn(s providers.Segment, n providers.Subnet) model.AddrSet {
	out := s.Home.Addrs.Intersect(n.Addrs())
	if slices.Contains(s.Home.Subnets, n.Name) {
		out = out.Union(e.strayAddrs(s))
	}
	return out
}

// strayAddrs returns the addresses of a segment that are in no subnet.
func (e *encoder) strayAddrs(s providers.Segment) model.AddrSet {
	out := s.Home.Addrs
	for _, n := range e.in.Site.Subnets {
		out = out.Subtract(n.Addrs())
	}
	return out
}

// placementLines returns the lines of a placement for a segment's workloads.
func placementLines(s providers.Segment, last string) string {
	var b strings.Builder
	b.WriteString("azure:\n  workloads:")
	for _, w := range s.Workloads {
		fmt.Fprintf(&b, "\n    - namespace: %s\n      podSelector: {matchLabels: {%s}}\n      %s",
			w.Namespace, labelText(w.Labels), last)
	}
	return b.String()
}

// labelText returns labels as the inside of a YAML flow mapping.
func labelText(labels map[string]string) string {
	parts := make([]string, 0, len(labels))
	for k, v := range labels {
		parts = append(parts, fmt.Sprintf("%s: %q", k, v))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// workloadNames names a segment by its workloads.
func workloadNames(s providers.Segment) string {
	if len(s.Workloads) == 0 {
		return string(s.ID)
	}
	if len(s.Workloads) == 1 {
		return string(s.Workloads[0].ID)
	}
	return fmt.Sprintf("%s and %s", s.Workloads[0].ID, plural(len(s.Workloads)-1, "more workload"))
}

func directions() [2]model.Direction { return [2]model.Direction{model.Ingress, model.Egress} }

// originOf returns where the first of a segment's workloads was read.
func originOf(s providers.Segment) model.Origin {
	if len(s.Workloads) == 0 {
		return model.Origin{}
	}
	return s.Workloads[0].Origin
}
