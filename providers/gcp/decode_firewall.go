package gcp

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// usualPriority is that of a VPC rule which says none (compute API, Firewall.Priority).
const (
	usualPriority   = 1000
	lastVPCPriority = 65535
)

// readFirewall reads a VPC firewall rule.
func (d *decoder) readFirewall(r terraform.Resource) {
	rd := d.reader(r)
	key := d.networkOf(r.Get("network"), r)
	if key == "" {
		rd.doubt("network is not known")
	}
	n := d.network(key)
	if rd.disabled() {
		return
	}
	priority := rd.priority(usualPriority, lastVPCPriority)
	parts := rd.vpcParts()
	target := rd.vpcTarget()
	ends := map[model.Direction]selectors{}
	for _, dir := range rd.directions() {
		ends[dir] = rd.vpcSelectors(dir, target)
	}
	for dir, s := range ends { // one or both, into separate lists
		n.vpc[dir] = append(n.vpc[dir], rd.rules(priority, s, parts)...)
	}
}

// vpcParts reads the allow or deny blocks. A rule has one kind of them.
func (rd *ruleReader) vpcParts() []part {
	body := rd.resource.Body
	allows, denies := rd.blockParts(model.Allow, body, "allow", "protocol"), rd.blockParts(model.Deny, body, "deny", "protocol")
	switch {
	case len(allows) > 0 && len(denies) > 0:
		rd.doubt("it allows and denies, as far as can be read, which Google Cloud refuses in one rule")
	case len(allows) == 0 && len(denies) == 0:
		rd.doubt("it neither allows nor denies, as far as can be read")
		all := model.Traffic{model.AllTraffic()}
		return []part{{model.Allow, all, ""}, {model.Deny, all, ""}}
	}
	return append(allows, denies...)
}

// blockParts reads blocks with a protocol and ports. Where there may be more blocks
// than can be read, any traffic may be in them.
func (rd *ruleReader) blockParts(a model.Action, b terraform.Body, typ, protocolAttr string) []part {
	var out []part
	for _, k := range b.BlocksOf(typ) {
		out = append(out, rd.parts(a, k.Body, protocolAttr)...)
	}
	if b.Open(typ) {
		why := "not every " + typ + " block can be read"
		rd.unsure(why)
		out = append(out, part{a, model.Traffic{model.AllTraffic()}, why})
	}
	return out
}

// parts reads a block with a protocol and ports.
func (rd *ruleReader) parts(a model.Action, b terraform.Body, protocolAttr string) []part {
	sure, perhaps, why := rd.traffic(b, protocolAttr)
	var out []part
	if len(sure) > 0 {
		out = append(out, part{a, sure, ""})
	}
	if len(perhaps) > 0 {
		out = append(out, part{a, perhaps, why})
	}
	return out
}

// vpcTarget is whom the rule is applied to; nil is every machine of the
// network.
func (rd *ruleReader) vpcTarget() model.Selector {
	tags := rd.machines("target_tags", networkTag, machineID.targets)
	accounts := rd.machines("target_service_accounts", serviceAccount, machineID.targets)
	return rd.oneKind("target", tags, accounts)
}

// oneKind joins tags and service accounts, of which a rule has one kind.
func (rd *ruleReader) oneKind(what string, tags, accounts []model.Selector) model.Selector {
	if len(tags) > 0 && len(accounts) > 0 {
		rd.doubt("the %s is given by tags and by service accounts, which Google Cloud refuses in one rule", what)
	}
	if all := append(tags, accounts...); len(all) > 0 {
		return either(all)
	}
	return nil
}

// vpcSelectors reads the ends of the rule in a direction. Ranges, tags and
// accounts of the peer are alternatives (compute API, Firewall.SourceRanges).
func (rd *ruleReader) vpcSelectors(dir model.Direction, target model.Selector) selectors {
	attrs := vpcEnds(dir)
	peer := rd.ranges(rd.resource.Body, attrs.peer)
	tags := rd.machines("source_tags", networkTag, machineID.sources)
	accounts := rd.machines("source_service_accounts", serviceAccount, machineID.sources)
	if dir == model.Egress && len(tags)+len(accounts) > 0 {
		rd.doubt("it is about egress and has source tags or service accounts, which Google Cloud refuses")
	} else if source := rd.oneKind("source", tags, accounts); source != nil {
		peer = append(peer, source)
	}
	own := rd.ranges(rd.resource.Body, attrs.target)
	if len(peer) == 0 {
		peer = []model.Selector{model.At{Addrs: unsaid(own)}}
	}
	return selectors{target: with(target, own), peer: either(peer)}
}

// unsaid is the peer of a rule that names none: every IPv4 address, or every
// IPv6 address where the rule's other end is of that family (VPC firewall
// rules overview, sources and destinations).
func unsaid(own []model.Selector) model.AddrSet {
	for _, s := range own {
		if at, ok := s.(model.At); ok && at.Addrs.V4().IsEmpty() {
			return model.AllIPv6()
		}
	}
	return model.AllIPv4()
}
