package live

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// What is kept of an object is what bears on network policy. Everything else is left out where it is
// read: the environment of containers, annotations and the like hold secrets.

// head is what every object has.
type head struct {
	APIVersion string   `json:"apiVersion,omitempty"`
	Kind       string   `json:"kind,omitempty"`
	Metadata   metadata `json:"metadata"`
}

// metadata is the part of ObjectMeta that is kept (k8s.io/apimachinery/pkg/apis/meta/v1).
type metadata struct {
	Name            string            `json:"name"`
	Namespace       string            `json:"namespace,omitempty"`
	Labels          map[string]string `json:"labels,omitempty"`
	Annotations     map[string]string `json:"annotations,omitempty"`
	OwnerReferences []owner           `json:"ownerReferences,omitempty"`
}

type owner struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Name       string `json:"name,omitempty"`
	Controller *bool  `json:"controller,omitempty"`
}

// podSpec is the part of PodSpec that is kept (k8s.io/api/core/v1).
type podSpec struct {
	NodeName           string      `json:"nodeName,omitempty"`
	HostNetwork        bool        `json:"hostNetwork,omitempty"`
	ServiceAccountName string      `json:"serviceAccountName,omitempty"`
	Containers         []container `json:"containers,omitempty"`
	InitContainers     []container `json:"initContainers,omitempty"`
}

type container struct {
	Name          string          `json:"name,omitempty"`
	RestartPolicy string          `json:"restartPolicy,omitempty"`
	Ports         json.RawMessage `json:"ports,omitempty"`
}

type podTemplate struct {
	Metadata struct {
		Labels map[string]string `json:"labels,omitempty"`
	} `json:"metadata"`
	Spec podSpec `json:"spec"`
}

// jobSpec is the part of JobSpec that is kept (k8s.io/api/batch/v1).
type jobSpec struct {
	Parallelism json.RawMessage `json:"parallelism,omitempty"`
	Template    *podTemplate    `json:"template,omitempty"`
}

// pruned decodes the part of an object that a type has fields for, and writes it again.
func pruned[T any](object []byte, settle func(*T)) ([]byte, error) {
	var out T
	if err := json.Unmarshal(object, &out); err != nil {
		return nil, fmt.Errorf("an object cannot be read: %w", err)
	}
	settle(&out)
	return json.Marshal(out)
}

// settle leaves out annotations. The owners that control an object are all of its owners that count.
func (h *head) settle() { h.Metadata.Annotations = nil }

func pruneNamespace(object []byte) ([]byte, error) {
	return pruned(object, func(o *head) { o.settle() })
}

type podObject struct {
	head
	Spec   podSpec `json:"spec"`
	Status struct {
		Phase  string          `json:"phase,omitempty"`
		PodIP  string          `json:"podIP,omitempty"`
		PodIPs json.RawMessage `json:"podIPs,omitempty"`
		HostIP string          `json:"hostIP,omitempty"`
	} `json:"status"`
}

func prunePod(object []byte) ([]byte, error) {
	return pruned(object, func(o *podObject) { o.settle() })
}

type controllerObject struct {
	head
	Spec struct {
		Replicas          json.RawMessage `json:"replicas,omitempty"`
		Selector          json.RawMessage `json:"selector,omitempty"`
		ConcurrencyPolicy string          `json:"concurrencyPolicy,omitempty"`
		jobSpec
		JobTemplate *struct {
			Spec jobSpec `json:"spec"`
		} `json:"jobTemplate,omitempty"`
	} `json:"spec"`
}

func pruneController(object []byte) ([]byte, error) {
	return pruned(object, func(o *controllerObject) { o.settle() })
}

type autoscalerObject struct {
	head
	Spec struct {
		ScaleTargetRef json.RawMessage `json:"scaleTargetRef,omitempty"`
		MaxReplicas    json.RawMessage `json:"maxReplicas,omitempty"`
	} `json:"spec"`
}

func pruneAutoscaler(object []byte) ([]byte, error) {
	return pruned(object, func(o *autoscalerObject) { o.settle() })
}

type serviceObject struct {
	head
	Spec   json.RawMessage `json:"spec,omitempty"`
	Status struct {
		LoadBalancer json.RawMessage `json:"loadBalancer,omitempty"`
	} `json:"status"`
}

// pruneService keeps the annotations by which services are exposed
// (k8s.io/cloud-provider/api and the load balancers of the clouds).
func pruneService(object []byte) ([]byte, error) {
	return pruned(object, func(o *serviceObject) {
		maps.DeleteFunc(o.Metadata.Annotations, func(key, _ string) bool {
			return !strings.HasPrefix(key, "service.beta.kubernetes.io/") && !strings.HasPrefix(key, "networking.gke.io/load-balancer")
		})
	})
}

// prunePolicy keeps everything but most of the metadata and the status: a field of the policy itself that is not known here must
// be seen, and refused.
func prunePolicy(object []byte) ([]byte, error) {
	var fields map[string]json.RawMessage
	var h head
	if err := json.Unmarshal(object, &fields); err != nil {
		return nil, fmt.Errorf("an object cannot be read: %w", err)
	}
	if err := json.Unmarshal(object, &h); err != nil {
		return nil, fmt.Errorf("an object cannot be read: %w", err)
	}
	h.settle()
	delete(fields, "status")
	meta, err := json.Marshal(h.Metadata)
	if err != nil {
		return nil, err
	}
	fields["metadata"] = meta
	return json.Marshal(fields)
}
