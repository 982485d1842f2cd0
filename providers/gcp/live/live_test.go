package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/gcp"
	"github.com/crosswall/crosswall/providers/gcp/live/standin"
	"github.com/crosswall/crosswall/terraform"
)

func read(t *testing.T, o Options) providers.Snapshot {
	t.Helper()
	s, err := Read(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// decode makes a policy of a snapshot.
func decode(t *testing.T, s providers.Snapshot) (model.Policy, []model.Finding) {
	t.Helper()
	p := gcp.New(gcp.Options{})
	m, findings := p.Resources(s)
	policy, more := p.Decode(m)
	if err := policy.Validate(); err != nil {
		t.Fatal(err)
	}
	return policy, append(findings, more...)
}

// people is web and db on the network main.
func people() model.Inventory {
	inv := model.Inventory{Members: []model.Member{{ID: "web"}, {ID: "db"}}, Groups: map[model.Group]model.Selector{
		"network:shop/main": model.Identities{"web", "db"}}}
	for _, m := range inv.Members {
		for _, g := range []model.Group{"tag:", "source-tag:"} {
			inv.Groups[g+model.Group(m.ID)] = model.Identities{m.ID}
		}
	}
	return inv
}

const likeFake = `
resource "google_compute_network" "main" {
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
    ports    = ["80"]
  }
}
resource "google_compute_network_firewall_policy" "p" {
  name = "p"
}
resource "google_compute_network_firewall_policy_rule" "r" {
  firewall_policy = google_compute_network_firewall_policy.p.name
  priority        = 10
  action          = "deny"
  direction       = "INGRESS"
  match {
    src_ip_ranges = ["198.51.100.0/24"]
    layer4_configs { ip_protocol = "udp" }
  }
}
resource "google_compute_network_firewall_policy_association" "a" {
  name              = "a"
  firewall_policy   = google_compute_network_firewall_policy.p.name
  attachment_target = google_compute_network.main.id
}
`

// TestReadLikeTerraform wants what is read to be the policy that the same rules are as Terraform, however long the pages.
func TestReadLikeTerraform(t *testing.T) {
	m, diags, err := terraform.Read(fstest.MapFS{"main.tf": {Data: []byte(likeFake)}})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	want, _ := gcp.New(gcp.Options{}).Decode(m)
	for _, size := range []int{0, 1} {
		f := newFake(t)
		f.Page = size
		f.raw.Lists[opFirewalls] = append(f.raw.Lists[opFirewalls], rule("off", `"disabled":true,"sourceRanges":["0.0.0.0/0"],"allowed":[{"IPProtocol":"all"}]`),
			rule("off-too", `"disabled":true,"sourceRanges":["0.0.0.0/0"],"denied":[{"IPProtocol":"all"}]`))
		s := read(t, f.options())
		if len(s.Gaps) > 0 {
			t.Errorf("gaps: %v", s.Gaps)
		}
		got, findings := decode(t, s)
		for _, finding := range findings {
			if finding.Severity != model.Info {
				t.Errorf("%s", finding)
			}
		}
		inv := people()
		want.Layers[0].Name = got.Layers[0].Name
		if d := model.Compare(want, got, inv); !d.Equal() {
			t.Errorf("pages of %d: differs: opened %v closed %v unknown %v", size, d.Opened, d.Closed, d.Unknown)
		}
		if n := f.Calls()[opFirewalls]; size == 1 && n != 3 {
			t.Errorf("%d pages of rules, want 3", n)
		}
	}
}

// TestKinds counts what is read.
func TestKinds(t *testing.T) {
	s := read(t, newFake(t).withGroup().options())
	for kind, want := range map[string]int{gcp.KindNetwork: 1, gcp.KindSubnetwork: 2, gcp.KindFirewall: 1, gcp.KindEffective: 3, gcp.KindInstance: 1, gcp.KindAddressGroup: 1} {
		if got := len(s.Objects[kind]); got != want {
			t.Errorf("%d of %s, want %d", got, kind, want)
		}
	}
	if s.Provider != "gcp" || s.Scope != "gcp://shop" || s.Account != "shop" || s.Taken.IsZero() {
		t.Errorf("snapshot of %q %q %q at %s", s.Provider, s.Scope, s.Account, s.Taken)
	}
}

// TestOneNetwork wants nothing of other networks.
func TestOneNetwork(t *testing.T) {
	f := newFake(t)
	f.raw.Lists[opFirewalls] = append(f.raw.Lists[opFirewalls], rule("x", `"allowed":[{"IPProtocol":"all"}],"network":"`+link+`global/networks/other"`))
	o := f.options()
	o.Network = "main"
	s := read(t, o)
	if n := len(s.Objects[gcp.KindFirewall]); n != 1 || len(s.Gaps) > 0 {
		t.Errorf("%d rules, want 1; gaps %v", n, s.Gaps)
	}
	o.Network = "gone"
	if _, err := Read(t.Context(), o); err == nil || !strings.Contains(err.Error(), "no such network") {
		t.Errorf("got %v", err)
	}
}

// failing makes every answer of an operation a refusal.
func failing(operation string, code int, reason string) func(http.ResponseWriter, string, int) bool {
	return func(w http.ResponseWriter, op string, _ int) bool {
		if op != operation {
			return false
		}
		refuse(w, code, reason)
		return true
	}
}

// TestDenied refuses each operation in turn: that part is a gap, the rest is answered, and what rests on
// the part is unknown or has a finding.
func TestDenied(t *testing.T) {
	for _, c := range Calls() {
		t.Run(c.Operation, func(t *testing.T) {
			f := newFake(t).withGroup().withPolicies()
			deny := failing(c.Operation, http.StatusForbidden, "forbidden")
			fallback := c.Permission == permissionPolicy || c.Operation == opPolicies
			f.Faults = []standin.Fault{func(w http.ResponseWriter, op string, n int) bool {
				if fallback && (op == opEffective || op == opRegionEffective) {
					refuse(w, http.StatusForbidden, "forbidden")
					return true
				}
				return deny(w, op, n)
			}}
			o := f.options()
			o.Organization = "42"
			if c.Operation == opNetworksGet {
				o.Network = "main"
			}
			s := read(t, o)
			i := slices.IndexFunc(s.Gaps, func(g providers.Gap) bool { return g.Call == c.Operation })
			if i < 0 || !strings.Contains(s.Gaps[i].Why, c.Permission) {
				t.Fatalf("no gap for %s that names %s: %v", c.Operation, c.Permission, s.Gaps)
			}
			_, findings := decode(t, s)
			if !slices.ContainsFunc(findings, func(f model.Finding) bool { return f.Code == "not-read" }) {
				t.Errorf("nothing says what was not read: %v", findings)
			}
		})
	}
}

// TestTrouble makes operations fail in other ways.
func TestTrouble(t *testing.T) {
	first := func(op string, what func(http.ResponseWriter)) func(http.ResponseWriter, string, int) bool {
		return func(w http.ResponseWriter, got string, attempt int) bool {
			if got != op || attempt > 1 {
				return false
			}
			what(w)
			return true
		}
	}
	always := func(op string, what func(http.ResponseWriter)) func(http.ResponseWriter, string, int) bool {
		return func(w http.ResponseWriter, got string, _ int) bool {
			if got == op {
				what(w)
			}
			return got == op
		}
	}
	status := func(code int, reason string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { refuse(w, code, reason) }
	}
	cutOff := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"items":[`)
	}
	hang := func(http.ResponseWriter) { time.Sleep(300 * time.Millisecond) }
	for _, tt := range []struct {
		name    string
		trouble func(http.ResponseWriter, string, int) bool
		gap     string // a part of the reason; empty: no gap
	}{
		{"throttled once", first(opFirewalls, status(429, "rateLimitExceeded")), ""},
		{"throttled once, as 403", first(opFirewalls, status(403, "rateLimitExceeded")), ""},
		{"unavailable once", first(opFirewalls, status(503, "backendError")), ""},
		{"cut off once", first(opFirewalls, cutOff), ""},
		{"late once", first(opFirewalls, hang), ""},
		{"throttled always", always(opFirewalls, status(429, "rateLimitExceeded")), "too often"},
		{"unavailable always", always(opFirewalls, status(503, "backendError")), "service failed"},
		{"cut off always", always(opFirewalls, cutOff), "broke off"},
		{"late always", always(opFirewalls, hang), "no answer in time"},
		{"no JSON", always(opFirewalls, func(w http.ResponseWriter) { fmt.Fprint(w, "<html>") }), "cannot be read"},
		{"another form", always(opFirewalls, func(w http.ResponseWriter) { fmt.Fprint(w, `{"items":{"a":1}}`) }), "cannot be read"},
		{"not enabled", always(opFirewalls, status(403, "accessNotConfigured")), "not enabled"},
		{"expired", always(opFirewalls, status(401, "authError")), "log in again"},
		{"gone between two calls", always(opEffective, status(404, "notFound")), "deleted while it was read"},
		{"a scope that does not answer", always(opInstances, func(w http.ResponseWriter) {
			fmt.Fprint(w, `{"items":{"zones/a":{"warning":{"code":"UNREACHABLE"}}},"unreachables":["zones/a"]}`)
		}), "no answer from zones/a"},
		{"a redirect", always(opFirewalls, func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://192.0.2.1/")
			w.WriteHeader(http.StatusFound)
		}), "service failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.Faults = []standin.Fault{tt.trouble}
			o := f.options()
			o.Timeout, o.Attempts = 100*time.Millisecond, 3
			s := read(t, o)
			if tt.gap == "" {
				if len(s.Gaps) > 0 || len(s.Objects[gcp.KindFirewall]) != 1 {
					t.Errorf("gaps %v, %d rules", s.Gaps, len(s.Objects[gcp.KindFirewall]))
				}
				return
			}
			if !slices.ContainsFunc(s.Gaps, func(g providers.Gap) bool { return strings.Contains(g.Why, tt.gap) }) {
				t.Errorf("no gap %q: %v", tt.gap, s.Gaps)
			}
			for _, g := range s.Gaps {
				if strings.Contains(g.Why, "secret") {
					t.Errorf("the reason tells what the answer says: %s", g.Why)
				}
			}
		})
	}
}

// TestNothing wants an error only where nothing at all was answered.
func TestNothing(t *testing.T) {
	f := newFake(t)
	f.Faults = []standin.Fault{func(w http.ResponseWriter, _ string, _ int) bool { refuse(w, 403, "forbidden"); return true }}
	if _, err := Read(t.Context(), f.options()); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	f.server.Close()
	o := f.options()
	o.Attempts = 1
	if _, err := Read(t.Context(), o); err == nil || !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("got %v", err)
	}
}

// TestCancel wants the end of the context to end reading.
func TestCancel(t *testing.T) {
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	f.Faults = []standin.Fault{func(w http.ResponseWriter, op string, _ int) bool {
		if op == opFirewalls {
			cancel()
			refuse(w, 503, "backendError")
			return true
		}
		return false
	}}
	o := f.options()
	o.Backoff = time.Hour
	if _, err := Read(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestSharedVPC wants machines of other projects to be missed.
func TestSharedVPC(t *testing.T) {
	f := newFake(t)
	f.raw.Answers[opProject] = parsed(`{"name":"shop","xpnProjectStatus":"HOST"}`)
	if s := read(t, f.options()); len(s.Gaps) != 1 || s.Gaps[0].Kind != gcp.KindInstance {
		t.Errorf("gaps %v", s.Gaps)
	}
}

// TestSecrets wants no metadata of machines in a snapshot.
func TestSecrets(t *testing.T) {
	s := read(t, newFake(t).options())
	for kind, list := range s.Objects {
		for _, o := range list {
			if strings.Contains(string(o), "hunter2") {
				t.Errorf("%s has a secret: %s", kind, o)
			}
		}
	}
}

// permissionLine is a line of the table of permissions: operation, permission.
var permissionLine = regexp.MustCompile("(?m)^\\| `([\\w.]+)` \\| `([\\w.]+)` \\|")

// TestPermissions wants the documented operations and permissions, those of Calls, and the calls that are made to be
// the same.
func TestPermissions(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "permissions-gcp.md"))
	if err != nil {
		t.Fatal(err)
	}
	var documented, known []string
	for _, m := range permissionLine.FindAllStringSubmatch(string(doc), -1) {
		documented = append(documented, m[1]+" "+m[2])
	}
	for _, c := range Calls() {
		known = append(known, c.Operation+" "+c.Permission)
	}
	if !slices.Equal(documented, known) {
		t.Errorf("documented: %v\nknown: %v", documented, known)
	}
	made := map[string]bool{}
	for _, network := range []string{"", "main"} {
		for _, refused := range []string{"", opEffective} {
			f := newFake(t).withGroup().withPolicies()
			f.Faults = []standin.Fault{failing(refused, 403, "forbidden")}
			o := f.options()
			o.Network, o.Organization = network, "42"
			read(t, o)
			for op := range f.Calls() {
				made[op] = true
			}
		}
	}
	for _, c := range Calls() {
		if !made[c.Operation] {
			t.Errorf("%s is documented and never called", c.Operation)
		}
		delete(made, c.Operation)
	}
	for op := range made {
		t.Errorf("%s is called and not documented", op)
	}
}
