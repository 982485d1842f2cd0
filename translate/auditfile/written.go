package auditfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// Written returns the suppressions that stand in a source next to its objects and rules: in a comment on the line or on those right above, in
// files that hold comments; in a tag whose key is [Marker]; and in a description, between brackets: "[crosswall:ignore ...]". Open
// reads a file by the name that origins have. One that is not written as it should be is a finding of severity Error, and one in a comment that is beside
// none of them, which holds for nothing, one of severity Warning.
func Written(e audit.Estate, open func(name string) ([]byte, error)) ([]audit.Suppression, []model.Finding) {
	w := writing{open: open, files: map[string][]string{}, seen: map[model.Origin]bool{}, read: map[model.Origin]bool{}}
	for _, f := range e.Firewalls {
		w.object(f.Object)
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			for _, c := range f.Chains(d) {
				for _, r := range c.Rules {
					w.beside(r.Origin)
				}
			}
		}
		for _, r := range f.Rules {
			w.beside(r.Origin)
			w.text(r.Description.Value, r.Origin)
		}
	}
	for _, n := range e.Networks {
		w.object(n.Object)
	}
	for _, n := range e.Subnets {
		w.object(n.Object)
	}
	for _, x := range e.Interfaces {
		w.object(x.Object)
	}
	w.astray()
	return w.out, model.SortFindings(w.findings)
}

// astray tells of the comments that are beside nothing.
func (w *writing) astray() {
	for name, lines := range w.files {
		for i, text := range lines {
			at := model.Origin{File: name, Line: i + 1}
			if isMarked(text) && !w.read[at] {
				w.findings = append(w.findings, model.Finding{Severity: model.Warning, Code: "audit-suppression", Origin: at,
					Summary: "this suppression is beside no rule and no object, and holds for nothing",
					Advice:  "write it on the line on which the rule or the object begins, or right above it, without an empty line between"})
			}
		}
	}
}

// isMarked reports whether a line has a comment that begins with [Marker].
func isMarked(line string) bool {
	return strings.Contains(line, "# "+Marker) || strings.Contains(line, "// "+Marker)
}

// writing is one run of Written.
type writing struct {
	open     func(name string) ([]byte, error)
	files    map[string][]string // lines; nil: cannot be read, or has no comments
	seen     map[model.Origin]bool
	read     map[model.Origin]bool // lines of comments that are beside something
	out      []audit.Suppression
	findings []model.Finding
}

// object reads what is written at an object.
func (w *writing) object(o audit.Object) {
	w.beside(o.Origin)
	if text, ok := o.Tags[Marker]; ok {
		w.note(text, o.Origin, o.Origin)
	}
	w.text(o.Description.Value, o.Origin)
}

// text reads a description.
func (w *writing) text(text string, at model.Origin) {
	_, note, ok := strings.Cut(text, "["+Marker+" ")
	if !ok {
		return
	}
	note, _, _ = strings.Cut(note, "]")
	w.note(note, at, at)
}

// beside reads the comments at a place.
func (w *writing) beside(o model.Origin) {
	at := model.Origin{File: o.File, Line: o.Line}
	if o.File == "" || o.Line == 0 || w.seen[at] {
		return
	}
	w.seen[at] = true
	lines := w.lines(o.File)
	if o.Line > len(lines) {
		return
	}
	for i := o.Line - 2; i >= 0; i-- {
		text := strings.TrimSpace(lines[i])
		if !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, "//") {
			break
		}
		w.comment(text, model.Origin{File: o.File, Line: i + 1}, at)
	}
	if isMarked(lines[o.Line-1]) {
		w.comment(lines[o.Line-1], at, at)
	}
}

func (w *writing) comment(text string, at, beside model.Origin) {
	w.read[at] = true
	if _, note, ok := strings.Cut(text, Marker); ok {
		w.note(note, at, beside)
	}
}

// note takes up a suppression that is written at a place, for what is beside it.
func (w *writing) note(text string, at, beside model.Origin) {
	read, err := parseNote(text)
	if err != nil {
		w.findings = append(w.findings, model.Finding{Severity: model.Error, Code: "audit-suppression", Origin: at,
			Summary: fmt.Sprintf("this suppression is not written as it should be: %v", err)})
		return
	}
	for _, s := range read {
		s.Origin, s.Beside = at, beside
		w.out = append(w.out, s)
	}
}

// lines returns the lines of a file with comments.
func (w *writing) lines(name string) []string {
	lines, ok := w.files[name]
	if ok {
		return lines
	}
	switch path.Ext(name) {
	case ".tf", ".yaml", ".yml":
		if data, err := w.open(name); err == nil {
			lines = strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
		}
	}
	w.files[name] = lines
	return lines
}
