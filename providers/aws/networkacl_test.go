package aws_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

// entries lists the entries of an ACL as "in allow tcp 1024-65535 10.0.1.0/24",
// sorted.
func (e encoded) entries(acl string) []string {
	var out []string
	for _, r := range e.resources("aws_network_acl_rule") {
		if text(r.Get("network_acl_id")) != "aws_network_acl."+acl+".id" {
			continue
		}
		dir := "in"
		if egress, _ := r.Get("egress").AsBool(); egress {
			dir = "out"
		}
		s := dir + " " + text(r.Get("rule_action")) + " " + text(r.Get("protocol"))
		for _, pair := range [][2]string{{"from_port", "to_port"}, {"icmp_type", "icmp_code"}} {
			if !r.Get(pair[0]).IsAbsent() {
				s += fmt.Sprintf(" %d-%d", number(r, pair[0]), number(r, pair[1]))
			}
		}
		out = append(out, s+" "+text(r.Get("cidr_block"))+text(r.Get("ipv6_cidr_block")))
	}
	slices.Sort(out)
	return out
}

// TestEntries: request entries name the service, return entries the initiator's
// ephemeral ports, in the opposite direction (VPC user guide, network ACLs, ephemeral ports).
func TestEntries(t *testing.T) {
	a := segment{id: "a", subnet: "net-a", cidrs: []string{"10.0.1.0/24", "fd00:1::/64"}, ports: model.PortRange{First: 32768, Last: 60999}}
	b := at("b", "10.0.2.0/24")
	only := func(rs ...rule) []rule { // isolates both segments but for rs
		return append(rs, deny(model.Ingress, "a"), deny(model.Egress, "a"), deny(model.Ingress, "b"), deny(model.Egress, "b"))
	}
	for _, c := range []struct {
		name  string
		rules []rule
		acl   string
		want  []string
	}{
		{"nothing admitted", only(), "net-a", nil},
		{"one side only", only(in("b", "a", tcp(80))), "net-b", nil},
		{"TCP at the client", only(in("b", "a", tcp(80)), out("a", "b", tcp(80))), "net-a",
			[]string{"in allow tcp 32768-60999 10.0.2.0/24", "out allow tcp 80-80 10.0.2.0/24"}},
		{"TCP at the server", only(in("b", "a", tcp(80)), out("a", "b", tcp(80))), "net-b",
			[]string{"in allow tcp 80-80 10.0.1.0/24", "out allow tcp 32768-60999 10.0.1.0/24"}},
		{"the other initiator", only(in("a", "b", tcp(80)), out("b", "a", tcp(80))), "net-a",
			[]string{"in allow tcp 80-80 10.0.2.0/24", "out allow tcp 1024-65535 10.0.2.0/24"}},
		{"UDP", only(out("a", "192.0.2.53/32", udp(53))), "net-a",
			[]string{"in allow udp 32768-60999 192.0.2.53/32", "out allow udp 53-53 192.0.2.53/32"}},
		{"SCTP goes by number", only(in("b", "192.0.2.0/24", model.AllOf(model.SCTP))), "net-b",
			[]string{"in allow 132 192.0.2.0/24", "out allow 132 192.0.2.0/24"}},
		{"other protocols are mirrored", only(in("b", "192.0.2.0/24", model.AllOf(model.GRE))), "net-b",
			[]string{"in allow 47 192.0.2.0/24", "out allow 47 192.0.2.0/24"}},
		{"echo", only(in("b", "192.0.2.0/24", echo())), "net-b",
			[]string{"in allow icmp 8-0 192.0.2.0/24", "out allow icmp 0-0 192.0.2.0/24"}},
		{"echo, IPv6", only(in("a", "2001:db8::/32", echo6())), "net-a",
			[]string{"in allow 58 128-0 2001:db8::/32", "out allow 58 129-0 2001:db8::/32"}},
		{"errors have no reply", only(in("b", "192.0.2.0/24", model.ICMPMessage(model.ICMP, 3, 4))), "net-b",
			[]string{"in allow icmp 3-4 192.0.2.0/24"}},
		{"all of ICMP", only(in("b", "192.0.2.0/24", model.AllOf(model.ICMP))), "net-b",
			[]string{"in allow icmp -1--1 192.0.2.0/24", "out allow icmp -1--1 192.0.2.0/24"}},
		{"everything", only(in("b", "192.0.2.0/24", anything())), "net-b",
			[]string{"in allow -1 192.0.2.0/24", "out allow -1 192.0.2.0/24"}},
		{"both families", only(in("a", "any", tcp(443))), "net-a",
			[]string{"in allow tcp 443-443 0.0.0.0/0", "in allow tcp 443-443 ::/0",
				"out allow tcp 1024-65535 0.0.0.0/0", "out allow tcp 1024-65535 ::/0"}},
		{"a family that the subnet has not", only(in("b", "any", tcp(443))), "net-b",
			[]string{"in allow tcp 443-443 0.0.0.0/0", "out allow tcp 1024-65535 0.0.0.0/0"}},
		{"covered entries go", only(in("b", "192.0.2.0/24", tcp(443)), in("b", "192.0.2.128/25", tcp(443))), "net-b",
			[]string{"in allow tcp 443-443 192.0.2.0/24", "out allow tcp 1024-65535 192.0.2.0/24"}},
		{"inside the subnet", only(in("b", "b", tcp(80)), out("b", "b", tcp(80))), "net-b", nil},
		{"what AWS never filters", only(out("b", "169.254.169.254/32", tcp(80))), "net-b", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := world{segments: []segment{a, b}, rules: c.rules}.encode(t, aws.Options{})
			if got := e.entries(c.acl); !slices.Equal(got, c.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
			}
		})
	}
}

// TestACLAloneOverAdmits: return entries admit new connections to the clients'
// ports; that is the price of statelessness, and the groups refuse them.
func TestACLAloneOverAdmits(t *testing.T) {
	e := shop(in("back", "front", tcp(80)), out("front", "back", tcp(80)), in("front", "back", tcp(80)), out("back", "front", tcp(80))).encode(t, aws.Options{})
	e.mustBeExact(t)
	f := model.Flow{
		Src: model.Endpoint{ID: "back", Addr: addr("10.0.2.4")}, Dst: model.Endpoint{ID: "front", Addr: addr("10.0.1.4")},
		Protocol: model.TCP, SrcPort: 40000, DstPort: 8080,
	}
	if !e.aclOnly().Opened.Contains(f) {
		t.Errorf("the ACLs alone refuse %v, which their return entries cannot", f)
	}
}

// TestNumbersStay: an edit of one policy leaves the numbers and names of the other
// entries and rules as they are.
func TestNumbersStay(t *testing.T) {
	before := shop(in("back", "front", tcp(8080)), in("data", "back", tcp(5432)), out("front", "any", tcp(443))).encode(t, aws.Options{})
	after := shop(in("back", "front", tcp(8081)), in("data", "back", tcp(5432)), out("front", "any", tcp(443))).encode(t, aws.Options{})
	changed := map[string]bool{}
	have := map[string]terraform.Body{}
	for _, r := range before.Module.Resources {
		have[r.Address()] = r.Body
	}
	for _, r := range after.Module.Resources {
		same := func(a, b terraform.Attr) bool { return a.Name == b.Name && a.Value.Equal(b.Value) }
		if !slices.EqualFunc(have[r.Address()].Attrs, r.Attrs, same) {
			changed[r.Address()] = true
		}
		delete(have, r.Address())
	}
	for gone := range have {
		changed[gone] = true
	}
	if len(changed) == 0 {
		t.Error("nothing changed with the port")
	}
	for a := range changed {
		if !strings.Contains(a, "808") {
			t.Errorf("%s changed, and does not name the port", a)
		}
	}
}

// TestACLQuota: 20 entries less the default deny, per direction and family (VPC
// user guide, quotas); neighbours are merged before a translation is refused.
func TestACLQuota(t *testing.T) {
	peers := func(step int, n int) []rule {
		rules := []rule{deny(model.Egress, "b")}
		for i := range n {
			rules = append(rules, in("b", fmt.Sprintf("192.0.2.%d/32", i*step), tcp(80)))
		}
		return rules
	}
	for _, c := range []struct {
		name    string
		rules   []rule
		options aws.Options
		over    bool
	}{
		{"19 fit", peers(2, 19), aws.Options{}, false},
		{"20 do not", peers(2, 20), aws.Options{}, true},
		{"20 neighbours are merged", peers(1, 20), aws.Options{}, false},
		{"39 fit when raised", peers(2, 39), aws.Options{NACLEntries: 40}, false},
		{"40 never do", peers(2, 40), aws.Options{NACLEntries: 100}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := world{segments: []segment{at("b", "10.0.2.0/24")}, rules: c.rules}.encode(t, c.options)
			f := e.finding("quota")
			if (f != nil) != c.over {
				t.Fatalf("over the quota: %v, want %v", f, c.over)
			}
			if f == nil {
				e.mustBeExact(t)
				return
			}
			if f.Severity != model.Error || !strings.Contains(f.Summary, "net-b") || !strings.Contains(f.Advice, "NetworkPolicy shop/b") {
				t.Errorf("the finding names neither the subnet nor the policy: %v", f)
			}
		})
	}
}

// TestGroupQuota: 60 rules per direction and family, and a reference counts in
// both (VPC user guide, quotas).
func TestGroupQuota(t *testing.T) {
	w := world{segments: []segment{nowhere("a"), nowhere("b")}}
	for i := range 59 {
		w.rules = append(w.rules, in("b", fmt.Sprintf("192.0.2.%d/32", 2*i), tcp(80)))
	}
	w.rules = append(w.rules, in("b", "a", tcp(80)))
	e := w.encode(t, aws.Options{})
	want := []providers.Quota{
		{Name: "security group b, ingress rules, IPv4", Used: 60, Limit: 60},
		{Name: "security group b, ingress rules, IPv6", Used: 1, Limit: 60},
	}
	for _, q := range want {
		if !slices.Contains(e.Quotas, q) {
			t.Errorf("no quota %+v in %+v", q, e.Quotas)
		}
	}
	if f := e.finding("quota"); f != nil {
		t.Errorf("60 rules: %v", f)
	}
}

// TestStrangersOfTheSubnet: what the platform's allowances admit between strangers
// passes the ACL of a subnet that strangers live in; the rest of theirs is warned about.
func TestStrangersOfTheSubnet(t *testing.T) {
	w := world{shared: true, segments: []segment{at("a", "10.0.1.0/24")}, rules: []rule{deny(model.Ingress, "a"), deny(model.Egress, "a")}}
	w.site.Allowances = []providers.Allowance{{Direction: model.Egress, Rule: model.Rule{
		Action: model.Allow, Target: model.At{Addrs: model.MustPrefixes("10.0.1.0/24")}, Peer: model.At{Addrs: model.MustPrefixes("198.51.100.0/24")},
		Traffic: model.Traffic{tcp(443)}, Reason: "nodes pull images"}}}
	e := w.encode(t, aws.Options{})
	node := model.Flow{Src: model.Endpoint{Addr: addr("10.0.1.9")}, Dst: model.Endpoint{Addr: addr("198.51.100.7")},
		Protocol: model.TCP, SrcPort: 40000, DstPort: 443}
	if !newCloud(e).aclsPass(node) {
		t.Errorf("the ACL refuses %v\n%s", node, strings.Join(e.entries("net-a"), "\n"))
	}
	node.DstPort = 80
	if newCloud(e).aclsPass(node) {
		t.Errorf("the ACL admits %v", node)
	}
	if e.finding("shared-subnet") == nil {
		t.Error("no warning that the ACL filters the strangers too")
	}
	if !strings.Contains(fmt.Sprint(e.Module.Resources), "platform: nodes pull images") {
		t.Error("no comment gives the reason")
	}
}
