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
	workloads []*workload
}

// groupByPorts puts workloads together at which the ports are the same, in the order of
// the first workload of each group.
func groupByPorts(ws []*workload, numbered model.Traffic, named []port) []portGroup {
	var out []portGroup
	index := map[string]int{}
	for _, w := range ws {
		r := resolveAll(numbered, named, w.ports())
		key := fmt.Sprint(r)
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			out = append(out, portGroup{resolved: r})
		}
		out[i].workloads = append(out[i].workloads, w)
	}
	return out
}
