package checks_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/translate/kubernetes"
)

// rawCluster is the manifests of a source, as far as judges want them.
type rawCluster struct {
	policies   []object
	pods       []rawPod
	namespaces map[string]object // labels
}

// rawPod is a pod, or what makes pods.
type rawPod struct {
	namespace, name string
	owner           string
	labels          object
	containers      []object
	onHost          bool
}

// rawOfManifests reads manifests.
func rawOfManifests(files []kubernetes.File) *rawCluster {
	c := &rawCluster{namespaces: map[string]object{}}
	for _, f := range files {
		for _, doc := range bytes.Split(append([]byte("\n"), f.Data...), []byte("\n---")) {
			var v any
			if _, rest, ok := bytes.Cut(doc, []byte("\n")); ok {
				doc = rest
			}
			if yaml.Unmarshal(doc, &v) == nil {
				c.add(v)
			}
		}
	}
	return c
}

func sub(o object, path ...string) object {
	for _, k := range path {
		o, _ = o[k].(object)
	}
	return o
}

func (c *rawCluster) add(v any) {
	o, ok := v.(object)
	if !ok {
		return
	}
	for _, x := range list(o, "items") {
		c.add(x)
	}
	meta := sub(o, "metadata")
	pod := rawPod{namespace: namespaceOf(o), name: str(meta, "name")}
	for _, r := range objects(meta, "ownerReferences") {
		pod.owner = str(r, "name")
	}
	switch str(o, "kind") {
	case "NetworkPolicy":
		c.policies = append(c.policies, o)
		return
	case "Namespace":
		c.namespaces[pod.name] = sub(meta, "labels")
		return
	case "Pod":
		pod.labels, o = sub(meta, "labels"), sub(o, "spec")
	case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController":
		pod.labels, o = sub(o, "spec", "template", "metadata", "labels"), sub(o, "spec", "template", "spec")
	case "CronJob":
		t := sub(o, "spec", "jobTemplate", "spec", "template")
		pod.labels, o = sub(t, "metadata", "labels"), sub(t, "spec")
	default:
		return
	}
	pod.containers, pod.onHost = objects(o, "containers"), o["hostNetwork"] == true
	c.pods = append(c.pods, pod)
}

func namespaceOf(o object) string {
	if n := str(sub(o, "metadata"), "namespace"); n != "" {
		return n
	}
	return "default"
}

// selects says whether a label selector selects labels: every label and every expression has to hold, and an empty one selects all.
func selects(s, labels object) bool {
	for k, v := range sub(s, "matchLabels") {
		if labels[k] != v {
			return false
		}
	}
	for _, e := range objects(s, "matchExpressions") {
		have, has := labels[str(e, "key")]
		in := slices.Contains(list(e, "values"), have)
		switch str(e, "operator") {
		case "In":
			if !has || !in {
				return false
			}
		case "NotIn":
			if has && in {
				return false
			}
		case "Exists":
			if !has {
				return false
			}
		case "DoesNotExist":
			if has {
				return false
			}
		}
	}
	return true
}

// namespaceLabels are those that were given and the one that Kubernetes sets.
func (c *rawCluster) namespaceLabels(name string) object {
	out := object{"kubernetes.io/metadata.name": name}
	for k, v := range c.namespaces[name] {
		out[k] = v
	}
	return out
}

// party is one end of a connection.
type party struct {
	pod  *rawPod
	addr netip.Addr
}

// peerIs says whether a peer of a policy in a namespace names a party.
func (c *rawCluster) peerIs(peer object, namespace string, p party) bool {
	if b := sub(peer, "ipBlock"); b != nil {
		at, ok := block(str(b, "cidr"))
		if !ok || p.pod != nil || !at.Contains(p.addr) {
			return false
		}
		return !slices.ContainsFunc(stringsIn(b, "except"), func(x string) bool { e, ok := block(x); return ok && e.Contains(p.addr) })
	}
	if p.pod == nil {
		return false
	}
	if _, has := peer["namespaceSelector"]; has {
		if !selects(sub(peer, "namespaceSelector"), c.namespaceLabels(p.pod.namespace)) {
			return false
		}
	} else if p.pod.namespace != namespace {
		return false
	}
	return selects(sub(peer, "podSelector"), p.pod.labels)
}

// ruleIs says whether a rule of a policy is about a party and a port; to is who receives.
func (c *rawCluster) ruleIs(rule object, peers, namespace string, p party, to *rawPod, proto string, port int) bool {
	about := len(list(rule, peers)) == 0
	for _, x := range objects(rule, peers) {
		about = about || c.peerIs(x, namespace, p)
	}
	if !about {
		return false
	}
	ports := objects(rule, "ports")
	return len(ports) == 0 || slices.ContainsFunc(ports, func(o object) bool { return portIs(o, to, proto, port) })
}

func portIs(o object, to *rawPod, proto string, port int) bool {
	if want := str(o, "protocol"); want != proto && (want != "" || proto != "TCP") {
		return false
	}
	switch v := o["port"].(type) {
	case nil:
		return true
	case float64:
		return port >= int(v) && port <= number(o, "endPort", int(v))
	case string:
		return to != nil && slices.Contains(to.named(v, proto), port)
	}
	return false
}

// named returns the ports of a name.
func (p *rawPod) named(name, proto string) []int {
	var out []int
	for _, c := range p.containers {
		for _, x := range objects(c, "ports") {
			if want := str(x, "protocol"); str(x, "name") == name && (want == proto || want == "" && proto == "TCP") {
				out = append(out, number(x, "containerPort", 0))
			}
		}
	}
	return out
}

// isFor says whether a policy isolates a pod in a direction.
func isFor(policy object, p *rawPod, egress bool) bool {
	spec := sub(policy, "spec")
	types := stringsIn(spec, "policyTypes")
	is := !egress || len(list(spec, "egress")) > 0
	if len(types) > 0 {
		word := "Ingress"
		if egress {
			word = "Egress"
		}
		is = slices.Contains(types, word)
	}
	return is && (p == nil || namespaceOf(policy) == p.namespace && !p.onHost && selects(sub(spec, "podSelector"), p.labels))
}

// rulesOf are the rules of a policy in a direction, with the name of their lists of peers.
func rulesOf(policy object, egress bool) ([]object, string) {
	if egress {
		return objects(sub(policy, "spec"), "egress"), "to"
	}
	return objects(sub(policy, "spec"), "ingress"), "from"
}

// policyAdmits says whether a policy lets a party and its own pod connect.
func (c *rawCluster) policyAdmits(policy object, egress bool, p party, to *rawPod, proto string, port int) bool {
	rules, peers := rulesOf(policy, egress)
	return slices.ContainsFunc(rules, func(r object) bool { return c.ruleIs(r, peers, namespaceOf(policy), p, to, proto, port) })
}

// policy is the one that a finding is about.
func (t trial) policy() object {
	for _, p := range t.k8s.policies {
		if t.Object.Label() == namespaceOf(p)+"/"+str(sub(p, "metadata"), "name") {
			return p
		}
	}
	return nil
}

// judgeOpenPolicy: K8S002 and K8S003. The packet, and those of strangers all over the Internet, are admitted, and the nearest private addresses need not be.
func judgeOpenPolicy(t trial) string {
	p := t.policy()
	if p == nil {
		return "there is no such policy"
	}
	f := t.Example
	at := peerOf(t, *f)
	for _, text := range append(whole[at.Is4()], at.String()) {
		if !t.k8s.policyAdmits(p, t.isOutward(), party{addr: netip.MustParseAddr(text)}, nil, f.Protocol.String(), int(f.DstPort)) {
			return fmt.Sprintf("%s is not admitted by %s/%d", text, f.Protocol, f.DstPort)
		}
	}
	if _, beside := t.samples(); len(beside) > 0 {
		for _, q := range beside {
			name := map[int]string{6: "TCP", 17: "UDP"}[q.proto]
			if isPublic(q.peer) && name != "" && t.k8s.policyAdmits(p, t.isOutward(), party{addr: q.peer}, nil, name, q.port) {
				return fmt.Sprintf("%+v is left out", q)
			}
		}
	}
	return says(isFor(p, nil, t.isOutward()), "the policy has nothing to say in this direction")
}

// judgeMetadata: EGR003.
func judgeMetadata(t trial) string {
	p := t.policy()
	if p == nil {
		return "there is no such policy"
	}
	f := t.Example
	return says(isFor(p, nil, true) && (f.Dst.Addr == netip.MustParseAddr("169.254.169.254") || f.Dst.Addr == netip.MustParseAddr("fd00:ec2::254")) && f.DstPort == 80 &&
		t.k8s.policyAdmits(p, true, party{addr: f.Dst.Addr}, nil, "TCP", 80), "no rule admits it")
}

// podOf finds what a workload's name stands for: "shop/Deployment/web", or the pods of an owner.
func (c *rawCluster) podOf(label string) *rawPod {
	parts := strings.Split(label, "/")
	for i := range c.pods {
		p := &c.pods[i]
		if p.namespace == parts[0] && (p.name == parts[len(parts)-1] || p.owner == parts[len(parts)-1]) {
			return p
		}
	}
	return nil
}

// judgeIsolated: K8S001.
func judgeIsolated(t trial) string {
	egress := strings.HasPrefix(t.Subject, "egress")
	for _, label := range t.Attached {
		p := t.k8s.podOf(label)
		if p == nil {
			return label + " is not in the manifests"
		}
		for _, q := range t.k8s.policies {
			if isFor(q, p, egress) {
				return fmt.Sprintf("%s isolates %s", str(sub(q, "metadata"), "name"), label)
			}
		}
	}
	return says(len(t.Attached) > 0, "nobody is named")
}

// judgeNames: K8S004. Nobody whom the policy is for may ask for names by UDP, or none by TCP.
func judgeNames(t trial) string {
	p := t.policy()
	if p == nil || !isFor(p, nil, true) {
		return "the policy does not isolate for egress"
	}
	may := func(proto string, pod *rawPod) bool {
		for _, q := range t.k8s.policies {
			if pod == nil && str(sub(q, "metadata"), "name") != str(sub(p, "metadata"), "name") || !isFor(q, pod, true) {
				continue
			}
			rules, _ := rulesOf(q, true)
			for _, r := range rules {
				ports := objects(r, "ports")
				own := len(list(r, "to")) > 0 && !slices.ContainsFunc(objects(r, "to"), func(x object) bool { return x["namespaceSelector"] != nil || x["ipBlock"] != nil })
				if len(ports) == 0 && !own || slices.ContainsFunc(ports, func(o object) bool { return portIs(o, nil, proto, 53) }) {
					return true
				}
			}
		}
		return false
	}
	pods := t.k8s.selected(p)
	if len(pods) == 0 {
		pods = []*rawPod{nil}
	}
	for _, pod := range pods {
		if !may("UDP", pod) || !may("TCP", pod) {
			return ""
		}
	}
	return "everybody may ask for names"
}

// selected are the pods that a policy selects.
func (c *rawCluster) selected(p object) []*rawPod {
	var out []*rawPod
	for i := range c.pods {
		if q := &c.pods[i]; !q.onHost && namespaceOf(p) == q.namespace && selects(sub(p, "spec", "podSelector"), q.labels) {
			out = append(out, q)
		}
	}
	return out
}

var step = regexp.MustCompile(`(\w+)\[(\d+)\]`)

// walkTo goes to "spec.ingress[0].from[1]"; the namespace is that of the policy.
func walkTo(p object, path string) object {
	o := sub(p, "spec")
	for _, m := range step.FindAllStringSubmatch(path, -1) {
		i, _ := strconv.Atoi(m[2])
		l := objects(o, m[1])
		if i >= len(l) {
			return nil
		}
		o = l[i]
	}
	return o
}

// judgeSelector: K8S005. Nothing in the manifests is selected.
func judgeSelector(t trial) string {
	p := t.policy()
	if p == nil {
		return "there is no such policy"
	}
	path, code, _ := strings.Cut(t.Subject, " ")
	switch code {
	case "policy-selects-nothing":
		return says(len(t.k8s.selected(p)) == 0, "it selects %d", len(t.k8s.selected(p)))
	case "peer-matches-nothing", "peer-perhaps-nothing", "peer-outside-input":
		peer := walkTo(p, path)
		if peer == nil {
			return "there is no such peer"
		}
		for i := range t.k8s.pods {
			if t.k8s.peerIs(peer, namespaceOf(p), party{pod: &t.k8s.pods[i]}) {
				return t.k8s.pods[i].name + " is named"
			}
		}
		return says(peer["ipBlock"] == nil, "it is a block")
	case "namespace-name-label":
		o := walkTo(p, path)
		return says(strings.Contains(fmt.Sprint(sub(o, "namespaceSelector")), "name:") || strings.Contains(fmt.Sprint(o), "key:name"), "no selector has the label name")
	case "dns-pattern":
		o := walkTo(p, path)
		alone := 0
		for _, x := range objects(o, "to") {
			if x["namespaceSelector"] == nil != (x["podSelector"] == nil) {
				alone++
			}
		}
		return says(alone >= 2 || (o["namespaceSelector"] == nil) != (o["podSelector"] == nil), "one item has both")
	}
	return "no such code"
}

// judgeNamedPort: K8S006.
func judgeNamedPort(t trial) string {
	p := t.policy()
	path, _, _ := strings.Cut(t.Subject, " ")
	o := walkTo(p, path)
	name, ok := o["port"].(string)
	if !ok {
		return "the port has no name"
	}
	proto := str(o, "protocol")
	if proto == "" {
		proto = "TCP"
	}
	if !strings.Contains(path, "ingress") {
		for i := range t.k8s.pods {
			if len(t.k8s.pods[i].named(name, proto)) == 0 {
				return ""
			}
		}
		return "everybody has it"
	}
	pods := t.k8s.selected(p)
	lacking := slices.ContainsFunc(pods, func(q *rawPod) bool { return len(q.named(name, proto)) == 0 })
	return says(lacking || len(pods) == 0, "all %d have it", len(pods))
}

// judgeReply: K8S011.
func judgeReply(t trial) string {
	p := t.policy()
	path, _, _ := strings.Cut(t.Subject, " ")
	o := walkTo(p, path)
	if o == nil || len(list(o, "ports")) > 0 || len(list(o, "to")) == 0 {
		return "the rule has ports, or no peers"
	}
	for _, r := range objects(sub(p, "spec"), "ingress") {
		if fmt.Sprint(r["from"]) == fmt.Sprint(o["to"]) {
			return ""
		}
	}
	return "no ingress rule has the same peers"
}

// ruleAt is the rule that a cause tells of: with one peer, if it tells of one.
func (t trial) ruleAt(c audit.Cause) (rule object, namespace string, egress, ok bool) {
	for _, p := range t.k8s.policies {
		label := namespaceOf(p) + "/" + str(sub(p, "metadata"), "name")
		if c.Origin.Object != "NetworkPolicy "+label && !strings.HasSuffix(c.Origin.Object, label) {
			continue
		}
		rulePath, peerPath, one := strings.Cut(c.Origin.Path, "].")
		if one {
			rulePath += "]"
		}
		r := walkTo(p, rulePath)
		if r == nil {
			continue
		}
		egress = strings.Contains(rulePath, "egress")
		out := object{"ports": r["ports"]}
		_, peers := rulesOf(p, egress)
		out[peers] = r[peers]
		if one && strings.HasPrefix(peerPath, peers) {
			out[peers] = []any{walkTo(p, c.Origin.Path)}
		}
		return out, namespaceOf(p), egress, true
	}
	return nil, "", false, false
}

// judgeDeadPolicyRule: SEM001. The rule names nobody, or whatever it admits one of the rules that cover it admits.
func (t trial) judgeDeadPolicyRule() string {
	if len(t.Causes) == 0 {
		return "no rule is named"
	}
	rule, namespace, egress, ok := t.ruleAt(t.Causes[0])
	if !ok {
		return "there is no such rule"
	}
	peers := map[bool]string{false: "from", true: "to"}[egress]
	for _, p := range t.k8s.parties(rule, peers) {
		for _, proto := range []string{"TCP", "UDP", "SCTP"} {
			for _, port := range portCornersOf(rule) {
				if !t.k8s.ruleIs(rule, peers, namespace, p, p.pod, proto, port) {
					continue
				}
				covered := false
				for _, c := range t.Causes[1:] {
					other, where, dir, ok := t.ruleAt(c)
					covered = covered || ok && dir == egress && t.k8s.ruleIs(other, peers, where, p, p.pod, proto, port)
				}
				if !covered {
					return fmt.Sprintf("%+v %s/%d is admitted by it alone", p, proto, port)
				}
			}
		}
	}
	return ""
}

// parties are the pods, and strangers at the corners of a rule's blocks.
func (c *rawCluster) parties(rule object, peers string) []party {
	out := []party{{addr: netip.MustParseAddr("203.0.113.9")}, {addr: netip.MustParseAddr("2001:db8::9")}, {addr: netip.MustParseAddr("10.1.2.3")}}
	for _, x := range objects(rule, peers) {
		b := sub(x, "ipBlock")
		for _, text := range append(stringsIn(b, "except"), textIn(b, "cidr")...) {
			if at, ok := block(text); ok {
				for _, a := range []netip.Addr{at.Addr(), end(at), at.Addr().Prev(), end(at).Next()} {
					if a.IsValid() {
						out = append(out, party{addr: a})
					}
				}
			}
		}
	}
	for i := range c.pods {
		out = append(out, party{pod: &c.pods[i]})
	}
	return out
}

func portCornersOf(rule object) []int {
	out := []int{1, 53, 80, 443, 8080, 65535}
	for _, o := range objects(rule, "ports") {
		n := number(o, "port", 80)
		out = append(out, n, number(o, "endPort", n))
	}
	return out
}

// judgeShorterPolicy: SEM003. One of the rules that the finding names is a part of another.
func (t trial) judgeShorterPolicy() string {
	for i := range t.Causes {
		for j := range t.Causes {
			pair := t
			pair.Causes = []audit.Cause{t.Causes[i], t.Causes[j]}
			if i != j && pair.judgeDeadPolicyRule() == "" {
				return ""
			}
		}
	}
	return "none of the rules is a part of another"
}

// judgeOtherEnd: SEM005. The rule allows, and nobody at the other end is allowed.
func judgeOtherEnd(t trial) string {
	if len(t.Causes) == 0 {
		return "no rule is named"
	}
	if t.Object.Provider != "kubernetes" {
		return t.judgeOtherGroup()
	}
	rule, namespace, egress, ok := t.ruleAt(t.Causes[0])
	p := t.policy()
	if !ok || p == nil {
		return "there is no such rule"
	}
	peers := map[bool]string{false: "from", true: "to"}[egress]
	tried := 0
	for _, own := range t.k8s.selected(p) {
		for i := range t.k8s.pods {
			other := &t.k8s.pods[i]
			to := own
			if egress {
				to = other
			}
			for _, proto := range []string{"TCP", "UDP", "SCTP"} {
				for _, port := range portCornersOf(rule) {
					if !t.k8s.ruleIs(rule, peers, namespace, party{pod: other}, to, proto, port) {
						continue
					}
					tried++
					isolated, admits := false, false
					for _, q := range t.k8s.policies {
						if isFor(q, other, !egress) {
							isolated = true
							admits = admits || t.k8s.policyAdmits(q, !egress, party{pod: own}, to, proto, port)
						}
					}
					if (!isolated || admits) && other != own {
						return fmt.Sprintf("%s and %s connect by %s/%d", own.name, other.name, proto, port)
					}
				}
			}
		}
	}
	return says(tried > 0, "the rule admits nobody")
}
