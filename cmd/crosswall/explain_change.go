package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate/kubernetes"
)

// change is what would let a refused connection pass.
type change struct {
	// policies is manifests to add: they admit the connection and, but for
	// others, nothing else.
	policies string
	// verdict is that of the sources with the policies added; it was worked
	// out, not assumed.
	verdict model.Verdict
	// others are workloads that the policies name too, as their labels do not
	// tell them apart.
	others []string
	// isolates are workloads that no policy isolated before.
	isolates []string
	// inPlace are edits of rules that come close.
	inPlace []string
	caveats []string
}

// suggestionFile is what the suggested manifests are called when they are read back.
const suggestionFile = "(the change)"

// closestChange works out the change and reads it back with the sources.
func closestChange(reader kubernetes.Reader, m material, x explanation) *change {
	c := &change{}
	var docs []string
	for _, d := range x.refusing() {
		p := x.admitting(d)
		doc, err := p.text()
		if err != nil {
			return nil // text and numbers can always be written
		}
		docs = append(docs, doc)
		for _, caveat := range p.caveats {
			if !slices.Contains(c.caveats, caveat) {
				c.caveats = append(c.caveats, caveat)
			}
		}
	}
	if len(docs) == 0 {
		return nil
	}
	c.policies = strings.Join(docs, "---\n")
	c.inPlace = x.inPlace()
	in, findings := reader.ReadFiles(append(slices.Clone(m.files), kubernetes.File{Name: suggestionFile, Data: []byte(c.policies), Named: true}))
	if model.WorstSeverity(findings) == model.Error || len(in.Policy.Layers) != len(m.Policy.Layers) {
		return nil // no manifest of crosswall's would be taken
	}
	c.verdict = verdictOf(in.Policy.ExplainAll(x.Question, in.Inventory))
	if c.verdict != model.Allowed {
		return nil
	}
	c.sideEffects(m.Policy, in.Policy, x)
	return c
}

// refusing returns the directions in which policies refuse the request.
func (x explanation) refusing() []model.Direction {
	var out []model.Direction
	for _, c := range x.cases {
		for _, s := range c.Decision.Request {
			if s.Verdict != model.Allowed && !slices.Contains(out, s.Direction) {
				out = append(out, s.Direction)
			}
		}
	}
	slices.Sort(out)
	return out
}

// sideEffects finds what else the policies do.
func (c *change) sideEffects(before, after model.Policy, x explanation) {
	for i, l := range after.Layers {
		for _, d := range []model.Direction{model.Egress, model.Ingress} {
			for k, chain := range l.Chains(d) {
				was := x.inv.Resolve(before.Layers[i].Chains(d)[k].Guard.Target).May
				now := x.inv.Resolve(chain.Guard.Target).May
				for _, m := range x.inv.Members {
					if was.At(m.ID).IsEmpty() && !now.At(m.ID).IsEmpty() {
						c.isolates = append(c.isolates, fmt.Sprintf("%s for %s", m.ID, d))
					}
				}
				for _, r := range chain.Rules {
					if r.Origin.File == suggestionFile {
						c.addOthers(r, x)
					}
				}
			}
		}
	}
	slices.Sort(c.others)
	c.others = slices.Compact(c.others)
}

// addOthers notes the workloads besides the two ends that a new rule names. Those
// that a block of addresses names hold the addresses that were asked for.
func (c *change) addOthers(r model.Rule, x explanation) {
	for _, s := range []model.Selector{r.Target, r.Peer} {
		ids, ok := s.(model.Identities)
		if !ok {
			continue
		}
		for _, id := range ids {
			if id != x.From.ID && id != x.To.ID {
				c.others = append(c.others, string(id))
			}
		}
	}
}

// inPlace says how rules that come close could be edited.
func (x explanation) inPlace() []string {
	var out []string
	for _, c := range x.cases {
		for _, b := range x.policy.Blockers(c.Example, x.inv) {
			for _, lack := range []model.Lack{model.LacksTraffic, model.LacksPeer} {
				i := slices.IndexFunc(b.Near, func(n model.Near) bool { return n.Lack == lack && n.Rule.Origin.File != "" })
				if b.Reply || i < 0 {
					continue
				}
				if text := x.edit(b, b.Near[i]); text != "" && !slices.Contains(out, text) {
					out = append(out, text)
				}
			}
		}
	}
	return out
}

// edit says how one rule could be made to admit the packet, and what that
// opens besides.
func (x explanation) edit(b model.Blocker, n model.Near) string {
	item, _, _ := strings.Cut(strings.Replace(n.Rule.Origin.Path, ".to[", ".from[", 1), ".from[")
	at := n.Rule.Origin
	at.Path = item
	targets := x.others(n.Rule.Target, x.targetOf(b))
	if n.Lack == model.LacksPeer {
		text := fmt.Sprintf("add %s to %s of %s", x.peerOf(b), peerField(b.Direction), at)
		if rest := trafficOf(n.Rule.Traffic).subtract(trafficOf(x.Traffic)); !rest.isEmpty() {
			text += ", which opens " + rest.text(trafficOf(model.Traffic{model.AllTraffic()})) + " to it too"
		}
		return text + also(", and does so at ", targets)
	}
	if !x.packet.service.Protocol.HasPorts() {
		return "" // ports are all that a rule can name
	}
	s := x.packet.service
	text := fmt.Sprintf("add {protocol: %s, port: %s} to ports of %s", s.Protocol, s.Dst, at)
	return text + also(", which opens it to ", x.peersOfItem(at, b)) + also(", and does so at ", targets)
}

func also(words string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return words + firstNames(names, 3) + " too"
}

// targetOf is the identity at which a blocker refuses.
func (x explanation) targetOf(b model.Blocker) model.Identity {
	if b.Direction == model.Egress {
		return x.From.ID
	}
	return x.To.ID
}

// others names who else a selector names.
func (x explanation) others(s model.Selector, but model.Identity) []string {
	var out []string
	may := x.inv.Resolve(s).May
	for _, m := range x.inv.Members {
		if m.ID != but && !may.At(m.ID).Intersect(x.inv.Addrs(m.ID)).IsEmpty() {
			out = append(out, string(m.ID))
		}
	}
	return out
}

// peersOfItem names the other peers of an item of ingress or egress: they share its
// ports.
func (x explanation) peersOfItem(item model.Origin, b model.Blocker) []string {
	peer := x.To.ID
	if b.Direction == model.Ingress {
		peer = x.From.ID
	}
	var out []string
	for _, l := range x.policy.Layers {
		for _, c := range l.Chains(b.Direction) {
			for _, r := range c.Rules {
				if r.Origin.File != item.File || r.Origin.Object != item.Object || !strings.HasPrefix(r.Origin.Path+".", item.Path+".") {
					continue
				}
				if r.Peer == nil {
					return []string{"everybody"}
				}
				out = append(out, x.others(r.Peer, peer)...)
				if at := x.inv.Resolve(r.Peer).May.At(model.Outside); !at.IsEmpty() {
					out = append(out, rangeText(at))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// text is the change for a terminal.
func (c *change) text() string {
	var b strings.Builder
	b.WriteString("closest change: add\n\n")
	for line := range strings.Lines(c.policies) {
		b.WriteString("    " + line)
	}
	fmt.Fprintf(&b, "\nread back with the sources: %s", c.verdict)
	if len(c.others) > 0 {
		fmt.Fprintf(&b, "; its labels name %s too", strings.Join(c.others, ", "))
	}
	b.WriteString("\n")
	if len(c.isolates) > 0 {
		fmt.Fprintf(&b, "beware: it isolates %s, which nothing did before\n", strings.Join(c.isolates, ", "))
	}
	for _, t := range c.caveats {
		b.WriteString("beware: " + t + "\n")
	}
	for _, t := range c.inPlace {
		b.WriteString("or, in place: " + t + "\n")
	}
	return b.String()
}
