package kubernetes

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// selection is the workloads that a selector names, and those that it may name.
type selection struct {
	sure, unsure []*workload
	why          string         // of the first unsure one
	key          string         // the same for the same workloads; "": unknown
	made         model.Selector // what selector returns, if that was worked out
}

func (s *selection) add(w *workload, t truth, why string) {
	switch t {
	case yes:
		s.sure = append(s.sure, w)
	case perhaps:
		if len(s.unsure) == 0 {
			s.why = why
		}
		s.unsure = append(s.unsure, w)
	case no:
	}
}

func (s selection) isEmpty() bool { return len(s.sure) == 0 && len(s.unsure) == 0 }

// all returns the sure and the unsure.
func (s selection) all() []*workload { return slices.Concat(s.sure, s.unsure) }

// only returns the part of the selection in ws.
func (s selection) only(ws []*workload) selection {
	wanted := make(map[*workload]bool, len(ws))
	for _, w := range ws {
		wanted[w] = true
	}
	keep := func(from []*workload) []*workload {
		return slices.DeleteFunc(slices.Clone(from), func(w *workload) bool { return !wanted[w] })
	}
	return selection{sure: keep(s.sure), unsure: keep(s.unsure), why: s.why}
}

// doubted returns the selection with nothing sure about it.
func (s selection) doubted(why string) selection {
	return selection{unsure: s.all(), why: why}
}

// selector returns the selection in the model's terms. Nobody at all is empty Identities.
func (s selection) selector() model.Selector {
	switch {
	case s.made != nil:
		return s.made
	case len(s.unsure) == 0:
		return identities(s.sure)
	case len(s.sure) == 0:
		return model.Maybe{Selector: identities(s.unsure), Why: s.why}
	}
	return model.Or{identities(s.sure), model.Maybe{Selector: identities(s.unsure), Why: s.why}}
}

func identities(ws []*workload) model.Identities {
	out := make(model.Identities, len(ws))
	for i, w := range ws {
		out[i] = w.id
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// matchPeer returns whether pods of a namespace are named by a peer: by both
// its selectors, or where it has no namespaceSelector, by being in the policy's own namespace.
func (c *catalog) matchPeer(p *policy, pr peer, ns *namespace, labels labelSet) (truth, string) {
	out, why := no, ""
	switch {
	case pr.namespaces != nil:
		out, why = pr.namespaces.match(ns.labelSet(c.opts.Namespaces))
	case ns.name == p.obj.namespace:
		out = yes
	}
	if out == no || pr.pods == nil {
		return out, why
	}
	if t, w := pr.pods.match(labels); t < out {
		out, why = t, w
	}
	return out, why
}

// key is the same for selectors that match the same.
func (s *selector) key() string {
	if s == nil {
		return "-"
	}
	return fmt.Sprint(s.requirements)
}

// key is the same for peers that match the same in policies of one namespace.
func (pr peer) key() string {
	if pr.block != nil {
		return pr.block.addrs.String()
	}
	return pr.namespaces.key() + " " + pr.pods.key()
}
