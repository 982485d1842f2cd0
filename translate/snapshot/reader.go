package snapshot

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// The codes of findings about documents.
const (
	// CodeBroken marks a document that is no JSON, or ends in the middle. It is an error.
	CodeBroken = "broken-document"
	// CodeUnread marks documents of which nothing is known. It is a warning.
	CodeUnread = "unread-document"
	// CodeEmptyList marks an empty list without a word of what it lists. It is a
	// warning: an account without firewalls prints it, and so does a command that was
	// not allowed to see them.
	CodeEmptyList = "empty-list"
	// CodeRepeated marks objects that several documents hold alike, which count once. It is a
	// note.
	CodeRepeated = "repeated-object"
)

// Reader reads snapshot files and the output of commands.
type Reader struct {
	// Natives say what documents are.
	Natives []providers.Native
	// Path is the folder as the user gave it: what the places in findings begin with. Empty:
	// names within the folder alone.
	Path string
}

// Recognises reports whether a document is a snapshot file or something that a
// command of a known cloud printed, from its beginning. An empty list is neither.
func (r Reader) Recognises(document io.Reader) bool {
	head := newScanner(document).head()
	if isFile(head) {
		return true
	}
	_, _, ok := r.sniff(head)
	return ok
}

// sniff asks every provider what a document is.
func (r Reader) sniff(document []byte) (providers.Native, providers.Kind, bool) {
	for _, n := range r.Natives {
		if k, ok := n.Sniff(document); ok {
			return n, k, true
		}
	}
	return nil, providers.Kind{}, false
}

// File reads one document, or several one after the other. There is one snapshot for each provider of
// which it holds something, sorted by the provider's name. What is wrong with the document is
// a finding of severity Error; the error is for I/O.
func (r Reader) File(name string, from io.Reader) ([]providers.Snapshot, []model.Finding, error) {
	c := newCollector(r)
	if err := c.read(name, from); err != nil {
		return nil, nil, err
	}
	out, findings := c.joined()
	return out, findings, nil
}

// Folder reads all documents in a folder and the folders inside it, which are the files that end
// in .json; hidden ones are left out. All snapshot files and all output of one provider make
// one snapshot, so that the pages of a list, the networks of an account and the accounts of an organisation
// can be files of their own. What is wrong with a document is a finding of severity
// Error; the error is for I/O.
func (r Reader) Folder(fsys fs.FS) ([]providers.Snapshot, []model.Finding, error) {
	c := newCollector(r)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		hidden := name != "." && strings.HasPrefix(d.Name(), ".")
		switch {
		case err != nil:
			return err
		case d.IsDir() && hidden:
			return fs.SkipDir
		case d.IsDir() || hidden || !IsDocument(name):
			return nil
		}
		f, err := fsys.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // opened for reading only
		return c.read(name, f)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("reading objects: %w", err)
	}
	out, findings := c.joined()
	return out, findings, nil
}

// IsDocument reports whether [Reader.Folder] reads a file of this name.
func IsDocument(name string) bool { return strings.EqualFold(path.Ext(name), ".json") }

// read reads the document of a name, and makes a finding of what is wrong with it.
func (c *collector) read(name string, from io.Reader) error {
	c.name = path.Join(c.Path, name)
	s := newScanner(from)
	for {
		end, err := s.done()
		if err == nil && !end {
			err = c.document(s, false)
		}
		var f *fault
		switch {
		case errors.As(err, &f):
			c.findings = append(c.findings, model.Finding{Severity: model.Error, Code: CodeBroken, Summary: f.why,
				Origin: model.Origin{File: c.name, Line: f.line, Column: f.column}})
			return nil
		case err != nil:
			return fmt.Errorf("reading %s: %w", c.name, err)
		case end:
			return nil
		}
	}
}

// joined returns what was collected.
func (c *collector) joined() ([]providers.Snapshot, []model.Finding) {
	var out []providers.Snapshot
	for _, h := range c.holdings {
		out = append(out, h.snapshot())
	}
	slices.SortFunc(out, func(a, b providers.Snapshot) int { return cmp.Compare(a.Provider, b.Provider) })
	if n := len(c.unknown); n > 0 {
		c.findings = append(c.findings, model.Finding{Severity: model.Warning, Code: CodeUnread, Origin: model.Origin{File: cmp.Or(c.Path, c.name)},
			Summary: fmt.Sprintf("nothing that is known, neither a snapshot nor what a command prints of firewalls and networks: %s", strings.Join(c.unknown, ", "))})
	}
	if c.repeated > 0 {
		c.findings = append(c.findings, model.Finding{Severity: model.Info, Code: CodeRepeated, Origin: model.Origin{File: cmp.Or(c.Path, c.name)},
			Summary: fmt.Sprintf("objects that several documents hold alike count once: %d of them", c.repeated)})
	}
	return out, model.SortFindings(c.findings)
}
