package placement

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

func (r reader) subnets(c cloud, vs []value) []providers.Subnet {
	var out []providers.Subnet
	var blocks []block
	names, ids := map[string]model.Origin{}, map[string]model.Origin{}
	unique := func(seen map[string]model.Origin, what, s string, at model.Origin) {
		if first, ok := seen[s]; ok && s != "" {
			r.Fault(codeSubnet, at, fmt.Sprintf("two subnets have the %s %s", what, s),
				fmt.Sprintf("the first is on line %d", first.Line))
			return
		}
		seen[s] = at
	}
	for _, v := range vs {
		n, ok := r.subnet(c, v)
		if !ok {
			continue
		}
		unique(names, "name", n.Name, n.Origin)
		unique(ids, "id", n.ID, n.Origin)
		for _, p := range n.Prefixes {
			blocks = append(blocks, block{p, len(out)})
		}
		out = append(out, n)
	}
	overlapping(blocks, func(a, b block) {
		if a.owner == b.owner {
			return // reported with the subnet
		}
		first, second := out[min(a.owner, b.owner)], out[max(a.owner, b.owner)]
		r.Fault(codeOverlap, second.Origin, fmt.Sprintf("subnets %s and %s overlap in %s", first.Name, second.Name, b.prefix),
			"subnets of one network never overlap; correct the cidrs")
	})
	return out
}

func (r reader) subnet(c cloud, v value) (providers.Subnet, bool) {
	o := r.Object(v)
	if o == nil {
		return providers.Subnet{}, false
	}
	n := providers.Subnet{Origin: r.Origin(v)}
	if name, ok := o.Need("name", "add\n  name: web"); ok {
		n.Name = r.name(name)
	}
	if id, ok := o.Get("id"); ok {
		if s, ok := r.Text(id); ok && !c.subnet.ok(s) {
			r.Fault(codeValue, r.Origin(id), fmt.Sprintf("%s is %q", id.Path, s), "write "+c.subnet.want)
		} else if ok {
			n.ID = s
		}
	}
	if cidrs, ok := o.Need("cidrs", "add the subnet's address blocks:\n  cidrs: ["+Blank+"]"); ok {
		vs := r.Items(cidrs)
		n.Prefixes = r.prefixes(vs)
		if len(vs) == 0 {
			r.Fault(codeField, r.Origin(cidrs), cidrs.Path+" names no address block", "write the subnet's address blocks")
		}
	}
	n.Exclusive = o.Truth("exclusive", false)
	o.Close()
	return n, true
}

// maxName keeps names that are made from a placement's names within the limits of
// every cloud.
const maxName = 50

// name reads a name that the placement gives: fit for resource names in every
// cloud.
func (r reader) name(v value) string {
	s, ok := r.Text(v)
	if !ok {
		return ""
	}
	if len(s) > maxName || !isTag(s) {
		r.Fault(codeValue, r.Origin(v), fmt.Sprintf("%q is no name", s),
			fmt.Sprintf("write at most %d lower-case letters, digits and dashes, beginning with a letter", maxName))
		return ""
	}
	return s
}
