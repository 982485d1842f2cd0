package placement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// section is what a placement says of one cloud.
type section struct {
	cloud cloud
	// site has everything but homes and allowances, which depend on the
	// workloads.
	site     providers.Site
	entries  []entry
	platform platform
}

func (r reader) section(c cloud, v value) section {
	s := section{cloud: c, site: providers.Site{Given: true, Origin: r.Origin(v)}}
	o := r.Object(v)
	if o == nil {
		return s
	}
	textFields(r, o, c, &s.site)
	s.site.Subnets = r.subnets(c, o.Items("subnets"))
	for _, e := range o.Items("workloads") {
		s.entries = append(s.entries, r.entry(c, e, s.site.Subnets))
	}
	r.checkEntries(s)
	s.platform = r.platform(c, o)
	if len(s.platform.presets) > 0 && s.site.Cluster == "" {
		s.site.Cluster = s.platform.presets[0].preset.name
	}
	o.Close()
	r.checkSection(o, s)
	markExclusive(&s)
	slices.SortFunc(s.site.Subnets, func(a, b providers.Subnet) int { return strings.Compare(a.Name, b.Name) })
	return s
}

// checkSection reports what fields say against each other.
func (r reader) checkSection(o *object, s section) {
	switch {
	case o.Has("podSecurityGroups") && s.site.Cluster == "" && !o.Has("cluster"): // a wrong cluster has its own fault
		r.Fault(codeValue, o.Where("podSecurityGroups"), "podSecurityGroups without cluster: eks",
			"security groups for pods exist on EKS only; add\n  cluster: eks")
	case s.site.Cluster == "eks" && !o.Has("podSecurityGroups"):
		r.report(model.Info, codeAssumed, o.Where("cluster"),
			"how EKS enforces security groups for pods is not said; traffic between pods of one node is taken as unfiltered",
			"if POD_SECURITY_GROUP_ENFORCING_MODE is strict, add\n  podSecurityGroups: strict")
	}
	if o.Has("intranodeVisibility") && s.site.Cluster == "" && !o.Has("cluster") {
		r.Fault(codeValue, o.Where("intranodeVisibility"), "intranodeVisibility without cluster: gke",
			"it is a setting of GKE clusters; add\n  cluster: gke")
	}
	if s.site.Cluster != "" && !s.platform.asked {
		r.report(model.Warning, codePreset, o.Where("cluster"),
			fmt.Sprintf("what %s needs to work is not admitted: the placement has no preset", s.site.Cluster),
			fmt.Sprintf("add\n  platform:\n    presets: [%s]\nor say `presets: []` if the network policies admit it", s.site.Cluster))
	}
	r.checkStrangers(s, paramNodes)
	r.checkStrangers(s, paramAPI)
}

// checkStrangers reports exclusive subnets in which a parameter says that others than
// workloads hold addresses.
func (r reader) checkStrangers(s section, name string) {
	p := s.platform.params[name]
	if p == nil {
		return
	}
	for _, n := range s.site.Subnets {
		if shared := n.Addrs().Intersect(p.addrs); n.Exclusive && !shared.IsEmpty() {
			r.Fault(codeExclusive, p.origin, fmt.Sprintf("subnet %s is exclusive, and %s holds addresses in it: %s", n.Name, name, shared),
				"these are no placed workloads; remove `exclusive: true` from the subnet, or correct the addresses")
		}
	}
}

// textFields reads the fields of c that hold one word, and reports those of other clouds.
func textFields(r reader, o *object, c cloud, into *providers.Site) {
	readFields(r, o, c, into, func(c cloud) []textField[providers.Site] { return c.section })
}

func readFields[T any](r reader, o *object, c cloud, into *T, of func(cloud) []textField[T]) {
	var own []string
	for _, f := range of(c) {
		own = append(own, f.name)
		v, ok := o.Get(f.name)
		if !ok {
			continue
		}
		s, ok := r.Text(v)
		switch {
		case !ok:
		case !f.form.ok(s):
			r.Fault(codeValue, r.Origin(v), fmt.Sprintf("%s is %q", v.Path, s), "write "+f.form.want)
		default:
			f.set(into, s)
		}
	}
	for _, other := range clouds() {
		for _, f := range of(other) {
			if !slices.Contains(own, f.name) && o.Has(f.name) {
				o.Settle(f.name)
				r.Fault(codeCloud, o.Where(f.name), fmt.Sprintf("%s is a field of %s, not of %s", f.name, other.name, c.name),
					c.name+" has "+strings.Join(own, ", "))
			}
		}
	}
}
