package checks

import (
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func gcp003() audit.Check {
	return audit.Check{
		ID:       "GCP003",
		Title:    "A rule of the default network still admits what Google Cloud made it for",
		Severity: audit.Medium,
		Why: "The rules that the default network is made with admit SSH, RDP and ICMP from everybody and everything between machines, on every machine of the " +
			"network. They were not written for what runs there.",
		Advice: "delete the rule, and write rules for the machines and the addresses that need them",
		Kinds:  []audit.Kind{audit.FirewallRules},
		References: slices.Concat(
			named("gcp", "", "CIS GCP 5.0", "3.1", "3.6", "3.7"),
			named("gcp", "", trivy, "GCP-0073"),
			named("gcp", "", checkov, "CKV2_GCP_18"),
			named("gcp", "", scoutSuite, "computeengine-firewall-default-rule-in-use"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, r := range gcpRules(s) {
				admits, ok := madeWithNetwork()[r.Name]
				n, known := s.Network(r.firewall.Network)
				if !ok || !known || n.Standard == audit.No || !r.allows() || r.Direction != model.Ingress || !r.admits(s, admits) {
					continue
				}
				f := r.finding("is a rule that the default network is made with, and still admits what that did")
				f.Attached = s.AttachedTo(r.firewall)
				if f.Unsure = r.doubt(); f.Unsure == "" && n.Standard == audit.Unknown {
					f.Unsure = "whether the network is the default one is not known"
				}
				f.Fixes = r.deletion()
				out = append(out, f)
			}
			return out
		},
	}
}

// madeWithNetwork is what the rules admit that the default network is made with, by name (VPC firewall rules overview, pre-populated rules in the
// default network). A rule that somebody has narrowed admits less.
func madeWithNetwork() map[string]model.Box {
	from := func(a model.AddrSet, t ...model.Service) model.Box {
		return model.Box{Src: model.EndpointsAt(a), Dst: model.AnyEndpoint(), Traffic: t}
	}
	inside := model.Prefixes(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 128, 0, 0}), 9))
	return map[string]model.Box{
		"default-allow-ssh":      from(model.AllIPv4(), model.Ports(model.TCP, 22, 22)),
		"default-allow-rdp":      from(model.AllIPv4(), model.Ports(model.TCP, 3389, 3389)),
		"default-allow-icmp":     from(model.AllIPv4(), model.AllOf(model.ICMP)),
		"default-allow-internal": from(inside, model.Ports(model.TCP, 0, 65535), model.Ports(model.UDP, 0, 65535), model.AllOf(model.ICMP)),
	}
}

// admits reports whether the rule, as far as is known, admits all of some traffic at every machine.
func (r gcpRule) admits(s *audit.Subject, want model.Box) bool {
	var boxes []model.Box
	for _, m := range r.made {
		if m.Action == model.Allow && namesNobody(m.Target) {
			boxes = append(boxes, model.Box{Src: s.Inventory.Resolve(m.Peer).May, Dst: model.AnyEndpoint(), Traffic: m.Traffic})
		}
	}
	return model.NewRegion(boxes...).Covers(model.NewRegion(want))
}

// deletion deletes the rule: from the configuration, or by a command where Terraform does not have it and its path is known.
func (r gcpRule) deletion() []audit.Fix {
	if audit.IsWritten(r.Origin) {
		return removed(admitOthers, r.Origin)
	}
	project := projectOf(r.ID)
	if r.firewall.Address != "" || project == "" || r.Origin.Object != r.ID {
		return nil
	}
	return []audit.Fix{{Title: admitOthers, Form: "gcloud",
		Text: "gcloud compute firewall-rules delete " + r.Name + project}}
}
