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
	return o.Keep(part.Subtract(h.said()), func(strangers model.AddrSet) model.AddrSet {
		var whom model.AddrSet
		v4, v6 := h.subject.Whole(strangers)
		if v4 {
			whom = strangers.V4()
		}
		if v6 {
			whom = whom.Union(strangers.V6())
		}
		return whom
	})
}

// said is what rules admit openly to the whole Internet of a family. A rule that perhaps does says so of what it alone may admit.
func (h hidden) said() model.Region {
	o := h.opening
	var sure, perhaps []model.Box
	for i, r := range o.Rules() {
		if told, ok := o.Firewall.RuleAt(o.Direction, r.Origin); r.Action != model.Allow || ok && disguises(told) {
			continue
		}
		for _, family := range []model.AddrSet{model.AllIPv4(), model.AllIPv6()} {
			if v4, v6 := h.subject.SaysWhole(o.Peers(i).Intersect(family)); !v4 && !v6 {
				continue
			}
			b := model.Box{Src: model.EndpointAt(model.Outside, family), Dst: model.EndpointsOf(o.Here()), Traffic: r.Traffic}
			if o.Direction == model.Egress {
				b.Src, b.Dst = b.Dst, b.Src
			}
			if audit.Doubt(r) == "" {
				sure = append(sure, b)
			} else {
				perhaps = append(perhaps, b)
			}
		}
	}
	return model.NewRegion(sure...).Union(model.NewRegion(perhaps...).Subtract(o.Open))
}

// disguises reports whether a rule is written such that it does not look as wide as it is.
func disguises(r *audit.Rule) bool {
	return len(r.Lists) > 0 || slices.ContainsFunc(r.Traits, func(t audit.Trait) bool {
		return t.Code == audit.HostBits || t.Code == audit.SplitRanges
	})
}
