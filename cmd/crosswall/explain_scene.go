package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate"
)

// scene is what a connection is followed through: policies over workloads, or
// a cloud's layers over segments.
type scene struct {
	policy    model.Policy
	inv       model.Inventory
	workloads []providers.Workload
	view      view
	// isolating layers refuse because policies select the workload, and not
	// because a firewall refuses what it does not know; isolations are these policies.
	isolating  bool
	isolations []translate.Isolation
	// called are further names of the workloads, which are parties of a cloud then; nil for workloads.
	called map[model.Identity][]string

	// The rest is of a translation; target is the cloud's title.
	target   string
	segments []providers.Segment
	wanted   model.Policy
	losses   []model.Finding
	unseen   model.Region
}

// question is a connection that is asked about.
type question struct {
	from, to endpoint
	packet   packet
	model.Question
}

// question puts the flags together.
func (sc scene) question(from, to string, p packet) (question, error) {
	var q question
	var err error
	if q.from, err = sc.end("from", from); err != nil {
		return q, err
	}
	if q.to, err = sc.end("to", to); err != nil {
		return q, err
	}
	q.packet = p
	q.Question = model.Question{From: q.from.EndpointEntry, To: q.to.EndpointEntry, Traffic: p.from(sc.inv.ClientPorts(q.from.ID))}
	switch {
	case q.from.workload == nil && q.to.workload == nil:
		return q, badInput("%s and %s are both outside: no policy is asked about them; one end has to be a %s", from, to, sc.noun())
	case q.from.ID == q.to.ID && sc.solo(q.from.ID):
		return q, badInput("%s is one pod, and a pod reaches itself whatever policies say", q.from.workload.ID)
	case q.Region().IsEmpty() && p.service.Protocol.IsICMP():
		return q, badInput("no such connection: %s is ICMP of the other IP family than the ends'", p)
	case q.Region().IsEmpty():
		return q, badInput("no such connection: %s and %s have no IP family in common", from, to)
	}
	return q, nil
}

// noun is what the ends are that policies are about.
func (sc scene) noun() string {
	if sc.called != nil {
		return "group"
	}
	return "workload"
}

// solo reports whether a member has one endpoint only.
func (sc scene) solo(id model.Identity) bool {
	return slices.ContainsFunc(sc.inv.Members, func(m model.Member) bool { return m.ID == id && m.Solo })
}

// explanation is an answer.
type explanation struct {
	scene
	question
	verdict model.Verdict
	cases   []model.Case
	// notes say what else there is to know.
	notes  []string
	change *change
	// alone is the verdict of the policies on a firewall without memory;
	// nil where that is not asked.
	alone *model.Verdict
}

// explain follows the connection through the layers.
func (sc scene) explain(q question) explanation {
	x := explanation{scene: sc, question: q, cases: sc.policy.ExplainAll(q.Question, sc.inv)}
	x.verdict = verdictOf(x.cases)
	for _, e := range []endpoint{q.from, q.to} {
		if e.note != "" {
			x.notes = append(x.notes, e.note)
		}
	}
	if q.from.workload != nil && q.from.ID == q.to.ID {
		what := "workload"
		if sc.segments != nil {
			what = "segment"
		}
		x.notes = append(x.notes, "this is between two pods of one "+what+"; a pod always reaches itself")
	}
	x.compareWithPolicies()
	x.addReplies()
	if sc.isolating && sc.view == viewSpec && x.verdict != model.Denied {
		v := verdictOf(withoutState(sc.policy).ExplainAll(q.Question, sc.inv))
		x.alone = &v
	}
	return x
}

// addReplies says where the view decides.
func (x *explanation) addReplies() {
	if x.view != viewStateless || x.verdict == model.Allowed {
		return
	}
	remembering := model.Policy{Layers: slices.Clone(x.policy.Layers)}
	for i := range remembering.Layers {
		remembering.Layers[i].State = model.Stateful
	}
	if v := verdictOf(remembering.ExplainAll(x.Question, x.inv)); v != x.verdict {
		x.notes = append(x.notes, fmt.Sprintf("Kubernetes says %s: there the replies to what is admitted are admitted. "+
			"A stateless firewall needs return rules to the client's ports", v))
	}
}

// compareWithPolicies compares a translation with the policies and with what no rule
// sees.
func (x *explanation) compareWithPolicies() {
	if x.target == "" {
		return
	}
	if v := verdictOf(x.wanted.ExplainAll(x.Question, x.inv)); v != x.verdict {
		x.notes = append(x.notes, fmt.Sprintf("the policies, platform allowances included, say %s", v))
	}
	for _, l := range x.losses {
		if !l.Affects.Intersect(x.Region()).IsEmpty() {
			x.notes = append(x.notes, fmt.Sprintf("known loss, %s: %s [%s]", l.Grade, l.Summary, l.Code))
		}
	}
	if x.verdict != model.Allowed && !x.unseen.Intersect(x.Region()).IsEmpty() {
		x.verdict = model.Undecided
		x.notes = append(x.notes, "between pods of one node the packets meet none of these layers and pass; whether the pods share a node is not known")
	}
}

// verdictOf is the verdict on all of the cases: undecided where they differ.
func verdictOf(cases []model.Case) model.Verdict {
	for _, c := range cases {
		if c.Decision.Verdict != cases[0].Decision.Verdict {
			return model.Undecided
		}
	}
	if len(cases) == 0 {
		return model.Denied // question refuses what asks about nothing
	}
	return cases[0].Decision.Verdict
}

// reasons says why the verdict is unknown.
func (x explanation) reasons() []string {
	var out []string
	if x.verdict != model.Undecided {
		return nil
	}
	for _, c := range x.cases {
		if c.Decision.Verdict != x.cases[0].Decision.Verdict {
			out = append(out, "it depends on "+strings.Join(x.varying(), " and on "))
			if strings.Contains(out[0], "the address of") && (x.from.workload != nil || x.to.workload != nil) {
				out[0] += "; ask about one with WORKLOAD@ADDRESS"
			}
			break
		}
	}
	for _, c := range x.cases {
		for _, s := range slices.Concat(c.Decision.Request, c.Decision.Reply) {
			for _, d := range s.Doubts {
				if !slices.Contains(out, d) {
					out = append(out, d)
				}
			}
		}
	}
	return out
}

// varying says in what the cases differ.
func (x explanation) varying() []string {
	var out []string
	all := x.Region().Boxes()
	for _, p := range parts {
		whole := func(b model.Box) bool {
			return slices.ContainsFunc(all, func(o model.Box) bool { return p.text(x, b) == p.text(x, o) })
		}
		if slices.ContainsFunc(x.cases, func(c model.Case) bool {
			return slices.ContainsFunc(c.Connections.Boxes(), func(b model.Box) bool { return !whole(b) })
		}) {
			out = append(out, p.name(x))
		}
	}
	if len(out) == 0 {
		return []string{"the IP family"} // each part is there in full in every case
	}
	return out
}

// part is what a case may leave out of the question.
type part struct {
	name func(explanation) string
	text func(explanation, model.Box) string
}

// parts are the parts of a box in which cases can differ.
var parts = [...]part{
	{func(x explanation) string { return "the address of " + x.from.label },
		func(x explanation, b model.Box) string { return addrsText(b.Src.At(x.From.ID)) }},
	{func(x explanation) string { return "the address of " + x.to.label },
		func(x explanation, b model.Box) string { return addrsText(b.Dst.At(x.To.ID)) }},
	{func(explanation) string { return "the client's port" },
		func(_ explanation, b model.Box) string { return portsText(b.Traffic) }},
}

// portsText lists the source ports of services.
func portsText(t model.Traffic) string {
	var out []string
	for _, s := range t {
		if s.Protocol.HasPorts() && !slices.Contains(out, s.Src.String()) {
			out = append(out, s.Src.String())
		}
	}
	return strings.Join(out, ", ")
}

// fewBoxes is how many parts of a case are written out.
const fewBoxes = 4

// where says which of the connections asked about are in a case; "" for all.
func (x explanation) where(c model.Case) string {
	if len(x.cases) == 1 {
		return ""
	}
	all, boxes := x.Region().Boxes(), c.Connections.Boxes()
	var out []string
	for i, b := range boxes {
		if i == fewBoxes {
			out = append(out, fmt.Sprintf("and %d more parts", len(boxes)-i))
			break
		}
		out = append(out, x.piece(b, all[0]))
	}
	return strings.Join(out, "; ")
}

// piece names a box by the parts in which it is less than all.
func (x explanation) piece(b, all model.Box) string {
	var out []string
	for i, word := range []string{"from ", "to ", "from client port "} {
		if text := parts[i].text(x, b); text != parts[i].text(x, all) {
			out = append(out, word+text)
		}
	}
	return strings.Join(out, " ")
}
