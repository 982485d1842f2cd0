package auditfix

import (
	"fmt"
	"path"
	"strings"

	"github.com/crosswall/crosswall/model/audit"
)

// context is how many lines around a change are shown.
const context = 3

// unified writes changes, in the order of files and lines, as a unified diff (POSIX, diff -u) for patch -p1 and git apply where the names of the files are right. Absolute ones
// are so at the root.
func (w *writer) unified(changes []audit.Change) string {
	var b strings.Builder
	for i := 0; i < len(changes); {
		j := i
		for j < len(changes) && changes[j].File == changes[i].File {
			j++
		}
		name := strings.TrimPrefix(path.Clean(changes[i].File), "/")
		fmt.Fprintf(&b, "--- a/%s\n+++ b/%s\n", name, name)
		w.documents[changes[i].File].hunks(&b, changes[i:j])
		i = j
	}
	return b.String()
}

// hunks writes the changes of a file.
func (d *document) hunks(b *strings.Builder, changes []audit.Change) {
	shift := 0 // by how many lines what comes is further down than it was
	for i := 0; i < len(changes); {
		j := i + 1
		for j < len(changes) && changes[j].Line-1-context <= after(changes[j-1])+context {
			j++
		}
		shift += d.hunk(b, changes[i:j], shift)
		i = j
	}
}

// after is the line after a change, from 0.
func after(c audit.Change) int { return c.Line - 1 + len(c.Old) }

// hunk writes changes that are near each other, and returns by how many lines they make the file longer.
func (d *document) hunk(b *strings.Builder, changes []audit.Change, shift int) int {
	first := max(changes[0].Line-1-context, 0)
	last := min(after(changes[len(changes)-1])+context, d.count())
	longer := 0
	var body strings.Builder
	at := first
	for _, c := range changes {
		d.lines(&body, at, c.Line-1)
		for _, l := range c.Old {
			writeLine(&body, "-", l)
		}
		for _, l := range c.New {
			writeLine(&body, "+", l)
		}
		at = after(c)
		longer += len(c.New) - len(c.Old)
	}
	d.lines(&body, at, last)
	fmt.Fprintf(b, "@@ -%s +%s @@\n%s", span(first, last-first), span(first+shift, last-first+longer), body.String())
	return longer
}

// count is how many lines there are.
func (d *document) count() int {
	if len(d.data) == 0 {
		return 0
	}
	return len(d.starts)
}

// lines writes lines that stay.
func (d *document) lines(b *strings.Builder, from, to int) {
	for n := from; n < to; n++ {
		writeLine(b, " ", string(d.data[d.starts[n]:d.lineEnd(n)]))
	}
}

func writeLine(b *strings.Builder, sign, line string) {
	b.WriteString(sign + line)
	if !strings.HasSuffix(line, "\n") {
		b.WriteString("\n\\ No newline at end of file\n")
	}
}

// span is lines as a hunk counts them: of none, the line before which they would be is told.
func span(first, count int) string {
	if count == 0 {
		return fmt.Sprintf("%d,0", first)
	}
	return fmt.Sprintf("%d,%d", first+1, count)
}
