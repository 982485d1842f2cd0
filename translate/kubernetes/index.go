package kubernetes

import "slices"

// everywhere is the scope of a selector over all namespaces; no namespace has that name.
const everywhere = ""

// labelIndex is the workloads of a scope by label key and value. Workloads that
// may have the key with a value that is not known are under every value.
type labelIndex struct {
	values map[string]map[string][]*workload
	// unknown is, by key, the workloads of which it is not known whether they have it.
	unknown map[string][]*workload
}

// scope returns where a policy's peer looks for pods.
func (pr peer) scope(p *policy) string {
	if pr.namespaces != nil {
		return everywhere
	}
	return p.obj.namespace
}

// candidates returns workloads of a namespace, or of all, in the order of their IDs: at least those that a selector
// may match. A nil selector matches all.
func (b *builder) candidates(within string, s *selector) []*workload {
	all := b.byNamespace[within]
	if within == everywhere {
		all = b.all
	}
	if s == nil {
		return all
	}
	i := slices.IndexFunc(s.requirements, func(r requirement) bool { return r.op == opIn })
	if i < 0 {
		return all
	}
	r := s.requirements[i]
	index, ok := b.indexes[within]
	if !ok {
		index = labelIndex{map[string]map[string][]*workload{}, map[string][]*workload{}}
		b.indexes[within] = index
	}
	byValue, ok := index.values[r.key]
	if !ok {
		byValue = index.add(r.key, all)
	}
	out := slices.Clone(index.unknown[r.key])
	for _, v := range slices.Compact(slices.Clone(r.values)) {
		out = append(out, byValue[v]...)
	}
	sortWorkloads(out)
	return out
}

// add indexes the workloads of the scope by the values of a key.
func (x labelIndex) add(key string, ws []*workload) map[string][]*workload {
	byValue := map[string][]*workload{}
	x.values[key] = byValue
	for _, w := range ws {
		l := w.labelSet()
		if v, ok := l.known[key]; ok {
			byValue[v] = append(byValue[v], w)
			continue
		}
		if l.unknown == nil {
			continue
		}
		if _, may := l.unknown(key); may {
			x.unknown[key] = append(x.unknown[key], w)
		}
	}
	return byValue
}
