package aws

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// references is what is known of rules that name groups of other VPCs.
type references struct {
	stale    map[staleKey]bool
	peerings map[string]string // by id, the code of their status
	// whyStale and whyPeerings say why either is not all; empty: it is.
	whyStale, whyPeerings string
}

type staleKey struct {
	group string
	ruleKey
}

// readReferences reads stale rules and peering connections.
func (n *nativeReader) readReferences() references {
	refs := references{stale: map[staleKey]bool{}, peerings: map[string]string{}}
	for _, s := range parse(n, kindStale, func(s nativeStale) string { return s.GroupId }) {
		refs.addStale(s.GroupId, false, s.StaleIpPermissions)
		refs.addStale(s.GroupId, true, s.StaleIpPermissionsEgress)
	}
	n.peerings = parse(n, kindPeerings, func(p nativePeering) string { return p.VpcPeeringConnectionId })
	for _, p := range n.peerings {
		refs.peerings[p.VpcPeeringConnectionId] = strings.ToLower(p.Status.Code)
	}
	refs.whyStale, refs.whyPeerings = n.missing(kindStale), n.missing(kindPeerings)
	return refs
}

func (r references) addStale(group string, egress bool, ps []stalePermission) {
	for _, p := range ps {
		for _, pair := range p.UserIdGroupPairs {
			k := staleKey{group, ruleKey{egress: egress, peerKind: peerGroup, peer: pair.GroupId}}
			k.portsOf(p.IpProtocol, p.FromPort, p.ToPort)
			r.stale[k] = true
		}
	}
}

// staleAttr lists the rules of a group that match nothing, as what they name is gone. Terraform has no such attribute.
const staleAttr = "stale_rules"

// stale is a rule that matches nothing as an object; why says why.
func (r nativeRule) stale(group, why string) terraform.Value {
	direction := "ingress"
	if r.egress {
		direction = "egress"
	}
	return terraform.Object(map[string]terraform.Value{
		"id": terraform.String(r.id), "rule": terraform.String(firstOf(r.id, strings.TrimPrefix(r.importID(group), group+"_"))), "direction": terraform.String(direction),
		"description": terraform.String(r.description), "why": terraform.String("it names " + r.peer + ", and " + why),
	})
}

// judgeReference says why a rule does not count; empty: it does. One that names a group of a peered VPC which is gone, or
// whose peering connection is, matches nothing; where that is not known, neither is whether the rule
// matches.
func (n *nativeReader) judgeReference(s *groupSheet, r *nativeRule, refs references) string {
	if refs.stale[staleKey{s.GroupId, r.ruleKey}] {
		return n.reportStale(s, r, "the group that it names is gone")
	}
	if r.pair == nil || r.pair.VpcPeeringConnectionId == "" {
		return ""
	}
	connection := r.pair.VpcPeeringConnectionId
	status := strings.ToLower(r.pair.PeeringStatus)
	if code, known := refs.peerings[connection]; known {
		status = code
	} else if refs.whyPeerings == "" && status == "" {
		status = "deleted" // not among the connections that there are
	} else if refs.whyPeerings == "" && status == "active" {
		why := "the rule says that the VPC peering connection " + connection + " is active, and it is not among those that there are"
		n.warn(codeContradiction, s.GroupId+" "+r.called(s.GroupId), why)
		r.why = firstOf(r.why, why)
	}
	switch status {
	case "deleted", "rejected", "expired", "failed":
		return n.reportStale(s, r, "the VPC peering connection "+connection+" is "+status)
	case "active":
	case "":
		r.why = firstOf(r.why, "whether the VPC peering connection "+connection+" is active is not known: "+refs.whyPeerings)
		n.need(kindPeerings)
	default:
		r.why = firstOf(r.why, "the VPC peering connection "+connection+" is "+status)
	}
	if refs.whyStale != "" {
		r.why = firstOf(r.why, "whether the group that it names still is there is not known: "+refs.whyStale)
		n.need(kindStale)
	}
	return ""
}

// reportStale reports a rule that matches nothing, and returns why.
func (n *nativeReader) reportStale(s *groupSheet, r *nativeRule, why string) string {
	n.note(codeStale, s.GroupId+" "+r.called(s.GroupId),
		fmt.Sprintf("this rule names %s and admits nothing: %s", r.peer, why))
	return why
}

// addPeers adds the groups that rules name and that were not read: their own rules are unknown, unless
// they are of another account or VPC, where nothing was to be read.
func (n *nativeReader) addPeers(sheets map[string]*groupSheet) {
	named := map[string]bool{}
	elsewhere := map[string]bool{}
	for _, r := range n.resources {
		if !isGroupRule(r.Type) {
			continue
		}
		text, ok := r.Get(peerGroup).AsString()
		account, id, foreign := strings.Cut(text, "/")
		if !foreign {
			id = account
		}
		if !ok || sheets[id] != nil {
			continue
		}
		named[id] = true
		elsewhere[id] = elsewhere[id] || foreign
	}
	why := n.missing(kindGroups)
	for _, id := range slices.Sorted(maps.Keys(named)) {
		if why == "" || elsewhere[id] {
			n.note("rules-elsewhere", id, "rules name this security group, which is not of this snapshot, so that rules of its own are not seen")
			continue
		}
		n.need(kindGroups)
		n.add(terraform.Resource{Type: groupType, Name: id, Body: body(
			terraform.Attr{Name: "id", Value: n.text(id)},
			terraform.Attr{Name: "ingress", Value: terraform.Unknown(why)},
			terraform.Attr{Name: "egress", Value: terraform.Unknown(why)},
		)})
	}
}
