package kubernetes

import (
	"fmt"
	"net/netip"

	"github.com/crosswall/crosswall/model"
)

// podShape is what the pods of one template have in common.
type podShape struct {
	labels         map[string]string
	ports          []containerPort
	hostNetwork    bool
	serviceAccount string
}

// containerPort is a port that a container declares.
type containerPort struct {
	name     string
	protocol model.Protocol
	number   uint16
	// sidecar marks ports of init containers that keep running: whether policies see
	// their names is not specified.
	sidecar bool
}

// ownerRef is the controller of an object; the zero ownerRef is none.
type ownerRef struct{ kind, name string }

// controller is an object that makes pods from a template.
type controller struct {
	obj    *object
	origin model.Origin
	owner  ownerRef
	shape  podShape
	// replicas is how many pods it asks for; many stands for a number that varies.
	replicas int
}

// many is a number of replicas that is not known, and may be above one.
const many = -1

func (c *controller) fingerprint() string {
	return fmt.Sprint(c.owner, c.shape, c.replicas)
}

// pod is a Pod.
type pod struct {
	obj    *object
	origin model.Origin
	owner  ownerRef
	shape  podShape
	addrs  []netip.Addr
	// placed is whether the pod has met a node: all its labels are then known.
	placed bool
	// ended is whether its containers have stopped for good: its address may be another pod's by now.
	ended bool
}

func (p *pod) fingerprint() string {
	return fmt.Sprint(p.owner, p.shape, p.addrs, p.placed)
}

// readPod reads a Pod.
func readPod(c cursor) *pod {
	c.misspelt([]string{"metadata", "spec", "status"})
	meta, spec, status := c.metadata(), c.child("spec"), c.child("status")
	p := &pod{obj: c.obj, origin: c.origin(), owner: meta.owner(), shape: podShape{labels: meta.get("labels").labels()}}
	p.shape.read(spec)
	p.placed = spec.get("nodeName").text() != ""
	phase := status.get("phase").text()
	p.ended = phase == "Succeeded" || phase == "Failed"
	p.placed = p.placed || phase == "Running"
	if ips := status.get("podIPs").items(); len(ips) > 0 {
		for _, ip := range ips {
			p.addr(ip.get("ip"))
		}
		return p
	}
	p.addr(status.get("podIP"))
	return p
}

func (p *pod) addr(c cursor) {
	s := c.text()
	if s == "" {
		return
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		c.fault("invalid-address", fmt.Sprintf("%q is no IP address", clip(s)), "")
		return
	}
	p.addrs = append(p.addrs, a.Unmap())
}

// owner returns the controller among the owner references of metadata.
func (c cursor) owner() ownerRef {
	for _, r := range c.get("ownerReferences").items() {
		if !r.mapping() || !r.get("controller").flag() {
			continue
		}
		o := ownerRef{r.get("kind").text(), r.get("name").text()}
		switch {
		case o.name == "":
			r.fault("invalid-owner", "the owner has no name", "")
		case o.kind == "":
			c.rep.warnAt(r.origin(), "invalid-owner", fmt.Sprintf("the owner %s has no kind, and is taken for a Pod", o.name), "")
			o.kind = "Pod"
		case o.kind == "Node":
			return ownerRef{} // a static pod is its own
		}
		return o
	}
	return ownerRef{}
}

// read reads the fields of a PodSpec that bear on network policy.
func (s *podShape) read(spec cursor) {
	spec.misspelt([]string{"hostNetwork", "containers", "initContainers", "serviceAccountName"}, "serviceAccount")
	s.hostNetwork = spec.get("hostNetwork").flag()
	if s.serviceAccount = spec.get("serviceAccountName").text(); s.serviceAccount == "" {
		s.serviceAccount = spec.get("serviceAccount").text() // the older name
	}
	if s.serviceAccount == "" {
		s.serviceAccount = "default"
	}
	for _, ct := range spec.get("containers").items() {
		s.readPorts(ct, false)
	}
	for _, ct := range spec.get("initContainers").items() {
		into := &podShape{} // what has ended by the time the pod is ready opens no port
		if ct.mapping() && ct.get("restartPolicy").text() == "Always" {
			into = s
		}
		into.readPorts(ct, true)
	}
}

func (s *podShape) readPorts(ct cursor, sidecar bool) {
	if !ct.mapping() {
		return
	}
	ct.misspelt([]string{"ports"})
	names := map[string]bool{}
	for _, p := range ct.get("ports").items() {
		if !p.mapping() {
			continue
		}
		p.misspelt([]string{"name", "protocol"})
		out := containerPort{name: p.get("name").text(), protocol: model.TCP, sidecar: sidecar}
		if out.name != "" && names[out.name] {
			p.get("name").fault("invalid-port", fmt.Sprintf("the container has two ports named %q", clip(out.name)), "")
		}
		names[out.name] = true
		if why := portNameFault(out.name); out.name != "" && why != "" {
			p.get("name").fault("invalid-port", fmt.Sprintf("%q is no valid port name: %s", clip(out.name), why), placeholderAdvice(out.name))
		}
		if pr := p.get("protocol"); !pr.absent() && (pr.node.shape != textNode || pr.node.text != "") {
			out.protocol = pr.protocol()
		}
		if n := p.get("containerPort"); n.absent() {
			p.fault("invalid-port", "must have a containerPort", p.lookalike("containerPort"))
		} else {
			out.number = n.portNumber()
		}
		s.ports = append(s.ports, out)
	}
}

// podTemplate returns the template of an object that makes pods; nil where there is none.
func podTemplate(root *node) *node {
	if t := root.path("spec", "template"); t != nil {
		return t
	}
	return root.path("spec", "jobTemplate", "spec", "template")
}

// readController reads an object that makes pods.
func readController(c cursor) *controller {
	c.misspelt([]string{"metadata", "spec"})
	meta, spec := c.metadata(), c.child("spec")
	spec.misspelt([]string{"template", "jobTemplate", "replicas", "selector"})
	out := &controller{obj: c.obj, origin: c.origin(), owner: meta.owner(), shape: podShape{serviceAccount: "default"}, replicas: 1}
	job := spec
	if c.obj.kind == "CronJob" {
		job = spec.child("jobTemplate").child("spec")
	}
	template := job.child("template")
	if template.absent() {
		if job.get("template").absent() {
			template.fault("missing-template", "the object has no pod template",
				"leave it out if it is not to be applied as it is: a patch, or what a test expects")
		}
		return out
	}
	template.misspelt([]string{"metadata", "spec"})
	labels := template.child("metadata")
	labels.misspelt([]string{"labels"})
	out.shape.labels = labels.get("labels").labels()
	out.shape.read(template.child("spec"))
	out.replicas = replicas(c.obj.kind, spec, job)
	matchTemplate(c, out.shape.labels)
	return out
}

// replicas returns how many pods an object asks for at a time.
func replicas(kind string, spec, job cursor) int {
	switch kind {
	case "DaemonSet":
		return many
	case "CronJob":
		if p := spec.get("concurrencyPolicy").text(); p != "Forbid" && p != "Replace" {
			return many // the next job may start before the last one ends
		}
		return job.get("parallelism").count()
	case "Job":
		return job.get("parallelism").count()
	}
	return spec.get("replicas").count()
}

// count returns a number of pods, 1 where there is none.
func (c cursor) count() int {
	n := c.integerOr(1)
	if n < 0 {
		c.fault("invalid-number", fmt.Sprintf("must not be negative, and is %d", n), "")
	}
	return n
}

// matchTemplate reports a selector that the template's labels do not match, which the API
// server rejects for the kinds of apps/v1 (pkg/apis/apps/validation) and for
// ReplicationControllers, whose selector is labels (pkg/apis/core/validation).
func matchTemplate(c cursor, labels map[string]string) {
	sel := c.get("spec").get("selector")
	if c.obj.kind == "ReplicationController" && !sel.absent() {
		for key, value := range sel.labels() {
			if got, ok := labels[key]; !ok || got != value {
				sel.fault("invalid-selector", "the selector does not match the labels of the pod template", "")
				return
			}
		}
		return
	}
	if c.obj.group != "apps" || c.obj.version != "v1" || sel.absent() {
		return
	}
	if s := sel.selector(); s != nil {
		if t, _ := s.match(labelSet{known: labels}); t == no {
			sel.fault("invalid-selector", "the selector does not match the labels of the pod template", "")
		}
	}
}

// readAutoscaler returns the workload that an autoscaler gives more than one pod.
func readAutoscaler(c cursor) (model.Identity, bool) {
	spec := c.child("spec")
	ref := spec.child("scaleTargetRef")
	if most, _ := spec.get("maxReplicas").integer(); most <= 1 {
		return "", false
	}
	return workloadID(c.obj.namespace, ref.get("kind").text(), ref.get("name").text()), true
}

// workloadID returns "shop/Deployment/frontend".
func workloadID(namespace, kind, name string) model.Identity {
	return model.Identity(namespace + "/" + kind + "/" + name)
}
