package gcp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

const testProject = "https://www.googleapis.com/compute/v1/projects/shop/"

// account is native objects by kind, written as JSON without their boilerplate.
type account map[string][]string

// snapshot is the account as something that was read.
func (a account) snapshot() providers.Snapshot {
	s := providers.Snapshot{Provider: "gcp", Account: "shop", Objects: map[string][]json.RawMessage{}}
	for kind, list := range a {
		s.Objects[kind] = []json.RawMessage{}
		for _, o := range list {
			s.Objects[kind] = append(s.Objects[kind], json.RawMessage(o))
		}
	}
	return s
}

// with is the account with other objects of a kind.
func (a account) with(kind string, objects ...string) account {
	out := account{}
	for k, v := range a {
		out[k] = v
	}
	out[kind] = append([]string{}, objects...)
	return out
}

// without is the account with a kind that was not read.
func (a account) without(kind string) account {
	out := a.with(kind)
	delete(out, kind)
	return out
}

// mainNetwork is a project of which everything was read: a network with a subnetwork and no rules.
func mainNetwork() account {
	return account{
		KindNetwork:    {networkJSON("AFTER_CLASSIC_FIREWALL")},
		KindSubnetwork: {subnetJSON("europe-west1", "10.0.0.0/16"), subnetJSON("us-east1", "10.1.0.0/16")},
		KindFirewall:   {}, KindPolicy: {}, KindInstance: {},
		KindEffective: {effectiveJSON("europe-west1"), effectiveJSON("us-east1")},
	}
}

func networkJSON(order string) string {
	return fmt.Sprintf(`{"kind":"compute#network","name":"main","selfLink":"%sglobal/networks/main","networkFirewallPolicyEnforcementOrder":%q}`, testProject, order)
}

func subnetJSON(region, block string) string {
	return fmt.Sprintf(`{"kind":"compute#subnetwork","name":"s","selfLink":"%[1]sregions/%[2]s/subnetworks/s","network":"%[1]sglobal/networks/main",
		"region":"%[1]sregions/%[2]s","ipCidrRange":%[3]q}`, testProject, region, block)
}

// fwJSON is a VPC firewall rule with these fields.
func fwJSON(name, fields string) string {
	return fmt.Sprintf(`{"kind":"compute#firewall","name":%q,"selfLink":"%[2]sglobal/firewalls/%[1]s","network":"%[2]sglobal/networks/main",%[3]s}`, name, testProject, fields)
}

// effectiveJSON is what is effective on the network main in a region; "" for the network itself.
func effectiveJSON(region string, policies ...string) string {
	return fmt.Sprintf(`{"network":"%sglobal/networks/main","region":%q,"firewallPolicys":[%s]}`, testProject, region, strings.Join(policies, ","))
}

func polJSON(typ, name string, rules ...string) string {
	return fmt.Sprintf(`{"type":%q,"name":%q,"rules":[%s]}`, typ, name, strings.Join(rules, ","))
}

// ruleJSON is "priority action source|more fields" as an ingress rule about TCP.
func ruleJSON(spec string) string {
	head, more, _ := strings.Cut(spec, "|")
	f := strings.Fields(head)
	return fmt.Sprintf(`{"priority":%s,"action":%q,"direction":"INGRESS","match":{"srcIpRanges":[%q],"layer4Configs":[{"ipProtocol":"tcp"}]}%s}`,
		f[0], f[1], f[2], more)
}

// nativePolicy decodes an account.
func nativePolicy(t *testing.T, s providers.Snapshot) (model.Policy, []model.Finding) {
	t.Helper()
	p := New(Options{})
	m, findings := p.Resources(s)
	policy, more := p.Decode(m)
	if err := policy.Validate(); err != nil {
		t.Fatal(err)
	}
	return policy, append(findings, more...)
}

// TestNative decides about packets under native objects (cloud semantics 1.2 and 2).
func TestNative(t *testing.T) {
	const (
		in  = " - 192.0.2.1 > db 10.0.2.1 tcp/80"
		us  = " - 192.0.2.1 > db 10.1.2.1 tcp/80"
		out = " web 10.0.1.1 > - 192.0.2.1 tcp/80"
	)
	all := mainNetwork()
	fw := func(fields ...string) account {
		var list []string
		for i, f := range fields {
			list = append(list, fwJSON(fmt.Sprintf("r%d", i), f))
		}
		return all.with(KindFirewall, list...)
	}
	on := func(region string, policies ...string) account {
		other := map[string]string{"europe-west1": "us-east1", "us-east1": "europe-west1"}[region]
		return all.with(KindEffective, effectiveJSON(region, policies...), effectiveJSON(other))
	}
	allow := `"sourceRanges":["192.0.2.0/24"],"allowed":[{"IPProtocol":"tcp","ports":["80"]}]`
	vpcAllow := fwJSON("vpc", allow)
	hier := func(n, rule string) string { return polJSON("HIERARCHY", n, ruleJSON(rule)) }
	tests := []struct {
		name    string
		account account
		want    []string
		finding string
	}{
		{"no rule: the implied ones", all, []string{"deny" + in, "allow" + out}, ""},
		{"an allow rule", fw(allow), []string{"allow" + in, "deny - 192.0.2.1 > db 10.0.2.1 tcp/81"}, ""},
		{"deny wins a tie", fw(allow+`,"priority":5`, `"sourceRanges":["0.0.0.0/0"],"denied":[{"IPProtocol":"all"}],"priority":5`), []string{"deny" + in}, ""},
		{"disabled", fw(allow + `,"disabled":true`), []string{"deny" + in}, ""},
		{"target tags", fw(allow + `,"targetTags":["web"]`), []string{"deny" + in, "allow - 192.0.2.1 > web 10.0.1.1 tcp/80"}, ""},
		{"target service accounts", fw(allow + `,"targetServiceAccounts":["db@p.example"]`), []string{"allow" + in, "deny - 192.0.2.1 > web 10.0.1.1 tcp/80"}, ""},
		{"source tags or ranges", fw(allow + `,"sourceTags":["web"]`), []string{"allow" + in, "allow web 10.0.1.1 > db 10.0.2.1 tcp/80"}, ""},
		{"egress", fw(`"direction":"EGRESS","destinationRanges":["192.0.2.0/24"],"denied":[{"IPProtocol":"all"}]`), []string{"deny" + out}, ""},
		{"an unknown field leaves the rule open", fw(allow + `,"sourceMoons":["luna"]`), []string{"unknown" + in}, "unmodelled-field"},
		{"an unknown field that is empty says nothing", fw(allow + `,"sourceMoons":[]`), []string{"allow" + in}, ""},
		{"ports of an unknown form", fw(`"sourceRanges":["192.0.2.0/24"],"allowed":"tcp"`), []string{"unknown" + in, "deny - 192.0.3.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"a hierarchical deny before a VPC allow", on("europe-west1", hier("1", "1 deny 192.0.2.0/24")).with(KindFirewall, vpcAllow), []string{"deny" + in}, ""},
		{"a hierarchical goto_next", on("europe-west1", hier("1", "1 goto_next 192.0.2.0/24")).with(KindFirewall, vpcAllow), []string{"allow" + in}, ""},
		{"a hierarchical rule for another network", on("europe-west1", hier("1", `1 deny 192.0.2.0/24|,"targetResources":["projects/shop/global/networks/other"]`)).with(KindFirewall, vpcAllow), []string{"allow" + in}, ""},
		{"a hierarchical rule for this network", on("europe-west1", hier("1", `1 deny 192.0.2.0/24|,"targetResources":["projects/shop/global/networks/main"]`)).with(KindFirewall, vpcAllow), []string{"deny" + in}, ""},
		{"two hierarchical policies that agree", on("europe-west1", hier("1", "1 allow 192.0.2.0/24"), hier("2", "1 allow 192.0.2.0/24")), []string{"allow" + in}, ""},
		{"two hierarchical policies of which one decides", on("europe-west1", hier("1", "1 goto_next 192.0.2.0/24"), hier("2", "1 deny 192.0.2.0/24")), []string{"deny" + in}, ""},
		{"two hierarchical policies that differ, in an unknown order", on("europe-west1", hier("1", "1 allow 192.0.2.0/24"), hier("2", "1 deny 192.0.2.0/24")), []string{"unknown" + in}, ""},
		{"two hierarchical policies that differ, the organization's first", on("europe-west1", hier("1", "1 allow 192.0.2.0/24"), hier("2", "1 deny 192.0.2.0/24")).with(KindPolicy, parentJSON("1", "folders/5"), parentJSON("2", "organizations/6")), []string{"deny" + in}, ""},
		{"a VPC allow before the global policy", on("europe-west1", polJSON("NETWORK", "p", ruleJSON("1 deny 192.0.2.0/24"))).with(KindFirewall, vpcAllow), []string{"allow" + in}, ""},
		{"a VPC allow after the global policy", on("europe-west1", polJSON("NETWORK", "p", ruleJSON("1 deny 192.0.2.0/24"))).with(KindFirewall, vpcAllow).with(KindNetwork, networkJSON("BEFORE_CLASSIC_FIREWALL")), []string{"deny" + in}, ""},
		{"the global policy before the regional one", on("europe-west1", polJSON("NETWORK", "p", ruleJSON("1 deny 192.0.2.0/24")), polJSON("NETWORK_REGIONAL", "q", ruleJSON("1 allow 192.0.2.0/24"))), []string{"deny" + in}, ""},
		{"a regional policy in its region only", on("europe-west1", polJSON("NETWORK_REGIONAL", "q", ruleJSON("1 allow 192.0.2.0/24"))), []string{"allow" + in, "deny" + us}, ""},
		{"a system policy before VPC rules", on("us-east1", polJSON("SYSTEM_REGIONAL", "gke", ruleJSON("1 deny 192.0.2.0/24"))).with(KindFirewall, vpcAllow), []string{"allow" + in, "deny" + us}, ""},
		{"disabled rules of policies", on("europe-west1", polJSON("NETWORK", "p", ruleJSON(`1 allow 192.0.2.0/24|,"disabled":true`))), []string{"deny" + in}, ""},
		{"a policy of an unknown type", on("europe-west1", polJSON("GALACTIC", "p", ruleJSON("1 allow 192.0.2.0/24"))), []string{"unknown" + in}, "unreadable-object"},
		{"an unknown field in a match", on("europe-west1", polJSON("NETWORK", "p", `{"priority":1,"action":"allow","direction":"INGRESS","match":{"srcMoons":["luna"]}}`)), []string{"unknown" + in}, "unknown-value"},
		{"domain names", on("europe-west1", polJSON("NETWORK", "p", `{"priority":1,"action":"allow","direction":"INGRESS","match":{"srcFqdns":["example.com"],"layer4Configs":[{"ipProtocol":"all"}]}}`)), []string{"unknown" + in}, "unknown-value"},
		{"an address group", on("europe-west1", polJSON("NETWORK", "p", groupRule)).with(KindAddressGroup, `{"name":"projects/shop/locations/global/addressGroups/g","type":"IPV4","capacity":9,"items":["192.0.2.0/24"]}`), []string{"allow" + in, "deny - 192.0.3.1 > db 10.0.2.1 tcp/80"}, ""},
		{"an address group that was not read", on("europe-west1", polJSON("NETWORK", "p", groupRule)), []string{"unknown" + in}, "unknown-value"},
		{"an empty address group is nobody", on("europe-west1", polJSON("NETWORK", "p", groupRule)).with(KindAddressGroup, `{"name":"projects/shop/locations/global/addressGroups/g","type":"IPV4","capacity":9}`), []string{"deny" + in}, ""},
		{"secure tags as target: any machine of the network, perhaps", on("europe-west1", hier("1", `1 deny 0.0.0.0/0|,"targetSecureTags":[{"name":"tagValues/db","state":"EFFECTIVE"}]`)).with(KindFirewall, vpcAllow), []string{"unknown" + in, "unknown - 192.0.2.1 > web 10.0.1.1 tcp/80", "allow" + out}, "not-read"},
		{"secure tags as source: any machine, perhaps", on("europe-west1", polJSON("NETWORK", "p", tagSource)), []string{"unknown web 10.0.1.1 > db 10.0.2.1 tcp/80", "deny web 10.0.1.1 > db 10.0.2.1 udp/80"}, "not-read"},
		{"secure tags of which all are ineffective: no rule", on("europe-west1", hier("1", `1 deny 0.0.0.0/0|,"targetSecureTags":[{"name":"tagValues/db","state":"INEFFECTIVE"}]`)).with(KindFirewall, vpcAllow), []string{"allow" + in}, ""},
		{"a predefined rule hands on", on("europe-west1", hier("1", "2147483647 goto_next 0.0.0.0/0")).with(KindFirewall, vpcAllow), []string{"allow" + in}, ""},
		{"a predefined rule that does not hand on", on("europe-west1", hier("1", "2147483647 deny 0.0.0.0/0")).with(KindFirewall, vpcAllow), []string{"unknown" + in, "deny - 192.0.2.1 > db 10.0.2.1 udp/80"}, "unknown-value"},
		{"a predefined rule with an action that is not known, after one that decides", on("europe-west1", polJSON("HIERARCHY", "1", ruleJSON("1 deny 0.0.0.0/0"), ruleJSON("2147483548 mirror 0.0.0.0/0"))), []string{"deny" + in}, "unknown-value"},
		{"a listed policy with its association, nothing effective known", all.without(KindEffective).with(KindPolicy, listedPolicy(testProject+"global/networks/main")), []string{"unknown" + in}, "not-read"},
		{"VPC rules not read", fw().without(KindFirewall), []string{"unknown" + in, "unknown" + out}, "not-read"},
		{"policies not read", fw(allow).without(KindEffective), []string{"unknown" + in}, "not-read"},
		{"a region not read", fw(allow).with(KindEffective, effectiveJSON("europe-west1")), []string{"unknown" + in}, "not-read"},
		{"networks not read: no order to doubt", fw(allow).without(KindNetwork), []string{"allow" + in}, "not-read"},
		{"networks not read, and the order matters", on("europe-west1", polJSON("NETWORK", "p", ruleJSON("1 deny 192.0.2.0/24"))).with(KindFirewall, vpcAllow).without(KindNetwork), []string{"unknown" + in}, "unknown-value"},
		{"a rule of which the network is not known", all.with(KindFirewall, strings.Replace(vpcAllow, `"network":"`+testProject+`global/networks/main",`, "", 1)), []string{"unknown" + in, "deny - 192.0.2.1 > db 10.0.2.1 udp/80"}, "unknown-scope"},
		{"no JSON", all.with(KindFirewall, `[]`), []string{"unknown" + in}, "unreadable-object"},
		{"a rule twice, the same", all.with(KindFirewall, vpcAllow, vpcAllow), []string{"allow" + in}, ""},
		{"a rule that changed while it was read", all.with(KindFirewall, vpcAllow, fwJSON("vpc", `"sourceRanges":["198.51.100.0/24"],"allowed":[{"IPProtocol":"tcp"}]`)), []string{"unknown" + in}, "repeated-object"},
	}
	inv := two()
	for i := range inv.Members {
		inv.Members[i].Addrs = model.AddrSet{}
	}
	inv.Groups[networkGroup("shop/main")] = model.Identities{"web", "db"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, findings := nativePolicy(t, tt.account.snapshot())
			checkVerdicts(t, p, inv, tt.want)
			checkFinding(t, findings, tt.finding)
		})
	}
}

// parentJSON is a hierarchical policy as it is listed, without its rules.
func parentJSON(id, parent string) string {
	return fmt.Sprintf(`{"kind":"compute#firewallPolicy","name":%q,"selfLink":"https://www.googleapis.com/compute/v1/locations/global/firewallPolicies/%[1]s","parent":%q}`, id, parent)
}

const groupRule = `{"priority":1,"action":"allow","direction":"INGRESS","match":{"srcAddressGroups":["//networksecurity.googleapis.com/projects/shop/locations/global/addressGroups/g"],"layer4Configs":[{"ipProtocol":"all"}]}}`

const tagSource = `{"priority":1,"action":"allow","direction":"INGRESS","match":{"srcSecureTags":[{"name":"tagValues/web","state":"EFFECTIVE"}],"layer4Configs":[{"ipProtocol":"tcp"}]}}`

// listedPolicy is a global policy as it is listed.
func listedPolicy(target string) string {
	return fmt.Sprintf(`{"kind":"compute#firewallPolicy","name":"p","selfLink":"%sglobal/firewallPolicies/p","rules":[%s],"associations":[{"name":"a","attachmentTarget":%q}]}`,
		testProject, ruleJSON("1 allow 192.0.2.0/24"), target)
}

// TestNativeLikeTerraform wants native objects and the same rules as Terraform to be one policy.
func TestNativeLikeTerraform(t *testing.T) {
	src := `resource "google_compute_network" "main" {
		name    = "main"
		project = "shop"
		network_firewall_policy_enforcement_order = "BEFORE_CLASSIC_FIREWALL"
	}
	resource "google_compute_firewall" "web" {
		name          = "web"
		project       = "shop"
		network       = google_compute_network.main.id
		source_ranges = ["192.0.2.0/24"]
		source_tags   = ["web"]
		target_tags   = ["db"]
		allow {
			protocol = "tcp"
			ports    = ["80", "8000-8100"]
		}
	}
	` + policyHCL(`10 deny INGRESS|match {
		src_ip_ranges = ["198.51.100.0/24"]
		layer4_configs { ip_protocol = "udp" }
	}`)
	want, _ := readHCL(t, Options{}, src)
	got, findings := nativePolicy(t, mainNetwork().
		with(KindNetwork, networkJSON("BEFORE_CLASSIC_FIREWALL")).
		with(KindFirewall, fwJSON("web", `"direction":"INGRESS","priority":1000,"sourceRanges":["192.0.2.0/24"],"sourceTags":["web"],"targetTags":["db"],
			"allowed":[{"IPProtocol":"tcp","ports":["80","8000-8100"]}],"disabled":false`)).
		with(KindEffective, effectiveJSON("us-east1"), effectiveJSON("europe-west1", polJSON("NETWORK", "p",
			`{"priority":10,"action":"deny","direction":"INGRESS","match":{"srcIpRanges":["198.51.100.0/24"],"layer4Configs":[{"ipProtocol":"udp"}]}}`))).snapshot())
	checkFinding(t, findings, "")
	inv := two()
	c := model.Compare(want, got, inv)
	if !c.Opened.IsEmpty() || !c.Closed.IsEmpty() || !c.Unknown.IsEmpty() {
		t.Errorf("differs: %+v", c)
	}
}

// TestNativeOrigins wants findings and rules to carry the cloud's name.
func TestNativeOrigins(t *testing.T) {
	p, findings := nativePolicy(t, mainNetwork().with(KindFirewall, fwJSON("web", `"sourceMoons":["luna"],"allowed":[{"IPProtocol":"tcp"}]`)).snapshot())
	want := "projects/shop/global/firewalls/web"
	var found bool
	for _, c := range p.Layers[0].Ingress {
		for _, r := range c.Rules {
			found = found || r.Origin.Object == want
		}
	}
	if !found {
		t.Errorf("no rule comes from %s: %+v", want, p.Layers[0].Ingress)
	}
	for _, f := range findings {
		if f.Code == "unmodelled-field" && f.Origin.Object != want {
			t.Errorf("%s comes from %q", f.Summary, f.Origin.Object)
		}
	}
}

// TestNativePlaces wants what cannot be read of a subnetwork or of a machine to be said, and to be left open: addresses
// in a subnetwork decide for whom a regional policy is, and tags for whom a rule is.
func TestNativePlaces(t *testing.T) {
	all := mainNetwork().with(KindFirewall, fwJSON("r", `"sourceRanges":["192.0.2.0/24"],"targetTags":["web"],"allowed":[{"IPProtocol":"tcp"}]`))
	subnetwork := func(old, with string) account {
		return all.with(KindSubnetwork, strings.Replace(subnetJSON("europe-west1", "10.0.0.0/16"), old, with, 1), subnetJSON("us-east1", "10.1.0.0/16"))
	}
	machine := func(old, with string) account {
		return all.with(KindInstance, instanceJSON("a", "10.0.1.1", "web"), strings.Replace(instanceJSON("b", "10.0.1.2", "db"), old, with, 1))
	}
	const block, addr = `"ipCidrRange":"10.0.0.0/16"`, `"networkIP":"10.0.1.2"`
	tests := []struct {
		name    string
		account account
		finding string
	}{
		{"as it is", machine("", ""), ""},
		{"a block that is none", subnetwork(block, `"ipCidrRange":"10.0.0.0/99"`), "unread-field"},
		{"a block that is no text", subnetwork(block, `"ipCidrRange":7`), "unread-field"},
		{"no block", subnetwork(","+block, ""), "unread-field"},
		{"an empty block", subnetwork(block, `"ipCidrRange":""`), "unread-field"},
		{"IPv6 alone", subnetwork(block, `"stackType":"IPV6_ONLY","ipv6CidrRange":"2001:db8::/64"`), ""},
		{"IPv6 alone, and none", subnetwork(block, `"stackType":"IPV6_ONLY","ipv6CidrRange":"2001:db8::/129"`), "unread-field"},
		{"a secondary range that is none", subnetwork(block, block+`,"secondaryIpRanges":[{"rangeName":"pods","ipCidrRange":"pods"}]`), "unread-field"},
		{"a secondary range without a block", subnetwork(block, block+`,"secondaryIpRanges":[{"rangeName":"pods"}]`), "unread-field"},
		{"secondary ranges that are no list", subnetwork(block, block+`,"secondaryIpRanges":"10.2.0.0/16"`), "unread-field"},
		{"tags that are a text", machine(`{"items":["db"]}`, `"web"`), "unread-field"},
		{"tags that are a list", machine(`{"items":["db"]}`, `["web"]`), "unread-field"},
		{"tags of which one is no text", machine(`["db"]`, `["db",7]`), "unread-field"},
		{"no tags", machine(`{"items":["db"]}`, `{"fingerprint":"x"}`), ""},
		{"tags that are null", machine(`{"items":["db"]}`, `null`), ""},
		{"no address", machine(","+addr, ""), "unread-field"},
		{"an address that is none", machine(addr, `"networkIP":"10.0.1.299"`), "unread-field"},
		{"an address that is a number", machine(addr, `"networkIP":1`), "unread-field"},
		{"an IPv6 address alone", machine(addr, `"ipv6Address":"2001:db8::1"`), ""},
		{"an IPv6 address beside a bad one", machine(addr, addr+`,"ipv6Address":"2001:db8::/129"`), "unread-field"},
		{"an external IPv6 address that is none", machine(addr, addr+`,"ipv6AccessConfigs":[{"externalIpv6":"x"}]`), "unread-field"},
		{"an alias range that is none", machine(addr, addr+`,"aliasIpRanges":[{"ipCidrRange":"x"}]`), "unread-field"},
		{"alias ranges that are no list", machine(addr, addr+`,"aliasIpRanges":"10.9.0.0/16"`), "unread-field"},
		{"no network", machine(`"network":"`+testProject+`global/networks/main",`, ""), "unread-field"},
		{"accounts that are no list", machine(`"tags"`, `"serviceAccounts":"a@b","tags"`), "unread-field"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, findings := nativePolicy(t, tt.account.snapshot())
			checkFinding(t, findings, tt.finding)
			_, pop := population(t, tt.account)
			if len(tt.account[KindInstance]) == 0 {
				d := newDecoder(Options{}, terraform.Module{})
				d.module, _ = New(Options{}).Resources(tt.account.snapshot())
				d.readPlaces()
				unsure := slices.ContainsFunc(d.subnets["shop/main"], func(s subnet) bool { return s.doubt != "" })
				if unsure != (tt.finding != "") {
					t.Errorf("subnetworks %+v", d.subnets)
				}
				return
			}
			unsure := slices.ContainsFunc(pop.Endpoints, func(e providers.Endpoint) bool { return e.Unsure != "" })
			if unsure != (tt.finding != "") {
				t.Errorf("endpoints %+v", pop.Endpoints)
			}
		})
	}
}
