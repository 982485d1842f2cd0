package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func aws023() audit.Check {
	return audit.Check{
		ID:       "AWS023",
		Title:    "A network ACL has more room for replies than its requests need",
		Severity: audit.Medium,
		Why: "An entry that lets replies pass lets new connections pass too, for an ACL cannot tell them apart: whoever it names may connect to every " +
			"service on those ports.",
		Advice: "name the peers with whom requests are exchanged alone, and the ephemeral ports alone: 1024-65535 at most",
		Kinds:  []audit.Kind{audit.NetworkACL},
		References: slices.Concat(
			named("aws", audit.NetworkACL, trivy, "AWS-0102"),
			named("aws", audit.NetworkACL, checkov, "CKV_AWS_352"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, v := range aclViews(s) {
				for _, x := range v.excesses() {
					out = append(out, x.finding(&v))
				}
			}
			return out
		},
	}
}

// excess is room for replies that nothing needs.
type excess struct {
	// direction is of the replies.
	direction model.Direction
	protocol  model.Protocol
	ipv6      bool
	ports     portSet
	// low is whether the ports are those below 1024, and not the peers too many.
	low   bool
	peers model.AddrSet
}

// excesses returns the room for replies that is surely there and that no request needs, joined by peers.
func (v *aclView) excesses() []excess {
	found := map[string]*excess{}
	for _, p := range []model.Protocol{model.TCP, model.UDP} {
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			for _, six := range []bool{false, true} {
				for _, x := range v.excessesOf(d, p, six) {
					key := fmt.Sprint(x.direction, x.protocol, x.ipv6, x.low, x.ports)
					if have := found[key]; have != nil {
						have.peers = have.peers.Union(x.peers)
					} else {
						found[key] = &x
					}
				}
			}
		}
	}
	out := make([]excess, 0, len(found))
	for _, x := range found {
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b excess) int {
		return cmp.Or(cmp.Compare(a.direction, b.direction), cmp.Compare(a.protocol, b.protocol), cmp.Compare(a.peers.String(), b.peers.String()), cmp.Compare(a.ports.String(), b.ports.String()))
	})
	return out
}

// excessesOf looks at the replies of one direction, protocol and family. Peers are too many only where there are some with whom
// requests are exchanged: elsewhere the ports are a service.
func (v *aclView) excessesOf(d model.Direction, p model.Protocol, six bool) []excess {
	var out []excess
	needed := false
	for _, cell := range v.beyond() {
		if cell.V4().IsEmpty() != six {
			continue
		}
		let, _ := v.ports(d, cell, p, nil)
		sure, may := v.ports(reversed(d), cell, p, nil)
		surely, _ := askedOf(sure)
		perhaps, _ := askedOf(may)
		_, room := askedOf(let)
		needed = needed || !surely.isEmpty()
		switch {
		case !room.isEmpty() && perhaps.isEmpty():
			out = append(out, excess{direction: d, protocol: p, ipv6: six, ports: room, peers: cell})
		case !surely.isEmpty() && !isWhole(may) && v.namesAll(d, cell, p) && isWhole(let):
			out = append(out, excess{direction: d, protocol: p, ipv6: six, ports: portsFrom(0, 1023), low: true, peers: cell})
		}
	}
	if !needed {
		return slices.DeleteFunc(out, func(x excess) bool { return !x.low })
	}
	return out
}

// isWhole reports whether ports below 1024 and the ephemeral ones are one range.
func isWhole(s portSet) bool {
	return slices.ContainsFunc(s, func(r model.PortRange) bool { return r.First < 1024 && portCount(r) > 60000 })
}

// namesAll reports whether one entry of the very protocol, and not of all protocols, names both low and ephemeral ports.
func (v *aclView) namesAll(d model.Direction, cell model.AddrSet, p model.Protocol) bool {
	return slices.ContainsFunc(v.entries[d], func(e aclEntry) bool {
		return e.Action == model.Allow && !e.unsure && e.peers.Overlaps(cell) && slices.ContainsFunc(e.Traffic, func(s model.Service) bool {
			return s.Protocol == p && s.Dst.First < 1024 && portCount(s.Dst) > 60000
		})
	})
}

func (x excess) finding(v *aclView) audit.Finding {
	f := v.firewall
	proto := strings.ToLower(x.protocol.String())
	rules := v.causes(x.direction, model.Allow, x.peers, func(e aclEntry) bool {
		return !e.unsure && !aclPorts(e.Traffic, x.protocol).intersect(x.ports).isEmpty()
	})
	way := fmt.Sprintf("lets %s connect to %s/%s", blocksText(v.written(x.peers)), proto, x.ports)
	if x.direction == model.Egress {
		way = fmt.Sprintf("lets its subnets connect to %s/%s of %s", proto, x.ports, blocksText(v.written(x.peers)))
	}
	why := "which is room for replies, and no request goes the other way"
	if x.low {
		why = "and no reply goes to a port below 1024"
	}
	summary := fmt.Sprintf("%s %s, %s", f.Label(), way, why)
	out := audit.Finding{Object: f.Object, Summary: summary, Open: v.between(x.direction, x.peers, x.ports.traffic(x.protocol)),
		Causes: f.CausesOf(x.direction, rules), Attached: aclUsers(f)}
	if x.direction == model.Egress {
		out.Severity = audit.Low
	}
	return out
}
