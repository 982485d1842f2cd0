package terraform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	tfjson "github.com/hashicorp/terraform-json"
)

// configModule is a module's configuration in a plan.
type configModule struct {
	Resources   []configResource        `json:"resources"`
	ModuleCalls map[string]*configCall  `json:"module_calls"`
	Outputs     map[string]configOutput `json:"outputs"`
}

type configResource struct {
	Type        string              `json:"type"`
	Name        string              `json:"name"`
	Mode        tfjson.ResourceMode `json:"mode"`
	Expressions map[string]any      `json:"expressions"`
	ForEach     any                 `json:"for_each_expression"`
}

type configCall struct {
	Expressions map[string]any `json:"expressions"`
	ForEach     any            `json:"for_each_expression"`
	Module      *configModule  `json:"module"`
}

type configOutput struct {
	Expression any `json:"expression"`
}

// planGraph finds out what values that are not yet known come from.
type planGraph struct {
	root *configModule
	// instances are the planned instances of "module.m.type.name".
	instances map[string][]planned
	// deferred are resources, named in that way, that are not planned yet.
	deferred map[string]bool
	work     int
}

// planned is an instance, and which of its attributes are not known.
type planned struct {
	resource Resource
	unknown  any
}

// maxTraced bounds the references that are followed in one plan.
const maxTraced = 2_000_000

func newPlanGraph(f planFile) *planGraph {
	g := &planGraph{root: f.Config.Root, instances: map[string][]planned{}, deferred: map[string]bool{}}
	for _, c := range f.Changes {
		if c.Change.After == nil || c.DeposedKey != "" {
			continue
		}
		r := changed(c)
		name := blockName(r.Module, r.Type, r.Name)
		g.instances[name] = append(g.instances[name], planned{r, c.Change.AfterUnknown})
	}
	for _, d := range f.Deferred {
		if d != nil && d.ResourceChange != nil {
			r := changed(d.ResourceChange)
			g.deferred[blockName(r.Module, r.Type, r.Name)] = true
		}
	}
	return g
}

// changed returns the resource of a change, without a body; data sources have a
// type that begins with "data.", as their references do.
func changed(c *tfjson.ResourceChange) Resource {
	r := instanceOf(c.ModuleAddress, c.Type, c.Name, c.Index)
	if !isManaged(c.Mode, c.Address) {
		r.Type = "data." + r.Type
	}
	return r
}

// blockName is the address of a resource without instance key.
func blockName(module, typ, name string) string {
	return Resource{Module: module, Type: typ, Name: name}.Address()
}

// place is where an expression stands: in a module instance, and in a resource
// or module call that may be repeated.
type place struct {
	module   hcl.Traversal // of the module instance; empty: the root
	config   *configModule
	calls    []moduleStep // how the module was called, outermost first
	resource *configResource
	key      string // instance key of the resource or call
	forEach  any    // what it repeats over
}

// moduleStep is a call on the way to a module instance.
type moduleStep struct {
	caller place
	call   *configCall
}

// scopeOf returns the place of a resource's expressions; resource is nil where
// the configuration does not show it.
func (g *planGraph) scopeOf(r Resource) place {
	in, ok := g.moduleAt(r.Module)
	if !ok {
		return place{}
	}
	for i, c := range in.config.Resources {
		if c.Type == r.Type && c.Name == r.Name && c.Mode != tfjson.DataResourceMode {
			in.resource, in.key, in.forEach = &in.config.Resources[i], r.Key, c.ForEach
			break
		}
	}
	return in
}

// moduleAt finds the configuration of a module instance.
func (g *planGraph) moduleAt(address string) (place, bool) {
	if g.root == nil {
		return place{}, false
	}
	in := place{config: g.root}
	if address == "" {
		return in, true
	}
	t, err := parseRef(address)
	if err != nil {
		return place{}, false
	}
	for i := 0; i < len(t); {
		name, ok := attrName(t, i+1)
		if !ok || stepName(t[i]) != "module" {
			return place{}, false
		}
		end := i + 2
		if end < len(t) {
			if _, keyed := t[end].(hcl.TraverseIndex); keyed {
				end++
			}
		}
		if in, ok = in.into(name, t[:end], i+2); !ok {
			return place{}, false
		}
		i = end
	}
	return in, true
}

// into steps into a called module; t is the address of its instance, with the
// key from step keyAt on.
func (p place) into(name string, t hcl.Traversal, keyAt int) (place, bool) {
	call := p.config.ModuleCalls[name]
	if call == nil || call.Module == nil {
		return place{}, false
	}
	caller := p
	caller.resource, caller.forEach, caller.key = nil, call.ForEach, ""
	if keyAt < len(t) {
		caller.key = strings.TrimPrefix(traversalText(t), traversalText(t[:keyAt]))
	}
	return place{module: t, config: call.Module, calls: append(slices.Clone(p.calls), moduleStep{caller, call})}, true
}

func stepName(s hcl.Traverser) string {
	switch s := s.(type) {
	case hcl.TraverseRoot:
		return s.Name
	case hcl.TraverseAttr:
		return s.Name
	}
	return ""
}

// value returns what is known of a value that is unknown and set by an
// expression: a reference where it can come from one attribute only.
func (g *planGraph) value(config any, in place) Value {
	t := tracer{graph: g, sources: map[string]bool{}}
	t.expression(config, in, look{})
	switch {
	case t.lost != "":
		return Unknown(afterApply + ", from " + t.lost)
	case len(t.sources) == 1:
		for ref := range t.sources {
			return Ref(ref)
		}
	case len(t.sources) == 0:
		return Unknown(afterApply)
	}
	return Unknown(fmt.Sprintf("%s, from one or several of %s", afterApply, strings.Join(firstOf(t.sources), ", ")))
}

// firstOf returns a few names of many, sorted.
func firstOf(names map[string]bool) []string {
	sorted := slices.Sorted(maps.Keys(names))
	if len(sorted) > 3 {
		sorted = append(sorted[:3], "...")
	}
	return sorted
}

// tracer collects the unknown attributes that an expression refers to, whether
// directly or not. Whatever is known at the time of the plan is none.
type tracer struct {
	graph   *planGraph
	sources map[string]bool
	// lost says what leads where the plan does not show; empty: nothing.
	lost string
}

// look is how an expression is looked into.
type look struct {
	// attr is the attribute that is taken of what the expression stands for; empty: none.
	attr string
	// byKey is whether repeated resources are looked up by the key of the place.
	byKey bool
	hops  int
}

const (
	maxHops       = 50   // modules and loops on the way to a source
	maxReferences = 1000 // in one expression
)

// expression takes up what an expression refers to.
func (t *tracer) expression(config any, in place, l look) {
	keys, ok := config.(map[string]any)
	if !ok {
		if config != nil {
			t.lose("nested blocks")
		}
		return
	}
	list, _ := keys["references"].([]any)
	t.graph.work += len(list)*len(list) + 1
	if t.graph.work > maxTraced || l.hops > maxHops || len(list) > maxReferences {
		t.lose("more references than are followed")
		return
	}
	var refs []hcl.Traversal
	var texts []string
	for _, e := range list {
		text, _ := e.(string)
		ref, err := parseRef(text)
		if err != nil {
			t.lose(fmt.Sprintf("%q", text))
			return
		}
		refs, texts = append(refs, ref), append(texts, traversalText(ref))
	}
	l.byKey = l.byKey || slices.Contains(texts, "each.key")
	l.hops++
	for i, ref := range refs {
		if !isPrefixOfAny(texts, i) {
			t.reference(ref, in, l)
		}
	}
}

func (t *tracer) lose(what string) {
	if t.lost == "" {
		t.lost = what
	}
}

// isPrefixOfAny reports whether a reference is listed in a longer form too, as
// "a.b" is beside "a.b.id", or was listed before.
func isPrefixOfAny(refs []string, self int) bool {
	for i, o := range refs {
		rest, ok := strings.CutPrefix(o, refs[self])
		if ok && i != self && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "[") || rest == "" && i < self) {
			return true
		}
	}
	return false
}

// reference takes up one reference.
func (t *tracer) reference(ref hcl.Traversal, in place, l look) {
	switch ref.RootName() {
	case "path", "terraform", "count":
		// They are known.
	case "each":
		if name, _ := attrName(ref, 1); name == "value" {
			over := in.forEach
			in.forEach, l.byKey = nil, true
			t.expression(over, in, l.after(ref, 2))
		}
	case "var":
		t.variable(ref, in, l)
	case "local", "self":
		t.lose(traversalText(ref))
	case "module":
		t.output(ref, in, l)
	case "resource":
		t.attribute(rooted(ref[1:]), in, l)
	default:
		t.attribute(ref, in, l)
	}
}

// after returns how to look into what a reference leads to, of which it takes
// the attribute at step i.
func (l look) after(ref hcl.Traversal, i int) look {
	if name, ok := attrName(ref, i); ok {
		l.attr = name
	}
	return l
}

// variable follows a variable of a module to where the module is called. Those of
// the root module are known.
func (t *tracer) variable(ref hcl.Traversal, in place, l look) {
	name, _ := attrName(ref, 1)
	if len(in.calls) == 0 {
		return
	}
	last := in.calls[len(in.calls)-1]
	l.byKey = false
	t.expression(last.call.Expressions[name], last.caller, l.after(ref, 2))
}

// output follows an output of a called module into it.
func (t *tracer) output(ref hcl.Traversal, in place, l look) {
	name, _ := attrName(ref, 1)
	at := 2
	if at < len(ref) && isIndex(ref[at]) {
		at++
	}
	output, ok := attrName(ref, at)
	if !ok {
		t.lose(traversalText(ref))
		return
	}
	inner, ok := in.into(name, absolute(in.module, ref[:at]), len(in.module)+2)
	if !ok {
		t.lose(traversalText(ref))
		return
	}
	o, ok := inner.config.Outputs[output]
	if !ok {
		t.lose(traversalText(ref))
		return
	}
	l.byKey = false
	t.expression(o.Expression, inner, l.after(ref, at+1))
}

func isIndex(s hcl.Traverser) bool {
	_, ok := s.(hcl.TraverseIndex)
	return ok
}

// absolute puts a module's address before a reference in it.
func absolute(module, ref hcl.Traversal) hcl.Traversal {
	if len(module) == 0 {
		return ref
	}
	out := append(slices.Clone(module), hcl.TraverseAttr{Name: ref.RootName()})
	return append(out, ref[1:]...)
}

// attribute takes up an attribute of a resource where it is unknown.
func (t *tracer) attribute(ref hcl.Traversal, in place, l look) {
	prefix := ""
	if len(ref) > 0 && ref.RootName() == "data" {
		ref, prefix = rooted(ref[1:]), "data."
	}
	name, ok := attrName(ref, 1)
	if !ok {
		t.lose("a reference to nothing")
		return
	}
	block := blockName(traversalText(in.module), prefix+ref.RootName(), name)
	if t.graph.deferred[block] {
		t.lose(block + ", which is not planned yet")
		return
	}
	all, rest := t.graph.instances[block], ref[2:]
	t.graph.work += len(all)
	switch {
	case len(rest) > 0 && isIndex(rest[0]):
		key := strings.TrimPrefix(traversalText(ref[:3]), traversalText(ref[:2]))
		all, rest = withKey(all, key), rest[1:]
	case l.byKey:
		all = ownInstance(all, in.key)
	}
	attr := l.attr
	if len(rest) > 0 {
		attr = stepName(rest[0])
	}
	if attr == "" {
		// "a.b[count.index].id" is shown as "a.b" alone. What is mostly
		// looked up so, and what else is unknown of it, is the id.
		attr = "id"
	}
	for _, p := range all {
		if holdsTrue(maskAt(p.unknown, attr)) {
			t.sources[p.resource.Address()+"."+attr] = true
		}
	}
}

func withKey(all []planned, key string) []planned {
	var out []planned
	for _, p := range all {
		if p.resource.Key == key {
			out = append(out, p)
		}
	}
	return out
}

// ownInstance returns the one instance with a key, unless the key of another could be
// made from it.
func ownInstance(all []planned, key string) []planned {
	bare := strings.ToLower(strings.Trim(key, `[]"`))
	for _, p := range all {
		if p.resource.Key != key && strings.Contains(strings.ToLower(p.resource.Key), bare) {
			return all
		}
	}
	if own := withKey(all, key); len(own) > 0 {
		return own
	}
	return all
}
