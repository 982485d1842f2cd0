package live

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// judgeCilium reads the agent's settings (https://docs.cilium.io/en/stable/security/policy/intro/, policy enforcement modes;
// https://docs.cilium.io/en/stable/network/kubernetes/policy/, CIDR rules). GKE's Dataplane V2 is Cilium, with the same agent
// (https://cloud.google.com/kubernetes-engine/docs/concepts/dataplane-v2).
func judgeCilium(s *scene) (verdict, error) {
	config, state, err := s.config(s.agent.Metadata.Namespace, ciliumConfig)
	if err != nil {
		return verdict{}, err
	}
	if state == configDenied {
		return verdict{why: "the settings of Cilium could not be read", advice: fmt.Sprintf("allow \"get\" of the ConfigMap %s/%s",
			s.agent.Metadata.Namespace, ciliumConfig), outsideOnly: true}, nil
	}
	setting := func(name, otherwise string) string {
		if v, ok := s.program.flag(name); ok {
			return v
		}
		return cmp.Or(config[name], otherwise)
	}
	out := verdict{enforcement: Enforced, outsideOnly: !strings.Contains(setting("policy-cidr-match-mode", ""), "pods")}
	switch {
	case setting("enable-policy", "default") == "never":
		out.enforcement, out.why = NotEnforced, "Cilium is set to enforce no policy (enable-policy: never)"
	case setting("enable-k8s-networkpolicy", "true") == "false":
		out.enforcement, out.why = NotEnforced, "Cilium is set to ignore NetworkPolicies (enable-k8s-networkpolicy: false)"
	case setting("policy-audit-mode", "false") == "true":
		out.enforcement, out.why = NotEnforced, "Cilium is set to note what policies would refuse, and to let it pass (policy-audit-mode: true)"
	case setting("enable-policy", "default") == "always":
		out.denies = "Cilium enforces on every pod (enable-policy: always)"
	}
	return out, nil
}

// judgeKubeRouter reads the flags of kube-router (docs/user-guide.md of cloudnativelabs/kube-router).
func judgeKubeRouter(s *scene) (verdict, error) {
	out := verdict{enforcement: Enforced}
	if v, ok := s.program.flag("run-firewall"); ok && v == "false" {
		return verdict{enforcement: NotEnforced, why: "kube-router runs without its firewall (--run-firewall=false)"}, nil
	}
	if v, ok := s.program.flag("netpol-default-deny"); ok && v != "false" {
		out.denies = "kube-router runs with --netpol-default-deny"
	}
	return out, nil
}

var (
	dayTag     = regexp.MustCompile(`^v(20\d{6})(-|$)`)
	versionTag = regexp.MustCompile(`^v(\d+)\.(\d+)\.`)
)

// judgeKindnet goes by the version: kind enforces policies since v0.24.0, whose image is of 13 August 2024 (release notes of kind
// v0.24.0), and aojea/kindnet since v1.3.0.
func judgeKindnet(s *scene) (verdict, error) {
	if v, ok := s.program.flag("network-policy"); ok && v == "false" {
		return verdict{enforcement: NotEnforced, why: "kindnet runs with --network-policy=false"}, nil
	}
	tag := imageTag(s.program.Image)
	old := verdict{enforcement: NotEnforced, why: "kindnet enforces policies since kind v0.24.0, and this one is older (" + tag + ")",
		advice: "make the cluster with a newer kind"}
	if m := dayTag.FindStringSubmatch(tag); m != nil {
		switch {
		case m[1] >= "20240813":
			return verdict{enforcement: Enforced}, nil
		case m[1] <= "20240513": // the last one before that was in wide use
			return old, nil
		}
	}
	if m := versionTag.FindStringSubmatch(tag); m != nil {
		major, _ := strconv.Atoi(m[1]) // digits; what is too large is new
		minor, _ := strconv.Atoi(m[2])
		if major > 1 || major == 1 && minor >= 3 {
			return verdict{enforcement: Enforced}, nil
		}
		return old, nil
	}
	return verdict{why: fmt.Sprintf("kindnet enforces policies since kind v0.24.0, and its image (%s) does not say which version it is", s.program.Image)}, nil
}

// judgeKubeOVN reads a flag of the controller (https://kubeovn.github.io/docs/stable/en/reference/setup-options/).
func judgeKubeOVN(s *scene) (verdict, error) {
	for _, a := range s.seen.agents {
		for _, c := range a.Spec.Template.Spec.Containers {
			if v, ok := c.flag("enable-np"); ok && v == "false" && a.Metadata.Name == kubeOVNController {
				return verdict{enforcement: NotEnforced, why: "Kube-OVN runs with --enable-np=false"}, nil
			}
		}
	}
	return verdict{enforcement: Enforced}, nil
}

// judgeAWS reads the flags of the network policy agent in the pods of the VPC CNI, and the mode in which it enforces
// (https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html and cni-network-policy-configure.html).
func judgeAWS(s *scene) (verdict, error) {
	const advice = "set enableNetworkPolicy in the configuration of the add-on vpc-cni, or install a policy engine"
	enabled, known := "", false
	for _, c := range s.agent.Spec.Template.Spec.Containers {
		if v, ok := c.flag("enable-network-policy"); ok {
			enabled, known = v, true
		}
	}
	switch {
	case !known:
		return verdict{enforcement: NotEnforced, why: "the VPC CNI runs without its network policy agent", advice: advice}, nil
	case enabled != "true":
		return verdict{enforcement: NotEnforced, why: "the network policy agent of the VPC CNI is turned off (--enable-network-policy=" + enabled + ")", advice: advice}, nil
	}
	out := verdict{enforcement: Enforced}
	if s.program.env("NETWORK_POLICY_ENFORCING_MODE") == "strict" {
		out.denies = "the VPC CNI enforces policies in strict mode (NETWORK_POLICY_ENFORCING_MODE)"
	}
	config, state, err := s.config(systemNamespace, awsConfig)
	if err != nil {
		return verdict{}, err
	}
	if state == configRead && config[awsController] == "false" {
		out.enforcement = EnforcementUnknown
		out.why = fmt.Sprintf("the network policy agent of the VPC CNI is on, and its controller is off (%s: false in the ConfigMap %s/%s)", awsController, systemNamespace, awsConfig)
	}
	return out, nil
}
