package auditfix

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// bar takes addresses out of the peers of a rule, and the rule where no peer is left.
func (d *draft) bar(p place, e audit.Bar) bool {
	form, body, ok := ruleAt(p, e.Direction)
	if !ok {
		return false
	}
	b := barring{Bar: e, form: form, body: body}
	if !b.choose() || !b.gone.Covers(e.Addrs) {
		return false
	}
	switch b.stays {
	case absent:
		d.gone = append(d.gone, p)
		return true
	case perhaps:
		return false
	case present:
	}
	for _, c := range b.cuts {
		if d.isRuleIgnored(p, c.argument.Name) || !d.without(p.doc, c) {
			return false
		}
	}
	return true
}

// isRuleIgnored reports whether Terraform is told not to change an argument of a rule.
func (d *draft) isRuleIgnored(p place, argument string) bool {
	if p.block != nil {
		return isIgnored(p, p.block.Type)
	}
	return isIgnored(p, argument)
}

// barring is the choice of what to take out of a rule.
type barring struct {
	audit.Bar
	form peerForm
	body *hclsyntax.Body
	cuts []listCut
	// gone is the addresses of what goes, stays whether other peers are left.
	gone  model.AddrSet
	stays presence
}

// listCut is which elements of an argument go, by place; of one that is no list, all of it.
type listCut struct {
	argument *hclsyntax.Attribute
	at       []int
	count    int
}

// choose picks what goes; false: nothing does, or a block would have to that is partly among the addresses to keep.
func (b *barring) choose() bool {
	given := absent
	for _, name := range slices.Concat(b.form.lists, b.form.singles) {
		given = max(given, presenceOf(b.body, name))
		if presenceOf(b.body, name) != absent && !b.chooseIn(b.body.Attributes[name]) {
			return false
		}
	}
	for _, name := range b.form.others {
		given = max(given, presenceOf(b.body, name))
		b.stays = max(b.stays, presenceOf(b.body, name))
	}
	if given == absent {
		b.gone = b.form.omitted
		return !b.gone.IsEmpty() && !b.gone.Overlaps(b.Keep)
	}
	return len(b.cuts) > 0
}

// chooseIn picks what goes of an argument.
func (b *barring) chooseIn(a *hclsyntax.Attribute) bool {
	elements := []hclsyntax.Expression{a.Expr}
	list, isList := a.Expr.(*hclsyntax.TupleConsExpr)
	if isList {
		elements = list.Exprs
	}
	c := listCut{argument: a, count: len(elements)}
	for i, e := range elements {
		text, isText := literal(e)
		set, known := b.form.addresses(text)
		switch {
		case !isText && !isList:
			b.stays = max(b.stays, perhaps) // it may be empty
		case !isText, !known, !set.Overlaps(b.Addrs):
			b.stays = present
		case set.Overlaps(b.Keep):
			return false
		default:
			b.gone = b.gone.Union(set)
			c.at = append(c.at, i)
		}
	}
	if len(c.at) > 0 {
		b.cuts = append(b.cuts, c)
	}
	return true
}
