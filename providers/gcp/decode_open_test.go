package gcp

import (
	"strings"
	"testing"

	"github.com/crosswall/crosswall/terraform"
)

// TestDecodeOpen wants what is left open to be unknown, and nothing else
// (cloud semantics 1.2).
func TestDecodeOpen(t *testing.T) {
	computed, unknown := terraform.Computed("known after apply"), terraform.Unknown("known after apply")
	const (
		x        = " - 192.0.2.1 > db 10.0.2.1 tcp/80"
		y        = " - 192.0.3.1 > db 10.0.2.1 tcp/80"
		maybe    = "variable \"v\" {}\n"
		from     = `source_ranges = ["192.0.2.0/24"]`
		allow    = `allow { protocol = "tcp" }`
		policyIn = "10 allow INGRESS|match {\nsrc_ip_ranges = [\"192.0.2.0/24\"]\nlayer4_configs { ip_protocol = \"tcp\" }\n}"
	)
	rule := vpc(from, allow)
	uncertain := func(src, resource string) string {
		return maybe + strings.Replace(src, resource+" {", resource+" {\n count = var.v\n", 1)
	}
	for _, tt := range []struct {
		name, src string
		values    map[string]terraform.Value // of google_compute_firewall.r
		want      []string
		finding   string
	}{
		{"computed attributes are not set", rule, map[string]terraform.Value{"direction": computed, "destination_ranges": computed, "project": computed},
			[]string{"allow" + x, "deny" + y}, ""},
		{"ranges unknown", rule, map[string]terraform.Value{"source_ranges": unknown}, []string{"unknown" + x, "unknown" + y}, "unknown-value"},
		{"tags unknown", rule, map[string]terraform.Value{"target_tags": unknown}, []string{"unknown" + x, "deny" + y}, "unknown-value"},
		{"allowed unknown", vpc(from), map[string]terraform.Value{"allow": unknown}, []string{"unknown" + x, "deny" + y}, "unknown-value"},
		{"network unknown", rule, map[string]terraform.Value{"network": unknown}, nil, "unknown-value"},
		{"dynamic allow blocks", maybe + vpc(from, "dynamic \"allow\" {\n for_each = var.v\n content {}\n}", allow), nil, []string{"allow" + x, "deny" + y}, "unknown-value"},
		{"count of rules unknown", uncertain(rule, `"google_compute_firewall" "r"`), nil, []string{"unknown" + x, "deny" + y}, "unknown-value"},
		{"count of policy rules unknown", uncertain(policyHCL(policyIn), `"google_compute_network_firewall_policy_rule" "r0"`), nil, []string{"unknown" + x, "deny" + y}, "unknown-value"},
		{"count of associations unknown", uncertain(policyHCL(policyIn), `"google_compute_network_firewall_policy_association" "p"`), nil, []string{"unknown" + x, "deny" + y}, "unknown-value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, findings := New(Options{}).Decode(withValues(t, tt.src, tt.values))
			if err := p.Validate(); err != nil {
				t.Fatal(err)
			}
			checkVerdicts(t, p, two(), tt.want)
			checkFinding(t, findings, tt.finding)
		})
	}
}

// withValues puts values that only a plan has into google_compute_firewall.r.
func withValues(t *testing.T, src string, values map[string]terraform.Value) terraform.Module {
	t.Helper()
	m, diags, err := terraform.ReadFiles([]terraform.File{{Name: "main.tf", Data: []byte(src)}})
	if err != nil || diags.HasErrors() {
		t.Fatalf("%v %v\n%s", err, diags, src)
	}
	for i, r := range m.Resources {
		if r.Address() == "google_compute_firewall.r" {
			for name, v := range values {
				m.Resources[i].Set(name, v)
			}
		}
	}
	return m
}
