package assertion_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/assertion"
	"github.com/crosswall/crosswall/model/audit"
)

// The oracle asks [model.Policy.Explain] about every connection of a tiny world, one by one.

// tinyWorld has a and b at known addresses, strangers at three, and c whose addresses are not known unless they are given.
func tinyWorld(c ...netip.Addr) model.Inventory {
	ports := model.PortRange{First: 40000, Last: 40001}
	inv := model.Inventory{Outside: addrs("8.8.8.8", "192.168.0.9", "2600::8"), OutsideClientPorts: ports, Members: []model.Member{
		{ID: "a", Addrs: addrs("10.0.0.1"), ClientPorts: ports, Solo: true},
		{ID: "b", Addrs: addrs("10.0.0.3", "2600::3"), ClientPorts: ports},
		{ID: "c", ClientPorts: ports},
	}}
	if len(c) > 0 {
		inv.Members[2].Addrs = model.Addrs(c...)
	}
	return inv
}

func addrs(texts ...string) model.AddrSet {
	var out []netip.Addr
	for _, t := range texts {
		out = append(out, netip.MustParseAddr(t))
	}
	return model.Addrs(out...)
}

// tinyServices is what assertions and the oracle are about; rules may be about more.
func tinyServices() []string { return []string{"tcp/80", "tcp/81", "udp/53", "icmp type 8"} }

// random makes policies and assertions for tiny worlds.
type random struct{ *rand.Rand }

func one[T any](r random, of ...T) T { return of[r.IntN(len(of))] }

func (r random) selector(depth int) model.Selector {
	if depth > 0 {
		switch r.IntN(8) {
		case 0:
			return model.Not{Selector: r.selector(depth - 1)}
		case 1:
			return model.And{r.selector(depth - 1), r.selector(depth - 1)}
		case 2:
			return model.Or{r.selector(depth - 1), r.selector(depth - 1)}
		case 3:
			return model.Maybe{Selector: r.selector(depth - 1), Why: "a variable"}
		}
	}
	switch r.IntN(4) {
	case 0:
		return model.Identities{one[model.Identity](r, "a", "b", "c", model.Outside)}
	case 1:
		return model.Any{}
	default:
		return model.At{Addrs: one(r, model.AllAddrs(), model.AllIPv4(), model.AllIPv6(), model.MustPrefixes("10.0.0.0/8"), model.MustPrefixes("8.0.0.0/7", "2600::/16"), addrs("10.0.0.1"))}
	}
}

func (r random) policy() model.Policy {
	var p model.Policy
	for i := range 1 + r.IntN(2) {
		l := model.Layer{Name: fmt.Sprint("layer ", i), State: one(r, model.Stateful, model.Stateless)}
		for range r.IntN(3) {
			l.Ingress = append(l.Ingress, r.chain())
		}
		if r.IntN(3) == 0 {
			l.Egress = append(l.Egress, r.chain())
		}
		p.Layers = append(p.Layers, l)
	}
	return p
}

func (r random) chain() model.Chain {
	c := model.Chain{Name: "chain", Order: one(r, model.AnyAllow, model.FirstMatch, model.PriorityDenyWins), Default: one(r, model.Deny, model.Pass)}
	if r.IntN(3) == 0 {
		c.Guard = model.Guard{Target: r.selector(1)}
	}
	for range 1 + r.IntN(4) {
		a := model.Allow
		if c.Order != model.AnyAllow {
			a = one(r, model.Allow, model.Allow, model.Deny, model.Pass)
		}
		c.Rules = append(c.Rules, model.Rule{Action: a, Priority: r.IntN(2), Target: r.selector(1), Peer: r.selector(2), Traffic: one(r,
			model.Traffic{model.AllTraffic()}, model.Traffic{model.Ports(model.TCP, 80, 80), model.Ports(model.UDP, 0, 65535)}, model.Traffic{model.Ports(model.TCP, 0, 50000)})})
	}
	return c
}

// ends returns who is at one end as an assertion writes it.
func (r random) ends() string {
	words := []string{"a", "b", "c", "*", "internet", "private", "outside", "inside", "10.0.0.0/8", "8.8.8.8", "::/0", "0.0.0.0/0", "2600::/32", "?b", "d"}
	var out []string
	for range 1 + r.IntN(2) {
		out = append(out, one(r, words[:len(words)-r.IntN(3)]...))
	}
	text := strings.Join(out, ", ")
	if r.IntN(3) == 0 {
		text += " except " + one(r, words...)
	}
	return text
}

func (r random) assertion() string {
	var traffic []string
	for range 1 + r.IntN(2) {
		traffic = append(traffic, one(r, tinyServices()...))
	}
	text := r.ends() + " > " + r.ends() + " " + strings.Join(traffic, ",")
	if r.IntN(4) == 0 {
		return "only " + text
	}
	return text + ": " + one(r, "never", "always", "sometimes")
}

// slow is what an assertion comes to, by asking about each connection.
func slow(a assertion.Assertion, p model.Policy, inv model.Inventory) string {
	all := flows(a.Traffic, inv) // "only nobody" is a slip
	if isNobody(a.From, inv) || isNobody(a.To, inv) || a.Only && !slices.ContainsFunc(all, func(f model.Flow) bool { return isAt(a.From, f.Src, inv) }) && len(a.From.Except) > 0 {
		return "vacuous"
	}
	seen := map[model.Verdict]int{}
	for _, f := range all {
		if isAt(a.From, f.Src, inv) != a.Only && isAt(a.To, f.Dst, inv) {
			seen[p.Explain(f, inv).Verdict]++
		}
	}
	bad, good := seen[model.Denied], seen[model.Allowed]
	if a.Want == assertion.Never {
		bad, good = good, bad
	}
	switch {
	case len(seen) == 0:
		return "vacuous"
	case a.Want == assertion.Sometimes && good > 0:
		return "holds"
	case a.Want == assertion.Sometimes && seen[model.Undecided] == 0, a.Want != assertion.Sometimes && bad > 0:
		return "fails"
	case seen[model.Undecided] > 0:
		return "unknown"
	}
	return "holds"
}

// flows returns every possible connection of some traffic.
func flows(t model.Traffic, inv model.Inventory) []model.Flow {
	var ends []model.Endpoint
	for _, id := range []model.Identity{model.Outside, "a", "b", "c"} {
		for _, r := range inv.Addrs(id).Ranges() {
			for at := r.From(); at.IsValid() && at.Compare(r.To()) <= 0; at = at.Next() {
				ends = append(ends, model.Endpoint{ID: id, Addr: at})
			}
		}
	}
	universe := inv.Universe()
	var out []model.Flow
	for _, src := range ends {
		for _, dst := range ends {
			for _, s := range t {
				f := model.Flow{Src: src, Dst: dst, Protocol: s.Protocol}
				if !s.Protocol.HasPorts() {
					f.ICMPType = 8
				}
				for _, from := range []uint16{40000, 40001} {
					if s.Protocol.HasPorts() {
						f.SrcPort, f.DstPort = from, s.Dst.First
					}
					if universe.Contains(f) {
						out = append(out, f)
					}
				}
			}
		}
	}
	return out
}

// isAt reports whether an endpoint is among those who are named.
func isAt(e assertion.Ends, x model.Endpoint, inv model.Inventory) bool {
	is := func(t assertion.Term) bool {
		switch t.Kind {
		case assertion.Internet:
			return x.ID == model.Outside && audit.Internet().Contains(x.Addr)
		case assertion.Private:
			return x.ID == model.Outside && audit.Private().Contains(x.Addr)
		case assertion.Outside:
			return x.ID == model.Outside
		case assertion.Inside:
			return x.ID != model.Outside
		case assertion.Everybody:
			return true
		case assertion.Block:
			return t.Addrs.Contains(x.Addr)
		case assertion.Named:
		}
		return t.Word == string(x.ID)
	}
	return slices.ContainsFunc(e.Terms, is) && !slices.ContainsFunc(e.Except, is)
}

// isNobody reports whether a name is nobody's.
func isNobody(e assertion.Ends, _ model.Inventory) bool {
	return slices.ContainsFunc(slices.Concat(e.Terms, e.Except), func(t assertion.Term) bool {
		return t.Kind == assertion.Named && !slices.Contains([]string{"a", "b", "c"}, t.Word)
	})
}

func TestCheckAgreesWithEveryConnection(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := random{rand.New(rand.NewPCG(seed, 0))}
	count := map[string]int{}
	for range 1000 {
		inv, p := tinyWorld(netip.MustParseAddr(one(r, "10.0.0.2", "8.8.4.4", "2600::7")), netip.MustParseAddr("10.0.0.5")), r.policy()
		a := parsed(t, r.assertion())
		got := assertion.World{Policy: p, Inventory: inv}.Check(a)
		want := slow(a, p, inv)
		if a.Only && want == "vacuous" && got.Why == "" {
			continue // others than those of the tiny world may be meant
		}
		if count[want]++; got.Verdict.String() != want {
			t.Fatalf("seed %d: %s: %s (%s), want %s; example %v\n%+v", seed, a.Text, got.Verdict, got.Why, want, got.Example, p)
		}
		if got.Example != nil && want != "holds" && !isAbout(a, *got.Example, inv) {
			t.Fatalf("seed %d: %s %s: the example %v is not what it is about", seed, a.Text, want, got.Example)
		}
	}
	for _, v := range []string{"holds", "fails", "unknown", "vacuous"} {
		if count[v] < 20 {
			t.Errorf("seed %d: %s %d times; the test shows little", seed, v, count[v])
		}
	}
}

func isAbout(a assertion.Assertion, f model.Flow, inv model.Inventory) bool {
	return isAt(a.From, f.Src, inv) != a.Only && isAt(a.To, f.Dst, inv)
}

func parsed(t *testing.T, text string) assertion.Assertion {
	t.Helper()
	as, findings := assertion.Parse("a", []byte(text))
	if len(as) != 1 {
		t.Fatalf("%s: %v", text, findings)
	}
	return as[0]
}

// TestCheckIsRightWhateverTheAddress: what is said of a member whose addresses are not known is so whichever it has, if one of them is IPv4; what
// must never be fails if it would be open to one of the other family. Where its network is known, it has addresses of that.
func TestCheckIsRightWhateverTheAddress(t *testing.T) {
	for _, c := range []struct {
		within  []string
		choices [][]string
	}{
		{nil, [][]string{{"10.0.0.2"}, {"8.8.4.4"}, {"10.0.0.2", "2600::7"}, {"10.0.0.1"}, {"203.0.113.1", "fd00::1"}, {"192.168.1.1"}, {"10.0.0.9", "8.8.8.7"}}},
		{[]string{"10.0.0.0/30"}, [][]string{{"10.0.0.1"}, {"10.0.0.2"}, {"10.0.0.1", "10.0.0.2"}, {"10.0.0.3"}}},
		{[]string{"8.8.8.8/31", "10.0.0.0/31"}, [][]string{{"8.8.8.8"}, {"8.8.8.9"}, {"10.0.0.0"}, {"10.0.0.1"}, {"8.8.8.8", "10.0.0.1"}}},
		{[]string{"192.168.0.8/31", "2600::/16"}, [][]string{{"192.168.0.8"}, {"192.168.0.9", "2600::7"}, {"192.168.0.9"}}},
	} {
		t.Run(fmt.Sprint(c.within), func(t *testing.T) { checkWhatever(t, c.within, c.choices) })
	}
}

// checkWhatever holds what is said of c, whose addresses are somewhere within blocks, or anywhere, against every choice of them.
func checkWhatever(t *testing.T, within []string, choices [][]string) {
	seed := uint64(time.Now().UnixNano())
	r := random{rand.New(rand.NewPCG(seed, 0))}
	count := map[string]int{}
	inv := tinyWorld()
	inv.Members[2].Addrs = model.MustPrefixes(within...)
	for range 250 {
		p := r.policy()
		a := parsed(t, r.assertion())
		got := assertion.World{Policy: p, Inventory: inv, Unplaced: map[model.Identity]bool{"c": true}}.Check(a).Verdict.String()
		count[got]++
		if got != "holds" && got != "fails" {
			continue
		}
		some := false
		for _, c := range choices {
			var at []netip.Addr
			for _, text := range c {
				at = append(at, netip.MustParseAddr(text))
			}
			want := slow(a, p, tinyWorld(at...))
			some = some || want == got || want == "vacuous"
			if want != got && want != "vacuous" && !(a.Want == assertion.Never && got == "fails" && at[len(at)-1].Is4()) {
				t.Fatalf("seed %d: %s: %s, but %s where c is at %s\n%+v", seed, a.Text, got, want, c, p)
			}
		}
		if !some {
			t.Fatalf("seed %d: %s: %s wherever c is\n%+v", seed, a.Text, got, p)
		}
	}
	if count["holds"] < 15 || count["fails"] < 15 {
		t.Errorf("seed %d: %v; the test shows little", seed, count)
	}
}
