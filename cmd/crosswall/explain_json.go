package main

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// explainJSON is the answer of explain as scripts read it. Fields may be
// added, never changed.
type explainJSON struct {
	Version int          `json:"version"`
	Verdict string       `json:"verdict"`
	From    string       `json:"from"`
	To      string       `json:"to"`
	Traffic trafficEntry `json:"traffic"`
	View    view         `json:"view"`
	// Target is the cloud whose layers were asked; absent for the policies.
	Target string `json:"target,omitempty"`
	// Request and Reply are the steps over all cases: unknown where the cases
	// differ. Reply has stateless layers only.
	Request []stepJSON `json:"request"`
	Reply   []stepJSON `json:"reply"`
	// Blockers is every reason why the connection, or a case of it, does not pass.
	Blockers []blockerJSON `json:"blockers"`
	// Reasons say why the verdict is unknown.
	Reasons []string   `json:"reasons"`
	Cases   []caseJSON `json:"cases"`
	// WithoutMemory is the verdict of the view stateless, where that is another one.
	WithoutMemory string        `json:"withoutMemory,omitempty"`
	Change        *changeJSON   `json:"change,omitempty"`
	Notes         []string      `json:"notes"`
	Findings      []findingJSON `json:"findings"`
}

// caseJSON is connections about which every layer says the same.
type caseJSON struct {
	Verdict string `json:"verdict"`
	// Where says which of the connections; absent for all.
	Where   string     `json:"where,omitempty"`
	Example string     `json:"example"`
	Request []stepJSON `json:"request"`
	Reply   []stepJSON `json:"reply"`
}

// stepJSON is the word of one layer in one direction.
type stepJSON struct {
	Layer     string `json:"layer"`
	Direction string `json:"direction"`
	Verdict   string `json:"verdict"`
	// Rule is what people call the rule that decided; absent where a default
	// did, or nothing judges the packet.
	Rule   string        `json:"rule,omitempty"`
	Origin *model.Origin `json:"origin,omitempty"`
	Why    string        `json:"why"`
	// Also are further rules that decide so on some of the connections.
	Also []ruleJSON `json:"also,omitempty"`
}

type ruleJSON struct {
	Rule   string        `json:"rule"`
	Origin *model.Origin `json:"origin,omitempty"`
}

// blockerJSON is one thing that has to go, or to be added, before the
// connection passes.
type blockerJSON struct {
	Layer     string        `json:"layer"`
	Direction string        `json:"direction"`
	Reply     bool          `json:"reply"`
	Sure      bool          `json:"sure"`
	Rule      string        `json:"rule,omitempty"`
	Origin    *model.Origin `json:"origin,omitempty"`
	// Lacks is "rules", "peer", "traffic" or "peer and traffic" where no rule refuses, but none
	// admits.
	Lacks string `json:"lacks,omitempty"`
	Why   string `json:"why"`
	// IsolatedBy are the policies because of which something has to admit the packet.
	IsolatedBy []model.Origin `json:"isolatedBy,omitempty"`
	Near       []nearJSON     `json:"near,omitempty"`
}

// nearJSON is a rule that almost admits the packet.
type nearJSON struct {
	ruleJSON
	Lacks string `json:"lacks"`
}

// changeJSON is the closest change.
type changeJSON struct {
	Policies string   `json:"policies"`
	Verdict  string   `json:"verdict"`
	Others   []string `json:"others,omitempty"`
	Isolates []string `json:"isolates,omitempty"`
	InPlace  []string `json:"inPlace,omitempty"`
}

func (x explanation) json(fs []model.Finding) explainJSON {
	out := explainJSON{
		Version: 1, Verdict: x.verdict.String(), From: x.from.label, To: x.to.label, View: x.view, Target: x.target,
		Traffic: trafficOf(model.Traffic{x.packet.service}).entries(trafficOf(model.Traffic{model.AllTraffic()}))[0],
		Reasons: append([]string{}, x.reasons()...), Notes: append([]string{}, x.notes...), Findings: findingsJSON(fs),
		Blockers: []blockerJSON{}, Request: []stepJSON{}, Reply: []stepJSON{},
	}
	for i, c := range x.cases {
		j := caseJSON{Verdict: c.Decision.Verdict.String(), Where: x.where(c), Example: c.Example.String(),
			Request: stepsJSON(telling{x, c}.steps(false)), Reply: stepsJSON(telling{x, c}.steps(true))}
		out.Cases = append(out.Cases, j)
		if i == 0 {
			out.Request, out.Reply = slices.Clone(j.Request), slices.Clone(j.Reply)
		}
		mergeSteps(out.Request, j.Request)
		mergeSteps(out.Reply, j.Reply)
		for _, b := range (telling{x, c}).blockers() {
			if n := b.json(); !slices.ContainsFunc(out.Blockers, n.repeats) {
				out.Blockers = append(out.Blockers, n)
			}
		}
	}
	if x.alone != nil && *x.alone != x.verdict {
		out.WithoutMemory = x.alone.String()
	}
	if c := x.change; c != nil {
		out.Change = &changeJSON{Policies: c.policies, Verdict: c.verdict.String(), Others: c.others, Isolates: c.isolates, InPlace: c.inPlace}
	}
	return out
}

// mergeSteps makes the verdict of a step unknown where another case says otherwise.
func mergeSteps(all, more []stepJSON) {
	for i := range all {
		if i < len(more) && all[i].Verdict != more[i].Verdict {
			all[i].Verdict = model.Undecided.String()
		}
	}
}

func stepsJSON(steps []stepText) []stepJSON {
	out := []stepJSON{}
	for _, s := range steps {
		j := stepJSON{Layer: s.Layer, Direction: s.Direction.String(), Verdict: s.Verdict.String(), Why: s.why}
		if s.Rule != nil {
			r := ruleOf(*s.Rule)
			j.Rule, j.Origin = r.Rule, r.Origin
		}
		for _, r := range s.Also {
			j.Also = append(j.Also, ruleOf(r))
		}
		out = append(out, j)
	}
	return out
}

func ruleOf(r model.Rule) ruleJSON {
	j := ruleJSON{Rule: r.Name}
	if j.Rule == "" {
		j.Rule = r.Origin.Object
	}
	if r.Origin != (model.Origin{}) {
		j.Origin = &r.Origin
	}
	return j
}

func (b blocker) json() blockerJSON {
	j := blockerJSON{Layer: b.Layer, Direction: b.Direction.String(), Reply: b.Reply, Sure: b.Sure, Lacks: b.Lack.String(), Why: b.why, IsolatedBy: b.isolating}
	if b.Rule != nil {
		r := ruleOf(*b.Rule)
		j.Rule, j.Origin = r.Rule, r.Origin
	}
	for _, n := range b.Near {
		j.Near = append(j.Near, nearJSON{ruleOf(n.Rule), n.Lack.String()})
	}
	return j
}

// repeats reports whether both are the same, met in two cases.
func (b blockerJSON) repeats(o blockerJSON) bool {
	return b.Layer == o.Layer && b.Direction == o.Direction && b.Reply == o.Reply && b.Rule == o.Rule && b.Why == o.Why
}
