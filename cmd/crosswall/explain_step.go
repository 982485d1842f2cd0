package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// stepText is one step in the words that people read.
type stepText struct {
	model.Step
	// at is the end whose policies or interface it is.
	at string
	// why is a sentence without a final stop.
	why string
	// origins are where the deciding rules are written; more than one where
	// several rules decide, each on some of the connections.
	origins []string
}

// telling is an explanation with an eye on one of its cases.
type telling struct {
	explanation
	c model.Case
}

// steps returns the steps of the case's request or reply for people.
func (x telling) steps(reply bool) []stepText {
	steps := x.c.Decision.Request
	if reply {
		steps = x.c.Decision.Reply
	}
	blockers := x.policy.Blockers(x.c.Example, x.inv)
	var out []stepText
	for _, s := range steps {
		t := stepText{Step: s, at: x.at(s.Direction, reply)}
		t.why = x.why(t, blockers, reply)
		if s.Rule != nil {
			t.origins = append(t.origins, originText(*s.Rule))
		}
		for _, r := range s.Also {
			if o := "or " + originText(r); !slices.Contains(t.origins, o) {
				t.origins = append(t.origins, o)
			}
		}
		out = append(out, t)
	}
	return out
}

// originText says where a rule is written.
func originText(r model.Rule) string {
	if o := r.Origin.String(); o != "" {
		return o
	}
	return r.Name
}

// at returns the end at which the chains of a direction are asked about the request, or the
// reply.
func (x explanation) at(d model.Direction, reply bool) string {
	if (d == model.Egress) != reply {
		return x.from.label
	}
	return x.to.label
}

// why says how a step came about.
func (x telling) why(s stepText, blockers []model.Blocker, reply bool) string {
	switch {
	case s.Verdict == model.Undecided:
		return x.openWhy(s)
	case s.Rule != nil:
		return ruleText(*s.Rule)
	case s.Verdict == model.Denied:
		for _, b := range blockers {
			if b.Rule == nil && b.Layer == s.Layer && b.Chain == s.Chain && b.Direction == s.Direction && b.Reply == reply {
				return x.lackText(b)
			}
		}
		return s.Why
	case s.Chain == "" && x.isolating && x.isWorkload(s.Direction, reply):
		return fmt.Sprintf("no policy isolates it for %s", s.Direction)
	case s.Chain == "" && x.isolating:
		return "outside: no policy is asked"
	case s.Chain == "":
		return "no rule of this layer is asked"
	}
	return s.Chain + ": allowed by default"
}

// asked reports whether a step is on the connection's path: firewalls of other
// places, a network ACL of another subnet for one, say nothing about it.
func (x explanation) asked(s model.Step) bool { return x.isolating || s.Chain != "" }

// isWorkload reports whether the end at which a step is asked is a workload.
func (x explanation) isWorkload(d model.Direction, reply bool) bool {
	if (d == model.Egress) != reply {
		return x.from.workload != nil
	}
	return x.to.workload != nil
}

// openWhy says what an undecided step rests on.
func (x telling) openWhy(s stepText) string {
	text := "unknown"
	if len(s.Doubts) > 0 {
		text += ": " + strings.Join(s.Doubts, "; ")
	}
	if s.Rule != nil {
		text += "; it would be that " + ruleText(*s.Rule)
	}
	return text
}

// ruleText says what a rule does.
func ruleText(r model.Rule) string {
	name := cmp.Or(r.Name, r.Origin.Object, "a rule")
	if strings.Trim(name, "0123456789") == "" {
		name = "rule " + name
	}
	text := fmt.Sprintf("%s %s %s", name, verb(r.Action), r.Traffic)
	if r.Reason != "" {
		text += " (" + r.Reason + ")"
	}
	return text
}

// verb is what a rule with the action does.
func verb(a model.Action) string {
	switch a {
	case model.Deny:
		return "refuses"
	case model.Pass:
		return "passes on"
	case model.Allow:
	}
	return "allows"
}

// peerField is the field of a policy's rules that names peers.
func peerField(d model.Direction) string {
	if d == model.Egress {
		return "to"
	}
	return "from"
}

// lackText says what a chain whose default refuses lacks.
func (x telling) lackText(b model.Blocker) string {
	head, but, and := b.Chain+": ", "", ""
	if x.isolating {
		head, but, and = fmt.Sprintf("isolated for %s", b.Direction), ", but ", "; "
	}
	field := peerField(b.Direction)
	switch b.Lack {
	case model.LacksRules:
		if x.isolating {
			return head + ", and no policy that selects it has a rule for " + b.Direction.String()
		}
		return head + "there is no rule about it, and the default is to refuse"
	case model.LacksBoth, model.LacksPeer:
		return fmt.Sprintf("%s%sno rule names this peer (%s %s)", head, but, field, x.peerOf(b))
	case model.LacksTraffic:
		return fmt.Sprintf("%s%sa rule names the peer (%s %s), but not this %s (%s)", head, and, field, x.peerOf(b), x.packet.what(), x.sent(b))
	}
	return head + but + "refused by default"
}

// peerOf is the end that a blocker's rules have to name.
func (x explanation) peerOf(b model.Blocker) string {
	if b.Direction == model.Egress {
		return x.at(model.Ingress, b.Reply)
	}
	return x.at(model.Egress, b.Reply)
}

// sent is the packet that a blocker is about.
func (x telling) sent(b model.Blocker) string {
	if b.Reply {
		if ports := portsText(x.c.Connections.Boxes()[0].Traffic); ports != "" {
			return "the client's " + strings.ToLower(x.packet.service.Protocol.String()) + "/" + ports
		}
		return "the reply of " + x.packet.String()
	}
	return x.packet.String()
}

// fewNear is how many rules that come close are shown of each blocker.
const fewNear = 3

// nearTexts are the rules that come closest to admitting a packet, with what they
// lack.
func (x telling) nearTexts(b model.Blocker) []string {
	var out []string
	for i, n := range b.Near {
		if i == fewNear {
			out = append(out, fmt.Sprintf("and %d more", len(b.Near)-i))
			break
		}
		lack := "to other peers"
		if b.Direction == model.Ingress {
			lack = "from other peers"
		}
		if n.Lack == model.LacksTraffic {
			lack = "not " + x.sent(b)
		}
		out = append(out, fmt.Sprintf("%s, %s", ruleText(n.Rule), lack))
		if o := n.Rule.Origin.String(); o != "" {
			out[len(out)-1] += "\n" + o
		}
	}
	return out
}

// blocker is a blocker for people.
type blocker struct {
	model.Blocker
	where, why string
	// isolating are the policies without which the default would not refuse.
	isolating []model.Origin
}

// blockers lists why the case does not pass.
func (x telling) blockers() []blocker {
	var out []blocker
	for _, b := range x.policy.Blockers(x.c.Example, x.inv) {
		t := blocker{Blocker: b, where: fmt.Sprintf("%s, %s of %s", b.Layer, b.Direction, x.at(b.Direction, b.Reply))}
		if b.Reply {
			t.where += ", on the reply"
		}
		t.why = x.lackText(b)
		if b.Rule != nil {
			t.why = ruleText(*b.Rule)
		} else {
			t.isolating = x.isolatingAt(b)
		}
		if !b.Sure {
			t.why += "; whether it is asked is unknown"
		}
		out = append(out, t)
	}
	return out
}

// isolatingAt returns the policies that isolate the end at which a blocker refuses.
func (x explanation) isolatingAt(b model.Blocker) []model.Origin {
	e := x.to
	if (b.Direction == model.Egress) != b.Reply {
		e = x.from
	}
	var out []model.Origin
	for _, i := range x.isolations {
		if i.Direction == b.Direction && e.workload != nil && slices.Contains(i.Workloads, e.workload.ID) {
			out = append(out, i.By)
		}
	}
	return out
}
