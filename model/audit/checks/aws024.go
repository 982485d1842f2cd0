package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func aws024() audit.Check {
	return audit.Check{
		ID:       "AWS024",
		Title:    "A network ACL breaks path MTU discovery",
		Severity: audit.Medium,
		Why: "A router that cannot forward a large packet says so by ICMP: fragmentation needed (type 3, code 4), or packet too big (ICMPv6 type 2). " +
			"Where that is refused, small packets pass and large ones vanish: connections open and then hang.",
		Advice: "admit ICMP type 3 code 4, and ICMPv6 type 2, in both directions, with everybody with whom connections are exchanged",
		Kinds:  []audit.Kind{audit.NetworkACL},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, v := range aclViews(s) {
				for _, six := range []bool{false, true} {
					for _, d := range []model.Direction{model.Ingress, model.Egress} {
						out = append(out, v.mtuFindings(d, six)...)
					}
				}
			}
			return out
		},
	}
}

// mtuFindings looks for peers on the Internet with whom TCP passes and the message surely does not. Inside a network all links
// may carry packets of one size, so that nobody need say that one is too large.
func (v *aclView) mtuFindings(d model.Direction, six bool) []audit.Finding {
	probe, name := model.Flow{Protocol: model.ICMP, ICMPType: 3, ICMPCode: 4}, "ICMP type 3 code 4 (fragmentation needed)"
	entry := newEntry{direction: d, protocol: model.ICMP, typ: 3, code: 4}
	family := model.AllIPv4()
	if six {
		probe, name = model.Flow{Protocol: model.ICMPv6, ICMPType: 2}, "ICMPv6 type 2 (packet too big)"
		entry.protocol, entry.typ, entry.code, family = model.ICMPv6, 2, 0, model.AllIPv6()
	}
	var refused model.AddrSet
	for _, cell := range v.beyond() {
		if cell.V4().IsEmpty() != six || !cell.Overlaps(audit.Internet()) {
			continue
		}
		in, _ := v.ports(model.Ingress, cell, model.TCP, nil)
		out, _ := v.ports(model.Egress, cell, model.TCP, nil)
		if in.isEmpty() || out.isEmpty() {
			continue
		}
		if !v.message(d, cell, probe) {
			refused = refused.Union(cell)
		}
	}
	if refused.IsEmpty() {
		return nil
	}
	f := v.firewall
	refused = v.written(refused)
	way := fmt.Sprintf("refuses %s from %s", name, blocksText(refused))
	if d == model.Egress {
		way = fmt.Sprintf("refuses %s to %s", name, blocksText(refused))
	}
	finding := audit.Finding{Object: f.Object, Summary: fmt.Sprintf("%s %s, with whom TCP passes", f.Label(), way), Attached: aclUsers(f), Subject: fmt.Sprint(d, entry.protocol),
		Causes: f.CausesOf(d, v.causes(d, model.Allow, refused, func(e aclEntry) bool { return !aclPorts(e.Traffic, model.TCP).isEmpty() }))}
	if d == model.Egress { // hosts inside seldom have smaller links than the Internet
		finding.Severity = audit.Low
	}
	finding.Open = v.between(d, refused, model.Traffic{model.ICMPMessage(probe.Protocol, int16(probe.ICMPType), int16(probe.ICMPCode))})
	if peers := refused.Prefixes(); len(peers) > mostPrefixes {
		refused = family // routers on the way have addresses of their own
	}
	entry.peers = refused.Prefixes()
	finding.Fixes = v.fixes(entry)
	return []audit.Finding{finding}
}
