package translate_test

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/terraform"
)

// gcpSim simulates Google Cloud's firewall: VPC firewall rules, then the
// network firewall policy that is associated with the network, then the
// implied rules, which refuse ingress and admit egress. Stateful, applied at each
// machine, at both ends. The lowest priority number decides; among equals a deny.
// VPC documentation, "VPC firewall rules" and "Firewall policy rule evaluation order".
type gcpSim struct {
	place  place
	rules  []gcpRule // VPC rules
	policy []gcpRule // network firewall policy
	// identities are the tags, service accounts and secure tags of a pod's machine.
	identities func(*pod) []string
}

type gcpRule struct {
	name     string
	ingress  bool
	priority int
	action   string // allow, deny or goto_next
	targets  []string
	sources  []string // identities
	from, to []netip.Prefix
	services []gcpService
}

type gcpService struct {
	protocol int
	ports    []portSpan
}

func newGCPSim(p place, m terraform.Module, identities func(*pod) []string) (*gcpSim, error) {
	s := &gcpSim{place: p, identities: identities}
	if p.cluster == "gke" {
		s.rules = gkeRules()
	}
	policies := map[string][]gcpRule{}
	var associated []string
	var errs []error
	for _, r := range m.Resources {
		a := attrs{r.Body, r.Address(), &errs}
		switch r.Type {
		case "google_compute_firewall":
			s.rules = append(s.rules, readGCPRules(a)...)
		case "google_compute_network_firewall_policy":
			a.only("name", "description", "project")
			policies[r.Address()] = append(policies[r.Address()], gcpRule{action: "none"})
		case "google_compute_network_firewall_policy_association":
			a.only("name", "attachment_target", "firewall_policy", "project")
			associated = append(associated, a.text("firewall_policy"))
		case "google_compute_network_firewall_policy_rule":
			of := a.text("firewall_policy")
			policies[of] = append(policies[of], readGCPPolicyRule(a))
		default:
			errs = append(errs, fmt.Errorf("%s: the simulator does not know this resource", r.Address()))
		}
	}
	if len(associated) > 1 {
		errs = append(errs, fmt.Errorf("%d network firewall policies on one network", len(associated)))
	}
	for _, of := range associated {
		s.policy = policies[of]
	}
	for i, r := range s.policy {
		for _, t := range s.policy[:i] {
			if r.priority == t.priority && r.action != "none" && t.action != "none" {
				errs = append(errs, fmt.Errorf("priority %d is there twice in a policy", r.priority))
			}
		}
	}
	return s, errors.Join(errs...)
}

func readGCPRules(a attrs) []gcpRule {
	a.only("name", "network", "project", "description", "direction", "priority", "allow", "deny", "source_ranges", "destination_ranges",
		"source_tags", "target_tags", "source_service_accounts", "target_service_accounts", "disabled")
	if a.truth("disabled") {
		return nil
	}
	r := gcpRule{name: a.where, ingress: a.text("direction") != "EGRESS", priority: a.number("priority", 1000),
		targets: a.texts("target_tags", "target_service_accounts"), sources: a.texts("source_tags", "source_service_accounts"),
		from: a.prefixes("source_ranges"), to: a.prefixes("destination_ranges")}
	r.check(a)
	tags := len(a.texts("target_tags", "source_tags"))
	accounts := len(a.texts("target_service_accounts", "source_service_accounts"))
	if tags > 0 && accounts > 0 {
		a.fail("target_tags", "tags and service accounts do not mix")
	}
	if r.ingress && len(r.from) == 0 && len(r.sources) == 0 {
		r.from = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	}
	for _, b := range a.Blocks {
		inner := attrs{b.Body, a.where + " " + b.Type, a.errs}
		inner.only("protocol", "ports")
		r.services = append(r.services, gcpService{inner.ipProtocol("protocol"), inner.spans("ports")})
		if r.action != "" && r.action != b.Type {
			a.fail("allow", "a rule either allows or denies")
		}
		r.action = b.Type
	}
	return []gcpRule{r}
}

// check complains about what Google Cloud refuses.
func (r gcpRule) check(a attrs) {
	if !r.ingress && len(r.sources) > 0 {
		a.fail("source_tags", "egress rules have no source tags")
	}
	for _, ps := range [][]netip.Prefix{append(slices.Clone(r.from), r.to...)} {
		for _, p := range ps {
			if p.Addr().Is4() != ps[0].Addr().Is4() {
				a.fail("ranges", "a rule holds one family")
			}
		}
	}
	if r.priority < 0 || r.priority > 2147483547 {
		a.fail("priority", "out of range")
	}
}

func readGCPPolicyRule(a attrs) gcpRule {
	a.only("firewall_policy", "priority", "direction", "action", "match", "description", "rule_name", "project", "target_service_accounts",
		"target_secure_tags", "disabled", "enable_logging")
	r := gcpRule{name: a.where, ingress: a.text("direction") == "INGRESS", priority: a.number("priority", -1), action: a.text("action"),
		targets: a.texts("target_service_accounts")}
	if a.truth("disabled") {
		r.action = "none"
	}
	for _, b := range a.BlocksOf("target_secure_tags") {
		r.targets = append(r.targets, attrs{b.Body, a.where, a.errs}.text("name"))
	}
	for _, b := range a.BlocksOf("match") {
		m := attrs{b.Body, a.where + " match", a.errs}
		m.only("src_ip_ranges", "dest_ip_ranges", "src_secure_tags", "layer4_configs")
		r.from, r.to = m.prefixes("src_ip_ranges"), m.prefixes("dest_ip_ranges")
		for _, t := range b.Body.BlocksOf("src_secure_tags") {
			r.sources = append(r.sources, attrs{t.Body, a.where, a.errs}.text("name"))
		}
		for _, l := range b.Body.BlocksOf("layer4_configs") {
			inner := attrs{l.Body, a.where + " layer4_configs", a.errs}
			inner.only("ip_protocol", "ports")
			r.services = append(r.services, gcpService{inner.ipProtocol("ip_protocol"), inner.spans("ports")})
		}
	}
	r.check(a)
	return r
}

func (s *gcpSim) admits(p packet) (bool, string) {
	if s.place.neverFilters(p) {
		return true, "GCP never filters this address"
	}
	if p.src.pod != nil {
		if ok, why := s.side(p.src, p.dst, p, egress); !ok {
			return false, "egress: " + why
		}
	}
	if p.dst.pod != nil {
		if ok, why := s.side(p.dst, p.src, p, ingress); !ok {
			return false, "ingress: " + why
		}
	}
	return true, "admitted"
}

// side asks the stages in their order. VPC rules come before the network
// firewall policy unless the network says otherwise.
func (s *gcpSim) side(self, peer end, p packet, d direction) (bool, string) {
	if action, name := s.stage(s.rules, self, peer, p, d); action != "" {
		return action == "allow", name
	}
	if action, name := s.stage(s.policy, self, peer, p, d); action != "" {
		return action == "allow", name
	}
	return d == egress, "implied rule"
}

// stage returns the action of the stage; "" when it leaves the packet to the next one.
func (s *gcpSim) stage(rules []gcpRule, self, peer end, p packet, d direction) (action, name string) {
	best := gcpRule{}
	for _, r := range rules {
		if r.action == "none" || r.ingress != (d == ingress) || !s.matches(r, self, peer, p) {
			continue
		}
		c := cmp.Compare(r.priority, best.priority)
		if best.action == "" || c < 0 || c == 0 && r.action == "deny" {
			best = r
		}
	}
	if best.action == "goto_next" {
		return "", ""
	}
	return best.action, best.name
}

// gkeRules are those that GKE writes beside the module's: pods may be reached
// from all pods (cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules).
func gkeRules() []gcpRule {
	return []gcpRule{{name: "gke-all", ingress: true, priority: 1000, action: "allow",
		from:     []netip.Prefix{netip.MustParsePrefix("10.0.0.0/16")},
		services: []gcpService{{protocol: tcp}, {protocol: udp}, {protocol: icmp}, {protocol: sctp}}}}
}

func (s *gcpSim) matches(r gcpRule, self, peer end, p packet) bool {
	if len(r.targets) > 0 && !s.hasAny(self, r.targets) {
		return false
	}
	service := false
	for _, v := range r.services {
		service = service || v.covers(p)
	}
	if !service {
		return false
	}
	src, dst := p.src.addr, p.dst.addr
	if len(r.to) > 0 && !anyPrefix(r.to, dst) {
		return false
	}
	if len(r.from) == 0 && len(r.sources) == 0 {
		return true
	}
	// Source identities stand for machines' own addresses, never for the alias
	// ranges that pods on GKE hold.
	byIdentity := s.place.cluster != "gke" && s.hasAny(peer, r.sources)
	return anyPrefix(r.from, src) || byIdentity
}

func (s *gcpSim) hasAny(e end, ids []string) bool {
	if e.pod == nil {
		return false
	}
	for _, id := range s.identities(e.pod) {
		if slices.Contains(ids, id) {
			return true
		}
	}
	return false
}

func (v gcpService) covers(p packet) bool {
	switch {
	case v.protocol == -1:
		return true
	case v.protocol != p.protocol:
		return false
	}
	return len(v.ports) == 0 || anySpan(v.ports, p.dstPort)
}
