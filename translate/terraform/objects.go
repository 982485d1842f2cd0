package tfsource

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// Objects reads what accounts held, as the resources that stand for it ([providers.Native]). What
// a snapshot lacks is unknown and a finding. There should be one snapshot for each
// provider: objects of two snapshots are not joined to each other.
func (r Reader) Objects(snapshots ...providers.Snapshot) (Input, []model.Finding) {
	unread := r.unread(snapshots)
	m, findings := r.Resources(snapshots...)
	for i := range m.Resources {
		m.Resources[i].Pos = terraform.Pos{File: r.Path}
	}
	in, more := r.decode(m, nil)
	in.crowd.unread = unread
	return in, model.SortFindings(append(findings, more...))
}

// Resources returns the resources that stand for what accounts held, in the order
// of the snapshots. A snapshot of a provider that is not among the reader's, or that has no native
// objects, is a finding of severity Error.
func (r Reader) Resources(snapshots ...providers.Snapshot) (terraform.Module, []model.Finding) {
	var m terraform.Module
	var findings []model.Finding
	for _, s := range snapshots {
		n := r.native(s.Provider)
		if n == nil {
			findings = append(findings, model.Finding{Severity: model.Error, Code: "unknown-provider", Origin: model.Origin{File: r.Path},
				Summary: fmt.Sprintf("objects of provider %q cannot be read", s.Provider)})
			continue
		}
		one, more := n.Resources(s)
		for kind := range s.Objects {
			s.LetGo(kind)
		}
		for _, f := range more {
			f.Origin.File = r.file(f.Origin.File)
			findings = append(findings, f)
		}
		if len(snapshots) == 1 {
			m.Resources = one.Resources // hundreds of thousands, which are not worth a copy
			continue
		}
		m.Resources = append(m.Resources, one.Resources...)
	}
	return m, model.SortFindings(findings)
}

func (r Reader) native(provider string) providers.Native {
	for _, p := range r.Providers {
		if n, ok := p.(providers.Native); ok && p.Name() == provider {
			return n
		}
	}
	return nil
}

// unread returns the kinds of objects of which the snapshots do not have all.
func (r Reader) unread(snapshots []providers.Snapshot) map[native]bool {
	out := map[native]bool{}
	for _, s := range snapshots {
		n := r.native(s.Provider)
		if n == nil {
			continue
		}
		for _, k := range n.Kinds() {
			if _, ok := s.Objects[k.Name]; !ok {
				out[native{s.Provider, k.Name}] = true
			}
		}
		for _, g := range s.Gaps {
			if g.Object == "" || strings.Contains(g.Object, "://") { // a whole account
				out[native{s.Provider, g.Kind}] = true
			}
		}
	}
	return out
}
