package audit

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// Describe says what a rule does: "allow tcp/22 from 0.0.0.0/0", "deny any to sg-1 at 10.0.0.0/8".
func Describe(r model.Rule, d model.Direction) string {
	word, other := "from", "at"
	if d == model.Egress {
		word = "to"
	}
	text := fmt.Sprintf("%s %s %s %s", r.Action, strings.Join(TrafficWords(r.Traffic), ", "), word, PeerText(r.Peer))
	if r.Priority != 0 {
		text = fmt.Sprintf("%d: %s", r.Priority, text)
	}
	if at := placesOf(r.Target); at != "" {
		text += " " + other + " " + at
	}
	return text
}

// manyProtocols is from how many protocols on those are told that are not among them.
const manyProtocols = 128

// TrafficWords is what traffic is, service by service, for a sentence: of nearly all protocols, which it is not. One word, "nothing", for none.
func TrafficWords(t model.Traffic) []string {
	whole := map[model.Protocol]bool{}
	var words []string
	for _, s := range t {
		if s.Protocol != model.AnyProtocol && s == model.AllOf(s.Protocol) {
			whole[s.Protocol] = true
		}
	}
	many := len(whole) >= manyProtocols
	for _, s := range t {
		if !many || !whole[s.Protocol] {
			words = append(words, s.String())
		}
	}
	var but []string
	for p := range model.Protocol(256) {
		if many && !whole[p] {
			but = append(but, model.AllOf(p).String())
		}
	}
	switch {
	case len(but) > 0:
		words = append(words, "every protocol but "+strings.Join(but, ", "))
	case many:
		words = append(words, "every protocol")
	case len(words) == 0:
		words = []string{"nothing"}
	}
	return words
}

// mostBlocks is how many blocks are told of a peer; of more, those that it leaves out, if they are fewer.
const mostBlocks = 8

// PeerText says for a sentence who a peer is: [SelectorText], short.
func PeerText(s model.Selector) string {
	if m, ok := s.(model.Maybe); ok && isAnybody(m.Selector) {
		return "addresses that are not known"
	}
	at, ok := s.(model.At)
	if !ok {
		return SelectorText(s)
	}
	blocks := at.Addrs.Prefixes()
	if len(blocks) <= mostBlocks {
		return at.Addrs.String()
	}
	var all model.AddrSet
	if !at.Addrs.V4().IsEmpty() {
		all = all.Union(model.AllIPv4())
	}
	if !at.Addrs.V6().IsEmpty() {
		all = all.Union(model.AllIPv6())
	}
	if out := all.Subtract(at.Addrs); len(out.Prefixes()) <= mostBlocks {
		return fmt.Sprintf("%s but %s", all, out)
	}
	return fmt.Sprintf("%s and %d more blocks", model.Prefixes(blocks[:mostBlocks]...), len(blocks)-mostBlocks)
}

// placesOf names the addresses that a target is restricted to; empty: none.
func placesOf(s model.Selector) string {
	switch s := s.(type) {
	case model.At:
		return SelectorText(s)
	case model.And:
		for _, e := range s {
			if text := placesOf(e); text != "" {
				return text
			}
		}
	}
	return ""
}

// SelectorText says whom a selector names, for people: "0.0.0.0/0", "sg-1 or 10.0.0.0/8". Equal selectors
// have equal texts.
func SelectorText(s model.Selector) string {
	switch s := s.(type) {
	case nil, model.Any:
		return "anybody"
	case model.At:
		return s.Addrs.String()
	case model.Identities:
		words := make([]string, len(s))
		for i, id := range s {
			words[i] = string(id)
			if id == model.Outside {
				words[i] = "outside"
			}
		}
		return joined(words, " or ", "nobody")
	case model.Group:
		return string(s)
	case model.And:
		return joined(texts(s), " and ", "anybody")
	case model.Or:
		return joined(texts(s), " or ", "nobody")
	case model.Not:
		return "not (" + SelectorText(s.Selector) + ")"
	case model.Maybe:
		return "perhaps " + SelectorText(s.Selector)
	}
	return "?"
}

func texts(ss []model.Selector) []string {
	out := make([]string, len(ss))
	for i, s := range ss {
		out[i] = SelectorText(s)
		if _, ok := s.(model.Or); ok && len(ss) > 1 {
			out[i] = "(" + out[i] + ")"
		}
	}
	return out
}

func joined(words []string, with, none string) string {
	if len(words) == 0 {
		return none
	}
	return strings.Join(words, with)
}

// Doubt returns the first reason why it is not known whether a rule matches; empty: it is known.
func Doubt(r model.Rule) string { return cmp.Or(whyOf(r.Peer), whyOf(r.Target)) }
