package gcp

import (
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// simulator judges packets as Google Cloud documents it, over the attributes of
// resources. It shares no code with Decode and knows nothing of model's chains.
type simulator struct {
	resources []terraform.Resource
	// has says which tags, accounts and secure tags the machine behind a member has.
	has map[model.Identity]map[string]bool
	gke bool
}

// newSimulator gives the machines the identities that the module's outputs ask
// for.
func newSimulator(out providers.Output, gke bool) simulator {
	s := simulator{resources: out.Module.Resources, has: map[model.Identity]map[string]bool{}, gke: gke}
	for _, o := range out.Module.Outputs {
		byID, _ := o.Value.AsObject()
		for id, v := range byID {
			if s.has[model.Identity(id)] == nil {
				s.has[model.Identity(id)] = map[string]bool{}
			}
			s.has[model.Identity(id)][spelled(v)] = true
		}
	}
	return s
}

func spelled(v terraform.Value) string {
	if s, ok := v.AsString(); ok {
		return s
	}
	s, _ := v.AsRef()
	return s
}

// admits reports whether a connection passes both of its ends.
func (s simulator) admits(f model.Flow) bool {
	return (f.Src.ID == model.Outside || s.passes("EGRESS", f)) && (f.Dst.ID == model.Outside || s.passes("INGRESS", f))
}

func (s simulator) passes(direction string, f model.Flow) bool {
	if direction == "EGRESS" && f.Dst.Addr == netip.MustParseAddr("169.254.169.254") {
		return true
	}
	best, verdict := math.MaxInt, direction == "EGRESS"
	for _, r := range s.resources {
		if d, _ := r.Get("direction").AsString(); d != direction {
			continue
		}
		p64, _ := r.Get("priority").AsInt()
		p := int(p64)
		var hit, allow bool
		switch r.Type {
		case "google_compute_firewall":
			allow = len(r.BlocksOf("allow")) > 0
			hit = s.vpcMatches(r, direction, f)
		case "google_compute_network_firewall_policy_rule":
			a, _ := r.Get("action").AsString()
			allow = a == "allow"
			hit = s.policyMatches(r, direction, f)
		}
		switch {
		case !hit || p > best:
		case p < best:
			best, verdict = p, allow
		default:
			verdict = verdict && allow // deny wins ties
		}
	}
	return verdict
}

func (s simulator) vpcMatches(r terraform.Resource, direction string, f model.Flow) bool {
	own := f.Dst
	if direction == "EGRESS" {
		own = f.Src
	}
	targets := append(words(r.Get("target_tags")), words(r.Get("target_service_accounts"))...)
	if len(targets) > 0 && !s.hasAny(own.ID, targets) {
		return false
	}
	sources := append(words(r.Get("source_tags")), words(r.Get("source_service_accounts"))...)
	from := words(r.Get("source_ranges"))
	if direction == "INGRESS" && !inRanges(f.Src.Addr, from) && !(s.hasAny(f.Src.ID, sources) && !s.gke) {
		return false
	}
	if to := words(r.Get("destination_ranges")); len(to) > 0 && !inRanges(f.Dst.Addr, to) {
		return false
	}
	for _, typ := range []string{"allow", "deny"} {
		for _, b := range r.BlocksOf(typ) {
			if serviceHas(b.Body, "protocol", f) {
				return true
			}
		}
	}
	return false
}

func (s simulator) policyMatches(r terraform.Resource, direction string, f model.Flow) bool {
	own := f.Dst
	if direction == "EGRESS" {
		own = f.Src
	}
	targets := words(r.Get("target_service_accounts"))
	for _, b := range r.BlocksOf("target_secure_tags") {
		targets = append(targets, spelled(b.Body.Get("name")))
	}
	if len(targets) > 0 && !s.hasAny(own.ID, targets) {
		return false
	}
	m := r.BlocksOf("match")[0].Body
	var tags []string
	for _, b := range m.BlocksOf("src_secure_tags") {
		tags = append(tags, spelled(b.Body.Get("name")))
	}
	from := words(m.Get("src_ip_ranges"))
	if direction == "INGRESS" && !inRanges(f.Src.Addr, from) && !(s.hasAny(f.Src.ID, tags) && !s.gke) {
		return false
	}
	if to := words(m.Get("dest_ip_ranges")); len(to) > 0 && !inRanges(f.Dst.Addr, to) {
		return false
	}
	for _, b := range m.BlocksOf("layer4_configs") {
		if serviceHas(b.Body, "ip_protocol", f) {
			return true
		}
	}
	return false
}

func (s simulator) hasAny(id model.Identity, names []string) bool {
	for _, n := range names {
		if s.has[id][n] {
			return true
		}
	}
	return false
}

func words(v terraform.Value) []string {
	vs, _ := v.AsList()
	var out []string
	for _, v := range vs {
		out = append(out, spelled(v))
	}
	return out
}

func inRanges(a netip.Addr, cidrs []string) bool {
	for _, c := range cidrs {
		if netip.MustParsePrefix(c).Contains(a) {
			return true
		}
	}
	return false
}

func serviceHas(b terraform.Body, attr string, f model.Flow) bool {
	numbers := map[string]int{"tcp": 6, "udp": 17, "icmp": 1, "esp": 50, "ah": 51, "sctp": 132, "ipip": 4}
	name, _ := b.Get(attr).AsString()
	n, ok := numbers[name]
	if !ok && name != "all" {
		n, _ = strconv.Atoi(name)
	}
	if name != "all" && n != int(f.Protocol) {
		return false
	}
	ports := words(b.Get("ports"))
	for _, p := range ports {
		lo, hi, isRange := strings.Cut(p, "-")
		if !isRange {
			hi = lo
		}
		first, _ := strconv.Atoi(lo)
		last, _ := strconv.Atoi(hi)
		if first <= int(f.DstPort) && int(f.DstPort) <= last {
			return true
		}
	}
	return len(ports) == 0
}
