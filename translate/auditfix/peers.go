package auditfix

import (
	"net/netip"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/crosswall/crosswall/model"
)

// peerForm is how a kind of rule names its peers in a direction.
type peerForm struct {
	// block holds the arguments; empty: the rule itself.
	block string
	// lists and singles are the arguments for blocks of addresses, others those for peers of other kinds. Of all these peers one is enough; what a
	// rule says of peers besides limits them all.
	lists, singles, others []string
	// omitted is whom a rule without peers names.
	omitted model.AddrSet
	// words are what single words name.
	words map[string]model.AddrSet
}

// peerFormOf returns how rules of a type of resource name their peers (documentation of the resources); false: it is none with peers.
func peerFormOf(typ string, d model.Direction) (peerForm, bool) {
	here, there := "source", "src"
	if d == model.Egress {
		here, there = "destination", "dest"
	}
	switch typ {
	case "aws_security_group", "aws_default_security_group", "aws_security_group_rule":
		return peerForm{lists: []string{"cidr_blocks", "ipv6_cidr_blocks"}, others: []string{"prefix_list_ids", "security_groups", "self", "source_security_group_id"}}, true
	case "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule":
		return peerForm{singles: []string{"cidr_ipv4", "cidr_ipv6"}, others: []string{"prefix_list_id", "referenced_security_group_id"}}, true
	case "aws_network_acl", "aws_default_network_acl", "aws_network_acl_rule":
		return peerForm{singles: []string{"cidr_block", "ipv6_cidr_block"}}, true
	case "google_compute_firewall":
		form := peerForm{lists: []string{here + "_ranges"}, omitted: model.AllIPv4()}
		if d == model.Ingress {
			form.others = []string{"source_tags", "source_service_accounts"}
		}
		return form, true
	case "google_compute_firewall_policy_rule", "google_compute_network_firewall_policy_rule", "google_compute_region_network_firewall_policy_rule":
		return peerForm{block: "match", lists: []string{there + "_ip_ranges"}, others: []string{there + "_address_groups", there + "_fqdns", there + "_region_codes",
			there + "_threat_intelligences", there + "_secure_tags"}}, true
	case "azurerm_network_security_group", "azurerm_network_security_rule":
		return peerForm{lists: []string{here + "_address_prefixes"}, singles: []string{here + "_address_prefix"}, others: []string{here + "_application_security_group_ids"},
			words: map[string]model.AddrSet{"*": model.AllAddrs(), "any": model.AllAddrs(), "internet": model.AllAddrs()}}, true
	}
	return peerForm{}, false
}

// ruleAt returns how a rule names its peers, and where its arguments are; false: the place is no rule with peers, or they are not written out once.
func ruleAt(p place, d model.Direction) (peerForm, *hclsyntax.Body, bool) {
	form, ok := peerFormOf(p.typ(), d)
	if !ok || p.block == nil && hasRulesInside(p.typ()) {
		return form, nil, false
	}
	body, ok := form.bodyOf(p)
	return form, body, ok
}

// hasRulesInside reports whether a resource of a type holds rules and is none itself.
func hasRulesInside(typ string) bool {
	switch typ {
	case "aws_security_group", "aws_default_security_group", "aws_network_acl", "aws_default_network_acl", "azurerm_network_security_group":
		return true
	}
	return false
}

// bodyOf returns where the arguments of a rule are; false: they are not written out once.
func (f peerForm) bodyOf(p place) (*hclsyntax.Body, bool) {
	if f.block == "" {
		return p.body(), true
	}
	all := blocksOf(p.body(), f.block)
	if len(all) != 1 || isDynamic(p.body(), f.block) {
		return nil, false
	}
	return all[0].Body, true
}

// addresses returns whom a string names; false: it is no address.
func (f peerForm) addresses(text string) (model.AddrSet, bool) {
	if set, ok := f.words[strings.ToLower(text)]; ok {
		return set, true
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		return model.Prefixes(p), true
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		return model.Addrs(a), true
	}
	return model.AddrSet{}, false
}

// presence is whether something is given; more is greater.
type presence uint8

const (
	absent presence = iota
	perhaps
	present
)

// presenceOf says whether an argument, or a block, names a peer.
func presenceOf(b *hclsyntax.Body, name string) presence {
	if len(blocksOf(b, name)) > 0 {
		return present
	}
	a, ok := b.Attributes[name]
	switch {
	case !ok && isDynamic(b, name):
		return perhaps
	case !ok:
		return absent
	}
	switch e := a.Expr.(type) {
	case *hclsyntax.TupleConsExpr:
		if len(e.Exprs) == 0 {
			return absent
		}
		return present
	case *hclsyntax.LiteralValueExpr:
		if e.Val.IsNull() || e.Val.Type() == cty.Bool && e.Val.False() {
			return absent
		}
		return present
	case *hclsyntax.TemplateExpr:
		if text, ok := literal(e); ok && text == "" {
			return absent
		}
		return present
	case *hclsyntax.ScopeTraversalExpr:
		if strings.HasSuffix(name, "_id") && e.Traversal.RootName() != "var" && e.Traversal.RootName() != "local" {
			return present // the id of a resource
		}
	}
	return perhaps
}

// literal returns a string that is written out; false: it is something else.
func literal(e hclsyntax.Expression) (string, bool) {
	t, ok := e.(*hclsyntax.TemplateExpr)
	if !ok || !t.IsStringLiteral() {
		return "", false
	}
	v, diags := t.Value(nil)
	if diags.HasErrors() {
		return "", false
	}
	return v.AsString(), true
}
