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
	with, internet, all := o.Strangers(f.Open), audit.Internet(), audit.Connections(t)
	only := map[model.Origin]bool{} // of a written rule, all that the model made of it
	for i, r := range o.Rules() {
		is, seen := only[r.Origin]
		if !seen {
			origins = append(origins, r.Origin)
		}
		only[r.Origin] = (is || !seen) && isOnly(r, all) && with.Covers(o.Peers(i).Intersect(internet))
	}
	for _, origin := range origins {
		told, ok := o.Firewall.RuleAt(o.Direction, origin)
		if !ok || told.Added || !isCause(origin, f.Causes) || !only[origin] {
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

// isOnly reports whether a rule admits some connections alone, and addresses alone, or one list of them.
func isOnly(r model.Rule, all model.Region) bool {
	switch r.Peer.(type) {
	case nil, model.Any, model.At, model.Group:
		return r.Action == model.Allow && all.Covers(audit.Connections(r.Traffic))
	}
	return false
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
	case f.Kind == audit.NetworkSecurityGroup && strings.HasPrefix(strings.ToLower(f.ID), "/subscriptions/") && r.Name != "":
		return "az", fmt.Sprintf("az network nsg rule delete --ids %q", f.ID+"/securityRules/"+r.Name)
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
