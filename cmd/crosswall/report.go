package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// reportJSON is the answer of translate as scripts read it. Fields may be
// added, never changed.
type reportJSON struct {
	Version   int           `json:"version"`
	Placement string        `json:"placement,omitempty"`
	Targets   []targetJSON  `json:"targets"`
	Findings  []findingJSON `json:"findings"`
}

// targetJSON is one target of a reportJSON.
type targetJSON struct {
	Name string `json:"name"`
	// Files were written, with --out, or would be; none when Refused.
	Files   []string `json:"files"`
	Verdict string   `json:"verdict"`
	Refused bool     `json:"refused"`
	// Out is the folder that was written.
	Out      string        `json:"out,omitempty"`
	Segments []segmentJSON `json:"segments"`
	Losses   []findingJSON `json:"losses"`
	Quotas   []quotaJSON   `json:"quotas"`
	// Lists are the rule lists, before and after they were shortened.
	Lists    []listSizeJSON `json:"lists"`
	Findings []findingJSON  `json:"findings"`
}

type segmentJSON struct {
	ID        model.Identity   `json:"id"`
	Workloads []model.Identity `json:"workloads"`
}

type quotaJSON struct {
	Name  string `json:"name"`
	Used  int    `json:"used"`
	Limit int    `json:"limit"`
}

// listSizeJSON is a providers.ListSize. LowerBound is left out where it was not worked out, Limit where
// there is none.
type listSizeJSON struct {
	Name       string   `json:"name"`
	Segments   []string `json:"segments"`
	Before     int      `json:"before"`
	After      int      `json:"after"`
	LowerBound int      `json:"lowerBound,omitempty"`
	Limit      int      `json:"limit,omitempty"`
}

func (r report) json() reportJSON {
	out := reportJSON{Version: 1, Placement: r.placement, Targets: []targetJSON{}, Findings: findingsJSON(r.findings)}
	for _, t := range r.targets {
		j := targetJSON{
			Name: t.Target, Files: []string{}, Verdict: t.Verdict.String(), Refused: t.Refused, Out: t.dir,
			Segments: []segmentJSON{}, Losses: findingsJSON(t.Losses), Quotas: []quotaJSON{}, Findings: findingsJSON(t.Findings),
			Lists: []listSizeJSON{},
		}
		for _, f := range t.Files {
			j.Files = append(j.Files, f.Name)
		}
		slices.Sort(j.Files)
		for _, s := range t.Segments {
			j.Segments = append(j.Segments, segmentJSON{s.ID, workloadIDs(s)})
		}
		for _, q := range t.Output.Quotas {
			j.Quotas = append(j.Quotas, quotaJSON(q))
		}
		for _, l := range t.Output.Lists {
			k := listSizeJSON(l)
			k.Segments = append([]string{}, l.Segments...)
			j.Lists = append(j.Lists, k)
		}
		out.Targets = append(out.Targets, j)
	}
	return out
}

func workloadIDs(s providers.Segment) []model.Identity {
	ids := make([]model.Identity, len(s.Workloads))
	for i, w := range s.Workloads {
		ids[i] = w.ID
	}
	return ids
}

// text returns the report for people, a paragraph a target.
func (r report) text(verbose bool) string {
	var parts []string
	for _, t := range r.targets {
		parts = append(parts, t.text(verbose))
	}
	return strings.Join(parts, "\n")
}

// text writes a target as a paragraph of labelled lines.
func (t targetReport) text(verbose bool) string {
	p := paragraph{}
	fmt.Fprintf(&p.b, "%s: %s\n", t.title, t.headline())
	p.add("proof", t.proof())
	switch {
	case t.dir != "":
		p.add("written", t.dir+": "+fileNames(t.Files))
	case t.stale != "":
		p.add("written", "nothing; "+t.stale+" is as an earlier run left it")
	case t.Refused:
		p.add("written", "nothing")
	default:
		p.add("written", "nothing; --out DIR writes "+fileNames(t.Files))
	}
	for _, s := range t.Segments {
		p.add("segments", segmentText(s))
	}
	for _, q := range quotaLines(t.Output.Quotas, verbose) {
		p.add("quotas", q)
	}
	for _, l := range listLines(t.Output.Lists, verbose) {
		p.add("lists", l)
	}
	for _, f := range t.Losses {
		p.add("losses", lossText(f))
	}
	notes := 0
	for _, f := range t.Findings {
		if f.Severity == model.Info && !verbose {
			notes++
			continue
		}
		p.add("findings", findingText(f))
	}
	if notes > 0 {
		p.add("notes", fmt.Sprintf("%s; --verbose shows %s", count(notes, "note"), plural(notes, "it", "them")))
	}
	return p.b.String()
}

// paragraph is lines with a label each, written once where it repeats.
type paragraph struct {
	b    strings.Builder
	last string
}

func (p *paragraph) add(label, text string) {
	shown := label
	if label == p.last {
		shown = ""
	}
	p.last = label
	fmt.Fprintf(&p.b, "  %-9s %s\n", shown, strings.ReplaceAll(text, "\n\t", "\n            "))
}

// headline is the verdict and what became of it.
func (t targetReport) headline() string {
	switch {
	case t.Refused:
		return "refused"
	case t.Verdict == model.Exact:
		return "exact"
	}
	return t.Verdict.String() + " than asked for"
}

// proof says what the check found.
func (t targetReport) proof() string {
	resources := len(t.Output.Module.Resources)
	switch {
	case t.Verdict == model.Exact:
		return fmt.Sprintf("%s, read back, and the policies of %s admit the same connections",
			count(resources, "resource"), count(len(t.Segments), "segment"))
	case t.Verdict == model.Narrower:
		return "what was written refuses connections that were asked for, and admits no others; see losses"
	case t.Verdict == model.Wider && t.Refused:
		return "the result would admit connections that were not asked for; see losses; --allow-wider accepts them"
	case t.Verdict == model.Wider:
		return "what was written admits connections that were not asked for; see losses"
	case !t.Delta.Unknown.IsEmpty():
		return "no verdict: for some connections it is unknown whether they are admitted"
	}
	return "no verdict: nothing could be written"
}

func fileNames(fs []providers.File) string {
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = f.Name
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func segmentText(s providers.Segment) string {
	ids := workloadIDs(s)
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return fmt.Sprintf("%s: %s", s.ID, strings.Join(names, ", "))
}

// fewQuotas is how many quotas are shown unless all are asked for.
const fewQuotas = 5

// quotaLines returns the quotas, those nearest to their limit first.
func quotaLines(qs []providers.Quota, all bool) []string {
	qs = slices.Clone(qs)
	slices.SortStableFunc(qs, func(a, b providers.Quota) int {
		return cmp.Compare(b.Used*max(a.Limit, 1), a.Used*max(b.Limit, 1))
	})
	more := 0
	if !all && len(qs) > fewQuotas {
		more, qs = len(qs)-fewQuotas, qs[:fewQuotas]
	}
	var out []string
	for _, q := range qs {
		out = append(out, fmt.Sprintf("%d of %d %s", q.Used, q.Limit, q.Name))
	}
	if more > 0 {
		out = append(out, fmt.Sprintf("and %d less used; --verbose shows them", more))
	}
	return out
}

// fewLists is how many shortened lists are shown unless all are asked for.
const fewLists = 10

// listLines returns the rule lists that were shortened, those first that were shortened by most; with
// all, the others too.
func listLines(ls []providers.ListSize, all bool) []string {
	shown := slices.DeleteFunc(slices.Clone(ls), func(l providers.ListSize) bool { return !all && l.After == l.Before })
	slices.SortStableFunc(shown, func(a, b providers.ListSize) int {
		return cmp.Compare(b.Before-b.After, a.Before-a.After)
	})
	var out []string
	before, after := 0, 0
	for i, l := range shown {
		if i < fewLists || all {
			out = append(out, listText(l))
			continue
		}
		before, after = before+l.Before, after+l.After
	}
	if rest := len(shown) - len(out); rest > 0 {
		out = append(out, fmt.Sprintf("and %d to %d in %s more; --verbose shows them", before, after, count(rest, "list")))
	}
	return out
}

// listText is how long a list was and is, and whether it could be shorter.
func listText(l providers.ListSize) string {
	size := fmt.Sprint(l.After)
	if l.Before != l.After {
		size = fmt.Sprintf("%d to %d", l.Before, l.After)
	}
	switch {
	case l.LowerBound == 0:
		return size + " " + l.Name
	case l.LowerBound >= l.After:
		return size + " " + l.Name + ", the fewest possible"
	}
	return fmt.Sprintf("%s %s, at best %d", size, l.Name, l.LowerBound)
}

// lossText is a loss with its grade before all.
func lossText(f model.Finding) string { return f.Grade.String() + ": " + findingText(f) }
