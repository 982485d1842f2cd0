package kubernetes

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate"
)

const (
	layerName = "kubernetes"
	chainName = "network policies"
)

// builder turns a catalog into a policy over workloads.
type builder struct {
	*catalog
	all         []*workload
	byNamespace map[string][]*workload
	indexes     map[string]labelIndex  // by namespace, or everywhere
	memo        map[string]selection   // who is named, by policy namespace and selector
	groups      map[string][]portGroup // by selection and ports
	sides       map[model.Direction]*built
	// subjects is who each policy selects.
	subjects map[*policy]selection
	// doubted is the places whose unknown labels were reported.
	doubted map[model.Origin]bool
	blocks  []model.Origin // ipBlocks that hold addresses of pods
	// podAddrs is all addresses that the workloads may hold.
	podAddrs model.AddrSet

	isolations []translate.Isolation
}

// built is one direction.
type built struct {
	isolated selection
	rules    []model.Rule
	// by is the first policy that isolates a workload for sure.
	by map[*workload]*policy
}

// build returns the input's policy and who it is about.
func build(c *catalog) translate.Input {
	b := &builder{catalog: c, all: c.workloads(), byNamespace: map[string][]*workload{}, indexes: map[string]labelIndex{},
		memo: map[string]selection{}, groups: map[string][]portGroup{}, subjects: map[*policy]selection{}, doubted: map[model.Origin]bool{},
		sides: map[model.Direction]*built{model.Ingress: newBuilt(), model.Egress: newBuilt()}}
	for _, w := range b.all {
		b.byNamespace[w.namespace.name] = append(b.byNamespace[w.namespace.name], w)
	}
	b.podAddrs = addrsOf(b.all, c.opts.PodAddrs)
	for _, p := range c.policies {
		b.policy(p)
	}
	for _, s := range b.sides {
		s.unread(b.unread())
	}
	b.lint()
	in := translate.Input{Policy: model.Policy{Layers: []model.Layer{{
		Name: layerName, State: model.Stateful,
		Ingress: []model.Chain{b.chain(model.Ingress)}, Egress: []model.Chain{b.chain(model.Egress)},
	}}}, Isolations: b.isolations}
	for _, w := range b.all {
		in.Inventory.Members = append(in.Inventory.Members, model.Member{ID: w.id, Addrs: w.addrs(c.opts.PodAddrs), Solo: w.solo})
		in.Workloads = append(in.Workloads, w.describe())
	}
	return in
}

func newBuilt() *built { return &built{by: map[*workload]*policy{}} }

// chain returns the chain of a direction: it judges what has an isolated pod
// as target, and allows what any policy allows.
func (b *builder) chain(d model.Direction) model.Chain {
	s := b.sides[d]
	rules := s.rules
	if d == model.Ingress && !b.opts.NodeAddrs.IsEmpty() {
		rules = append(rules, b.ownNode(s.isolated.selector()))
	}
	return model.Chain{Name: chainName, Guard: model.Guard{Target: s.isolated.selector()}, Order: model.AnyAllow,
		Rules: rules, Default: model.Deny}
}

// ownNode lets a pod's own node in. Which of the nodes that is is unknown.
func (b *builder) ownNode(target model.Selector) model.Rule {
	nodes := model.And{model.At{Addrs: b.opts.NodeAddrs}, model.Identities{model.Outside}}
	return model.Rule{Name: "own node", Action: model.Allow, Target: target,
		Peer:    model.Maybe{Selector: nodes, Why: "a pod is reachable from its own node, and which node that is is not known"},
		Traffic: model.Traffic{model.AllTraffic()}, Reason: "a pod is always reachable from the node it runs on"}
}

// policy adds the rules of a NetworkPolicy.
func (b *builder) policy(p *policy) {
	subject := b.subject(p)
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		s := p.side(d)
		if !s.isolates {
			continue
		}
		b.sides[d].isolate(p, subject)
		b.isolations = append(b.isolations, translate.Isolation{Direction: d, By: p.subjectAt, Workloads: identities(subject.all())})
		for i, r := range s.rules {
			rb := ruleBuilder{builder: b, p: p, r: r, subject: subject, direction: d,
				name: fmt.Sprintf("%s %s[%d]", p.title(), d, i)}
			rb.add()
		}
	}
}

// isolate adds a policy's subject. A workload that is isolated for sure by any
// policy is isolated for sure.
func (s *built) isolate(p *policy, subject selection) {
	for _, w := range subject.sure {
		if s.by[w] == nil {
			s.by[w] = p
			s.isolated.sure = append(s.isolated.sure, w)
		}
	}
	if len(s.isolated.unsure) == 0 {
		s.isolated.why = subject.why
	}
	s.isolated.unsure = append(s.isolated.unsure, subject.unsure...)
}

// unread returns the pods of namespaces whose policies could not be read.
func (b *builder) unread() selection {
	var out selection
	for _, w := range b.all {
		if name := w.namespace.name; slices.Contains(b.opts.Unread, "") || slices.Contains(b.opts.Unread, name) {
			out.add(w, perhaps, fmt.Sprintf("the NetworkPolicies of namespace %s could not be read", name))
		}
	}
	return out
}

// unread adds pods of which it is unknown which policies select them: these may isolate the pods, and may admit anything.
func (s *built) unread(pods selection) {
	if pods.isEmpty() {
		return
	}
	if len(s.isolated.unsure) == 0 {
		s.isolated.why = pods.why
	}
	s.isolated.unsure = append(s.isolated.unsure, pods.unsure...)
	s.rules = append(s.rules, model.Rule{Name: "policies that could not be read", Action: model.Allow,
		Target: identities(pods.unsure), Peer: model.Maybe{Selector: model.Any{}, Why: pods.why}, Traffic: model.Traffic{model.AllTraffic()}})
}

// subject returns the pods that a policy selects, and reports what is odd about them.
func (b *builder) subject(p *policy) selection {
	if known, ok := b.subjects[p]; ok {
		return known
	}
	key := "subject " + p.obj.namespace + " " + p.subject.key()
	out, ok := b.memo[key]
	if !ok {
		for _, w := range b.candidates(p.obj.namespace, p.subject) {
			t, why := p.subject.match(w.labelSet())
			out.add(w, t, why)
		}
		b.remember(key, &out)
	}
	if out.isEmpty() {
		b.rep.warnAt(p.subjectAt, "policy-selects-nothing",
			fmt.Sprintf("the policy selects no workload of namespace %s (%s)", p.obj.namespace, p.subject),
			"check the labels, or give the manifests of the workloads too")
	}
	b.doubt(p.subjectAt, out)
	b.subjects[p] = out
	return out
}

// remember keeps a selection with its selector worked out, so that every rule about
// the same workloads shares it.
func (b *builder) remember(key string, s *selection) {
	s.key, s.made = key, s.selector()
	b.memo[key] = *s
}

// doubt reports a selector of which it is unknown whether it matches.
func (b *builder) doubt(at model.Origin, s selection) {
	if len(s.unsure) == 0 || b.doubted[at] {
		return
	}
	b.doubted[at] = true
	b.rep.warnAt(at, "unknown-label",
		fmt.Sprintf("whether %s%s selected is unknown: %s", s.unsure[0].id, andOthers(len(s.unsure)-1), s.why),
		"give the Namespace objects and a dump of the pods too, or select by labels of the pod template")
}

func andOthers(n int) string {
	switch n {
	case 0:
		return " is"
	case 1:
		return " and 1 other are"
	}
	return fmt.Sprintf(" and %d others are", n)
}

// podsOf returns the workloads that a peer names.
func (b *builder) podsOf(p *policy, pr peer) selection {
	within := pr.scope(p)
	key := "peer " + within + " " + pr.key()
	out, ok := b.memo[key]
	if !ok {
		for _, w := range b.candidates(within, pr.pods) {
			t, why := b.matchPeer(p, pr, w.namespace, w.labelSet())
			out.add(w, t, why)
		}
		b.remember(key, &out)
	}
	return out
}

// peerPods returns the workloads that a peer names, and reports where there are none, or it is not known which.
func (b *builder) peerPods(p *policy, pr peer) selection {
	out := b.podsOf(p, pr)
	switch {
	case out.isEmpty() && !b.namesNamespace(pr):
		b.rep.warnAt(pr.origin, "peer-outside-input", "no namespace of the input is named by this peer, so that it allows nothing here",
			"check the labels, or give the manifests of the namespace and of its workloads too")
	case out.isEmpty():
		b.rep.warnAt(pr.origin, "peer-matches-nothing", "no workload of the input is named by this peer, so that it allows nothing",
			"check the labels, or give the manifests of the peer's workloads and namespace too")
	}
	b.doubt(pr.origin, out)
	if len(out.sure) == 0 && len(out.unsure) > 0 && pr.namespaces != nil && b.declaresNamespaces() {
		b.rep.infoAt(pr.origin, "peer-perhaps-nothing",
			fmt.Sprintf("no workload of the input is surely named by this peer, and whether %s%s named is unknown: %s", out.unsure[0].id, andOthers(len(out.unsure)-1), out.why),
			"check the labels, or give the Namespace objects too")
	}
	return out
}

// namesNamespace reports whether the input may have a namespace that a peer names, its own among them, or has all that there are: kube-system is an
// object of clusters, which nobody writes.
func (b *builder) namesNamespace(pr peer) bool {
	if system, ok := b.namespaces["kube-system"]; pr.namespaces == nil || ok && system.declared {
		return true
	}
	for _, ns := range b.namespaces {
		if t, _ := pr.namespaces.match(ns.labelSet(b.opts.Namespaces)); t != no {
			return true
		}
	}
	return false
}

// declaresNamespaces reports whether the input has the labels of some namespace: where it has none, that no namespace surely has a label means
// nothing.
func (b *builder) declaresNamespaces() bool {
	for _, ns := range b.namespaces {
		if ns.declared {
			return true
		}
	}
	return false
}
