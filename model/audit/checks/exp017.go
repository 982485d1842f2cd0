package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp017() audit.Check {
	return audit.Check{
		ID:       "EXP017",
		Title:    "Every ICMP message is open to the Internet",
		Severity: audit.Low,
		Why:      "Besides those that networks need, there are ICMP messages that redirect routes, ask for masks and times, and map what is there.",
		Advice:   "admit what networks need: echo request if you like, destination unreachable (type 3, with code 4 for the size of packets) and time exceeded; of ICMPv6 packet too big (type 2)",
		Kinds:    filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, scoutSuite, "ec2-security-group-opens-icmp-to-all"),
		),
		Run: anyICMP,
	}
}

func anyICMP(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Openings(), filters()) {
		open := func(part model.Region) model.Region {
			v4, v6 := s.Wide(toAll(o, part, allMessages()).V4()), s.Wide(toAll(o, part, allMessagesV6()).V6())
			return part.Intersect(o.Between(v4, model.Traffic{model.AllOf(model.ICMP)}).Union(o.Between(v6, model.Traffic{model.AllOf(model.ICMPv6)})))
		}
		out = append(out, s.Telling(o, open(o.Open), open(o.Unsure), func(from model.AddrSet, what model.Traffic) string {
			return fmt.Sprintf("%s lets %s send every message of %s", o.Firewall.Label(), strangers(s, from), protocolsOf(what))
		})...)
	}
	return out
}

// allMessages is all of ICMP but for "fragmentation needed" (type 3, code 4), and allMessagesV6 all of ICMPv6 but for "packet too
// big" (type 2): without them packets that are too large vanish (RFC 1191, RFC 8201), so that they should be admitted whatever else is.
func allMessages() model.Traffic {
	var out model.Traffic
	for typ := range int16(256) {
		if typ != 3 {
			out = append(out, model.ICMPMessage(model.ICMP, typ, model.AnyICMP))
		}
	}
	for code := range int16(256) {
		if code != 4 {
			out = append(out, model.ICMPMessage(model.ICMP, 3, code))
		}
	}
	return out
}

func allMessagesV6() model.Traffic {
	var out model.Traffic
	for typ := range int16(256) {
		if typ != 2 {
			out = append(out, model.ICMPMessage(model.ICMPv6, typ, model.AnyICMP))
		}
	}
	return out
}

// protocolsOf names the protocols of traffic.
func protocolsOf(what model.Traffic) string {
	var names []string
	for _, t := range what {
		if name := t.Protocol.String(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return listed(names, 4)
}
