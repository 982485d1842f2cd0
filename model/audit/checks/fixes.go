package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// admitOthers is the title of a fix that takes a rule away that somebody may need.
const admitOthers = "Remove the rule, once those who need it are admitted by another one"

// removals is the change that ends a finding about what an opening lets in, where it is exact: it takes out each rule responsible, or of its peers those
// that the finding is about; of a rule that admits other traffic too, the ports. One range of ports, or one block, that has others in it is for people to narrow;
// then there is no change, as a part of it would end nothing. What was read as configuration is edited, and what is live is changed by
// commands; what a plan or a state has, neither: the next apply would bring it back.
func removals(o *audit.Opening, t model.Traffic, f audit.Finding) []audit.Fix {
	fault := o.Strangers(f.Open)
	keep := audit.Internet().Subtract(fault)
	var edits []audit.Edit
	var form string
	var commands []string
	for _, r := range responsible(o, audit.Connections(t), f.Causes) {
		told, ok := o.Firewall.RuleAt(o.Direction, r.origin)
		switch {
		case !ok || told.Added || !r.only && !audit.IsWritten(r.origin):
			return nil
		case !r.only:
			edits = append(edits, audit.Close{Origin: r.origin, Direction: o.Direction, Traffic: t, Addrs: r.peers.Intersect(fault), Keep: keep})
			continue
		case audit.IsWritten(r.origin):
			edits = append(edits, audit.Bar{Origin: r.origin, Direction: o.Direction, Addrs: r.peers.Intersect(fault), Keep: keep})
			continue
		case o.Firewall.Address != "" || !r.plain || r.peers.Overlaps(keep):
			return nil
		}
		var text string
		if form, text = removal(o.Firewall, o.Direction, told); text == "" {
			return nil
		}
		commands = append(commands, text)
	}
	switch {
	case len(edits) > 0 && len(commands) == 0:
		return edited("Admit them no longer, once those who need it are admitted by another rule", edits...)
	case len(edits) == 0 && len(commands) > 0:
		return []audit.Fix{{Title: admitOthers, Form: form, Text: strings.Join(commands, "\n")}}
	}
	return nil
}

// withRemovals gives findings about an opening the removals of rules that admit nothing but what they are about.
func withRemovals(o *audit.Opening, found []audit.Finding) []audit.Finding {
	for i := range found {
		found[i].Fixes = removals(o, audit.TrafficOf(found[i].Open), found[i])
	}
	return found
}

// edited is a fix by edits of configuration; whoever has the files makes text of it.
func edited(title string, edits ...audit.Edit) []audit.Fix {
	return []audit.Fix{{Title: title, Form: "terraform", Edits: edits}}
}

// removed is a fix that takes out rules as they are written; nil where one of them was not read as configuration.
func removed(title string, origins ...model.Origin) []audit.Fix {
	var edits []audit.Edit
	for _, o := range origins {
		if !audit.IsWritten(o) {
			return nil
		}
		if e := (audit.Remove{Origin: o}); !slices.Contains(edits, audit.Edit(e)) {
			edits = append(edits, e)
		}
	}
	return edited(title, edits...)
}

// writtenPeers is a rule that is responsible for a finding, as somebody wrote it.
type writtenPeers struct {
	origin model.Origin
	// only is whether all that the model made of it admits some traffic alone; plain whether its peer is addresses alone, or one list of them.
	only, plain bool
	// peers are the addresses at which its peers may be strangers.
	peers model.AddrSet
}

// responsible returns the rules among causes, each once, in the order in which they are asked. All is every connection of the traffic that a rule may
// admit alone.
func responsible(o *audit.Opening, all model.Region, causes []audit.Cause) []writtenPeers {
	wanted, at := map[model.Origin]bool{}, map[model.Origin]int{}
	for _, c := range causes {
		wanted[c.Origin] = true
	}
	var out []writtenPeers
	for i, r := range o.Rules() {
		if !wanted[r.Origin] {
			continue
		}
		n, seen := at[r.Origin]
		if !seen {
			n = len(out)
			at[r.Origin] = n
			out = append(out, writtenPeers{origin: r.Origin, only: true, plain: true})
		}
		w := &out[n]
		w.only = w.only && r.Action == model.Allow && all.Covers(audit.Connections(r.Traffic))
		w.plain = w.plain && isPlain(r.Peer)
		w.peers = w.peers.Union(o.Peers(i))
	}
	return out
}

// isPlain reports whether a peer is addresses alone, or one list of them.
func isPlain(peer model.Selector) bool {
	switch peer.(type) {
	case nil, model.Any, model.At, model.Group:
		return true
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
