package auditfix

import (
	"cmp"
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

// Files is where the files are that findings are about.
type Files struct {
	// Read returns a file by the name that origins have.
	Read func(name string) ([]byte, error)
	// List returns the names of the files in a folder, without it; "." is the working one. Where it fails, nothing is removed that other files may name.
	List func(folder string) ([]string, error)
}

// Write makes text of the edits of findings, in place: Text and Changes of their fixes. A fix of which the edits cannot be made keeps the text that it
// has; one that has none goes.
func Write(found []audit.Finding, files Files) {
	w := writer{files: files, documents: map[string]*document{}, named: map[string]names{}}
	for i := range found {
		f := &found[i]
		if !slices.ContainsFunc(f.Fixes, func(x audit.Fix) bool { return len(x.Edits) > 0 }) {
			continue
		}
		var out []audit.Fix
		for _, x := range f.Fixes {
			if changes, ok := w.changes(x.Edits); ok {
				x.Changes = changes
				x.Text = w.unified(changes)
			}
			if x.Text != "" {
				out = append(out, x)
			}
		}
		f.Fixes = out
	}
}

// writer is one run of Write.
type writer struct {
	files     Files
	documents map[string]*document // nil: cannot be read, or changed
	named     map[string]names     // by folder
}

// draft is the splices of one fix.
type draft struct {
	*writer
	by map[*document][]splice
	// gone are the blocks that go, resources and rules in them.
	gone []place
}

// changes makes edits together; false: one of them cannot be made.
func (w *writer) changes(edits []audit.Edit) ([]audit.Change, bool) {
	d := draft{writer: w, by: map[*document][]splice{}}
	for _, e := range edits {
		if !d.edit(e) {
			return nil, false
		}
	}
	if len(edits) == 0 || !d.settle() {
		return nil, false
	}
	var out []audit.Change
	for doc, all := range d.by {
		changes, ok := doc.spliced(all)
		if !ok {
			return nil, false
		}
		out = append(out, changes...)
	}
	slices.SortFunc(out, func(a, b audit.Change) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	return out, len(out) > 0
}

// edit makes one edit; false: it cannot be made.
func (d *draft) edit(e audit.Edit) bool {
	p, ok := d.find(e.Place())
	if !ok {
		return false
	}
	switch e := e.(type) {
	case audit.Remove:
		d.gone = append(d.gone, p)
		return true
	case audit.Bar:
		return d.bar(p, e)
	case audit.Close:
		return d.close(p, e)
	case audit.Condense:
		return d.condense(p, e)
	case audit.Append:
		return d.append(p, e.Text)
	case audit.Follow:
		return d.follow(p, e.Text)
	case audit.Assign:
		return d.assign(p, e)
	}
	return false
}

// put notes a splice.
func (d *draft) put(doc *document, s splice) { d.by[doc] = append(d.by[doc], s) }
