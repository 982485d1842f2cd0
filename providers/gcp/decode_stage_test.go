package gcp

import (
	"fmt"
	"strings"
	"testing"
)

// hclRule is "priority action source" as an ingress rule about TCP of a policy, with further lines.
func hclRule(typ, policy, spec string, lines ...string) string {
	f := strings.Fields(spec)
	return fmt.Sprintf(`resource %q "r%s" {
  firewall_policy = %s
  priority        = %s
  action          = %q
  direction       = "INGRESS"
  %s
  match {
    src_ip_ranges = [%q]
    layer4_configs { ip_protocol = "tcp" }
  }
}
`, typ, f[0], policy, f[0], f[1], strings.Join(lines, "\n  "), f[2])
}

// TestDecodeStages reads regional and hierarchical policies as Terraform (cloud semantics 1.2, 2 and 9).
func TestDecodeStages(t *testing.T) {
	const (
		in      = " - 192.0.2.1 > db 10.0.2.1 tcp/80"
		network = "resource \"google_compute_network\" \"main\" {\n  name    = \"main\"\n  project = \"shop\"\n}\n"
		region  = `region = "europe-west1"`
		subnets = `resource "google_compute_subnetwork" "eu" {
  name          = "eu"
  region        = "europe-west1"
  network       = google_compute_network.main.id
  ip_cidr_range = "10.0.2.0/24"
}
resource "google_compute_subnetwork" "us" {
  name          = "us"
  region        = "us-east1"
  network       = google_compute_network.main.id
  ip_cidr_range = "10.0.1.0/24"
}
`
	)
	regional := func(lines ...string) string {
		return "resource \"google_compute_region_network_firewall_policy_association\" \"a\" {\n  name = \"a\"\n  firewall_policy = \"q\"\n" +
			"  attachment_target = google_compute_network.main.id\n" + strings.Join(lines, "\n") + "\n}\n"
	}
	hierarchical := func(target string) string {
		return fmt.Sprintf("resource \"google_compute_firewall_policy\" \"h\" {\n  parent = %[1]q\n  short_name = \"h\"\n}\n"+
			"resource \"google_compute_firewall_policy_association\" \"a\" {\n  name = \"a\"\n  firewall_policy = google_compute_firewall_policy.h.id\n  attachment_target = %[1]q\n}\n", target)
	}
	const h = "google_compute_firewall_policy.h.id"
	regionRule := func(lines ...string) string {
		return hclRule(typeRegionalRule, `"q"`, "1 allow 192.0.2.0/24", lines...)
	}
	tests := []struct {
		name, src string
		want      []string
		finding   string
	}{
		{"a regional policy, in its subnetworks for sure, and nowhere in others", network + subnets + regional(region) + regionRule(region), []string{
			"allow" + in, "deny - 192.0.2.1 > web 10.0.1.1 tcp/80", "deny - 192.0.3.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"without subnetworks it is not known who is in the region", network + regional(region) + regionRule(region), []string{"unknown" + in}, "unknown-value"},
		{"a rule of another region's policy", network + subnets + regional(region) + regionRule(`region = "us-east1"`), []string{"deny" + in}, "unused-policy"},
		{"a rule that does not say its region", network + subnets + regional(region) + regionRule(), []string{"unknown" + in}, "unknown-value"},
		{"an association that does not say its region", network + subnets + regional() + regionRule(region), []string{"unknown" + in}, "unknown-value"},
		{"a hierarchical policy may be on any network", network + hierarchical("organizations/1") + hclRule(typeHierarchyRule, h, "1 allow 192.0.2.0/24"), []string{
			"unknown" + in, "deny - 192.0.3.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"a hierarchical rule for another network", network + hierarchical("folders/1") + hclRule(typeHierarchyRule, h, "1 allow 192.0.2.0/24", `target_resources = ["projects/shop/global/networks/other"]`), []string{
			"deny" + in}, "unknown-value"},
		{"a hierarchical policy without an association that is known", network + hclRule(typeHierarchyRule, `"123"`, "1 allow 192.0.2.0/24"), []string{"unknown" + in}, "unknown-value"},
		{"a hierarchical rule of no policy that is known", network + hclRule(typeHierarchyRule, "var.p", "1 allow 192.0.2.0/24") + "variable \"p\" {}\n", []string{"unknown" + in}, "unknown-value"},
		{"an address group by reference", policyHCL("10 allow INGRESS|match {\nsrc_address_groups = [google_network_security_address_group.g.id]\nlayer4_configs { ip_protocol = \"tcp\" }\n}") +
			"resource \"google_network_security_address_group\" \"g\" {\n  name = \"g\"\n  parent = \"projects/shop\"\n  location = \"global\"\n  type = \"IPV4\"\n  capacity = 9\n  items = [\"192.0.2.0/24\"]\n}\n", []string{
			"allow" + in, "deny - 192.0.3.1 > db 10.0.2.1 tcp/80"}, ""},
		{"an address group by path", policyHCL("10 allow INGRESS|match {\nsrc_address_groups = [\"projects/shop/locations/global/addressGroups/g\"]\nlayer4_configs { ip_protocol = \"tcp\" }\n}") +
			"resource \"google_network_security_address_group\" \"g\" {\n  name = \"g\"\n  parent = \"projects/shop\"\n  location = \"global\"\n  type = \"IPV4\"\n  capacity = 9\n  items = [\"192.0.2.0/24\"]\n}\n", []string{
			"allow" + in}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, findings := readHCL(t, Options{}, tt.src)
			checkVerdicts(t, p, two(), tt.want)
			checkFinding(t, findings, tt.finding)
		})
	}
}
