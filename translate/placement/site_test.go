package placement

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

func TestSiteFields(t *testing.T) {
	const arm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/"
	for _, c := range []struct {
		cloud, text string
		want        providers.Site
		home        providers.Home
	}{
		{"aws", `aws: {network: vpc-1, region: eu-west-1, cluster: eks, podSecurityGroups: strict, workloads: [{securityGroup: sg-1}]}`,
			providers.Site{Network: "vpc-1", Region: "eu-west-1", Cluster: "eks", StrictPods: true}, providers.Home{Group: "sg-1"}},
		{"aws", `aws: {cluster: eks, podSecurityGroups: standard, workloads: [{ephemeral: linux}]}`,
			providers.Site{Cluster: "eks"}, providers.Home{ClientPorts: model.PortRange{First: 32768, Last: 60999}}},
		{"gcp", `gcp: {network: net, project: p, cluster: gke, workloads: [{networkTag: web, ephemeral: windows}]}`,
			providers.Site{Network: "net", Project: "p", Cluster: "gke"},
			providers.Home{Group: "web", ClientPorts: model.PortRange{First: 49152, Last: 65535}}},
		{"gcp", `gcp: {workloads: [{networkTag: tagValues/281479473111820, ephemeral: any}]}`, providers.Site{}, providers.Home{Group: "tagValues/281479473111820"}},
		{"gcp", `gcp: {workloads: [{serviceAccount: web@p.iam.gserviceaccount.com, ephemeral: any}]}`,
			providers.Site{}, providers.Home{ServiceAccount: "web@p.iam.gserviceaccount.com"}},
		{"azure", `azure: {network: ` + arm + `virtualNetworks/n, location: westeurope, resourceGroup: g, cluster: aks, firewall: segment,
  workloads: [{applicationSecurityGroup: ` + arm + `applicationSecurityGroups/a, ephemeral: 2000-3000}]}`,
			providers.Site{Network: arm + "virtualNetworks/n", Region: "westeurope", ResourceGroup: "g", Cluster: "aks", PerSegment: true},
			providers.Home{Group: arm + "applicationSecurityGroups/a", ClientPorts: model.PortRange{First: 2000, Last: 3000}}},
		{"gcp", `gcp: {workloads: [{}], platform: {presets: [gke], nodes: [], apiServer: [], dns: [], webhooks: []}}`,
			providers.Site{Cluster: "gke"}, providers.Home{}},
		{"azure", `azure: {firewall: subnet, workloads: [{}]}`, providers.Site{}, providers.Home{}},
	} {
		w := pod("shop/Deployment/web", "app=web")
		got, _ := mustSite(t, file(c.text), c.cloud, w)
		if c.home.ClientPorts == (model.PortRange{}) {
			c.home.ClientPorts = model.DefaultClientPorts()
		}
		if h := got.Homes[w.ID]; !reflect.DeepEqual(h, c.home) {
			t.Errorf("%s\nhome %+v\nwant %+v", c.text, h, c.home)
		}
		if !got.Given || got.Origin.Line != 3 {
			t.Errorf("%s: given %v at %v", c.text, got.Given, got.Origin)
		}
		got.Given, got.Homes, got.Allowances, got.Origin = false, nil, nil, model.Origin{}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s\nsite %+v\nwant %+v", c.text, got, c.want)
		}
	}
}

func TestSubnetsAreSortedByName(t *testing.T) {
	s, _ := mustSite(t, file(`gcp: {subnets: [{name: b, id: b-1, cidrs: [10.2.0.0/16]}, {name: a, cidrs: ["2001:db8::/64", 10.1.0.0/16], exclusive: true}]}`), "gcp")
	got := fmt.Sprint(s.Subnets[0].Name, s.Subnets[0].Prefixes, s.Subnets[0].Exclusive, " ", s.Subnets[1].Name, s.Subnets[1].ID)
	if want := "a[2001:db8::/64 10.1.0.0/16] true bb-1"; got != want {
		t.Errorf("subnets %q, want %q", got, want)
	}
}

// The first entry that matches places a workload. Selectors as in the Kubernetes API,
// LabelSelector: NotIn and DoesNotExist match an absent key.
func TestSelectorsMatch(t *testing.T) {
	web := inNamespace(pod("shop/Deployment/web", "app=web,tier=front"), "team=a")
	for _, c := range []struct {
		selector string
		want     bool
	}{
		{`{}`, true},
		{`{podSelector: {}}`, true},
		{`{namespaceSelector: {}}`, true},
		{`{namespace: shop}`, true},
		{`{namespace: sho}`, false},
		{`{podSelector: {matchLabels: {app: web}}}`, true},
		{`{podSelector: {matchLabels: {app: web, tier: back}}}`, false},
		{`{podSelector: {matchLabels: {app: ""}}}`, false},
		{`{podSelector: {matchExpressions: [{key: app, operator: In, values: [api, web]}]}}`, true},
		{`{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [api, web]}]}}`, false},
		{`{podSelector: {matchExpressions: [{key: nope, operator: NotIn, values: [a]}]}}`, true},
		{`{podSelector: {matchExpressions: [{key: nope, operator: DoesNotExist}]}}`, true},
		{`{podSelector: {matchExpressions: [{key: nope, operator: Exists}]}}`, false},
		{`{podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: DoesNotExist}]}}`, false},
		{`{namespaceSelector: {matchLabels: {team: a}}}`, true},
		{`{namespaceSelector: {matchLabels: {team: b}}}`, false},
		{`{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}`, true},
		{`{namespace: shop, podSelector: {matchLabels: {app: api}}}`, false},
	} {
		s, fs := mustRead(t, file("gcp: {workloads: ["+c.selector+"]}")).Site("gcp", []providers.Workload{web})
		if _, got := s.Homes[web.ID]; got != c.want {
			t.Errorf("%s places web: %v, want %v\n%s", c.selector, got, c.want, show(fs))
		}
	}
}

func TestFirstMatchWins(t *testing.T) {
	s, fs := mustSite(t, file(twoSubnets+`  workloads:
    - {name: dbs, podSelector: {matchLabels: {app: db}}, subnets: [db]}
    - {name: rest, subnets: [web]}
    - {name: webs, podSelector: {matchLabels: {app: web}}, subnets: [db]}
    - {name: gone, podSelector: {matchLabels: {app: gone}}, subnets: [db]}
`), "aws", shop()...)
	for id, want := range map[model.Identity]string{
		"shop/Deployment/web": "[web] 10.0.1.0/24, 2001:db8:1::/64",
		"shop/Deployment/api": "[web] 10.0.1.0/24, 2001:db8:1::/64",
		"shop/StatefulSet/db": "[db] 10.0.2.0/24",
	} {
		if h := s.Homes[id]; fmt.Sprint(h.Subnets, " ", h.Addrs) != want {
			t.Errorf("%s lives in %v %v, want %s", id, h.Subnets, h.Addrs, want)
		}
	}
	wantFinding(t, fs, codeShadowed, "place.yaml:10:7", "warning", "webs", "shop/Deployment/web")
	wantFinding(t, fs, codeUnmatched, "place.yaml:11:7", "warning", "gone")
	wantFinding(t, fs, codeSharedSubnet, "place.yaml:5:7", "warning", "network ACL on subnet web")
}

// A namespace whose manifest was not read has unknown labels, except for its name
// (networkpolicy semantics 2.5): which entry matches is then unknown, not "none".
func TestUnreadNamespace(t *testing.T) {
	w := unread(pod("shop/Deployment/web", "app=web"))
	for _, c := range []struct {
		selector string
		known    bool
	}{
		{`{namespaceSelector: {matchLabels: {team: a}}}`, false},
		{`{namespaceSelector: {matchExpressions: [{key: team, operator: DoesNotExist}]}}`, false},
		{`{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: api}}}`, true},
		{`{namespaceSelector: {matchLabels: {team: a, kubernetes.io/metadata.name: other}}}`, true},
		{`{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}`, true},
		{`{namespace: shop}`, true},
	} {
		_, fs := mustRead(t, file("gcp: {workloads: ["+c.selector+", {}]}")).Site("gcp", []providers.Workload{w})
		unknown := slices.ContainsFunc(fs, func(f model.Finding) bool { return f.Code == codeUnknownLabel && f.Severity == model.Error })
		if unknown == c.known {
			t.Errorf("%s: known %v, want %v\n%s", c.selector, !unknown, c.known, show(fs))
		}
	}
}

// An address tells who it is only where no other entry and no stranger holds it.
func TestExclusiveHomes(t *testing.T) {
	const subnets = `  subnets:
    - {name: own, cidrs: [10.0.1.0/24], exclusive: true}
    - {name: own2, cidrs: [10.0.2.0/24], exclusive: true}
    - {name: mixed, cidrs: [10.0.3.0/24]}
  workloads:
`
	for _, c := range []struct {
		name, web, rest string
		want            bool
	}{
		{"an exclusive subnet of its own", `subnets: [own]`, `subnets: [own2]`, true},
		{"a subnet with strangers", `subnets: [mixed]`, `subnets: [own2]`, false},
		{"an exclusive subnet shared with another entry", `subnets: [own]`, `subnets: [own, own2]`, false},
		{"one subnet of two with strangers", `subnets: [own, mixed]`, `subnets: [own2]`, false},
		{"addresses in an exclusive subnet", `subnets: [own], addresses: [10.0.1.0/28]`, `subnets: [own], addresses: [10.0.1.16/28]`, true},
		{"addresses that another entry's hold", `subnets: [own], addresses: [10.0.1.0/28]`, `subnets: [own], addresses: [10.0.1.0/24]`, false},
		{"addresses in a subnet with strangers", `subnets: [mixed], addresses: [10.0.3.0/28]`, `subnets: [own]`, false},
		{"claimed addresses in it", `subnets: [mixed], addresses: [10.0.3.0/28], exclusive: true`, `subnets: [own]`, true},
		{"addresses outside every subnet", `addresses: [192.168.0.0/28]`, `subnets: [own]`, false},
		{"claimed addresses outside", `addresses: [192.168.0.0/28], exclusive: true`, `subnets: [own]`, true},
		{"not claimed, though in an exclusive subnet", `subnets: [own], addresses: [10.0.1.0/28], exclusive: false`, `subnets: [own2]`, true},
		{"another entry may be anywhere", `subnets: [own]`, `ephemeral: any`, false},
		{"unknown addresses", `ephemeral: any`, `subnets: [own]`, false},
	} {
		web := pod("shop/Deployment/web", "app=web")
		s, _ := mustSite(t, file("aws:\n"+subnets+"    - {podSelector: {matchLabels: {app: web}}, "+c.web+"}\n    - {"+c.rest+"}\n"), "aws", web)
		if got := s.Homes[web.ID].Exclusive; got != c.want {
			t.Errorf("%s: exclusive %v, want %v", c.name, got, c.want)
		}
	}
}

func TestUnplacedWorkloads(t *testing.T) {
	p := mustRead(t, file(twoSubnets+"  workloads: [{podSelector: {matchLabels: {app: web}}, subnets: [web]}]\n"))
	s, fs := p.Site("aws", shop())
	wantFinding(t, fs, codeUnplaced, "place.yaml:4:3", "shop/Deployment/api, shop/StatefulSet/db are placed nowhere in aws",
		"- namespace: shop\n      podSelector: {matchLabels: {app: db}}\n      subnets: [FILL-IN]")
	if s.Given || s.Homes != nil {
		t.Errorf("a site was returned besides an error: %+v", s)
	}
	var many []providers.Workload
	for i := range 30 {
		many = append(many, pod(fmt.Sprintf("shop/Deployment/w%02d", i), fmt.Sprintf("app=w%02d", i)))
	}
	_, fs = p.Site("aws", many)
	wantFinding(t, fs, codeUnplaced, "w19 and 10 more are placed nowhere")

	_, fs = mustRead(t, file("gcp: {subnets: [{name: pods, cidrs: [10.0.0.0/8]}]}")).Site("gcp", shop()[:1])
	wantFinding(t, fs, codeUnplaced, "shop/Deployment/web is placed nowhere in gcp", "subnets: [pods]")
}

func TestSiteWithoutSection(t *testing.T) {
	p := mustRead(t, file("gcp: {}"))
	_, fs := p.Site("aws", shop())
	wantFinding(t, fs, codeCloud, "place.yaml: ", "says nothing of aws", "add\naws:")
	_, fs = p.Site("oracle", shop())
	wantFinding(t, fs, codeCloud, `unknown cloud "oracle"`, "aws, azure, gcp")
	_, fs = Placement{}.Site("aws", nil)
	wantFinding(t, fs, codeCloud, "says nothing of aws")
}

func TestSharedSubnetWarning(t *testing.T) {
	const section = `subnets: [{name: a, cidrs: [10.0.1.0/24], exclusive: %s}, {name: unused, cidrs: [10.0.2.0/24]}], workloads: [{subnets: [a]}]`
	for _, c := range []struct {
		cloud, exclusive, more string
		want                   bool
	}{
		{"aws", "false", "", true},
		{"aws", "true", "", false},
		{"azure", "false", "", false}, // others are left to the default rules, which the provider reports
		{"gcp", "false", "", false},
	} {
		_, fs := mustSite(t, file(c.cloud+": {"+c.more+fmt.Sprintf(section, c.exclusive)+"}"), c.cloud, shop()...)
		n := 0
		for _, f := range fs {
			if f.Code == codeSharedSubnet && strings.Contains(f.Summary, "subnet a ") {
				n++
			}
		}
		if want := map[bool]int{true: 1}[c.want]; n != want || len(fs) != want {
			t.Errorf("%+v: findings %s", c, show(fs))
		}
	}
}

// The same placement and workloads give the same site, whatever the order of the workloads.
func TestSiteIsDeterministic(t *testing.T) {
	text := file(twoSubnets + "  workloads: [{subnets: [web]}]\n  platform: {allow: [{name: a, reason: b, direction: ingress, peers: [{}], ports: [{protocol: ANY}]}]}\n")
	ws := shop()
	a, fa := mustSite(t, text, "aws", ws...)
	slices.Reverse(ws)
	b, fb := mustSite(t, text, "aws", ws...)
	if !reflect.DeepEqual(a, b) || show(fa) != show(fb) {
		t.Errorf("two sites of one placement:\n%+v\n%+v", a, b)
	}
	if ws[0].ID != "shop/StatefulSet/db" {
		t.Error("the workloads were sorted in place")
	}
}
