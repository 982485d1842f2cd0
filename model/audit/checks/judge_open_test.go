package checks_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// trial is a finding before a judge.
type trial struct {
	audited
	audit.Finding
	raw *rawEstate
	k8s *rawCluster
}

// wall is the rules that the finding is about.
func (t trial) wall() *rawWall {
	for _, k := range []string{t.Object.ID, string(t.Object.Key), t.Object.Address, t.Object.Name} {
		for _, name := range []string{k, strings.ToLower(k)} {
			if w := t.raw.walls[name]; w != nil && name != "" {
				return w
			}
		}
	}
	if t.Object.Provider != "gcp" {
		return nil
	}
	var named *rawWall // rules are objects of their own: that of the rule, or of the network that the finding names
	for _, w := range t.raw.walls {
		if strings.HasPrefix(t.Object.Label(), "VPC firewall of ") {
			if w.name == strings.TrimPrefix(t.Object.Label(), "VPC firewall of network ") {
				return w
			}
			continue
		}
		if slices.ContainsFunc(w.rules, func(r rawRule) bool { return r.name == last(t.Object.Label()) }) {
			named = w
		}
	}
	if named == nil && strings.HasPrefix(t.Object.Label(), "VPC firewall of ") {
		return &rawWall{cloud: "gcp", order: "deny", outside: true} // a network of which no rule was read
	}
	return named
}

// target is the tag or account that the finding is about; empty: everybody.
func (t trial) target() string {
	_, name, ok := strings.Cut(t.Subject, ":")
	if !ok || t.Object.Provider != "gcp" {
		return ""
	}
	return name
}

func (t trial) isOutward() bool { return strings.HasPrefix(t.Check, "EGR") || t.Check == "K8S003" }

// wanted is what a walk must come to: a finding that is sure is about what is surely admitted, one that is not about what may be.
func (t trial) wanted() verdict {
	if t.Unsure != "" {
		return perhaps
	}
	return admitted
}

// samples are packets of the finding, and those just beside them: one step before and after its addresses, ports and messages.
func (t trial) samples() (of, beside []packet) {
	add := func(f model.Flow) {
		p := packetOf(f, !t.isOutward(), t.target())
		if t.Open.Contains(f) {
			of = append(of, p)
		} else if !t.elsewhere(f) {
			beside = append(beside, p)
		}
	}
	boxes, _ := t.Open.BoxesUpTo(40)
	for _, b := range boxes {
		for _, f := range flowsOf(t, b) {
			for _, port := range []uint16{f.DstPort, f.DstPort - 1, f.DstPort + 1} {
				g := f
				g.DstPort = port
				add(g)
			}
			for _, a := range []netip.Addr{peerOf(t, f).Prev(), peerOf(t, f).Next()} {
				if a.IsValid() {
					add(withPeer(t, f, a))
				}
			}
		}
	}
	return of, beside
}

// elsewhere says whether another finding of the check is about a packet: that about another part of the same rules, or another target of them.
func (t trial) elsewhere(f model.Flow) bool {
	for _, o := range t.found {
		if o.Check == t.Check && o.Open.Contains(f) {
			return true
		}
	}
	return false
}

func peerOf(t trial, f model.Flow) netip.Addr {
	if t.isOutward() {
		return f.Dst.Addr
	}
	return f.Src.Addr
}

func withPeer(t trial, f model.Flow, a netip.Addr) model.Flow {
	if t.isOutward() {
		f.Dst.Addr = a
	} else {
		f.Src.Addr = a
	}
	return f
}

// flowsOf are packets at the corners of a box.
func flowsOf(t trial, b model.Box) []model.Flow {
	f := *t.Example
	peers, own := b.Src.At(model.Outside), b.Dst.At(f.Dst.ID)
	if t.isOutward() {
		peers, own = b.Dst.At(model.Outside), b.Src.At(f.Src.ID)
	}
	var out []model.Flow
	for i, r := range peers.Ranges() {
		if i >= 12 || own.IsEmpty() {
			break
		}
		for _, a := range []netip.Addr{r.From(), r.To()} {
			g := withPeer(t, f, a)
			var same []netip.Addr
			for _, o := range own.Ranges() {
				if o.From().Is4() == a.Is4() {
					same = append(same, o.From())
				}
			}
			if len(same) == 0 {
				continue
			}
			if t.isOutward() {
				g.Src.Addr = same[0]
			} else {
				g.Dst.Addr = same[0]
			}
			for _, s := range b.Traffic {
				out = append(out, flowsWith(g, s)...)
			}
		}
	}
	return out
}

// flowsWith are packets at the ends of a service.
func flowsWith(f model.Flow, s model.Service) []model.Flow {
	f.Protocol, f.SrcPort, f.DstPort, f.ICMPType, f.ICMPCode = s.Protocol, 0, 0, 0, 0
	switch {
	case s.Protocol == model.AnyProtocol:
		return append(flowsWith(f, model.Ports(model.TCP, 1, 65535)), flowsWith(f, model.Ports(model.UDP, 1, 65535))...)
	case s.Protocol.HasPorts():
		f.SrcPort = max(s.Src.First, min(s.Src.Last, 40000))
		first, last := f, f
		first.DstPort, last.DstPort = s.Dst.First, s.Dst.Last
		return []model.Flow{first, last}
	case s.Protocol.IsICMP():
		f.ICMPType = uint8(max(s.Type, 0))
	}
	return []model.Flow{f}
}

// services is ports of TCP and UDP.
type services struct{ tcp, udp [][2]int }

func one(ports ...int) (out [][2]int) {
	for _, p := range ports {
		out = append(out, [2]int{p, p})
	}
	return out
}

func span(a, b int) [][2]int { return [][2]int{{a, b}} }

func (s services) has(p packet) bool {
	return p.proto == 6 && len(s.tcp) > 0 && inRanges(s.tcp, p.port) || p.proto == 17 && len(s.udp) > 0 && inRanges(s.udp, p.port)
}

// known is the services of each check, from the tables that the checks are to cover: section A and the port catalogue.
var known = map[string]services{
	"EXP010": {tcp: one(22)},
	"EXP011": {tcp: one(3389), udp: one(3389)},
	"EXP012": {tcp: slices.Concat(one(23, 135, 445, 4505, 4506, 5500, 5985, 5986, 9090), span(137, 139), span(512, 514), span(5800, 5903), span(6000, 6063)),
		udp: slices.Concat(span(137, 139), one(445, 623))},
	"EXP013": {tcp: slices.Concat(one(1433, 1521, 1522, 2483, 2484, 2181, 2379, 2380, 3306, 33060, 4333, 5432, 5601, 5984, 6379, 7000, 7001, 7199, 8888, 9042, 9160, 61620, 61621,
		7474, 7687, 8086, 8123, 9000, 9200, 9300, 11211, 11214, 11215), span(27017, 27019)), udp: one(1434, 11211, 11214, 11215)},
	"EXP014": {tcp: slices.Concat(one(20, 21, 23, 25, 53, 88, 464, 749, 750, 110, 111, 143, 389, 636, 3268, 3269, 2049), span(137, 139)),
		udp: slices.Concat(one(53, 69, 88, 464, 749, 750, 111, 123, 161, 162, 389, 2049), span(137, 139))},
	"EXP015": {tcp: one(80)},
	"EXP016": {udp: span(0, 65535)},
	"EXP018": {tcp: slices.Concat(one(2375, 2376, 3000, 5000, 8000, 9000, 5672, 15672, 6443, 8443, 8020, 8088, 50070, 50470, 8080, 8140, 8200, 8500, 8888, 9090, 10250, 10255),
		span(9092, 9094), span(30000, 32767)), udp: span(30000, 32767)},
	"EGR002": {tcp: one(22, 23, 25, 53, 445, 3389, 4444, 6667), udp: one(53)},
}

// isNamed says whether some check looks for a service by name, or it is public.
func isNamed(p packet) bool {
	for id, s := range known {
		if id != "EGR002" && s.has(p) {
			return true
		}
	}
	return p.proto == 6 && (p.port == 80 || p.port == 443) || p.proto == 1 || p.proto == 58
}

// everyPort says whether all ports of a protocol pass that some rule tells apart.
func (w *rawWall) everyPort(p packet, least verdict) bool {
	for _, n := range w.portCorners() {
		if p.port = n; n > 0 && w.walk(p) < least {
			return false
		}
	}
	return true
}

func (w *rawWall) portCorners() []int {
	out := []int{1, 65535}
	for _, r := range w.rules {
		for _, x := range r.ports {
			for _, n := range []int{x[0] - 1, x[0], x[1], x[1] + 1} {
				if n > 0 && n < 65536 {
					out = append(out, n)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// concern says whether a packet is of those that a check is about, whether rules admit it or not; w is the rules that it meets.
type concern func(w *rawWall, p packet, least verdict) bool

// judgeOpen judges a finding about what the Internet may send or be sent: every packet of it that is looked at passes and is what the check is about, and of those
// just beside it none is.
func judgeOpen(is concern) func(trial) string {
	return func(t trial) string {
		w := t.wall()
		if w == nil {
			return "no rules of this name are in the documents: " + fmt.Sprintf("%+v", t.Object)
		}
		of, beside := t.samples()
		if len(of) == 0 {
			return "no packet of it could be looked at"
		}
		for _, p := range of {
			if v := w.walk(p); v != t.wanted() {
				return fmt.Sprintf("%+v is %s, and the finding says %s", p, v, t.wanted())
			}
			if !isPublic(p.peer) && !p.inside {
				return fmt.Sprintf("%+v: not the Internet", p)
			}
			if !is(w, p, perhaps) {
				return fmt.Sprintf("%+v is not what the check is about", p)
			}
		}
		for _, p := range beside {
			if isPublic(p.peer) && !(w.isACL && p.port >= 1024) && w.walk(p) == t.wanted() && is(w, p, t.wanted()) {
				return fmt.Sprintf("%+v is left out", p)
			}
		}
		return ""
	}
}

// riskyService is a service outside that a wide range offers to those inside, and not every port of its protocol with it.
func riskyService(w *rawWall, p packet, least verdict) bool {
	return wideService("EGR002")(w, p, least) && !w.everyPort(p, least)
}

// wideService is a service that a wide range may use.
func wideService(id string) concern {
	return func(w *rawWall, p packet, least verdict) bool { return known[id].has(p) && w.isWide(p, least) }
}

// allPorts is a port of a protocol all of which a wide range may use.
func allPorts(w *rawWall, p packet, least verdict) bool {
	return p.port == 0 || w.everyPort(p, least) && w.isWide(p, least) || p.proto != 6 && p.proto != 17
}

// unnamed is a port that no check knows.
func unnamed(w *rawWall, p packet, least verdict) bool {
	return !isNamed(p) && p.proto != 17 && (p.proto != 6 || !w.everyPort(p, least)) && w.isWide(p, least)
}

// everyMessage is ICMP, all of it.
func everyMessage(w *rawWall, p packet, least verdict) bool {
	if p.proto != 1 && p.proto != 58 || p.peer.Is4() != (p.proto == 1) {
		return false
	}
	for _, n := range []int{0, 3, 8, 13, 128, 255} {
		if p.icmp = n; w.walk(p) < least {
			return false
		}
	}
	return w.isWide(p, least)
}

// particular is what a narrow range may send.
func particular(w *rawWall, p packet, least verdict) bool {
	return !w.isWide(p, least) && p.proto != 1 && p.proto != 58 && !(p.proto == 6 && (p.port == 80 || p.port == 443))
}

// whole are addresses all over the Internet.
var whole = map[bool][]string{
	true:  {"1.1.1.1", "45.0.0.9", "80.1.2.3", "130.4.5.6", "203.0.113.9", "222.1.1.1"},
	false: {"2001:db8::9", "2600::1", "2a00:1450::1", "3fff::1", "9000::1"},
}

// judgeHidden judges that the whole Internet may send a packet and no rule says so.
func judgeHidden(t trial) string {
	w := t.wall()
	if w == nil {
		return "no rules of this name are in the documents"
	}
	if t.Example == nil {
		return "no packet"
	}
	p := packetOf(*t.Example, true, t.target())
	for _, text := range whole[p.peer.Is4()] {
		q := p
		if q.peer = netip.MustParseAddr(text); w.walk(q) < t.wanted() {
			return fmt.Sprintf("%+v does not pass", q)
		}
	}
	for _, r := range w.rules {
		if r.allow && r.matches(p) == admitted && (r.everybody || slices.ContainsFunc(r.blocks, func(b netip.Prefix) bool { return b.Bits() == 0 })) {
			return "a rule says so"
		}
	}
	return ""
}

// judgeTwin judges that a packet passes from a wide range in one version of IP, and that rules admit some in the other, and not the Internet.
func judgeTwin(t trial) string {
	w := t.wall()
	if w == nil {
		return "no rules of this name are in the documents"
	}
	if t.Example == nil {
		return "no packet"
	}
	p := packetOf(*t.Example, true, t.target())
	if v := w.walk(p); v != t.wanted() || !w.isWide(p, perhaps) {
		return fmt.Sprintf("%+v is %s, or only from particular addresses", p, v)
	}
	limited := false
	for _, r := range w.rules {
		about := slices.ContainsFunc(r.blocks, func(b netip.Prefix) bool { return b.Addr().Is4() != p.peer.Is4() }) || len(r.groups) > 0 || r.doubt || r.everybody
		r.blocks, r.groups, r.everybody = nil, nil, true
		limited = limited || r.allow && about && r.name != "default" && r.matches(p) != refused
	}
	if !limited {
		return "no rule is about the other version"
	}
	for _, text := range whole[!p.peer.Is4()] {
		q := p
		if q.peer = netip.MustParseAddr(text); w.walk(q) != refused && w.isWide(q, perhaps) {
			return fmt.Sprintf("%+v passes too", q)
		}
	}
	return ""
}

// judgeList judges that a rule about a list of addresses admits a packet.
func judgeList(t trial) string {
	w := t.wall()
	if w == nil {
		return "no rules of this name are in the documents"
	}
	if t.Example == nil {
		return "no packet"
	}
	p := packetOf(*t.Example, true, t.target())
	if v := w.walk(p); v < t.wanted() {
		return fmt.Sprintf("%+v is %s", p, v)
	}
	for _, r := range w.rules {
		lists := r.doubt
		for _, g := range r.groups {
			lists = lists || tagHas(g, p) != refused
		}
		if r.allow && lists && r.matches(p) != refused {
			return ""
		}
	}
	return "no rule with a list admits it"
}

// judgeInside judges that every port is open to somebody inside.
func judgeInside(t trial) string {
	w := t.wall()
	if w == nil {
		return "no rules of this name are in the documents"
	}
	p := packet{in: true, inside: true, target: t.target(), proto: 6, from: 40000, peer: netip.MustParseAddr("10.0.0.9"), here: netip.MustParseAddr("10.0.0.4"), group: w.id}
	if t.Example != nil {
		p = packetOf(*t.Example, true, t.target())
		p.inside = true
	}
	if t.Example == nil || t.Example.Src.ID != model.Outside || !w.everyPort(p, t.wanted()) { // to those who have the group
		p.group = w.id
		for _, r := range w.rules {
			for _, g := range r.groups {
				if g == p.target || w.raw != nil && g == str(w.raw, "id") {
					p.group = g
				}
			}
		}
	}
	if p.proto != 6 && p.proto != 17 {
		p.proto = 6
	}
	if isPublic(p.peer) && p.group == "" {
		return fmt.Sprintf("%+v: the peer is no private one", p)
	}
	if !w.everyPort(p, t.wanted()) {
		return fmt.Sprintf("%+v: not every port passes", p)
	}
	if t.Unsure != "" && w.everyPort(p, admitted) {
		return fmt.Sprintf("%+v: every port passes for sure", p)
	}
	if p.group == "" && p.peer.Is4() {
		for _, a := range w.corners(netip.PrefixFrom(p.peer, 16).Masked()) {
			q := p
			if q.peer = a; !w.everyPort(q, t.wanted()) {
				return fmt.Sprintf("%+v: a neighbour may not, so that the range is narrower than /16", q)
			}
		}
	}
	return ""
}
