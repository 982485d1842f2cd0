package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func gcp001() audit.Check {
	return audit.Check{
		ID:       "GCP001",
		Title:    "The default network is there",
		Severity: audit.Medium,
		Why: "The network that a project is made with has a subnetwork in every region and rules that let the Internet connect to SSH and RDP " +
			"on every machine. What is started without a word about its network lands on it.",
		Advice: "make a network of your own with the subnetworks that you need, move to it what is on the default one, and delete that",
		Kinds:  []audit.Kind{audit.NetworkKind},
		References: slices.Concat(
			named("gcp", "", "CIS GCP 5.0", "3.1"),
			named("gcp", "", prowler, "compute_network_default_in_use"),
			named("gcp", "", trivy, "GCP-0010"),
			named("gcp", "", checkov, "CKV_GCP_27"),
			named("gcp", "", scoutSuite, "computeengine-network-default-in-use"),
			named("gcp", "", cloudSploit, "defaultVPCExists", "defaultVpcInUse"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for i := range s.Estate.Networks {
				n := &s.Estate.Networks[i]
				if n.Provider == "gcp" && (n.Standard == audit.Yes || n.Standard == audit.Unknown) {
					out = append(out, defaultNetwork(s, n))
				}
			}
			return out
		},
	}
}

// defaultNetwork is the finding about a network that Google Cloud made, or may have made.
func defaultNetwork(s *audit.Subject, n *audit.Network) audit.Finding {
	users := onNetwork(s, n.Key)
	f := audit.Finding{Object: n.Object, Attached: users, Summary: n.Label() + " is the default network"}
	switch len(users) {
	case 0:
		if s.Estate.Unread[audit.InterfaceKind] == "" {
			f.Summary += ", and nothing is on it"
			f.Fixes = deleteNetwork(n)
		}
	case 1:
		f.Summary += ", and an instance is on it"
	default:
		f.Summary += fmt.Sprintf(", and %d instances are on it", len(users))
	}
	if n.Standard == audit.Unknown {
		f.Unsure = "a network that Terraform makes may have the name of the default one without its rules"
		if n.Name != "default" {
			f.Unsure = "it is not known whether the project is made with it"
		}
	}
	return f
}

// onNetwork returns labels of the interfaces on a network, sorted.
func onNetwork(s *audit.Subject, network model.Group) []string {
	var out []string
	for i := range s.Estate.Interfaces {
		if x := &s.Estate.Interfaces[i]; x.Network == network {
			out = append(out, x.Label())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// deleteNetwork is the command that deletes a network, where its path is known and Terraform does not have it.
func deleteNetwork(n *audit.Network) []audit.Fix {
	project := projectOf(n.ID)
	if n.Address != "" || project == "" {
		return nil
	}
	return []audit.Fix{{Title: "Delete the network, once its firewall rules are deleted", Form: "gcloud",
		Text: "gcloud compute networks delete " + n.Name + project}}
}
