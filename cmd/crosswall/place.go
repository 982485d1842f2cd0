package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate/kubernetes"
	"github.com/crosswall/crosswall/translate/placement"
)

// placed is where workloads live in each target.
type placed struct {
	file  string // empty: no placement
	sites map[string]providers.Site
}

// place finds the placement and joins the workloads to it. Its faults have been reported
// on stderr when it returns an error.
func (r *translateRequest) place(s *streams, m material) (placed, error) {
	file, ok, err := r.placementFile(m.placements)
	if err != nil || !ok {
		return placed{}, err
	}
	if r.placement == "" {
		fmt.Fprintf(s.err, "using the placement %s found among the sources\n", file.Name)
	}
	p, findings := placement.Read(file.Name, file.Data)
	out := placed{file: file.Name, sites: map[string]providers.Site{}}
	if model.WorstSeverity(findings) < model.Error {
		for _, name := range r.to.values {
			site, more := p.Site(name, m.Workloads)
			out.sites[name] = site
			findings = append(findings, more...)
		}
	}
	findings = model.SortFindings(findings)
	s.tell(findings, r.source.verbose)
	if model.WorstSeverity(findings) == model.Error {
		return placed{}, outcome{code: exitInput}
	}
	return out, nil
}

// placementFile returns the file that --placement names, or the only one among the
// sources; false when there is none.
func (r *translateRequest) placementFile(found []kubernetes.File) (kubernetes.File, bool, error) {
	if r.placement != "" {
		data, err := os.ReadFile(r.placement)
		if err != nil {
			return kubernetes.File{}, false, badInput("%w", err)
		}
		return kubernetes.File{Name: r.placement, Data: data}, true, nil
	}
	switch len(found) {
	case 0:
		return kubernetes.File{}, false, nil
	case 1:
		return found[0], true, nil
	}
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.Name
	}
	slices.Sort(names)
	return kubernetes.File{}, false, badInput("the sources hold %d placements (%s): choose one with --placement", len(found), orList(names))
}
