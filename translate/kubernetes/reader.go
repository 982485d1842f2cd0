package kubernetes

import (
	"io/fs"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate"
)

// Reader is the [translate.Source] for Kubernetes manifests. The zero Reader
// is ready to use.
type Reader struct{ Options Options }

var _ translate.Source = Reader{}

// Name returns "kubernetes".
func (Reader) Name() string { return "kubernetes" }

// Read reads every .yaml, .yml and .json file of fsys, except those whose name or folder starts
// with a dot. The error is for I/O only.
func (r Reader) Read(fsys fs.FS) (translate.Input, []model.Finding, error) {
	l := loader{limits: r.Options.withDefaults().Limits, seen: map[string]bool{}}
	if err := l.folder(fsys, ""); err != nil {
		return translate.Input{}, nil, err
	}
	in, findings := r.readFiles(l.files, l.rep)
	return in, findings, nil
}

// ReadFiles reads files that are in memory already, for instance those of [Reader.Load], in
// any order. The findings are sorted; if one is an error, the Input is zero.
func (r Reader) ReadFiles(files []File) (translate.Input, []model.Finding) {
	l := loader{limits: r.Options.withDefaults().Limits}
	for _, f := range files {
		if over := l.exceeds(f); over != nil {
			l.rep.add(*over)
			continue
		}
		l.files = append(l.files, f)
	}
	return r.readFiles(l.files, l.rep)
}

func (r Reader) readFiles(files []File, rep report) (translate.Input, []model.Finding) {
	opts := r.Options.withDefaults()
	c := newCatalog(opts, &rep)
	for _, f := range files {
		c.addFile(f)
	}
	c.finish()
	var in translate.Input
	if !rep.failed() {
		in = build(c)
	}
	if rep.failed() {
		in = translate.Input{}
	}
	return in, model.SortFindings(rep.findings)
}
