package azure

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// securityGroup is an NSG to be written. Exactly one of subnet and segment is set.
type securityGroup struct {
	label    string // of the resource
	subnet   *providers.Subnet
	segment  *providers.Segment
	segments []providers.Segment // those behind it, sorted by ID
	rules    []rule
	written  int // how many rules there are as policies spell them
}

// title names the group for people.
func (g securityGroup) title() string {
	if g.subnet != nil {
		return "NSG of subnet " + g.subnet.Name
	}
	return fmt.Sprintf("NSG of segment %s", g.segment.ID)
}

// address is the Terraform address of the group.
func (g securityGroup) address() string { return typeGroup + "." + g.label }

// ruleLabel is the Terraform name of a rule of the group.
func (g securityGroup) ruleLabel(r rule) string { return g.label + "-" + r.name }

// band says where among the priorities a rule goes. A lower band is asked first.
type band uint8

const (
	// bandPlatform holds what the platform needs, bandAllow what policies admit.
	bandPlatform band = iota + 1
	bandAllow
	// bandIsolate refuses everything else to segments in a subnet that others share.
	bandIsolate
	// bandBystander admits traffic between segments and those others.
	bandBystander
	// bandDeny refuses everything else in a subnet that segments have for themselves.
	bandDeny
)

// rule is a security rule to be written.
type rule struct {
	direction            model.Direction
	access               model.Action // Allow or Deny
	protocol             string       // "Tcp", "Udp", "Icmp", "Esp", "Ah", "*"
	target, peer         side         // of one family, or of both
	srcPorts, dstPorts   []model.PortRange
	subject, counterpart string // for the name; may be empty
	band                 band
	reasons              []string // what asks for it, for people

	name     string
	priority int
}

// source returns the side that packets come from.
func (r rule) source() side {
	if r.direction == model.Ingress {
		return r.peer
	}
	return r.target
}

// destination returns the side that packets go to.
func (r rule) destination() side {
	if r.direction == model.Ingress {
		return r.target
	}
	return r.peer
}

// meets reports whether the rules are about packets of one direction to or from ends that may be the
// same.
func (r rule) meets(o rule) bool {
	return r.direction == o.direction && r.target.meets(o.target) && r.peer.meets(o.peer)
}

// key is the content of the rule: rules with equal keys admit the same.
func (r rule) key() string {
	return strings.Join([]string{direction(r.direction), access(r.access), r.protocol,
		r.source().String(), portsText(r.srcPorts), r.destination().String(), portsText(r.dstPorts)}, "|")
}

// family is the IP families that something is about; zero is both.
type family uint8

const (
	bothFamilies family = iota
	family4
	family6
)

// meet returns the family that both are about; false when there is none.
func (f family) meet(g family) (family, bool) {
	switch {
	case f == g || g == bothFamilies:
		return f, true
	case f == bothFamilies:
		return g, true
	}
	return 0, false
}

// side is one side of a rule in one of the forms that Azure takes: an ASG, a
// service tag, CIDRs of one family, or, when all are empty, "*".
type side struct {
	asg   *appGroup
	tag   string
	addrs model.AddrSet // of one family
}

// family returns the family of the side.
func (s side) family() family {
	switch {
	case s.tag == tagLoadBalancer:
		return family4
	case s.addrs.IsEmpty():
		return bothFamilies
	case s.addrs.V6().IsEmpty():
		return family4
	}
	return family6
}

// meets reports whether the sides may name the same ends: an ASG or a tag may hold any address.
func (s side) meets(o side) bool {
	if s.isAny() || o.isAny() {
		return true
	}
	if s.asg != nil && o.asg != nil {
		return s.asg == o.asg
	}
	return s.addrs.IsEmpty() || o.addrs.IsEmpty() || s.addrs.Overlaps(o.addrs)
}

// isAny reports whether the side is "*".
func (s side) isAny() bool { return s.asg == nil && s.tag == "" && s.addrs.IsEmpty() }

// only narrows "*" to one family.
func (s side) only(f family) side {
	if !s.isAny() {
		return s
	}
	if f == family4 {
		return side{addrs: model.AllIPv4()}
	}
	return side{addrs: model.AllIPv6()}
}

// String returns the side's content.
func (s side) String() string {
	switch {
	case s.asg != nil:
		return "asg " + string(s.asg.group)
	case s.tag != "":
		return "tag " + s.tag
	case s.addrs.IsEmpty():
		return "*"
	}
	return s.addrs.String()
}

// appGroup is an ASG.
type appGroup struct {
	label   string          // of the resource; empty when it exists already
	group   model.Group     // by which Decode knows it
	id      terraform.Value // of the id
	members []model.Identity
}

// sidesAt returns the sides that name the addresses, a side per family.
func sidesAt(a model.AddrSet) []side {
	if a.IsAll() {
		return []side{{}}
	}
	var out []side
	for _, f := range []model.AddrSet{a.V4(), a.V6()} {
		if !f.IsEmpty() {
			out = append(out, side{addrs: f})
		}
	}
	return out
}

// The service tags that matter here. Their meaning is that of Microsoft's page
// "Virtual network service tags".
const (
	tagLoadBalancer   = "AzureLoadBalancer"
	tagVirtualNetwork = "VirtualNetwork"
	tagInternet       = "Internet"
	tagPlatformDNS    = "AzurePlatformDNS"
	tagPlatformIMDS   = "AzurePlatformIMDS"
)

// probeSource is the address that the probes of a load balancer come from, the
// virtual address of the host (Microsoft's page "What is IP address 168.63.129.16").
func probeSource() netip.Addr { return netip.AddrFrom4([4]byte{168, 63, 129, 16}) }

// metadataService is the address of the instance metadata service.
func metadataService() netip.Addr { return netip.AddrFrom4([4]byte{169, 254, 169, 254}) }

// splitProbes takes the probe source out of a list of CIDRs to name it by its tag, as it
// reads better and is what the portal shows.
func splitProbes(sides []side) []side {
	probe := netip.PrefixFrom(probeSource(), 32)
	var out []side
	for _, s := range sides {
		if s.isAny() || !slices.Contains(s.addrs.Prefixes(), probe) {
			out = append(out, s)
			continue
		}
		out = append(out, side{tag: tagLoadBalancer})
		if rest := s.addrs.Subtract(model.Prefixes(probe)); !rest.IsEmpty() {
			out = append(out, side{addrs: rest})
		}
	}
	return out
}

// direction returns Azure's word.
func direction(d model.Direction) string {
	if d == model.Ingress {
		return "Inbound"
	}
	return "Outbound"
}

// access returns Azure's word.
func access(a model.Action) string {
	if a == model.Allow {
		return "Allow"
	}
	return "Deny"
}

// portsText returns "*", or the ranges joined with commas.
func portsText(rs []model.PortRange) string {
	if len(rs) == 0 {
		return "*"
	}
	parts := make([]string, len(rs))
	for i, r := range rs {
		parts[i] = r.String()
	}
	return strings.Join(parts, ",")
}
