package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/all"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// tfPair is two configurations of one cloud and what diff is to say of them.
type tfPair struct {
	name, want, have string
	// says is the entries: "+" opened, "-" closed or "?" unknown, and then ends and traffic; none where both are equal.
	says []string
	// wantPlain and havePlain are the sides written out, where they are not: without count, for_each, dynamic and locals.
	wantPlain, havePlain string
}

const pairSeed = 3

// Pairs of Terraform, with what diff says of each written down, and every answer held against a simulator of the cloud: each
// entry's example and packets drawn from it are as the entry says, and packets drawn from everywhere differ just
// where an entry has them. Each pair is read as configuration, as states, as a plan from one to the other, and as
// configuration against a state.
func TestDiffPairs(t *testing.T) {
	t.Logf("seed %d", pairSeed)
	tables := map[string][]tfPair{"aws": awsPairTable(), "gcp": gcpPairTable(), "azure": azurePairTable()}
	count := 0
	for _, cloud := range []string{"aws", "gcp", "azure"} {
		for _, p := range tables[cloud] {
			if count++; testing.Short() && count%4 != 0 {
				continue
			}
			t.Run(cloud+"/"+p.name, func(t *testing.T) { p.check(t) })
		}
	}
	if count < 60 {
		t.Errorf("%d pairs; the test shows little", count)
	}
}

// check reads a pair in every form.
func (p tfPair) check(t *testing.T) {
	want, have := pairRead(t, orText(p.wantPlain, p.want)), pairRead(t, orText(p.havePlain, p.have))
	wantWorld, err := newPairWorld(want, have)
	if err != nil {
		t.Fatal(err)
	}
	haveWorld, err := newPairWorld(have, want)
	if err != nil {
		t.Fatal(err)
	}
	j := pairJudge{want: wantWorld, have: haveWorld, numbers: pairNumbers(p.want + p.have + p.wantPlain + p.havePlain),
		addrs: pairAddrs(p.want + p.have + p.wantPlain + p.havePlain)}
	j.check(t, p, "configuration", pairFolder(t, "want", p.want), pairFolder(t, "have", p.have))
	if !holdsOpen(want) && !holdsOpen(have) {
		states := [2]tfsource.Input{pairDocument(t, "want.json", pairState(t, want)), pairDocument(t, "have.json", pairState(t, have))}
		j.check(t, p, "states", states[0], states[1])
		j.check(t, p, "configuration and state", pairFolder(t, "want", p.want), states[1])
	}
	if !holdsOpen(want) {
		before, after, findings, err := tfsource.Reader{Providers: all.Providers(), Path: "plan.json"}.Plan(strings.NewReader(string(pairPlan(t, want, have))))
		if err != nil || model.WorstSeverity(findings) == model.Error {
			t.Fatal(err, findings)
		}
		j.check(t, p, "plan", before, after)
	}
}

func orText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func pairFolder(t *testing.T, path, text string) tfsource.Input {
	t.Helper()
	in, findings, err := tfsource.Reader{Providers: all.Providers(), Path: path}.Folder(fstest.MapFS{"main.tf": {Data: []byte(pairHCL(text))}})
	if err != nil || model.WorstSeverity(findings) == model.Error {
		t.Fatal(err, findings, pairHCL(text))
	}
	return in
}

func pairDocument(t *testing.T, path string, data []byte) tfsource.Input {
	t.Helper()
	in, findings, err := tfsource.Reader{Providers: all.Providers(), Path: path}.File(data)
	if err != nil || model.WorstSeverity(findings) == model.Error {
		t.Fatal(err, findings, string(data))
	}
	return in
}

// pairJudge holds an answer against the simulators.
type pairJudge struct {
	want, have pairWorld
	numbers    []int
	addrs      []netip.Addr
	// later is whether more may be unknown than the simulators say.
	later bool
}

func (j pairJudge) check(t *testing.T, p tfPair, form string, want, have tfsource.Input) {
	t.Helper()
	r := diffRequest{source: &sourceOptions{}}
	quiet := &streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard}
	c, err := r.readings(quiet, &[2]tfsource.Input{want, have}, nil, opponent{name: "want", label: "want"}, opponent{name: "have", label: "have"})
	if err != nil {
		t.Fatalf("%s: %v", form, err)
	}
	d := newDiff(c)
	if got := pairSays(d); !j.later && !slices.Equal(got, p.says) {
		t.Errorf("%s says\n%s\nwant\n%s", form, strings.Join(got, "\n"), strings.Join(p.says, "\n"))
	}
	if got, want := d.code(), p.code(); !j.later && got != want {
		t.Errorf("%s: exit code %d, want %d: %s %v", form, got, want, d.verdict(), d.findings)
	}
	if why := j.disagreement(d); why != "" {
		t.Errorf("%s: %s\n%s", form, why, d.text())
	}
}

func (p tfPair) code() exitCode {
	switch {
	case slices.ContainsFunc(p.says, func(s string) bool { return strings.HasPrefix(s, "?") }):
		return exitIncomplete
	case len(p.says) > 0:
		return exitFound
	}
	return exitClean
}

// pairSays writes the entries in the words of the tables.
func pairSays(d diff) []string {
	short := strings.NewReplacer("aws_security_group.", "sg.", "azurerm_application_security_group.", "asg.", "azurerm_network_interface.", "nic.",
		"somebody else in the VPC", "host", "somebody else in the virtual network", "host", "service tag ", "service ", "azurerm_network_security_group.", "nsg.")
	var out []string
	for _, e := range d.entries {
		sign := map[string]string{"opened": "+", "closed": "-", "unknown": "?"}[e.what.effect()]
		out = append(out, short.Replace(fmt.Sprintf("%s %s > %s %s", sign, d.sideText(e.from, e.what), d.sideText(e.to, e.what), e.trafficText())))
	}
	return out
}

// disagreement returns what the answer and the simulators do not agree on.
func (j pairJudge) disagreement(d diff) string {
	out := d.json()
	rng := rand.New(rand.NewPCG(pairSeed, 1))
	for kind, entries := range map[string][]entryJSON{"opened": out.Opened, "closed": out.Closed, "unknown": out.Unknown} {
		for _, e := range entries {
			f := e.flow()
			if got := j.kind(f); got != kind && !(j.later && kind == "unknown") || !e.includes(f) {
				return fmt.Sprintf("the example %s of an entry that is %s is %s", e.Example, kind, got)
			}
			for range 20 {
				f, ok := e.draw(rng, d.inv)
				if got := j.kind(f); ok && got != kind && !(j.later && kind == "unknown") {
					return fmt.Sprintf("%s is in an entry that is %s, and it is %s", f, kind, got)
				}
			}
			if sides := sidesOf(e); kind != "unknown" && (!sides["want"] || !sides["have"]) {
				return fmt.Sprintf("%s has no reason on one of the sides: %v", e.Example, e.Because)
			}
		}
	}
	for range 400 {
		f, ok := j.draw(rng, d.inv)
		if !ok {
			continue
		}
		said := "the same"
		for kind, entries := range map[string][]entryJSON{"opened": out.Opened, "closed": out.Closed, "unknown": out.Unknown} {
			for _, e := range entries {
				if e.includes(f) {
					said = kind
				}
			}
		}
		if got := j.kind(f); got != said && !(j.later && said == "unknown") {
			return fmt.Sprintf("%s is %s, and the answer has it as %s", f, got, said)
		}
	}
	return ""
}

func sidesOf(e entryJSON) map[string]bool {
	out := map[string]bool{}
	for _, b := range e.Because {
		out[b.Side] = true
	}
	return out
}

// kind says by the simulators what becomes of a packet.
func (j pairJudge) kind(f model.Flow) string {
	p := newPairPacket(f)
	was, is := j.want.passes(p), j.have.passes(p)
	switch {
	case was == perhapsSo || is == perhapsSo:
		return "unknown"
	case was == is:
		return "the same"
	case is == surely:
		return "opened"
	}
	return "closed"
}

// flow is the example of an entry.
func (e entryJSON) flow() model.Flow {
	end := func(name, addr string) model.Endpoint {
		out := model.Endpoint{Addr: netip.MustParseAddr(addr)}
		if _, err := netip.ParsePrefix(name); err != nil {
			out.ID = model.Identity(name)
		}
		return out
	}
	f := model.Flow{Src: end(e.From, e.Packet.SrcAddress), Dst: end(e.To, e.Packet.DstAddress), Protocol: model.Protocol(e.Packet.Protocol),
		SrcPort: e.Packet.SrcPort, DstPort: e.Packet.DstPort}
	if e.Packet.ICMPType != nil {
		f.ICMPType, f.ICMPCode = *e.Packet.ICMPType, *e.Packet.ICMPCode
	}
	return f
}

// includes reports whether an entry has a packet, as it is printed, codes of ICMP and all.
func (e entryJSON) includes(f model.Flow) bool {
	traffic := e.Traffic
	ends := e
	ends.Traffic = []portedEntry{{trafficEntry: trafficEntry{Protocol: "ANY"}}}
	return ends.holds(f) && slices.ContainsFunc(traffic, func(t portedEntry) bool {
		switch {
		case t.Protocol == "ANY":
			return true
		case t.Protocol != f.Protocol.String(), t.SourcePorts != "" && !inPorts(t.SourcePorts, int(f.SrcPort)):
			return false
		case t.Types != "":
			return slices.ContainsFunc(strings.Split(t.Types, ","), func(s string) bool {
				types, code, some := strings.Cut(s, "/")
				return inPorts(types, int(f.ICMPType)) && (!some || inPorts(code, int(f.ICMPCode)))
			})
		}
		return t.Ports == "" || inPorts(t.Ports, int(f.DstPort))
	})
}

// draw returns a packet of an entry.
func (e entryJSON) draw(rng *rand.Rand, inv model.Inventory) (model.Flow, bool) {
	f := e.flow()
	six := f.Src.Addr.Is6()
	for _, end := range []struct {
		name, at string
		is       *model.Endpoint
	}{{e.From, e.FromAddresses, &f.Src}, {e.To, e.ToAddresses, &f.Dst}} {
		addrs := inv.Addrs(end.is.ID)
		if p, err := netip.ParsePrefix(end.name); err == nil {
			addrs = addrs.Intersect(model.Prefixes(p))
		}
		if end.at != "" {
			addrs = addrs.Intersect(blocksIn(end.at))
		}
		if addrs = addrs.V4(); six {
			addrs = inv.Addrs(end.is.ID).V6()
			if p, err := netip.ParsePrefix(end.name); err == nil {
				addrs = addrs.Intersect(model.Prefixes(p))
			}
			if end.at != "" {
				addrs = addrs.Intersect(blocksIn(end.at))
			}
		}
		if addrs.IsEmpty() {
			return f, false
		}
		end.is.Addr = drawAddr(rng, addrs)
	}
	t := e.Traffic[rng.IntN(len(e.Traffic))]
	if t.Protocol == "ANY" || t.Protocol != f.Protocol.String() {
		return f, true
	}
	if f.Protocol.HasPorts() {
		f.DstPort = drawPort(rng, t.Ports)
		if t.SourcePorts != "" {
			f.SrcPort = drawPort(rng, t.SourcePorts)
		} else if strings.Contains(e.From, "/") {
			f.SrcPort = uint16(1024 + rng.IntN(64512))
		}
	}
	return f, e.includes(f)
}

func blocksIn(list string) model.AddrSet {
	var out model.AddrSet
	for _, s := range strings.Split(list, ", ") {
		out = out.Union(model.MustPrefixes(s))
	}
	return out
}

// drawAddr returns the first, the last or any address of a range of a set.
func drawAddr(rng *rand.Rand, addrs model.AddrSet) netip.Addr {
	ranges := addrs.Ranges()
	r := ranges[rng.IntN(len(ranges))]
	switch rng.IntN(4) {
	case 0:
		return r.From()
	case 1:
		return r.To()
	}
	for range 8 {
		b := r.From().AsSlice()
		for i := range b {
			if b[i] != r.To().AsSlice()[i] {
				for k := i; k < len(b); k++ {
					b[k] = byte(rng.IntN(256))
				}
				break
			}
		}
		if a, ok := netip.AddrFromSlice(b); ok && r.Contains(a) {
			return a
		}
	}
	return r.From()
}

// drawPort returns a port of a list, at the ends of its ranges or between; any port of none.
func drawPort(rng *rand.Rand, list string) uint16 {
	if list == "" {
		list = "0-65535"
	}
	parts := strings.Split(list, ",")
	first, last, ok := strings.Cut(parts[rng.IntN(len(parts))], "-")
	if !ok {
		last = first
	}
	a, _ := strconv.Atoi(first)
	b, _ := strconv.Atoi(last)
	return uint16([]int{a, b, a + rng.IntN(b-a+1)}[rng.IntN(3)])
}

// draw returns a packet from anywhere, at the borders that the texts draw more often than not.
func (j pairJudge) draw(rng *rand.Rand, inv model.Inventory) (model.Flow, bool) {
	end := func() model.Endpoint {
		out := model.Endpoint{}
		if i := rng.IntN(len(inv.Members) + 1); i < len(inv.Members) {
			out.ID = inv.Members[i].ID
		}
		held := inv.Addrs(out.ID)
		if a := j.addrs[rng.IntN(len(j.addrs))]; held.Contains(a) && rng.IntN(8) > 0 {
			out.Addr = a
			return out
		}
		if v4 := held.V4(); !v4.IsEmpty() && rng.IntN(4) > 0 {
			held = v4
		}
		out.Addr = drawAddr(rng, held)
		return out
	}
	f := model.Flow{Src: end(), Dst: end()}
	if f.Src.Addr.Is4() != f.Dst.Addr.Is4() || f.Src.ID == model.Outside && f.Dst.ID == model.Outside {
		return f, false
	}
	number := func() int { return j.numbers[rng.IntN(len(j.numbers))] + rng.IntN(3) - 1 }
	switch f.Protocol = []model.Protocol{model.TCP, model.TCP, model.TCP, model.UDP, model.ICMP, model.SCTP, model.GRE}[rng.IntN(7)]; {
	case f.Protocol == model.ICMP:
		if f.Src.Addr.Is6() {
			f.Protocol = model.ICMPv6
		}
		f.ICMPType, f.ICMPCode = uint8([]int{0, 3, 8, 13, 17, 128, number() & 255}[rng.IntN(7)]), uint8(rng.IntN(5))
	case f.Protocol.HasPorts():
		f.SrcPort, f.DstPort = uint16(1024+rng.IntN(64512)), uint16(number()&65535)
		if rng.IntN(3) == 0 {
			f.SrcPort = uint16(max(1024, number()&65535))
		}
	}
	return f, true
}

var (
	pairNumber = regexp.MustCompile(`\b\d+\b`)
	pairBlock  = regexp.MustCompile(`[0-9a-f]*[.:][0-9a-f.:]*/\d+`)
)

// pairNumbers are the numbers in a text that may be ports or types.
func pairNumbers(text string) []int {
	out := []int{80, 1024, 40000}
	for _, s := range pairNumber.FindAllString(text, -1) {
		if n, err := strconv.Atoi(s); err == nil && n < 65536 {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// pairAddrs are addresses on both sides of the borders of every block in a text.
func pairAddrs(text string) []netip.Addr {
	out := []netip.Addr{netip.MustParseAddr("10.200.0.9"), netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("2001:db8::9"), netip.MustParseAddr("fd00::9")}
	for _, s := range pairBlock.FindAllString(text, -1) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			continue
		}
		for _, r := range model.Prefixes(p).Ranges() {
			for _, a := range []netip.Addr{r.From().Prev(), r.From(), r.From().Next(), r.To(), r.To().Next()} {
				if a.IsValid() {
					out = append(out, a)
				}
			}
		}
	}
	return out
}
