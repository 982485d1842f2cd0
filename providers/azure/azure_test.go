package azure_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/providers/providertest"
	"github.com/crosswall/crosswall/terraform"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestConformance(t *testing.T) {
	site := providertest.Site()
	site.ResourceGroup, site.Region = "rg", "westeurope"
	t.Run("per subnet", func(t *testing.T) {
		providertest.Run(t, providertest.Suite{Provider: azure.New(azure.Options{}), Site: site})
	})
	site.PerSegment = true
	t.Run("per segment", func(t *testing.T) {
		providertest.Run(t, providertest.Suite{Provider: azure.New(azure.Options{}), Site: site})
	})
}

// golden is the worlds whose Terraform is kept in testdata.
func golden() map[string]*world {
	reason := func(text string) model.Rule {
		return model.Rule{Action: model.Allow, Target: ids("shop-frontend"), Peer: cidrs("168.63.129.16/32"), Reason: text, Traffic: model.Traffic{tcp(8080)}}
	}
	flows := func(w *world) *world {
		return w.allow(in, "shop-frontend", nil, tcp(443)).rule(in, reason("probes of the load balancer")).
			allow(out, "shop-frontend", ids("shop-backend"), tcp(8080), tcp(8081), tcp(9000)).allow(in, "shop-backend", ids("shop-frontend"), tcp(8080), tcp(8081), tcp(9000)).
			allow(out, "shop-backend", ids("shop-db"), tcp(5432)).allow(in, "shop-db", ids("shop-backend"), tcp(5432)).
			allow(out, "shop-backend", model.At{Addrs: model.MustPrefixes("203.0.113.0/24").Subtract(model.MustPrefixes("203.0.113.64/26"))}, tcp(443))
	}
	variables := perSegment(flows(shop()))
	variables.site.ResourceGroup, variables.site.Region = "", ""
	shared := newWorld().subnet("app", false, "10.0.1.0/24").subnet("2nd net", true, "10.0.2.0/24").
		segment("shop-a", "app").segment("shop-b", "app").segment("shop-c", "2nd net", "10.0.2.0/28").
		isolate(in, "shop-a").allow(in, "shop-a", ids("shop-b", "shop-c"), tcp(80)).isolate(out, "shop-a")
	shared.site.Subnets[1].ID = ""
	return map[string]*world{"shop": flows(shop()), "segment": variables, "shared": shared}
}

func TestGolden(t *testing.T) {
	for name, w := range golden() {
		t.Run(name, func(t *testing.T) {
			p := prove(t, w.intent())
			validateResources(t, p.Module)
			files, err := terraform.Files(p.Module, terraform.HCL)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				path := filepath.Join("testdata", name, f.Name)
				if *update {
					if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, f.Data, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if string(want) != string(f.Data) {
					t.Errorf("%s differs; run with -update and read the difference\n%s", path, f.Data)
				}
			}
		})
	}
}

// Whatever else comes and goes, a rule keeps its name and its priority
// (cloud semantics section 8: numbers that move collide).
func TestRulesKeepTheirPlace(t *testing.T) {
	before := prove(t, golden()["shop"].intent())
	more := golden()["shop"].allow(in, "shop-frontend", cidrs("198.51.100.0/24"), udp(443)).allow(out, "shop-db", cidrs("198.51.100.0/24"), tcp(25))
	after := map[string]terraform.Body{}
	for _, r := range prove(t, more.intent()).Module.Resources {
		after[r.Address()] = r.Body
	}
	if added := len(after) - len(before.Module.Resources); added != 2 {
		t.Errorf("%d resources were added, want 2", added)
	}
	for _, r := range before.Module.Resources {
		now, ok := after[r.Address()]
		if !ok {
			t.Errorf("%s is gone", r.Address())
			continue
		}
		for _, a := range []string{"name", "priority"} {
			if was, is := value(r.Body, a), value(now, a); was != is {
				t.Errorf("%s: %s was %s, is %s", r.Address(), a, was, is)
			}
		}
	}
}

func value(b terraform.Body, name string) string {
	v := b.Get(name)
	if s, ok := v.AsString(); ok {
		return s
	}
	n, _ := v.AsInt()
	return string(rune(n))
}

// Bands: the platform's rules first, then what policies admit, then the denies
// (cloud semantics sections 2 and 4: a deny shadows the probes' default rule).
func TestBands(t *testing.T) {
	p := prove(t, golden()["shop"].intent())
	var probes, allows, denies int
	for _, r := range p.Module.Resources {
		if r.Type != "azurerm_network_security_rule" {
			continue
		}
		n, _ := r.Get("priority").AsInt()
		access, _ := r.Get("access").AsString()
		tag, _ := r.Get("source_address_prefix").AsString()
		switch {
		case tag == "AzureLoadBalancer":
			probes++
			if n < 100 || n > 199 {
				t.Errorf("%s: priority %d", r.Address(), n)
			}
		case access == "Allow":
			allows++
			if n < 200 || n > 3499 {
				t.Errorf("%s: priority %d", r.Address(), n)
			}
		default:
			denies++
			if n != 4096 {
				t.Errorf("%s: priority %d", r.Address(), n)
			}
		}
	}
	if probes != 1 || allows == 0 || denies != 4 {
		t.Errorf("%d probes, %d allows, %d denies", probes, allows, denies)
	}
}

// Without a placement the module asks for what it does not know and hands out
// what is to be attached.
func TestWithoutPlacement(t *testing.T) {
	p := prove(t, unplaced(newWorld().home("shop-a", noHome).home("shop-b", noHome).isolate(in, "shop-a").
		allow(in, "shop-a", ids("shop-b"), tcp(80))).intent())
	var names []string
	for _, v := range p.Module.Variables {
		names = append(names, v.Name)
	}
	for _, o := range p.Module.Outputs {
		names = append(names, o.Name)
	}
	for _, want := range []string{"resource_group_name", "location", "network_security_group_ids", "application_security_group_ids"} {
		if !strings.Contains(strings.Join(names, " "), want) {
			t.Errorf("no %s among %v", want, names)
		}
	}
}

// An existing ASG is used and not made (cloud semantics section 8: ids compare
// without regard to case).
func TestExistingGroup(t *testing.T) {
	p := prove(t, newWorld().subnet("app", true, "10.0.1.0/24").segment("shop-a", "app", "10.0.1.0/28").group("/Subscriptions/S/ASG").
		segment("shop-b", "app", "10.0.1.16/28").isolate(in, "shop-b").allow(in, "shop-b", ids("shop-a"), tcp(80)).intent())
	if _, ok := p.Groups["/subscriptions/s/asg"]; !ok {
		t.Errorf("groups %v", p.Groups)
	}
	for _, r := range p.Module.Resources {
		if r.Type == "azurerm_application_security_group" {
			t.Errorf("%s is made", r.Address())
		}
	}
}

// Quotas count what the resources use (cloud semantics section 7).
func TestQuotas(t *testing.T) {
	p := prove(t, golden()["shop"].intent())
	rules := map[string]int{}
	for _, r := range p.Module.Resources {
		if r.Type == "azurerm_network_security_rule" {
			group, _ := r.Get("network_security_group_name").AsRef()
			rules[group]++
		}
	}
	want := []providers.Quota{
		{Name: "NSG of subnet app, rules", Used: rules["azurerm_network_security_group.app.name"], Limit: 1000},
		{Name: "NSG of subnet data, rules", Used: rules["azurerm_network_security_group.data.name"], Limit: 1000},
	}
	for _, w := range want {
		found := false
		for _, q := range p.Quotas {
			found = found || q == w
		}
		if !found || w.Used == 0 {
			t.Errorf("no %+v in %+v", w, p.Quotas)
		}
	}
}

// What Azure never filters needs no rule (cloud semantics section 4).
func TestUnfiltered(t *testing.T) {
	az := azure.New(azure.Options{})
	for _, a := range az.Unfiltered() {
		if a.Rule.Reason == "" || a.Rule.Action != model.Allow || a.Direction != model.Egress {
			t.Errorf("%+v", a)
		}
	}
	plain := shop().intent()
	overruled := plain
	overruled.Policy = providers.Overrule(plain.Policy, "Azure platform", az.Unfiltered())
	if a, b := len(prove(t, plain).Module.Resources), len(prove(t, overruled).Module.Resources); a != b {
		t.Errorf("%d resources, and %d with what is never filtered", a, b)
	}
}

// On AKS an ASG holds nodes (cloud semantics section 10).
func TestGroupOnAKS(t *testing.T) {
	p := prove(t, aks(newWorld().subnet("nodes", true, "10.0.1.0/24").segment("shop-a", "nodes", "10.0.1.0/28").group("asg-1").isolate(in, "shop-a")).intent())
	if !strings.Contains(strings.Join(codes(p.findings), " "), "aks-group") {
		t.Errorf("findings %v", p.findings)
	}
	for _, r := range p.Module.Resources {
		for _, end := range []string{"source", "destination"} {
			if !r.Get(end + "_application_security_group_ids").IsAbsent() {
				t.Errorf("%s names an ASG", r.Address())
			}
		}
	}
}
