package checks_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/translate/kubernetes"
	"github.com/crosswall/crosswall/translate/snapshot"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// realSource is what somebody once had: the answers of a cloud to one recording, a plan or state, a folder of manifests.
type realSource struct {
	// name is the file or folder below the corpus.
	name string
	// documents are the answers of clouds, or the one plan or state; manifests are those of a cluster.
	documents []json.RawMessage
	terraform bool
	manifests []kubernetes.File
}

// corpusFolder is the folder of real inputs that lies beside the repository and is no part of it.
func corpusFolder(t testing.TB) string {
	t.Helper()
	root := os.Getenv("CROSSWALL_SHARED")
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for parent := filepath.Dir(dir); root == "" && parent != dir; dir, parent = parent, filepath.Dir(parent) {
		if at := filepath.Join(parent, "shared"); isFolder(at) {
			root = at
		}
	}
	root = filepath.Join(root, "corpus")
	if !isFolder(root) {
		t.Skip("there is no folder shared/corpus beside the repository, and CROSSWALL_SHARED names none")
	}
	return root
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// realSources returns the sources of the corpus, by name.
func realSources(t testing.TB) []realSource {
	t.Helper()
	root := corpusFolder(t)
	by := map[string]*realSource{}
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		of, document := sourceOf(name, data)
		if of == "" {
			return nil
		}
		s := by[of]
		if s == nil {
			s = &realSource{name: of}
			by[of] = s
		}
		switch {
		case strings.HasPrefix(name, "k8s-"):
			s.manifests = append(s.manifests, kubernetes.File{Name: name, Data: data})
		case len(document) > 0:
			s.documents = append(s.documents, document...)
			s.terraform = tfsource.KindOf(name, data) != 0
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []realSource
	for _, s := range by {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b realSource) int { return strings.Compare(a.name, b.name) })
	return out
}

// sourceOf says to which source a file belongs, and which documents it has for it; empty: to none. Recordings, dumps of an account and
// manifests are folders, of which a recording's first answer to each question counts: later ones are of another moment. Plans, states and
// recordings with all answers in one file are by themselves.
func sourceOf(name string, data []byte) (string, []json.RawMessage) {
	switch ext := path.Ext(name); {
	case strings.HasPrefix(name, "k8s-"):
		if ext != ".yaml" && ext != ".yml" && ext != ".json" {
			return "", nil
		}
		return path.Dir(name), nil
	case ext != ".json" && ext != ".tfstate", !json.Valid(data):
		return "", nil
	case strings.HasPrefix(name, "tf-"):
		return name, []json.RawMessage{data}
	}
	var recorded struct {
		Data, Body   json.RawMessage
		Interactions []struct {
			Request  struct{ Method, URI string }
			Response struct {
				Body struct{ Data json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal(data, &recorded); err != nil {
		return "", nil
	}
	base := strings.TrimSuffix(path.Base(name), ".json")
	switch {
	case len(recorded.Interactions) > 0:
		var out []json.RawMessage
		seen := map[string]bool{}
		for _, i := range recorded.Interactions {
			question, _, _ := strings.Cut(i.Request.URI, "?")
			if i.Request.Method == http.MethodGet && len(i.Response.Body.Data) > 0 && !seen[question] {
				seen[question] = true
				out = append(out, i.Response.Body.Data)
			}
		}
		return name, out
	case len(recorded.Data) > 0 && strings.HasSuffix(base, "_1"):
		return path.Dir(name), []json.RawMessage{recorded.Data}
	case len(recorded.Body) > 0 && strings.HasSuffix(base, "_1") && strings.HasPrefix(base, "get-"):
		return path.Dir(name), []json.RawMessage{recorded.Body}
	case len(recorded.Data) > 0, len(recorded.Body) > 0:
		return "", nil
	}
	return path.Dir(name), []json.RawMessage{data}
}

// read reads a source as the command does; false where it is refused, or holds nothing that is known.
func (s realSource) read(t testing.TB) (audit.Reading, bool) {
	t.Helper()
	if s.manifests != nil {
		in, findings := kubernetes.Reader{}.ReadFiles(s.manifests)
		if model.WorstSeverity(findings) == model.Error {
			return audit.Reading{}, false
		}
		return kubernetes.Audited(in, findings), true
	}
	var in tfsource.Input
	var findings []model.Finding
	var err error
	r := tfsource.Reader{Providers: all.Providers(), Inspect: true, Path: s.name}
	if s.terraform {
		in, findings, err = r.File(s.documents[0])
	} else {
		in, findings, err = s.objects(r)
	}
	if err != nil {
		t.Errorf("%s: %v", s.name, err)
	}
	if err != nil || model.WorstSeverity(findings) == model.Error {
		return audit.Reading{}, false
	}
	read, more := tfsource.Audited(in)
	return read, model.WorstSeverity(more) != model.Error
}

// objects reads the answers of a cloud.
func (s realSource) objects(r tfsource.Reader) (tfsource.Input, []model.Finding, error) {
	var natives []providers.Native
	for _, p := range all.Providers() {
		if n, ok := p.(providers.Native); ok {
			natives = append(natives, n)
		}
	}
	taken, findings, err := snapshot.Reader{Natives: natives}.File(s.name, bytes.NewReader(bytes.Join(rawOf(s.documents), []byte("\n"))))
	if err != nil || len(taken) == 0 {
		return tfsource.Input{}, findings, err
	}
	in, more := r.Objects(taken...)
	return in, append(findings, more...), nil
}

func rawOf(documents []json.RawMessage) [][]byte {
	out := make([][]byte, len(documents))
	for i, d := range documents {
		out[i] = d
	}
	return out
}

// audited is what an audit of a real source found.
type audited struct {
	realSource
	subject *audit.Subject
	found   []audit.Finding
}

// auditedCorpus audits every source of the corpus that can be read, with the usual settings; once for all tests.
func auditedCorpus(t testing.TB) []audited {
	t.Helper()
	corpusFolder(t)
	corpusOnce.Do(func() {
		for _, s := range realSources(t) {
			r, ok := s.read(t)
			if !ok {
				continue
			}
			subject := audit.New(r, audit.Defaults())
			corpusAudits = append(corpusAudits, audited{s, subject, audit.Run(subject, checks.All())})
		}
	})
	return corpusAudits
}

var (
	corpusOnce   sync.Once
	corpusAudits []audited
)
