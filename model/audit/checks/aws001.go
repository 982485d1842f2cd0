package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func aws001() audit.Check {
	return audit.Check{
		ID:       "AWS001",
		Title:    "The default security group of a VPC has rules",
		Severity: audit.High,
		Why: "Whatever is started in a VPC without a security group gets the default one. Its rules, those that AWS gives it included, then let " +
			"machines talk that nobody meant to connect.",
		Advice: "give machines groups of their own and take every rule from the default group: it cannot be deleted",
		Kinds:  []audit.Kind{audit.SecurityGroup, audit.NetworkKind},
		References: slices.Concat(
			named("aws", "", "CIS AWS 7.0", "6.5"),
			named("aws", "", prowler, "ec2_securitygroup_default_restrict_traffic"),
			named("aws", "", trivy, "AWS-0173"),
			named("aws", "", checkov, "CKV2_AWS_12"),
			named("aws", "", "Security Hub", "EC2.2"),
			named("aws", "", "ScoutSuite", "ec2-default-security-group-with-rules"),
			named("aws", "", "CloudSploit", "defaultSecurityGroup"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			adopted := map[model.Group]bool{}
			for f := range s.Firewalls(audit.SecurityGroup) {
				if f.Standard != audit.Yes {
					continue
				}
				adopted[f.Network] = true
				out = append(out, defaultRules(f)...)
			}
			if adopted[""] { // which VPC's it is, is not known
				return out
			}
			for i := range s.Estate.Networks {
				n := &s.Estate.Networks[i]
				if why := s.Estate.Unread[audit.SecurityGroup]; n.Provider == "aws" && n.Address != "" && why != "" && !adopted[n.Key] && n.Standard != audit.Yes {
					out = append(out, audit.Finding{Object: n.Object, Severity: audit.Medium, Unsure: "other configuration may take the rules away",
						Summary: fmt.Sprintf("the default security group of %s keeps the rules that AWS gives it, as nothing here takes them away", n.Label()),
						Fixes:   adoptDefault(n)})
				}
			}
			return out
		},
	}
}

// defaultRules finds rules of a default group: those that surely are there, and those that may be.
func defaultRules(f *audit.Firewall) []audit.Finding {
	var causes []audit.Cause
	texts := map[model.Direction]int{}
	sure := false
	for d, c := range f.AllChains() {
		texts[d] += len(c.Rules)
		causes = append(causes, f.CausesOf(d, c.Rules)...)
		for _, r := range c.Rules {
			_, unsure := aclPeers(r.Peer)
			_, group := r.Peer.(model.Group)
			sure = sure || group || !unsure
		}
	}
	if len(causes) == 0 {
		return nil
	}
	out := audit.Finding{Object: f.Object, Causes: causes, Attached: aclUsers(f), Fixes: revokes(f, causes),
		Summary: fmt.Sprintf("%s is the default security group and has %d inbound and %d outbound rules", f.Label(), texts[model.Ingress], texts[model.Egress])}
	if !sure {
		out.Unsure = firstText(f.Partial, "its rules are not known")
	}
	return []audit.Finding{out}
}

// firstText is the first text that is not empty.
func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// adoptDefault is configuration that takes all rules from the default group of a VPC (documentation of aws_default_security_group).
func adoptDefault(n *audit.Network) []audit.Fix {
	vpc := n.Address
	name, ok := strings.CutPrefix(vpc, "aws_vpc.")
	if !ok || strings.ContainsAny(name, ".[") {
		return nil // it is of a module, or one of several
	}
	text := fmt.Sprintf("resource \"aws_default_security_group\" %q {\n  vpc_id = %s.id\n}", name, vpc)
	return []audit.Fix{{Title: "Adopt the group without rules", Form: "terraform", Text: text, Edits: []audit.Edit{audit.Follow{Origin: n.Origin, Text: text}}}}
}

// revokes takes rules from a group: from the configuration, or by commands from a live one, by their ids; nil where one has none that is known.
func revokes(f *audit.Firewall, causes []audit.Cause) []audit.Fix {
	const title = "Revoke the rules"
	if f.Partial == "" && audit.IsWritten(f.Origin) {
		var origins []model.Origin
		for _, c := range causes {
			origins = append(origins, c.Origin)
		}
		return removed(title, origins...)
	}
	if f.ID == "" || f.Address != "" || len(causes) > mostRevoked {
		return nil
	}
	ids := map[model.Direction][]string{}
	for _, r := range f.Rules {
		if !slices.ContainsFunc(causes, func(c audit.Cause) bool { return c.Origin == r.Origin }) {
			continue
		}
		if !strings.HasPrefix(r.ID, "sgr-") {
			return nil
		}
		ids[r.Direction] = append(ids[r.Direction], r.ID)
	}
	var lines []string
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		if len(ids[d]) > 0 {
			lines = append(lines, fmt.Sprintf("aws ec2 revoke-security-group-%s --group-id %s --security-group-rule-ids %s", d, f.ID, strings.Join(ids[d], " ")))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return []audit.Fix{{Title: title, Form: "aws", Text: strings.Join(lines, "\n")}}
}

// mostRevoked is how many rules one command names at most.
const mostRevoked = 20
