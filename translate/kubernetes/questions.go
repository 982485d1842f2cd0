package kubernetes

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// questions is everything that the policies of an input ask of a pod, each once.
type questions struct {
	subjects map[string][]*selector // by namespace
	peers    []question
	ports    []port
	keys     map[string]bool // of labels
}

// question is a peer as a policy's namespace sees it.
type question struct {
	p  *policy
	pr peer
}

// questions returns what the policies ask. It is worked out once, when all
// policies have been read.
func (c *catalog) questions() *questions {
	if c.asked != nil {
		return c.asked
	}
	q := &questions{subjects: map[string][]*selector{}, keys: map[string]bool{}}
	seen := map[string]bool{}
	first := func(parts ...string) bool {
		key := strings.Join(parts, " ")
		was := seen[key]
		seen[key] = true
		return !was
	}
	for _, p := range c.policies {
		ns := p.obj.namespace
		p.subject.addKeys(q.keys)
		if first("subject", ns, p.subject.key()) {
			q.subjects[ns] = append(q.subjects[ns], p.subject)
		}
		p.eachPeer(func(pr peer) {
			pr.pods.addKeys(q.keys)
			if first("peer", pr.scope(p), pr.key()) {
				q.peers = append(q.peers, question{p, pr})
			}
		})
		p.eachRule(func(r rule) {
			for _, n := range r.named() {
				if first("port", n.protocol.String(), n.name) {
					q.ports = append(q.ports, n)
				}
			}
		})
	}
	c.asked = q
	return q
}

// parts puts variants together that no policy tells apart, by a key that sorts them.
func (c *catalog) parts(ns *namespace, vs []variant) map[string][]variant {
	out := map[string][]variant{}
	if c.alike(vs) {
		out[""] = vs
		return out
	}
	known := map[string]string{}
	for _, v := range vs {
		shape := fmt.Sprint(v.shape.labels, v.shape.ports, v.unknown != nil, v.template)
		key, ok := known[shape]
		if !ok {
			key = c.signature(ns, v)
			known[shape] = key
		}
		out[key] = append(out[key], v)
	}
	return out
}

// alike reports whether variants cannot be told apart, because they differ in no label that any
// policy asks for, nor in ports: no question needs to be asked then.
func (c *catalog) alike(vs []variant) bool {
	if len(vs) == 1 {
		return true
	}
	first := vs[0]
	for _, v := range vs[1:] {
		if v.template != first.template || (v.unknown != nil) != (first.unknown != nil) || !slices.Equal(v.shape.ports, first.shape.ports) {
			return false
		}
	}
	return len(c.tellingKeys(vs)) == 0
}

// signature is the same for variants that no policy tells apart.
func (c *catalog) signature(ns *namespace, v variant) string {
	var b strings.Builder
	note := func(t truth, _ string) { b.WriteByte('0' + byte(t)) }
	q := c.questions()
	for _, s := range q.subjects[ns.name] {
		note(s.match(v.labelSet()))
	}
	for _, x := range q.peers {
		note(c.matchPeer(x.p, x.pr, ns, v.labelSet()))
	}
	for _, n := range q.ports {
		fmt.Fprintf(&b, "%v,", resolve(n, v.shape.ports))
	}
	return b.String()
}

// tellingKeys returns the label keys that policies ask for and in which the variants differ, sorted.
func (c *catalog) tellingKeys(vs []variant) []string {
	asked, telling := c.questions().keys, map[string]bool{}
	first := vs[0].shape.labels
	for _, v := range vs[1:] {
		for key, got := range v.shape.labels {
			if value, had := first[key]; asked[key] && (!had || got != value) {
				telling[key] = true
			}
		}
		for key := range first {
			if _, has := v.shape.labels[key]; asked[key] && !has {
				telling[key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(telling))
}

// addKeys adds the label keys that a selector asks for.
func (s *selector) addKeys(to map[string]bool) {
	if s == nil {
		return
	}
	for _, r := range s.requirements {
		to[r.key] = true
	}
}

// eachRule calls f with every rule of both directions.
func (p *policy) eachRule(f func(rule)) {
	for _, s := range []side{p.ingress, p.egress} {
		for _, r := range s.rules {
			f(r)
		}
	}
}

// eachPeer calls f with every peer that names pods.
func (p *policy) eachPeer(f func(peer)) {
	p.eachRule(func(r rule) {
		for _, pr := range r.peers {
			if pr.block == nil {
				f(pr)
			}
		}
	})
}
