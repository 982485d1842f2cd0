package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func gcp011() audit.Check {
	return audit.Check{
		ID:       "GCP011",
		Title:    "Machines behind Identity-Aware Proxy admit SSH or RDP past it",
		Severity: audit.Medium,
		Why: "Identity-Aware Proxy asks everybody who they are, and writes it down, before SSH and RDP get to a machine. Whoever is admitted otherwise " +
			"is not asked.",
		Advice:     "admit SSH and RDP from 35.235.240.0/20 alone",
		Kinds:      gcpFirewalls(),
		References: named("gcp", "", "CIS GCP 5.0", "3.12"),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			rules := map[model.Group][]gcpRule{}
			var order []*audit.Firewall
			for _, r := range gcpRules(s) {
				if rules[r.firewall.Key] == nil {
					order = append(order, r.firewall)
				}
				rules[r.firewall.Key] = append(rules[r.firewall.Key], r)
			}
			for _, f := range order {
				out = append(out, pastProxy(s, f, rules[f.Key])...)
			}
			return out
		},
	}
}

// logins are the services that Identity-Aware Proxy is for.
func logins() []audit.Service {
	return []audit.Service{{Name: "SSH", Traffic: model.Traffic{model.Ports(model.TCP, 22, 22)}}, {Name: "RDP", Traffic: model.Traffic{model.Ports(model.TCP, 3389, 3389)}}}
}

// pastProxy finds the rules of a firewall that admit logins at machines which are meant to have them through the proxy: for which a
// rule admits them from its addresses, and from no others of the Internet.
func pastProxy(s *audit.Subject, f *audit.Firewall, rules []gcpRule) []audit.Finding {
	var out []audit.Finding
	for _, service := range logins() {
		var through []model.Endpoints // whom the proxy is to connect to
		for _, r := range rules {
			if r.isOfProxy(s, service.Traffic) {
				for _, m := range r.made {
					through = append(through, s.Inventory.Resolve(model.And{orAny(f.Target), orAny(m.Target)}).Must)
				}
			}
		}
		if len(through) == 0 {
			continue
		}
		for _, r := range rules {
			if !r.isOfProxy(s, service.Traffic) {
				out = append(out, past(s, r, service, through)...)
			}
		}
	}
	return out
}

func orAny(s model.Selector) model.Selector {
	if s == nil {
		return model.Any{}
	}
	return s
}

// isOfProxy reports whether the rule admits some traffic from the addresses of the proxy, and from Google Cloud's own alone.
func (r gcpRule) isOfProxy(s *audit.Subject, t model.Traffic) bool {
	if r.Direction != model.Ingress {
		return false
	}
	for _, m := range r.made {
		at, ok := m.Peer.(model.At)
		if ok && m.Action == model.Allow && at.Addrs.Covers(identityProxies()) && s.Estate.Senders.Covers(at.Addrs.Intersect(audit.Internet())) && within(t, m.Traffic) {
			return true
		}
	}
	return false
}

// past is what a rule admits of a service, from elsewhere than the proxy, at machines that have it through the proxy: what surely passes
// the firewall, so that a rule that others overrule is not found.
func past(s *audit.Subject, r gcpRule, service audit.Service, through []model.Endpoints) []audit.Finding {
	var boxes []model.Box
	for _, m := range r.made {
		if m.Action != model.Allow || r.Direction != model.Ingress {
			continue
		}
		from := s.Inventory.Resolve(m.Peer).Must.Subtract(model.EndpointsAt(s.Estate.Senders.Union(s.Settings.Trusted)))
		to := s.Inventory.Resolve(model.And{orAny(r.firewall.Target), orAny(m.Target)}).Must
		for _, meant := range through {
			for _, t := range m.Traffic {
				boxes = append(boxes, model.Box{Src: from, Dst: to.Intersect(meant), Traffic: model.Traffic{t}})
			}
		}
	}
	within := model.NewRegion(boxes...).Intersect(audit.Connections(service.Traffic))
	if within.IsEmpty() {
		return nil
	}
	layer := model.Layer{Name: r.firewall.Label(), State: model.Stateful, Ingress: r.firewall.Ingress}
	open := model.Policy{Layers: []model.Layer{layer}}.PermittedWithin(anyPort(s.Inventory), within).Allowed
	if open.IsEmpty() {
		return nil
	}
	f := r.finding("admits %s past Identity-Aware Proxy, for which another rule admits it at the same machines", service.Name)
	f.Open, f.Subject = open, fmt.Sprintf("%s %s", f.Subject, service.Name)
	if s.Wide(audit.Sources(open).Intersect(audit.Internet())).IsEmpty() {
		f.Step = -1
	}
	return []audit.Finding{f}
}
