package kubernetes

import (
	"cmp"
	"fmt"

	"github.com/crosswall/crosswall/model"
)

// compareServices orders services over ports by protocol and destination port.
func compareServices(a, b model.Service) int {
	return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Dst.First, b.Dst.First), cmp.Compare(a.Dst.Last, b.Dst.Last))
}

// resolved is what a rule's ports are at one destination.
type resolved struct {
	sure model.Traffic
	// unsure is ports of sidecars: init containers that keep running. Whether
	// plugins look up names there is not specified.
	unsure model.Traffic
}

// resolve looks a named port up among the ports of a pod, by name and
// protocol. Names are unique in a container only, so that a name may be
// several numbers. An unknown name is nothing, never everything.
func resolve(p port, ports []containerPort) resolved {
	var out resolved
	for _, cp := range ports {
		if cp.name != p.name || cp.protocol != p.protocol {
			continue
		}
		s := model.Ports(cp.protocol, cp.number, cp.number)
		if cp.sidecar {
			out.unsure = append(out.unsure, s)
		} else {
			out.sure = append(out.sure, s)
		}
	}
	return resolved{sortTraffic(out.sure), sortTraffic(out.unsure)}
}

// resolveAll returns numbered as it is, and the named ports of a rule at a pod.
func resolveAll(numbered model.Traffic, named []port, ports []containerPort) resolved {
	out := resolved{sure: append(model.Traffic(nil), numbered...)}
	for _, n := range named {
		r := resolve(n, ports)
		out.sure = append(out.sure, r.sure...)
		out.unsure = append(out.unsure, r.unsure...)
	}
	return resolved{sortTraffic(out.sure), sortTraffic(out.unsure)}
}

// portGroup is workloads at which a rule's ports are the same.
type portGroup struct {
	resolved
	pods selection
}

// portGroups puts the workloads of a selection together at which the ports are the same, in
// the order of the first workload of each group.
func (b *builder) portGroups(s selection, numbered model.Traffic, named []port) []portGroup {
	key := fmt.Sprint(s.key, numbered, portNames(named))
	if known, ok := b.groups[key]; ok && s.key != "" {
		return known
	}
	var out []portGroup
	var members [][]*workload
	index := map[string]int{}
	for _, w := range s.all() {
		r := resolveAll(numbered, named, w.ports())
		text := fmt.Sprint(r)
		i, ok := index[text]
		if !ok {
			i = len(out)
			index[text] = i
			out = append(out, portGroup{resolved: r})
			members = append(members, nil)
		}
		members[i] = append(members[i], w)
	}
	for i := range out {
		out[i].pods = s.only(members[i])
		out[i].pods.made = out[i].pods.selector()
	}
	b.groups[key] = out
	return out
}

// portNames returns named ports by what they are looked up by.
func portNames(ports []port) []string {
	out := make([]string, len(ports))
	for i, p := range ports {
		out[i] = p.protocol.String() + "/" + p.name
	}
	return out
}

// lacking returns how many workloads of a selection have no port of that name.
func (b *builder) lacking(s selection, n port) int {
	out := 0
	for _, g := range b.portGroups(s, nil, []port{n}) {
		if len(g.sure) == 0 && len(g.unsure) == 0 {
			out += len(g.pods.sure) + len(g.pods.unsure)
		}
	}
	return out
}
