// Package placement reads placement files, which say where workloads live in a
// cloud: a policy names labels, a cloud firewall names interfaces, subnets and
// tags, and a placement joins them.
//
// [Read] decodes a file strictly and reports every fault with its place;
// [Placement.Site] joins the workloads of a policy to it; [Init] writes a
// starting file. The fields are described in docs/placement.md.
package placement
