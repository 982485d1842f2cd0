package live

import (
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

func configMap(name, data string) string {
	return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + ", namespace: kube-system}\ndata: {" + data + "}\n"
}

func node(args string) string {
	return "---\napiVersion: v1\nkind: Node\nmetadata: {name: n1, annotations: {k3s.io/node-args: '" + args + "'}}\n"
}

// Which plugin runs, and what becomes of policies, per the vendors' pages that products names.
func TestPlugins(t *testing.T) {
	cilium := daemonSet("cilium", "{name: cilium-agent, image: 'quay.io/cilium/cilium:v1.18.1'}")
	aws := func(args, env string) string {
		return daemonSet("aws-node", "{name: aws-node, image: '602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.20.0', env: ["+env+"]}, "+
			"{name: aws-eks-nodeagent, image: 'x/amazon/aws-network-policy-agent:v1.2.0', args: ["+args+"]}")
	}
	const strict = "{name: NETWORK_POLICY_ENFORCING_MODE, value: strict}"
	kindnet := func(image string) string { return daemonSet("kindnet", "{name: kindnet-cni, image: '"+image+"'}") }
	flannel := daemonSet("kube-flannel-ds", "{name: kube-flannel, image: 'ghcr.io/flannel-io/flannel:v0.26.1'}")
	for _, row := range []struct {
		name, version string
		objects       []string
		deny          string // a call that is denied
		want          string // names: enforcement, and what is special
	}{
		{"nothing known", "", nil, "", ": unknown"},
		{"a DaemonSet of somebody", "", []string{daemonSet("fluentd", "{name: fluentd, image: fluentd}")}, "", ": unknown"},
		{"DaemonSets denied", "", []string{calico()}, "list daemonsets.apps", ": unknown"},
		{"Calico", "", []string{calico()}, "", "Calico: enforced"},
		{"Calico that runs nowhere", "", []string{strings.ReplaceAll(strings.ReplaceAll(calico(), "desiredNumberScheduled: 2", "desiredNumberScheduled: 0"), "Ready: 2", "Ready: 0")}, "", ": unknown"},
		{"Calico on one node of two", "", []string{strings.ReplaceAll(calico(), "Ready: 2", "Ready: 1")}, "", "Calico: enforced, not everywhere"},
		{"Canal", "", []string{daemonSet("canal", "{name: calico-node, image: 'calico/node:v3.29.0'}, {name: kube-flannel, image: 'flannel/flannel:v0.25.0'}")}, "", "Calico and Flannel: enforced"},
		{"Antrea", "", []string{daemonSet("antrea-agent", "{name: antrea-agent, image: antrea/antrea-agent-ubuntu}")}, "", "Antrea: enforced"},
		{"OVN-Kubernetes", "", []string{daemonSet("ovnkube-node", "{name: ovnkube-controller, image: ovn}")}, "", "OVN-Kubernetes: enforced"},
		{"Azure NPM", "", []string{daemonSet("azure-npm", "{name: azure-npm, image: 'mcr.microsoft.com/containernetworking/azure-npm:v1.5'}"), daemonSet("azure-cns", "{name: cns-container, image: 'mcr.microsoft.com/containernetworking/azure-cns:v1.6'}")}, "", "Azure CNI and Azure Network Policy Manager: enforced"},
		{"AKS without a policy engine", "", []string{daemonSet("azure-cns", "{name: cns-container, image: 'mcr.microsoft.com/containernetworking/azure-cns:v1.6'}")}, "", "Azure CNI: not enforced"},
		{"GKE without enforcement", "v1.33.1-gke.100", []string{daemonSet("netd", "{name: netd, image: gke.gcr.io/netd}")}, "", "GKE netd: not enforced"},

		{"Flannel alone", "", []string{flannel}, "", "Flannel: not enforced"},
		{"Flannel with its policy add-on", "", []string{daemonSet("kube-flannel-ds", "{name: kube-flannel, image: 'flannel:v0.26.1'}, {name: kube-network-policies, image: 'registry.k8s.io/networking/kube-network-policies:v0.7.0'}")}, "", "Flannel and kube-network-policies: enforced"},
		{"Flannel and something unknown", "", []string{flannel, kindnet("example.com/kindnetd@sha256:00")}, "", "Flannel and kindnet: unknown"},
		{"kindnet of kind v0.23", "", []string{kindnet("docker.io/kindest/kindnetd:v20240202-8f1494ea")}, "", "kindnet: not enforced"},
		{"kindnet of kind v0.24", "", []string{kindnet("docker.io/kindest/kindnetd:v20240813-c6f155d6")}, "", "kindnet: enforced"},
		{"kindnet between", "", []string{kindnet("docker.io/kindest/kindnetd:v20240725-00000000")}, "", "kindnet: unknown"},
		{"aojea/kindnet before policies", "", []string{kindnet("ghcr.io/aojea/kindnetd:v1.2.9")}, "", "kindnet: not enforced"},
		{"aojea/kindnet with policies", "", []string{kindnet("ghcr.io/aojea/kindnetd:v1.3.0")}, "", "kindnet: enforced"},
		{"kindnet of no version", "", []string{kindnet("kindnetd:latest")}, "", "kindnet: unknown"},
		{"kube-router", "", []string{daemonSet("kube-router", "{name: kube-router, image: 'cloudnativelabs/kube-router:v2.5', args: ['--run-router=true', '--run-firewall=true']}")}, "", "kube-router: enforced"},
		{"kube-router without firewall", "", []string{daemonSet("kube-router", "{name: kube-router, image: kube-router, args: ['--run-firewall=false']}")}, "", "kube-router: not enforced"},
		{"kube-router that denies", "", []string{daemonSet("kube-router", "{name: kube-router, image: kube-router, args: ['--netpol-default-deny']}")}, "", "kube-router: enforced, default deny"},
		{"Weave with npc", "", []string{daemonSet("weave-net", "{name: weave, image: weaveworks/weave-kube}, {name: weave-npc, image: weaveworks/weave-npc}")}, "", "Weave Net and Weave Net policy controller: enforced"},
		{"Weave without npc", "", []string{daemonSet("weave-net", "{name: weave, image: weaveworks/weave-kube}")}, "", "Weave Net: not enforced"},
		{"Kube-OVN", "", []string{daemonSet("kube-ovn-cni", "{name: cni-server, image: 'kubeovn/kube-ovn:v1.14'}")}, "", "Kube-OVN: enforced"},

		{"Cilium", "", []string{cilium, configMap("cilium-config", "enable-policy: default")}, "", "Cilium: enforced, outside only"},
		{"Cilium without settings", "", []string{cilium}, "", "Cilium: enforced, outside only"},
		{"Cilium, settings denied", "", []string{cilium}, "get configmaps kube-system/cilium-config", "Cilium: unknown"},
		{"Cilium, CIDRs match nodes", "", []string{cilium, configMap("cilium-config", "policy-cidr-match-mode: nodes")}, "", "Cilium: enforced, outside only"},
		{"Cilium that never enforces", "", []string{cilium, configMap("cilium-config", "enable-policy: never")}, "", "Cilium: not enforced"},
		{"Cilium that always enforces", "", []string{cilium, configMap("cilium-config", "enable-policy: always")}, "", "Cilium: enforced, outside only, default deny"},
		{"Cilium on trial", "", []string{cilium, configMap("cilium-config", "policy-audit-mode: 'true'")}, "", "Cilium: not enforced"},
		{"Cilium without NetworkPolicies", "", []string{cilium, configMap("cilium-config", "enable-k8s-networkpolicy: 'false'")}, "", "Cilium: not enforced"},
		{"Cilium, told by a flag", "", []string{daemonSet("cilium", "{name: cilium-agent, image: cilium, args: ['--enable-policy=never']}")}, "", "Cilium: not enforced"},
		{"GKE Dataplane V2", "v1.33.1-gke.100", []string{daemonSet("anetd", "{name: cilium-agent, image: 'gke.gcr.io/cilium/cilium:v1.14'}"), daemonSet("netd", "{name: netd, image: gke.gcr.io/netd}")}, "", "Cilium and GKE netd: enforced, outside only"},
		{"Cilium and Calico", "", []string{cilium, calico()}, "", "Calico and Cilium: enforced, doubt"},

		{"EKS, policies on", "v1.33.1-eks-1", []string{aws("'--enable-network-policy=true'", "")}, "", "AWS VPC CNI: enforced"},
		{"EKS, strict", "v1.33.1-eks-1", []string{aws("'--enable-network-policy=true'", strict), configMap("amazon-vpc-cni", "enable-network-policy-controller: 'true'")}, "", "AWS VPC CNI: enforced, default deny"},
		{"EKS, policies off", "v1.33.1-eks-1", []string{aws("'--enable-network-policy=false'", strict)}, "", "AWS VPC CNI: not enforced"},
		{"EKS, no agent", "v1.33.1-eks-1", []string{daemonSet("aws-node", "{name: aws-node, image: amazon-k8s-cni}")}, "", "AWS VPC CNI: not enforced"},
		{"EKS, controller off", "v1.33.1-eks-1", []string{aws("'--enable-network-policy=true'", ""), configMap("amazon-vpc-cni", "enable-network-policy-controller: 'false'")}, "", "AWS VPC CNI: unknown"},
		{"EKS with Calico", "v1.33.1-eks-1", []string{aws("'--enable-network-policy=false'", ""), calico()}, "", "AWS VPC CNI and Calico: enforced"},
		{"EKS with chained Cilium", "v1.33.1-eks-1", []string{aws("'--enable-network-policy=false'", ""), cilium}, "", "AWS VPC CNI and Cilium: enforced, outside only"},

		{"K3s", "v1.33.1+k3s1", []string{node(`["server","--tls-san","k3s"]`)}, "", "K3s: enforced"},
		{"K3s without its controller", "v1.33.1+k3s1", []string{node(`["server","--disable-network-policy"]`)}, "", "K3s: not enforced"},
		{"K3s with Cilium", "v1.33.1+k3s1", []string{node(`["server","--disable-network-policy"]`), cilium}, "", "Cilium and K3s: enforced, outside only"},
		{"K3s whose nodes are denied", "v1.33.1+k3s1", []string{node(`["server"]`)}, "list nodes", "K3s: unknown"},
		{"K3s of which only agents are seen", "v1.33.1+k3s1", []string{node(`["agent"]`)}, "", "K3s: unknown"},
	} {
		a := serve(t, append([]string{shop}, row.objects...)...)
		if row.version != "" {
			a.version = row.version
		}
		if row.deny != "" {
			a.faults[row.deny] = denied
		}
		c := a.read(a.options())
		got := strings.Join(c.Plugin.Names, " and ") + ": " + c.Plugin.Enforcement.String()
		if c.Plugin.OutsideOnly {
			got += ", outside only"
		}
		if c.Plugin.DefaultDeny {
			got += ", default deny"
		}
		for _, f := range c.Findings {
			if c.Plugin.Enforcement == Enforced && f.Code == CodeUnknownPlugin {
				got += map[bool]string{true: ", doubt", false: ", not everywhere"}[strings.Contains(f.Summary, "several")]
			}
		}
		if got != row.want {
			t.Errorf("%s: got %q, want %q; %v", row.name, got, row.want, c.Findings)
		}
		wantTold(t, row.name, c)
	}
}

// wantTold checks that what is particular about a plugin is a warning.
func wantTold(t *testing.T, name string, c Cluster) {
	t.Helper()
	said := codes(c.Findings, model.Warning)
	for code, want := range map[string]bool{CodeNotEnforced: c.Plugin.Enforcement == NotEnforced, CodeDefaultDeny: c.Plugin.DefaultDeny} {
		if slices.Contains(said, code) != want {
			t.Errorf("%s: %s told: %v, want %v", name, code, !want, want)
		}
	}
	if c.Plugin.Enforcement == EnforcementUnknown && !slices.Contains(said, CodeUnknownPlugin) {
		t.Errorf("%s: that nothing is known of the plugin is not told", name)
	}
}

// EKS Auto Mode runs its network outside of pods.
func TestAutoMode(t *testing.T) {
	const on = "enable-network-policy-controller: 'true'"
	class := func(mode string) string {
		return "---\napiVersion: eks.amazonaws.com/v1\nkind: NodeClass\nmetadata: {name: default}\nspec: {networkPolicy: " + mode + "}\n"
	}
	for _, row := range []struct {
		name, objects, deny string
		want                Enforcement
		denies              bool
	}{
		{"not turned on", "", "", NotEnforced, false},
		{"turned off", configMap("amazon-vpc-cni", "enable-network-policy-controller: 'false'"), "", NotEnforced, false},
		{"turned on", configMap("amazon-vpc-cni", on) + class("DefaultAllow"), "", Enforced, false},
		{"turned on, and strict", configMap("amazon-vpc-cni", on) + class("DefaultDeny"), "", Enforced, true},
		{"turned on, and perhaps strict", configMap("amazon-vpc-cni", on), "list nodeclasses.eks.amazonaws.com", Enforced, true},
		{"denied", "", "get configmaps kube-system/amazon-vpc-cni", EnforcementUnknown, false},
	} {
		a := serve(t, shop)
		a.crd(servedKind{"eks.amazonaws.com", "v1", "nodeclasses", "NodeClass", false})
		if err := a.add(row.objects); err != nil {
			t.Fatal(err)
		}
		if row.deny != "" {
			a.faults[row.deny] = denied
		}
		c := a.read(a.options())
		if c.Plugin.Enforcement != row.want || c.Plugin.DefaultDeny != row.denies || !slices.Equal(c.Plugin.Names, []string{"EKS Auto Mode"}) {
			t.Errorf("%s: %+v, want %s", row.name, c.Plugin, row.want)
		}
		wantTold(t, row.name, c)
	}
}
