package translate_test

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/providers/gcp"
	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/translate"
	"github.com/crosswall/crosswall/translate/kubernetes"
	"github.com/crosswall/crosswall/translate/placement"
)

// Two people looked at the same manifests: crosswall, which wrote Terraform
// and a proof of it, and the plain oracles of this folder, which know what
// Kubernetes admits (random_kubernetes_test.go) and what each cloud would do
// with the Terraform (random_aws_test.go and its sisters). TestRandom has them
// agree on every packet of many small clusters.
//
//	go test ./translate -run Random -seed 7 -cases 10000
//	go test ./translate -run Random -seed 7 -only 123     one case, in full
var (
	seedFlag  = flag.Uint64("seed", 1, "seed of the random tester")
	casesFlag = flag.Int("cases", 0, "number of cases of the random tester (default 2000, 500 with -short, 200 with -race)")
	onlyFlag  = flag.Int("only", -1, "the one case to run, with everything about it printed")
)

const (
	defaultCases = 2_000
	shortCases   = 500
	raceCases    = 200
)

func cases() int {
	switch {
	case *casesFlag > 0:
		return *casesFlag
	case raceDetector:
		return raceCases
	case testing.Short():
		return shortCases
	}
	return defaultCases
}

// trial is a cluster, what crosswall made of it, and what the cloud makes of that.
type trial struct {
	mode    mode
	cluster *cluster
	result  translate.Result
	cloud   simulator
	segment map[string]model.Identity // by workload id
}

func (m mode) provider(groupRules int) providers.Provider {
	switch m.cloud {
	case "aws":
		return aws.New(aws.Options{NACLEntries: 40, GroupRules: groupRules})
	case "gcp":
		if m.policyStyle {
			return gcp.New(gcp.Options{Style: gcp.NetworkPolicy})
		}
		return gcp.New(gcp.Options{})
	}
	return azure.New(azure.Options{})
}

// podAddrs is what the tester's pods hold.
func podAddrs() model.AddrSet { return model.MustPrefixes("10.0.0.0/16", "2001:db8::/32") }

// read has the real readers read the cluster.
func read(c *cluster) (translate.Input, providers.Site, error) {
	in, findings := kubernetes.Reader{Options: kubernetes.Options{PodAddrs: podAddrs()}}.ReadFiles(
		[]kubernetes.File{{Name: "cluster.yaml", Data: []byte(c.manifests()), Named: true}})
	if err := worst("the manifests", findings); err != nil {
		return in, providers.Site{}, err
	}
	if !c.place.given {
		return in, providers.Site{}, nil
	}
	p, findings := placement.Read("placement.yaml", []byte(c.placement()))
	if err := worst("the placement", findings); err != nil {
		return in, providers.Site{}, err
	}
	site, findings := p.Site(c.place.cloud, in.Workloads)
	return in, site, worst("the placement", findings)
}

func worst(what string, findings []model.Finding) error {
	var errs []error
	for _, f := range findings {
		if f.Severity == model.Error {
			errs = append(errs, fmt.Errorf("%s: refused: %s", what, f))
		}
	}
	return errors.Join(errs...)
}

// attempt translates a cluster. A nil trial without an error means that crosswall
// refused, for the reason given.
func attempt(c *cluster, m mode) (*trial, string, error) {
	in, site, err := read(c)
	if err != nil {
		return nil, "", err
	}
	r := translate.To(m.provider(c.groupRules), in, site, translate.Options{AllowWider: true, Shrink: c.shrink})
	if r.Refused {
		return nil, refusal(r), nil
	}
	t := &trial{mode: m, cluster: c, result: r, segment: map[string]model.Identity{}}
	for _, s := range r.Segments {
		for _, w := range s.Workloads {
			t.segment[string(w.ID)] = s.ID
		}
	}
	t.cloud, err = t.simulate(r.Output.Module)
	return t, "", err
}

// refusal is the codes of the errors for which nothing was written.
func refusal(r translate.Result) string {
	var codes []string
	for _, f := range r.Findings {
		if f.Severity == model.Error {
			codes = append(codes, f.Code)
		}
	}
	if len(codes) == 0 {
		return "no reason"
	}
	slices.Sort(codes)
	return strings.Join(slices.Compact(codes), ", ")
}

// simulate builds the simulator of the trial's cloud over a module.
func (t *trial) simulate(m terraform.Module) (simulator, error) {
	switch p := t.cluster.place; p.cloud {
	case "aws":
		groups, err := t.identities(m, "security_group_ids", "additional_security_group_ids")
		if err != nil {
			return nil, err
		}
		return newAWSSim(p, m, groups)
	case "gcp":
		ids, err := t.identities(m, "network_tags", "service_accounts", "secure_tags")
		if err != nil {
			return nil, err
		}
		return newGCPSim(p, m, ids)
	default:
		nics, err := t.identities(m, "network_security_group_ids")
		if err != nil {
			return nil, err
		}
		asgs, err := t.identities(m, "application_security_group_ids")
		if err != nil {
			return nil, err
		}
		return newAzureSim(p, m, func(q *pod) string {
			for _, g := range nics(q) {
				if g != t.cluster.place.homes[q.home].group {
					return g
				}
			}
			return ""
		}, func(q *pod) []string { return lower(slices.Clone(asgs(q))) })
	}
}

// identities tells what an operator gives to each pod's interface: what it had
// before, and what the module's outputs ask for.
func (t *trial) identities(m terraform.Module, outputs ...string) (func(*pod) []string, error) {
	asked := map[string][]string{}
	var errs []error
	sorted := slices.SortedFunc(slices.Values(m.Outputs), func(a, b terraform.Output) int {
		return slices.Index(outputs, a.Name) - slices.Index(outputs, b.Name)
	})
	for _, o := range sorted {
		if !slices.Contains(outputs, o.Name) {
			continue
		}
		a := attrs{where: "output " + o.Name, errs: &errs}
		values, ok := o.Value.AsObject()
		if !ok {
			errs = append(errs, fmt.Errorf("output %s is no object", o.Name))
		}
		for segment, v := range values {
			several, isList := v.AsList()
			if !isList {
				several = []terraform.Value{v}
			}
			for _, v := range several {
				asked[segment] = append(asked[segment], a.textOf(segment, v))
			}
		}
	}
	if t.cluster.place.cluster == "eks" {
		return t.bound(asked)
	}
	of := map[*pod][]string{}
	for _, q := range t.cluster.pods() {
		ids := slices.Clone(asked[string(t.segment[q.id()])])
		if h := t.cluster.place.homes[q.home]; t.cluster.place.given {
			for _, had := range []string{h.group, h.serviceAccount} {
				if had != "" && !slices.Contains(ids, had) {
					ids = append(ids, had)
				}
			}
		}
		of[q] = ids
	}
	return func(q *pod) []string { return of[q] }, errors.Join(errs...)
}

// flow is a packet in the words of the result's inventory.
func (t *trial) flow(p packet) model.Flow {
	return flowOf(p, func(q *pod) model.Identity { return t.segment[q.id()] })
}

func flowOf(p packet, identity func(*pod) model.Identity) model.Flow {
	point := func(e end) model.Endpoint {
		if e.pod == nil {
			return model.Endpoint{Addr: e.addr}
		}
		return model.Endpoint{ID: identity(e.pod), Addr: e.addr}
	}
	return model.Flow{Src: point(p.src), Dst: point(p.dst), Protocol: model.Protocol(p.protocol),
		SrcPort: p.srcPort, DstPort: p.dstPort, ICMPType: p.icmpType, ICMPCode: p.icmpCode}
}

// judge holds the word of the oracles on a packet against crosswall's proof.
func (t *trial) judge(p packet) error {
	want, why := kubeAdmits(t.cluster, p)
	have, whyHave := t.cloud.admits(p)
	f, d := t.flow(p), t.result.Delta
	fail := func(what string) error {
		return fmt.Errorf("%s: %s\n  Kubernetes: %s, %s\n  %s: %s, %s\n  crosswall: verdict %s, opened %t, closed %t, unknown %t", p, what,
			word(want), why, t.mode.name, word(have), whyHave, t.result.Verdict, d.Opened.Contains(f), d.Closed.Contains(f), d.Unknown.Contains(f))
	}
	// Pods that may share a node may also be on two: whichever is worse counts.
	opened, closed := (have || t.cluster.place.onOneNode(p)) && !want, want && !have
	switch {
	case d.Unknown.Contains(f):
		return fail("nothing in the input is unknown")
	case opened != d.Opened.Contains(f):
		return fail("what was opened is not what the proof says")
	case closed != d.Closed.Contains(f):
		return fail("what was closed is not what the proof says")
	case opened && t.result.Verdict != model.Wider:
		return fail("opened, and the verdict is not wider")
	case closed && t.result.Verdict == model.Exact:
		return fail("closed, and the verdict is exact")
	case opened && !t.reported(f, model.Wider), closed && !t.reported(f, model.Narrower, model.Unsupported):
		return fail("no loss says so")
	}
	return nil
}

func word(admits bool) string {
	if admits {
		return "admits"
	}
	return "refuses"
}

// reported reports whether a loss of one of the grades covers the connection.
func (t *trial) reported(f model.Flow, grades ...model.Grade) bool {
	return slices.ContainsFunc(t.result.Losses, func(l model.Finding) bool {
		return slices.Contains(grades, l.Grade) && l.Affects.Contains(f)
	})
}

// check runs one cluster; it returns what the oracles have against it.
func check(c *cluster, m mode, d dice) (outcome, error) {
	t, refused, err := attempt(c, m)
	if err != nil || t == nil {
		return outcome{refused: refused}, err
	}
	o := outcome{verdict: t.result.Verdict}
	universe := universe(d, c)
	for _, p := range universe {
		o.packets++
		if err := t.judge(p); err != nil {
			return o, err
		}
	}
	if err := t.overlooked(d, universe); err != nil {
		return o, err
	}
	for _, l := range t.result.Losses {
		o.losses = append(o.losses, l.Code)
	}
	for _, l := range t.result.Output.Lists {
		if l.After < l.Before {
			o.shortened++
		}
	}
	for _, r := range t.result.Output.Module.Resources {
		if action, _ := r.Get("rule_action").AsString(); action == "deny" {
			o.deny++
		}
	}
	for _, out := range t.result.Output.Module.Outputs {
		if groups, ok := out.Value.AsObject(); ok && out.Name == "additional_security_group_ids" {
			o.more += len(groups)
		}
	}
	return o, nil
}

// overlooked looks, in one case out of ten, for packets outside of what the
// proof compares.
func (t *trial) overlooked(d dice, universe []packet) error {
	if !d.in(10) {
		return nil
	}
	reach := t.result.Inventory.Universe()
	for _, p := range universe {
		if !reach.Contains(t.flow(p)) {
			return fmt.Errorf("%s: the proof does not look at this connection", p)
		}
	}
	return nil
}

// outcome is what became of a case.
type outcome struct {
	refused string // why, if it was
	verdict model.Grade
	packets int
	losses  []string
	// shortened is how many rule lists were shortened, deny how many entries of network ACLs deny,
	// and more how many segments need several security groups.
	shortened, deny, more int
}

// TestRandom is the random tester.
func TestRandom(t *testing.T) {
	if *onlyFlag >= 0 {
		one(t, uint64(*onlyFlag))
		return
	}
	n := cases()
	t.Logf("seed %d, %d cases", *seedFlag, n)
	tally := newTally()
	err := parallel(n, func(i uint64) error {
		m := modeOf(i)
		d := roll(*seedFlag, i)
		c := generate(d, m)
		o, err := check(c, m, d)
		tally.add(m, o)
		if err != nil {
			return fmt.Errorf("seed %d, case %d (%s): %w\n%s", *seedFlag, i, m.name, err, minimal(c, m, err))
		}
		return nil
	})
	t.Log(tally)
	if err != nil {
		t.Fatal(err)
	}
	tally.demand(t, n)
}

func modeOf(i uint64) mode {
	all := modes()
	return all[i%uint64(len(all))]
}

// one runs a single case and prints all of it.
func one(t *testing.T, i uint64) {
	m := modeOf(i)
	d := roll(*seedFlag, i)
	c := generate(d, m)
	t.Logf("seed %d, case %d (%s)\n%s", *seedFlag, i, m.name, c)
	if tr, refused, err := attempt(c, m); err != nil {
		t.Log(err)
	} else if tr == nil {
		t.Log("refused: " + refused)
	} else {
		for _, f := range tr.result.Files {
			t.Logf("%s\n%s", f.Name, f.Data)
		}
		t.Logf("verdict %s", tr.result.Verdict)
		for _, f := range append(slices.Clone(tr.result.Losses), tr.result.Findings...) {
			t.Logf("%s %s", f.Grade, f)
		}
	}
	if o, err := check(c, m, d); err != nil {
		t.Errorf("%v\n%s", err, minimal(c, m, err))
	} else {
		t.Logf("%+v", o)
	}
}

func (c *cluster) String() string {
	s := fmt.Sprintf("# shrink %d, %d rules in a security group\n", c.shrink, c.groupRules) + c.manifests()
	for _, w := range c.workloads {
		for _, p := range w.pods {
			s += fmt.Sprintf("# pod of %s at %s\n", w.id(), p.addrs)
		}
	}
	if c.place.given {
		s += "---\n" + c.placement()
	}
	return s
}

// parallel runs cases 0 to n-1 and returns the error of the first that fails.
func parallel(n int, run func(uint64) error) error {
	// Cases are small and many: collecting garbage less often saves a quarter of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	var next atomic.Uint64
	var mu sync.Mutex
	var first error
	at := uint64(n)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				mu.Lock()
				stop := i >= at
				mu.Unlock()
				if stop {
					return
				}
				if err := run(i); err != nil {
					mu.Lock()
					if i < at {
						at, first = i, err
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return first
}

// tally counts outcomes by mode.
type tally struct {
	mu     sync.Mutex
	byMode map[string]*count
}

type count struct {
	cases, packets  int
	shortened       int
	deny, more      int
	verdicts        map[model.Grade]int
	refused, losses map[string]int
}

func newTally() *tally { return &tally{byMode: map[string]*count{}} }

func (t *tally) add(m mode, o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.byMode[m.name]
	if c == nil {
		c = &count{verdicts: map[model.Grade]int{}, refused: map[string]int{}, losses: map[string]int{}}
		t.byMode[m.name] = c
	}
	c.cases++
	c.packets += o.packets
	c.shortened, c.deny, c.more = c.shortened+o.shortened, c.deny+o.deny, c.more+o.more
	if o.refused != "" {
		c.refused[o.refused]++
		return
	}
	c.verdicts[o.verdict]++
	for _, l := range o.losses {
		c.losses[l]++
	}
}

func (t *tally) String() string {
	var b strings.Builder
	for _, m := range modes() {
		if c := t.byMode[m.name]; c != nil {
			fmt.Fprintf(&b, "\n%-15s %5d cases, %8d packets, %d lists shortened, %d denies, %d segments in several groups: %v, refused %v, losses %v", m.name, c.cases, c.packets,
				c.shortened, c.deny, c.more, c.verdicts, c.refused, c.losses)
		}
	}
	return b.String()
}

// demand fails when the cases were too easy: a tester that is always refused, or
// never meets an exact translation, finds nothing.
func (t *tally) demand(test *testing.T, n int) {
	if n < shortCases {
		return
	}
	var sum count
	for _, m := range modes() {
		c := t.byMode[m.name]
		refused := 0
		for _, k := range c.refused {
			refused += k
		}
		if refused*2 > c.cases {
			test.Errorf("%s: %d of %d cases were refused: %v", m.name, refused, c.cases, c.refused)
		}
		if c.verdicts[model.Exact] == 0 {
			test.Errorf("%s: no case was exact", m.name)
		}
		if m.cloud == "aws" {
			sum.shortened, sum.deny, sum.more = sum.shortened+c.shortened, sum.deny+c.deny, sum.more+c.more
		}
	}
	if sum.shortened == 0 || sum.deny == 0 || sum.more == 0 {
		test.Errorf("AWS: %d lists were shortened, %d entries deny, %d segments need several groups", sum.shortened, sum.deny, sum.more)
	}
}

// TestRandomReplies pins the packet that answers each kind of request, on which
// the simulator of stateless rules rests.
func TestRandomReplies(t *testing.T) {
	a, b := end{addr: netip.MustParseAddr("10.0.0.1")}, end{addr: netip.MustParseAddr("10.0.0.2")}
	for _, row := range []struct {
		request packet
		reply   string
	}{
		{packet{a, b, tcp, 40000, 80, 0, 0}, "stranger 10.0.0.2 > stranger 10.0.0.1 TCP/40000 from port 80"},
		{packet{a, b, sctp, 40000, 80, 0, 0}, "stranger 10.0.0.2 > stranger 10.0.0.1 SCTP/40000 from port 80"},
		{packet{a, b, icmp, 0, 0, 8, 0}, "stranger 10.0.0.2 > stranger 10.0.0.1 ICMP type 0 code 0"},
		{packet{a, b, icmpv6, 0, 0, 128, 0}, "stranger 10.0.0.2 > stranger 10.0.0.1 ICMPv6 type 129 code 0"},
		{packet{a, b, icmp, 0, 0, 3, 4}, ""},
		{packet{a, b, gre, 0, 0, 0, 0}, "stranger 10.0.0.2 > stranger 10.0.0.1 protocol GRE"},
	} {
		got := ""
		if r, ok := row.request.reply(); ok {
			got = r.String()
		}
		if got != row.reply {
			t.Errorf("%s: reply %q, want %q", row.request, got, row.reply)
		}
	}
}
