package gcp

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// readHCL decodes Terraform configuration.
func readHCL(t *testing.T, o Options, src string) (model.Policy, []model.Finding) {
	t.Helper()
	m, diags, err := terraform.Read(fstest.MapFS{"main.tf": {Data: []byte(src)}})
	if err != nil || diags.HasErrors() {
		t.Fatalf("%v %v\n%s", err, diags, src)
	}
	p, findings := New(o).Decode(m)
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	return p, findings
}

// two is web and db on the network main, both known by a tag, an account and a
// secure tag.
func two() model.Inventory {
	inv := model.Inventory{Members: []model.Member{
		{ID: "web", Addrs: model.MustPrefixes("10.0.1.0/24", "2001:db8:1::/64")},
		{ID: "db", Addrs: model.MustPrefixes("10.0.2.0/24", "2001:db8:2::/64")}},
		Groups: map[model.Group]model.Selector{}}
	for _, n := range []string{"main", "shop/main", "google_compute_network.main", "var.network"} {
		inv.Groups[networkGroup(n)] = model.Identities{"web", "db"}
	}
	for _, m := range inv.Members {
		id := string(m.ID)
		for _, g := range []string{"tag:" + id, "serviceaccount:" + id + "@p.example", "securetag:tagValues/" + id} {
			inv.Groups[model.Group(g)] = model.Identities{m.ID}
			inv.Groups[model.Group("source-"+g)] = model.Identities{m.ID}
		}
	}
	return inv
}

// vpc is a google_compute_firewall with these lines, on the network main.
func vpc(lines ...string) string {
	return "resource \"google_compute_firewall\" \"r\" {\n name = \"r\"\n network = \"main\"\n" + strings.Join(lines, "\n") + "\n}\n"
}

// TestDecodeFirewall reads VPC firewall rules in the forms that people write
// (cloud semantics 1.2, 2 and 6).
func TestDecodeFirewall(t *testing.T) {
	const allowAll = `allow { protocol = "all" }`
	const from = `source_ranges = ["192.0.2.0/24"]`
	tests := []struct {
		name, src string
		want      []string // "verdict flow"
		finding   string   // code; empty: none but of severity info
	}{
		{"no rule at all: the network's implied rules", `resource "google_compute_network" "main" { name = "main" }`, []string{
			"deny - 192.0.2.1 > db 10.0.2.1 tcp/80", "allow web 10.0.1.1 > - 192.0.2.1 tcp/80"}, ""},
		{"nothing at all", ``, []string{"allow - 192.0.2.1 > db 10.0.2.1 tcp/80"}, "no-firewall"},
		{"direction is ingress by default", vpc(from, allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "deny - 192.0.3.1 > db 10.0.2.1 tcp/80"}, ""},
		{"no target: every machine of the network", vpc(from, allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "allow - 192.0.2.1 > web 10.0.1.1 tcp/80"}, ""},
		{"target tags", vpc(from, `target_tags = ["db"]`, allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "deny - 192.0.2.1 > web 10.0.1.1 tcp/80"}, ""},
		{"target service accounts", vpc(from, `target_service_accounts = ["db@p.example"]`, allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "deny - 192.0.2.1 > web 10.0.1.1 tcp/80"}, ""},
		{"source ranges or source tags", vpc(from, `source_tags = ["web"]`, `target_tags = ["db"]`, allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "allow web 10.0.1.1 > db 10.0.2.1 tcp/80", "deny - 10.0.1.1 > db 10.0.2.1 tcp/80"}, ""},
		{"source service accounts", vpc(`source_service_accounts = ["web@p.example"]`, allowAll), []string{
			"allow web 10.0.1.1 > db 10.0.2.1 tcp/80", "deny db 10.0.2.1 > web 10.0.1.1 tcp/80"}, ""},
		{"no source: every IPv4 address", vpc(allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "deny - 2001:db8::1 > db 2001:db8:2::1 tcp/80"}, ""},
		{"no source, an IPv6 destination", vpc(`destination_ranges = ["2001:db8:2::/64"]`, allowAll), []string{
			"deny - 192.0.2.1 > db 10.0.2.1 tcp/80", "allow - 2001:db8::1 > db 2001:db8:2::1 tcp/80"}, ""},
		{"empty lists are none", vpc(`source_ranges = []`, `source_tags = []`, `target_tags = []`, allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80"}, ""},
		{"ingress to a pod's range", vpc(from, `destination_ranges = ["10.0.2.0/25"]`, allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "deny - 192.0.2.1 > db 10.0.2.200 tcp/80"}, ""},
		{"egress is by range", vpc(`direction = "EGRESS"`, `target_tags = ["web"]`, `destination_ranges = ["192.0.2.0/24"]`, `deny { protocol = "all" }`), []string{
			"deny web 10.0.1.1 > - 192.0.2.1 tcp/80", "allow web 10.0.1.1 > - 192.0.3.1 tcp/80", "allow db 10.0.2.1 > - 192.0.2.1 tcp/80"}, ""},
		{"egress to everywhere leaves the metadata server (4)", vpc(`direction = "EGRESS"`, `destination_ranges = ["0.0.0.0/0"]`, `deny { protocol = "all" }`), []string{
			"deny web 10.0.1.1 > - 192.0.2.1 udp/53", "allow web 10.0.1.1 > - 169.254.169.254 udp/53"}, ""},
		{"host bits do not count", vpc(`source_ranges = ["192.0.2.77/24"]`, allowAll), []string{"allow - 192.0.2.1 > db 10.0.2.1 tcp/80"}, ""},
		{"an address is a range of one", vpc(`source_ranges = ["192.0.2.1"]`, allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "deny - 192.0.2.2 > db 10.0.2.1 tcp/80"}, ""},
		{"protocols in any case, ports, ranges", vpc(from, `allow {`, `protocol = "TCP"`, `ports = ["80", "8000-8100", 443]`, `}`), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "allow - 192.0.2.1 > db 10.0.2.1 tcp/8100", "allow - 192.0.2.1 > db 10.0.2.1 tcp/443",
			"deny - 192.0.2.1 > db 10.0.2.1 tcp/81", "deny - 192.0.2.1 > db 10.0.2.1 udp/80"}, ""},
		{"protocols by number", vpc(from, `allow { protocol = "17" }`, `allow { protocol = 47 }`), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 udp/80", "allow - 192.0.2.1 > db 10.0.2.1 gre", "deny - 192.0.2.1 > db 10.0.2.1 tcp/80"}, ""},
		{"ICMPv6 by number", vpc(`source_ranges = ["::/0"]`, `allow { protocol = "58" }`), []string{
			"allow - 2001:db8::1 > db 2001:db8:2::1 icmpv6/128/0", "deny - 2001:db8::1 > db 2001:db8:2::1 tcp/80"}, ""},
		{"a protocol that is not listed", vpc(from, `allow { protocol = "gre" }`), []string{
			"unknown - 192.0.2.1 > db 10.0.2.1 gre", "deny - 192.0.2.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"SCTP ports: surely the port, perhaps all (6)", vpc(from, `allow {`, `protocol = "sctp"`, `ports = ["7"]`, `}`), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 sctp/7", "unknown - 192.0.2.1 > db 10.0.2.1 sctp/8", "deny - 192.0.2.1 > db 10.0.2.1 tcp/7"}, "unknown-value"},
		{"a port that cannot be", vpc(from, `allow {`, `protocol = "tcp"`, `ports = ["80", "90-70"]`, `}`), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "unknown - 192.0.2.1 > db 10.0.2.1 tcp/81"}, "unknown-value"},
		{"ports on a protocol without", vpc(from, `allow {`, `protocol = "icmp"`, `ports = ["80"]`, `}`), []string{
			"unknown - 192.0.2.1 > db 10.0.2.1 icmp/8/0"}, "unknown-value"},
		{"disabled", vpc(from, `disabled = true`, allowAll), []string{"deny - 192.0.2.1 > db 10.0.2.1 tcp/80"}, ""},
		{"both families in one rule", vpc(`source_ranges = ["192.0.2.0/24", "2001:db8::/32"]`, allowAll), []string{
			"unknown - 192.0.2.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"tags and accounts in one rule", vpc(from, `target_tags = ["db"]`, `target_service_accounts = ["web@p.example"]`, allowAll), []string{
			"unknown - 192.0.2.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"source tags on egress", vpc(`direction = "EGRESS"`, `source_tags = ["web"]`, `destination_ranges = ["192.0.2.0/24"]`, `deny { protocol = "all" }`), []string{
			"unknown web 10.0.1.1 > - 192.0.2.1 tcp/80"}, "unknown-value"},
		{"neither allow nor deny", vpc(from), []string{"unknown - 192.0.2.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"both allow and deny", vpc(from, allowAll, `deny { protocol = "tcp" }`), []string{
			"unknown - 192.0.2.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"a range that is not known", "variable \"v\" {}\n" + vpc(`source_ranges = ["192.0.2.0/24", var.v]`, allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "unknown - 192.0.3.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"ranges that are not known", "variable \"v\" {}\n" + vpc(`source_ranges = var.v`, allowAll), []string{
			"unknown - 192.0.2.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"a priority that is not known", "variable \"v\" {}\n" + vpc(from, `priority = var.v`, allowAll), []string{
			"unknown - 192.0.2.1 > db 10.0.2.1 tcp/80", "deny - 192.0.3.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"a direction that is not known", "variable \"v\" {}\n" + vpc(`direction = var.v`, `deny { protocol = "all" }`), []string{
			"deny - 192.0.2.1 > db 10.0.2.1 tcp/80", "unknown web 10.0.1.1 > - 192.0.2.1 tcp/80"}, "unknown-value"},
		{"a tag by reference is a group of its own", "variable \"v\" {}\n" + vpc(from, `target_tags = [var.v]`, allowAll), []string{
			"unknown - 192.0.2.1 > db 10.0.2.1 tcp/80"}, ""},
		{"a range by reference into the module", `resource "google_compute_subnetwork" "s" {
			name = "s"
			network = "main"
			ip_cidr_range = "192.0.2.0/24"
		}` + "\n" + vpc(`source_ranges = [google_compute_subnetwork.s.ip_cidr_range]`, allowAll), []string{
			"allow - 192.0.2.1 > db 10.0.2.1 tcp/80", "deny - 192.0.3.1 > db 10.0.2.1 tcp/80"}, ""},
		{"another kind of policy", `resource "google_compute_organization_security_policy_rule" "h" {}` + "\n" + vpc(from, allowAll), []string{
			"unknown - 192.0.2.1 > db 10.0.2.1 tcp/80", "unknown web 10.0.1.1 > - 192.0.2.1 tcp/80"}, "unread-policy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, findings := readHCL(t, Options{}, tt.src)
			checkVerdicts(t, p, two(), tt.want)
			checkFinding(t, findings, tt.finding)
		})
	}
}

func checkVerdicts(t *testing.T, p model.Policy, inv model.Inventory, want []string) {
	t.Helper()
	for _, row := range want {
		verdict, f, _ := strings.Cut(row, " ")
		x := flow(t, f)
		if d := p.Explain(x, inv); d.Verdict.String() != verdict {
			t.Errorf("%s: %s, want %s; %+v", x, d.Verdict, verdict, d.Request)
		}
	}
}

func checkFinding(t *testing.T, findings []model.Finding, code string) {
	t.Helper()
	loud := slices.DeleteFunc(slices.Clone(findings), func(f model.Finding) bool { return f.Severity == model.Info })
	if has := slices.ContainsFunc(loud, func(f model.Finding) bool { return f.Code == code }); has == (code == "") || code == "" && len(loud) > 0 {
		t.Errorf("want %q, got %v", code, findings)
	}
}

// TestPriorities lays rules over each other (cloud semantics 2).
func TestPriorities(t *testing.T) {
	rule := func(name, priority, body string) string {
		return fmt.Sprintf("resource \"google_compute_firewall\" %q {\n name = %q\n network = \"main\"\n source_ranges = [\"0.0.0.0/0\"]\n%s\n%s\n}\n",
			name, name, priority, body)
	}
	allow, deny := `allow { protocol = "tcp" }`, `deny { protocol = "tcp" }`
	const x = " - 192.0.2.1 > db 10.0.2.1 tcp/80"
	tests := []struct{ name, src, want string }{
		{"lower first", rule("a", "priority = 10", allow) + rule("b", "priority = 20", deny), "allow"},
		{"lower first, deny", rule("a", "priority = 20", allow) + rule("b", "priority = 10", deny), "deny"},
		{"deny wins a tie", rule("a", "priority = 10", allow) + rule("b", "priority = 10", deny), "deny"},
		{"1000 by default", rule("a", "priority = 999", allow) + rule("b", "", deny), "allow"},
		{"1000 by default, beaten", rule("a", "priority = 1001", allow) + rule("b", "", deny), "deny"},
		{"priority 0 counts", rule("a", "priority = 0", allow) + rule("b", "priority = 1", deny), "allow"},
		{"not known, before a deny perhaps", "variable \"v\" {}\n" + rule("a", "priority = var.v", allow) + rule("b", "priority = 10", deny), "unknown"},
		{"not known, before an allow perhaps", "variable \"v\" {}\n" + rule("a", "priority = var.v", deny) + rule("b", "priority = 0", allow), "unknown"},
		{"not known, never before a deny at 0", "variable \"v\" {}\n" + rule("a", "priority = var.v", allow) + rule("b", "priority = 0", deny), "deny"},
		{"out of range", rule("a", "priority = 65536", allow), "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := readHCL(t, Options{}, tt.src)
			checkVerdicts(t, p, two(), []string{tt.want + x})
		})
	}
}

// policyHCL is a network firewall policy on the network main with rules "priority
// action direction|body".
func policyHCL(rules ...string) string {
	out := `resource "google_compute_network_firewall_policy" "p" { name = "p" }
resource "google_compute_network_firewall_policy_association" "p" {
  name              = "p"
  attachment_target = "projects/shop/global/networks/main"
  firewall_policy   = google_compute_network_firewall_policy.p.name
}
`
	for i, r := range rules {
		head, body, _ := strings.Cut(r, "|")
		f := strings.Fields(head)
		out += fmt.Sprintf("resource \"google_compute_network_firewall_policy_rule\" \"r%d\" {\n firewall_policy = google_compute_network_firewall_policy.p.id\n"+
			" priority = %s\n action = %q\n direction = %q\n%s\n}\n", i, f[0], f[1], f[2], body)
	}
	return out
}

// TestDecodePolicy reads network firewall policies (cloud semantics 1.2 and 2).
func TestDecodePolicy(t *testing.T) {
	const (
		tcp = "layer4_configs { ip_protocol = \"tcp\" }\n"
		all = "layer4_configs { ip_protocol = \"all\" }\n"
		net = "src_ip_ranges = [\"192.0.2.0/24\"]\n"
		in  = " - 192.0.2.1 > db 10.0.2.1 tcp/80"
	)
	vpcAllow := strings.ReplaceAll(vpc(`source_ranges = ["0.0.0.0/0"]`, `allow { protocol = "tcp" }`), `"main"`, `"projects/shop/global/networks/main"`)
	network := func(order string) string {
		return fmt.Sprintf("resource \"google_compute_network\" \"main\" {\n name = \"main\"\n project = \"shop\"\n network_firewall_policy_enforcement_order = %s\n}\n", order)
	}
	tests := []struct {
		name, src string
		want      []string
		finding   string
	}{
		{"allow", policyHCL("10 allow INGRESS|match {\n" + net + tcp + "}"), []string{"allow" + in, "deny - 192.0.3.1 > db 10.0.2.1 tcp/80"}, ""},
		{"the first that matches", policyHCL("20 allow INGRESS|match {\n"+net+tcp+"}", "10 deny INGRESS|match {\n"+net+all+"}"), []string{"deny" + in}, ""},
		{"goto_next leaves the whole policy, and is no allow", policyHCL("10 goto_next INGRESS|match {\n"+net+tcp+"}", "20 allow INGRESS|match {\n"+net+all+"}"), []string{
			"deny" + in, "allow - 192.0.2.1 > db 10.0.2.1 udp/80"}, ""},
		{"egress", policyHCL("10 deny EGRESS|match {\ndest_ip_ranges = [\"192.0.2.0/24\"]\n" + all + "}"), []string{
			"deny web 10.0.1.1 > - 192.0.2.1 tcp/80", "allow web 10.0.1.1 > - 192.0.3.1 tcp/80"}, ""},
		{"secure tags", policyHCL("10 allow INGRESS|target_secure_tags { name = \"tagValues/db\" }\nmatch {\nsrc_secure_tags { name = \"tagValues/web\" }\n" + tcp + "}"), []string{
			"allow web 10.0.1.1 > db 10.0.2.1 tcp/80", "deny db 10.0.2.1 > web 10.0.1.1 tcp/80", "deny db 10.0.2.1 > db 10.0.2.2 tcp/80"}, ""},
		{"service accounts", policyHCL("10 allow INGRESS|target_service_accounts = [\"db@p.example\"]\nmatch {\n" + net + tcp + "}"), []string{
			"allow" + in, "deny - 192.0.2.1 > web 10.0.1.1 tcp/80"}, ""},
		{"ingress to a range", policyHCL("10 allow INGRESS|match {\n" + net + "dest_ip_ranges = [\"10.0.2.0/25\"]\n" + tcp + "}"), []string{
			"allow" + in, "deny - 192.0.2.1 > db 10.0.2.200 tcp/80"}, ""},
		{"ineffective target tags: the rule is ignored", policyHCL("10 allow INGRESS|target_secure_tags {\nname = \"tagValues/db\"\nstate = \"INEFFECTIVE\"\n}\nmatch {\n" + net + tcp + "}"), []string{
			"deny" + in}, ""},
		{"ineffective source tags: the rule is ignored", policyHCL("10 allow INGRESS|match {\nsrc_secure_tags {\nname = \"tagValues/web\"\nstate = \"INEFFECTIVE\"\n}\n" + tcp + "}"), []string{
			"deny web 10.0.1.1 > db 10.0.2.1 tcp/80"}, ""},
		{"disabled", policyHCL("10 allow INGRESS|disabled = true\nmatch {\n" + net + tcp + "}"), []string{"deny" + in}, ""},
		{"load balancers' rules", policyHCL("10 allow INGRESS|target_type = \"INTERNAL_MANAGED_LB\"\nmatch {\n" + net + tcp + "}"), []string{"deny" + in}, ""},
		{"Google's own rules", policyHCL("2147483600 goto_next INGRESS|match {\n" + net + tcp + "}"), []string{"deny" + in}, ""},
		{"an action that is not modelled", policyHCL("10 apply_security_profile_group INGRESS|match {\n" + net + tcp + "}"), []string{"unknown" + in}, "unknown-value"},
		{"domain names", policyHCL("10 deny EGRESS|match {\ndest_fqdns = [\"example.com\"]\n" + all + "}"), []string{
			"unknown web 10.0.1.1 > - 192.0.2.1 tcp/80"}, "unknown-value"},
		{"address groups beside ranges", policyHCL("10 allow INGRESS|match {\n" + net + "src_address_groups = [\"g\"]\n" + tcp + "}"), []string{
			"allow" + in, "unknown - 192.0.3.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"source networks", policyHCL("10 allow INGRESS|match {\n" + net + "src_networks = [\"n\"]\n" + tcp + "}"), []string{"unknown" + in}, "unknown-value"},
		{"no peer", policyHCL("10 allow INGRESS|match {\n" + tcp + "}"), []string{
			"allow" + in, "unknown - 2001:db8::1 > db 2001:db8:2::1 tcp/80"}, "unknown-value"},
		{"a priority used twice", policyHCL("10 allow INGRESS|match {\n"+net+tcp+"}", "10 deny EGRESS|match {\ndest_ip_ranges = [\"0.0.0.0/0\"]\n"+all+"}"), nil, "priority-collision"},
		{"VPC rules come first", policyHCL("10 deny INGRESS|match {\n"+net+all+"}") + vpcAllow, []string{"allow" + in}, ""},
		{"VPC rules come last", policyHCL("10 deny INGRESS|match {\n"+net+all+"}") + vpcAllow + network(`"BEFORE_CLASSIC_FIREWALL"`), []string{
			"deny" + in, "allow - 192.0.3.1 > db 10.0.2.1 tcp/80"}, ""},
		{"VPC rules come somewhere", "variable \"v\" {}\n" + policyHCL("10 deny INGRESS|match {\n"+net+all+"}") + vpcAllow + network(`var.v`), []string{
			"unknown" + in, "allow - 192.0.3.1 > db 10.0.2.1 tcp/80"}, "unknown-value"},
		{"without an association, nothing", `resource "google_compute_network" "main" { name = "main" }
			resource "google_compute_network_firewall_policy_rule" "r" {
			firewall_policy = "p"
			priority = 1
			action = "allow"
			direction = "INGRESS"
			match {
			src_ip_ranges = ["0.0.0.0/0"]
			layer4_configs { ip_protocol = "all" }
			}
			}`, []string{"deny" + in}, "unused-policy"},
		{"two policies on one network", policyHCL("10 allow INGRESS|match {\n"+net+tcp+"}") + `
			resource "google_compute_network_firewall_policy_association" "q" {
			name = "q"
			attachment_target = "projects/shop/global/networks/main"
			firewall_policy = "q"
			}`, []string{"unknown" + in}, "several-policies"},
		{"a network with and without its project", policyHCL("10 allow INGRESS|match {\n"+net+tcp+"}") + vpc(`source_ranges = ["0.0.0.0/0"]`, `allow { protocol = "tcp" }`), nil, "network-name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, findings := readHCL(t, Options{}, tt.src)
			checkVerdicts(t, p, two(), tt.want)
			checkFinding(t, findings, tt.finding)
		})
	}
}

// TestNetworkNames spells one network in several ways.
func TestNetworkNames(t *testing.T) {
	tests := []struct {
		network, project terraform.Value
		want             string
	}{
		{terraform.String("main"), terraform.Value{}, "main"},
		{terraform.String("main"), terraform.String("shop"), "shop/main"},
		{terraform.String("projects/shop/global/networks/main"), terraform.Value{}, "shop/main"},
		{terraform.String("https://www.googleapis.com/compute/v1/projects/shop/global/networks/main"), terraform.String("other"), "shop/main"},
		{terraform.Ref("google_compute_network.main.id"), terraform.String("shop"), "google_compute_network.main"},
		{terraform.Ref("google_compute_network.main.self_link"), terraform.Value{}, "google_compute_network.main"},
		{terraform.Ref(`google_compute_network.main["a.b"].id`), terraform.Value{}, `google_compute_network.main["a.b"]`},
		{terraform.Ref(`module.net["a.b"].google_compute_network.main[0].name`), terraform.Value{}, `module.net["a.b"].google_compute_network.main[0]`},
		{terraform.Ref("data.google_compute_network.main.self_link"), terraform.Value{}, "data.google_compute_network.main"},
		{terraform.Ref("var.network"), terraform.Value{}, "var.network"},
		{terraform.Unknown("x"), terraform.String("shop"), ""},
	}
	for _, tt := range tests {
		if got := networkKey(tt.network, tt.project); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestNetworkInModule wants one network, whether by name or by reference.
func TestNetworkInModule(t *testing.T) {
	src := `resource "google_compute_network" "main" {
		name    = "main"
		project = "shop"
	}
	` + vpc(`source_ranges = ["192.0.2.0/24"]`, `allow { protocol = "tcp" }`) + vpc(`source_ranges = ["192.0.2.0/24"]`, `deny { protocol = "tcp" }`, `priority = 1`)
	src = strings.Replace(src, `network = "main"`, `network = google_compute_network.main.name`, 1)
	src = strings.Replace(src, `network = "main"`, `network = "projects/shop/global/networks/main"`, 1)
	src = strings.Replace(src, `"r" {`, `"r1" {`, 1)
	p, findings := readHCL(t, Options{}, src)
	checkVerdicts(t, p, two(), []string{"deny - 192.0.2.1 > db 10.0.2.1 tcp/80"})
	checkFinding(t, findings, "")
}

// TestOrigins wants every rule to say where it stands.
func TestOrigins(t *testing.T) {
	p, _ := readHCL(t, Options{}, "\n\n"+vpc(`source_ranges = ["192.0.2.0/24"]`, `allow { protocol = "tcp" }`))
	r := p.Layers[0].Ingress[0].Rules[0]
	if o := r.Origin; o.File != "main.tf" || o.Line != 3 || o.Object != "google_compute_firewall.r" {
		t.Errorf("origin %+v", o)
	}
	if r.Name != "r" {
		t.Errorf("name %q", r.Name)
	}
}
