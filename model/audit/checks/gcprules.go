package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// gcpFirewalls lists the kinds of objects with rules of Google Cloud.
func gcpFirewalls() []audit.Kind { return []audit.Kind{audit.FirewallRules, audit.FirewallPolicy} }

// gcpRule is a rule of Google Cloud as somebody wrote it, with the model's rules that were made of it.
type gcpRule struct {
	*audit.Rule
	firewall *audit.Firewall
	made     []model.Rule
}

// gcpRules returns the rules of the firewalls of Google Cloud that somebody wrote, in the order of the firewalls and as they were
// written. Disabled ones have nothing made of them.
func gcpRules(s *audit.Subject) []gcpRule {
	type place struct {
		direction model.Direction
		origin    model.Origin
	}
	var out []gcpRule
	for f := range s.Firewalls() {
		if f.Provider != "gcp" {
			continue
		}
		made := map[place][]model.Rule{}
		for d, c := range f.AllChains() {
			for _, r := range c.Rules {
				made[place{d, r.Origin}] = append(made[place{d, r.Origin}], r)
			}
		}
		for j := range f.Rules {
			if r := &f.Rules[j]; !r.Added {
				out = append(out, gcpRule{r, f, made[place{r.Direction, r.Origin}]})
			}
		}
	}
	return out
}

// label is what to call the rule in a sentence.
func (r gcpRule) label() string {
	switch {
	case r.firewall.Loose:
		return r.firewall.ObjectOf(r.Direction, []model.Rule{{Origin: r.Origin}}).Label()
	case r.Name != "":
		return fmt.Sprintf("rule %d %q of %s", r.Priority, r.Name, r.firewall.Label())
	}
	return fmt.Sprintf("rule %d of %s", r.Priority, r.firewall.Label())
}

// finding is a finding about the rule.
func (r gcpRule) finding(format string, args ...any) audit.Finding {
	f := audit.Finding{Summary: r.label() + " " + fmt.Sprintf(format, args...), Object: r.firewall.ObjectOf(r.Direction, []model.Rule{{Origin: r.Origin}})}
	f.Causes = r.firewall.CausesOf(r.Direction, r.made)
	if len(f.Causes) == 0 {
		f.Causes = []audit.Cause{{Text: r.label(), Origin: r.Origin, Link: r.Link}}
	}
	if !r.firewall.Loose {
		f.Subject = r.Origin.Object
	}
	return f
}

// allows reports whether the rule admits something.
func (r gcpRule) allows() bool { return r.does(model.Allow) }

// does reports whether the rule has an effect of a kind, on something.
func (r gcpRule) does(a model.Action) bool {
	for _, m := range r.made {
		if m.Action == a {
			return true
		}
	}
	return false
}

// trait returns what a rule's trait says; empty: it has none of that code.
func (r gcpRule) trait(code audit.TraitCode) string {
	for _, t := range r.Traits {
		if t.Code == code {
			return t.Text
		}
	}
	return ""
}

// doubt says why it is not known what the rule matches; empty: it is.
func (r gcpRule) doubt() string {
	for _, m := range r.made {
		if maybe, ok := m.Target.(model.Maybe); ok {
			return maybe.Why
		}
	}
	return ""
}

// update is the command that changes the rule, where it is none that Terraform has and it is known what it is called; empty otherwise.
func (r gcpRule) update(options string) []audit.Fix {
	id := r.ID
	if r.firewall.Address != "" || !r.firewall.Loose || !strings.HasPrefix(id, "projects/") || r.Origin.Object != id {
		return nil
	}
	name := id[strings.LastIndexByte(id, '/')+1:]
	return []audit.Fix{{Title: "Change the rule", Form: "gcloud", Text: fmt.Sprintf("gcloud compute firewall-rules update %s%s %s", name, projectOf(id), options)}}
}

// anyPort is an inventory in which everybody connects from any port: what passes is told by the ports that it is for.
func anyPort(inv model.Inventory) model.Inventory {
	inv.Members = slices.Clone(inv.Members)
	for i := range inv.Members {
		inv.Members[i].ClientPorts = model.AllPorts()
	}
	inv.OutsideClientPorts = model.AllPorts()
	return inv
}

// peers returns the addresses that peers of the rule surely name, and whether these are all peers.
func (r gcpRule) peers(s *audit.Subject) (addrs model.AddrSet, whole bool) {
	whole = true
	for _, m := range r.made {
		p := s.Inventory.Resolve(m.Peer)
		addrs = addrs.Union(p.Must.At(model.Outside))
		_, isAt := m.Peer.(model.At)
		whole = whole && isAt
	}
	return addrs, whole
}
