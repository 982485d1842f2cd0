package live

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// The ConfigMaps of network plugins, of which a few settings are looked at.
const (
	ciliumConfig = "cilium-config"
	awsConfig    = "amazon-vpc-cni"
	// awsController is whether the cluster works out for the agents what policies mean.
	awsController = "enable-network-policy-controller"
)

// configNames returns the names of the ConfigMaps that may be read.
func configNames() []string { return []string{awsConfig, ciliumConfig} }

// configState says whether a ConfigMap was read.
type configState uint8

const (
	configDenied configState = iota // or it failed: nothing is known
	configAbsent
	configRead
)

// config reads the settings of a ConfigMap.
func (s *scene) config(namespace, name string) (map[string]string, configState, error) {
	var out struct {
		Data map[string]string `json:"data"`
	}
	err := s.get(s.ctx, "/api/v1"+in(namespace)+"/configmaps/"+name, "", nil, func(data []byte) error {
		return json.Unmarshal(data, &out)
	})
	switch {
	case err == nil:
		return out.Data, configRead, nil
	case s.ctx.Err() != nil || isFinal(err):
		return nil, configDenied, fmt.Errorf("the ConfigMap %s/%s: %s", namespace, name, explain(s.ctx, err))
	case apierrors.IsNotFound(err):
		return nil, configAbsent, nil
	}
	return nil, configDenied, nil
}

// builtIn returns the verdicts of what runs outside of the cluster's pods: the policy controller of K3s, and the network of EKS
// Auto Mode. found is whether any product runs in pods.
func (r *reader) builtIn(ctx context.Context, found bool) ([]verdict, error) {
	switch {
	case strings.Contains(r.seen.version, "+k3s"):
		v, err := r.k3s(ctx)
		return []verdict{v}, err
	case !found && r.seen.has(eksGroup, "NodeClass"):
		v, err := r.autoMode(ctx)
		return []verdict{v}, err
	}
	return nil, nil
}

// k3s asks the nodes whether K3s was started without its policy controller, which otherwise is part of it
// (https://docs.k3s.io/networking/networking-services, "Network Policy Controller"). K3s notes its arguments on the node.
func (r *reader) k3s(ctx context.Context) (verdict, error) {
	v := verdict{name: "K3s", where: "version " + r.seen.version}
	off, noted := false, 0
	at := listAt{path: "/api/v1/nodes", accept: partial, size: r.options.PageSize}
	at.keep = func(object json.RawMessage) error {
		var n head
		if err := json.Unmarshal(object, &n); err != nil {
			return fmt.Errorf("an object cannot be read: %w", err)
		}
		var words []string
		if json.Unmarshal([]byte(n.Metadata.Annotations["k3s.io/node-args"]), &words) == nil && slices.Contains(words, "server") {
			noted++
			value, ok := program{Args: words}.flag("disable-network-policy")
			off = off || ok && value != "false"
		}
		return nil
	}
	err := r.list(ctx, at, func() { off, noted = false, 0 })
	switch {
	case err != nil && (ctx.Err() != nil || isFinal(err)):
		return v, fmt.Errorf("nodes: %s", explain(ctx, err))
	case err != nil:
		v.why = "K3s enforces policies unless started with --disable-network-policy, and the nodes could not be read: " + explain(ctx, err)
		v.advice = "allow \"list\" of nodes, as docs/permissions-kubernetes.md says"
	case noted == 0:
		v.why = "K3s enforces policies unless started with --disable-network-policy, and no server notes its arguments (k3s.io/node-args)"
	case off:
		v.enforcement, v.why = NotEnforced, "K3s was started with --disable-network-policy"
	default:
		v.enforcement = Enforced
	}
	return v, nil
}

// autoMode asks whether policies were turned on in EKS Auto Mode, and what the nodes do with pods that no policy selects
// (https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html).
func (r *reader) autoMode(ctx context.Context) (verdict, error) {
	v := verdict{name: "EKS Auto Mode", where: "API group " + eksGroup}
	config, state, err := (&scene{ctx: ctx, reader: r}).config(systemNamespace, awsConfig)
	if err != nil {
		return v, err
	}
	switch {
	case state == configDenied:
		v.why, v.advice = "whether policies are turned on in EKS Auto Mode could not be read", fmt.Sprintf("allow \"get\" of the ConfigMap %s/%s", systemNamespace, awsConfig)
		return v, nil
	case config[awsController] != "true":
		v.enforcement, v.why = NotEnforced, "policies are not turned on in EKS Auto Mode"
		v.advice = fmt.Sprintf("set %s to \"true\" in the ConfigMap %s/%s", awsController, systemNamespace, awsConfig)
		return v, nil
	}
	v.enforcement = Enforced
	v.denies, err = r.nodeClasses(ctx)
	return v, err
}

// eksGroup is the API group of EKS Auto Mode.
const eksGroup = "eks.amazonaws.com"

// nodeClasses says why pods that no policy selects are isolated in EKS Auto Mode: because a NodeClass has it so, or
// because it is not known that none has. "" if they are not.
func (r *reader) nodeClasses(ctx context.Context) (string, error) {
	denies := ""
	at := listAt{path: "/apis/" + eksGroup + "/v1/nodeclasses", size: r.options.PageSize}
	at.keep = func(object json.RawMessage) error {
		var n struct {
			head
			Spec struct {
				NetworkPolicy string `json:"networkPolicy"`
			} `json:"spec"`
		}
		err := json.Unmarshal(object, &n)
		if n.Spec.NetworkPolicy == "DefaultDeny" {
			denies = fmt.Sprintf("the NodeClass %s has networkPolicy: DefaultDeny", n.Metadata.Name)
		}
		return err
	}
	err := r.list(ctx, at, func() { denies = "" })
	switch {
	case err == nil:
		return denies, nil
	case ctx.Err() != nil || isFinal(err):
		return "", fmt.Errorf("nodeclasses: %s", explain(ctx, err))
	}
	return "perhaps, for the NodeClasses could not be read: " + explain(ctx, err), nil
}
