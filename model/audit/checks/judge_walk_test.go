package checks_test

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// verdict is what a walk through rules comes to.
type verdict uint8

const (
	refused verdict = iota
	perhaps
	admitted
)

func (v verdict) String() string { return [...]string{"refused", "perhaps", "admitted"}[v] }

// packet is what goes through a wall: between a stranger, or a member of a group, and one of those whom the wall is for.
type packet struct {
	in         bool
	peer, here netip.Addr
	group      string // the peer's; empty: a stranger
	inside     bool   // whether the peer is on the same network
	target     string // the tag or account of whom the wall is for
	proto      int
	from, port int
	icmp       int
}

// packetOf is an example as a wall sees it.
func packetOf(f model.Flow, in bool, target string) packet {
	p := packet{in: in, peer: f.Src.Addr, here: f.Dst.Addr, target: target, proto: int(f.Protocol), from: int(f.SrcPort), port: int(f.DstPort), icmp: int(f.ICMPType)}
	if !in {
		p.peer, p.here = p.here, p.peer
	}
	return p
}

// matches says whether a rule is about a packet.
func (r rawRule) matches(p packet) verdict {
	if r.in != p.in || r.proto != -1 && r.proto != p.proto {
		return refused
	}
	// Azure's ports are those of TCP and UDP; what they mean to other protocols is not documented.
	ported := p.proto == 6 || p.proto == 17 || p.proto == 132 && (r.proto != -1 || r.ports == nil)
	if ported && !inRanges(r.ports, p.port) || ported && !inRanges(r.sources, p.from) {
		return refused
	}
	if (p.proto == 1 || p.proto == 58) && r.icmp >= 0 && r.icmp != p.icmp {
		return refused
	}
	v := r.isAbout(p)
	if r.proto == -1 && r.ports != nil && !ported && v == admitted {
		v = perhaps
	}
	if len(r.targets) > 0 && !slices.Contains(r.targets, p.target) || r.at != nil && !inAny(r.at, p.here) && !r.nowhere {
		return refused
	}
	if v == admitted && (r.nowhere && !inAny(r.at, p.here) || r.uncertain) {
		return perhaps
	}
	return v
}

// isAbout says whether a packet's peer is one of a rule's.
func (r rawRule) isAbout(p packet) verdict {
	if r.everybody || inAny(r.blocks, p.peer) {
		return admitted
	}
	v := refused
	for _, g := range r.groups {
		switch is := tagHas(g, p); {
		case is == admitted, p.group != "" && g == p.group:
			return admitted
		case is == perhaps:
			v = perhaps
		}
	}
	if r.doubt {
		return perhaps
	}
	return v
}

// tagHas says whether a service tag of Azure holds a stranger; groups and tags of machines hold none.
func tagHas(tag string, p packet) verdict {
	public := isPublic(p.peer)
	switch {
	case strings.HasPrefix(tag, "sg-") || strings.Contains(tag, "/"):
		return refused
	case tag == "internet":
		if public {
			return admitted
		}
		return refused
	case tag == "virtualnetwork":
		if p.inside {
			return admitted
		}
		return refused
	case tag == "azureloadbalancer":
		if p.peer == netip.MustParseAddr("168.63.129.16") {
			return admitted
		}
		return refused
	case azureTags[tag], strings.ContainsRune(tag, '.') && !strings.ContainsRune(tag, '@'):
		if public {
			return perhaps
		}
		return refused
	}
	return refused
}

// azureTags are service tags whose addresses change ("Virtual network service tags").
var azureTags = map[string]bool{"sqlmanagement": true, "sql": true, "azurecloud": true, "storage": true, "azuremonitor": true, "apimanagement": true,
	"gatewaymanager": true, "azureactivedirectory": true, "eventhub": true, "servicefabric": true, "azurecosmosdb": true, "azuretrafficmanager": true,
	"batchnodemanagement": true, "corpnetsaw": true, "corpnetpublic": true, "azureportal": true, "azuremachinelearning": true, "azuredatabricks": true, "databricks": true}

func inAny(blocks []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(blocks, func(b netip.Prefix) bool { return b.Contains(a) })
}

func inRanges(rs [][2]int, n int) bool {
	return rs == nil || slices.ContainsFunc(rs, func(r [2]int) bool { return r[0] <= n && n <= r[1] })
}

// walk goes through the rules in the order in which they are asked.
func (w *rawWall) walk(p packet) verdict {
	if w.unread[p.in] && w.order != "any" || w.twice && w.order != "deny" {
		return perhaps
	}
	rules := slices.Clone(w.rules)
	slices.SortStableFunc(rules, func(a, b rawRule) int {
		if d := a.order - b.order; d != 0 || w.order != "deny" || a.allow == b.allow {
			return d
		}
		if a.allow {
			return 1
		}
		return -1
	})
	yes, no := false, false
	for _, r := range rules {
		m := r.matches(p)
		if m == refused {
			continue
		}
		if m == admitted && w.order == "any" {
			return admitted
		}
		yes, no = yes || r.allow, no || !r.allow
		if m == admitted {
			return outcome(yes, no)
		}
	}
	if w.unread[p.in] {
		return perhaps
	}
	if w.outside && !p.in {
		yes = true
	} else {
		no = true
	}
	return outcome(yes, no)
}

func outcome(yes, no bool) verdict {
	switch {
	case yes && no:
		return perhaps
	case yes:
		return admitted
	}
	return refused
}

// isPublic says whether the Internet routes an address: by the registries of special-purpose addresses of IANA, without the documentation blocks.
func isPublic(a netip.Addr) bool {
	for _, b := range []string{"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3", "168.63.129.16/32",
		"::/8", "fc00::/7", "fe80::/10", "ff00::/8"} {
		if netip.MustParsePrefix(b).Contains(a) {
			return false
		}
	}
	return true
}

// isWide says whether a packet's peer lies in a public range wider than /24 or /48 from which the same is admitted, as far as a verdict goes: from every
// address of the block of twice that size around it at which some rule begins or ends.
func (w *rawWall) isWide(p packet, least verdict) bool {
	bits := 23
	if p.peer.Is6() {
		bits = 47
	}
	around := netip.PrefixFrom(p.peer, bits).Masked()
	for _, a := range w.corners(around) {
		q := p
		q.peer = a
		if !isPublic(a) || w.walk(q) < least {
			return false
		}
	}
	return true
}

// corners are the addresses of a block at which some rule may judge otherwise than at the one before.
func (w *rawWall) corners(around netip.Prefix) []netip.Addr {
	out := []netip.Addr{around.Addr(), end(around)}
	for _, r := range w.rules {
		for _, b := range r.blocks {
			for _, a := range []netip.Addr{b.Addr(), b.Addr().Prev(), end(b), end(b).Next()} {
				if a.IsValid() && around.Contains(a) {
					out = append(out, a)
				}
			}
		}
	}
	return out
}

// end is the last address of a block.
func end(b netip.Prefix) netip.Addr {
	raw := b.Masked().Addr().AsSlice()
	for i := b.Bits(); i < b.Addr().BitLen(); i++ {
		raw[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(raw)
	return a
}
