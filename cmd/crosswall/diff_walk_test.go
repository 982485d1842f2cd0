package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate/kubernetes"
)

var (
	walkSteps = flag.Int("walk-steps", 1000, "how many edits the random walk of diff makes")
	walkSeed  = flag.Uint64("walk-seed", 20, "seed of the random walk of diff")
)

// A random walk through policies: at each step one is edited, and what diff says of before and after is held
// against a plain evaluator of NetworkPolicy that shares no code with what it judges. Everything that the evaluator
// finds changed must be in the answer, and everything in the answer must be changed, packet by packet.
func TestDiffRandomWalk(t *testing.T) {
	steps := *walkSteps
	if testing.Short() {
		steps = min(steps, 100)
	}
	t.Logf("seed %d, %d steps", *walkSeed, steps)
	rng := rand.New(rand.NewPCG(*walkSeed, 0))
	world := walkWorld()
	before := []walkPolicy{world.policy(rng), world.policy(rng)}
	changed := 0
	for step := range steps {
		after := world.edit(rng, before)
		got := world.diff(t, before, after)
		if why := world.disagreement(got, before, after); why != "" {
			t.Fatalf("step %d: %s\nbefore:\n%s\nafter:\n%s\nanswer: %+v", step, why, world.manifest(before), world.manifest(after), got)
		}
		if !got.Equal {
			changed++
		}
		before = after
	}
	if changed < steps/10 || changed == steps {
		t.Errorf("%d of %d edits changed traffic; the walk shows little", changed, steps)
	}
}

// walkPod is a pod with an address in each family.
type walkPod struct {
	namespace, name, app string
	addrs                []netip.Addr
}

func (p walkPod) id() string { return p.namespace + "/Pod/" + p.name }

// walk is the world that policies of a walk are about.
type walk struct{ pods []walkPod }

func walkWorld() walk {
	addrs := func(n int) []netip.Addr {
		return []netip.Addr{netip.AddrFrom4([4]byte{10, 0, byte(n), 5}), netip.AddrFrom16([16]byte{0xfd, 1: 0, 7: byte(n), 15: 5})}
	}
	return walk{[]walkPod{
		{"a", "web", "web", addrs(1)}, {"a", "api", "api", addrs(2)}, {"a", "db", "db", addrs(3)},
		{"b", "web", "web", addrs(4)}, {"b", "job", "job", addrs(5)[:1]},
	}}
}

// walkPolicy is a NetworkPolicy of few words.
type walkPolicy struct {
	name, namespace, app string // app selects; empty: all pods
	directions           []string
	rules                map[string][]walkRule // by direction
}

type walkRule struct {
	peers []walkPeer
	ports []walkPort
}

// walkPeer is a block, or pods by namespace and app; "" is any, "." the policy's own namespace.
type walkPeer struct {
	block, except  string
	namespace, app string
}

type walkPort struct {
	protocol    string
	first, last int // first 0: all ports
}

func one[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

func (w walk) policy(rng *rand.Rand) walkPolicy {
	p := walkPolicy{name: fmt.Sprintf("p%d", rng.IntN(1000000)), namespace: one(rng, "a", "b"), app: one(rng, "", "web", "api", "db"),
		directions: one(rng, []string{"Ingress"}, []string{"Egress"}, []string{"Ingress", "Egress"}), rules: map[string][]walkRule{}}
	for _, d := range p.directions {
		for range rng.IntN(3) {
			p.rules[d] = append(p.rules[d], w.rule(rng))
		}
	}
	return p
}

func (w walk) rule(rng *rand.Rand) walkRule {
	r := walkRule{}
	for range rng.IntN(3) {
		r.peers = append(r.peers, w.peer(rng))
	}
	for range rng.IntN(3) {
		r.ports = append(r.ports, one(rng, walkPort{"TCP", 80, 80}, walkPort{"TCP", 80, 90}, walkPort{"TCP", 0, 0}, walkPort{"UDP", 53, 53}, walkPort{"TCP", 443, 443}))
	}
	return r
}

func (w walk) peer(rng *rand.Rand) walkPeer {
	if rng.IntN(2) == 0 {
		return one(rng, walkPeer{block: "0.0.0.0/0"}, walkPeer{block: "0.0.0.0/0", except: "10.0.0.0/8"}, walkPeer{block: "0.0.0.0/1"},
			walkPeer{block: "128.0.0.0/1"}, walkPeer{block: "10.0.0.0/16", except: "10.0.2.0/24"}, walkPeer{block: "::/0"},
			walkPeer{block: "::/0", except: "fd00::/8"}, walkPeer{block: "203.0.113.0/24"}, walkPeer{block: "10.0.2.0/24"})
	}
	return walkPeer{namespace: one(rng, "", ".", "a", "b"), app: one(rng, "", "web", "api", "job")}
}

// edit changes one thing, or only how something is written.
func (w walk) edit(rng *rand.Rand, ps []walkPolicy) []walkPolicy {
	ps = slices.Clone(ps)
	i := 0
	if len(ps) > 0 {
		i = rng.IntN(len(ps))
	}
	switch k := rng.IntN(8); {
	case k == 0 && len(ps) < 6 || len(ps) == 0:
		return append(ps, w.policy(rng))
	case k == 1 && len(ps) > 1:
		return slices.Delete(ps, i, i+1)
	case k == 2:
		ps[i].name = fmt.Sprintf("p%d", rng.IntN(1000000))
	case k == 3:
		ps[i].app = one(rng, "", "web", "api", "db")
	case k == 4:
		rng.Shuffle(len(ps), func(a, b int) { ps[a], ps[b] = ps[b], ps[a] })
	default:
		d := one(rng, ps[i].directions...)
		rules := map[string][]walkRule{}
		for _, e := range ps[i].directions {
			rules[e] = slices.Clone(ps[i].rules[e])
		}
		if n := len(rules[d]); n > 0 && rng.IntN(2) == 0 {
			rules[d][rng.IntN(n)] = w.rule(rng)
		} else {
			rules[d] = append(rules[d], w.rule(rng))
		}
		if len(rules[d]) > 4 {
			rules[d] = rules[d][2:]
		}
		ps[i].rules = rules
	}
	return ps
}

func (w walk) manifest(ps []walkPolicy) string {
	var b strings.Builder
	for _, n := range []string{"a", "b"} {
		fmt.Fprintf(&b, "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {kubernetes.io/metadata.name: %s}}\n---\n", n, n)
	}
	for _, p := range w.pods {
		var ips []string
		for _, a := range p.addrs {
			ips = append(ips, fmt.Sprintf("{ip: %q}", a))
		}
		fmt.Fprintf(&b, "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: %s, labels: {app: %s}}\n"+
			"spec: {nodeName: node, containers: [{name: c, image: x}]}\nstatus: {phase: Running, podIP: %q, podIPs: [%s]}\n---\n",
			p.name, p.namespace, p.app, p.addrs[0], strings.Join(ips, ", "))
	}
	for _, p := range ps {
		fmt.Fprintf(&b, "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: %s, namespace: %s}\nspec:\n  podSelector: %s\n  policyTypes: [%s]\n",
			p.name, p.namespace, walkSelector("app", p.app), strings.Join(p.directions, ", "))
		for _, d := range p.directions {
			peers := map[string]string{"Ingress": "from", "Egress": "to"}[d]
			fmt.Fprintf(&b, "  %s:\n", strings.ToLower(d))
			for _, r := range p.rules[d] {
				fmt.Fprintf(&b, "    - %s: [%s]\n      ports: [%s]\n", peers, joined(r.peers), joined(r.ports))
			}
		}
		b.WriteString("---\n")
	}
	return b.String()
}

func joined[T fmt.Stringer](parts []T) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = p.String()
	}
	return strings.Join(out, ", ")
}

func walkSelector(key, value string) string {
	if value == "" {
		return "{}"
	}
	return fmt.Sprintf("{matchLabels: {%s: %s}}", key, value)
}

func (p walkPeer) String() string {
	switch {
	case p.except != "":
		return fmt.Sprintf("{ipBlock: {cidr: %q, except: [%q]}}", p.block, p.except)
	case p.block != "":
		return fmt.Sprintf("{ipBlock: {cidr: %q}}", p.block)
	case p.namespace == ".":
		return fmt.Sprintf("{podSelector: %s}", walkSelector("app", p.app))
	}
	return fmt.Sprintf("{namespaceSelector: %s, podSelector: %s}", walkSelector("kubernetes.io/metadata.name", p.namespace), walkSelector("app", p.app))
}

func (p walkPort) String() string {
	switch {
	case p.first == 0:
		return "{protocol: " + p.protocol + "}"
	case p.first == p.last:
		return fmt.Sprintf("{protocol: %s, port: %d}", p.protocol, p.first)
	}
	return fmt.Sprintf("{protocol: %s, port: %d, endPort: %d}", p.protocol, p.first, p.last)
}

func (w walk) diff(t *testing.T, before, after []walkPolicy) diffJSON {
	t.Helper()
	var sides [2]contestant
	for i, ps := range [][]walkPolicy{before, after} {
		in, findings := kubernetes.Reader{}.ReadFiles([]kubernetes.File{{Name: "all.yaml", Data: []byte(w.manifest(ps))}})
		if model.WorstSeverity(findings) == model.Error {
			t.Fatalf("%v\n%s", findings, w.manifest(ps))
		}
		sides[i] = contestant{path: "all.yaml"}
		sides[i].material.Input = in
	}
	c, err := manifestsWithManifests(sides[0], sides[1])
	if err != nil {
		t.Fatal(err)
	}
	return newDiff(c).json()
}

// walkPacket is a new connection; a nil pod is a stranger.
type walkPacket struct {
	src, dst         *walkPod
	srcAddr, dstAddr netip.Addr
	protocol         string // TCP, UDP, or GRE for all that policies cannot name
	port             int
}

func (p walkPacket) String() string {
	return fmt.Sprintf("%s > %s %s/%d", p.srcAddr, p.dstAddr, p.protocol, p.port)
}

// admits is the plain evaluator: at each end, not isolated or admitted by a rule
// (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
func admits(ps []walkPolicy, p walkPacket) bool {
	return walkSide(ps, p, "Egress", p.src, p.dst, p.dstAddr) && walkSide(ps, p, "Ingress", p.dst, p.src, p.srcAddr)
}

func walkSide(ps []walkPolicy, k walkPacket, direction string, self, peer *walkPod, peerAddr netip.Addr) bool {
	if self == nil {
		return true
	}
	isolated := false
	for _, p := range ps {
		if p.namespace != self.namespace || p.app != "" && p.app != self.app || !slices.Contains(p.directions, direction) {
			continue
		}
		isolated = true
		for _, r := range p.rules[direction] {
			if r.admits(p, k, peer, peerAddr) {
				return true
			}
		}
	}
	return !isolated
}

func (r walkRule) admits(p walkPolicy, k walkPacket, peer *walkPod, at netip.Addr) bool {
	port := len(r.ports) == 0 || slices.ContainsFunc(r.ports, func(o walkPort) bool {
		return o.protocol == k.protocol && (o.first == 0 || o.first <= k.port && k.port <= o.last)
	})
	return port && (len(r.peers) == 0 || slices.ContainsFunc(r.peers, func(q walkPeer) bool {
		switch {
		case q.block != "":
			return netip.MustParsePrefix(q.block).Contains(at) && (q.except == "" || !netip.MustParsePrefix(q.except).Contains(at))
		case peer == nil:
			return false
		}
		namespace := q.namespace
		if namespace == "." {
			namespace = p.namespace
		}
		return (namespace == "" || namespace == peer.namespace) && (q.app == "" || q.app == peer.app)
	}))
}

// packets returns connections on both sides of every border that the policies can draw.
func (w walk) packets() []walkPacket {
	type walkEnd struct {
		pod  *walkPod
		addr netip.Addr
	}
	var ends []walkEnd
	for i := range w.pods {
		for _, a := range w.pods[i].addrs {
			ends = append(ends, walkEnd{&w.pods[i], a})
		}
	}
	for _, a := range []string{"1.2.3.4", "10.0.2.77", "10.0.9.9", "10.9.9.9", "127.255.255.255", "128.0.0.0", "203.0.112.255", "203.0.113.9", "2001:db8::1", "fd12::1", "ff00::1"} {
		ends = append(ends, walkEnd{nil, netip.MustParseAddr(a)})
	}
	var out []walkPacket
	for _, s := range ends {
		for _, d := range ends {
			if s.pod == nil && d.pod == nil || s.pod == d.pod || s.addr.Is4() != d.addr.Is4() {
				continue
			}
			for _, k := range []walkPacket{{protocol: "TCP", port: 79}, {protocol: "TCP", port: 80}, {protocol: "TCP", port: 90}, {protocol: "TCP", port: 91},
				{protocol: "TCP", port: 443}, {protocol: "UDP", port: 53}, {protocol: "UDP", port: 80}, {protocol: "GRE"}} {
				k.src, k.dst, k.srcAddr, k.dstAddr = s.pod, d.pod, s.addr, d.addr
				out = append(out, k)
			}
		}
	}
	return out
}

// disagreement returns a packet of which the answer says something else than the evaluator.
func (w walk) disagreement(got diffJSON, before, after []walkPolicy) string {
	if len(got.Unknown) > 0 || len(got.Workloads.Opened)+len(got.Workloads.Closed) > 0 {
		return "something is unknown, or a workload was added"
	}
	index := map[bool]map[[2]string][]entryJSON{false: {}, true: {}}
	for opens, entries := range map[bool][]entryJSON{true: got.Opened, false: got.Closed} {
		for _, e := range entries {
			at := [2]string{workloadOrRange(e.From), workloadOrRange(e.To)}
			index[opens][at] = append(index[opens][at], e)
		}
		if why := w.badExamples(entries, opens, before, after); why != "" {
			return why
		}
	}
	for _, p := range w.packets() {
		was, is := admits(before, p), admits(after, p)
		names := [2]string{nameOf(p.src), nameOf(p.dst)}
		for opens, want := range map[bool]bool{true: is && !was, false: was && !is} {
			if said := slices.ContainsFunc(index[opens][names], func(e entryJSON) bool { return e.covers(p) }); said != want {
				return fmt.Sprintf("%s: admitted before: %t, after: %t, and the answer has it as opened (true) or closed (false) %t: %t", p, was, is, opens, said)
			}
		}
		if got.Equal && was != is {
			return fmt.Sprintf("equal, but %s was %t and is %t", p, was, is)
		}
	}
	return ""
}

func nameOf(p *walkPod) string {
	if p == nil {
		return ""
	}
	return p.id()
}

func workloadOrRange(s string) string {
	if _, err := netip.ParsePrefix(s); err == nil {
		return ""
	}
	return s
}

// badExamples checks each entry's packet, and that each entry has rules to blame.
func (w walk) badExamples(entries []entryJSON, opens bool, before, after []walkPolicy) string {
	for _, e := range entries {
		p := walkPacket{srcAddr: netip.MustParseAddr(e.Packet.SrcAddress), dstAddr: netip.MustParseAddr(e.Packet.DstAddress), port: int(e.Packet.DstPort)}
		p.protocol = model.Protocol(e.Packet.Protocol).String()
		for i := range w.pods {
			if w.pods[i].id() == e.From {
				p.src = &w.pods[i]
			}
			if w.pods[i].id() == e.To {
				p.dst = &w.pods[i]
			}
		}
		if was, is := admits(before, p), admits(after, p); is != opens || was == opens {
			return fmt.Sprintf("the example %q of %s to %s: before %t, after %t", e.Example, e.From, e.To, was, is)
		}
		if !e.covers(p) {
			return fmt.Sprintf("the example %q is not in its entry", e.Example)
		}
		sides := map[string]bool{}
		for _, b := range e.Because {
			sides[b.Side+" "+b.Verdict] = true
			target := map[string]string{"egress": e.From, "ingress": e.To}[b.Direction]
			if _, named, ok := strings.Cut(b.Why, "isolates "); ok && !strings.HasPrefix(named, target+",") && !strings.HasPrefix(named, target+" for") {
				return fmt.Sprintf("%s to %s: the reason is about somebody else: %+v", e.From, e.To, b)
			}
		}
		if opens && !(sides["want deny"] && sides["have allow"]) || !opens && !(sides["want allow"] && sides["have deny"]) {
			return fmt.Sprintf("%s to %s: reasons on one side only: %+v", e.From, e.To, e.Because)
		}
	}
	return ""
}

// covers reports whether a packet between the workloads of the entry is in it.
func (e entryJSON) covers(p walkPacket) bool {
	for _, end := range []struct {
		name string
		at   netip.Addr
	}{{e.From, p.srcAddr}, {e.To, p.dstAddr}} {
		if block, err := netip.ParsePrefix(end.name); err == nil && !block.Contains(end.at) {
			return false
		}
	}
	if e.Family != "" && (e.Family == "IPv6") != p.srcAddr.Is6() {
		return false
	}
	return slices.ContainsFunc(e.Traffic, func(t portedEntry) bool {
		return t.Protocol == "ANY" || t.Protocol == p.protocol && (t.Ports == "" || inPorts(t.Ports, p.port))
	})
}

func inPorts(list string, port int) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(r string) bool {
		first, last, ok := strings.Cut(r, "-")
		if !ok {
			last = first
		}
		a, errA := strconv.Atoi(first)
		b, errB := strconv.Atoi(last)
		return errA == nil && errB == nil && a <= port && port <= b
	})
}
