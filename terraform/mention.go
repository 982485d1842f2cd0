package terraform

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Mention is a resource that configuration names where [Module] holds no value: in what is given to a module that is called, by a data
// source, in settings of a provider, in a provisioner, and in a resource of which something is [Unknown]. Whoever asks what makes use of a
// resource asks these too, besides the values of resources and outputs.
type Mention struct {
	// By is the block that names it: "module.web", "aws_ecs_task_definition.web", "data.aws_subnet.a".
	By string
	// To is the address of the resource without the key of an instance.
	To string
}

// mention adds what a block names, inside it too, each once.
func (r *reader) mention(by string, c config) {
	seen := map[string]bool{}
	for _, to := range r.namedIn(c) {
		if to != by && !seen[to] {
			seen[to] = true
			r.out.Mentions = append(r.out.Mentions, Mention{By: by, To: to})
		}
	}
}

// mentionUnknown adds what a resource names, if that is not all among the values of its instances, which are the last ones.
func (r *reader) mentionUnknown(s section, instances []Resource) {
	apart := slices.ContainsFunc(s.body.blocks, func(k section) bool { return k.typ == "provisioner" || k.typ == "connection" })
	if apart || slices.ContainsFunc(instances, func(i Resource) bool { return i.Uncertain != "" || i.isUnknown() }) {
		r.mention(s.labels[0]+"."+s.labels[1], s.body)
	}
}

// namedIn returns the resources that a block names.
func (r *reader) namedIn(c config) []string {
	var out []string
	for _, a := range c.attrs {
		if e, diags := a.expr(); !diags.HasErrors() {
			out = append(out, r.namedBy(e)...)
		}
	}
	for _, k := range c.blocks {
		out = append(out, r.namedIn(k.body)...)
	}
	return out
}

// namedBy returns the resources that an expression names, by local values too.
func (r *reader) namedBy(e hclsyntax.Expression) []string {
	var out []string
	for _, t := range e.Variables() {
		if len(t) < 2 {
			continue
		}
		step, ok := t[1].(hcl.TraverseAttr)
		if !ok {
			continue
		}
		switch root := t.RootName(); root {
		case "local":
			out = append(out, r.namedByLocal(step.Name)...)
		case "var", "module", "data", "ephemeral", "each", "count", "self", "path", "terraform":
		default:
			out = append(out, root+"."+step.Name)
		}
	}
	slices.Sort(out)
	if out = slices.Compact(out); !r.spend(evalWork+len(out), e.Range()) {
		return nil
	}
	return out
}

// namedByLocal returns the resources that a local value names. One that names itself is a fault that evaluating reports.
func (r *reader) namedByLocal(name string) []string {
	l, ok := r.locals[name]
	if !ok {
		return nil
	}
	if !l.walked {
		l.walked = true
		l.names = r.namedBy(l.expr)
	}
	return l.names
}

// isUnknown reports whether something in a body is [Unknown].
func (b Body) isUnknown() bool {
	return slices.ContainsFunc(b.Attrs, func(a Attr) bool { return a.Value.IsUnknown() }) ||
		slices.ContainsFunc(b.Blocks, func(k Block) bool { return k.Body.isUnknown() })
}
