package kubernetes

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// policy is a NetworkPolicy (k8s.io/api/networking/v1).
type policy struct {
	obj     *object
	origin  model.Origin
	subject *selector // never nil
	// subjectAt is the place of the podSelector, or of the policy where it has none.
	subjectAt model.Origin
	// ingress and egress have their rules even where the policy does not isolate that direction.
	ingress, egress side
	// typesGiven is whether policyTypes says anything.
	typesGiven bool
}

// side is one direction of a policy.
type side struct {
	isolates bool
	// given is whether the field is there, if only empty.
	given  bool
	origin model.Origin
	rules  []rule
}

// rule is an item of ingress or egress: it admits what any peer may do on any port.
type rule struct {
	origin model.Origin
	peers  []peer // none: any peer
	ports  []port // none: any port of any protocol
}

// peer is an item of from or to: a block, or pods.
type peer struct {
	origin model.Origin
	block  *ipBlock
	// pods is nil for all pods, namespaces for the policy's own namespace.
	pods, namespaces *selector
}

// port is an item of ports, with its defaults worked out.
type port struct {
	origin   model.Origin
	protocol model.Protocol
	numbers  model.PortRange
	name     string // in place of numbers, unless empty
}

// title returns "shop/db".
func (p *policy) title() string { return p.obj.namespace + "/" + p.obj.name }

func (p *policy) side(d model.Direction) side {
	if d == model.Egress {
		return p.egress
	}
	return p.ingress
}

// readPolicy reads and checks a NetworkPolicy as strictly as
// kubectl apply --validate=strict and pkg/apis/networking/validation do.
func readPolicy(c cursor) *policy {
	c.noRepeats()
	c.only("apiVersion", "kind", "metadata", "spec", "status") // status: 1.24 to 1.27 printed one
	meta := c.metadata()
	meta.only(metadataFields()...)
	meta.get("labels").labels()
	p := &policy{obj: c.obj, origin: c.origin()}
	spec := c.child("spec")
	spec.only("podSelector", "policyTypes", "ingress", "egress")
	if spec.absent() {
		c.rep.warnAt(p.origin, "policy-without-spec", "the policy has no spec, which makes it deny all ingress to every pod of its namespace",
			"write the spec out")
	}
	sel := spec.get("podSelector")
	p.subjectAt = sel.origin()
	if p.subject = sel.selector(); p.subject == nil {
		p.subject = &selector{}
	}
	p.ingress, p.egress = spec.get("ingress").side("from"), spec.get("egress").side("to")
	types := spec.get("policyTypes")
	p.ingress.isolates, p.egress.isolates = types.sides(len(p.egress.rules) > 0)
	p.typesGiven = len(types.elements()) > 0
	return p
}

// side reads the field of one direction; peers is the name of its peers' field.
func (c cursor) side(peers string) side {
	return side{given: !c.absent(), origin: c.origin(), rules: c.rules(peers)}
}

// sides reads policyTypes. Without any, a policy isolates ingress, and egress only if
// it has egress rules (pkg/apis/networking/v1/defaults.go).
func (c cursor) sides(hasEgress bool) (ingress, egress bool) {
	items := c.items()
	if len(items) == 0 {
		return true, hasEgress
	}
	if len(items) > 2 {
		c.fault("invalid-policy-type", "may not have more than two policyTypes", "")
	}
	for _, i := range items {
		switch t := i.text(); t {
		case "Ingress":
			ingress = true
		case "Egress":
			egress = true
		default:
			i.fault("invalid-policy-type", fmt.Sprintf("%q is no policy type", clip(t)), "use Ingress or Egress")
		}
	}
	return ingress, egress
}

// rules reads the list of one direction; peers is the name of its peers' field. Null
// and [] are the same: no rule. An item that is null or {} admits everything.
func (c cursor) rules(peers string) []rule {
	var out []rule
	for _, i := range c.items() {
		r := rule{origin: i.origin()}
		if i.mapping() {
			i.only(peers, "ports")
			for _, p := range i.get(peers).items() {
				r.peers = append(r.peers, p.peer())
			}
			for _, p := range i.get("ports").items() {
				r.ports = append(r.ports, p.port())
			}
		}
		out = append(out, r)
	}
	return out
}

func (c cursor) peer() peer {
	out := peer{origin: c.origin()}
	if !c.mapping() {
		return out
	}
	c.only("podSelector", "namespaceSelector", "ipBlock")
	pods, namespaces, block := c.get("podSelector"), c.get("namespaceSelector"), c.get("ipBlock")
	out.pods, out.namespaces = pods.selector(), namespaces.selector()
	if !block.absent() {
		out.block = block.ipBlock()
	}
	selects := !pods.absent() || !namespaces.absent()
	switch {
	case block.absent() && !selects:
		c.fault("invalid-peer", "must specify a peer", "give a podSelector, a namespaceSelector or an ipBlock, if only {} for all")
	case !block.absent() && selects:
		c.fault("invalid-peer", "may not specify both ipBlock and another peer", "write two items")
	}
	return out
}

func (c cursor) port() port {
	out := port{origin: c.origin(), protocol: model.TCP, numbers: model.AllPorts()}
	if c.node.shape == numberNode || c.node.shape == textNode {
		c.fault("wrong-type", "must be a mapping, not "+c.node.describe(), "write \"- port: "+clip(c.node.text)+"\"")
		return out
	}
	if !c.mapping() {
		return out
	}
	c.only("protocol", "port", "endPort")
	if p := c.get("protocol"); !p.absent() {
		out.protocol = p.protocol()
	}
	at, end := c.get("port"), c.get("endPort")
	switch {
	case at.absent():
		if !end.absent() {
			end.fault("invalid-port", "may not be specified when port is not", "")
		}
	case at.node.shape == textNode:
		out.name = at.node.text
		if why := portNameFault(out.name); why != "" {
			at.fault("invalid-port", fmt.Sprintf("%q is no valid port: %s", clip(out.name), why), "")
		}
		if !end.absent() {
			end.fault("invalid-port", "may not be specified when port is a name", "")
		}
	default:
		out.numbers = c.portRange(at, end)
	}
	return out
}

func (c cursor) portRange(at, end cursor) model.PortRange {
	first := at.portNumber()
	last := first
	if !end.absent() {
		if last = end.portNumber(); last < first && last > 0 {
			end.fault("invalid-port", fmt.Sprintf("must be %d, the port, or above", first), "")
		}
	}
	return model.PortRange{First: first, Last: last}
}

// portNumber returns a port from 1 to 65535, 0 where it is none.
func (c cursor) portNumber() uint16 {
	n, ok := c.integer()
	if !ok {
		return 0
	}
	if n < 1 || n > 65535 {
		c.fault("invalid-port", fmt.Sprintf("must be between 1 and 65535, not %d", n), "")
		return 0
	}
	return uint16(n)
}

// protocol returns one of the protocols that policies and containers can name.
func (c cursor) protocol() model.Protocol {
	s := c.text()
	for _, p := range []model.Protocol{model.TCP, model.UDP, model.SCTP} {
		if p.String() == s {
			return p
		}
	}
	c.fault("invalid-protocol", fmt.Sprintf("%q is no protocol here", clip(s)), "use TCP, UDP or SCTP, in capitals")
	return model.TCP
}

// traffic returns the numbered ports as traffic, sorted; everything where no port is given.
func (r rule) traffic() model.Traffic {
	if len(r.ports) == 0 {
		return model.Traffic{model.AllTraffic()}
	}
	var out model.Traffic
	for _, p := range r.ports {
		if p.name == "" {
			out = append(out, model.Ports(p.protocol, p.numbers.First, p.numbers.Last))
		}
	}
	return sortTraffic(out)
}

// sortTraffic sorts services over ports, and drops repeats.
func sortTraffic(t model.Traffic) model.Traffic {
	slices.SortFunc(t, compareServices)
	return slices.Compact(t)
}

// named returns the ports that are given by name.
func (r rule) named() []port {
	var out []port
	for _, p := range r.ports {
		if p.name != "" {
			out = append(out, p)
		}
	}
	return out
}
