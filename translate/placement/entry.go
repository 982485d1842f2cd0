package placement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// entry places the workloads that its selector picks.
type entry struct {
	name   string // as the user calls it, or its path
	who    selector
	home   providers.Home
	claims bool // the user's word that nobody else holds the addresses
	origin model.Origin
}

func (r reader) entry(c cloud, v value, subnets []providers.Subnet) entry {
	e := entry{name: v.Path, origin: r.Origin(v)}
	e.home.ClientPorts = model.DefaultClientPorts()
	o := r.Object(v)
	if o == nil {
		return e
	}
	if n, ok := o.Get("name"); ok {
		if s := r.name(n); s != "" {
			e.name = s
		}
	}
	e.who = r.selector(o)
	r.home(o, subnets, &e)
	readFields(r, o, c, &e.home, func(c cloud) []textField[providers.Home] { return c.identity })
	if e.home.Group != "" && e.home.ServiceAccount != "" {
		r.Fault(codeValue, o.Where("serviceAccount"), e.name+" has both a networkTag and a serviceAccount",
			"one firewall rule cannot mix them; keep one")
	}
	if p, ok := o.Get("ephemeral"); ok {
		e.home.ClientPorts = r.clientPorts(p)
	}
	o.Close()
	return e
}

// home reads where an entry's workloads live.
func (r reader) home(o *object, subnets []providers.Subnet, e *entry) {
	var within model.AddrSet
	before := r.Count()
	for _, v := range o.Items("subnets") {
		name, ok := r.Text(v)
		i := slices.IndexFunc(subnets, func(n providers.Subnet) bool { return n.Name == name })
		switch {
		case !ok:
		case i < 0:
			r.Fault(codeSubnet, r.Origin(v), fmt.Sprintf("there is no subnet %q", name), knownSubnets(subnets))
		default:
			e.home.Subnets = append(e.home.Subnets, name)
			within = within.Union(subnets[i].Addrs())
		}
	}
	slices.Sort(e.home.Subnets)
	e.home.Subnets = slices.Compact(e.home.Subnets)
	e.home.Addrs = within
	if v, ok := o.Get("addresses"); ok {
		vs := r.Items(v)
		e.home.Addrs = r.addrs(vs)
		if len(vs) == 0 {
			r.Fault(codeField, r.Origin(v), v.Path+" names no address block", "write some, or remove the line")
		}
		if r.Count() == before {
			r.checkAddresses(v, subnets, e.home)
		}
	}
	if e.claims = o.Truth("exclusive", false); e.claims && !o.Has("addresses") {
		r.Fault(codeField, o.Where("exclusive"), e.name+" is exclusive without addresses of its own",
			"add `addresses`, or put `exclusive: true` on the subnet")
	}
	if r.Count() == before && len(e.home.Subnets) == 0 && !o.Has("addresses") {
		r.report(model.Warning, codeNowhere, e.origin, e.name+" has neither subnets nor addresses: its workloads may hold any address",
			"add\n  subnets: ["+Blank+"]")
	}
}

func knownSubnets(subnets []providers.Subnet) string {
	if len(subnets) == 0 {
		return "add it under subnets:\n  subnets:\n    - name: web\n      cidrs: [" + Blank + "]"
	}
	var names []string
	for _, n := range subnets {
		names = append(names, n.Name)
	}
	slices.Sort(names)
	return "add it under subnets; there are " + strings.Join(names, ", ")
}

// checkAddresses compares an entry's addresses with the subnets, those that it names
// and those that it does not.
func (r reader) checkAddresses(v value, subnets []providers.Subnet, h providers.Home) {
	rest := h.Addrs
	for _, n := range subnets {
		in := n.Addrs().Intersect(h.Addrs)
		rest = rest.Subtract(n.Addrs())
		named := slices.Contains(h.Subnets, n.Name)
		switch {
		case named && in.IsEmpty():
			r.Fault(codeAddresses, r.Origin(v), fmt.Sprintf("none of %s is in subnet %s", h.Addrs, n.Name),
				fmt.Sprintf("remove %s from subnets, or add addresses of it (%s)", n.Name, n.Addrs()))
		case !named && !in.IsEmpty():
			r.Fault(codeAddresses, r.Origin(v), fmt.Sprintf("%s is in subnet %s, which the entry does not name", in, n.Name),
				fmt.Sprintf("add %s to the entry's subnets", n.Name))
		}
	}
	if len(h.Subnets) > 0 && !rest.IsEmpty() {
		r.Fault(codeAddresses, r.Origin(v), fmt.Sprintf("%s is outside the entry's subnets %s", rest, strings.Join(h.Subnets, ", ")),
			"correct the addresses or name their subnet; addresses outside every subnet need an entry of their own")
	}
}

// checkEntries reports what entries say against each other.
func (r reader) checkEntries(s section) {
	r.checkClaims(s)
	names, groups := map[string]entry{}, map[string]entry{}
	for _, e := range s.entries {
		if first, ok := names[e.name]; ok {
			r.Fault(codeField, e.origin, "two entries are called "+e.name, fmt.Sprintf("the first is on line %d", first.origin.Line))
		}
		names[e.name] = e
		id := e.home.Group + e.home.ServiceAccount
		if id == "" {
			continue
		}
		if first, ok := groups[id]; ok {
			r.report(model.Warning, codeSharedGroup, e.origin,
				fmt.Sprintf("%s and %s both have %s: what one may do, the other may too", first.name, e.name, id),
				"give each an identity of its own, or make them one entry")
		}
		groups[id] = e
	}
}
