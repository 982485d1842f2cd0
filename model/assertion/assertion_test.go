package assertion_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/assertion"
)

// shop is a small world: the Internet reaches frontend on tcp/443, frontend reaches backend on tcp/8080, backend db on tcp/5432, bastion everybody on tcp/22;
// partner may be reached on tcp/80 by an address that is not known.
func shop() assertion.World {
	allow := func(to, from string, traffic string) model.Rule {
		s, err := model.ParseService(traffic)
		if err != nil {
			panic(err) // a test that is written wrong
		}
		var peer model.Selector = model.Identities{model.Identity(from)}
		switch from {
		case "internet":
			peer = model.At{Addrs: model.AllAddrs()}
		case "perhaps":
			peer = model.Maybe{Selector: model.Any{}, Why: "a variable"}
		}
		var target model.Selector = model.Identities{model.Identity(to)}
		if to == "*" {
			target = model.Any{}
		}
		return model.Rule{Name: from + " to " + to, Action: model.Allow, Target: target, Peer: peer, Traffic: model.Traffic{s}}
	}
	inv := model.Inventory{Outside: model.AllAddrs().Subtract(model.MustPrefixes("10.0.0.0/16"))}
	for i, id := range []model.Identity{"frontend", "backend", "db", "bastion"} {
		inv.Members = append(inv.Members, model.Member{ID: id, Addrs: model.MustPrefixes(fmt.Sprintf("10.0.%d.0/24", i))})
	}
	inv.Members = append(inv.Members, model.Member{ID: "partner"})
	return assertion.World{Inventory: inv, Called: map[model.Identity][]string{"db": {"tag data", "sg-1"}}, Policy: model.Policy{Layers: []model.Layer{{
		Name: "rules", State: model.Stateful, Ingress: []model.Chain{{Name: "rules", Order: model.AnyAllow, Default: model.Deny, Rules: []model.Rule{
			allow("frontend", "internet", "tcp/443"), allow("backend", "frontend", "tcp/8080"), allow("db", "backend", "tcp/5432"), allow("*", "bastion", "tcp/22"),
			allow("partner", "perhaps", "tcp/80"),
		}}}}}}}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"internet > db: never", "holds"},
		{"internet > frontend: never", "fails"},
		{"internet > frontend tcp/443: always", "holds"},
		{"internet > frontend tcp/443, tcp/444: always", "fails"},
		{"internet > frontend tcp/443, tcp/444: sometimes", "holds"},
		{"internet > frontend udp: sometimes", "fails"},
		{"frontend > backend tcp/8080: always", "holds"},
		{"frontend > backend tcp/8080-8081: always", "fails"},
		{"frontend > backend tcp/8080-8081: sometimes", "holds"},
		{"only bastion > * tcp/22", "holds"},
		{"only bastion > db", "fails"},
		{"only bastion, backend > db", "holds"},
		{"only frontend > backend tcp/8080", "holds"},
		{"only db > backend tcp/8080", "fails"},
		{"inside > frontend tcp/443: sometimes", "holds"},
		{"inside except bastion > sg-1 tcp/22: never", "holds"},
		{"* except bastion, backend > db: never", "holds"},
		{"*end > db tcp/5432: sometimes", "holds"},
		{"*end > db tcp/5432: always", "fails"},
		{`backend > "tag data" tcp/5432: always`, "holds"},
		{"backend > tag data tcp/5432: always", "holds"},
		{"8.8.8.0/24 > db: never", "holds"},
		{"10.0.0.0/24 > backend tcp/8080: always", "unknown"}, // partner may be there
		{"10.0.0.0/24 except partner > backend tcp/8080: always", "holds"},
		{"10.0.1.0/24 except partner > backend tcp/8080: sometimes", "fails"},
		{"partner > frontend tcp/443: always", "holds"}, // whatever its address is
		{"db > partner tcp/80: never", "unknown"},
		{"db > partner tcp/80: always", "unknown"},
		{"db > partner tcp/81: never", "holds"},
		{"private > backend: never", "holds"},
		{"outside > frontend tcp/443: always", "holds"},
		{"frontend > 2001:db8::/32: always", "vacuous"}, // it has IPv4 alone
		{"partner > 2001:db8::/32: never", "unknown"},   // partner itself may be there
		{"internet > partner tcp/80: never", "unknown"},
		{"bastion > partner tcp/22: always", "holds"},
		{"frontend > partner tcp/443: always", "fails"},
		{"frontend > partner tcp/443: sometimes", "fails"},
		{"internet > dbb: never", "vacuous"},
		{"internet > db-*: never", "vacuous"},
		{"frontend except frontend > db: never", "vacuous"},
		{"frontend except nobody > db: never", "vacuous"},
	} {
		as, findings := assertion.Parse("a", []byte(c.text))
		if len(as) != 1 {
			t.Errorf("%s: %v", c.text, findings)
			continue
		}
		r := shop().Check(as[0])
		if r.Verdict.String() != c.want {
			t.Errorf("%s: %s (%s), want %s; example %v", c.text, r.Verdict, r.Why, c.want, r.Example)
		}
		checkExample(t, r)
	}
}

// TestCheckAsksWhetherSomebodyIsThere: of members whose addresses are not known it is not known either whether they have one of those that
// a rule names, nor whether they have an IPv6 address.
func TestCheckAsksWhetherSomebodyIsThere(t *testing.T) {
	for _, c := range []struct{ from, text, want string }{
		{"0.0.0.0/0", "internet > web: never", "fails"},
		{"0.0.0.0/0", "internet > web: always", "unknown"}, // it may have no IPv6 address
		{"0.0.0.0/0", "web > db: always", "unknown"},
		{"0.0.0.0/0", "web > db: never", "fails"},  // both have an IPv4 address
		{"::/0", "internet > web: never", "fails"}, // as soon as it has an IPv6 address
		{"::/0", "internet > web: sometimes", "unknown"},
		{"::/0", "web > db: always", "fails"},
		{"10.0.0.0/8", "web > db: always", "unknown"},
		{"10.0.0.0/8", "web > db: never", "unknown"},
		{"10.0.0.0/8", "web > db: sometimes", "unknown"},
		{"10.0.0.0/8", "10.1.0.0/16 except web, db > db: always", "holds"}, // wherever it is
		{"10.0.0.0/8", "private > db: never", "fails"},
		{"192.0.2.0/24", "private > db: never", "holds"},
	} {
		w := assertion.World{
			Inventory: model.Inventory{Members: []model.Member{{ID: "web"}, {ID: "db"}}},
			Policy: model.Policy{Layers: []model.Layer{{Name: "rules", State: model.Stateful, Ingress: []model.Chain{{Order: model.AnyAllow, Default: model.Deny,
				Rules: []model.Rule{{Action: model.Allow, Peer: model.At{Addrs: model.MustPrefixes(c.from)}, Traffic: model.Traffic{model.AllTraffic()}}}}}}}}}
		r := w.Check(parsed(t, c.text))
		if r.Verdict.String() != c.want || c.want == "unknown" && r.Why == "" {
			t.Errorf("from %s, %s: %s (%s), want %s; example %v", c.from, c.text, r.Verdict, r.Why, c.want, r.Example)
		}
		if r.Example == nil {
			t.Errorf("from %s, %s: no example", c.from, c.text)
		}
	}
}

// TestCheckWithinANetwork: of members whose addresses are not known, but whose network's are, whatever is so of all of these is so.
func TestCheckWithinANetwork(t *testing.T) {
	for _, c := range []struct{ from, text, want string }{
		{"0.0.0.0/0", "web > db: always", "holds"}, // no IPv6 address is possible
		{"0.0.0.0/0", "2001:db8::/32 > web: always", "vacuous"},
		{"0.0.0.0/0", "198.51.100.0/24 > web: always", "holds"},
		{"::/0", "internet > web: never", "holds"},
		{"::/0", "web > db: sometimes", "fails"},
		{"10.0.0.0/16", "web > db: always", "holds"},
		{"10.0.0.0/16", "web > db: never", "fails"},
		{"10.0.0.0/15", "10.0.0.0/16 > db: always", "holds"},
		{"10.0.0.0/16", "10.0.0.0/15 > db: always", "holds"},
		{"198.51.100.0/24", "10.0.0.0/16 > db: always", "fails"}, // web is there, wherever
		{"198.51.100.0/24", "10.0.1.0/24 > db: always", "unknown"},
		{"10.0.1.0/24", "web > db: always", "unknown"},
		{"10.0.1.0/24", "web > db: never", "unknown"},
		{"10.0.1.0/24", "web > db: sometimes", "unknown"},
		{"10.0.1.0/24", "only 10.0.1.0/24 > db", "holds"},
		{"10.0.0.0/16", "only 10.0.1.0/24 > db", "unknown"},
		{"10.0.0.0/16", "only 10.0.0.0/16 > db", "holds"},
		{"10.0.0.0/16", "web except 10.0.1.0/24 > db: never", "unknown"},
		{"10.1.0.0/16", "web > db: never", "holds"},
	} {
		network := model.MustPrefixes("10.0.0.0/16")
		w := assertion.World{Unplaced: map[model.Identity]bool{"web": true, "db": true},
			Inventory: model.Inventory{Outside: model.MustPrefixes("198.51.100.0/24"), Members: []model.Member{{ID: "web", Addrs: network}, {ID: "db", Addrs: network}}},
			Policy: model.Policy{Layers: []model.Layer{{Name: "rules", State: model.Stateful, Ingress: []model.Chain{{Order: model.AnyAllow, Default: model.Deny,
				Rules: []model.Rule{{Action: model.Allow, Peer: model.At{Addrs: model.MustPrefixes(c.from)}, Traffic: model.Traffic{model.AllTraffic()}}}}}}}}}
		r := w.Check(parsed(t, c.text))
		if r.Verdict.String() != c.want {
			t.Errorf("from %s, %s: %s (%s), want %s; example %v", c.from, c.text, r.Verdict, r.Why, c.want, r.Example)
		}
		checkExample(t, r)
	}
}

// checkExample holds the example against what the evaluator says of it.
func checkExample(t *testing.T, r assertion.Result) {
	t.Helper()
	if r.Verdict == assertion.Vacuous {
		if r.Why == "" || r.Example != nil {
			t.Errorf("%s: why %q, example %v", r.Text, r.Why, r.Example)
		}
		return
	}
	if r.Example == nil {
		t.Errorf("%s: no example", r.Text)
		return
	}
	if r.Verdict != assertion.Holds && !r.About.Contains(*r.Example) {
		t.Errorf("%s: %v is not what it is about", r.Text, r.Example)
	}
	passes := r.Decision.Verdict == model.Allowed
	if want := (r.Want == assertion.Never) == (r.Verdict == assertion.Fails); r.Verdict != assertion.Undecided && passes != want {
		t.Errorf("%s %s: the example %v is %v", r.Text, r.Verdict, r.Example, r.Decision.Verdict)
	}
}

func TestParse(t *testing.T) {
	as, findings := assertion.Parse("shop.assert", []byte(`
# The shop
define office = 203.0.113.0/24, 2001:db8:1::/48
define may = office, bastion

internet > db: never          # nobody
 only may, "a > b" > * tcp/22,udp/53 from 1024-65535
web except 10.9.0.0/16, x > aws_security_group.db[0] icmp type 8: sometimes
`))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	var got []string
	for _, a := range as {
		got = append(got, fmt.Sprintf("%s only=%v %s | %s | %s | %s", a.Origin, a.Only, words(a.From), words(a.To), a.Traffic, a.Want))
	}
	want := []string{
		"shop.assert:6:1 only=false internet | db | any | never",
		"shop.assert:7:2 only=true 203.0.113.0/24,2001:db8:1::/48,bastion,a > b | * | tcp/22, udp/53 from 1024-65535 | never",
		"shop.assert:8:1 only=false web-10.9.0.0/16-x | aws_security_group.db[0] | icmp type 8 | sometimes",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func words(e assertion.Ends) string {
	var out []string
	for _, t := range e.Terms {
		out = append(out, t.Word)
	}
	text := strings.Join(out, ",")
	for _, t := range e.Except {
		text += "-" + t.Word
	}
	return text
}

// TestParseFaults: each says where and what.
func TestParseFaults(t *testing.T) {
	for text, says := range map[string]string{
		"":                                         "a: error: there is no assertion",
		"# nothing\n":                              "a: error: there is no assertion",
		"internet > db":                            "a:1:14",
		"internet > db: nevr":                      "neither never",
		"internet db: never":                       "no >",
		"a > b > c: never":                         "a:1:7: error: there is a second >",
		"a, > b: never":                            "a:1:2: error: nobody is named after",
		" > b: never":                              "nobody is named here",
		"a > : never":                              "nobody is named here",
		"a > b tcp/99999: never":                   "a:1:7",
		"a > b tcp/1 tcp/2: never":                 "missing",
		"a > b icmp/8: never":                      "a:1:7: error: \"icmp/8\": icmp has no ports",
		"a > b TCP/x: never":                       "a:1:7: error: \"TCP/x\"",
		"a > 10.0.0.1/8: never":                    "a:1:5: error: 10.0.0.1/8 has bits beyond its prefix length; write 10.0.0.0/8",
		"only a > b: never":                        "says by itself",
		`"a > b: never`:                            "no >",
		`"a" x > b: never`:                         "quote does not end",
		`a" > b: never`:                            "no >",
		"a except b except c > d: never":           "", // a name with the word in it
		"define 1 = a\na > b: never":               "a:1:8",
		"define x a\na > b: never":                 "a:1:8",
		"define internet = a\nx > y: never":        "means something",
		"define x = a\ndefine x = b\nx > y: never": "a:2:8: error: \"x\" means something already",
		"define x = a except b\nx > y: never":      "into assertions",
	} {
		as, findings := assertion.Parse("a", []byte(text))
		var all []string
		for _, f := range findings {
			all = append(all, f.String())
		}
		if joined := strings.Join(all, "\n"); says != "" && (len(as) > 0 || !strings.Contains(joined, says)) {
			t.Errorf("%q: %v, %s; want %q", text, as, joined, says)
		}
	}
}

// TestParseIsBounded: what exists to exhaust memory is refused at once, and a file of faults makes no report of its size.
func TestParseIsBounded(t *testing.T) {
	many := "define a = " + strings.Repeat("x,", 9_999) + "x\n"
	for _, c := range []struct{ name, text, says string }{
		{"a name for many, many times on a line", many + strings.Repeat("a,", 400_000) + "a > b: never\n", "a:2:3: error: more than 10000"},
		{"a name for many, on many lines", many + strings.Repeat("a > b: never\n", 50_000), "error: more than 10000 are named, or more than 1000000 in the file"},
		{"a name for many names for many", many + "define b = a,a\nb > c: never\n", "a:2:14: error: more than 10000"},
		{"faults alone", strings.Repeat("x\n", 400_000), "a:400001: error: there are 399500 more"},
		{"a large file", strings.Repeat("#", assertion.MaxBytes+1), "one of assertions may have"},
		{"no text", "a > b: never\x00\n", "a:1:13: error: the line has the control character '\\x00'"},
		{"UTF-16", "a\x00 \x00>\x00 \x00b\x00", "save the file as text in UTF-8"},
	} {
		as, findings := assertion.Parse("a", []byte(c.text))
		var all []string
		for _, f := range findings {
			all = append(all, f.String())
		}
		if joined := strings.Join(all, "\n"); len(as) > 0 || len(findings) > 501 || !strings.Contains(joined, c.says) {
			t.Errorf("%s: %d assertions and %d findings; want %q in\n%.300s", c.name, len(as), len(findings), c.says, joined)
		}
	}
	if as, findings := assertion.Parse("a", []byte("\ufeff# with the mark that editors on Windows write\r\na > b: never\r\n")); len(as) != 1 || as[0].Text != "a > b: never" {
		t.Errorf("%v %v", as, findings)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("internet > db: never\nonly bastion > * tcp/22")
	f.Add("define a = 10.0.0.0/8\na except b > \"c d\" tcp/1-2, icmp type 3: sometimes # x")
	f.Fuzz(func(t *testing.T, text string) {
		as, findings := assertion.Parse("a", []byte(text))
		if len(as) == 0 && len(findings) == 0 {
			t.Error("neither assertions nor faults")
		}
		for _, a := range as {
			if a.Text == "" || len(a.From.Terms) == 0 || len(a.To.Terms) == 0 || len(a.Traffic) == 0 || a.Want == 0 {
				t.Errorf("%+v lacks something", a)
			}
			if strings.Contains(a.Text, "\n") {
				t.Errorf("%q is more than a line", a.Text)
			}
		}
	})
}
