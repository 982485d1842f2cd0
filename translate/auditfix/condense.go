package auditfix

import (
	"net/netip"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// condense writes the blocks in the lists of a rule as the fewest; false: they are already, or are not all written out.
func (d *draft) condense(p place, e audit.Condense) bool {
	form, body, ok := ruleAt(p, e.Direction)
	if !ok {
		return false
	}
	did := false
	for _, name := range form.lists {
		a, ok := body.Attributes[name]
		if !ok {
			continue
		}
		list, ok := a.Expr.(*hclsyntax.TupleConsExpr)
		if !ok || d.isRuleIgnored(p, name) {
			return false
		}
		changed, ok := d.condenseList(p.doc, form, list)
		if !ok {
			return false
		}
		did = did || changed
	}
	return did
}

// condenseList writes one list as the fewest blocks. The first block of those that become one gives way to it.
func (d *draft) condenseList(doc *document, form peerForm, list *hclsyntax.TupleConsExpr) (changed, ok bool) {
	sets := make([]model.AddrSet, len(list.Exprs))
	var all model.AddrSet
	for i, e := range list.Exprs {
		text, isText := literal(e)
		_, isWord := form.words[text]
		if sets[i], ok = form.addresses(text); !isText || !ok || isWord {
			return false, false
		}
		all = all.Union(sets[i])
	}
	fewest := all.Prefixes()
	if len(fewest) >= len(list.Exprs) {
		return false, true
	}
	kept := map[netip.Prefix]int{} // by place in the list, of blocks that are in it as they are to be
	for i, s := range sets {
		if p := s.Prefixes(); len(p) == 1 {
			if _, twice := kept[p[0]]; !twice {
				kept[p[0]] = i
			}
		}
	}
	var out []int
	written := map[netip.Prefix]bool{}
	for i, s := range sets {
		p := fewest[blockWith(fewest, s)]
		place, stays := kept[p]
		switch {
		case stays && place == i:
		case stays || written[p]:
			out = append(out, i)
		default:
			r := list.Exprs[i].Range()
			d.put(doc, splice{r.Start.Byte, r.End.Byte, `"` + p.String() + `"`})
			written[p] = true
		}
	}
	splices, ok := doc.elementsOut(list, out)
	for _, s := range splices {
		d.put(doc, s)
	}
	return true, ok
}

// blockWith is the place of the block in which some addresses are; one always is.
func blockWith(blocks []netip.Prefix, s model.AddrSet) int {
	for i, b := range blocks {
		if model.Prefixes(b).Covers(s) {
			return i
		}
	}
	return 0
}
