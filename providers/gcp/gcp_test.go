package gcp

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/providertest"
	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/terraform/schematest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestConformance runs the suite of all providers over both styles, and over pods on
// GKE.
func TestConformance(t *testing.T) {
	vpc := providertest.Site()
	gke := providertest.Site()
	gke.Cluster = gkeCluster
	policy := providertest.Site()
	policy.Network = "projects/shop/global/networks/main"
	run := func(name string, p providers.Provider, site providers.Site, insignificant ...string) {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, providertest.Suite{Provider: p, Site: site, Insignificant: insignificant, Redundant: ingressDeny})
		})
	}
	run("VPC rules", New(Options{}), vpc)
	run("VPC rules with SCTP ports", New(Options{SCTPPorts: SCTPExact}), vpc)
	run("VPC rules on GKE", besideGKE{New(Options{})}, gke)
	run("network firewall policy", New(Options{Style: NetworkPolicy}), policy, "rule_name")
}

// besideGKE is a provider on whose network GKE has its own rules, which admit all
// traffic among pods at 1000 (cloud semantics 10).
type besideGKE struct{ Provider }

func (p besideGKE) Decode(m terraform.Module) (model.Policy, []model.Finding) {
	m.Resources = slices.Clone(m.Resources)
	for i, pods := range []string{"10.0.0.0/14", "2001:db8::/32"} {
		r := terraform.Resource{Type: typeFirewall, Name: fmt.Sprint("gke_shop_1a2b3c4d_all_", i)}
		r.Set("network", terraform.String(providertest.Site().Network))
		r.Set("source_ranges", terraform.Strings(pods))
		r.Set("priority", terraform.Int(1000))
		allow := terraform.Block{Type: "allow"}
		allow.Body.Set("protocol", terraform.String("all"))
		r.Blocks = append(r.Blocks, allow)
		m.Resources = append(m.Resources, r)
	}
	return p.Provider.Decode(m)
}

func TestName(t *testing.T) {
	var p providers.Provider = New(Options{})
	if _, ok := p.(providers.Unfiltered); !ok || p.Name() != "gcp" {
		t.Error(p.Name())
	}
	for style, want := range map[Style]string{VPCRules: "vpc", NetworkPolicy: "policy", 9: "invalid"} {
		if style.String() != want {
			t.Errorf("style %d is %q", style, style)
		}
	}
}

// TestUnfiltered wants the metadata server to be reached by isolated segments, and
// nothing else.
func TestUnfiltered(t *testing.T) {
	p := prove(t, Options{}, newWorld("a 10.0.1.0/24").isolate("in a").isolate("out a"))
	checkVerdicts(t, p.have, p.inv, []string{"allow a 10.0.1.1 > - 169.254.169.254 udp/53", "deny a 10.0.1.1 > - 169.254.169.253 udp/53",
		"deny - 169.254.169.254 > a 10.0.1.1 udp/53"})
	for _, a := range (Provider{}).Unfiltered() {
		if a.Rule.Reason == "" || a.Rule.Action != model.Allow {
			t.Errorf("%+v", a)
		}
	}
}

// TestGolden writes what a small shop becomes, in both styles.
func TestGolden(t *testing.T) {
	shop := func() *world {
		return newWorld("frontend 10.0.1.0/24 2001:db8:1::/64", "backend 10.0.2.0/24 2001:db8:2::/64", "db 10.0.3.0/24").
			allow("in frontend from any", "tcp/443").
			allow("out frontend to backend", "tcp/8080").
			allow("in backend from frontend", "tcp/8080").
			allow("out backend to db", "tcp/5432").
			allow("out backend to 192.0.2.0/25,192.0.2.192/26", "tcp/443", "udp/443").
			allow("in db from backend", "tcp/5432").isolate("out db")
	}
	bare := shop()
	bare.site.Network = ""
	onGKE := shop().gke()
	tests := []struct {
		name string
		opts Options
		w    *world
	}{{"vpc", Options{}, shop()}, {"gke", Options{}, onGKE}, {"policy", Options{Style: NetworkPolicy}, bare}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := prove(t, tt.opts, tt.w)
			p.mustBeExact(t)
			files, err := terraform.Files(p.out.Module, terraform.HCL)
			if err != nil {
				t.Fatal(err)
			}
			t.Run("schema", func(t *testing.T) { schematest.Check(t, p.out.Module) })
			t.Run("terraform", func(t *testing.T) { validate(t, files) })
			for _, f := range files {
				path := filepath.Join("testdata", tt.name, f.Name)
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

// validate has Terraform itself look at the files, where there is one.
func validate(t *testing.T, files []terraform.File) {
	dir := t.TempDir()
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	schematest.Formatted(t, dir)
	schematest.Validate(t, dir)
}

// FuzzDecode puts any text into a rule's attributes. Whatever it says, it is read
// without a panic, into a valid policy, and what is doubted is reported.
func FuzzDecode(f *testing.F) {
	f.Add("INGRESS", "10.0.0.0/8", "tcp", "80-90", "web", "1000")
	f.Add("egress", "::/0", "58", "", "", "-1")
	f.Add("", "1.2.3.4", "ALL", "99999", "a b", "65536")
	f.Fuzz(func(t *testing.T, direction, cidr, protocol, port, tag, priority string) {
		var m terraform.Module
		r := terraform.Resource{Type: typeFirewall, Name: "r"}
		r.Set("network", terraform.String(tag))
		r.Set("direction", terraform.String(direction))
		r.Set("priority", terraform.String(priority))
		r.Set("source_ranges", terraform.Strings(cidr))
		r.Set("target_tags", terraform.Strings(tag))
		b := terraform.Block{Type: "allow"}
		b.Body.Set("protocol", terraform.String(protocol))
		b.Body.Set("ports", terraform.Strings(port))
		r.Blocks = append(r.Blocks, b)
		m.Resources = append(m.Resources, r)
		p, findings := New(Options{}).Decode(m)
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		doubted := false
		for _, l := range p.Layers {
			for _, c := range append(l.Ingress, l.Egress...) {
				for _, r := range c.Rules {
					doubted = doubted || isDoubted(r.Target) || isDoubted(r.Peer)
				}
			}
		}
		if doubted != (model.WorstSeverity(findings) >= model.Warning) && tag != "" {
			t.Errorf("doubted %t, findings %v", doubted, findings)
		}
	})
}

func isDoubted(s model.Selector) bool {
	switch s := s.(type) {
	case model.Maybe:
		return true
	case model.And:
		for _, t := range s {
			if isDoubted(t) {
				return true
			}
		}
	case model.Or:
		for _, t := range s {
			if isDoubted(t) {
				return true
			}
		}
	}
	return false
}

// ingressDeny tells the denies that go before other rules of the network: without
// such rules in the module, the implied deny does the same.
func ingressDeny(r terraform.Resource) bool {
	direction, _ := r.Get("direction").AsString()
	action, _ := r.Get("action").AsString()
	return direction == "INGRESS" && (len(r.BlocksOf("deny")) > 0 || action == "deny")
}
