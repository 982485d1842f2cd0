package azure_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/providers/providertest"
	"github.com/crosswall/crosswall/terraform"
)

// always is a world whose lists are made as short as can be.
func always(w *world) *world { w.shrink = providers.ShrinkAlways; return w }

// admitting spells the rules of a proof that admit, sorted.
func (p proof) admitting() []string {
	var out []string
	for _, r := range p.Module.Resources {
		if access, _ := r.Get("access").AsString(); access == "Allow" {
			direction, _ := r.Get("direction").AsString()
			protocol, _ := r.Get("protocol").AsString()
			out = append(out, strings.Join([]string{direction, protocol, field(r, "source", "address_prefix"), ">",
				field(r, "destination", "address_prefix"), field(r, "destination", "port_range")}, " "))
		}
	}
	slices.Sort(out)
	return out
}

// field spells an attribute in its singular or plural form, or the ASG in its place.
func field(r terraform.Resource, end, name string) string {
	if vs, _ := r.Get(end + "_application_security_group_ids").AsList(); strings.HasPrefix(name, "address") && len(vs) > 0 {
		ref, _ := vs[0].AsRef()
		return ref
	}
	if s, ok := r.Get(end + "_" + name).AsString(); ok {
		return s
	}
	plural := "s"
	if strings.HasSuffix(name, "prefix") {
		plural = "es"
	}
	if ss, ok := r.Get(end + "_" + name + plural).AsStrings(); ok {
		return strings.Join(ss, ",")
	}
	return ""
}

// What rules become when as few as possible are asked for (cloud semantics sections 1.3, 6 and 7: a
// rule has several blocks of one family and several ports, one protocol, and one ASG or tag).
func TestShrunkRules(t *testing.T) {
	alone := func() *world {
		return newWorld().subnet("app", true, "10.0.1.0/24").segment("shop-a", "app", "10.0.1.0/28").isolate(in, "shop-a").isolate(out, "shop-a")
	}
	two := func() *world {
		return newWorld().subnet("app", true, "10.0.1.0/24").segment("shop-a", "app", "10.0.1.0/28").segment("shop-b", "app", "10.0.1.16/28").
			isolate(in, "shop-a", "shop-b").isolate(out, "shop-a", "shop-b")
	}
	byGroup := func() *world {
		return newWorld().subnet("app", true, "10.0.1.0/24").segment("shop-a", "app").segment("shop-b", "app").
			isolate(in, "shop-a", "shop-b").isolate(out, "shop-a", "shop-b")
	}
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"peers on the same port", alone().allow(in, "shop-a", cidrs("192.0.2.0/25"), tcp(80)).allow(in, "shop-a", cidrs("198.51.100.0/24"), tcp(80)),
			[]string{"Inbound Tcp 192.0.2.0/25,198.51.100.0/24 > 10.0.1.0/28 80"}},
		{"peers on several ports, crosswise", alone().allow(in, "shop-a", cidrs("192.0.2.0/25"), tcp(80), tcp(443)).
			allow(in, "shop-a", cidrs("192.0.2.128/25"), tcp(80)).allow(in, "shop-a", cidrs("192.0.2.128/25"), tcp(443)),
			[]string{"Inbound Tcp 192.0.2.0/24 > 10.0.1.0/28 80,443"}},
		{"a block within another one's ports", alone().allow(in, "shop-a", cidrs("192.0.2.0/24"), model.Ports(model.TCP, 1, 100)).
			allow(in, "shop-a", cidrs("192.0.2.0/25"), tcp(80)),
			[]string{"Inbound Tcp 192.0.2.0/24 > 10.0.1.0/28 1-100"}},
		{"one port after the other", alone().allow(in, "shop-a", nil, tcp(80)).allow(in, "shop-a", nil, tcp(81)),
			[]string{"Inbound Tcp * > 10.0.1.0/28 80-81"}},
		{"anybody of either family is anybody", alone().allow(in, "shop-a", cidrs("0.0.0.0/0"), tcp(80)).allow(in, "shop-a", cidrs("::/0"), tcp(80)),
			[]string{"Inbound Tcp 0.0.0.0/0 > 10.0.1.0/28 80"}},
		{"a group whom everybody holds", byGroup().allow(in, "shop-a", ids("shop-b"), tcp(80)).allow(in, "shop-a", nil, model.Ports(model.TCP, 1, 100)),
			[]string{"Inbound Tcp * > azurerm_application_security_group.shop-a.id 1-100"}},
		{"protocols have rules of their own", alone().allow(in, "shop-a", cidrs("192.0.2.0/24"), tcp(53)).allow(in, "shop-a", cidrs("192.0.2.0/24"), udp(53)),
			[]string{"Inbound Tcp 192.0.2.0/24 > 10.0.1.0/28 53", "Inbound Udp 192.0.2.0/24 > 10.0.1.0/28 53"}},
		{"any protocol holds TCP and UDP", alone().allow(in, "shop-a", cidrs("192.0.2.0/24"), tcp(53), udp(53)).
			allow(in, "shop-a", cidrs("192.0.0.0/16"), model.AllTraffic()),
			[]string{"Inbound * 192.0.0.0/16 > 10.0.1.0/28 *"}},
		{"whether any protocol holds ESP is not documented", alone().allow(in, "shop-a", cidrs("192.0.2.0/24"), model.AllOf(model.ESP)).
			allow(in, "shop-a", cidrs("192.0.0.0/16"), model.AllTraffic()),
			[]string{"Inbound * 192.0.0.0/16 > 10.0.1.0/28 *", "Inbound Esp 192.0.2.0/24 > 10.0.1.0/28 *"}},
		{"segments with the same peers", two().allow(in, "shop-a", cidrs("192.0.2.0/24"), tcp(9100)).allow(in, "shop-b", cidrs("192.0.2.0/24"), tcp(9100)).
			allow(out, "shop-a", cidrs("192.0.2.7/32"), udp(53)).allow(out, "shop-b", cidrs("192.0.2.7/32"), udp(53)),
			[]string{"Inbound Tcp 192.0.2.0/24 > 10.0.1.0/27 9100", "Outbound Udp 10.0.1.0/27 > 192.0.2.7/32 53"}},
		{"a rule names one group", byGroup().allow(in, "shop-a", cidrs("192.0.2.0/24"), tcp(9100)).allow(in, "shop-b", cidrs("192.0.2.0/24"), tcp(9100)),
			[]string{"Inbound Tcp 192.0.2.0/24 > azurerm_application_security_group.shop-a.id 9100",
				"Inbound Tcp 192.0.2.0/24 > azurerm_application_security_group.shop-b.id 9100"}},
		{"source ports are kept apart", alone().allow(in, "shop-a", cidrs("192.0.2.0/24"), model.PortsBetween(model.UDP, model.PortRange{First: 53, Last: 53}, model.AllPorts())).
			allow(in, "shop-a", cidrs("192.0.2.0/24"), udp(53)),
			[]string{"Inbound Udp 192.0.2.0/24 > 10.0.1.0/28 *", "Inbound Udp 192.0.2.0/24 > 10.0.1.0/28 53"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := prove(t, always(tt.world).intent())
			if !p.delta.Equal() {
				t.Errorf("not exact: %v", p.findings)
			}
			if got := p.admitting(); !slices.Equal(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
			validateResources(t, p.Module)
		})
	}
}

// A rule that is made of several says whose they were.
func TestShrunkRulesKeepReasons(t *testing.T) {
	w := always(shop().allow(in, "shop-frontend", cidrs("192.0.2.0/24"), tcp(9100)).allow(in, "shop-backend", cidrs("192.0.2.0/24"), tcp(9100)))
	for _, r := range prove(t, w.intent()).Module.Resources {
		if field(r, "destination", "port_range") == "9100" {
			text, _ := r.Get("description").AsString()
			name, _ := r.Get("name").AsString()
			if text != "NetworkPolicy shop/shop-backend; NetworkPolicy shop/shop-frontend" || !strings.HasPrefix(name, "allow-in-several-tcp-9100-from-192-0-2-0-24-") {
				t.Errorf("%s is described as %q", name, text)
			}
			return
		}
	}
	t.Error("no rule for port 9100")
}

// crowd is a subnet with segments of one address, each with a monitoring and a DNS rule.
func crowd(n int) *world {
	w := newWorld().subnet("app", true, "10.0.0.0/16")
	var all []model.Identity
	for i := range n {
		id := fmt.Sprintf("shop-s%d", i)
		w.segment(id, "app", fmt.Sprintf("10.0.%d.%d/32", i/128, i%128*2))
		all = append(all, model.Identity(id))
	}
	w.isolate(in, all...).isolate(out, all...)
	for _, id := range all {
		w.allow(in, string(id), cidrs("192.0.2.0/24"), tcp(9100)).allow(out, string(id), cidrs("192.0.2.7/32"), udp(53))
	}
	return w
}

// Lists are left as the policies spell them while Azure takes them, and shortened no further
// than it needs (cloud semantics section 7: 1,000 rules in both directions together).
func TestShrinkToFit(t *testing.T) {
	for n, want := range map[int]providers.ListSize{
		100: {Before: 202, After: 202},
		499: {Before: 1000, After: 1000},
		500: {Before: 1002, After: 503}, // one direction is enough
	} {
		p, fs := azure.New(azure.Options{}).Encode(crowd(n).intent())
		if model.WorstSeverity(fs) == model.Error {
			t.Errorf("%d segments: %v", n, fs)
			continue
		}
		got := p.Lists[0]
		if got.Before != want.Before || got.After != want.After || got.Name != "NSG of subnet app, rules" || got.Limit != 1000 || len(got.Segments) != n {
			t.Errorf("%d segments: %d rules of %d, want %d of %d", n, got.After, got.Before, want.After, want.Before)
		}
	}
	if p := prove(t, crowd(40).intent()); p.Lists[0].After != 82 {
		t.Errorf("%+v", p.Lists[0])
	}
}

// Addresses are a limit too (cloud semantics section 7: 4,000 per side of a group), and rules that name them
// more often are not taken for the sake of their number.
func TestShrinkToFitAddresses(t *testing.T) {
	var blocks []string
	for i := range 2500 {
		blocks = append(blocks, fmt.Sprintf("172.%d.%d.%d/32", 16+i/1000, i/100%10, i%100*2))
	}
	w := crowd(2).allow(in, "shop-s0", cidrs(blocks...), tcp(80)).allow(in, "shop-s1", cidrs(blocks...), tcp(80))
	p, fs := azure.New(azure.Options{}).Encode(w.intent())
	if model.WorstSeverity(fs) == model.Error {
		t.Fatal(fs)
	}
	for _, q := range p.Quotas {
		if q.Used > q.Limit || q.Name == "NSG of subnet app, source addresses" && q.Used > 2510 {
			t.Errorf("%+v", q)
		}
	}
	a, b, c := cidrs(blocks[:1500]...), cidrs(blocks[1500:2400]...), cidrs(blocks[2400:]...)
	more := always(crowd(1)).allow(in, "shop-s0", a, tcp(80), tcp(443)).allow(in, "shop-s0", b, tcp(80)).allow(in, "shop-s0", c, tcp(443))
	p, fs = azure.New(azure.Options{}).Encode(more.intent())
	if model.WorstSeverity(fs) == model.Error {
		t.Fatal(fs)
	}
	if l := p.Lists[0]; l.After != l.Before {
		t.Errorf("%+v", l)
	}
}

// What is too long even when shortened names the group, its segments, the fewest rules
// found, and what would help.
func TestTooLongToShrink(t *testing.T) {
	w := crowd(3)
	for i := range 1100 {
		w.allow(in, "shop-s1", cidrs(fmt.Sprintf("172.%d.%d.1/32", 16+i/250, i%250)), tcp(uint16(2000+2*i)))
	}
	_, fs := azure.New(azure.Options{}).Encode(w.intent())
	i := slices.IndexFunc(fs, func(f model.Finding) bool { return f.Code == "quota" })
	if i < 0 {
		t.Fatal("no error")
	}
	for _, want := range []string{"NSG of subnet app", "1104 are the fewest found (1104 rules were made of 1108)", "for shop-s1, ", "takes 1000"} {
		if !strings.Contains(fs[i].Summary, want) {
			t.Errorf("%q lacks %q", fs[i].Summary, want)
		}
	}
	for _, want := range []string{"most is taken by NetworkPolicy shop/shop-s1", "without regard to ports 1 of the 1100 rules of shop-s1 for ingress would be left"} {
		if !strings.Contains(fs[i].Advice, want) {
			t.Errorf("%q lacks %q", fs[i].Advice, want)
		}
	}
}

// Numbers are those of the earlier translation for every rule that is still there; a rule
// that comes gets none that a rule had that goes.
func TestNumbersAreKept(t *testing.T) {
	before := prove(t, golden()["shop"].intent())
	earlier := providers.Numbering{}
	for list, numbers := range before.Numbers {
		earlier[list] = maps.Clone(numbers)
		for name, n := range numbers {
			if n < 3000 && n >= 200 {
				earlier[list][name] = 3000 - n // whatever the lock says
			}
		}
	}
	changed := func() *world {
		w := golden()["shop"].allow(in, "shop-frontend", cidrs("198.51.100.0/24"), udp(443))
		w.numbers = earlier
		return w
	}
	p := prove(t, changed().intent())
	kept, came := 0, 0
	for list, numbers := range p.Numbers {
		taken := map[int]bool{}
		for _, n := range earlier[list] {
			taken[n] = true
		}
		for name, n := range numbers {
			if had, ok := earlier[list][name]; ok {
				kept++
				if had != n {
					t.Errorf("%s, %s: was %d, is %d", list, name, had, n)
				}
			} else if came++; taken[n] {
				t.Errorf("%s, %s: %d was another rule's", list, name, n)
			}
		}
	}
	if kept < 10 || came != 1 {
		t.Errorf("%d kept, %d came", kept, came)
	}
	numbered := 0
	for _, r := range p.Module.Resources {
		if name, _ := r.Get("name").AsString(); r.Type == "azurerm_network_security_rule" {
			n, _ := r.Get("priority").AsInt()
			for _, numbers := range p.Numbers {
				if numbers[name] == int(n) {
					numbered++
				}
			}
		}
	}
	if rules := kept + came; numbered != rules {
		t.Errorf("%d of %d rules are written with the numbers that are kept", numbered, rules)
	}
}

// A shared subnet has rules for each ASG that refuse, and others behind them that admit whoever
// else is there: there is a priority for all that 100 ASGs can ask for (cloud semantics section 7).
func TestSharedSubnetHasRoom(t *testing.T) {
	w := newWorld().subnet("app", false, "10.0.0.0/16", "2001:db8::/64")
	for i := range 100 {
		id := fmt.Sprintf("shop-s%d", i)
		w.segment(id, "app").isolate(in, model.Identity(id)).isolate(out, model.Identity(id))
	}
	p, fs := azure.New(azure.Options{}).Encode(w.intent())
	if model.WorstSeverity(fs) == model.Error {
		t.Fatal(fs)
	}
	for list, numbers := range p.Numbers {
		lastRefusal, firstBystander := 0, 4096
		for name, n := range numbers {
			if strings.HasPrefix(name, "deny") {
				lastRefusal = max(lastRefusal, n)
			}
			if strings.Contains(name, "-others-") {
				firstBystander = min(firstBystander, n)
			}
		}
		if lastRefusal == 0 || lastRefusal >= firstBystander || len(numbers) != 300 {
			t.Errorf("%s: %d rules, refusals up to %d, others from %d", list, len(numbers), lastRefusal, firstBystander)
		}
	}
}

// shrinking is a provider that is asked for the fewest rules.
type shrinking struct{ azure.Provider }

func (p shrinking) Encode(in providers.Intent) (providers.Output, []model.Finding) {
	in.Shrink = providers.ShrinkAlways
	return p.Provider.Encode(in)
}

// The suite of all providers over shortened rules.
func TestShrinkingConformance(t *testing.T) {
	site := providertest.Site()
	site.ResourceGroup, site.Region = "rg", "westeurope"
	for name, perSegment := range map[string]bool{"per subnet": false, "per segment": true} {
		site.PerSegment = perSegment
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, providertest.Suite{Provider: shrinking{azure.New(azure.Options{})}, Site: site})
		})
	}
}
