package live

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// product is a network plugin, or a part of one, that is known here.
type product struct {
	name string
	// containers and images are those by which it is known; images without registry and tag.
	containers, images []string
	// judge returns its verdict; nil: it enforces policies. The name and where it was found are filled in for it.
	judge func(*scene) (verdict, error)
}

// scene is what a product's verdict rests on.
type scene struct {
	ctx context.Context
	*reader
	agent agent
	// program is the container by which the product is known.
	program program
}

// products lists what is known, in the order in which findings name it. What each does is taken from its documentation, or where that
// is silent from its source, as named beside it.
func products() []product {
	return []product{
		{name: "Cilium", containers: []string{"cilium-agent"}, judge: judgeCilium},
		// https://docs.tigera.io/calico/latest/network-policy/get-started/kubernetes-policy/kubernetes-network-policy; also as
		// Canal, and beside the plugins of clouds.
		{name: "Calico", containers: []string{"calico-node"}},
		// https://antrea.io/docs/main/docs/antrea-network-policy/
		{name: "Antrea", containers: []string{"antrea-agent"}},
		{name: "kube-router", containers: []string{"kube-router"}, images: []string{"kube-router"}, judge: judgeKubeRouter},
		// https://github.com/kubernetes-sigs/kube-network-policies; alone, or as a container of Flannel's pods.
		{name: "kube-network-policies", images: []string{"kube-network-policies"}},
		{name: "kindnet", containers: []string{"kindnet-cni"}, images: []string{"kindnetd"}, judge: judgeKindnet},
		// https://github.com/rajch/weave/blob/main/site/kubernetes/kube-addon.md: the npc container is the policy controller.
		{name: "Weave Net policy controller", containers: []string{"weave-npc"}, images: []string{"weave-npc"}},
		// https://ovn-kubernetes.io/features/network-security-controls/network-policy/
		{name: "OVN-Kubernetes", containers: []string{"ovnkube-controller", "ovnkube-node"}},
		{name: "Kube-OVN", containers: []string{"cni-server"}, images: []string{"kube-ovn"}, judge: judgeKubeOVN},
		// https://learn.microsoft.com/azure/aks/use-network-policies
		{name: "Azure Network Policy Manager", containers: []string{"azure-npm"}, images: []string{"azure-npm"}},
		{name: "AWS VPC CNI", containers: []string{"aws-node"}, images: []string{"amazon-k8s-cni"}, judge: judgeAWS},
		{name: "Flannel", containers: []string{"kube-flannel"}, images: []string{"flannel"},
			judge: alone("Flannel enforces no policy by itself",
				"install its policy controller (chart value netpol.enabled), or another one")}, // flannel, Documentation/netpol.md
		{name: "Weave Net", containers: []string{"weave"}, images: []string{"weave-kube"},
			judge: alone("Weave Net runs without its policy controller (weave-npc)", "")},
		{name: "Azure CNI", containers: []string{"cns-container"}, images: []string{"azure-cns"},
			judge: alone("AKS enforces policies only where the cluster has a network policy engine, and none is installed",
				"az aks update --network-policy cilium, calico or azure")}, // https://learn.microsoft.com/azure/aks/use-network-policies
		{name: "GKE netd", containers: []string{"netd"}, images: []string{"netd"},
			judge: alone("GKE enforces policies only with Dataplane V2 or with network policy enforcement turned on, and neither is",
				"gcloud container clusters update --enable-network-policy")}, // https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy
		{name: "OCI VCN-native CNI", containers: []string{"vcn-native-ip-cni"},
			judge: alone("the VCN-native CNI enforces no policy by itself", "install Calico for policies")},
	}
}

// alone is the verdict of what enforces no policies by itself.
func alone(why, advice string) func(*scene) (verdict, error) {
	return func(*scene) (verdict, error) {
		return verdict{enforcement: NotEnforced, why: why, advice: advice}, nil
	}
}

// verdicts returns what the products of the cluster say, in the order of products.
func (r *reader) verdicts(ctx context.Context) ([]verdict, error) {
	var out []verdict
	for _, p := range products() {
		for _, a := range r.seen.agents {
			c, ok := p.in(a)
			if !ok || a.Metadata.Name == kubeOVNController {
				continue
			}
			v := verdict{enforcement: Enforced}
			if p.judge != nil {
				var err error
				if v, err = p.judge(&scene{ctx, r, a, c}); err != nil {
					return nil, err
				}
			}
			v.name, v.where = p.name, "DaemonSet "+a.Metadata.Namespace+"/"+a.Metadata.Name
			if v.enforcement == Enforced {
				r.everywhere(a, p.name)
			}
			out = append(out, v)
		}
	}
	builtin, err := r.builtIn(ctx, len(out) > 0)
	return append(out, builtin...), err
}

// in returns the container by which a product is known; false: the pods are not its, or there are none.
func (p product) in(a agent) (program, bool) {
	if n := a.Status.DesiredNumberScheduled; n != nil && *n == 0 {
		return program{}, false
	}
	for _, c := range a.Spec.Template.Spec.Containers {
		if slices.Contains(p.containers, c.Name) && (p.name != "Kube-OVN" || a.Metadata.Name == "kube-ovn-cni") || slices.Contains(p.images, imageName(c.Image)) {
			return c, true
		}
	}
	return program{}, false
}

// everywhere warns of nodes on which the pods of a product are not ready: whether policies are enforced there is not known.
func (r *reader) everywhere(a agent, name string) {
	if n := a.Status.DesiredNumberScheduled; n != nil && a.Status.NumberReady < *n {
		r.tell(model.Warning, CodeUnknownPlugin, fmt.Sprintf("%s is ready on %d of %d nodes (DaemonSet %s/%s): whether policies are enforced on the others is unknown",
			name, a.Status.NumberReady, *n, a.Metadata.Namespace, a.Metadata.Name), "")
	}
}

// imageName returns the last part of the name of an image: "flannel" of "docker.io/flannel/flannel:v0.26.1".
func imageName(image string) string {
	image, _, _ = strings.Cut(image, "@")
	name, _, _ := strings.Cut(path.Base(image), ":")
	return name
}

// imageTag returns the tag of an image, "" where it has none.
func imageTag(image string) string {
	image, _, _ = strings.Cut(image, "@")
	_, tag, _ := strings.Cut(path.Base(image), ":")
	return tag
}

// flag returns the value of a program's flag; "true" where it has none, and false where the flag is not given.
func (p program) flag(name string) (string, bool) {
	words := slices.Concat(p.Command, p.Args)
	for i := len(words) - 1; i >= 0; i-- { // the last one counts
		given, value, valued := strings.Cut(strings.TrimLeft(words[i], "-"), "=")
		if !strings.HasPrefix(words[i], "-") || given != name {
			continue
		}
		if !valued {
			return "true", true
		}
		return value, true
	}
	return "", false
}

// env returns the value of an environment variable, "" where it has none or takes it from elsewhere.
func (p program) env(name string) string {
	for _, e := range p.Env {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}
