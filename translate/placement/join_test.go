package placement

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// land is two subnets of one network, and one of another with the same addresses.
func land(interfaces ...providers.Interface) providers.Survey {
	subnet := func(network, id, block string) providers.SurveyedSubnet {
		return providers.SurveyedSubnet{Network: network, Subnet: providers.Subnet{ID: id, Name: id, Prefixes: []netip.Prefix{netip.MustParsePrefix(block)}}}
	}
	return providers.Survey{Region: "eu-west-1", Interfaces: interfaces,
		Subnets: []providers.SurveyedSubnet{subnet("vpc-01", "subnet-0a", "10.0.1.0/24"), subnet("vpc-01", "subnet-0b", "10.0.2.0/24"), subnet("vpc-02", "subnet-0x", "10.0.1.0/24")}}.Sorted()
}

// card is an interface: "eni-1 subnet-0a sg-01,sg-02 10.0.1.4,10.0.1.16/28"; "-" for nothing.
func card(text string) providers.Interface {
	parts := strings.Fields(text)
	words := func(s string) []string {
		if s == "-" {
			return nil
		}
		return strings.Split(s, ",")
	}
	out := providers.Interface{Label: parts[0], Subnets: words(parts[1]), Groups: words(parts[2])}
	for _, a := range words(parts[3]) {
		if !strings.Contains(a, "/") {
			a += "/32"
		}
		out.Addrs = out.Addrs.Union(model.MustPrefixes(a))
	}
	return out
}

func TestJoin(t *testing.T) {
	for _, row := range []struct {
		name       string
		interfaces []string
		// web and db are the addresses of two workloads; "" if they are not known.
		web, db    string
		incomplete bool
		// want is what the file says of web; not what it must not say of anybody.
		want, not []string
	}{
		{"at an interface of its own", []string{"eni-1 subnet-0a sg-01 10.0.1.4", "eni-2 subnet-0b sg-02 10.0.2.4"}, "10.0.1.4", "10.0.2.4", false,
			[]string{"network: vpc-01", "# 10.0.1.4, at eni-1", "subnets: [subnet-0a]", "securityGroup: sg-01"}, []string{"not joined", "subnet-0x"}},
		{"behind a node that others share", []string{"eni-1 subnet-0a sg-01 10.0.1.4,10.0.1.5"}, "10.0.1.4", "10.0.1.5", false,
			[]string{"subnets: [subnet-0a]", "# not joined: securityGroup sg-01 is on interfaces of others too"}, []string{"\n      securityGroup: sg-01"}},
		{"behind a node with more addresses", []string{"eni-1 subnet-0a sg-01 10.0.1.9,10.0.1.16/28"}, "10.0.1.17", "10.0.2.4", false,
			[]string{"subnets: [subnet-0a]", "# not joined: securityGroup sg-01"}, []string{"\n      securityGroup: sg-01"}},
		{"a group that a stranger has too", []string{"eni-1 subnet-0a sg-01 10.0.1.4", "eni-9 subnet-0b sg-01 10.0.2.99"}, "10.0.1.4", "", false,
			[]string{"# not joined: securityGroup sg-01 is on interfaces of others too"}, []string{"\n      securityGroup: sg-01"}},
		{"two groups of its own", []string{"eni-1 subnet-0a sg-01,sg-02 10.0.1.4"}, "10.0.1.4", "", false,
			[]string{"# securityGroup: sg-01  # these workloads alone have it too", "# securityGroup: sg-02"}, []string{"\n      securityGroup:"}},
		{"pods at two interfaces with one group", []string{"eni-1 subnet-0a sg-01 10.0.1.4", "eni-2 subnet-0b sg-01 10.0.2.4"}, "10.0.1.4,10.0.2.4", "", false,
			[]string{"# 10.0.1.4, 10.0.2.4, at eni-1, eni-2", "subnets: [subnet-0a, subnet-0b]", "securityGroup: sg-01"}, nil},
		{"pods at two interfaces with a group each", []string{"eni-1 subnet-0a sg-01 10.0.1.4", "eni-2 subnet-0b sg-02 10.0.2.4"}, "10.0.1.4,10.0.2.4", "", false,
			[]string{"subnets: [subnet-0a, subnet-0b]"}, []string{"securityGroup: sg"}},
		{"one pod at an interface, one not", []string{"eni-1 subnet-0a sg-01 10.0.1.4"}, "10.0.1.4,10.0.2.4", "", false,
			[]string{"subnets: [subnet-0a, subnet-0b]"}, []string{"securityGroup: sg"}},
		{"in a subnet and at no interface", nil, "10.0.2.4", "", false, []string{"subnets: [subnet-0b]"}, []string{"securityGroup: sg"}},
		{"in a subnet of either network", nil, "10.0.1.4", "", false,
			[]string{"# not joined: the pods are in several networks, vpc-01, vpc-02", "# network: FILL-IN"}, []string{"\n  network: vpc"}},
		{"in the other network, by its interface", []string{"eni-1 subnet-0x sg-01 10.0.1.4"}, "10.0.1.4", "", false,
			[]string{"network: vpc-02", "subnets: [subnet-0x]"}, []string{"subnet-0a"}},
		{"on an overlay", []string{"eni-1 subnet-0a sg-01 10.0.1.4"}, "192.168.7.7", "10.0.2.4", false,
			[]string{"# not joined: 192.168.7.7 is in no subnet that was read", "subnets: [FILL-IN]"}, []string{"securityGroup: sg"}},
		{"on an overlay in part", nil, "192.168.7.7,10.0.2.4", "", false, []string{"subnets: [subnet-0b, FILL-IN]", "# not joined: 192.168.7.7"}, nil},
		{"not known", []string{"eni-1 subnet-0a sg-01 10.0.1.4"}, "", "10.0.1.4", false, []string{"# not joined: the addresses of its pods are not known", "subnets: [FILL-IN]"}, nil},
		{"somewhere in a private range", nil, "10.0.0.0/8", "", false, []string{"# not joined: the addresses of its pods are not known"}, nil},
		{"interfaces that may be missing", []string{"eni-1 subnet-0a sg-01 10.0.1.4"}, "10.0.1.4", "", true,
			[]string{"subnets: [subnet-0a]", "# not joined: securityGroup sg-01 may be on interfaces of others too"}, []string{"\n      securityGroup: sg-01"}},
		{"a name that breaks out of a comment", []string{"eni\x1bx: subnet-0a sg-01 10.0.1.4"}, "10.0.1.4", "", false, []string{"at eni?x:"}, nil},
	} {
		ws := []providers.Workload{
			{ID: "s/Pod/web", Namespace: "s", Kind: "Pod", Name: "web", Labels: map[string]string{"app": "web"}},
			{ID: "s/Pod/db", Namespace: "s", Kind: "Pod", Name: "db", Labels: map[string]string{"app": "db"}}}
		found := Found{Cloud: "aws", Addrs: map[model.Identity]model.AddrSet{}, Incomplete: row.incomplete}
		var cards []providers.Interface
		for _, text := range row.interfaces {
			cards = append(cards, card(text))
		}
		found.Survey = land(cards...)
		for id, text := range map[model.Identity]string{"s/Pod/web": row.web, "s/Pod/db": row.db} {
			if text != "" {
				found.Addrs[id] = card("x - - " + text).Addrs
			}
		}
		data, _ := InitFound(ws, nil, &found)
		text := string(data)
		head, rest, _ := strings.Cut(text, "# Pod web")
		about := head[:strings.Index(head, "workloads:")] + rest
		for _, want := range row.want {
			if !strings.Contains(about, want) {
				t.Errorf("%s: %q is missing in\n%s", row.name, want, text)
			}
		}
		for _, not := range row.not {
			if strings.Contains(about, not) {
				t.Errorf("%s: %q is in\n%s", row.name, not, text)
			}
		}
		if _, fs := Read("p.yaml", data); len(fs) == 0 {
			t.Errorf("%s: nothing is left to fill in", row.name)
		} else if strings.Contains(show(fs), codeValue) || strings.Contains(show(fs), codeYAML) || strings.Contains(show(fs), codeField) {
			t.Errorf("%s: %s", row.name, show(fs))
		}
	}
}

// Of random pods at random interfaces, what is joined is right: pods are in the subnets that their entry names, and nobody else has the group
// that it names. Filled in, the file is accepted.
func TestJoinRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		var cards []providers.Interface
		for i := range rng.IntN(6) {
			n := 1 + rng.IntN(2)
			cards = append(cards, card(fmt.Sprintf("eni-%d subnet-0%c sg-0%d 10.0.%d.%d,10.0.%d.%d", i, 'a'+rune(n-1), rng.IntN(4), n, 4+rng.IntN(6), n, 4+rng.IntN(6))))
		}
		var ws []providers.Workload
		found := Found{Cloud: "aws", Survey: land(cards...), Addrs: map[model.Identity]model.AddrSet{}}
		found.Survey.Subnets = found.Survey.Subnets[:2]
		for i := range 1 + rng.IntN(4) {
			id := model.Identity(fmt.Sprintf("s/Pod/p%d", i))
			ws = append(ws, providers.Workload{ID: id, Namespace: "s", Kind: "Pod", Name: fmt.Sprintf("p%d", i), Labels: map[string]string{"app": fmt.Sprintf("p%d", i)}})
			found.Addrs[id] = card(fmt.Sprintf("x - - 10.0.%d.%d,10.0.%d.%d", 1+rng.IntN(2), 4+rng.IntN(6), 1+rng.IntN(2), 4+rng.IntN(6))).Addrs
		}
		data, findings := InitFound(ws, nil, &found)
		if len(findings) > 0 {
			t.Fatalf("%v\n%s", findings, data)
		}
		site, fs := mustRead(t, fill(data)).Site("aws", ws)
		if model.WorstSeverity(fs) == model.Error {
			t.Fatalf("%s\n%s", show(fs), data)
		}
		for _, w := range ws {
			home, at := site.Homes[w.ID], model.AddrSet{}
			for _, name := range home.Subnets {
				n, _ := site.SubnetNamed(name)
				at = at.Union(n.Addrs())
			}
			if !at.Covers(found.Addrs[w.ID]) {
				t.Fatalf("%s holds %s and is placed in %s\n%s", w.ID, found.Addrs[w.ID], at, data)
			}
			for _, f := range found.Survey.Interfaces {
				has := len(f.Groups) > 0 && f.Groups[0] == home.Group
				if has && !found.Addrs[w.ID].Covers(f.Addrs) || home.Group != "" && !has && f.Addrs.Overlaps(found.Addrs[w.ID]) {
					t.Fatalf("%s is given %s, and %+v is not its\n%s", w.ID, home.Group, f, data)
				}
			}
		}
	}
}
