package tfsource_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// crossRule is a rule of a tiny firewall: packets in or out, at those with a label, with a peer.
type crossRule struct {
	out, deny bool
	priority  int
	target    string // a label; "": anybody
	peer      string // a label, a CIDR block, or "": anybody
	port      int    // 0: any
	maybe     bool   // whether its port is not known
}

// crossFirewall is how a cloud judges, and how it is written; each is told apart from the code under test.
type crossFirewall struct {
	name string
	// write makes Terraform of rules, and random a rule.
	write  func([]crossRule) string
	random func(*rand.Rand) crossRule
	// admits decides on a packet at one end, which has some labels.
	admits func(rules []crossRule, out bool, p crossPacket) bool
	// label is what a party is called, base whoever has no label: "" where there is none.
	label func(string) string
	base  string
}

// crossPacket is a packet as one end sees it. Nobody has labels outside.
type crossPacket struct {
	target, peer crossEnd
	port         int
}

type crossEnd struct {
	outside bool
	labels  []string
	addr    netip.Addr
}

func (r crossRule) matches(p crossPacket) bool {
	peer := r.peer == "" || !strings.Contains(r.peer, "/") && slices.Contains(p.peer.labels, r.peer)
	if strings.Contains(r.peer, "/") {
		peer = netip.MustParsePrefix(r.peer).Contains(p.peer.addr)
	}
	return !r.maybe && peer && (r.target == "" || slices.Contains(p.target.labels, r.target)) && (r.port == 0 || r.port == p.port)
}

var crossLabels = [...]string{"a", "b", "c"}

func oneOf[T any](r *rand.Rand, xs ...T) T { return xs[r.IntN(len(xs))] }

// crossGCP: the rule with the lowest priority decides, and among equals a deny (VPC firewall rules, priority); ingress is refused and egress
// admitted by default; egress rules name addresses only.
func crossGCP() crossFirewall {
	return crossFirewall{name: "gcp", base: "network main", label: func(s string) string { return "tag " + s },
		random: func(r *rand.Rand) crossRule {
			x := crossRule{out: r.IntN(2) == 0, deny: r.IntN(2) == 0, priority: 1 + r.IntN(3), target: oneOf(r, "", "a", "b", "c"), port: oneOf(r, 0, 80, 80)}
			if x.peer = oneOf(r, "a", "b", "c", "10.0.0.0/8"); x.out {
				x.peer = oneOf(r, "0.0.0.0/0", "10.0.0.0/8")
			}
			return x
		},
		write: func(rules []crossRule) string {
			out := "variable \"port\" {}\nresource \"google_compute_network\" \"main\" {\n  name = \"main\"\n}\n"
			for i, x := range rules {
				lines := []string{"direction = \"INGRESS\"", fmt.Sprintf("priority = %d", x.priority)}
				if x.out {
					lines = []string{"direction = \"EGRESS\"", lines[1], fmt.Sprintf("destination_ranges = [%q]", x.peer)}
				} else if strings.Contains(x.peer, "/") {
					lines = append(lines, fmt.Sprintf("source_ranges = [%q]", x.peer))
				} else {
					lines = append(lines, fmt.Sprintf("source_tags = [%q]", x.peer))
				}
				if x.target != "" {
					lines = append(lines, fmt.Sprintf("target_tags = [%q]", x.target))
				}
				verb, ports := "allow", ""
				if x.deny {
					verb = "deny"
				}
				if x.maybe {
					ports = "\n    ports = [var.port]"
				} else if x.port != 0 {
					ports = fmt.Sprintf("\n    ports = [\"%d\"]", x.port)
				}
				out += firewall(fmt.Sprintf("r%d", i), append(lines, verb+" {\n    protocol = \"tcp\""+ports+"\n  }")...)
			}
			return out
		},
		admits: func(rules []crossRule, out bool, p crossPacket) bool {
			best, admitted := 1<<16, out
			for _, x := range rules {
				if x.out != out || !x.matches(p) || x.priority > best {
					continue
				}
				if x.priority < best || x.deny {
					best, admitted = x.priority, !x.deny
				}
			}
			return admitted
		}}
}

// crossAWS: any rule of any of an interface's groups will do (VPC user guide, security groups).
func crossAWS() crossFirewall {
	return crossFirewall{name: "aws", label: func(s string) string { return "aws_security_group." + s },
		random: func(r *rand.Rand) crossRule {
			return crossRule{out: r.IntN(2) == 0, target: oneOf(r, "a", "b", "c"), peer: oneOf(r, "a", "b", "c", "10.0.0.0/8"), port: oneOf(r, 80, 80, 81)}
		},
		write: func(rules []crossRule) string {
			out := ""
			for _, l := range crossLabels {
				out += fmt.Sprintf("resource \"aws_security_group\" %q {\n  name = %[1]q\n}\n", l)
			}
			for i, x := range rules {
				peer := fmt.Sprintf("cidr_ipv4 = %q", x.peer)
				if !strings.Contains(x.peer, "/") {
					peer = "referenced_security_group_id = aws_security_group." + x.peer + ".id"
				}
				dir := map[bool]string{false: "ingress", true: "egress"}[x.out]
				out += sgRule(dir, fmt.Sprintf("r%d", i), "aws_security_group."+x.target+".id", tcp(x.port, peer)...)
			}
			return out
		},
		admits: func(rules []crossRule, out bool, p crossPacket) bool {
			return slices.ContainsFunc(rules, func(x crossRule) bool { return x.out == out && x.matches(p) })
		}}
}

// crossAzure: the first rule by priority decides (network security groups, security rules); the rules end in a deny.
func crossAzure() crossFirewall {
	asg := func(s string) string { return "azurerm_application_security_group." + s }
	side := func(end, who string) string {
		switch {
		case who == "":
			return fmt.Sprintf("%s_address_prefix = \"*\"", end)
		case strings.Contains(who, "/"):
			return fmt.Sprintf("%s_address_prefix = %q", end, who)
		}
		return fmt.Sprintf("%s_application_security_group_ids = [%s.id]", end, asg(who))
	}
	return crossFirewall{name: "azure", label: asg,
		random: func(r *rand.Rand) crossRule {
			return crossRule{out: r.IntN(2) == 0, deny: r.IntN(2) == 0, target: oneOf(r, "", "a", "b", "c"), peer: oneOf(r, "", "a", "b", "c", "10.0.0.0/8"), port: oneOf(r, 0, 80, 80)}
		},
		write: func(rules []crossRule) string {
			out := nsg()
			for _, l := range crossLabels {
				out += fmt.Sprintf("resource \"azurerm_application_security_group\" %q {\n  name = %[1]q\n}\n", l)
			}
			last := []crossRule{{priority: 4096, deny: true}, {priority: 4096, deny: true, out: true}}
			for i, x := range slices.Concat(rules, last) {
				if x.priority == 0 {
					x.priority = 100 + i
				}
				source, destination, dir := x.peer, x.target, "Inbound"
				if x.out {
					source, destination, dir = destination, source, "Outbound"
				}
				access := map[bool]string{false: "Allow", true: "Deny"}[x.deny]
				port, protocol := "*", "*"
				if x.port != 0 {
					port, protocol = fmt.Sprint(x.port), "Tcp"
				}
				out += fmt.Sprintf("resource \"azurerm_network_security_rule\" \"x%d\" {\n  name = \"x%[1]d\"\n  network_security_group_name = azurerm_network_security_group.g.name\n"+
					"  priority = %d\n  access = %q\n  direction = %q\n  protocol = %q\n  source_port_range = \"*\"\n  destination_port_range = %q\n  %s\n  %s\n}\n",
					i, x.priority, access, dir, protocol, port, side("source", source), side("destination", destination))
			}
			return out
		},
		admits: func(rules []crossRule, out bool, p crossPacket) bool {
			for _, x := range rules {
				if x.out == out && x.matches(p) {
					return !x.deny
				}
			}
			return false
		}}
}

// passes decides on a connection: out of the one end and into the other.
func (c crossFirewall) passes(rules []crossRule, src, dst crossEnd, port int) bool {
	return (src.outside || c.admits(rules, true, crossPacket{src, dst, port})) && (dst.outside || c.admits(rules, false, crossPacket{dst, src, port}))
}

// id is the member that has some labels.
func (c crossFirewall) id(e crossEnd) model.Identity {
	if e.outside {
		return model.Outside
	}
	var names []string
	if c.base != "" {
		names = append(names, c.base)
	}
	for _, l := range e.labels {
		names = append(names, c.label(l))
	}
	slices.Sort(names)
	return model.Identity(strings.Join(names, " + "))
}

// subsets returns every list of labels, sorted, the empty one first.
func subsets(labels []string) [][]string {
	out := [][]string{nil}
	for _, l := range labels {
		for _, s := range slices.Clone(out) {
			out = append(out, append(slices.Clone(s), l))
		}
	}
	return out
}

// crossDelta is what FindOverlap and Merge make of two lists of rules.
type crossDelta struct {
	opened, closed, unknown model.Region
	open                    string
}

func (c crossFirewall) compare(t *testing.T, want, have []crossRule) crossDelta {
	t.Helper()
	a, b := folder(t, c.write(want)), folder(t, c.write(have))
	// Everybody may be anywhere inside, as far as is known; strangers are not there.
	held := func(inv model.Inventory) model.Inventory {
		inv.Members = slices.Clone(inv.Members)
		for i := range inv.Members {
			inv.Members[i].Addrs = model.MustPrefixes("10.0.1.0/24")
		}
		inv.Outside = model.AllAddrs().Subtract(model.MustPrefixes("10.0.1.0/24"))
		return inv
	}
	o := tfsource.FindOverlap(a, b, held)
	a, b, _ = tfsource.MergeTogether(a, b, o.Together)
	inv := held(a.Inventory)
	a.Inventory = inv
	d := model.Compare(a.Policy, b.Policy, inv)
	return crossDelta{opened: a.Beyond(d.Opened), closed: a.Beyond(d.Closed), unknown: a.Beyond(d.Unknown), open: o.Open}
}

// tells reports whether a region has a connection between ends that are in no more than these.
func (c crossFirewall) tells(r model.Region, src, dst crossEnd, port int) bool {
	for _, s := range subsets(src.labels) {
		for _, d := range subsets(dst.labels) {
			less := func(e crossEnd, labels []string) crossEnd { e.labels = labels; return e }
			if r.Contains(c.flow(less(src, s), less(dst, d), port)) {
				return true
			}
		}
	}
	return false
}

func (c crossFirewall) flow(src, dst crossEnd, port int) model.Flow {
	return model.Flow{Src: model.Endpoint{ID: c.id(src), Addr: src.addr}, Dst: model.Endpoint{ID: c.id(dst), Addr: dst.addr},
		Protocol: model.TCP, SrcPort: 40000, DstPort: uint16(port)}
}

// ends returns everybody there can be.
func (c crossFirewall) ends() []crossEnd {
	out := []crossEnd{{outside: true, addr: netip.MustParseAddr("10.9.9.9")}, {outside: true, addr: netip.MustParseAddr("192.0.2.1")}}
	for _, s := range subsets(crossLabels[:]) {
		if len(s) > 0 || c.base != "" {
			out = append(out, crossEnd{labels: s, addr: netip.MustParseAddr("10.0.1.7")})
		}
	}
	return out
}

// agree holds what is said of two lists of rules against all endpoints with any labels: what differs is told, of them or of somebody
// with fewer labels, and what is told differs.
func (c crossFirewall) agree(t *testing.T, want, have []crossRule) (beyondOne bool) {
	t.Helper()
	d := c.compare(t, want, have)
	if d.open != "" {
		t.Errorf("%s: not all was looked at: %s", c.name, d.open)
	}
	if x, some := d.unknown.Example(); some {
		t.Errorf("%s: unknown: %v", c.name, x)
	}
	ends := c.ends()
	for _, src := range ends {
		for _, dst := range ends {
			for _, port := range []int{80, 81} {
				if src.outside && dst.outside {
					continue
				}
				was, is := c.passes(want, src, dst, port), c.passes(have, src, dst, port)
				f := c.flow(src, dst, port)
				if is && !was && !c.tells(d.opened, src, dst, port) || was && !is && !c.tells(d.closed, src, dst, port) {
					t.Errorf("%s: %v: was %t, is %t, and nothing is said", c.name, f, was, is)
				}
				if d.opened.Contains(f) && (was || !is) || d.closed.Contains(f) && (!was || is) {
					t.Errorf("%s: %v: was %t, is %t, opened %t, closed %t", c.name, f, was, is, d.opened.Contains(f), d.closed.Contains(f))
				}
				beyondOne = beyondOne || was != is && (len(src.labels) > 1 || len(dst.labels) > 1) && (d.opened.Contains(f) || d.closed.Contains(f))
			}
		}
	}
	return beyondOne
}

// Random lists of rules by tag, security group and application security group (cloud-semantics, evaluation): what diff is told of single
// groups and of those that are put together is all that differs for any endpoint in any groups, and no more than that.
func TestRandomOverlap(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for _, c := range []crossFirewall{crossGCP(), crossAWS(), crossAzure()} {
		found := 0
		for range 150 {
			var want []crossRule
			for range 1 + r.IntN(5) {
				want = append(want, c.random(r))
			}
			have := slices.Clone(want)
			for range 1 + r.IntN(2) {
				switch i := r.IntN(len(have)); r.IntN(4) {
				case 0:
					have[i] = c.random(r)
				case 1:
					have = slices.Insert(have, i, c.random(r))
				case 2:
					j := r.IntN(len(have))
					have[i], have[j] = have[j], have[i]
					have[i].priority, have[j].priority = have[j].priority, have[i].priority
				case 3:
					if len(have) > 1 {
						have = slices.Delete(have, i, i+1)
					}
				}
			}
			if c.agree(t, want, have) {
				found++
			}
			if t.Failed() {
				t.Fatalf("want %+v\nhave %+v", want, have)
			}
		}
		t.Logf("%s: %d differ for somebody with several labels alone", c.name, found)
		if found == 0 {
			t.Errorf("%s: nothing was found that single groups do not tell; the test shows little", c.name)
		}
	}
}

// worlds returns two lists of rules in every way in which rules of which a port is not known may match or not; the same rule on both sides
// does the same.
func worlds(want, have []crossRule) [][2][]crossRule {
	perhaps := map[crossRule]bool{}
	for _, x := range slices.Concat(want, have) {
		if x.maybe {
			perhaps[x] = true
		}
	}
	out := [][2][]crossRule{{want, have}}
	for x := range perhaps {
		known := x
		known.maybe = false
		for _, w := range slices.Clone(out) {
			var settled [2][]crossRule
			for k, rules := range w {
				settled[k] = slices.Clone(rules)
				for i, y := range rules {
					if y == x {
						settled[k][i] = known
					}
				}
			}
			out = append(out, settled)
		}
	}
	return out
}

// Rules of which a value is not known: wherever they may make a difference to an endpoint in any tags, something is said of it, or of
// one with fewer tags; and what is said to be opened or closed is so whatever the value.
func TestRandomOverlapInDoubt(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	c := crossGCP()
	for range 150 {
		var want []crossRule
		for range 2 + r.IntN(4) {
			x := c.random(r)
			x.maybe = r.IntN(3) == 0
			want = append(want, x)
		}
		have := slices.Clone(want)
		have[r.IntN(len(have))] = c.random(r)
		d := c.compare(t, want, have)
		for _, src := range c.ends() {
			for _, dst := range c.ends() {
				if src.outside && dst.outside {
					continue
				}
				f := c.flow(src, dst, 80)
				for _, w := range worlds(want, have) {
					was, is := c.passes(w[0], src, dst, 80), c.passes(w[1], src, dst, 80)
					if was != is && !c.tells(d.opened, src, dst, 80) && !c.tells(d.closed, src, dst, 80) && !c.tells(d.unknown, src, dst, 80) {
						t.Fatalf("%v: was %t, is %t, and nothing is said\nwant %+v\nhave %+v", f, was, is, w[0], w[1])
					}
					if d.opened.Contains(f) && (was || !is) || d.closed.Contains(f) && (!was || is) {
						t.Fatalf("%v: was %t, is %t, opened %t\nwant %+v\nhave %+v", f, was, is, d.opened.Contains(f), w[0], w[1])
					}
				}
			}
		}
	}
}
