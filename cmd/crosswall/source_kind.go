package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/translate/kubernetes"
	"github.com/crosswall/crosswall/translate/snapshot"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// sourceKind is what a source holds.
type sourceKind uint8

const (
	// manifests are of Kubernetes. What is nothing else is taken for them, for they come in more
	// forms than can be told.
	manifests sourceKind = iota
	// terraformCode is configuration, a plan or a state.
	terraformCode
	// cloudObjects are what a cloud's API or command printed, a snapshot, or a live account.
	cloudObjects
)

// found is a source and what it holds.
type found struct {
	// path is what the user gave, or the file in the folder that counts.
	path string
	kind sourceKind
	// data is the file of Terraform that path names; nil for a folder of configuration.
	data []byte
	// live is the account that path names; nil for everything else.
	live *liveAccount
	// folder is whether path names a folder.
	folder bool
	// from is standard input; nil for everything else.
	from io.Reader
}

// natives returns the providers whose native objects can be read.
func natives() []providers.Native {
	var out []providers.Native
	for _, p := range all.Providers() {
		if n, ok := p.(providers.Native); ok {
			out = append(out, n)
		}
	}
	return out
}

// objectsAt returns a reader of snapshots and of what commands print.
func objectsAt(folder string) snapshot.Reader {
	return snapshot.Reader{Natives: natives(), Path: folder}
}

// identify finds out what a source holds, by its content.
func identify(s *streams, path string) (found, error) {
	f := found{path: path}
	switch {
	case path == kubernetes.StdinName:
		return f.stdin(s)
	case scheme.MatchString(path):
		account, ok, err := openLive(path)
		if ok {
			f.kind, f.path, f.live = cloudObjects, account.name, &account
		}
		return f, err // others are refused by name
	}
	info, err := os.Stat(path)
	if err != nil {
		return f, badInput("%w", err)
	}
	if info.IsDir() {
		return f.inFolder()
	}
	return f.file()
}

// stdin looks at the beginning of standard input, which stays as it was to who reads it next.
func (f found) stdin(s *streams) (found, error) {
	const size = 256 << 10
	b := bufio.NewReaderSize(s.in, size)
	s.in = b
	head, _ := b.Peek(size) // a fault comes again with the next read
	switch {
	case objectsAt("").Recognises(bytes.NewReader(head)):
		f.kind, f.from = cloudObjects, b
	case tfsource.KindOf(stdinTitle, head) != 0:
		data, err := io.ReadAll(b)
		if err != nil {
			return f, badInput("reading standard input: %w", err)
		}
		f.kind, f.data = terraformCode, data
	}
	if f.kind != manifests {
		f.path = stdinTitle
	}
	return f, nil
}

// stdinTitle stands for the file name of standard input.
const stdinTitle = "<stdin>"

// file looks at a file.
func (f found) file() (found, error) {
	if !tfsource.IsConfiguration(f.path) {
		is, err := recognised(os.DirFS(filepath.Dir(f.path)), filepath.Base(f.path))
		if err != nil {
			return f, badInput("%s: %w", f.path, err)
		}
		if is {
			f.kind = cloudObjects
			return f, nil
		}
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return f, badInput("%w", err)
	}
	if tfsource.KindOf(f.path, data) != 0 {
		f.kind, f.data = terraformCode, data
	}
	return f, nil
}

// recognised reports whether a file is a snapshot or what a command printed.
func recognised(fsys fs.FS, name string) (bool, error) {
	r, err := fsys.Open(name)
	if err != nil {
		return false, err
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	return objectsAt("").Recognises(r), nil
}

// inFolder takes a folder for Terraform if there is any configuration in it, for manifests if there
// is any YAML, for cloud objects if any document is one, or else for the only plan or state.
func (f found) inFolder() (found, error) {
	f.folder = true
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return f, badInput("%w", err)
	}
	var documents []found
	for _, e := range entries {
		switch ext := filepath.Ext(e.Name()); {
		case e.IsDir():
		case tfsource.IsConfiguration(e.Name()):
			f.kind = terraformCode
			return f, nil
		case ext == ".yaml" || ext == ".yml":
			return f, nil
		case ext == ".json" || ext == ".tfstate":
			one, err := found{path: filepath.Join(f.path, e.Name())}.file()
			if err != nil {
				return f, err
			}
			if one.kind == terraformCode {
				documents = append(documents, one)
			}
		}
	}
	objects, err := holdsObjects(os.DirFS(f.path))
	switch {
	case err != nil:
		return f, badInput("%s: %w", f.path, err)
	case objects && len(documents) > 0:
		return f, badInput("%s holds both what accounts held and %s: name one", f.path, filepath.Base(documents[0].path))
	case objects:
		f.kind = cloudObjects
		return f, nil
	}
	switch len(documents) {
	case 0:
		return f, nil
	case 1:
		return documents[0], nil
	}
	return f, badInput("%s holds %d plans and states and no configuration: name one", f.path, len(documents))
}

// holdsObjects reports whether a snapshot or what a command printed is anywhere in a folder, and no YAML.
func holdsObjects(fsys fs.FS) (bool, error) {
	objects, yaml := false, false
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch ext := filepath.Ext(name); {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), ".") && d.IsDir():
			return fs.SkipDir
		case d.IsDir() || strings.HasPrefix(d.Name(), "."):
			return nil
		case ext == ".yaml" || ext == ".yml":
			yaml = true
			return fs.SkipAll
		case objects || !snapshot.IsDocument(name):
			return nil
		}
		is, err := recognised(fsys, name)
		objects = is
		return err
	})
	return objects && !yaml, err
}

// readObjects reads snapshots, what commands printed, or a live account. Its faults
// have been reported on stderr when it returns an error.
func readObjects(ctx context.Context, s *streams, f found) ([]providers.Snapshot, []model.Finding, error) {
	s.progress("reading %s", f.path)
	defer s.progressDone()
	var out []providers.Snapshot
	var findings []model.Finding
	var err error
	switch {
	case f.live != nil:
		var one providers.Snapshot
		one, err = readLive(ctx, s, *f.live)
		out = []providers.Snapshot{one}
	case f.from != nil:
		out, findings, err = objectsAt("").File(f.path, f.from)
	case f.folder:
		out, findings, err = objectsAt(f.path).Folder(os.DirFS(f.path))
	default:
		var file *os.File
		if file, err = os.Open(f.path); err != nil {
			break
		}
		defer file.Close() //nolint:errcheck // opened for reading only
		out, findings, err = objectsAt(filepath.Dir(f.path)).File(filepath.Base(f.path), file)
	}
	s.progressDone()
	var o outcome
	switch {
	case errors.As(err, &o):
		return nil, nil, err
	case err != nil:
		return nil, nil, badInput("%s: %w", f.path, err)
	case ctx.Err() != nil:
		return nil, nil, badInput("interrupted")
	case model.WorstSeverity(findings) == model.Error:
		s.tell(findings, false)
		return nil, nil, outcome{code: exitInput}
	case len(out) == 0:
		s.tell(findings, true)
		return nil, nil, badInput("%s holds no objects of a cloud", f.path)
	}
	return out, findings, nil
}
