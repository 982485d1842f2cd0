package aws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// bindingFile is the name of the manifests that put pods into groups.
const bindingFile = "security-group-policies.yaml"

// binding is one SecurityGroupPolicy: it puts the pods of a workload into the
// group of its segment.
type binding struct {
	workload providers.Workload
	segment  model.Identity
	// labels are the pod template's, without those that only exist at run time.
	labels map[string]string
	// absent are label keys that pods of other segments have and these have not.
	absent []string
}

// bindPods writes the manifests for EKS that bind groups to pods. A pod is
// given the groups of every SecurityGroupPolicy of its namespace that selects it
// (EKS user guide, security groups for pods), so that each must select its own
// workload and no other segment's.
func (e *encoder) bindPods() {
	if e.in.Site.Cluster != eksCluster && !e.in.Site.StrictPods {
		return
	}
	bindings := e.bindings()
	if len(bindings) == 0 {
		return
	}
	e.reportPods()
	for i := range bindings {
		e.tellApart(&bindings[i], bindings)
	}
	e.countPerPod()
	var b bytes.Buffer
	b.WriteString(bindingHead)
	if slices.ContainsFunc(e.groups, func(g group) bool { return g.more > 0 }) {
		b.WriteString(bindingMore)
	}
	for _, n := range bindings {
		e.writeBinding(&b, n)
	}
	e.out.Files = append(e.out.Files, providers.File{Name: bindingFile, Data: b.Bytes()})
}

// countPerPod refuses pods that more groups are bound to than an interface carries.
func (e *encoder) countPerPod() {
	for _, s := range e.in.Segments {
		n := 0
		for _, members := range e.out.Groups {
			if ids, ok := members.(model.Identities); ok && slices.Contains(ids, s.ID) {
				n++
			}
		}
		if n > maxGroupsPerInterface {
			e.count(providers.Quota{Name: "security groups per pod, segment " + string(s.ID), Used: n, Limit: maxGroupsPerInterface}, func() string {
				return "give the pod templates labels that tell them apart, or merge peers or ports of their policies"
			})
		}
	}
}

// eksCluster is what [providers.Site] calls Amazon's managed Kubernetes.
const eksCluster = "eks"

// onNodes reports whether packets of pods may pass the interfaces of their nodes: on
// EKS, but for security groups for pods in strict mode.
func (e *encoder) onNodes() bool { return e.in.Site.Cluster == eksCluster && !e.in.Site.StrictPods }

// reportPods says what the cluster has to be like for groups to be about pods
// (README of amazon-vpc-cni-k8s, ENABLE_POD_ENI, POD_SECURITY_GROUP_ENFORCING_MODE and
// AWS_VPC_K8S_CNI_EXTERNALSNAT; Amazon EKS best practices, security groups for pods).
func (e *encoder) reportPods() {
	e.report(model.Finding{
		Severity: model.Info, Code: "pod-groups",
		Summary: "pods get the security groups of " + bindingFile + " only where the VPC CNI runs with ENABLE_POD_ENI=true, " +
			"on Linux nodes whose instance type takes branch interfaces, and when they are made anew",
		Advice: "in strict mode also set DISABLE_TCP_EARLY_DEMUX=true, or the kubelet's TCP probes fail",
		Origin: e.in.Site.Origin,
	})
	if !e.onNodes() {
		return
	}
	e.report(model.Finding{
		Severity: model.Warning, Code: "pod-snat",
		Summary: "unless pods have security groups in strict mode, what they send out of the VPC leaves by the node's interface, " +
			"under the security groups and with the address of the node: egress rules of segments do not hold for it",
		Advice: "run the VPC CNI with POD_SECURITY_GROUP_ENFORCING_MODE=strict and say so in the placement (podSecurityGroups: strict), " +
			"or with AWS_VPC_K8S_CNI_EXTERNALSNAT=true",
		Origin: e.in.Site.Origin,
	})
}

func (e *encoder) bindings() []binding {
	var out []binding
	for _, s := range e.in.Segments {
		for _, w := range s.Workloads {
			labels := maps.Clone(w.Labels)
			maps.DeleteFunc(labels, func(k, _ string) bool { return runtimeLabel(k) })
			out = append(out, binding{workload: w, segment: s.ID, labels: labels})
		}
	}
	return out
}

// tellApart adds to a binding what keeps it from selecting workloads of
// other groups.
func (e *encoder) tellApart(n *binding, all []binding) {
	for _, o := range all {
		if o.workload.Namespace != n.workload.Namespace || e.groupOf[o.segment] == e.groupOf[n.segment] || !n.selects(o) {
			continue
		}
		key, ok := n.keyOnlyOf(o)
		if ok {
			n.absent = append(n.absent, key)
			continue
		}
		e.joins(o.segment, n.segment)
		all := model.Traffic{model.AllTraffic()}
		both := model.EndpointsOf(n.segment, o.segment)
		e.report(model.Finding{
			Severity: model.Warning, Code: "same-labels",
			Summary: fmt.Sprintf("pods of %s and %s have the same labels, so that a SecurityGroupPolicy puts both into the groups of segments %s and %s",
				n.workload.ID, o.workload.ID, n.segment, o.segment),
			Advice: "give the pod templates a label that tells them apart",
			Origin: n.workload.Origin, Grade: model.Wider,
			Affects: model.NewRegion(
				model.Box{Src: both, Dst: model.AnyEndpoint(), Traffic: all},
				model.Box{Src: model.AnyEndpoint(), Dst: both, Traffic: all}),
		})
	}
	slices.Sort(n.absent)
}

// joins records that the pods of a segment carry the group of another too, so
// that the check sees what the pods will really have.
func (e *encoder) joins(pods, group model.Identity) {
	for _, part := range e.groups[e.groupOf[group]].parts() {
		ids, _ := e.out.Groups[part.key()].(model.Identities)
		if !slices.Contains(ids, pods) {
			e.out.Groups[part.key()] = append(slices.Clip(ids), pods)
		}
	}
}

// selects reports whether the binding, as it is so far, selects o's pods.
func (n *binding) selects(o binding) bool {
	for k, v := range n.labels {
		if have, ok := o.labels[k]; !ok || have != v {
			return false
		}
	}
	return !slices.ContainsFunc(n.absent, func(k string) bool { _, has := o.labels[k]; return has })
}

// keyOnlyOf returns the first label key that o's pods have and the binding's
// have not.
func (n *binding) keyOnlyOf(o binding) (string, bool) {
	for _, k := range slices.Sorted(maps.Keys(o.labels)) {
		if _, has := n.labels[k]; !has {
			return k, true
		}
	}
	return "", false
}

// runtimeLabel reports whether a controller adds the label to pods when it makes
// them, so that a template's value, if any, says nothing: see "Well-Known Labels,
// Annotations and Taints" of the Kubernetes documentation.
func runtimeLabel(key string) bool {
	switch key {
	case "pod-template-hash", "controller-revision-hash", "pod-template-generation",
		"statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index",
		"batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name",
		"batch.kubernetes.io/job-completion-index", "controller-uid", "job-name",
		"topology.kubernetes.io/zone", "topology.kubernetes.io/region":
		return true
	}
	return false
}

// The first line marks the file as generated, as in the Terraform files.
const bindingHead = `# Written by crosswall. Changes are overwritten.
#
# Puts the pods of each workload into the security group of its segment. Group
# ids are known after terraform apply; fill them in with:
#
#   eval "$(terraform output -json security_group_ids | jq -r 'to_entries[] | "export SG_\(.key | gsub("-"; "_"))=\(.value)"')"
#   envsubst < ` + bindingFile + ` | kubectl apply -f -
#
# EKS binds groups when it makes a pod: restart pods that run already.
`

// bindingMore fills in the ids of the groups that hold more rules of a segment.
const bindingMore = `#
# Some segments take several groups. Before envsubst, fill in the others too:
#
#   eval "$(terraform output -json ` + moreOutput + ` | jq -r 'to_entries[] | .key as $s | .value | to_entries[] | "export SG\(.key + 2)_\($s | gsub("-"; "_"))=\(.value)"')"
`

// placeholder is the variable that stands for a group's id. Dashes become
// underscores, which no segment has in its ID.
func placeholder(id model.Identity) string { return placeholderOf("SG_", id) }

// placeholderOf is a variable that stands for the id of one of the groups of a segment. Digits before the
// underscore keep it apart from those of segments that end in a number.
func placeholderOf(prefix string, id model.Identity) string {
	return "${" + prefix + strings.ReplaceAll(string(id), "-", "_") + "}"
}

// groupIDs returns what stands for the ids of all groups of a segment.
func (e *encoder) groupIDs(id model.Identity) []string {
	g := e.groups[e.groupOf[id]]
	out := []string{placeholder(id)}
	if g.existing != "" {
		out[0] = g.existing
	}
	for i := range g.more {
		out = append(out, placeholderOf(fmt.Sprintf("SG%d_", i+2), id))
	}
	return out
}

func (e *encoder) writeBinding(b *bytes.Buffer, n binding) {
	w := n.workload
	fmt.Fprintf(b, "---\napiVersion: vpcresources.k8s.aws/v1beta1\nkind: SecurityGroupPolicy\nmetadata:\n")
	fmt.Fprintf(b, "  name: %s\n  namespace: %s\n", quote(objectName(w)), quote(w.Namespace))
	b.WriteString("spec:\n")
	n.writeSelector(b)
	b.WriteString("  securityGroups:\n    groupIds:\n")
	for _, id := range e.groupIDs(n.segment) {
		fmt.Fprintf(b, "      - %s\n", quote(id))
	}
}

// writeSelector writes the podSelector; an empty one selects every pod of the
// namespace.
func (n binding) writeSelector(b *bytes.Buffer) {
	if len(n.labels)+len(n.absent) == 0 {
		b.WriteString("  podSelector: {}\n")
		return
	}
	b.WriteString("  podSelector:\n")
	if len(n.labels) > 0 {
		b.WriteString("    matchLabels:\n")
	}
	for _, k := range slices.Sorted(maps.Keys(n.labels)) {
		fmt.Fprintf(b, "      %s: %s\n", quote(k), quote(n.labels[k]))
	}
	if len(n.absent) > 0 {
		b.WriteString("    matchExpressions:\n")
	}
	for _, k := range n.absent {
		fmt.Fprintf(b, "      - {key: %s, operator: DoesNotExist}\n", quote(k))
	}
}

// objectName is a name for the SecurityGroupPolicy of a workload: lower-case, at
// most 253 bytes, unique in the namespace (Kubernetes, object names).
func objectName(w providers.Workload) string {
	name := strings.ToLower(w.Kind) + "-" + w.Name
	if len(name) > 253 {
		name = strings.TrimRight(name[:244], "-.") + "-" + digest(name)
	}
	return name
}

// quote writes a YAML string: every JSON string is one.
func quote(s string) string {
	q, err := json.Marshal(s)
	if err != nil {
		return `""` // cannot be: strings always marshal
	}
	return string(q)
}
