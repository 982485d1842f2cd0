package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// removals are commands that remove those rules responsible for a finding that admit nothing but some traffic, and nobody on the
// Internet but whom the finding is about, where the cloud knows the rule by an id. What Terraform manages has none: the next apply
// would bring it back.
func removals(o *audit.Opening, t model.Traffic, f audit.Finding) []audit.Fix {
	if o.Firewall.Address != "" {
		return nil
	}
	var out []audit.Fix
	var origins []model.Origin
	with := o.Strangers(f.Open)
	parts := map[model.Origin][]model.Rule{} // of one written rule
	for _, r := range o.Rules() {
		if parts[r.Origin] == nil {
			origins = append(origins, r.Origin)
		}
		parts[r.Origin] = append(parts[r.Origin], r)
	}
	for _, origin := range origins {
		told, ok := o.Firewall.RuleAt(o.Direction, origin)
		if !ok || told.Added || !isCause(origin, f.Causes) || slices.ContainsFunc(parts[origin], func(r model.Rule) bool { return !isOnly(r, with, t) }) {
			continue
		}
		if form, text := removal(o.Firewall, o.Direction, told); text != "" {
			out = append(out, audit.Fix{Title: "Remove the rule, once those who need it are admitted by another one", Form: form, Text: text})
		}
	}
	return out
}

func isCause(o model.Origin, causes []audit.Cause) bool {
	return slices.ContainsFunc(causes, func(c audit.Cause) bool { return c.Origin == o })
}

// isOnly reports whether a rule admits some traffic alone, and of the Internet some addresses alone.
func isOnly(r model.Rule, with model.AddrSet, t model.Traffic) bool {
	at, ok := r.Peer.(model.At)
	return ok && r.Action == model.Allow && with.Covers(at.Addrs.Intersect(audit.Internet())) && within(r.Traffic, t)
}

// within reports whether some traffic is part of some other.
func within(part, all model.Traffic) bool {
	box := func(t model.Traffic) model.Region {
		return model.NewRegion(model.Box{Src: model.AnyEndpoint(), Dst: model.AnyEndpoint(), Traffic: t})
	}
	return box(all).Covers(box(part))
}

// removal is the command that removes a rule, and whose it is; empty: none is known.
func removal(f *audit.Firewall, d model.Direction, r *audit.Rule) (form, text string) {
	switch {
	case f.Kind == audit.SecurityGroup && strings.HasPrefix(r.ID, "sgr-") && f.ID != "":
		return "aws", fmt.Sprintf("aws ec2 revoke-security-group-%s --group-id %s --security-group-rule-ids %s", d, f.ID, r.ID)
	case f.Kind == audit.NetworkACL && f.ID != "" && r.Priority > 0:
		return "aws", fmt.Sprintf("aws ec2 delete-network-acl-entry --network-acl-id %s --%s --rule-number %d", f.ID, d, r.Priority)
	case f.Kind == audit.FirewallRules && r.Name != "" && r.Origin.Object == r.ID: // and not a Terraform resource
		return "gcloud", "gcloud compute firewall-rules delete " + r.Name + projectOf(r.ID)
	case f.Kind == audit.NetworkSecurityGroup && strings.HasPrefix(strings.ToLower(r.ID), "/subscriptions/"):
		return "az", fmt.Sprintf("az network nsg rule delete --ids %q", r.ID)
	}
	return "", ""
}

// projectOf is the option that names the project of "projects/p/global/firewalls/f"; empty: the path does not say.
func projectOf(path string) string {
	_, rest, found := strings.Cut(path, "projects/")
	name, _, more := strings.Cut(rest, "/")
	if !found || !more || name == "" {
		return ""
	}
	return " --project " + name
}
