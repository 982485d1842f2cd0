package gcp

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// inspected describes an account.
func inspected(t *testing.T, a account) (audit.Estate, model.Policy) {
	t.Helper()
	p := New(Options{})
	m, _ := p.Resources(a.snapshot())
	policy, _ := p.Decode(m)
	return checkEstate(t, p.Inspect(m, policy)), policy
}

// inspectedHCL describes a configuration.
func inspectedHCL(t *testing.T, src string) audit.Estate {
	t.Helper()
	m, diags, err := terraform.Read(fstest.MapFS{"main.tf": {Data: []byte(src)}})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	p := New(Options{})
	policy, _ := p.Decode(m)
	return checkEstate(t, p.Inspect(m, policy))
}

// checkEstate wants of every estate what [audit.Estate] promises: keys that are there once, origins, and rules that are told once.
func checkEstate(t *testing.T, e audit.Estate) audit.Estate {
	t.Helper()
	seen := map[string]bool{}
	object := func(list string, o audit.Object) {
		if o.Key == "" || seen[list+string(o.Key)] || o.Provider != "gcp" || o.Kind == "" || o.Origin == (model.Origin{}) || o.Label() == string(o.Key) {
			t.Errorf("%s: %+v", list, o)
		}
		seen[list+string(o.Key)] = true
	}
	for _, f := range e.Firewalls {
		object("firewall", f.Object)
		told := map[string]bool{}
		for _, r := range f.Rules {
			at := fmt.Sprint(r.Direction, r.Origin)
			if told[at] || r.Origin == (model.Origin{}) {
				t.Errorf("%s: %s is told twice, or has no origin", f.Label(), at)
			}
			told[at] = true
		}
	}
	for _, n := range e.Networks {
		object("network", n.Object)
	}
	for _, n := range e.Subnets {
		object("subnet", n.Object)
	}
	for _, x := range e.Interfaces {
		object("interface", x.Object)
	}
	return e
}

// firewallNamed returns the only firewall whose label begins so.
func firewallNamed(t *testing.T, e audit.Estate, label string) audit.Firewall {
	t.Helper()
	var labels []string
	for _, f := range e.Firewalls {
		if strings.HasPrefix(f.Label(), label) {
			return f
		}
		labels = append(labels, f.Label())
	}
	t.Fatalf("no firewall is %q: %q", label, labels)
	return audit.Firewall{}
}

// TestInspectNative describes an account of which everything was read.
func TestInspectNative(t *testing.T) {
	hier := polJSON("HIERARCHY", "1", ruleJSON("10 deny 192.0.2.0/24"), ruleJSON(`2147483647 goto_next 0.0.0.0/0`))
	regional := polJSON("NETWORK_REGIONAL", "reg", ruleJSON("10 allow 0.0.0.0/0"))
	a := mainNetwork().
		with(KindFirewall, fwJSON("web", `"sourceRanges":["0.0.0.0/0"],"targetTags":["web"],"allowed":[{"IPProtocol":"tcp"}],"logConfig":{"enable":true},"description":"the shop"`),
			fwJSON("off", `"disabled":true,"sourceRanges":["10.0.0.1/8"],"sourceTags":["x"],"allowed":[{"IPProtocol":"tcp","ports":["0"]}]`)).
		with(KindInstance, strings.Replace(instanceJSON("one", "10.0.1.1", "web"), `"networkIP"`, `"accessConfigs":[{"natIP":"198.51.100.7"}],"networkIP"`, 1)).
		with(KindEffective, effectiveJSON("europe-west1", hier, regional), effectiveJSON("us-east1", hier))
	e, policy := inspected(t, a)
	if len(e.Unread) > 0 {
		t.Errorf("something was not read: %v", e.Unread)
	}
	f := firewallNamed(t, e, "VPC firewall of network main")
	if !f.Loose || f.NotAll != "" || f.Partial != "" || len(f.Rules) != 2 || f.Target != model.Selector(model.Group("network:shop/main")) {
		t.Errorf("%+v", f)
	}
	for _, r := range f.Rules {
		switch r.Name {
		case "web":
			if r.Logged != audit.Yes || r.Disabled || r.Description.Value != "the shop" || r.Priority != 1000 || !strings.Contains(r.Link, "firewalls/details/web?project=shop") || len(r.Traits) != 0 {
				t.Errorf("%+v", r)
			}
		case "off":
			var codes []audit.TraitCode
			for _, tr := range r.Traits {
				codes = append(codes, tr.Code)
			}
			if !r.Disabled || r.Logged != audit.No || !slices.Contains(codes, audit.HostBits) || !slices.Contains(codes, audit.PortZero) || !slices.Contains(codes, audit.PeersJoined) {
				t.Errorf("%+v", r)
			}
		}
	}
	// The chains are those of the policy, with the same rules.
	layer := policy.Layers[0]
	found := slices.ContainsFunc(layer.Ingress, func(c model.Chain) bool { return fmt.Sprint(c) == fmt.Sprint(f.Ingress[0]) })
	if !found {
		t.Errorf("the chain is none of the policy: %v", f.Ingress[0])
	}
	org := firewallNamed(t, e, "1 (locations/global/firewallPolicies/1")
	if len(org.Rules) != 2 || !org.Rules[1].Added && !org.Rules[0].Added || len(org.Ingress[0].Rules) != 1 || len(org.Users) != 2 || org.NotAll != "" {
		t.Errorf("%+v", org)
	}
	if reg := firewallNamed(t, e, "reg (projects/shop/regions/europe-west1/firewallPolicies/reg"); !strings.Contains(audit.SelectorText(reg.Target), "10.0.0.0/16") {
		t.Errorf("%s", audit.SelectorText(reg.Target))
	}
	x := e.Interfaces[0]
	if x.IsPublic != audit.Yes || !x.Public.Equal(model.MustPrefixes("198.51.100.7/32")) || !x.Addrs.Equal(model.MustPrefixes("10.0.1.1/32")) || len(x.Firewalls) != 3 || x.NotAll != "" ||
		!slices.Contains(x.Groups, "tag:web") || !slices.Contains(x.Groups, "network:shop/main") || x.GroupsNotAll != "" || x.Forwards != audit.No {
		t.Errorf("%+v", x)
	}
}

// TestInspectOnePolicy wants a policy of an organization to be one firewall, on however many networks it is told of, and to be several where
// it is told differently.
func TestInspectOnePolicy(t *testing.T) {
	other := strings.ReplaceAll(networkJSON("AFTER_CLASSIC_FIREWALL"), "main", "other")
	told := func(network string, policies ...string) string {
		return strings.ReplaceAll(effectiveJSON("", policies...), "networks/main", "networks/"+network)
	}
	hier := polJSON("HIERARCHY", "1", ruleJSON("10 deny 192.0.2.0/24"))
	a := account{KindNetwork: {networkJSON("AFTER_CLASSIC_FIREWALL"), other}, KindSubnetwork: {}, KindFirewall: {}, KindPolicy: {}, KindInstance: {}}
	count := func(e audit.Estate) (n int) {
		for _, f := range e.Firewalls {
			if f.Kind == audit.FirewallPolicy {
				n++
			}
		}
		return n
	}
	e, _ := inspected(t, a.with(KindEffective, told("main", hier), told("other", hier)))
	if f := firewallNamed(t, e, "1 (locations/global/firewallPolicies/1"); count(e) != 1 || len(f.Users) != 2 || len(f.Rules) != 1 {
		t.Errorf("%d policies: %+v", count(e), f)
	}
	e, _ = inspected(t, a.with(KindEffective, told("main", hier), told("other", polJSON("HIERARCHY", "1", ruleJSON("10 allow 192.0.2.0/24")))))
	if count(e) != 2 {
		t.Errorf("%d policies", count(e))
	}
}

// TestInspectUnread wants an account of which something was not read to say so.
func TestInspectUnread(t *testing.T) {
	for kind, want := range map[string]audit.Kind{KindNetwork: audit.NetworkKind, KindSubnetwork: audit.SubnetKind, KindFirewall: audit.FirewallRules,
		KindInstance: audit.InterfaceKind, KindEffective: audit.FirewallPolicy} {
		e, _ := inspected(t, mainNetwork().with(KindFirewall, fwJSON("web", `"allowed":[{"IPProtocol":"tcp"}]`)).without(kind))
		if e.Unread[want] == "" {
			t.Errorf("without %s, nothing is said of %s: %v", kind, want, e.Unread)
		}
		for _, f := range e.Firewalls {
			if f.Kind == audit.FirewallRules && (f.NotAll == "") == (kind == KindInstance) {
				t.Errorf("without %s: NotAll %q", kind, f.NotAll)
			}
		}
	}
}

// TestInspectConfiguration describes what Terraform makes.
func TestInspectConfiguration(t *testing.T) {
	e := inspectedHCL(t, `
resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "a" {
  name          = "a"
  region        = "europe-west1"
  network       = google_compute_network.main.id
  ip_cidr_range = "10.0.0.0/24"
  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = "10.8.0.0/16"
  }
  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}
resource "google_compute_firewall" "web" {
  name          = "web"
  network       = google_compute_network.main.name
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
  }
}
resource "google_compute_instance" "one" {
  name           = "one"
  machine_type   = "e2-micro"
  zone           = "europe-west1-b"
  tags           = ["web"]
  can_ip_forward = true
  network_interface {
    subnetwork = google_compute_subnetwork.a.id
    access_config {}
  }
  network_interface {
    subnetwork = google_compute_subnetwork.a.id
  }
}`)
	f := firewallNamed(t, e, "VPC firewall of google_compute_network.main")
	if len(f.Rules) != 1 || f.NotAll == "" || f.Partial == "" || f.Rules[0].Origin.Line == 0 || f.Rules[0].Link != "" {
		t.Errorf("%+v", f)
	}
	if n := e.Subnets[0]; n.Logged != audit.Yes || !n.Addrs.Equal(model.MustPrefixes("10.0.0.0/24", "10.8.0.0/16")) || n.Network != e.Networks[0].Key {
		t.Errorf("%+v", n)
	}
	if n := e.Networks[0]; n.Standard != audit.No || n.Legacy != audit.No || !n.Addrs.IsEmpty() {
		t.Errorf("%+v", n)
	}
	public, private := e.Interfaces[0], e.Interfaces[1]
	if public.IsPublic != audit.Yes || private.IsPublic != audit.Unknown || public.Forwards != audit.Yes || !slices.Equal(public.Firewalls, []model.Group{f.Key}) ||
		!slices.Equal(public.Subnets, []model.Group{e.Subnets[0].Key}) || public.Label() == private.Label() {
		t.Errorf("%+v\n%+v", public, private)
	}
}

// TestInspectAnswers describes what Google Cloud answered in recordings.
func TestInspectAnswers(t *testing.T) {
	var all []json.RawMessage
	for _, data := range jsonFiles(t, corpus(t, filepath.Join("gcp-cloud-custodian", "tools", "c7n_gcp", "tests", "data", "flights"))) {
		all = append(all, recorded(data)...)
	}
	snapshot, _ := sorted(all)
	p := New(Options{})
	m, _ := p.Resources(snapshot)
	policy, _ := p.Decode(m)
	e := checkEstate(t, p.Inspect(m, policy))
	if len(e.Firewalls) == 0 || len(e.Networks) == 0 {
		t.Errorf("%d firewalls, %d networks", len(e.Firewalls), len(e.Networks))
	}
}
