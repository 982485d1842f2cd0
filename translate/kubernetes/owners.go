package kubernetes

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// family is the pods and templates below one topmost owner.
type family struct {
	id         model.Identity
	namespace  string
	kind, name string
	root       *controller // nil where the owner's object was not read, or there is no owner
	variants   []variant
	pods       int
	// lonely is whether this is a Pod that nothing owns.
	lonely bool
	// idle is the templates of controllers that ask for no pod at the moment.
	idle   []variant
	origin model.Origin
}

// maxOwners bounds how many owners are followed upwards: CronJob, Job, Pod is the longest
// chain of Kubernetes' own.
const maxOwners = 8

// grouper puts pods and templates with their topmost owners.
type grouper struct {
	c           *catalog
	controllers map[model.Identity]*controller
	families    map[model.Identity]*family
}

// families returns the pods of the input by topmost owner, sorted by ID.
func (c *catalog) families() []*family {
	g := grouper{c: c, controllers: map[model.Identity]*controller{}, families: map[model.Identity]*family{}}
	for _, ctl := range c.controllers {
		g.controllers[g.free(ctl.obj, func(id model.Identity) bool { return g.controllers[id] != nil })] = ctl
	}
	for _, id := range slices.Sorted(maps.Keys(g.controllers)) {
		g.addController(id, g.controllers[id])
	}
	for _, p := range c.pods {
		g.addPod(p)
	}
	var out []*family
	for _, id := range slices.Sorted(maps.Keys(g.families)) {
		f := g.families[id]
		f.settle()
		out = append(out, f)
	}
	return out
}

// free returns an ID for an object; one whose name the API server would make up gets a number if need be.
func (g *grouper) free(o *object, taken func(model.Identity) bool) model.Identity {
	base := workloadID(o.namespace, o.kind, o.name)
	id := base
	for n := 2; o.generated && taken(id); n++ {
		id = model.Identity(fmt.Sprintf("%s%d", base, n))
	}
	return id
}

// top follows owners upwards from an object and returns the family of the topmost.
func (g *grouper) top(id model.Identity, namespace string, owner ownerRef) *family {
	own, root := id, g.controllers[id]
	for steps := 0; owner != (ownerRef{}); steps++ {
		if steps == maxOwners {
			id, root = own, g.controllers[own]
			g.c.rep.warnAt(model.Origin{}, "invalid-owner", fmt.Sprintf("the owners of %s go round in a circle, and are not counted", own), "")
			break
		}
		id = workloadID(namespace, owner.kind, owner.name)
		if root = g.controllers[id]; root == nil {
			break
		}
		owner = root.owner
	}
	f := g.families[id]
	if f == nil {
		_, kind, name := splitID(id)
		f = &family{id: id, namespace: namespace, kind: kind, name: name, root: root}
		if root != nil {
			f.origin = root.origin
		}
		g.families[id] = f
	}
	return f
}

func splitID(id model.Identity) (namespace, kind, name string) {
	parts := strings.SplitN(string(id), "/", 3)
	return parts[0], parts[1], parts[2]
}

// addController adds a template. Below an owner whose object was read, the owner's template counts.
func (g *grouper) addController(id model.Identity, ctl *controller) {
	f := g.top(id, ctl.obj.namespace, ctl.owner)
	if f.root != nil && f.root != ctl {
		return
	}
	v := variant{shape: ctl.shape, origin: ctl.origin, unknown: unknownLabels(ctl.obj.kind), template: true}
	if f.root == nil && ctl.replicas == 0 {
		f.idle = append(f.idle, v)
		return
	}
	f.add(v)
}

func (g *grouper) addPod(p *pod) {
	id := g.free(p.obj, func(id model.Identity) bool { return g.families[id] != nil })
	f := g.top(id, p.obj.namespace, p.owner)
	f.pods++
	f.lonely = p.owner == (ownerRef{})
	v := variant{shape: p.shape, addrs: p.addrs, origin: p.origin}
	if !p.placed {
		v.unknown = unknownLabels("Pod")
	}
	f.add(v)
}

func (f *family) add(v variant) {
	f.variants = append(f.variants, v)
	if f.origin == (model.Origin{}) || f.root == nil && v.origin.Compare(f.origin) < 0 {
		f.origin = v.origin
	}
}

// settle puts the variants in order and drops templates whose pods are there.
func (f *family) settle() {
	if len(f.variants) == 0 && len(f.idle) > 0 {
		f.variants, f.origin = f.idle, f.idle[0].origin
	}
	f.variants = slices.DeleteFunc(f.variants, func(v variant) bool {
		return v.template && slices.ContainsFunc(f.variants, func(w variant) bool {
			return !w.template && maps.Equal(withoutRuntime(w.shape.labels), withoutRuntime(v.shape.labels))
		})
	})
	slices.SortStableFunc(f.variants, func(a, b variant) int {
		return cmp.Or(a.origin.Compare(b.origin), strings.Compare(fmt.Sprint(a.shape), fmt.Sprint(b.shape)))
	})
}

// solo reports whether there is never more than one pod.
func (f *family) solo(scaled map[model.Identity]bool) bool {
	switch {
	case f.lonely:
		return f.pods == 1
	case f.root == nil || f.pods > 1 || scaled[f.id]:
		return false
	}
	return f.root.replicas == 0 || f.root.replicas == 1
}

// workloads returns the pods of the input as workloads, sorted by ID.
func (c *catalog) workloads() []*workload {
	var out []*workload
	for _, f := range c.families() {
		f.variants = c.podNetwork(f)
		if len(f.variants) > 0 {
			out = append(out, c.split(f)...)
		}
	}
	c.reportHosts()
	sortWorkloads(out)
	return out
}

// reportHosts tells of the families on their nodes' network: of each, or once of a cluster, which has such pods on every node.
func (c *catalog) reportHosts() {
	const advice = "treat its traffic as the nodes' traffic"
	const why = "on its node's network, where the effect of policies is undefined: no policy is taken to select or name it"
	if c.inCluster && len(c.hosts) > 1 {
		var names []string
		for _, f := range c.hosts {
			names = append(names, string(f.id))
		}
		c.rep.warnAt(model.Origin{File: c.hosts[0].origin.File}, "host-network",
			fmt.Sprintf("each of these is %s: %s", why, strings.Join(names, ", ")), advice)
		return
	}
	for _, f := range c.hosts {
		c.rep.warnAt(f.origin, "host-network", fmt.Sprintf("%s is %s", f.id, why), advice)
	}
}

// podNetwork returns the variants of a family that policies can touch, and notes that there are others.
func (c *catalog) podNetwork(f *family) []variant {
	if c.opts.HostNetwork == HostNetworkAsPods {
		return f.variants
	}
	var out []variant
	hosts := 0
	for _, v := range f.variants {
		if v.shape.hostNetwork {
			hosts++
			continue
		}
		out = append(out, v)
	}
	if hosts > 0 {
		c.hosts = append(c.hosts, f)
	}
	return out
}

// split cuts a family into workloads that no policy tells apart.
func (c *catalog) split(f *family) []*workload {
	base := workload{id: f.id, kind: f.kind, name: f.name, namespace: c.namespace(f.namespace),
		solo: f.solo(c.scaled), origin: f.origin}
	parts := c.parts(base.namespace, f.variants)
	if len(parts) == 1 {
		base.variants = f.variants
		return []*workload{&base}
	}
	keys := c.tellingKeys(f.variants)
	var out []*workload
	taken := map[model.Identity]bool{}
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		w := base
		w.variants, w.solo = parts[part], false
		w.origin = w.variants[0].origin
		id := f.id + model.Identity(idSuffix(commonLabels(w.variants), keys))
		w.id = id
		for n := 2; taken[w.id]; n++ {
			w.id = model.Identity(fmt.Sprintf("%s#%d", id, n))
		}
		taken[w.id] = true
		out = append(out, &w)
	}
	c.rep.warnAt(f.origin, "workload-split",
		fmt.Sprintf("the pods of %s differ in labels or ports that policies ask for, and are taken for %d workloads", f.id, len(out)), "")
	return out
}
