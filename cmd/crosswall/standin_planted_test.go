package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// stage is a stand-in cloud with the shop in it: what is there can be changed, and it can be asked, by a plain
// simulator of the cloud's own rules, what passes.
type stage interface {
	// source is how the cloud is written on the command line.
	source() string
	// ends are the addresses that packets are tried between, by what rows call them.
	ends() map[string]string
	// passes says whether the cloud lets a connection pass. It is written straight from the vendor's
	// documentation and shares nothing with the code that it is held against.
	passes(trial) bool
	// called returns the words by which diff names what holds an address: one of them is in the label. What holds
	// none but is within the network is [somebodyElse].
	called(addr netip.Addr) []string
	// imagine puts somebody whom diff names at an address where nobody is, until the function that it returns is called.
	imagine(label string, at netip.Addr) (gone func())
}

// somebodyElse is how diff calls whoever is within a network and has no rules.
const somebodyElse = "somebody else"

// trial is a first packet from a client's port of Linux. Ports of ICMP are type and code.
type trial struct {
	src, dst netip.Addr
	protocol string // "tcp", "udp", "icmp"
	port     int
	srcPort  int
	code     int
}

// clientPort is the source port of trials: one of the Linux range.
const clientPort = 40000

// tried are the protocols and ports that are tried between all ends.
var tried = [...]string{"tcp/22", "tcp/53", "tcp/443", "tcp/5432", "tcp/5432 from 2000", "tcp/8080", "tcp/9000", "tcp/9001", "udp/53", "icmp/3/4", "icmp/3/1"}

// trials are all packets between all ends, by the words for them: "frontend > backend tcp/9000".
func trials(t testing.TB, s stage) map[string]trial {
	t.Helper()
	out := map[string]trial{}
	for from, src := range s.ends() {
		for to, dst := range s.ends() {
			if from == to || strings.Contains(src, ":") != strings.Contains(dst, ":") {
				continue
			}
			for _, what := range tried {
				out[from+" > "+to+" "+what] = aTrial(t, src, dst, what)
			}
		}
	}
	return out
}

func aTrial(t testing.TB, src, dst, what string) trial {
	t.Helper()
	x := trial{src: netip.MustParseAddr(src), dst: netip.MustParseAddr(dst), srcPort: clientPort}
	what, from, pinned := strings.Cut(what, " from ")
	if pinned {
		x.srcPort = number(t, from)
	}
	parts := strings.Split(what, "/")
	x.protocol, x.port = parts[0], number(t, parts[1])
	if len(parts) > 2 {
		x.code = number(t, parts[2])
	}
	return x
}

func number(t testing.TB, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// verdicts is what passes of the trials.
func verdicts(s stage, all map[string]trial) map[string]bool {
	out := map[string]bool{}
	for name, x := range all {
		out[name] = s.passes(x)
	}
	return out
}

// changesOf returns what differs between two verdicts, "+" before what was opened, "-" before what was closed.
func changesOf(before, after map[string]bool) []string {
	out := []string{}
	for name, was := range before {
		switch is := after[name]; {
		case is && !was:
			out = append(out, "+ "+name)
		case was && !is:
			out = append(out, "- "+name)
		}
	}
	slices.Sort(out)
	return out
}

// answered is what "diff -o json" says.
type answered struct {
	ran
	diffJSON
	stage stage
}

// asked runs diff.
func asked(t testing.TB, s stage, want string, more ...string) answered {
	t.Helper()
	a := answered{ran: crosswall(t, append([]string{"diff", want, s.source(), "-o", "json"}, more...)...), stage: s}
	if err := json.Unmarshal([]byte(a.out), &a.diffJSON); err != nil {
		t.Fatalf("%v\n%s\n%s", err, a.out, a.err)
	}
	return a
}

// says returns what an answer says of a trial: "+", "-", "?" or nothing.
func (a answered) says(t testing.TB, x trial) string {
	t.Helper()
	switch {
	case slices.ContainsFunc(a.Opened, func(e entryJSON) bool { return a.covers(t, e, x) }):
		return "+"
	case slices.ContainsFunc(a.Closed, func(e entryJSON) bool { return a.covers(t, e, x) }):
		return "-"
	}
	for _, e := range a.Unknown {
		if a.covers(t, e, x) {
			return map[string]string{"opened": "+", "closed": "-", "": "?"}[e.Change]
		}
	}
	return ""
}

func (a answered) covers(t testing.TB, e entryJSON, x trial) bool {
	t.Helper()
	return a.holds(t, e.From, e.FromAddresses, x.src) && a.holds(t, e.To, e.ToAddresses, x.dst) && slices.ContainsFunc(e.Traffic, func(p portedEntry) bool { return covers(t, p, x) })
}

// holds reports whether an end of an entry is, or can be, at an address.
func (a answered) holds(t testing.TB, end, addrs string, at netip.Addr) bool {
	t.Helper()
	if p, err := netip.ParsePrefix(end); err == nil {
		return p.Contains(at) && !slices.ContainsFunc(a.stage.called(at), func(w string) bool { return w != somebodyElse })
	}
	if !slices.ContainsFunc(a.stage.called(at), func(w string) bool { return strings.Contains(end, w) }) {
		return false
	}
	return addrs == "" || slices.ContainsFunc(strings.Split(addrs, ", "), func(s string) bool { return netip.MustParsePrefix(s).Contains(at) })
}

// covers reports whether traffic as JSON has it holds a packet.
func covers(t testing.TB, p portedEntry, x trial) bool {
	t.Helper()
	among := func(ranges string, port int) bool {
		return ranges == "" || slices.ContainsFunc(strings.Split(ranges, ","), func(r string) bool {
			first, last, isRange := strings.Cut(r, "-")
			if !isRange {
				last = first
			}
			return number(t, first) <= port && port <= number(t, last)
		})
	}
	switch name := strings.ToLower(p.Protocol); {
	case name == "any":
		return true
	case name != x.protocol || p.SourcePorts != "" && !among(p.SourcePorts, x.srcPort):
		return false
	case x.protocol == "icmp":
		return p.Types == "" || slices.ContainsFunc(strings.Split(p.Types, ","), func(types string) bool {
			typ, codes, coded := strings.Cut(types, "/")
			return among(typ, x.port) && (!coded || among(codes, x.code))
		})
	}
	return among(p.Ports, x.port)
}

// checkExamples holds every example packet against the simulator: opened ones were refused before and
// pass now, closed ones the other way round.
func (a answered) checkExamples(t *testing.T, before, after stage) {
	t.Helper()
	check := func(e entryJSON, opened bool) {
		x := trial{src: netip.MustParseAddr(e.Packet.SrcAddress), dst: netip.MustParseAddr(e.Packet.DstAddress), srcPort: int(e.Packet.SrcPort), port: int(e.Packet.DstPort)}
		x.protocol = map[int]string{6: "tcp", 17: "udp", 1: "icmp", 58: "icmpv6"}[e.Packet.Protocol]
		if x.protocol == "" {
			x.protocol = fmt.Sprint(e.Packet.Protocol)
		}
		if e.Packet.ICMPType != nil {
			x.port, x.code = int(*e.Packet.ICMPType), int(*e.Packet.ICMPCode)
		}
		for _, s := range []stage{before, after} {
			defer s.imagine(e.From, x.src)()
			defer s.imagine(e.To, x.dst)()
		}
		if was, is := before.passes(x), after.passes(x); was == opened || is != opened {
			t.Errorf("the example %q is not true: it passed before: %v, and now: %v", e.Example, was, is)
		}
	}
	for _, e := range a.Opened {
		check(e, true)
	}
	for _, e := range a.Closed {
		check(e, false)
	}
	for _, e := range a.Unknown {
		if e.Change == "" {
			t.Errorf("unknown: %s: %v", e.Example, e.Because)
			continue
		}
		check(e, e.Change == "opened")
	}
}

// planted is one change to a stand-in cloud, and what it does to the packets that are tried: all of them, and no other. Nothing
// means that it has no effect on traffic.
type planted[S stage] struct {
	name   string
	change func(t *testing.T, s S)
	want   []string
}

// plant makes each change by itself and holds diff against it: between a snapshot taken before
// and the live cloud after.
func plant[S stage](t *testing.T, fresh func(*testing.T) S, show func(S), rows []planted[S]) {
	t.Helper()
	before := fresh(t)
	show(before)
	snap := filepath.Join(t.TempDir(), "before.json")
	crosswall(t, "snapshot", before.source(), "-o", snap).want(t, 0)
	all := trials(t, before)
	was := verdicts(before, all)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			now := fresh(t)
			row.change(t, now)
			show(now)
			slices.Sort(row.want)
			if is := changesOf(was, verdicts(now, all)); !slices.Equal(is, orNone(row.want)) {
				t.Fatalf("the simulator says:\n%s\nthe row:\n%s", strings.Join(is, "\n"), strings.Join(row.want, "\n"))
			}
			a := asked(t, now, snap)
			a.match(t, all, row.want)
			a.checkExamples(t, before, now)
			if t.Failed() {
				t.Logf("%s\n%s", crosswall(t, "diff", snap, now.source()).out, a.err)
			}
		})
	}
}

func orNone(want []string) []string {
	if want == nil {
		return []string{}
	}
	return want
}

// match holds an answer against what is to differ.
func (a answered) match(t *testing.T, all map[string]trial, want []string) {
	t.Helper()
	got := []string{}
	for name, x := range all {
		if s := a.says(t, x); s != "" {
			got = append(got, s+" "+name)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, orNone(want)) {
		t.Errorf("diff says:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if a.Equal != (len(want) == 0) || a.code != map[bool]int{true: 0, false: 1}[a.Equal] {
		t.Errorf("equal: %v, exit code %d: %s", a.Equal, a.code, a.Summary)
	}
}
