package auditfix

import (
	"regexp"
	"strconv"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// place is where something is written: a resource, or a block in one.
type place struct {
	doc      *document
	resource *hclsyntax.Block
	// block is nil for the resource itself.
	block *hclsyntax.Block
}

// body is the inside of what is written.
func (p place) body() *hclsyntax.Body {
	if p.block != nil {
		return p.block.Body
	}
	return p.resource.Body
}

// typ is the type of the resource.
func (p place) typ() string { return p.resource.Labels[0] }

// address is that of the resource.
func (p place) address() string { return p.resource.Labels[0] + "." + p.resource.Labels[1] }

// find returns where the rule or the object with an origin is written; false where it is not, is one of several that are written once, or nobody
// knows which it is.
func (w *writer) find(o model.Origin) (place, bool) {
	if !audit.IsWritten(o) {
		return place{}, false
	}
	doc := w.document(o.File)
	if doc == nil || len(doc.resources[o.Object]) != 1 {
		return place{}, false
	}
	p := place{doc: doc, resource: doc.resources[o.Object][0]}
	if isSet(p.resource.Body, "count") || isSet(p.resource.Body, "for_each") {
		return place{}, false
	}
	switch {
	case startsAt(p.resource, o) && o.Path == "":
	case startsAt(p.resource, o):
		p.block = numbered(p.resource.Body, o.Path)
		return p, p.block != nil
	default:
		for _, b := range p.resource.Body.Blocks {
			if startsAt(b, o) {
				p.block = b
			}
		}
		return p, p.block != nil && p.block.Type != "dynamic"
	}
	return p, true
}

func isSet(b *hclsyntax.Body, name string) bool {
	_, ok := b.Attributes[name]
	return ok
}

// startsAt reports whether a block begins at the line and column of an origin.
func startsAt(b *hclsyntax.Block, o model.Origin) bool {
	at := b.TypeRange.Start
	return at.Line == o.Line && at.Column == o.Column
}

var blockNumber = regexp.MustCompile(`^([a-z_]+)\[([0-9]+)\]$`)

// numbered returns the block that a path such as "ingress[1]" means; nil: none does, or some blocks of the type are made by a dynamic one or given
// as an argument, so that the number is not that of a block.
func numbered(b *hclsyntax.Body, path string) *hclsyntax.Block {
	m := blockNumber.FindStringSubmatch(path)
	if m == nil || isSet(b, m[1]) || isDynamic(b, m[1]) {
		return nil
	}
	n, err := strconv.Atoi(m[2])
	all := blocksOf(b, m[1])
	if err != nil || n >= len(all) {
		return nil
	}
	return all[n]
}

// blocksOf returns the blocks of a type that are written out.
func blocksOf(b *hclsyntax.Body, typ string) []*hclsyntax.Block {
	var out []*hclsyntax.Block
	for _, k := range b.Blocks {
		if k.Type == typ {
			out = append(out, k)
		}
	}
	return out
}

// isDynamic reports whether a dynamic block makes blocks of a type.
func isDynamic(b *hclsyntax.Body, typ string) bool {
	for _, k := range b.Blocks {
		if k.Type == "dynamic" && len(k.Labels) == 1 && k.Labels[0] == typ {
			return true
		}
	}
	return false
}
