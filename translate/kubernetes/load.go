package kubernetes

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// File is a file to read.
type File struct {
	// Name is how messages and origins call the file.
	Name string
	Data []byte
	// Named is whether the user named the file itself: that it holds no Kubernetes object is
	// then an error. Files that were met in a folder are skipped with a finding.
	Named bool
	// Stored is whether an API server holds the objects, and printed them. Lines and columns then say nothing to
	// anybody, so that origins have none; and CIDRs with host bits, which API servers accepted before 1.36 and keep
	// (feature gate StrictIPCIDRValidation), are masked and reported as with [LaxCIDRs].
	Stored bool
}

// StdinName is the path that stands for standard input.
const StdinName = "-"

// Load reads the files and folders at paths on this machine. "-" is stdin. Folders are
// read with everything below them, except what starts with a dot, and only files named
// .yaml, .yml or .json count there. What cannot be read is an error; what
// exceeds the limits is a finding.
func (r Reader) Load(paths []string, stdin io.Reader) ([]File, []model.Finding, error) {
	l := loader{limits: r.Options.withDefaults().Limits, seen: map[string]bool{}}
	for _, p := range paths {
		if err := l.path(p, stdin); err != nil {
			return nil, nil, err
		}
	}
	return l.files, l.rep.findings, nil
}

// loader collects files within limits.
type loader struct {
	limits Limits
	files  []File
	total  int64
	seen   map[string]bool
	rep    report
}

func (l *loader) path(p string, stdin io.Reader) error {
	if p == StdinName {
		if stdin == nil {
			return errors.New("standard input is not at hand")
		}
		return l.read(fileAt{name: "<stdin>", named: true}, stdin)
	}
	info, err := os.Stat(p)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return l.folder(os.DirFS(p), filepath.ToSlash(filepath.Clean(p)))
	}
	f, err := os.Open(p)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	return l.read(fileAt{name: filepath.ToSlash(filepath.Clean(p)), named: true}, f)
}

// folder reads the manifests of a file system; prefix goes before their names.
func (l *loader) folder(fsys fs.FS, prefix string) error {
	return fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || !isManifestName(p):
			return nil
		}
		return l.entry(fsys, prefix, p)
	})
}

func (l *loader) entry(fsys fs.FS, prefix, p string) error {
	info, err := fs.Stat(fsys, p) // follows links
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	f, err := fsys.Open(p)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	return l.read(fileAt{name: path.Join(prefix, p)}, f)
}

// fileAt is a file about to be read.
type fileAt struct {
	name  string
	named bool
}

func (l *loader) read(at fileAt, from io.Reader) error {
	if l.seen[at.name] {
		return nil
	}
	l.seen[at.name] = true
	data, err := io.ReadAll(io.LimitReader(from, l.limits.FileBytes+1))
	if err != nil {
		return fmt.Errorf("reading %s: %w", at.name, err)
	}
	f := File{Name: at.name, Data: data, Named: at.named}
	over := l.exceeds(f)
	if over != nil {
		f.Data = nil // keep no more than the limit in memory
		l.rep.add(*over)
		return nil
	}
	l.files = append(l.files, f)
	return nil
}

// exceeds counts a file, and returns what to say when it is one too many.
func (l *loader) exceeds(f File) *model.Finding {
	size := int64(len(f.Data))
	finding := model.Finding{Severity: model.Error, Origin: model.Origin{File: f.Name}}
	switch {
	case size > l.limits.FileBytes:
		finding.Code = "file-size-limit"
		finding.Summary = fmt.Sprintf("the file is larger than %s", bytesText(l.limits.FileBytes))
		finding.Advice = "split it, leave out what bears not on network policy, or raise the limit on file bytes"
	case l.total+size > l.limits.TotalBytes:
		finding.Code = "total-size-limit"
		finding.Summary = fmt.Sprintf("the files up to this one are larger than %s together", bytesText(l.limits.TotalBytes))
		finding.Advice = "give fewer files, or raise the limit on total bytes"
	default:
		l.total += size
		return nil
	}
	return &finding
}

func bytesText(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

func isManifestName(p string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(p))
}
