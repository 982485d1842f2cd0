package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// filters lists the kinds of objects that let traffic in and out of clouds.
func filters() []audit.Kind {
	return append(groupsOfRules(), audit.NetworkACL)
}

// groupsOfRules lists the filters that track connections, so that what they let in is what somebody wants to be let in.
func groupsOfRules() []audit.Kind {
	return []audit.Kind{audit.SecurityGroup, audit.FirewallRules, audit.FirewallPolicy, audit.NetworkSecurityGroup, audit.AdminRules}
}

// looking returns the openings of objects of some kinds.
func looking(openings []audit.Opening, at []audit.Kind) []*audit.Opening {
	var out []*audit.Opening
	for i := range openings {
		if o := &openings[i]; slices.Contains(at, o.Firewall.Kind) {
			out = append(out, o)
		}
	}
	return out
}

// asIs takes a part of an opening as it is; see [beyondReplies].
func asIs(_ *audit.Opening, part model.Region) model.Region { return part }

// exposed finds what lets the Internet reach services, but for what the settings say that is for everybody. Of what is
// open, narrow leaves what counts.
func exposed(s *audit.Subject, services []audit.Service, narrow func(*audit.Opening, model.Region) model.Region) []audit.Finding {
	var out []audit.Finding
	all := trafficOf(services)
	for _, o := range looking(s.Openings(), filters()) {
		if !o.Has(all) {
			continue
		}
		sure, unsure := o.Within(all)
		sure, unsure = private(s, o, narrow(o, sure)), private(s, o, narrow(o, unsure))
		out = append(out, telling(s, o, sure, unsure, services)...)
	}
	return out
}

// private is what of a part of an opening the settings do not say is for everybody.
func private(s *audit.Subject, o *audit.Opening, part model.Region) model.Region {
	if part.IsEmpty() {
		return part
	}
	return part.Subtract(o.Between(model.AllAddrs(), s.Settings.Public))
}

// telling returns the findings about a sure and an unsure part of an opening that are of some services, where the
// Internet sends them.
func telling(s *audit.Subject, o *audit.Opening, sure, unsure model.Region, services []audit.Service) []audit.Finding {
	sure, unsure = o.Keep(sure, s.Wide), o.Keep(unsure, s.Wide)
	out := s.Telling(o, sure, unsure, func(from model.AddrSet, what model.Traffic) string {
		return fmt.Sprintf("%s lets %s reach %s (%s)", o.Firewall.Label(), strangers(s, from), namesOf(services, what), few(what))
	})
	for i := range out {
		out[i].Fixes = removals(o, trafficOf(services), out[i])
	}
	return out
}

// clientPorts are the ports from which connections come, and to which their answers go, as lists of addresses admit
// them (Amazon VPC user guide, network ACLs, ephemeral ports): anybody's, those of Linux, and those of Windows.
func clientPorts() []model.PortRange {
	return []model.PortRange{ports(1024, 65535), ports(32768, 60999), ports(49152, 65535)}
}

// beyondReplies leaves of a part of an opening of a filter that does not track connections what cannot be there for
// answers alone. It has to admit answers to whatever is sent from inside, to all ports from which that may be, and cannot tell them from connections.
func beyondReplies(o *audit.Opening, part model.Region) model.Region {
	if o.Firewall.State != model.Stateless || part.IsEmpty() {
		return part
	}
	whole := o.Open.Union(o.Unsure)
	for _, p := range []model.Protocol{model.TCP, model.UDP} {
		for _, r := range clientPorts() {
			t := model.Traffic{model.Ports(p, r.First, r.Last)}
			if who := toAll(o, whole, t); !who.IsEmpty() {
				part = part.Subtract(o.Between(who, t))
			}
		}
	}
	return part
}

// toAll returns the strangers who may send all of some traffic in a part of an opening.
func toAll(o *audit.Opening, part model.Region, t model.Traffic) model.AddrSet {
	if part.IsEmpty() || !o.HasAll(t) {
		return model.AddrSet{}
	}
	lanes := o.Lanes(part.Intersect(o.Between(model.AllAddrs(), t)))
	if len(lanes) == 0 {
		return model.AddrSet{}
	}
	who := model.AllAddrs()
	var open model.Traffic
	for _, l := range lanes {
		who, open = who.Intersect(l.Strangers), append(open, l.Traffic...)
	}
	if who.IsEmpty() || !within(t, open) {
		return model.AddrSet{}
	}
	return who
}

// everything is the part of a part of an opening in which strangers may send to every port of TCP, to every port of UDP, or
// everything. Nobody listens on port 0, so that it does not count.
func everything(s *audit.Subject, o *audit.Opening, part model.Region) model.Region {
	if part.IsEmpty() {
		return part
	}
	viaTCP, viaUDP := s.Wide(toAll(o, part, everyTCP())), s.Wide(toAll(o, part, everyUDP()))
	if viaTCP.IsEmpty() && viaUDP.IsEmpty() {
		return model.Region{}
	}
	open := o.Between(viaTCP, model.Traffic{model.AllOf(model.TCP)}).Union(o.Between(viaUDP, model.Traffic{model.AllOf(model.UDP)}))
	return part.Intersect(open.Union(o.Between(viaTCP.Intersect(viaUDP), model.Traffic{model.AllTraffic()})))
}

// everyTCP and everyUDP are all ports on which something can listen.
func everyTCP() model.Traffic { return tcp(ports(1, 65535)) }
func everyUDP() model.Traffic { return udp(ports(1, 65535)) }

// allOf says what of everything some traffic is, from whichever port it has to come.
func allOf(what model.Traffic) string {
	what = slices.Clone(what)
	for i := range what {
		what[i].Src = model.AllPorts()
	}
	switch {
	case within(append(everyTCP(), everyUDP()...), what):
		return "every port"
	case within(everyTCP(), what):
		return "every TCP port"
	default:
		return "every UDP port"
	}
}

// written is what of a part of an opening rules admit that somebody wrote. The rest is what the cloud admits by itself.
func written(o *audit.Opening, part model.Region) model.Region {
	return writtenFor(o, part, func(peers model.AddrSet) bool { return !peers.IsEmpty() })
}

// writtenFor is what of a part of an opening rules admit that somebody wrote for some peers.
func writtenFor(o *audit.Opening, part model.Region, counts func(peers model.AddrSet) bool) model.Region {
	if part.IsEmpty() {
		return part
	}
	open := model.Region{}
	for i, r := range o.Rules() {
		told, ok := o.Firewall.RuleAt(o.Direction, r.Origin)
		if peers := o.Peers(i); r.Action == model.Allow && r.Reason == "" && !(ok && told.Added) && !o.Firewall.IsHole(o.Direction, r) && counts(peers) {
			open = open.Union(part.Intersect(o.Between(peers, r.Traffic)))
		}
	}
	return open
}

// namesOf lists the services that some traffic is of.
func namesOf(services []audit.Service, what model.Traffic) string {
	var names []string
	for _, s := range services {
		if len(audit.Overlap(s.Traffic, what)) > 0 {
			names = append(names, s.Name)
		}
	}
	return listed(names, 4)
}

// few is traffic for a sentence.
func few(what model.Traffic) string {
	const most = 6
	words := audit.TrafficWords(whateverPort(what))
	if n := len(words); n > most+1 {
		return fmt.Sprintf("%s and %d others", strings.Join(words[:most], ", "), n-most)
	}
	return strings.Join(words, ", ")
}

// whateverPort is traffic without the source ports, where it is from all that connections usually come from.
func whateverPort(what model.Traffic) model.Traffic {
	type packets struct {
		protocol model.Protocol
		dst      model.PortRange
	}
	from := map[packets]model.Traffic{}
	for _, t := range what {
		if t.Protocol.HasPorts() {
			k := packets{t.Protocol, t.Dst}
			from[k] = append(from[k], model.Ports(t.Protocol, t.Src.First, t.Src.Last))
		}
	}
	usual := model.DefaultClientPorts()
	var out model.Traffic
	for _, t := range what {
		k := packets{t.Protocol, t.Dst}
		if t.Protocol.HasPorts() && !t.Src.IsAll() && within(model.Traffic{model.Ports(t.Protocol, usual.First, usual.Last)}, from[k]) {
			t.Src = model.AllPorts()
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// listed joins words, of many the first ones.
func listed(words []string, most int) string {
	switch n := len(words); {
	case n == 0:
		return "nothing"
	case n == 1:
		return words[0]
	case n > most+1:
		return fmt.Sprintf("%s and %d others", strings.Join(words[:most], ", "), n-most)
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// internet says what of the Internet some addresses are.
func internet(s *audit.Subject, at model.AddrSet) string {
	text := strangers(s, at)
	if rest, all := strings.CutPrefix(text, "anybody on "); all {
		return rest
	}
	return strings.TrimSuffix(text, " on the Internet")
}

// strangers says who is at public addresses.
func strangers(s *audit.Subject, at model.AddrSet) string {
	v4, v6 := s.Whole(at)
	one, two := at.V4(), at.V6()
	switch {
	case v4 && v6:
		return "anybody on the Internet"
	case v4 && two.IsEmpty():
		return "anybody on the IPv4 Internet"
	case v6 && one.IsEmpty():
		return "anybody on the IPv6 Internet"
	case v4:
		return "the IPv4 Internet and " + blocksOf(s, two)
	case v6:
		return "the IPv6 Internet and " + blocksOf(s, one)
	default:
		return blocksOf(s, at) + " on the Internet"
	}
}

// blocksOf is addresses of the Internet in blocks as a rule may have them; of many, all of a family but those that are missing, where these are fewer.
func blocksOf(s *audit.Subject, at model.AddrSet) string {
	const long = 100
	world := s.Strangers()
	text, n := blocksIn(at, world)
	if len(text) <= long {
		return text
	}
	for _, family := range []struct {
		name string
		all  model.AddrSet
	}{{"all IPv4 addresses", world.V4()}, {"all IPv6 addresses", world.V6()}} {
		if rest := family.all.Subtract(at); family.all.Union(at).Equal(family.all) && len(rest.Ranges()) <= mostPrefixes*2 {
			if but, _ := blocksIn(rest, world); len(but) <= long {
				return family.name + " but " + but
			}
		}
	}
	return fmt.Sprintf("%d blocks", n)
}

// mostRanges is of how many ranges of addresses the blocks of a rule are worked out.
const mostRanges = 400

// blocksIn lists blocks of addresses as a rule may have them that is about a world, and counts them.
func blocksIn(at, world model.AddrSet) (text string, n int) {
	blocks := at.Prefixes()
	if len(at.Ranges()) <= mostRanges {
		blocks = audit.Blocks(at, world)
	}
	words := make([]string, len(blocks))
	for i, p := range blocks {
		words[i] = p.String()
	}
	return strings.Join(words, ", "), len(blocks)
}
