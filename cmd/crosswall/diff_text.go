package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// verdict says in one line how the two sides differ.
func (d diff) verdict() string {
	var parts []string
	for _, w := range []diffKind{opened, closed, arrived, departed, unknown} {
		if n := d.tally(w); n != "" {
			parts = append(parts, n)
		}
	}
	parts = append(parts, d.membership()...)
	head := "not equal: "
	switch {
	case len(parts) > 0 && d.onlyUnknown():
		head = "not known to be equal: "
	case len(parts) > 0:
	case d.incomplete:
		head = "not known to be equal: no difference was found, but not everything could be read"
	default:
		head = fmt.Sprintf("equal: %s admit the same connections of %s", d.both(), count(len(d.population(unknown)), d.members()))
	}
	line := head + strings.Join(parts, ", ")
	switch {
	case d.textOnly == 1:
		line += "; 1 rule differs in text only"
	case d.textOnly > 1:
		line += fmt.Sprintf("; %d rules differ in text only", d.textOnly)
	}
	if n := d.leftOutCount(); n > 0 {
		line += fmt.Sprintf("; %s not crosswall's own left out", count(n, "resource"))
	}
	return line
}

// onlyUnknown reports whether nothing is known to differ.
func (d diff) onlyUnknown() bool {
	return len(d.added)+len(d.removed) == 0 && !slices.ContainsFunc(d.entries, func(e diffEntry) bool { return e.what != unknown })
}

func (d diff) both() string { return d.want.name + " and " + d.have.name }

// members names what the ends are.
func (d diff) members() string { return cmp.Or(d.noun, "workload") }

// tally counts the entries of a change: "2 opened (1 internet, 1 internal)".
func (d diff) tally(w diffKind) string {
	n := 0
	byRisk := map[risk]int{}
	for _, e := range d.entries {
		if e.what == w {
			n++
			byRisk[e.risk]++
		}
	}
	if n == 0 {
		return ""
	}
	var risks []string
	for _, r := range []risk{riskInternet, riskWide, riskInternal} {
		if byRisk[r] > 0 {
			risks = append(risks, fmt.Sprintf("%d %s", byRisk[r], r))
		}
	}
	return fmt.Sprintf("%d %s (%s)", n, w.noun(), strings.Join(risks, ", "))
}

func (d diff) membership() []string {
	var out []string
	if n := len(d.added); n > 0 {
		out = append(out, count(n, d.members())+" added")
	}
	if n := len(d.removed); n > 0 {
		out = append(out, count(n, d.members())+" removed")
	}
	return out
}

// noun names what entries with a change are.
func (w diffKind) noun() string {
	switch w {
	case opened:
		return "opened"
	case closed:
		return "closed"
	case arrived:
		return "with added workloads"
	case departed:
		return "with removed workloads"
	case unknown:
	}
	return "unknown"
}

// heading says what the entries of a change are.
func (d diff) heading(e diffEntry) string {
	var h string
	switch e.what {
	case opened:
		h = fmt.Sprintf("OPENED: refused by %s, admitted by %s", d.want.name, d.have.name)
	case closed:
		h = fmt.Sprintf("CLOSED: admitted by %s, refused by %s", d.want.name, d.have.name)
	case arrived:
		h = fmt.Sprintf("ADDED WORKLOADS: admitted by %s, to and from workloads that %s does not have", d.have.name, d.want.name)
	case departed:
		h = fmt.Sprintf("REMOVED WORKLOADS: admitted by %s, to and from workloads that %s does not have", d.want.name, d.have.name)
	case unknown:
		h = "UNKNOWN: depending on what could not be resolved"
		if e.gaveUp {
			h = "UNKNOWN: not worked out, as the rules overlap in too many ways; explain answers for one connection"
		}
	}
	if e.someAddrs && !d.byPlace {
		h += "; at some addresses of a " + d.members() + " only"
	}
	if e.forced {
		h += "; what the target cannot express"
	}
	return h
}

// text returns the diff for people: the verdict first, then the entries by change.
func (d diff) text() string {
	var b strings.Builder
	b.WriteString(d.verdict() + "\n")
	for _, l := range d.memberLines() {
		b.WriteString(l + "\n")
	}
	if left := d.leftOutText(); left != "" {
		b.WriteString(left + "\n")
	}
	for _, group := range d.groups() {
		b.WriteString("\n" + d.heading(group[0]) + "\n")
		rows := [][]string{{"  FROM", "TO", "TRAFFIC", "RISK"}}
		for _, e := range group {
			rows = append(rows, []string{"  " + d.sideText(e.from, e.what), d.sideText(e.to, e.what), e.trafficText(), string(e.risk)})
		}
		lines := strings.Split(strings.TrimSuffix(table(rows), "\n"), "\n")
		b.WriteString(lines[0] + "\n")
		for i, e := range group {
			b.WriteString(lines[i+1] + "\n")
			for _, detail := range d.details(e) {
				fmt.Fprintf(&b, "    %-7s  %s\n", detail[0], detail[1])
			}
		}
	}
	return b.String()
}

// groups returns the entries with the same heading together, in order.
func (d diff) groups() [][]diffEntry {
	var out [][]diffEntry
	for _, e := range d.entries {
		if n := len(out); n > 0 && d.heading(out[n-1][0]) == d.heading(e) {
			out[n-1] = append(out[n-1], e)
			continue
		}
		out = append(out, []diffEntry{e})
	}
	return out
}

func (d diff) memberLines() []string {
	var out []string
	if len(d.added) > 0 {
		out = append(out, "workloads added: "+idsText(d.added))
	}
	if len(d.removed) > 0 {
		out = append(out, "workloads removed: "+idsText(d.removed))
	}
	return out
}

func idsText(ids []model.Identity) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = string(id)
	}
	return strings.Join(parts, ", ")
}

func (e diffEntry) trafficText() string {
	if e.family != "" {
		return e.traffic.key + " (" + e.family + ")"
	}
	return e.traffic.key
}

// fewReasons is how many reasons of one side are shown to people.
const fewReasons = 4

// details returns an entry's example and reasons, each with a label.
func (d diff) details(e diffEntry) [][2]string {
	out := [][2]string{{"example", d.exampleText(e.example)}}
	if who := d.assumedIn(e); len(who) > 0 {
		out = append(out, [2]string{"assumed", "there is somebody in " + strings.Join(who, ", or in ") + "; no resource says so"})
	}
	for _, have := range []bool{false, true} {
		label, more := d.opponent(have).label, 0
		var said []string
		for _, r := range gathered(e.because, have) {
			text := r.text()
			if d.isForeign(r) {
				text += "; not crosswall's own"
			}
			switch {
			case slices.Contains(said, text):
			case len(said) == fewReasons:
				more++
			default:
				said = append(said, text)
				out = append(out, [2]string{label, text})
			}
		}
		if more > 0 {
			out = append(out, [2]string{label, fmt.Sprintf("and %d more", more)})
		}
	}
	return out
}

// gathered returns the reasons of one side, policies that isolate the same target as one.
func gathered(rs []diffReason, have bool) []diffReason {
	at := map[string]int{}
	var out []diffReason
	for _, r := range rs {
		if r.have != have {
			continue
		}
		if !r.isolates {
			out = append(out, r)
			continue
		}
		r.origin.Path, r.origin.Column = "", 0
		key := fmt.Sprint(r.direction, r.layer, r.about)
		i, ok := at[key]
		if !ok {
			at[key] = len(out)
			r.why = fmt.Sprintf("%s is isolated by %s", r.about, r.origin)
			r.origin = model.Origin{}
			out = append(out, r)
			continue
		}
		out[i].why += "; " + r.origin.String()
	}
	for i := range out {
		if out[i].isolates {
			out[i].why += "; no rule admits this"
		}
	}
	return out
}

// text says a reason in one line.
func (r diffReason) text() string {
	verb := map[model.Verdict]string{model.Allowed: "admits", model.Denied: "refuses", model.Undecided: "unknown"}[r.verdict]
	s := fmt.Sprintf("%s (%s): ", verb, r.direction)
	if r.direction == 0 {
		s = verb + ": "
	}
	where := r.origin.String()
	if r.isolates {
		return s + r.why
	}
	if r.rule != "" && !strings.Contains(where, r.rule) && r.origin.Object == "" {
		where = strings.TrimPrefix(where+": "+r.rule, ": ")
	}
	switch {
	case where == "":
		return s + r.why
	case r.why == "" || r.verdict == model.Denied && r.rule != "" && r.origin.Object != r.rule:
		return s + where
	}
	return s + where + " (" + r.why + ")"
}

// exampleText spells a connection with workloads for members.
func (d diff) exampleText(f model.Flow) string {
	for _, e := range []*model.Endpoint{&f.Src, &f.Dst} {
		if e.ID != model.Outside {
			e.ID = d.workloads(e.ID)[0]
		}
	}
	return f.String()
}

// population returns the workloads that a change could be about.
func (d diff) population(w diffKind) []model.Identity {
	var out []model.Identity
	for _, m := range d.inv.Members {
		isAdded, isRemoved := slices.Contains(d.added, m.ID), slices.Contains(d.removed, m.ID)
		if isAdded && w != arrived || isRemoved && w != departed {
			continue
		}
		out = append(out, d.workloads(m.ID)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sideText names an end for people.
func (d diff) sideText(s diffSide, w diffKind) string {
	all := d.population(w)
	if len(s.at) == 0 && len(s.workloads) == len(all) && len(all) > 0 && s.outside.Covers(d.inv.Addrs(model.Outside)) {
		return "everybody"
	}
	var parts []string
	if len(s.at) > 0 {
		parts = append(parts, d.addressedText(s))
	} else if len(s.workloads) > 0 {
		parts = append(parts, namesText(s.workloads, all, d.members()))
	}
	if !s.outside.IsEmpty() {
		parts = append(parts, shortRanges(s.outside))
	}
	return strings.Join(parts, ", ")
}

// fewNames is how many workloads are named before the rest is counted.
const fewNames = 4

// namesText names workloads, whole namespaces by their name.
func namesText(ws, all []model.Identity, noun string) string {
	if len(ws) == len(all) && len(ws) > 2 {
		return "every " + noun
	}
	inAll := map[string]int{}
	for _, w := range all {
		inAll[namespaceIn(w)]++
	}
	byNamespace := map[string][]model.Identity{}
	var order []string
	for _, w := range ws {
		n := namespaceIn(w)
		if byNamespace[n] == nil {
			order = append(order, n)
		}
		byNamespace[n] = append(byNamespace[n], w)
	}
	var parts []string
	for _, n := range order {
		if len(byNamespace[n]) == inAll[n] && inAll[n] > 2 {
			parts = append(parts, "every "+noun+" of "+n)
			continue
		}
		for _, w := range byNamespace[n] {
			parts = append(parts, string(w))
		}
	}
	return fewOf(parts, fewNames)
}

func workloadsText(ws []model.Identity) string { return namesText(ws, nil, "") }

func namespaceIn(w model.Identity) string {
	n, _, _ := strings.Cut(string(w), "/")
	return n
}

// fewOf joins the first few parts and counts the rest.
func fewOf(parts []string, most int) string {
	if len(parts) > most+1 {
		return strings.Join(parts[:most], ", ") + fmt.Sprintf(" and %d more", len(parts)-most)
	}
	return strings.Join(parts, ", ")
}

// addressedText names workloads with the addresses at which they are meant.
func (d diff) addressedText(s diffSide) string {
	var order []string
	byAddrs := map[string][]string{}
	for _, w := range s.workloads {
		at := ""
		if a, ok := s.at[w]; ok {
			at = " at " + shortRanges(d.roundedOff(w, a))
		}
		if byAddrs[at] == nil {
			order = append(order, at)
		}
		byAddrs[at] = append(byAddrs[at], string(w))
	}
	parts := make([]string, len(order))
	for i, at := range order {
		parts[i] = fewOf(byAddrs[at], fewNames) + at
	}
	return strings.Join(parts, ", ")
}

// roundedOff adds to addresses of a workload some that it cannot have, where the whole is shorter to name:
// everything but 10.0.1.0/24, and not everything but that and what no interface ever holds.
func (d diff) roundedOff(w model.Identity, a model.AddrSet) model.AddrSet {
	never := audit.Unheld().Union(services()).Subtract(d.inv.Addrs(w))
	filled := a
	if !a.V4().IsEmpty() {
		filled = filled.Union(never.V4())
	}
	if !a.V6().IsEmpty() {
		filled = filled.Union(never.V6())
	}
	if strings.Count(rangeText(filled), ",") < strings.Count(rangeText(a), ",") {
		return filled
	}
	return a
}

// shortRanges names addresses, the first few blocks of many.
func shortRanges(a model.AddrSet) string {
	text := rangeText(a)
	return fewOf(strings.Split(text, ", "), 8)
}
