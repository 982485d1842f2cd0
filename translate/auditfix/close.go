package auditfix

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// portForm is how rules of a type of resource name their ports: in a list, beside the protocol.
type portForm struct {
	// block is the type of the blocks that have both, one for each protocol; empty: the rule itself has them.
	block          string
	protocol, list string
}

// portFormOf returns how rules of a type of resource name several ports (documentation of the resources); false: they name one range.
func portFormOf(typ string) (portForm, bool) {
	switch typ {
	case "google_compute_firewall":
		return portForm{"allow", "protocol", "ports"}, true
	case "google_compute_firewall_policy_rule", "google_compute_network_firewall_policy_rule", "google_compute_region_network_firewall_policy_rule":
		return portForm{"layer4_configs", "ip_protocol", "ports"}, true
	case "azurerm_network_security_group", "azurerm_network_security_rule":
		return portForm{"", "protocol", "destination_port_ranges"}, true
	}
	return portForm{}, false
}

// close takes ports out of the lists of a rule of which every peer is to be barred.
func (d *draft) close(p place, e audit.Close) bool {
	form, body, ok := ruleAt(p, e.Direction)
	if !ok {
		return false
	}
	b := barring{Bar: audit.Bar{Origin: e.Origin, Direction: e.Direction, Addrs: e.Addrs, Keep: e.Keep}, form: form, body: body}
	if !b.choose() || !b.gone.Covers(e.Addrs) || b.stays != absent {
		return false
	}
	ports, ok := portFormOf(p.typ())
	if !ok || d.isRuleIgnored(p, cmp.Or(form.block, ports.block, ports.list)) {
		return false
	}
	if ports.block == "" {
		c, ok := ports.cut(body, e.Traffic)
		return ok && len(c.at) > 0 && len(c.at) < c.count && d.without(p.doc, c)
	}
	if isDynamic(body, ports.block) {
		return false
	}
	var cuts []listCut
	var gone []place
	entries := blocksOf(body, ports.block)
	for _, k := range entries {
		c, ok := ports.cut(k.Body, e.Traffic)
		switch {
		case !ok:
			return false
		case len(c.at) == 0:
		case len(c.at) == c.count:
			gone = append(gone, place{doc: p.doc, resource: p.resource, block: k})
		default:
			cuts = append(cuts, c)
		}
	}
	if len(gone) == len(entries) || len(gone)+len(cuts) == 0 {
		return false // all of it, or nothing
	}
	d.gone = append(d.gone, gone...)
	return !slices.ContainsFunc(cuts, func(c listCut) bool { return !d.without(p.doc, c) })
}

// cut picks the ports that are all among some traffic; false: others are partly among it, or cannot be told.
func (f portForm) cut(body *hclsyntax.Body, what model.Traffic) (listCut, bool) {
	var c listCut
	if !isSet(body, f.protocol) {
		return c, false
	}
	word, _ := literal(body.Attributes[f.protocol].Expr)
	protocol, ok := map[string]model.Protocol{"tcp": model.TCP, "udp": model.UDP, "sctp": model.SCTP, "icmp": model.ICMP}[strings.ToLower(word)]
	if !ok {
		return c, false
	}
	a, ok := body.Attributes[f.list]
	if !ok {
		return c, len(audit.Overlap(model.Traffic{model.AllOf(protocol)}, what)) == 0
	}
	list, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		return c, false
	}
	c = listCut{argument: a, count: len(list.Exprs)}
	all := audit.Connections(what)
	for i, e := range list.Exprs {
		text, _ := literal(e)
		r, ok := portsIn(text)
		if !ok {
			return c, false
		}
		one := model.Traffic{model.Ports(protocol, r.First, r.Last)}
		if all.Covers(audit.Connections(one)) {
			c.at = append(c.at, i)
		} else if len(audit.Overlap(one, what)) > 0 {
			return c, false
		}
	}
	return c, true
}

// portsIn reads "22" or "20-25", both included.
func portsIn(text string) (model.PortRange, bool) {
	low, high, isRange := strings.Cut(text, "-")
	first, err := strconv.ParseUint(low, 10, 16)
	if err != nil {
		return model.PortRange{}, false
	}
	last := first
	if isRange {
		if last, err = strconv.ParseUint(high, 10, 16); err != nil || last < first {
			return model.PortRange{}, false
		}
	}
	return model.PortRange{First: uint16(first), Last: uint16(last)}, true
}
