package main

import (
	"fmt"
	"strings"
)

// fw writes a VPC firewall rule on the network main: "in 1000 allow tcp:80,443" or "out 900 deny all", and what else it says. A
// direction or priority of "-" is not written.
func fw(name, head string, lines ...string) string {
	f := strings.Fields(head)
	out := fmt.Sprintf("google_compute_firewall %s { name = %q", name, name)
	if !strings.Contains(strings.Join(lines, ";"), "network = ") {
		out += `; network = "main"`
	}
	if f[0] != "-" {
		out += fmt.Sprintf("; direction = %q", map[string]string{"in": "INGRESS", "out": "EGRESS"}[f[0]])
	}
	if f[1] != "-" {
		out += "; priority = " + f[1]
	}
	for _, service := range f[3:] {
		protocol, ports, ok := strings.Cut(service, ":")
		out += fmt.Sprintf("; %s { protocol = %q", f[2], protocol)
		if ok {
			out += fmt.Sprintf("; ports = [%s]", quotedList(strings.Split(ports, ",")))
		}
		out += " }"
	}
	return out + "; " + strings.Join(lines, "; ") + " }\n"
}

func sources(blocks ...string) string { return fmt.Sprintf("source_ranges = [%s]", quotedList(blocks)) }
func destinations(blocks ...string) string {
	return fmt.Sprintf("destination_ranges = [%s]", quotedList(blocks))
}
func sourceTags(tags ...string) string { return fmt.Sprintf("source_tags = [%s]", quotedList(tags)) }
func targetTags(tags ...string) string { return fmt.Sprintf("target_tags = [%s]", quotedList(tags)) }

// vpc writes the network main, with what else it says.
func vpc(lines ...string) string {
	return "google_compute_network main { name = \"main\"; " + strings.Join(append(lines, "auto_create_subnetworks = false"), "; ") + " }\n"
}

// onVPC is a rule's reference to that network.
const onVPC = "network = google_compute_network.main.id"

// fwPolicy writes a network firewall policy on the network, with rules "in 100 allow tcp:80 10.0.0.0/8".
func fwPolicy(rules ...string) string {
	out := "google_compute_network_firewall_policy p { name = \"p\" }\n" +
		"google_compute_network_firewall_policy_association x { name = \"x\"; attachment_target = google_compute_network.main.id; firewall_policy = google_compute_network_firewall_policy.p.name }\n"
	for i, r := range rules {
		f := strings.Fields(r)
		direction, ranges := "INGRESS", "src_ip_ranges"
		if f[0] == "out" {
			direction, ranges = "EGRESS", "dest_ip_ranges"
		}
		protocol, ports, ok := strings.Cut(f[3], ":")
		config := fmt.Sprintf("layer4_configs { ip_protocol = %q", protocol)
		if ok {
			config += fmt.Sprintf("; ports = [%s]", quotedList(strings.Split(ports, ",")))
		}
		out += fmt.Sprintf("google_compute_network_firewall_policy_rule r%d { firewall_policy = google_compute_network_firewall_policy.p.name; direction = %q; priority = %s; action = %q; match { %s = [%s]; %s } } }\n",
			i, direction, f[1], f[2], ranges, quotedList(f[4:]), config)
	}
	return out
}

// machine writes an instance on the network main with tags.
func machine(tags ...string) string {
	return fmt.Sprintf("google_compute_instance i { name = \"i\"; tags = [%s]; network_interface { network = \"main\" } }\n", quotedList(tags))
}

func gcpPairTable() []tfPair {
	const vars = "variable \"open\" {}\n"
	all4 := sources("0.0.0.0/0")
	web := fw("r", "in 1000 allow tcp:443", all4)
	return []tfPair{
		{name: "ranges or tags, in one rule and in two", want: fw("r", "in 1000 allow tcp:80", sources("192.0.2.0/24"), sourceTags("web"), targetTags("db")),
			have: fw("r", "in 1000 allow tcp:80", sources("192.0.2.0/24"), targetTags("db")) + fw("s", "in 1000 allow tcp:80", sourceTags("web"), targetTags("db"))},
		{name: "ranges or tags, and tags alone", want: fw("r", "in 1000 allow tcp:80", sources("192.0.2.0/24"), sourceTags("web"), targetTags("db")), have: fw("r", "in 1000 allow tcp:80", sourceTags("web"), targetTags("db")),
			says: []string{"- 192.0.2.0/24 > network main + tag db tcp/80", "- network main, network main + tag db at 192.0.2.0/24 > network main + tag db at 0.0.0.0/0 tcp/80"}},
		{name: "tags come to ranges", want: fw("r", "in 1000 allow tcp:80", sources("192.0.2.0/24"), targetTags("db")), have: fw("r", "in 1000 allow tcp:80", sources("192.0.2.0/24"), sourceTags("web"), targetTags("db")),
			says: []string{"+ network main + tag web > network main + tag db tcp/80 (IPv6)", "+ network main + tag web at 0.0.0.0/0 except 192.0.2.0/24 > network main + tag db at 0.0.0.0/0 tcp/80"}},
		{name: "priorities swapped", want: fw("a", "in 900 deny tcp:80", sources("10.0.0.0/8")) + fw("b", "in 1000 allow tcp:80", all4), have: fw("a", "in 1000 deny tcp:80", sources("10.0.0.0/8")) + fw("b", "in 900 allow tcp:80", all4),
			says: []string{"+ 10.0.0.0/8 > network main tcp/80", "+ network main at 10.0.0.0/8 > network main at 0.0.0.0/0 tcp/80"}},
		{name: "a deny wins a tie", want: fw("b", "in 1000 allow tcp:80", all4) + fw("a", "in 1000 deny tcp:80", sources("10.0.0.0/8")), have: fw("a", "in 999 deny tcp:80", sources("10.0.0.0/8")) + fw("b", "in 1000 allow tcp:80", all4)},
		{name: "a deny below an allow", want: fw("b", "in 1000 allow tcp:80", all4), have: fw("b", "in 1000 allow tcp:80", all4) + fw("a", "in 1001 deny tcp:80", sources("10.0.0.0/8"))},
		{name: "a rule that is disabled and none", want: web + fw("s", "in 1000 allow tcp:22", all4, "disabled = true"), have: web},
		{name: "a rule that is enabled", want: fw("s", "in 1000 allow tcp:22", all4, "disabled = true"), have: fw("s", "in 1000 allow tcp:22", all4, "disabled = false"),
			says: []string{"+ network main, 0.0.0.0/0 > network main tcp/22 (IPv4)"}},
		{name: "a deny that is disabled", want: fw("d", "in 10 deny tcp:443", sources("10.0.0.0/8")) + web, have: fw("d", "in 10 deny tcp:443", sources("10.0.0.0/8"), "disabled = true") + web,
			says: []string{"+ 10.0.0.0/8 > network main tcp/443", "+ network main at 10.0.0.0/8 > network main at 0.0.0.0/0 tcp/443"}},
		{name: "no direction and no priority", want: fw("r", "- - allow tcp:443", all4), have: web},
		{name: "no priority is not the first", want: fw("d", "in 500 deny tcp:443", all4) + fw("r", "in - allow tcp:443", all4), have: fw("d", "in 500 deny tcp:443", all4)},
		{name: "protocols by name, number and case", want: fw("r", "in 1000 allow tcp:443 udp:53 icmp esp", all4), have: fw("r", "in 1000 allow 6:443 17:53 1 50", all4)},
		{name: "protocols in capitals", want: web, have: fw("r", "in 1000 allow TCP:443", all4)},
		{name: "ports in one rule and in many", want: fw("r", "in 1000 allow tcp:80,443,8000-8100", all4), have: fw("a", "in 1000 allow tcp:8000-8050", all4) + fw("b", "in 2000 allow tcp:80 tcp:443", all4) + fw("c", "in 3000 allow tcp:8040-8100", all4)},
		{name: "all and what has a name", want: fw("r", "in 1000 allow tcp udp icmp esp ah sctp", all4), have: fw("r", "in 1000 allow all", all4),
			says: []string{"+ network main, 0.0.0.0/0 > network main any but tcp, udp, sctp, icmp, esp, ah (IPv4)"}},
		{name: "egress is admitted by itself", want: fw("r", "in 1000 allow tcp:443", all4), have: fw("r", "in 1000 allow tcp:443", all4) + fw("e", "out 65535 allow all", destinations("0.0.0.0/0"))},
		{name: "egress denied", want: web, have: web + fw("e", "out 65534 deny all", destinations("0.0.0.0/0")),
			says: []string{"- network main > 0.0.0.0/0 any", "- network main > network main tcp/443 (IPv4)"}},
		{name: "egress denied but to some", want: web + fw("e", "out 65534 deny all", destinations("0.0.0.0/0")), have: web + fw("e", "out 65534 deny all", destinations("0.0.0.0/0")) + fw("f", "out 1000 allow tcp:443", destinations("198.51.100.0/24")),
			says: []string{"+ network main > 198.51.100.0/24 tcp/443", "+ network main at 0.0.0.0/0 > network main at 198.51.100.0/24 tcp/443"}},
		{name: "ingress is refused by itself", want: web, have: web + fw("d", "in 65535 deny all", all4)},
		{name: "0.0.0.0/0 in halves", want: web, have: fw("r", "in 1000 allow tcp:443", sources("0.0.0.0/1", "128.0.0.0/1"))},
		{name: "small blocks and their union", want: fw("r", "in 1000 allow tcp:443", sources("10.0.0.0/30")), have: fw("r", "in 1000 allow tcp:443", sources("10.0.0.0/32", "10.0.0.1", "10.0.0.3/32", "10.0.0.2/32"))},
		{name: "an IPv6 twin", want: web, have: web + fw("s", "in 1000 allow tcp:443", sources("::/0")),
			says: []string{"+ network main, ::/0 > network main tcp/443 (IPv6)"}},
		{name: "destinations of ingress", want: fw("r", "in 1000 allow tcp:443", all4, destinations("10.0.0.0/24")), have: fw("r", "in 1000 allow tcp:443", all4, destinations("10.0.0.0/25")),
			says: []string{"- network main at 0.0.0.0/0, 0.0.0.0/0 > network main at 10.0.0.128/25 tcp/443"}},
		{name: "destinations of ingress in halves", want: fw("r", "in 1000 allow tcp:443", all4, destinations("10.0.0.0/24")), have: fw("r", "in 1000 allow tcp:443", all4, destinations("10.0.0.0/25")) + fw("s", "in 900 allow tcp:443", all4, destinations("10.0.0.128/25"))},
		{name: "host bits", want: fw("r", "in 1000 allow tcp:443", sources("10.0.0.0/24")), have: fw("r", "in 1000 allow tcp:443", sources("10.0.0.9/24"))},
		{name: "null and empty lists", want: web, have: fw("r", "in 1000 allow tcp:443", all4, "source_tags = null", "target_tags = []", "source_service_accounts = null", "disabled = null")},
		{name: "another target", want: fw("r", "in 1000 allow tcp:80", all4, targetTags("web")), have: fw("r", "in 1000 allow tcp:80", all4, targetTags("api")),
			says: []string{"+ every group, 0.0.0.0/0 > network main + tag api tcp/80 (IPv4)", "- every group, 0.0.0.0/0 > network main + tag web tcp/80 (IPv4)"}},
		{name: "a target more", want: fw("r", "in 1000 allow tcp:80", all4, targetTags("web")), have: fw("r", "in 1000 allow tcp:80", all4, targetTags("web", "api")),
			says: []string{"+ every group, 0.0.0.0/0 > network main + tag api tcp/80 (IPv4)"}},
		{name: "no target is everybody", want: fw("r", "in 1000 allow tcp:80", all4, targetTags("web")), have: fw("r", "in 1000 allow tcp:80", all4),
			says: []string{"+ network main, network main + tag web, 0.0.0.0/0 > network main tcp/80 (IPv4)"}},
		{name: "service accounts", want: fw("r", "in 1000 allow tcp:80", `source_service_accounts = ["a@p.iam.gserviceaccount.com"]`, `target_service_accounts = ["b@p.iam.gserviceaccount.com"]`),
			have: fw("r", "in 1000 allow tcp:80", `source_service_accounts = ["c@p.iam.gserviceaccount.com"]`, `target_service_accounts = ["b@p.iam.gserviceaccount.com"]`),
			says: []string{"+ network main + serviceaccount c@p.iam.gserviceaccount.com > network main + serviceaccount b@p.iam.gserviceaccount.com tcp/80", "- network main + serviceaccount a@p.iam.gserviceaccount.com > network main + serviceaccount b@p.iam.gserviceaccount.com tcp/80"}},
		{name: "a network by name and by reference", want: vpc() + fw("r", "in 1000 allow tcp:443", all4, onVPC), have: vpc() + fw("r", "in 1000 allow tcp:443", all4, "network = google_compute_network.main.name")},
		{name: "a network by its link", want: vpc() + fw("r", "in 1000 allow tcp:443", all4, onVPC), have: vpc() + fw("r", "in 1000 allow tcp:443", all4, "network = google_compute_network.main.self_link")},
		{name: "tags are of their own network", want: fw("a", "in 1000 allow tcp:80", sourceTags("web")) + fw("b", "in 1000 allow tcp:22", sourceTags("web"), `network = "other"`), have: fw("a", "in 1000 allow tcp:80", sources("0.0.0.0/0")) + fw("b", "in 1000 allow tcp:22", sourceTags("web"), `network = "other"`),
			says: []string{"+ network main, network other, network other + tag web, 0.0.0.0/0 > network main, network main + tag web tcp/80 (IPv4)", "- network main + tag web > network main, network main + tag web tcp/80 (IPv6)"}},
		{name: "an instance gains a tag", want: machine("web") + fw("s", "in 1000 allow tcp:22", all4, targetTags("ssh")) + web, have: machine("web", "ssh") + fw("s", "in 1000 allow tcp:22", all4, targetTags("ssh")) + web,
			says: []string{"+ every group, 0.0.0.0/0 > google_compute_instance.i tcp/22 (IPv4)"}},
		{name: "an instance loses the tag of a source", want: machine("web") + fw("r", "in 1000 allow tcp:80", sourceTags("web"), targetTags("db")), have: machine("old") + fw("r", "in 1000 allow tcp:80", sourceTags("web"), targetTags("db")),
			says: []string{"- google_compute_instance.i > network main + tag db tcp/80"}},
		{name: "a variable for a range", want: vars + web, have: vars + web + fw("s", "in 1000 allow tcp:22", "source_ranges = [var.open]"),
			says: []string{"? everybody > network main tcp/22"}},
		{name: "a deny that is a variable", want: vars + web, have: vars + web + fw("s", "in 10 deny tcp:443", "source_ranges = [var.open]"),
			says: []string{"? network main, 0.0.0.0/0 > network main tcp/443 (IPv4)"}},
		{name: "a deny below that is a variable", want: vars + web, have: vars + web + fw("s", "in 2000 deny tcp:443", "source_ranges = [var.open]")},
		{name: "disabled is a variable", want: vars + web, have: vars + web + fw("s", "in 1000 allow tcp:22", sources("10.0.0.0/8"), "disabled = var.open"),
			says: []string{"? 10.0.0.0/8 > network main tcp/22", "? network main at 10.0.0.0/8 > network main at 0.0.0.0/0 tcp/22"}},
		{name: "for_each and written out", want: fw("a", "in 1000 allow tcp:80", sources("10.0.0.0/8")) + fw("b", "in 1000 allow tcp:80", sources("192.0.2.0/24")),
			have:      "google_compute_firewall r { for_each = { a = \"10.0.0.0/8\"; b = \"192.0.2.0/24\" }; name = each.key; network = \"main\"; source_ranges = [each.value]; allow { protocol = \"tcp\"; ports = [80] } }\n",
			havePlain: fw("a", "in 1000 allow tcp:80", sources("10.0.0.0/8")) + fw("b", "in 1000 allow tcp:80", sources("192.0.2.0/24"))},
		{name: "dynamic and written out", want: fw("a", "in 1000 allow tcp:80 udp:53", all4),
			have:      "locals { services = { tcp = \"80\"; udp = \"53\" } }\ngoogle_compute_firewall a { name = \"a\"; network = \"main\"; source_ranges = [\"0.0.0.0/0\"]; dynamic \"allow\" { for_each = local.services; content { protocol = allow.key; ports = [allow.value] } } }\n",
			havePlain: fw("a", "in 1000 allow tcp:80 udp:53", all4)},
		{name: "a policy and VPC rules", want: vpc() + fw("r", "in 1000 allow tcp:443", sources("10.0.0.0/8"), onVPC), have: vpc() + fwPolicy("in 1000 allow tcp:443 10.0.0.0/8")},
		{name: "a policy is asked after VPC rules", want: vpc() + fw("r", "in 1000 allow tcp:443", all4, onVPC), have: vpc() + fw("r", "in 1000 allow tcp:443", all4, onVPC) + fwPolicy("in 1 deny tcp:443 0.0.0.0/0")},
		{name: "a policy that is asked first", want: vpc() + fw("r", "in 1000 allow tcp:443", all4, onVPC), have: vpc(`network_firewall_policy_enforcement_order = "BEFORE_CLASSIC_FIREWALL"`) + fw("r", "in 1000 allow tcp:443", all4, onVPC) + fwPolicy("in 1 deny tcp:443 10.0.0.0/8"),
			says: []string{"- 10.0.0.0/8 > network main tcp/443", "- network main at 10.0.0.0/8 > network main at 0.0.0.0/0 tcp/443"}},
		{name: "goto_next leaves the policy", want: vpc() + fwPolicy("in 1 goto_next tcp:443 10.0.0.0/8", "in 2 allow tcp:443 0.0.0.0/0"), have: vpc() + fwPolicy("in 2 allow tcp:443 0.0.0.0/0"),
			says: []string{"+ 10.0.0.0/8 > network main tcp/443", "+ network main at 10.0.0.0/8 > network main at 0.0.0.0/0 tcp/443"}},
		{name: "rules of a policy swapped", want: vpc() + fwPolicy("in 1 deny all 10.0.0.0/8", "in 2 allow tcp:443 0.0.0.0/0"), have: vpc() + fwPolicy("in 2 deny all 10.0.0.0/8", "in 1 allow tcp:443 0.0.0.0/0"),
			says: []string{"+ 10.0.0.0/8 > network main tcp/443", "+ network main at 10.0.0.0/8 > network main at 0.0.0.0/0 tcp/443"}},
		{name: "egress of a policy", want: vpc() + fwPolicy("in 1 allow tcp:443 0.0.0.0/0"), have: vpc() + fwPolicy("in 1 allow tcp:443 0.0.0.0/0", "out 2 deny all 0.0.0.0/0"),
			says: []string{"- network main > 0.0.0.0/0 any", "- network main > network main tcp/443 (IPv4)"}},
	}
}
