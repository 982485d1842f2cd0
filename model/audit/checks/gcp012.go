package checks

import (
	"fmt"
	"net/netip"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func gcp012() audit.Check {
	return audit.Check{
		ID:       "GCP012",
		Title:    "Health checks of load balancers are admitted in part only",
		Severity: audit.High,
		Why: "Load balancers send nothing to a machine that does not answer their health checks. These come from 130.211.0.0/22 and 35.191.0.0/16; where some " +
			"are refused, machines count as down now and then, or always.",
		Advice: "admit both ranges at the machines behind the load balancer, by a rule that is asked before those that refuse",
		Kinds:  gcpFirewalls(),
		Run: func(s *audit.Subject) []audit.Finding {
			var found []probed
			var boxes []model.Box
			for _, r := range gcpRules(s) {
				if p, ok := probesOf(s, r); ok {
					found = append(found, p)
					boxes = append(boxes, p.boxes...)
				}
			}
			if len(boxes) == 0 {
				return nil
			}
			p := s.Policy.PermittedWithin(anyPort(s.Inventory), model.NewRegion(boxes...))
			var out []audit.Finding
			for _, one := range found {
				out = append(out, one.findings(s, p.Allowed.Union(p.Unknown))...)
			}
			return out
		},
	}
}

// probed is a rule that admits health checks, and all health checks of the same machines on the same ports.
type probed struct {
	gcpRule
	boxes []model.Box
}

// probesOf says which health checks a rule is about; false where it is about none. A rule for everybody, or for whole regions of the
// Internet, is not about them.
func probesOf(s *audit.Subject, r gcpRule) (probed, bool) {
	out := probed{gcpRule: r}
	if r.Direction != model.Ingress || r.doubt() != "" {
		return out, false
	}
	for _, m := range r.made {
		at, ok := m.Peer.(model.At)
		if !ok || m.Action != model.Allow || !namesProbes(at.Addrs) {
			continue
		}
		from := healthChecks()
		if at.Addrs.Overlaps(passthroughProbes()) {
			from = from.Intersect(at.Addrs) // those of another sort of load balancer
		}
		to := s.Inventory.Resolve(model.And{orAny(r.firewall.Target), orAny(m.Target)}).Must.Subtract(model.EndpointsOf(model.Outside))
		if to = present(s, to); !to.IsEmpty() {
			out.boxes = append(out.boxes, model.Box{Src: model.EndpointAt(model.Outside, from), Dst: to, Traffic: m.Traffic})
		}
	}
	return out, len(out.boxes) > 0
}

// present is the members among endpoints.
func present(s *audit.Subject, e model.Endpoints) model.Endpoints {
	out := model.Endpoints{}
	for _, m := range s.Inventory.Members {
		if at := e.At(m.ID); !at.IsEmpty() {
			out = out.Union(model.EndpointAt(m.ID, at))
		}
	}
	return out
}

// namesProbes reports whether addresses name health checks on purpose: blocks of them, or little more.
func namesProbes(a model.AddrSet) bool {
	const little = 14
	for _, p := range a.Prefixes() {
		if p.Bits() >= little && model.Prefixes(p).Overlaps(healthChecks()) {
			return true
		}
	}
	return false
}

// passthroughProbes is the addresses from which, besides 35.191.0.0/16, health checks of external passthrough load balancers come, to
// which 130.211.0.0/22 does not belong (Cloud Load Balancing, health checks overview, probe IP ranges and firewall rules).
func passthroughProbes() model.AddrSet {
	return model.Prefixes(netip.PrefixFrom(netip.AddrFrom4([4]byte{209, 85, 152, 0}), 22), netip.PrefixFrom(netip.AddrFrom4([4]byte{209, 85, 204, 0}), 22))
}

// findings says which health checks get to none of the machines. That some machines of many have none is for those who have put them
// aside.
func (p probed) findings(s *audit.Subject, permitted model.Region) []audit.Finding {
	refused := model.NewRegion(p.boxes...).Subtract(permitted)
	for b := range permitted.Intersect(model.NewRegion(p.boxes...)).All() {
		b.Dst = model.AnyEndpoint()
		refused = refused.Subtract(model.NewRegion(b))
	}
	if refused.IsEmpty() {
		return nil
	}
	f := p.finding("admits health checks, and those from %s to %s are refused", audit.Sources(refused), few(audit.TrafficOf(refused)))
	f.Open = refused
	if flow, ok := refused.Example(); ok {
		f.Causes = append(f.Causes, deciding(s.Policy, s.Inventory, flow)...)
	}
	return []audit.Finding{f}
}

// deciding tells of the rule that decides on a connection, or that did not let others decide; none where it is a default.
func deciding(p model.Policy, inv model.Inventory, f model.Flow) []audit.Cause {
	d := p.Explain(f, inv)
	for _, step := range d.Request {
		if step.Verdict == d.Verdict && step.Rule != nil {
			return []audit.Cause{{Text: fmt.Sprintf("%s: %s", step.Chain, audit.Describe(*step.Rule, step.Direction)), Origin: step.Rule.Origin}}
		}
	}
	return nil
}
