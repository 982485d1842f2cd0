package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp023() audit.Check {
	return audit.Check{
		ID:         "EXP023",
		Title:      "The whole Internet is admitted without saying so",
		Severity:   audit.High,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Medium},
		Why:        "Reviews and scanners look for 0.0.0.0/0 and ::/0. The same written in halves, or as an address with /0 behind it, is missed: by mistake, or on purpose.",
		Advice:     "write the whole Internet as what it is where it is meant, and the blocks that are meant where it is not",
		Kinds:      filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, "CIS AWS 7.0", "6.3"),
		),
		Run: hiddenInternet,
	}
}

func hiddenInternet(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Openings(), filters()) {
		hide := hidden{s, o}
		found := s.Telling(o, hide.part(o.Open), hide.part(o.Unsure), func(from model.AddrSet, what model.Traffic) string {
			return fmt.Sprintf("%s lets %s reach %s, by rules of which none says so", o.Firewall.Label(), strangers(s, from), few(what))
		})
		for _, f := range found {
			how := disguise(o, f.Causes)
			if f.Unsure != "" && how == "" {
				continue // who is admitted is not known, of which other checks tell; nothing says that it is hidden
			}
			f.Summary += how
			out = append(out, f)
		}
	}
	return out
}

// disguise says how rules are written such that they do not look as wide as they are; empty: each is as wide as it looks.
func disguise(o *audit.Opening, causes []audit.Cause) string {
	for _, c := range causes {
		told, ok := o.Firewall.RuleAt(o.Direction, c.Origin)
		if !ok {
			continue
		}
		for _, t := range told.Traits {
			if t.Code == audit.HostBits || t.Code == audit.SplitRanges {
				return ": " + t.Text
			}
		}
	}
	return ""
}

// hidden looks for what nearly all of the Internet may send though no rule reads so.
type hidden struct {
	subject *audit.Subject
	opening *audit.Opening
}

// part is the part of a part of an opening in which that is so.
func (h hidden) part(part model.Region) model.Region {
	o := h.opening
	part = private(h.subject, o, beyondReplies(o, part))
	if part.IsEmpty() {
		return part
	}
	var lanes []audit.Lane
	for _, l := range o.Lanes(part) {
		v4, v6 := h.subject.Whole(l.Strangers)
		whom := model.AddrSet{}
		if v4 && !h.isSaid(l.Traffic, model.AllIPv4()) {
			whom = whom.Union(l.Strangers.V4())
		}
		if v6 && !h.isSaid(l.Traffic, model.AllIPv6()) {
			whom = whom.Union(l.Strangers.V6())
		}
		if !whom.IsEmpty() {
			lanes = append(lanes, audit.Lane{Traffic: l.Traffic, Strangers: whom})
		}
	}
	return o.In(lanes, part)
}

// isSaid reports whether one rule openly admits the whole Internet of a family to some traffic.
func (h hidden) isSaid(t model.Traffic, family model.AddrSet) bool {
	for i, r := range h.opening.Rules() {
		if r.Action != model.Allow {
			continue
		}
		v4, v6 := h.subject.Whole(h.opening.Peers(i).Intersect(family))
		if v4 || v6 {
			told, ok := h.opening.Firewall.RuleAt(h.opening.Direction, r.Origin)
			if (!ok || !disguises(told)) && within(t, r.Traffic) {
				return true
			}
		}
	}
	return false
}

// disguises reports whether a rule is written such that it does not look as wide as it is.
func disguises(r *audit.Rule) bool {
	return len(r.Lists) > 0 || slices.ContainsFunc(r.Traits, func(t audit.Trait) bool {
		return t.Code == audit.HostBits || t.Code == audit.SplitRanges
	})
}
