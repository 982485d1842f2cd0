package translate_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// A tester that never fails proves nothing. Here faults are planted, one at a
// time, in what crosswall wrote or in what it was given to read, and the oracles
// must notice each.

// moduleFault is a fault of an encoder: it spoils a resource.
type moduleFault struct {
	name  string
	modes []string // names of the modes to look in
	is    func(terraform.Resource) bool
	// spoil changes the resource; nil takes it away.
	spoil func(*terraform.Resource)
}

// beyondProof says of which faults the proof, which sees nothing but the module,
// cannot be held against the simulator, and why.
func beyondProof() map[string]string {
	return map[string]string{
		"explicit ingress deny missing on GKE": "GKE's own rules are not in the module",
		"firewall policy not associated":       "a module without association says of no network that it is filtered",
	}
}

func moduleFaults() []moduleFault {
	awsModes, gcpModes := []string{"aws pods", "aws machines"}, []string{"gcp tags", "gcp accounts"}
	azModes := []string{"azure subnet", "azure segment"}
	return []moduleFault{
		{"return entry of a network ACL missing", awsModes, isReturnEntry, nil},
		{"return entry names the service's port", awsModes, isReturnEntry, ports("from_port", "to_port", 80, 80)},
		{"return entry ends before the last client port", awsModes, isReturnEntry, func(r *terraform.Resource) {
			n, _ := r.Get("to_port").AsInt()
			r.Set("to_port", terraform.Int(n-1))
		}},
		{"request entry of a network ACL missing", awsModes, isRequestEntry, nil},
		{"network ACL entry in the other direction", awsModes, isRequestEntry, func(r *terraform.Resource) {
			out, _ := r.Get("egress").AsBool()
			r.Set("egress", terraform.Bool(!out))
		}},
		{"network ACL entry half as wide", awsModes, has("aws_network_acl_rule", "cidr_block"), resize("cidr_block", +1)},
		{"network ACL entry denies", awsModes, has("aws_network_acl_rule", "rule_action"), set("rule_action", terraform.String("deny"))},
		{"echo reply entry is for echo requests", awsModes, isEchoReply, set("icmp_type", terraform.Int(8))},
		{"security group rule missing", awsModes, isSGRule, nil},
		{"security group rule twice as wide", awsModes, has(sgIngress, "cidr_ipv4"), resize("cidr_ipv4", -1)},
		{"security group rule for all protocols", awsModes, has(sgIngress, "from_port"), func(r *terraform.Resource) {
			r.Set("ip_protocol", terraform.String("-1"))
			r.Set("from_port", terraform.Null())
			r.Set("to_port", terraform.Null())
		}},
		{"security group rule one port longer", awsModes, hasPorts(sgIngress), func(r *terraform.Resource) {
			n, _ := r.Get("to_port").AsInt()
			r.Set("to_port", terraform.Int(n+1))
		}},
		{"IPv6 opened beside IPv4", awsModes, has(sgIngress, "cidr_ipv4"), func(r *terraform.Resource) {
			r.Set("cidr_ipv4", terraform.Null())
			r.Set("cidr_ipv6", terraform.String("::/0"))
		}},
		{"group referenced by itself", awsModes, has(sgIngress, "referenced_security_group_id"), func(r *terraform.Resource) {
			r.Set("referenced_security_group_id", r.Get("security_group_id"))
		}},
		{"explicit egress deny missing", gcpModes, isDeny("EGRESS"), nil},
		{"deny at the priority of the allows", gcpModes, isDeny("EGRESS"), set("priority", terraform.Int(800))},
		{"deny before the allows", gcpModes, isDeny("EGRESS"), set("priority", terraform.Int(1))},
		{"explicit deny for IPv6 missing", gcpModes, isDenyV6, nil},
		{"explicit ingress deny missing on GKE", []string{"gcp gke"}, isDeny("INGRESS"), nil},
		{"rule for every machine", gcpModes, hasAny(gcpFirewall, "target_tags", "target_service_accounts"), func(r *terraform.Resource) {
			r.Set("target_tags", terraform.Null())
			r.Set("target_service_accounts", terraform.Null())
		}},
		{"source range twice as wide", gcpModes, hasAny(gcpFirewall, "source_ranges"), resize("source_ranges", -1)},
		{"ports forgotten", gcpModes, hasGCPPorts, func(r *terraform.Resource) { r.Blocks[0].Body = body("protocol", r.Blocks[0].Body.Get("protocol")) }},
		{"firewall policy not associated", []string{"gcp policy"}, has(gcpAssociation, "firewall_policy"), nil},
		{"goto_next in place of deny", []string{"gcp policy"}, isPolicyDeny, set("action", terraform.String("goto_next"))},
		{"explicit deny missing", azModes, isAzDeny, nil},
		{"deny asked first", azModes, isAzDeny, set("priority", terraform.Int(100))},
		{"allow rule missing", azModes, isAzAllow, nil},
		{"network security group attached nowhere", []string{"azure subnet"}, has(azAssociation, "subnet_id"), nil},
		{"source prefix twice as wide", azModes, hasCIDR("source_address_prefix"), resize("source_address_prefix", -1)},
		{"every protocol in place of one", azModes, isAzTCP, set("protocol", terraform.String("*"))},
		{"rule in the other direction", azModes, isAzAllow, func(r *terraform.Resource) {
			if d, _ := r.Get("direction").AsString(); d == "Inbound" {
				r.Set("direction", terraform.String("Outbound"))
			} else {
				r.Set("direction", terraform.String("Inbound"))
			}
		}},
	}
}

const (
	sgIngress      = "aws_vpc_security_group_ingress_rule"
	gcpFirewall    = "google_compute_firewall"
	gcpAssociation = "google_compute_network_firewall_policy_association"
	azRuleType     = "azurerm_network_security_rule"
	azAssociation  = "azurerm_subnet_network_security_group_association"
)

func isReturnEntry(r terraform.Resource) bool {
	first, ok := r.Get("from_port").AsInt()
	last, _ := r.Get("to_port").AsInt()
	return r.Type == "aws_network_acl_rule" && ok && first >= 1024 && last-first >= 999
}

func isRequestEntry(r terraform.Resource) bool {
	first, ok := r.Get("from_port").AsInt()
	return r.Type == "aws_network_acl_rule" && ok && first < 1024
}

func isEchoReply(r terraform.Resource) bool {
	typ, ok := r.Get("icmp_type").AsInt()
	return r.Type == "aws_network_acl_rule" && ok && typ == 0
}

func isSGRule(r terraform.Resource) bool { return strings.HasPrefix(r.Type, "aws_vpc_security_group_") }

func isDeny(direction string) func(terraform.Resource) bool {
	return func(r terraform.Resource) bool {
		d, _ := r.Get("direction").AsString()
		return r.Type == gcpFirewall && len(r.BlocksOf("deny")) > 0 && d == direction
	}
}

func isDenyV6(r terraform.Resource) bool {
	to, _ := r.Get("destination_ranges").AsStrings()
	return isDeny("EGRESS")(r) && slices.Contains(to, "::/0")
}

func isPolicyDeny(r terraform.Resource) bool {
	a, _ := r.Get("action").AsString()
	return r.Type == "google_compute_network_firewall_policy_rule" && a == "deny"
}

func hasGCPPorts(r terraform.Resource) bool {
	return r.Type == gcpFirewall && len(r.Blocks) > 0 && !r.Blocks[0].Body.Get("ports").IsNull()
}

func isAzDeny(r terraform.Resource) bool  { return isAz(r, "access", "Deny") }
func isAzAllow(r terraform.Resource) bool { return isAz(r, "access", "Allow") }
func isAzTCP(r terraform.Resource) bool   { return isAzAllow(r) && isAz(r, "protocol", "Tcp") }

func isAz(r terraform.Resource, name, value string) bool {
	a, _ := r.Get(name).AsString()
	return r.Type == azRuleType && a == value
}

// has is for resources of a type that have an attribute.
func has(typ, name string) func(terraform.Resource) bool { return hasAny(typ, name) }

func hasAny(typ string, names ...string) func(terraform.Resource) bool {
	return func(r terraform.Resource) bool {
		return r.Type == typ && slices.ContainsFunc(names, func(n string) bool { return !r.Get(n).IsNull() })
	}
}

func hasPorts(typ string) func(terraform.Resource) bool {
	return func(r terraform.Resource) bool {
		last, ok := r.Get("to_port").AsInt()
		return r.Type == typ && ok && last >= 0 && last < 65535
	}
}

func hasCIDR(name string) func(terraform.Resource) bool {
	return func(r terraform.Resource) bool {
		s, ok := r.Get(name).AsString()
		p, err := netip.ParsePrefix(s)
		return ok && err == nil && p.Bits() > 0
	}
}

func set(name string, v terraform.Value) func(*terraform.Resource) {
	return func(r *terraform.Resource) { r.Set(name, v) }
}

func ports(first, last string, from, to int64) func(*terraform.Resource) {
	return func(r *terraform.Resource) {
		r.Set(first, terraform.Int(from))
		r.Set(last, terraform.Int(to))
	}
}

// resize makes a block, or each block of a list, longer or shorter by some bits.
func resize(name string, bits int) func(*terraform.Resource) {
	change := func(s string) string {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return s
		}
		n := min(max(p.Bits()+bits, 0), p.Addr().BitLen())
		return netip.PrefixFrom(p.Addr(), n).Masked().String()
	}
	return func(r *terraform.Resource) {
		if s, ok := r.Get(name).AsString(); ok {
			r.Set(name, terraform.String(change(s)))
			return
		}
		of, _ := r.Get(name).AsStrings()
		var out []string
		for _, s := range of {
			out = append(out, change(s))
		}
		r.Set(name, terraform.Strings(out...))
	}
}

func body(name string, v terraform.Value) terraform.Body {
	return terraform.Body{Attrs: []terraform.Attr{{Name: name, Value: v}}}
}

// plant returns the module with the fault in one of its resources; false where
// there is no place for it.
func (f moduleFault) plant(d dice, m terraform.Module) (terraform.Module, string, bool) {
	var at []int
	for i, r := range m.Resources {
		if f.is(r) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return m, "", false
	}
	i := pick(d, at)
	m.Resources = slices.Clone(m.Resources)
	address := m.Resources[i].Address()
	if f.spoil == nil {
		m.Resources = slices.Delete(m.Resources, i, i+1)
		return m, address, true
	}
	r := &m.Resources[i]
	r.Attrs, r.Blocks = slices.Clone(r.Attrs), slices.Clone(r.Blocks)
	f.spoil(r)
	return m, address, true
}

// faultCases bounds the clusters in which a fault may hide; most are noticed in
// the first few.
const faultCases = 1500

// TestRandomFaultsWritten plants each fault into emitted modules. The
// simulators must notice, and so must the proof: decoding the spoilt module has
// to say of each packet what the simulators say.
func TestRandomFaultsWritten(t *testing.T) {
	for _, f := range moduleFaults() {
		t.Run(f.name, func(t *testing.T) {
			for i := range uint64(faultCases) {
				m := modeOf(i)
				if !slices.Contains(f.modes, m.name) {
					continue
				}
				d := roll(*seedFlag, i)
				tr, _, err := attempt(generate(d, m), m)
				if err != nil || tr == nil {
					continue // TestRandom's concern
				}
				if caught := f.tryIn(t, d, tr, i); caught {
					return
				}
			}
			t.Errorf("not noticed in %d cases", faultCases)
		})
	}
}

func (f moduleFault) tryIn(t *testing.T, d dice, tr *trial, i uint64) bool {
	t.Helper()
	spoilt, address, ok := f.plant(d, tr.result.Output.Module)
	if !ok {
		return false
	}
	cloud, err := tr.simulate(spoilt)
	if err != nil {
		t.Logf("case %d (%s): %s: refused by the simulator: %v", i, tr.mode.name, address, err)
		return true
	}
	packets := universe(d, tr.cluster)
	for _, p := range packets {
		before := tr.judge(p)
		whole := tr.cloud
		tr.cloud = cloud
		after := tr.judge(p)
		tr.cloud = whole
		if before == nil && after != nil {
			t.Logf("case %d (%s): %s: %v", i, tr.mode.name, address, after)
			if beyondProof()[f.name] == "" {
				tr.reprove(t, spoilt, cloud, packets)
			}
			return true
		}
	}
	return false
}

// reprove decodes a spoilt module and holds its proof against the simulator.
func (t *trial) reprove(test *testing.T, m terraform.Module, cloud simulator, packets []packet) {
	test.Helper()
	have, findings := t.mode.provider(t.cluster.groupRules).Decode(m)
	if model.WorstSeverity(findings) == model.Error {
		test.Logf("the proof refuses it: %v", findings)
		return
	}
	d := model.Compare(t.result.Wanted, have, t.result.Inventory)
	if d.Opened.Equal(t.result.Delta.Opened) && d.Closed.Equal(t.result.Delta.Closed) && d.Unknown.IsEmpty() {
		test.Errorf("the proof notices nothing")
	}
	for _, p := range packets {
		want, _ := kubeAdmits(t.cluster, p)
		got, why := cloud.admits(p)
		f := t.flow(p)
		if d.Unknown.Contains(f) {
			continue
		}
		if opened, closed := (got || t.cluster.place.onOneNode(p)) && !want, want && !got; opened != d.Opened.Contains(f) || closed != d.Closed.Contains(f) {
			test.Errorf("%s: the simulator %s (%s), and the decoded module has it opened %t, closed %t", p, word(got), why,
				d.Opened.Contains(f), d.Closed.Contains(f))
			return
		}
	}
}

// policyFault is a fault of a reader: it takes a policy for another one.
type policyFault struct {
	name string
	// misread changes a policy; false where there is nothing to misread.
	misread func(*networkingv1.NetworkPolicy) bool
}

func policyFaults() []policyFault {
	return []policyFault{
		{"except forgotten", eachBlock(func(b *networkingv1.IPBlock) bool {
			had := len(b.Except) > 0
			b.Except = nil
			return had
		})},
		{"NotIn read as In", eachSelector(func(s *metav1.LabelSelector) bool {
			had := false
			for i := range s.MatchExpressions {
				if e := &s.MatchExpressions[i]; e.Operator == metav1.LabelSelectorOpNotIn {
					e.Operator, had = metav1.LabelSelectorOpIn, true
				}
			}
			return had
		})},
		{"NotIn needs the label to be there", eachSelector(func(s *metav1.LabelSelector) bool {
			had := false
			for _, e := range s.MatchExpressions {
				if e.Operator == metav1.LabelSelectorOpNotIn {
					s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: e.Key, Operator: metav1.LabelSelectorOpExists})
					had = true
				}
			}
			return had
		})},
		{"AND of namespace and pod read as OR", eachPeers(func(ps *[]networkingv1.NetworkPolicyPeer) bool {
			had := false
			for i, p := range *ps {
				if p.NamespaceSelector != nil && p.PodSelector != nil {
					(*ps)[i].PodSelector = nil
					*ps = append(*ps, networkingv1.NetworkPolicyPeer{PodSelector: p.PodSelector})
					had = true
				}
			}
			return had
		})},
		{"podSelector alone reaches every namespace", eachPeers(func(ps *[]networkingv1.NetworkPolicyPeer) bool {
			had := false
			for i, p := range *ps {
				if p.NamespaceSelector == nil && p.PodSelector != nil {
					(*ps)[i].NamespaceSelector, had = &metav1.LabelSelector{}, true
				}
			}
			return had
		})},
		{"empty peers read as nobody", eachPeers(func(ps *[]networkingv1.NetworkPolicyPeer) bool {
			if len(*ps) > 0 {
				return false
			}
			*ps = []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"id": "nobody"}}}}
			return true
		})},
		{"endPort forgotten", eachPort(func(p *networkingv1.NetworkPolicyPort) bool {
			had := p.EndPort != nil
			p.EndPort = nil
			return had
		})},
		{"protocol forgotten", eachPort(func(p *networkingv1.NetworkPolicyPort) bool {
			had := p.Protocol != nil && *p.Protocol != "TCP"
			p.Protocol = nil
			return had
		})},
		{"named port read as every port", eachPort(func(p *networkingv1.NetworkPolicyPort) bool {
			had := p.Port != nil && p.Port.StrVal != ""
			if had {
				p.Port = nil
			}
			return had
		})},
		{"policyTypes without Ingress by default", func(np *networkingv1.NetworkPolicy) bool {
			if len(np.Spec.PolicyTypes) > 0 || len(np.Spec.Egress) == 0 {
				return false
			}
			np.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeEgress}
			return true
		}},
		{"rules in a direction without type count", func(np *networkingv1.NetworkPolicy) bool {
			if len(np.Spec.PolicyTypes) != 1 {
				return false
			}
			np.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
			return true
		}},
		{"empty podSelector selects nothing", func(np *networkingv1.NetworkPolicy) bool {
			s := &np.Spec.PodSelector
			had := len(s.MatchLabels) == 0 && len(s.MatchExpressions) == 0
			s.MatchLabels = map[string]string{"id": "nobody"}
			return had
		}},
	}
}

func eachPeers(f func(*[]networkingv1.NetworkPolicyPeer) bool) func(*networkingv1.NetworkPolicy) bool {
	return func(np *networkingv1.NetworkPolicy) bool {
		had := false
		for i := range np.Spec.Ingress {
			had = f(&np.Spec.Ingress[i].From) || had
		}
		for i := range np.Spec.Egress {
			had = f(&np.Spec.Egress[i].To) || had
		}
		return had
	}
}

func eachPort(f func(*networkingv1.NetworkPolicyPort) bool) func(*networkingv1.NetworkPolicy) bool {
	return func(np *networkingv1.NetworkPolicy) bool {
		had := false
		for i := range np.Spec.Ingress {
			for j := range np.Spec.Ingress[i].Ports {
				had = f(&np.Spec.Ingress[i].Ports[j]) || had
			}
		}
		for i := range np.Spec.Egress {
			for j := range np.Spec.Egress[i].Ports {
				had = f(&np.Spec.Egress[i].Ports[j]) || had
			}
		}
		return had
	}
}

func eachBlock(f func(*networkingv1.IPBlock) bool) func(*networkingv1.NetworkPolicy) bool {
	return eachPeers(func(ps *[]networkingv1.NetworkPolicyPeer) bool {
		had := false
		for _, p := range *ps {
			if p.IPBlock != nil {
				had = f(p.IPBlock) || had
			}
		}
		return had
	})
}

func eachSelector(f func(*metav1.LabelSelector) bool) func(*networkingv1.NetworkPolicy) bool {
	peers := eachPeers(func(ps *[]networkingv1.NetworkPolicyPeer) bool {
		had := false
		for _, p := range *ps {
			for _, s := range []*metav1.LabelSelector{p.PodSelector, p.NamespaceSelector} {
				had = s != nil && f(s) || had
			}
		}
		return had
	})
	return func(np *networkingv1.NetworkPolicy) bool {
		had := f(&np.Spec.PodSelector)
		return peers(np) || had
	}
}

// TestRandomFaultsRead hands crosswall clusters whose policies were misread,
// while the oracle of Kubernetes judges them as they were written.
func TestRandomFaultsRead(t *testing.T) {
	for _, f := range policyFaults() {
		t.Run(f.name, func(t *testing.T) {
			for i := range uint64(faultCases) {
				if f.tryCase(t, i) {
					return
				}
			}
			t.Errorf("not noticed in %d cases", faultCases)
		})
	}
}

func (f policyFault) tryCase(t *testing.T, i uint64) bool {
	t.Helper()
	m := modeOf(i)
	d := roll(*seedFlag, i)
	c := generate(d, m)
	misread, had := *c, false
	misread.policies = nil
	for _, p := range c.policies {
		q := policy{spelling: p.spelling}
		p.NetworkPolicy.DeepCopyInto(&q.NetworkPolicy)
		had = f.misread(&q.NetworkPolicy) || had
		misread.policies = append(misread.policies, q)
	}
	if !had {
		return false
	}
	tr, _, err := attempt(&misread, m)
	if err != nil || tr == nil {
		return false
	}
	tr.cluster = c
	for _, p := range universe(d, c) {
		if err := tr.judge(p); err != nil {
			t.Logf("case %d (%s): %v", i, m.name, err)
			return true
		}
	}
	return false
}
