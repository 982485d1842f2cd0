package translate_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// manifests writes the cluster down as a person would: YAML documents, their
// inner parts in flow style.
func (c *cluster) manifests() string {
	var docs []string
	for _, n := range c.namespaces {
		if !n.hidden {
			docs = append(docs, "apiVersion: v1\nkind: Namespace\nmetadata: "+fields("name", quote(n.name), "labels", stringMap(n.labels)))
		}
	}
	for _, w := range c.workloads {
		docs = append(docs, w.manifest())
	}
	for _, p := range c.policies {
		docs = append(docs, p.manifest())
	}
	return strings.Join(docs, "\n---\n") + "\n"
}

func (w *workload) manifest() string {
	var ports []string
	for _, p := range w.ports {
		ports = append(ports, fields("name", quote(p.name), "containerPort", fmt.Sprint(p.port), "protocol", quote(protocolName(p.protocol))))
	}
	spec := fields("containers", list([]string{fields("name", "main", "image", "main", "ports", list(ports))}))
	if w.kind == "Pod" {
		var ips []string
		for _, a := range w.pods[0].addrs {
			ips = append(ips, fields("ip", quote(a.String())))
		}
		return "apiVersion: v1\nkind: Pod\nmetadata: " + fields("name", w.name, "namespace", w.namespace, "labels", stringMap(w.labels)) +
			"\nspec: " + spec + "\nstatus: " + fields("podIP", quote(w.pods[0].addrs[0].String()), "podIPs", list(ips))
	}
	return "apiVersion: apps/v1\nkind: Deployment\nmetadata: " + fields("name", w.name, "namespace", w.namespace) +
		"\nspec:\n  replicas: " + fmt.Sprint(len(w.pods)) + "\n  selector: " + fields("matchLabels", stringMap(w.labels)) +
		"\n  template:\n    metadata: " + fields("labels", stringMap(w.labels)) + "\n    spec: " + spec
}

func (p policy) manifest() string {
	s := "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: " + fields("name", p.Name, "namespace", p.Namespace) + "\nspec:\n"
	if sel := selector(p.Spec.PodSelector); sel != "{}" || p.spelling == 0 {
		s += "  podSelector: " + sel + "\n"
	} else if p.spelling == 1 {
		s += "  podSelector: null\n"
	}
	var types, in, out []string
	for _, t := range p.Spec.PolicyTypes {
		types = append(types, string(t))
	}
	for _, r := range p.Spec.Ingress {
		in = append(in, rule("from", r.From, r.Ports))
	}
	for _, r := range p.Spec.Egress {
		out = append(out, rule("to", r.To, r.Ports))
	}
	return s + p.field("policyTypes", types, p.Spec.PolicyTypes == nil) +
		p.field("ingress", in, p.Spec.Ingress == nil) + p.field("egress", out, p.Spec.Egress == nil)
}

// field writes a list of rules, an empty list, or what means that there is none.
func (p policy) field(name string, items []string, missing bool) string {
	switch {
	case len(items) > 0 && name != "policyTypes":
		return "  " + name + ":\n  - " + strings.Join(items, "\n  - ") + "\n"
	case len(items) > 0 || !missing:
		return "  " + name + ": " + list(items) + "\n"
	case p.spelling == 1:
		return "  " + name + ": null\n"
	}
	return ""
}

func rule(side string, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) string {
	var ps, ns []string
	for _, p := range peers {
		ps = append(ps, peer(p))
	}
	for _, n := range ports {
		ns = append(ns, port(n))
	}
	var kv []string
	if peers != nil {
		kv = append(kv, side, list(ps))
	}
	if ports != nil {
		kv = append(kv, "ports", list(ns))
	}
	return fields(kv...)
}

func peer(p networkingv1.NetworkPolicyPeer) string {
	if p.IPBlock != nil {
		var except []string
		for _, x := range p.IPBlock.Except {
			except = append(except, quote(x))
		}
		return fields("ipBlock", fields("cidr", quote(p.IPBlock.CIDR), "except", list(except)))
	}
	var kv []string
	if p.NamespaceSelector != nil {
		kv = append(kv, "namespaceSelector", selector(*p.NamespaceSelector))
	}
	if p.PodSelector != nil {
		kv = append(kv, "podSelector", selector(*p.PodSelector))
	}
	return fields(kv...)
}

func port(n networkingv1.NetworkPolicyPort) string {
	var kv []string
	if n.Protocol != nil {
		kv = append(kv, "protocol", string(*n.Protocol))
	}
	if n.Port != nil {
		kv = append(kv, "port", n.Port.String())
	}
	if n.EndPort != nil {
		kv = append(kv, "endPort", fmt.Sprint(*n.EndPort))
	}
	return fields(kv...)
}

func selector(s metav1.LabelSelector) string {
	var kv, exprs []string
	if len(s.MatchLabels) > 0 {
		kv = append(kv, "matchLabels", stringMap(s.MatchLabels))
	}
	for _, e := range s.MatchExpressions {
		f := []string{"key", quote(e.Key), "operator", string(e.Operator)}
		if e.Values != nil {
			f = append(f, "values", list(slices.Clone(e.Values)))
		}
		exprs = append(exprs, fields(f...))
	}
	if exprs != nil {
		kv = append(kv, "matchExpressions", list(exprs))
	}
	return fields(kv...)
}

// fields writes a mapping from alternating keys and written values.
func fields(kv ...string) string {
	var parts []string
	for i := 0; i < len(kv); i += 2 {
		parts = append(parts, kv[i]+": "+kv[i+1])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func list(items []string) string { return "[" + strings.Join(items, ", ") + "]" }

func quote(s string) string { return strconv.Quote(s) }

func stringMap(m map[string]string) string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var kv []string
	for _, k := range keys {
		kv = append(kv, k, quote(m[k]))
	}
	return fields(kv...)
}

// placement writes the network down as a placement file.
func (c *cluster) placement() string {
	p := c.place
	var b strings.Builder
	b.WriteString("apiVersion: crosswall.dev/v1alpha1\nkind: Placement\n" + p.cloud + ":\n")
	line := func(format string, args ...any) { fmt.Fprintf(&b, "  "+format+"\n", args...) }
	switch p.cloud {
	case "aws":
		line("network: vpc-01")
		line("region: eu-west-1")
	case "gcp":
		line("network: projects/p/global/networks/n")
		line("project: p")
	case "azure":
		line("location: westeurope")
		line("resourceGroup: rg")
		if p.perSegment {
			line("firewall: segment")
		}
	}
	if p.cluster != "" {
		line("cluster: %s", p.cluster)
	}
	switch {
	case p.cluster == "eks" && p.strict:
		line("podSecurityGroups: strict")
	case p.cluster == "eks":
		line("podSecurityGroups: standard")
	case p.cluster == "gke" && p.strict:
		line("intranodeVisibility: enabled")
	}
	line("subnets:")
	for _, s := range p.subnets {
		kv := []string{"name", s.name, "cidrs", prefixList(s.cidrs), "exclusive", fmt.Sprint(s.exclusive)}
		if s.id != "" {
			kv = append(kv, "id", quote(s.id))
		}
		line("- %s", fields(kv...))
	}
	line("workloads:")
	for i, h := range p.homes {
		line("- %s", h.entry(p.cloud, c.selectorOf(i)))
	}
	line("platform:")
	if p.cluster != "" {
		line("  presets: []")
	}
	line("  pmtud: %t", p.pmtud)
	line("  allow:")
	for _, a := range p.allowances {
		line("  - %s", a.entry())
	}
	return strings.TrimSuffix(b.String(), "    allow:\n")
}

// selectorOf selects the workloads of a home, by the label that only placements
// use.
func (c *cluster) selectorOf(home int) string {
	if c.nameless {
		return "{}"
	}
	var names []string
	for _, w := range c.workloads {
		if w.home == home {
			names = append(names, quote(w.name))
		}
	}
	if len(names) == 0 {
		names = []string{"nobody"}
	}
	return fields("matchExpressions", list([]string{fields("key", "id", "operator", "In", "values", list(names))}))
}

func (h home) entry(cloud, selector string) string {
	kv := []string{"name", h.name, "podSelector", selector, "subnets", list(h.subnets)}
	if len(h.addrs) > 0 {
		kv = append(kv, "addresses", prefixList(h.addrs))
	}
	if h.group != "" {
		kv = append(kv, map[string]string{"aws": "securityGroup", "gcp": "networkTag", "azure": "applicationSecurityGroup"}[cloud], quote(h.group))
	}
	if h.serviceAccount != "" {
		kv = append(kv, "serviceAccount", quote(h.serviceAccount))
	}
	if h.ephemeral != "" {
		kv = append(kv, "ephemeral", quote(h.ephemeral))
	}
	return fields(kv...)
}

func (a allowance) entry() string {
	side := egress
	if a.ingress {
		side = ingress
	}
	kv := []string{"name", a.name, "reason", quote("the platform needs it"), "direction", string(side)}
	if len(a.workloads) > 0 {
		kv = append(kv, "workloads", workloadSelector(a.workloads[0]))
	}
	var peers []string
	for _, p := range a.peers {
		peers = append(peers, quote(p.String()))
	}
	for _, id := range a.peerIDs {
		peers = append(peers, workloadSelector(id))
	}
	traffic := []string{"protocol", protocolName(a.protocol)}
	if a.protocol == icmp || a.protocol == icmpv6 {
		traffic = append(traffic, "type", fmt.Sprint(a.icmpType))
	} else {
		traffic = append(traffic, "port", fmt.Sprint(a.first), "endPort", fmt.Sprint(a.last))
	}
	return fields(append(kv, "peers", list(peers), "ports", list([]string{fields(traffic...)}))...)
}

func workloadSelector(id string) string {
	return fields("podSelector", fields("matchLabels", fields("id", id[strings.LastIndexByte(id, '/')+1:])))
}

func prefixList(ps []netip.Prefix) string {
	var out []string
	for _, p := range ps {
		out = append(out, quote(p.String()))
	}
	return list(out)
}
