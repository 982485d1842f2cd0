package kubernetes

import (
	"fmt"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// TestSemantics holds the rules of NetworkPolicy one by one, over the cluster of
// three namespaces.
func TestSemantics(t *testing.T) {
	for _, c := range []struct {
		name  string
		specs []string // of policies in namespace x
		rows  []string
	}{
		{"no policy: everything passes", nil, []string{
			"x/a > x/b tcp/80: allow", "8.8.8.8 > x/a tcp/80: allow", "x/a > 8.8.8.8 icmp: allow"}},

		// 1. policyTypes
		{"types absent, no egress: ingress is isolated", []string{`{podSelector: {matchLabels: {pod: a}}}`}, []string{
			"x/b > x/a tcp/80: deny", "8.8.8.8 > x/a tcp/80: deny", "x/a > x/b tcp/80: allow", "x/b > x/c tcp/80: allow"}},
		{"types [] is absent", []string{`{podSelector: {matchLabels: {pod: a}}, policyTypes: []}`}, []string{
			"x/b > x/a tcp/80: deny", "x/a > x/b tcp/80: allow"}},
		{"types null is absent", []string{`{podSelector: {matchLabels: {pod: a}}, policyTypes: null, egress: [{}]}`}, []string{
			"x/b > x/a tcp/80: deny", "x/a > x/b tcp/80: allow"}},
		{"types absent, egress rules: both are isolated", []string{`{podSelector: {matchLabels: {pod: a}}, egress: [{ports: [{port: 80}]}]}`},
			[]string{"x/b > x/a tcp/80: deny", "x/a > x/b tcp/80: allow", "x/a > x/b tcp/81: deny"}},
		{"types absent, egress []: only ingress", []string{`{podSelector: {matchLabels: {pod: a}}, egress: []}`}, []string{
			"x/b > x/a tcp/80: deny", "x/a > x/b tcp/80: allow"}},
		{"types [Egress]: ingress rules are dead", []string{`{podSelector: {matchLabels: {pod: a}}, policyTypes: [Egress], ingress: [{ports: [{port: 80}]}]}`},
			[]string{"x/b > x/a tcp/81: allow", "x/a > x/b tcp/80: deny"}},
		{"types [Ingress, Ingress]", []string{`{podSelector: {matchLabels: {pod: a}}, policyTypes: [Ingress, Ingress]}`}, []string{
			"x/b > x/a tcp/80: deny", "x/a > x/b tcp/80: allow"}},

		// 2. additive, no order, no deny
		{"policies add up", []string{
			`{podSelector: {matchLabels: {pod: a}}}`,
			`{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}]}`,
			`{podSelector: {matchLabels: {pod: a}}, ingress: [{ports: [{port: 81}]}]}`},
			[]string{"x/b > x/a tcp/80: allow", "x/c > x/a tcp/80: deny", "x/c > x/a tcp/81: allow", "x/c > x/b tcp/81: deny"}},
		{"isolation is by direction", []string{`{podSelector: {matchLabels: {pod: a}}, policyTypes: [Egress]}`}, []string{
			"x/a > x/b tcp/80: deny", "x/b > x/a tcp/80: allow"}},
		{"both ends must admit", []string{
			`{podSelector: {matchLabels: {pod: a}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {pod: b}}}]}]}`,
			`{podSelector: {matchLabels: {pod: b}}, ingress: [{from: [{podSelector: {matchLabels: {pod: c}}}]}]}`},
			[]string{"x/a > x/b tcp/80: deny", "x/c > x/b tcp/80: allow"}},

		// 3. empty versus missing
		{"podSelector {} is all pods of the namespace", []string{`{podSelector: {}}`}, []string{
			"y/a > x/a tcp/80: deny", "y/a > x/c tcp/80: deny", "x/a > y/a tcp/80: allow"}},
		{"podSelector null", []string{`{podSelector: null}`}, []string{"y/a > x/b tcp/80: deny"}},
		{"podSelector absent", []string{`{policyTypes: [Ingress]}`}, []string{"y/a > x/b tcp/80: deny"}},
		{"ingress [] denies all", []string{`{podSelector: {}, policyTypes: [Ingress], ingress: []}`}, []string{"y/a > x/b tcp/80: deny"}},
		{"ingress null denies all", []string{`{podSelector: {}, policyTypes: [Ingress], ingress: null}`}, []string{"y/a > x/b tcp/80: deny"}},
		{"ingress [{}] allows all", []string{`{podSelector: {}, ingress: [{}]}`}, []string{
			"y/a > x/b tcp/80: allow", "8.8.8.8 > x/b sctp/7: allow", "8.8.8.8 > x/b icmp: allow"}},
		{"ingress [null] is [{}]", []string{`{podSelector: {}, ingress: [null]}`}, []string{"8.8.8.8 > x/b udp/80: allow"}},
		{"from absent is anybody", []string{`{podSelector: {}, ingress: [{ports: [{port: 80}]}]}`}, []string{
			"8.8.8.8 > x/b tcp/80: allow", "8.8.8.8 > x/b tcp/81: deny"}},
		{"from [] is anybody", []string{`{podSelector: {}, ingress: [{from: [], ports: [{port: 80}]}]}`}, []string{
			"8.8.8.8 > x/b tcp/80: allow", "z/a > x/b tcp/80: allow"}},
		{"from null is anybody", []string{`{podSelector: {}, ingress: [{from: null}]}`}, []string{"8.8.8.8 > x/b tcp/80: allow"}},
		{"ports [] is everything", []string{`{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: []}]}`}, []string{
			"x/a > x/b sctp/80: allow", "x/a > x/b icmp: allow", "y/a > x/b tcp/80: deny"}},
		{"ports [{}] is all of TCP", []string{`{podSelector: {}, ingress: [{ports: [{}]}]}`}, []string{
			"y/a > x/b tcp/1: allow", "y/a > x/b tcp/65535: allow", "y/a > x/b udp/80: deny", "y/a > x/b icmp: deny"}},
		{"ports [{protocol: UDP}] is all of UDP", []string{`{podSelector: {}, ingress: [{ports: [{protocol: UDP}]}]}`}, []string{
			"y/a > x/b udp/1: allow", "y/a > x/b tcp/1: deny"}},
		{"peer podSelector {} is the own namespace", []string{`{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}`}, []string{
			"x/a > x/b tcp/80: allow", "y/a > x/b tcp/80: deny", "8.8.8.8 > x/b tcp/80: deny"}},
		{"peer namespaceSelector {} is all pods, and no others", []string{`{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}`}, []string{
			"z/a > x/b tcp/80: allow", "x/a > x/b tcp/80: allow", "8.8.8.8 > x/b tcp/80: deny", "10.1.1.1 > x/b tcp/80: deny"}},

		// 4. peers
		{"one item: namespace and pod", []string{`{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: "y"}}, podSelector: {matchLabels: {pod: a}}}]}]}`},
			[]string{"y/a > x/b tcp/80: allow", "y/b > x/b tcp/80: deny", "x/a > x/b tcp/80: deny"}},
		{"two items: namespace or pod", []string{`{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: "y"}}}, {podSelector: {matchLabels: {pod: a}}}]}]}`},
			[]string{"y/b > x/b tcp/80: allow", "x/a > x/b tcp/80: allow", "x/c > x/b tcp/80: deny", "z/a > x/b tcp/80: deny"}},
		{"peers and ports", []string{`{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 80}, {port: 53, protocol: UDP}]}]}`},
			[]string{"x/a > x/b tcp/80: allow", "x/a > x/b udp/53: allow", "x/a > x/b udp/80: deny", "y/a > x/b tcp/80: deny"}},
		{"rules are alternatives", []string{`{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {pod: a}}}]}, {ports: [{port: 81}]}]}`},
			[]string{"x/a > x/b tcp/80: allow", "x/c > x/b tcp/80: deny", "y/c > x/b tcp/81: allow"}},

		// 5. selectors
		{"labels and expressions both hold", []string{`{podSelector: {matchLabels: {pod: a}, matchExpressions: [{key: pod, operator: In, values: [b]}]}}`},
			[]string{"y/a > x/a tcp/80: allow", "y/a > x/b tcp/80: allow"}},
		{"In", []string{`{podSelector: {matchExpressions: [{key: pod, operator: In, values: [a, b]}]}}`}, []string{
			"y/a > x/a tcp/80: deny", "y/a > x/b tcp/80: deny", "y/a > x/c tcp/80: allow"}},
		{"NotIn", []string{`{podSelector: {matchExpressions: [{key: pod, operator: NotIn, values: [a, b]}]}}`}, []string{
			"y/a > x/a tcp/80: allow", "y/a > x/c tcp/80: deny"}},
		{"NotIn matches an absent key", []string{`{podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [db]}]}}`}, []string{
			"y/a > x/a tcp/80: deny"}},
		{"Exists", []string{`{podSelector: {matchExpressions: [{key: pod, operator: Exists}]}}`}, []string{"y/a > x/a tcp/80: deny"}},
		{"Exists with an absent key", []string{`{podSelector: {matchExpressions: [{key: tier, operator: Exists}]}}`}, []string{"y/a > x/a tcp/80: allow"}},
		{"DoesNotExist", []string{`{podSelector: {matchExpressions: [{key: pod, operator: DoesNotExist}]}}`}, []string{"y/a > x/a tcp/80: allow"}},
		{"DoesNotExist matches an absent key", []string{`{podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist, values: []}]}}`}, []string{"y/a > x/a tcp/80: deny"}},
		{"namespaces by name", []string{`{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: z}}}]}]}`}, []string{
			"z/a > x/a tcp/80: allow", "y/a > x/a tcp/80: deny"}},

		// 6. ipBlock
		{"except is a hole in its own entry only", []string{`{podSelector: {}, ingress: [{from: [
			{ipBlock: {cidr: 8.0.0.0/8, except: [8.8.0.0/16, 8.9.0.0/16]}}, {ipBlock: {cidr: 8.8.8.0/24}}]}]}`}, []string{
			"8.1.1.1 > x/a tcp/80: allow", "8.8.1.1 > x/a tcp/80: deny", "8.9.1.1 > x/a tcp/80: deny", "8.8.8.8 > x/a tcp/80: allow", "9.1.1.1 > x/a tcp/80: deny"}},
		{"another policy re-allows what except leaves out", []string{
			`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 8.0.0.0/8, except: [8.8.0.0/16]}}]}]}`,
			`{podSelector: {matchLabels: {pod: a}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 8.8.8.8/32}}], ports: [{port: 53, protocol: UDP}]}]}`},
			[]string{"x/a > 8.8.8.8 udp/53: allow", "x/a > 8.8.8.8 tcp/53: deny", "x/b > 8.8.8.8 udp/53: deny", "x/b > 8.1.1.1 udp/53: allow"}},
		{"0.0.0.0/0 is IPv4 only", []string{`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}`}, []string{
			"x/a > 8.8.8.8 tcp/80: allow", "x/a > 2001:db8::1 tcp/80: deny"}},
		{"::/0 is IPv6 only", []string{`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: "::/0", except: ["2001:db8::/32"]}}]}]}`}, []string{
			"x/a > 2001:db9::1 tcp/80: allow", "x/a > 2001:db8::1 tcp/80: deny", "x/a > 8.8.8.8 tcp/80: deny"}},
		{"a block matches pods by address", []string{`{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 192.168.1.0/24, except: [192.168.1.2/32]}}]}]}`}, []string{
			"y/a > x/a tcp/80: allow", "y/b > x/a tcp/80: deny", "z/a > x/a tcp/80: deny"}},

		// 7. ports
		{"endPort is included", []string{`{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 90}]}]}`}, []string{
			"y/a > x/a tcp/79: deny", "y/a > x/a tcp/80: allow", "y/a > x/a tcp/90: allow", "y/a > x/a tcp/91: deny"}},
		{"endPort may be the port", []string{`{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 80}]}]}`}, []string{
			"y/a > x/a tcp/80: allow", "y/a > x/a tcp/81: deny"}},
		{"named ingress: at each pod of the policy", []string{`{podSelector: {}, ingress: [{ports: [{port: web}]}]}`}, []string{
			"y/a > x/a tcp/80: allow", "y/a > x/a tcp/8080: deny", "y/a > x/b tcp/8080: allow", "y/a > x/b tcp/80: deny", "8.8.8.8 > x/b tcp/8080: allow"}},
		{"named egress: at each pod of the peer", []string{`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {ns: "y"}}}], ports: [{port: web}]}]}`},
			[]string{"x/a > y/a tcp/80: allow", "x/a > y/b tcp/8080: allow", "x/a > y/b tcp/80: deny", "x/a > z/a tcp/80: deny", "x/b > y/b tcp/8080: allow"}},
		{"named egress to anybody: pods that have the name, nobody outside", []string{`{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: web}]}]}`},
			[]string{"x/a > y/a tcp/80: allow", "x/a > y/b tcp/8080: allow", "x/a > y/a tcp/8080: deny", "x/a > 8.8.8.8 tcp/80: deny", "x/a > 8.8.8.8 tcp/8080: deny"}},
		{"named egress to a block: pods in it that have the name", []string{`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.168.1.0/24}}], ports: [{port: web}]}]}`},
			[]string{"x/a > y/a tcp/80: allow", "x/a > y/b tcp/8080: allow", "x/a > z/a tcp/80: deny", "x/a > 192.168.1.9 tcp/80: deny"}},
		{"named and numbered", []string{`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}, {ipBlock: {cidr: 8.0.0.0/8}}], ports: [{port: web}, {port: 443}]}]}`},
			[]string{"x/a > y/b tcp/8080: allow", "x/a > y/b tcp/443: allow", "x/a > 8.8.8.8 tcp/443: allow", "x/a > 8.8.8.8 tcp/80: deny"}},
		{"a name goes with its protocol", []string{`{podSelector: {}, ingress: [{ports: [{port: dns}]}, {ports: [{port: dns, protocol: UDP}]}]}`}, []string{
			"y/a > x/a udp/81: allow", "y/a > x/a tcp/81: deny"}},
		{"an unknown name allows nothing", []string{`{podSelector: {}, ingress: [{ports: [{port: nowhere}]}]}`}, []string{
			"y/a > x/a tcp/80: deny", "y/a > x/a tcp/8080: deny"}},

		// 8. protocols
		{"an SCTP rule isolates TCP", []string{`{podSelector: {}, ingress: [{ports: [{port: 80, protocol: SCTP}]}]}`}, []string{
			"y/a > x/a sctp/80: allow", "y/a > x/a tcp/80: deny", "y/a > x/a sctp/81: deny"}},

		// 9. replies: the connection is judged by its first packet
		{"no egress at all still lets replies out", []string{`{podSelector: {matchLabels: {pod: a}}, policyTypes: [Egress]}`}, []string{
			"x/b > x/a tcp/80: allow", "x/a > x/b tcp/80: deny"}},
		{"no ingress at all still lets replies in", []string{`{podSelector: {matchLabels: {pod: a}}, policyTypes: [Ingress]}`}, []string{
			"x/a > x/b tcp/80: allow", "x/b > x/a tcp/80: deny"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, _ := mustRead(t, Options{}, cluster(), policies(c.specs...))
			wantRows(t, in, c.rows...)
		})
	}
}

// TestChoices holds what Kubernetes leaves open, with the options that decide it.
func TestChoices(t *testing.T) {
	block := policies(`{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}`)
	named := policies(`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.168.0.0/16}}], ports: [{port: web}]}]}`)
	for _, c := range []struct {
		name  string
		opts  Options
		input string
		rows  []string
	}{
		{"item 6: a block matches pods", Options{}, block, []string{"y/a > x/a tcp/80: allow", "8.8.8.8 > x/a tcp/80: allow"}},
		{"item 6: a block matches the outside only", Options{IPBlocks: IPBlocksMatchOutside}, block, []string{"y/a > x/a tcp/80: deny", "8.8.8.8 > x/a tcp/80: allow"}},
		{"item 7: a named port of an outside block is nothing", Options{IPBlocks: IPBlocksMatchOutside}, named, []string{"x/a > y/a tcp/80: deny"}},
		{"item 10: traffic from nodes is denied where nobody says who they are", Options{}, policies(`{podSelector: {}}`), []string{"10.0.0.1 > x/a tcp/80: deny"}},
		{"item 10: traffic from nodes may be the pod's own", Options{NodeAddrs: model.MustPrefixes("10.0.0.0/24")}, policies(`{podSelector: {}}`),
			[]string{"10.0.0.1 > x/a tcp/80: unknown", "10.0.1.1 > x/a tcp/80: deny", "y/a > x/a tcp/80: deny"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, _ := mustRead(t, c.opts, cluster(), c.input)
			wantRows(t, in, c.rows...)
		})
	}
}

// TestNumbersAsKeys holds what a number is called when it is the key of a label: what YAML's way to JSON makes of it.
func TestNumbersAsKeys(t *testing.T) {
	pod := manifest("v1", "Pod", "name: a, namespace: x, labels: {1.50: v, 0x10: v, 2.0: v}", podSpec)
	in, _ := mustRead(t, Options{}, pod)
	if got := fmt.Sprint(in.Workloads[0].Labels); got != "map[1.5:v 16:v 2:v]" {
		t.Errorf("got %s", got)
	}
}
