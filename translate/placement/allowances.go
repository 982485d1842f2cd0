package placement

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// allowances returns what the platform needs: PMTUD, the presets in the order
// of their tables, and the user's own, in the order of the file.
func (j *joiner) allowances() []providers.Allowance {
	var out []providers.Allowance
	add := func(a providers.Allowance) {
		if a.Rule.Target != nil && a.Rule.Peer != nil {
			a.Rule.Action = model.Allow
			out = append(out, a)
		}
	}
	p := j.section.platform
	if p.pmtud {
		// Both ways: workloads get these messages for what they send too large, and the
		// machines that they are on send them for what they cannot hand on
		// (VPC user guide, network ACLs, Path MTU Discovery).
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			add(providers.Allowance{Direction: d, Rule: model.Rule{
				Name: "pmtud", Target: j.everyone(), Peer: model.Any{}, Traffic: pmtudTraffic(), Origin: p.pmtudAt,
				Reason: "Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)",
			}})
		}
	}
	for _, use := range p.presets {
		for _, row := range use.preset.rows {
			for _, a := range j.expand(use, row) {
				add(a)
			}
		}
	}
	for _, a := range p.allow {
		add(providers.Allowance{Direction: a.direction, Rule: model.Rule{
			Name: a.name, Target: j.picked(a.name, []selector{a.workloads}), Peer: j.ends(a.name, a.peers),
			Traffic: a.traffic, Origin: a.origin, Reason: a.reason,
		}})
	}
	return out
}

// expand returns the allowances of a row: one, or one for each hook.
func (j *joiner) expand(use presetUse, row presetRow) []providers.Allowance {
	rule := model.Rule{
		Name: use.preset.name + "/" + row.name, Traffic: row.traffic, Origin: use.origin,
		Reason: row.reason + " (" + row.source + ")",
		Target: j.party(row.target), Peer: j.party(row.peer),
	}
	if row.target != hooks {
		return []providers.Allowance{{Direction: row.direction, Rule: rule}}
	}
	var out []providers.Allowance
	for _, h := range j.section.platform.params[paramHooks].hooks {
		rule.Target = j.picked(paramHooks, []selector{h.who})
		rule.Traffic, rule.Origin = h.traffic, h.who.origin
		out = append(out, providers.Allowance{Direction: row.direction, Rule: rule})
	}
	return out
}

// party returns the endpoints of a party; nil when there are none.
func (j *joiner) party(p party) model.Selector {
	params := j.section.platform.params
	switch p {
	case workloads:
		return j.everyone()
	case nodes:
		return j.strangers(paramNodes, params[paramNodes].addrs)
	case apiServer:
		return j.strangers(paramAPI, params[paramAPI].addrs)
	case dnsServers:
		return j.strangers(paramDNS, params[paramDNS].addrs)
	case dnsWorkloads:
		return j.dnsWorkloads(params[paramDNS])
	case anywhere:
		return model.Any{}
	case googleProbes, azureHost:
		return j.strangers("", fixedAddrs(p))
	case hooks: // each has a rule of its own
	}
	return nil
}

// dnsWorkloads returns the DNS servers among the workloads. That they are not among
// them at all must not pass for "no DNS".
func (j *joiner) dnsWorkloads(dns *param) model.Selector {
	for _, s := range dns.who {
		if len(j.pick(paramDNS, s)) == 0 {
			j.Fault(codeUnmatched, s.origin, "no workload is the DNS server that dns names",
				"add its manifest to the input, or give the address blocks of its pods (not the Service's address), for instance\n  dns: ["+Blank+"]")
			return nil
		}
	}
	return j.picked(paramDNS, dns.who)
}

// strangers returns those who hold the addresses and are no workload. Where no workload may
// hold them either, that is whoever is at the addresses.
func (j *joiner) strangers(name string, addrs model.AddrSet) model.Selector {
	if addrs.IsEmpty() {
		return nil
	}
	for _, e := range j.section.entries {
		shared := e.home.Addrs.Intersect(addrs)
		if e.home.Addrs.IsEmpty() {
			shared = addrs
		}
		if shared.IsEmpty() {
			continue
		}
		if name != "" {
			j.report(model.Warning, codeNodes, j.section.platform.params[name].origin,
				fmt.Sprintf("%s and the workloads of %s both hold addresses in %s: a firewall that goes by address cannot tell them apart", name, e.name, shared),
				"give the workloads subnets or addresses of their own")
		}
		return model.And{model.Identities{model.Outside}, model.At{Addrs: addrs}}
	}
	return model.At{Addrs: addrs}
}

// everyone returns all workloads; nil when there are none.
func (j *joiner) everyone() model.Selector {
	if len(j.ws) == 0 {
		return nil
	}
	ids := make(model.Identities, len(j.ws))
	for i, w := range j.ws {
		ids[i] = w.ID
	}
	return ids
}

// ends returns peers as a selector; nil when they are nobody.
func (j *joiner) ends(name string, p peers) model.Selector {
	var out model.Or
	if !p.addrs.IsEmpty() {
		out = append(out, model.At{Addrs: p.addrs})
	}
	if s := j.picked(name, p.who); s != nil {
		out = append(out, s)
	}
	switch len(out) {
	case 0:
		return nil
	case 1:
		return out[0]
	}
	return out
}

// picked returns the workloads that any of the selectors picks, and warns of
// those that pick none; nil when nobody is picked.
func (j *joiner) picked(name string, ss []selector) model.Selector {
	chosen := map[model.Identity]bool{}
	for _, s := range ss {
		ids := j.pick(name, s)
		if len(ids) == 0 {
			j.report(model.Warning, codeUnmatched, s.origin, strings.TrimSpace(name+" matches no workload"),
				"nothing is admitted for it; correct the selector or remove it")
		}
		for _, id := range ids {
			chosen[id] = true
		}
	}
	var out model.Identities
	for _, w := range j.ws {
		if chosen[w.ID] {
			out = append(out, w.ID)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (j *joiner) pick(name string, s selector) []model.Identity {
	var out []model.Identity
	for _, w := range j.ws {
		switch s.match(w) {
		case match:
			out = append(out, w.ID)
		case perhaps:
			j.unknownNamespace(name, s, w)
		case noMatch:
		}
	}
	return out
}
