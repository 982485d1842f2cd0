package auditfix

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// settle takes out what goes; false: it cannot be taken out.
func (d *draft) settle() bool {
	var goes []*hclsyntax.Block
	for _, p := range d.gone {
		if p.block == nil {
			goes = append(goes, p.resource)
		}
	}
	done := map[*hclsyntax.Block]bool{}
	var places []place
	for _, p := range d.gone {
		b := p.block
		if b == nil {
			b = p.resource
		} else if slices.Contains(goes, p.resource) {
			continue // it goes with its resource
		}
		if !done[b] {
			done[b] = true
			places = append(places, p)
		}
	}
	var cuts []cut
	for _, p := range places {
		if p.block != nil {
			if !d.takeRule(p, done) {
				return false
			}
			continue
		}
		one, ok := d.takeResource(p)
		if !ok {
			return false
		}
		cuts = append(cuts, one)
	}
	return d.areUnnamed(places, cuts)
}

// takeRule takes out a block of a resource. Where it is the last of its type, and leaving it out means "as it is", the resource is told that there are none.
func (d *draft) takeRule(p place, gone map[*hclsyntax.Block]bool) bool {
	body, typ := p.resource.Body, p.block.Type
	if isIgnored(p, typ) {
		return false
	}
	s, ok := p.doc.withComments(p.block)
	if !ok {
		return false
	}
	all := blocksOf(body, typ)
	left := slices.DeleteFunc(slices.Clone(all), func(b *hclsyntax.Block) bool { return gone[b] })
	if len(left) == 0 && staysUnlessEmptied(p.typ(), typ) {
		if isDynamic(body, typ) || isSet(body, typ) {
			return false
		}
		if p.block == all[0] {
			s.text = p.doc.inItsEnding(p.doc.indentAt(p.block.TypeRange.Start.Byte) + typ + " = []\n")
			d.put(p.doc, s)
			return true
		}
	}
	d.put(p.doc, p.doc.withBlankLine(s))
	return true
}

// staysUnlessEmptied reports whether rules that a resource has as blocks of a type stay in the cloud when the last block is taken out: the provider then
// takes for wanted what is there (documentation of aws_security_group, "removing all ingress and egress rules"; developer.hashicorp.com/terraform/language/attr-as-blocks;
// documentation of azurerm_network_security_group, security_rule).
func staysUnlessEmptied(resource, block string) bool {
	switch resource {
	case "aws_security_group", "aws_default_security_group", "aws_network_acl":
		return block == "ingress" || block == "egress"
	case "azurerm_network_security_group":
		return block == "security_rule"
	}
	return false
}

// takeResource takes out a resource.
func (d *draft) takeResource(p place) (cut, bool) {
	if isIgnored(p, "all") || hasLifecycle(p, "prevent_destroy") {
		return cut{}, false
	}
	s, ok := p.doc.withComments(p.resource)
	if !ok {
		return cut{}, false
	}
	d.put(p.doc, p.doc.withBlankLine(s))
	return cut{p.doc.name, s.start, s.end}, true
}

// isIgnored reports whether Terraform is told not to change an argument: what is taken out of the file would then stay in the cloud.
func isIgnored(p place, name string) bool {
	for _, k := range blocksOf(p.resource.Body, "lifecycle") {
		if a, ok := k.Body.Attributes["ignore_changes"]; ok {
			text := string(a.Expr.Range().SliceBytes(p.doc.data))
			if strings.Contains(text, name) || strings.Contains(text, "all") {
				return true
			}
		}
	}
	return false
}

// hasLifecycle reports whether the lifecycle of a resource has an argument.
func hasLifecycle(p place, name string) bool {
	return slices.ContainsFunc(blocksOf(p.resource.Body, "lifecycle"), func(k *hclsyntax.Block) bool { return isSet(k.Body, name) })
}

// withComments returns the lines of a block and of the comments right above it; false: something else is on these lines.
func (d *document) withComments(b *hclsyntax.Block) (splice, bool) {
	s, ok := d.wholeLines(b.TypeRange.Start.Byte, b.CloseBraceRange.End.Byte)
	if !ok {
		return s, false
	}
	first := d.lineAt(s.start)
	for first > 0 && isComment(d.line(first-1)) {
		first--
	}
	s.start = d.starts[first]
	return s, true
}

// withBlankLine adds to lines that go a blank line beside them that had set them apart, so that no two are left together, and none at the
// beginning or the end of what they are in.
func (d *document) withBlankLine(s splice) splice {
	before, next := d.lineAt(s.start)-1, len(d.starts)
	if s.end < len(d.data) {
		next = d.lineAt(s.end)
	}
	isBlank := func(n int) bool { return n >= 0 && n < len(d.starts) && d.line(n) == "" }
	ends := next >= len(d.starts) || isBlank(next) || strings.HasPrefix(d.line(next), "}")
	switch {
	case isBlank(before) && ends:
		s.start = d.starts[before]
	case isBlank(next) && (before < 0 || strings.HasSuffix(d.line(before), "{")):
		s.end = d.lineEnd(next)
	}
	return s
}
