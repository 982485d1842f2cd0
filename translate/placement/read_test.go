package placement

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate/strictyaml"
)

const twoSubnets = `aws:
  subnets:
    - {name: web, cidrs: [10.0.1.0/24, "2001:db8:1::/64"]}
    - {name: db, cidrs: [10.0.2.0/24]}
`

// Every fault of a file is an error with its place.
func TestReadRefuses(t *testing.T) {
	entry := func(s string) string { return file(twoSubnets + "  workloads:\n    - " + s) }
	subnet := func(s string) string { return file("aws:\n  subnets:\n    - " + s) }
	platform := func(s string) string { return file("aws:\n  platform:\n    " + s) }
	ports := func(s string) string {
		return platform("allow: [{name: a, reason: b, direction: ingress, peers: [10.0.0.0/8], ports: [" + s + "]}]")
	}
	pods := func(s string) string { return entry("podSelector: " + s) }
	for _, c := range []struct {
		name, text, code, at string
		says                 string
	}{
		{"empty file", "", codeYAML, "place.yaml: ", "empty"},
		{"comment only", "# nothing\n", codeYAML, "place.yaml: ", "empty"},
		{"not YAML", "a: [\n", codeYAML, "place.yaml:1: ", "not YAML"},
		{"binary", "\x00\x01", codeYAML, "place.yaml:1:1: ", "not YAML"},
		{"second document", file("aws: {}\n---\na: b\n"), codeYAML, ":4:1", "another"},
		{"broken second document", file("aws: {}\n---\na: [\n"), codeYAML, "place.yaml", "not YAML"},
		{"not a mapping", "- a\n", codeValue, ":1:1", "a mapping, not a list"},
		{"wrong version", "apiVersion: v1\nkind: Placement\naws: {}\n", codeField, ":1:13", `"v1"`},
		{"wrong kind", "apiVersion: crosswall.dev/v1alpha1\nkind: Pod\naws: {}\n", codeField, ":2:7", `"Pod"`},
		{"no kind", "apiVersion: crosswall.dev/v1alpha1\naws: {}\n", codeField, ":1:1", "lacks the field kind"},
		{"unknown cloud", file("oracle: {}\n"), codeCloud, ":3:1", "aws, azure, gcp"},
		{"no cloud", header, codeCloud, ":1:1", "no cloud"},
		{"unknown field", file("aws:\n  regoin: eu-west-1\n"), codeField, ":4:3", "region"},
		{"field given twice", file("aws:\n  region: a\n  region: b\n"), codeField, ":5:3", "given twice"},
		{"number as field name", file("aws:\n  1: b\n"), codeValue, ":4:3", "must be text"},
		{"empty field", file("aws:\n  region:\n"), codeField, ":4:3", "is empty"},
		{"section is a list", file("aws: []\n"), codeValue, ":3:6", "a mapping"},
		{"number for text", file("aws:\n  region: 7\n"), codeValue, ":4:11", "quotes"},
		{"text with a line break", file("aws:\n  region: \"a\\nb\"\n"), codeValue, ":4:11", "one line"},
		{"wrong VPC id", file("aws:\n  network: net\n"), codeValue, ":4:12", "vpc-0123abcd"},
		{"field of another cloud", file("aws:\n  project: p\n"), codeCloud, ":4:3", "project is a field of gcp"},
		{"cluster of another cloud", file("aws:\n  cluster: gke\n"), codeValue, ":4:12", "write eks"},
		{"pod security groups without EKS", file("aws:\n  podSecurityGroups: strict\n"), codeValue, ":4:3", "cluster: eks"},
		{"Azure network by name", file("azure:\n  network: hub\n"), codeValue, ":4:12", "full id /subscriptions/"},
		{"Azure firewall", file("azure:\n  firewall: nic\n"), codeValue, ":4:13", "segment or subnet"},
		{"blank", file("aws:\n  region: FILL-IN\n"), codeBlank, ":4:11", "fill in aws.region"},

		{"subnet without a name", subnet("{cidrs: [10.0.0.0/8]}"), codeField, ":5:7", "lacks the field name"},
		{"subnet name not fit", subnet("{name: Web_1, cidrs: [10.0.0.0/8]}"), codeValue, ":5:14", "lower-case"},
		{"subnet without blocks", subnet("{name: web}"), codeField, ":5:7", "cidrs"},
		{"subnet with an empty list", subnet("{name: web, cidrs: []}"), codeField, ":5:26", "no address block"},
		{"subnet id of another kind", subnet("{name: web, id: vpc-1, cidrs: [10.0.0.0/8]}"), codeValue, ":5:23", "subnet-0123abcd"},
		{"exclusive is text", subnet("{name: web, exclusive: maybe, cidrs: [10.0.0.0/8]}"), codeValue, ":5:30", "true or false"},
		{"host bits", subnet("{name: web, cidrs: [10.0.1.5/24]}"), codeCIDR, ":5:27", "write 10.0.1.0/24"},
		{"host bits, IPv6", subnet("{name: web, cidrs: ['2001:db8::1/64']}"), codeCIDR, ":5:27", "write 2001:db8::/64"},
		{"IPv4 in IPv6", subnet("{name: web, cidrs: ['::ffff:10.0.0.0/104']}"), codeCIDR, ":5:27", "write 10.0.0.0/8"},
		{"IPv4 and IPv6 mixed", subnet("{name: web, cidrs: ['::ffff:0.0.0.0/95']}"), codeCIDR, ":5:27", "mixes"},
		{"single address", subnet("{name: web, cidrs: [10.0.1.5]}"), codeCIDR, ":5:27", "write 10.0.1.5/32"},
		{"no address", subnet("{name: web, cidrs: [ten]}"), codeCIDR, ":5:27", "no address block"},
		{"subnet overlaps itself", subnet("{name: web, cidrs: [10.0.0.0/8, 10.1.0.0/16]}"), codeOverlap, ":5:39", "10.1.0.0/16 overlaps 10.0.0.0/8"},
		{"subnets overlap", subnet("{name: a, cidrs: [10.0.0.0/8]}\n    - {name: b, cidrs: [10.1.0.0/16]}"), codeOverlap, ":6:7", "a and b overlap in 10.1.0.0/16"},
		{"subnets of one name", subnet("{name: a, cidrs: [10.0.0.0/8]}\n    - {name: a, cidrs: [11.0.0.0/8]}"), codeSubnet, ":6:7", "name a"},
		{"subnets of one id", subnet("{name: a, id: subnet-1, cidrs: [10.0.0.0/8]}\n    - {name: b, id: subnet-1, cidrs: [11.0.0.0/8]}"), codeSubnet, ":6:7", "id subnet-1"},

		{"unknown subnet", entry("subnets: [app]"), codeSubnet, ":8:17", "there are db, web"},
		{"address outside the subnet", entry("{subnets: [web], addresses: [10.0.9.0/28]}"), codeAddresses, ":8:35", "outside the entry's subnets"},
		{"subnet without an address", entry("{subnets: [web, db], addresses: [10.0.1.0/28]}"), codeAddresses, ":8:39", "none of 10.0.1.0/28 is in subnet db"},
		{"address in a subnet not named", entry("addresses: [10.0.2.0/28]"), codeAddresses, ":8:18", "add db to the entry's subnets"},
		{"empty addresses", entry("addresses: []"), codeField, ":8:18", "no address block"},
		{"exclusive without addresses", entry("{subnets: [web], exclusive: true}"), codeField, ":8:24", "put `exclusive: true` on the subnet"},
		{"reversed ephemeral", entry("ephemeral: 60999-32768"), codeValue, ":8:18", "write 32768-60999"},
		{"ephemeral from 0", entry("ephemeral: 0-65535"), codeValue, ":8:18", "no ephemeral range"},
		{"ephemeral past the end", entry("ephemeral: 1024-65536"), codeValue, ":8:18", "no ephemeral range"},
		{"ephemeral unknown", entry("ephemeral: solaris"), codeValue, ":8:18", "linux, windows, any"},
		{"security group by name", entry("securityGroup: web"), codeValue, ":8:22", "sg-0123abcd"},
		{"network tag on AWS", entry("networkTag: web"), codeCloud, ":8:7", "aws has securityGroup"},
		{"a secure tag without a number", file("gcp:\n  workloads:\n    - networkTag: tagValues/web\n"), codeValue, ":5:19", "tagValues/NUMBER"},
		{"tag and account", file("gcp:\n  workloads:\n    - {networkTag: a, serviceAccount: a@b.c}\n"), codeValue, ":5:23", "cannot mix"},
		{"application security group by name", file("azure:\n  workloads:\n    - applicationSecurityGroup: web\n"), codeValue, ":5:33", "applicationSecurityGroups"},
		{"two entries of one name", entry("{name: a, subnets: [web]}\n    - {name: a, subnets: [db]}"), codeField, ":9:7", "called a"},
		{"exclusive addresses used twice", entry("{name: a, subnets: [web], addresses: [10.0.1.0/28], exclusive: true}\n    - {name: b, subnets: [web]}"), codeExclusive, ":8:7", "b holds 10.0.1.0/28 too"},

		{"namespace not a name", entry("namespace: Shop_1"), codeValue, ":8:18", "no name of a namespace"},
		{"namespace twice", entry("{namespace: a, namespaceSelector: {}}"), codeField, ":8:41", "both"},
		{"selector empty", pods(""), codeField, ":8:7", "is empty"},
		{"selector unknown field", pods("{app: web}"), codeField, ":8:21", "matchExpressions, matchLabels"},
		{"label not text", pods("{matchLabels: {v: 1}}"), codeValue, ":8:38", "quotes"},
		{"label not valid", pods("{matchLabels: {app: 'a b'}}"), codeValue, ":8:40", "must be"},
		{"key not valid", pods("{matchExpressions: [{key: 'a b', operator: Exists}]}"), codeValue, ":8:40", "must consist"},
		{"operator unknown", pods("{matchExpressions: [{key: a, operator: Is}]}"), codeValue, ":8:40", `"Is"`},
		{"In without values", pods("{matchExpressions: [{key: a, operator: In}]}"), codeValue, ":8:40", "can't be empty"},
		{"Exists with values", pods("{matchExpressions: [{key: a, operator: Exists, values: [b]}]}"), codeValue, ":8:40", "must be empty"},
		{"no operator", pods("{matchExpressions: [{key: a}]}"), codeField, ":8:40", "operator"},
		{"runtime label", pods("{matchLabels: {pod-template-hash: abc}}"), codeRuntimeLabel, ":8:54", "run time"},
		{"runtime label, expression", pods("{matchExpressions: [{key: job-name, operator: Exists}]}"), codeRuntimeLabel, ":8:40", "run time"},

		{"preset unknown", platform("presets: [kops]"), codePreset, ":5:15", "aws has eks"},
		{"preset of another cloud", platform("presets: [gke]"), codePreset, ":5:15", "for gcp, not for aws"},
		{"preset lacks all", platform("presets: [eks]"), codePreset, ":5:15", "needs nodes, apiServer, dns, webhooks"},
		{"preset lacks one", platform("{presets: [eks], nodes: [], dns: [], webhooks: []}"), codePreset, ":5:16", "apiServer: ["},
		{"nodes not canonical", platform("nodes: [10.0.0.1/8]"), codeCIDR, ":5:13", "write 10.0.0.0/8"},
		{"nodes by selector", platform("nodes: [{namespace: a}]"), codeValue, ":5:13", "not a mapping"},
		{"nodes in an exclusive subnet", file("aws:\n  subnets: [{name: a, exclusive: true, cidrs: [10.0.0.0/24]}]\n  platform: {nodes: [10.0.0.0/16]}\n"), codeExclusive, ":5:21", "subnet a is exclusive"},
		{"API server in an exclusive subnet", file("aws:\n  subnets: [{name: a, exclusive: true, cidrs: [10.0.0.0/24]}]\n  platform: {apiServer: [10.0.0.16/28]}\n"), codeExclusive, ":5:25", "apiServer holds addresses in it: 10.0.0.16/28"},
		{"webhook without ports", platform("webhooks: [{namespace: ops}]"), codeField, ":5:16", "ports"},
		{"allowance without a reason", platform("allow: [{name: a, direction: ingress, peers: [10.0.0.0/8], ports: [{protocol: ANY}]}]"), codeField, ":5:13", "reason"},
		{"allowance of no direction", platform("allow: [{name: a, reason: b, direction: both, peers: [10.0.0.0/8], ports: [{protocol: ANY}]}]"), codeValue, ":5:45", "ingress"},
		{"allowance without peers", platform("allow: [{name: a, reason: b, direction: ingress, peers: [], ports: [{protocol: ANY}]}]"), codeField, ":5:61", "nobody"},
		{"allowance without ports", platform("allow: [{name: a, reason: b, direction: ingress, peers: [10.0.0.0/8]}]"), codeField, ":5:13", "protocol: ANY"},
		{"two allowances of one name", platform("allow: [&a {name: a, reason: b, direction: ingress, peers: [10.0.0.0/8], ports: [{protocol: ANY}]}, *a]"), codeField, ":5:105", "two allowances are called a"},
		{"no port in the list", ports(""), codeField, ":5:82", "empty list"},
		{"port 0", ports("{protocol: TCP, port: 0}"), codeValue, ":5:105", "1 to 65535"},
		{"port reversed", ports("{protocol: TCP, port: 90, endPort: 80}"), codeValue, "place.yaml:5:", "90-80 is reversed"},
		{"endPort alone", ports("{protocol: TCP, endPort: 80}"), codeField, "place.yaml:5:", "endPort without port"},
		{"port of ICMP", ports("{protocol: ICMP, port: 80}"), codeValue, "place.yaml:5:", "port does not go with protocol ICMP"},
		{"type of TCP", ports("{protocol: TCP, type: 8}"), codeValue, "place.yaml:5:", "type does not go with protocol TCP"},
		{"code without type", ports("{protocol: ICMP, code: 0}"), codeField, "place.yaml:5:", "code without type"},
		{"protocol in lower case", ports("{protocol: tcp}"), codeValue, "place.yaml:5:", "write TCP"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, fs := Read("place.yaml", []byte(c.text))
			wantFinding(t, fs, c.code, c.at, c.says, "error:")
			if len(p.Clouds()) != 0 {
				t.Error("a placement was returned besides errors")
			}
		})
	}
}

func TestReadReportsAllFaultsAtOnce(t *testing.T) {
	_, fs := Read("place.yaml", []byte(file(`aws:
  regoin: x
  subnets: [{name: a, cidrs: [10.0.0.1/8]}]
gcp:
  workloads: [{subnets: [none]}]
`)))
	for _, code := range []string{codeField, codeCIDR, codeSubnet} {
		wantFinding(t, fs, code, "place.yaml:")
	}
	if len(fs) != 3 {
		t.Errorf("%d findings, want 3:\n%s", len(fs), show(fs))
	}
}

func TestReadWarns(t *testing.T) {
	for _, c := range []struct{ name, text, code, says string }{
		{"no address", "aws: {workloads: [{namespace: a}]}", codeNowhere, "may hold any address"},
		{"one group twice", "aws: {workloads: [{namespace: a, securityGroup: sg-1}, {securityGroup: sg-1}]}", codeSharedGroup, "sg-1"},
		{"cluster without a preset", "gcp: {cluster: gke}", codePreset, "presets: [gke]"},
		{"EKS mode not said", "aws: {cluster: eks}", codeAssumed, "podSecurityGroups: strict"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, fs := Read("place.yaml", []byte(file(c.text)))
			wantFinding(t, fs, c.code, "place.yaml:3:", c.says)
			if model.WorstSeverity(fs) == model.Error {
				t.Errorf("an error: %s", show(fs))
			}
		})
	}
	if _, fs := Read("place.yaml", []byte(file("aws: {cluster: eks, podSecurityGroups: none, platform: {presets: []}}"))); len(fs) != 0 {
		t.Errorf("findings on a placement that says it all:\n%s", show(fs))
	}
}

// An alias stands for its value, up to a limit.
func TestReadAliases(t *testing.T) {
	p := mustRead(t, file("aws:\n  subnets: [{name: a, cidrs: &c [10.0.0.0/24]}]\n  workloads: [{addresses: *c, subnets: [a]}]\n"))
	if got := p.sections[0].entries[0].home.Addrs; !got.Equal(model.MustPrefixes("10.0.0.0/24")) {
		t.Errorf("addresses of an alias: %s", got)
	}
	_, fs := Read("place.yaml", []byte(file("aws:\n  subnets: [{name: &n web}]\n  workloads: [{subnets: &s [nope]}, {name: a, subnets: *s}]\n")))
	wantFinding(t, fs, codeSubnet, ":5:", "nope")
}

func TestReadRefusesToExplode(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString(header + "\na0: &a0 [x, x]\n")
	for i := range 25 {
		fmt.Fprintf(&bomb, "a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
	}
	for _, c := range []struct{ name, text, says string }{
		{"aliases of aliases", bomb.String(), "values"},
		{"an alias of itself", file("aws: &a {subnets: *a}\n"), ""},
		{"deep nesting", file("aws: " + strings.Repeat("[", 100) + strings.Repeat("]", 100)), "deep"},
		{"very deep nesting", strings.Repeat("[", strictyaml.MaxBytes), ""},
		{"very deep blocks", strings.Repeat("- ", strictyaml.MaxBytes/2), ""},
		{"large", strings.Repeat("#", strictyaml.MaxBytes+1), "bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			_, fs := Read("place.yaml", []byte(c.text))
			wantFinding(t, fs, codeYAML, "error:", c.says)
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("took %s", d)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"", header, file(twoSubnets), "a: &a [*a]", "a: !!binary x", "? {a: b}\n: c", file("aws: {workloads: [{podSelector: {matchLabels: {a: b}}}]}"),
		file("aws: {subnets: [{name: a, cidrs: [10.0.0.0/8], exclusive: true}], workloads: [{subnets: [a], ephemeral: 1-2}]}"),
		file("aws: {platform: {pmtud: false, presets: [eks], nodes: [], apiServer: [10.0.0.0/28], dns: [{namespace: a}], webhooks: [{ports: [{protocol: TCP, port: 1}]}]}}"),
		string(Init(shop(), cloudNames())), "<<: *a", "- - -", "\xff\xfe",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, fs := Read("place.yaml", data)
		again, fs2 := Read("place.yaml", bytes.Clone(data))
		if show(fs) != show(fs2) || fmt.Sprint(p.Clouds()) != fmt.Sprint(again.Clouds()) {
			t.Fatal("the same bytes were read in two ways")
		}
		if model.WorstSeverity(fs) < model.Error && len(p.Clouds()) == 0 {
			t.Fatal("neither a cloud nor an error")
		}
		for _, c := range p.Clouds() {
			s, fs := p.Site(c, shop())
			if model.WorstSeverity(fs) < model.Error && len(s.Homes) != len(shop()) {
				t.Fatalf("%d homes for %d workloads and no error", len(s.Homes), len(shop()))
			}
			for _, a := range s.Allowances {
				if a.Rule.Reason == "" || a.Rule.Action != model.Allow || len(a.Rule.Traffic) == 0 || a.Direction == 0 || a.Rule.Origin.Line == 0 {
					t.Fatalf("an allowance lacks something: %+v", a)
				}
			}
		}
	})
}
