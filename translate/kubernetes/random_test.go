package kubernetes

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

var seed = flag.Uint64("seed", 1, "seed of the random policies")

// The plain evaluator below knows Kubernetes' semantics and nothing of the
// package: pods and policies are Go values, judged the way the API's comments say.
type (
	plainSelector struct {
		op     string // "", In, NotIn, Exists, DoesNotExist; "" matches everything
		key    string
		values []string
	}
	plainPeer struct {
		pods, namespaces *plainSelector
		cidr, except     string
	}
	plainPort struct {
		protocol, name string
		port, end      int
	}
	plainRule struct {
		peers []plainPeer
		ports []plainPort
	}
	plainPolicy struct {
		namespace       string
		subject         plainSelector
		types           []string
		ingress, egress []plainRule
	}
	plainEnd struct {
		namespace, pod string // empty: outside
		addr           netip.Addr
	}
)

func (s plainSelector) matches(labels map[string]string) bool {
	v, ok := labels[s.key]
	switch s.op {
	case "In":
		return ok && slices.Contains(s.values, v)
	case "NotIn":
		return !ok || !slices.Contains(s.values, v)
	case "Exists":
		return ok
	case "DoesNotExist":
		return !ok
	}
	return true
}

func (s plainSelector) yaml() string {
	switch s.op {
	case "":
		return "{}"
	case "In", "NotIn":
		return fmt.Sprintf("{matchExpressions: [{key: %s, operator: %s, values: [%q]}]}", s.key, s.op, strings.Join(s.values, `", "`))
	}
	return fmt.Sprintf("{matchExpressions: [{key: %s, operator: %s}]}", s.key, s.op)
}

func (p plainPeer) matches(policyNamespace string, e plainEnd) bool {
	if p.cidr != "" {
		return netip.MustParsePrefix(p.cidr).Contains(e.addr) && (p.except == "" || !netip.MustParsePrefix(p.except).Contains(e.addr))
	}
	if e.pod == "" {
		return false
	}
	if p.namespaces == nil && e.namespace != policyNamespace {
		return false
	}
	if p.namespaces != nil && !p.namespaces.matches(map[string]string{"ns": e.namespace, nameLabel: e.namespace}) {
		return false
	}
	return p.pods == nil || p.pods.matches(map[string]string{"pod": e.pod})
}

func (p plainPeer) yaml() string {
	var parts []string
	if p.cidr != "" {
		except := ""
		if p.except != "" {
			except = fmt.Sprintf(", except: [%q]", p.except)
		}
		parts = append(parts, fmt.Sprintf("ipBlock: {cidr: %q%s}", p.cidr, except))
	}
	if p.pods != nil {
		parts = append(parts, "podSelector: "+p.pods.yaml())
	}
	if p.namespaces != nil {
		parts = append(parts, "namespaceSelector: "+p.namespaces.yaml())
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// matches looks a name up in the destination: "web" is 80 over TCP, 8080 in b; "dns" is 81 over UDP.
func (p plainPort) matches(protocol string, port int, dst plainEnd) bool {
	if protocol != p.protocol {
		return false
	}
	switch {
	case p.name == "web":
		return dst.pod != "" && protocol == "TCP" && port == map[bool]int{true: 8080, false: 80}[dst.pod == "b"]
	case p.name == "dns":
		return dst.pod != "" && protocol == "UDP" && port == 81
	case p.port == 0:
		return true
	case p.end == 0:
		return port == p.port
	}
	return p.port <= port && port <= p.end
}

func (p plainPort) yaml() string {
	out := "{protocol: " + p.protocol
	switch {
	case p.name != "":
		out += ", port: " + p.name
	case p.port != 0:
		out += fmt.Sprint(", port: ", p.port)
	}
	if p.end != 0 {
		out += fmt.Sprint(", endPort: ", p.end)
	}
	return out + "}"
}

func (r plainRule) yaml(field string) string {
	var peers, ports []string
	for _, p := range r.peers {
		peers = append(peers, p.yaml())
	}
	for _, p := range r.ports {
		ports = append(ports, p.yaml())
	}
	return fmt.Sprintf("{%s: [%s], ports: [%s]}", field, strings.Join(peers, ", "), strings.Join(ports, ", "))
}

func (p plainPolicy) yaml() string {
	var in, out []string
	for _, r := range p.ingress {
		in = append(in, r.yaml("from"))
	}
	for _, r := range p.egress {
		out = append(out, r.yaml("to"))
	}
	return fmt.Sprintf("{podSelector: %s, policyTypes: [%s], ingress: [%s], egress: [%s]}", p.subject.yaml(), strings.Join(p.types, ", "),
		strings.Join(in, ", "), strings.Join(out, ", "))
}

func (p plainPolicy) isolates(direction string) bool {
	if len(p.types) > 0 {
		return slices.Contains(p.types, direction)
	}
	return direction == "Ingress" || len(p.egress) > 0
}

// plainAllows judges a connection.
func plainAllows(ps []plainPolicy, src, dst plainEnd, protocol string, port int) bool {
	side := func(direction string, self, other plainEnd) bool {
		isolated := false
		for _, p := range ps {
			if self.pod == "" || p.namespace != self.namespace || !p.subject.matches(map[string]string{"pod": self.pod}) || !p.isolates(direction) {
				continue
			}
			isolated = true
			rules := p.ingress
			if direction == "Egress" {
				rules = p.egress
			}
			for _, r := range rules {
				peer := len(r.peers) == 0 || slices.ContainsFunc(r.peers, func(q plainPeer) bool { return q.matches(p.namespace, other) })
				ports := len(r.ports) == 0 || slices.ContainsFunc(r.ports, func(q plainPort) bool { return q.matches(protocol, port, dst) })
				if peer && ports {
					return true
				}
			}
		}
		return !isolated
	}
	return side("Egress", src, dst) && side("Ingress", dst, src)
}

type dice struct{ *rand.Rand }

func pick[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

func (d dice) selector(key string, values ...string) plainSelector {
	s := plainSelector{op: pick(d, "", "In", "In", "NotIn", "Exists", "DoesNotExist"), key: pick(d, key, key, key, "absent")}
	s.values = []string{pick(d, values...)}
	return s
}

func (d dice) peer() plainPeer {
	pods, namespaces := d.selector("pod", "a", "b", "c"), d.selector(pick(d, "ns", nameLabel), "x", "y", "z")
	switch d.IntN(4) {
	case 0:
		return plainPeer{pods: &pods}
	case 1:
		return plainPeer{namespaces: &namespaces}
	case 2:
		return plainPeer{pods: &pods, namespaces: &namespaces}
	}
	return pick(d, plainPeer{cidr: "0.0.0.0/0", except: "192.168.0.0/16"}, plainPeer{cidr: "192.168.1.0/24", except: "192.168.1.2/32"},
		plainPeer{cidr: "8.0.0.0/8"}, plainPeer{cidr: "::/0"}, plainPeer{cidr: "192.168.0.0/16"})
}

func (d dice) port() plainPort {
	return pick(d, plainPort{protocol: "TCP"}, plainPort{protocol: "UDP"}, plainPort{protocol: "TCP", port: 80}, plainPort{protocol: "TCP", port: 80, end: 82},
		plainPort{protocol: "TCP", name: "web"}, plainPort{protocol: "UDP", name: "dns"}, plainPort{protocol: "TCP", name: "dns"}, plainPort{protocol: "SCTP", port: 80})
}

func several[T any](d dice, most int, roll func() T) []T {
	var out []T
	for range d.IntN(most + 1) {
		out = append(out, roll())
	}
	return out
}

func (d dice) rule() plainRule {
	return plainRule{several(d, 2, d.peer), several(d, 2, d.port)}
}

func (d dice) policy() plainPolicy {
	return plainPolicy{pick(d, "x", "y"), d.selector("pod", "a", "b", "c"), pick(d, nil, []string{"Ingress"}, []string{"Egress"}, []string{"Ingress", "Egress"}),
		several(d, 2, d.rule), several(d, 2, d.rule)}
}

// TestRandomPolicies compares the answers with the plain evaluator's, for
// every pair of the cluster's pods and some addresses outside.
func TestRandomPolicies(t *testing.T) {
	t.Logf("seed %d", *seed)
	d := dice{rand.New(rand.NewPCG(*seed, 0))}
	ends := []plainEnd{{addr: mustAddr("8.8.8.8")}, {addr: mustAddr("192.168.1.77")}, {addr: mustAddr("2001:db8::1")}}
	for i, ns := range []string{"x", "y", "z"} {
		for j, pod := range []string{"a", "b", "c"} {
			ends = append(ends, plainEnd{ns, pod, mustAddr(fmt.Sprintf("192.168.%d.%d", i, j+1))})
		}
	}
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	for range rounds {
		ps := several(d, 4, d.policy)
		var text strings.Builder
		for i, p := range ps {
			text.WriteString(policyIn(p.namespace, fmt.Sprint("p", i), p.yaml()))
		}
		in, _ := mustRead(t, Options{}, cluster(), text.String())
		if compared := compareRound(t, in.Policy, in.Inventory, ps, ends); compared == 0 || t.Failed() {
			t.Fatalf("seed %d, %d connections, policies:\n%s", *seed, compared, text.String())
		}
	}
}

func compareRound(t *testing.T, policy model.Policy, inv model.Inventory, ps []plainPolicy, ends []plainEnd) (compared int) {
	t.Helper()
	protocols := map[string]model.Protocol{"TCP": model.TCP, "UDP": model.UDP, "SCTP": model.SCTP}
	at := func(e plainEnd) model.Endpoint {
		if e.pod == "" {
			return model.Endpoint{Addr: e.addr}
		}
		return model.Endpoint{ID: workloadID(e.namespace, "Pod", e.pod), Addr: e.addr}
	}
	for _, src := range ends {
		for _, dst := range ends {
			if src == dst || src.pod == "" && dst.pod == "" || src.addr.Is4() != dst.addr.Is4() {
				continue
			}
			for name, protocol := range protocols {
				for _, port := range []int{79, 80, 81, 82, 83, 8080} {
					want := model.Denied
					if plainAllows(ps, src, dst, name, port) {
						want = model.Allowed
					}
					f := model.Flow{Src: at(src), Dst: at(dst), Protocol: protocol, SrcPort: 40000, DstPort: uint16(port)}
					compared++
					if got := policy.Explain(f, inv).Verdict; got != want {
						t.Errorf("%s: got %s, want %s", f, got, want)
						return compared
					}
				}
			}
		}
	}
	return compared
}
