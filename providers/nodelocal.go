package providers

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// NodeLocal returns the loss of a managed cluster whose firewall does not see
// traffic between pods of one node, as that traffic never leaves the node: what
// the policy refuses between segments that may share a node. There is none outside of
// clusters, where Site.StrictPods says that such traffic is filtered too, and where
// segments live in subnets of their own. Advice says what to do about it on the cloud.
//
// Sources: Amazon EKS best practices, security groups for pods; Google Kubernetes Engine
// documentation, intranode visibility; Azure CNI documentation.
func NodeLocal(in Intent, advice string) (model.Finding, bool) {
	if in.Site.Cluster == "" || in.Site.StrictPods {
		return model.Finding{}, false
	}
	var boxes []model.Box
	for _, s := range in.Segments {
		var neighbours []model.Identity
		for _, t := range in.Segments {
			if mayShareNode(s.Home, t.Home) {
				neighbours = append(neighbours, t.ID)
			}
		}
		boxes = append(boxes, model.Box{Src: model.EndpointsOf(s.ID), Dst: model.EndpointsOf(neighbours...),
			Traffic: model.Traffic{model.AllTraffic()}})
	}
	opened := model.NewRegion(boxes...).Intersect(in.Inventory.Universe()).
		Subtract(in.Policy.Permitted(in.Inventory).Allowed)
	example, ok := opened.Example()
	if !ok {
		return model.Finding{}, false
	}
	return model.Finding{
		Severity: model.Warning,
		Code:     "pods-on-one-node",
		Summary:  "traffic between pods of one node does not leave the node, so that no rule of the cloud sees it",
		Advice:   advice,
		Origin:   in.Site.Origin,
		Grade:    model.Wider,
		Affects:  opened,
		Example:  &example,
	}, true
}

// mayShareNode reports whether pods of two homes can be on one node: a node,
// and the interfaces of its pods, are in one subnet. A home without subnets
// may be anywhere.
func mayShareNode(a, b Home) bool {
	return len(a.Subnets) == 0 || len(b.Subnets) == 0 ||
		slices.ContainsFunc(a.Subnets, func(n string) bool { return slices.Contains(b.Subnets, n) })
}
