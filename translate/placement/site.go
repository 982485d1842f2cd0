package placement

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Site returns where the workloads live in a cloud. The first entry that
// matches a workload places it; every workload must be placed. Faults are findings of severity
// Error, all of them at once, and the Site is then the zero Site.
//
// Home.Exclusive means that no other entry and no stranger holds the addresses: workloads
// that one entry places share its addresses, so that an address does not tell
// these apart.
//
// Warnings that concern the file alone are those of [Read]; they are not repeated.
func (p Placement) Site(cloud string, ws []providers.Workload) (providers.Site, []model.Finding) {
	s, finding := p.sectionOf(cloud)
	if finding != nil {
		return providers.Site{}, []model.Finding{*finding}
	}
	j := &joiner{reader: newReader(p.file), section: s, ws: slices.Clone(ws)}
	slices.SortFunc(j.ws, func(a, b providers.Workload) int { return strings.Compare(string(a.ID), string(b.ID)) })
	site := s.site
	site.Subnets = slices.Clone(site.Subnets)
	site.Homes = j.homes()
	site.Allowances = j.allowances()
	j.sharedSubnets()
	findings := j.Findings()
	if model.WorstSeverity(findings) == model.Error {
		return providers.Site{}, findings
	}
	return site, findings
}

func (p Placement) sectionOf(cloud string) (section, *model.Finding) {
	for _, s := range p.sections {
		if s.cloud.name == cloud {
			return s, nil
		}
	}
	f := model.Finding{Severity: model.Error, Code: codeCloud, Origin: model.Origin{File: p.file, Object: "Placement"}}
	if _, ok := cloudNamed(cloud); !ok {
		f.Summary = fmt.Sprintf("unknown cloud %q", cloud)
		f.Advice = "clouds are " + strings.Join(cloudNames(), ", ")
		return section{}, &f
	}
	f.Summary = "the placement says nothing of " + cloud
	f.Advice = "add\n" + cloud + ":\n  subnets:\n    - name: pods\n      cidrs: [" + Blank + "]\n  workloads:\n    - subnets: [pods]"
	return section{}, &f
}

// joiner joins workloads to a section.
type joiner struct {
	reader
	section section
	ws      []providers.Workload
}

// homes places every workload, and reports the entries that place none.
func (j *joiner) homes() map[model.Identity]providers.Home {
	out := make(map[model.Identity]providers.Home, len(j.ws))
	took := make([]int, len(j.section.entries))
	var unplaced []providers.Workload
	for _, w := range j.ws {
		i, ok := j.place(w)
		switch {
		case !ok: // reported by place
		case i < 0:
			unplaced = append(unplaced, w)
		default:
			took[i]++
			out[w.ID] = j.section.entries[i].home
		}
	}
	j.unplaced(unplaced)
	for i, n := range took {
		if n == 0 {
			j.idle(j.section.entries[i])
		}
	}
	return out
}

// place returns the index of the first entry that matches w, or -1; false if it is not
// known which one that is.
func (j *joiner) place(w providers.Workload) (int, bool) {
	for i, e := range j.section.entries {
		switch e.who.match(w) {
		case match:
			return i, true
		case perhaps:
			j.unknownNamespace(e.name, e.who, w)
			return -1, false
		case noMatch:
		}
	}
	return -1, true
}

// unknownNamespace reports a selector that rests on a Namespace which was not
// read. Repeats for workloads of one namespace are dropped with equal findings.
func (j *joiner) unknownNamespace(name string, s selector, w providers.Workload) {
	j.Fault(codeUnknownLabel, s.origin,
		fmt.Sprintf("%s selects by labels of namespace %s, which are unknown", name, w.Namespace),
		fmt.Sprintf("add the manifest of Namespace %s to the input, or select it by name:\n  namespace: %s", w.Namespace, w.Namespace))
}

// maxListed bounds how many workloads a finding lists.
const maxListed = 20

func (j *joiner) unplaced(ws []providers.Workload) {
	if len(ws) == 0 {
		return
	}
	var names, lines []string
	for _, w := range ws[:min(len(ws), maxListed)] {
		names = append(names, string(w.ID))
	}
	groups := groupWorkloads(ws)
	for _, g := range groups[:min(len(groups), maxListed)] {
		lines = append(lines, g.lines("    ", placeholder(j.section.site.Subnets))...)
	}
	what := strings.Join(names, ", ")
	if n := len(ws) - len(names); n > 0 {
		what += fmt.Sprintf(" and %d more", n)
	}
	verb := "is"
	if len(ws) > 1 {
		verb = "are"
	}
	j.Fault(codeUnplaced, j.section.site.Origin, fmt.Sprintf("%s %s placed nowhere in %s", what, verb, j.section.cloud.name),
		"add to "+j.section.cloud.name+":\n  workloads:\n"+strings.Join(lines, "\n"))
}

// placeholder is the subnet to suggest: the only one, or a blank.
func placeholder(subnets []providers.Subnet) string {
	if len(subnets) == 1 {
		return subnets[0].Name
	}
	return Blank
}

// idle reports an entry that places no workload.
func (j *joiner) idle(e entry) {
	for _, w := range j.ws {
		if e.who.match(w) != match {
			continue
		}
		j.report(model.Warning, codeShadowed, e.origin,
			e.name+" places nothing: earlier entries place all that it matches, for instance "+string(w.ID),
			"the first match wins; put the narrower entry first")
		return
	}
	j.report(model.Warning, codeUnmatched, e.origin, e.name+" matches no workload", "correct the selector or remove the entry")
}

// sharedSubnets warns of firewalls on subnets in which others live too.
func (j *joiner) sharedSubnets() {
	if j.section.cloud.firewalls == "" || j.section.site.PerSegment {
		return
	}
	used := map[string]bool{}
	for _, e := range j.section.entries {
		for _, n := range e.home.Subnets {
			used[n] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		n, ok := j.section.site.SubnetNamed(name)
		if ok && !n.Exclusive {
			j.report(model.Warning, codeSharedSubnet, n.Origin,
				fmt.Sprintf("a %s on subnet %s cuts off whatever else lives there, such as nodes and load balancers", j.section.cloud.firewalls, n.Name),
				"if only placed workloads hold addresses in it, say `exclusive: true`; else admit what the others need under platform.allow, or move them")
		}
	}
}
