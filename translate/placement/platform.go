package placement

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// platform is what a section asks to be admitted whatever the policies say.
type platform struct {
	asked   bool // presets are named, if only as an empty list
	pmtud   bool
	pmtudAt model.Origin
	presets []presetUse
	params  map[string]*param
	allow   []allowance
}

// presetUse is a preset that the placement names.
type presetUse struct {
	preset preset
	origin model.Origin
}

// param is a value that presets are made with. A param without addresses,
// workloads and hooks is the user's word that there are none.
type param struct {
	peers
	hooks []hook
}

// hook is workloads that the API server calls.
type hook struct {
	who     selector
	traffic model.Traffic
}

// peers are endpoints: address blocks and workloads.
type peers struct {
	addrs  model.AddrSet
	who    []selector
	origin model.Origin
}

// allowance is a rule of the user's own.
type allowance struct {
	name, reason string
	direction    model.Direction
	workloads    selector
	peers        peers
	traffic      model.Traffic
	origin       model.Origin
}

func (r reader) platform(c cloud, section *object) platform {
	p := platform{pmtud: c.pmtud, pmtudAt: section.Origin(), params: map[string]*param{}}
	v, ok := section.Get("platform")
	if !ok {
		return p
	}
	o := r.Object(v)
	if o == nil {
		return p
	}
	p.pmtud = o.Truth("pmtud", c.pmtud)
	p.pmtudAt = o.Where("pmtud")
	p.asked = o.Has("presets")
	for _, v := range o.Items("presets") {
		if use, ok := r.preset(c, v); ok {
			p.presets = append(p.presets, use)
		}
	}
	for _, name := range paramNames() {
		if v, ok := o.Get(name); ok {
			p.params[name] = r.param(name, v)
		}
	}
	named := map[string]int{}
	for _, v := range o.Items("allow") {
		a := r.allowance(v)
		if first, ok := named[a.name]; ok && a.name != "" {
			r.Fault(codeField, a.origin, "two allowances are called "+a.name, fmt.Sprintf("the first is on line %d", first))
		}
		named[a.name] = a.origin.Line
		p.allow = append(p.allow, a)
	}
	o.Close()
	r.checkParams(o, p)
	return p
}

func (r reader) preset(c cloud, v value) (presetUse, bool) {
	name, ok := r.Text(v)
	if !ok {
		return presetUse{}, false
	}
	var known []string
	for _, p := range presets() {
		switch {
		case p.name != name:
		case p.cloud != c.name:
			r.Fault(codePreset, r.Origin(v), fmt.Sprintf("preset %s is for %s, not for %s", name, p.cloud, c.name), "")
			return presetUse{}, false
		default:
			return presetUse{p, r.Origin(v)}, true
		}
		if p.cloud == c.name {
			known = append(known, p.name)
		}
	}
	r.Fault(codePreset, r.Origin(v), fmt.Sprintf("there is no preset %q", name), c.name+" has "+strings.Join(known, ", "))
	return presetUse{}, false
}

// checkParams reports the parameters that the presets need and the file lacks.
func (r reader) checkParams(o *object, p platform) {
	for _, use := range p.presets {
		var lacks, lines []string
		for _, name := range paramNames() {
			if !o.Has(name) {
				lacks = append(lacks, name)
				lines = append(lines, "    "+paramExample(name))
			}
		}
		if len(lacks) > 0 {
			r.Fault(codePreset, use.origin, fmt.Sprintf("preset %s needs %s", use.preset.name, strings.Join(lacks, ", ")),
				"add to platform, with [] where there are none:\n  platform:\n"+strings.Join(lines, "\n"))
		}
	}
}

func (r reader) param(name string, v value) *param {
	p := &param{peers: peers{origin: r.Origin(v)}}
	switch name {
	case paramHooks:
		for _, v := range r.Items(v) {
			if o := r.Object(v); o != nil {
				p.hooks = append(p.hooks, hook{r.selector(o), r.traffic(o)})
				o.Close()
			}
		}
	case paramDNS:
		p.peers = r.peers(v)
	default:
		p.addrs = r.addrs(r.Items(v))
	}
	return p
}

// peers reads a list of address blocks and selectors.
func (r reader) peers(v value) peers {
	p := peers{origin: r.Origin(v)}
	var blocks []value
	for _, v := range r.Items(v) {
		if !v.IsMapping() {
			blocks = append(blocks, v)
			continue
		}
		o := r.Object(v)
		p.who = append(p.who, r.selector(o))
		o.Close()
	}
	p.addrs = r.addrs(blocks)
	return p
}

const allowAdvice = `for example
  - name: node-exporter
    reason: Prometheus on the monitoring hosts scrapes every pod
    direction: ingress
    peers: [10.0.9.0/24]
    ports: [{protocol: TCP, port: 9100}]`

func (r reader) allowance(v value) allowance {
	a := allowance{origin: r.Origin(v)}
	o := r.Object(v)
	if o == nil {
		return a
	}
	if n, ok := o.Need("name", allowAdvice); ok {
		a.name = r.name(n)
	}
	if n, ok := o.Need("reason", "say in a sentence why no network policy admits this; "+allowAdvice); ok {
		a.reason, _ = r.Text(n)
	}
	if n, ok := o.Need("direction", allowAdvice); ok {
		a.direction = r.direction(n)
	}
	a.workloads.origin = a.origin
	if n, ok := o.Get("workloads"); ok {
		if w := r.Object(n); w != nil {
			a.workloads = r.selector(w)
			w.Close()
		}
	}
	if n, ok := o.Need("peers", "for anyone write\n  peers: [0.0.0.0/0, \"::/0\"]"); ok {
		a.peers = r.peers(n)
		if n.Len() == 0 {
			r.Fault(codeField, r.Origin(n), n.Path+" names nobody", "for anyone write\n  peers: [0.0.0.0/0, \"::/0\"]")
		}
	}
	a.traffic = r.traffic(o)
	o.Close()
	return a
}

func (r reader) direction(v value) model.Direction {
	s, ok := r.Text(v)
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		if ok && d.String() == s {
			return d
		}
	}
	if ok {
		r.Fault(codeValue, r.Origin(v), fmt.Sprintf("%s is %q", v.Path, s), "write ingress (towards the workloads) or egress (from them)")
	}
	return 0
}
