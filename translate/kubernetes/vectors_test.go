package kubernetes

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate"
)

// answer is a row of answers.tsv.
type answer struct {
	from, to string
	protocol model.Protocol
	port     uint16
	allowed  bool
}

func answers(t *testing.T, file string) []answer {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out []answer
	for lines := bufio.NewScanner(f); lines.Scan(); {
		cells := strings.Split(lines.Text(), "\t")
		if len(cells) != 5 || cells[0] == "from" {
			continue
		}
		port, err := strconv.ParseUint(cells[3], 10, 16)
		if err != nil {
			t.Fatalf("%s: port %q", file, cells[3])
		}
		protocols := map[string]model.Protocol{"TCP": model.TCP, "UDP": model.UDP, "SCTP": model.SCTP}
		out = append(out, answer{cells[0], cells[1], protocols[cells[2]], uint16(port), cells[4] == "yes"})
	}
	if len(out) == 0 {
		t.Fatalf("%s: no answers", file)
	}
	return out
}

// endpoint returns an end of an answer: an address, or a workload at an address that it may hold.
func endpoint(in translate.Input, name string) (model.Endpoint, bool) {
	if a, err := netip.ParseAddr(name); err == nil {
		return model.Endpoint{Addr: a}, true
	}
	id := model.Identity(name)
	for _, m := range in.Inventory.Members {
		if m.ID == id {
			return model.Endpoint{ID: id, Addr: in.Inventory.Addrs(id).Ranges()[0].From()}, true
		}
	}
	return model.Endpoint{}, false
}

// check returns what the input says otherwise than the answers, at most a few.
func check(in translate.Input, rows []answer) (wrong []string, unknown int) {
	for _, a := range rows {
		src, ok1 := endpoint(in, a.from)
		dst, ok2 := endpoint(in, a.to)
		if !ok1 || !ok2 {
			wrong = append(wrong, fmt.Sprintf("%s > %s: no such workload", a.from, a.to))
			continue
		}
		flow := model.Flow{Src: src, Dst: dst, Protocol: a.protocol, SrcPort: 40000, DstPort: a.port}
		want := model.Denied
		if a.allowed {
			want = model.Allowed
		}
		switch got := in.Policy.Explain(flow, in.Inventory).Verdict; {
		case got == model.Undecided:
			unknown++
		case got != want:
			wrong = append(wrong, fmt.Sprintf("%s: %s, want %s", flow, got, want))
		}
	}
	return wrong, unknown
}

// choice is what Kubernetes leaves open, and the options that decide it as a tool does.
type choice struct {
	name string
	set  func(*Options)
}

// toolChoices are the choices of the tools whose answers the vectors are, fewest first.
func toolChoices() []choice {
	return []choice{
		{"ipBlock matches the outside only", func(o *Options) { o.IPBlocks = IPBlocksMatchOutside }},
		{"hostNetwork pods are pods", func(o *Options) { o.HostNetwork = HostNetworkAsPods }},
		{"namespaces that are not given have no other label", func(o *Options) { o.Namespaces = MissingLabelsNone }},
		{"pods that have ended are kept", func(o *Options) { o.Ended = EndedKept }},
		{"documents that cannot be read are left out", func(o *Options) { o.Broken = BrokenSkipped }},
	}
}

// repair is a case that the API server would refuse, and so does crosswall. Put
// right, it must agree like all others.
type repair struct {
	code     string // of the refusal
	why      string
	old, new string
}

func repairs() map[string]repair {
	port := repair{"invalid-port", "the API server requires containerPort, and the file says containerport", "containerport", "containerPort"}
	return map[string]repair{
		"example_pods_w_same_owner_and_labels_gap_with_good_match_expression2": {"invalid-name",
			"the API server allows no underscore in the name of a NetworkPolicy",
			"use_match_exp_with_all_gap_values_of_app", "use-match-exp-with-all-gap-values-of-app"},
		"netpol_named_port_test":   port,
		"netpol_named_port_test_2": port,
	}
}

// apply returns the files of a case as they are put right, having seen that they were refused.
func (r repair) apply(t *testing.T, dir string) []File {
	t.Helper()
	files, _, err := Reader{}.Load([]string{dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, findings := Reader{}.ReadFiles(files)
	if !hasCode(findings, model.Error, r.code) {
		t.Errorf("%s: not refused with %s", dir, r.code)
	}
	for i := range files {
		files[i].Data = bytes.ReplaceAll(files[i].Data, []byte(r.old), []byte(r.new))
	}
	return files
}

func hasCode(findings []model.Finding, s model.Severity, code string) bool {
	return slices.ContainsFunc(findings, func(f model.Finding) bool { return f.Severity == s && f.Code == code })
}

// explainedBy returns the fewest choices with which the case agrees.
func explainedBy(t *testing.T, files []File, rows []answer) (names []string, ok bool, last string) {
	t.Helper()
	choices := toolChoices()
	sets := make([]int, 0, 1<<len(choices))
	for s := range 1 << len(choices) {
		sets = append(sets, s)
	}
	slices.SortStableFunc(sets, func(a, b int) int { return ones(a) - ones(b) })
	for _, s := range sets {
		var o Options
		names = nil
		for i, c := range choices {
			if s&(1<<i) != 0 {
				c.set(&o)
				names = append(names, c.name)
			}
		}
		in, findings := Reader{o}.ReadFiles(files)
		if model.WorstSeverity(findings) == model.Error {
			last = findings[0].String()
			continue
		}
		wrong, unknown := check(in, rows)
		if len(wrong) == 0 && unknown == 0 {
			return names, true, ""
		}
		last = fmt.Sprintf("%d of %d wrong, %d unknown", len(wrong), len(rows), unknown)
		for _, w := range wrong[:min(3, len(wrong))] {
			last += "\n\t" + w
		}
	}
	return nil, false, last
}

func ones(n int) (out int) {
	for ; n > 0; n >>= 1 {
		out += n & 1
	}
	return out
}

// TestVectors asks the questions that other tools answered. A disagreement must
// be explained by a choice that Kubernetes leaves open, and that an option makes.
func TestVectors(t *testing.T) {
	for _, tool := range []string{"netpol", "cyclonus"} {
		t.Run(tool, func(t *testing.T) {
			root := shared(t, "vectors", tool)
			cases, err := os.ReadDir(root)
			if err != nil {
				t.Fatal(err)
			}
			agreed, explained := 0, map[string][]string{}
			for _, c := range cases {
				dir := filepath.Join(root, c.Name())
				files, _, err := Reader{}.Load([]string{filepath.Join(dir, "manifests")}, nil)
				if err != nil {
					t.Fatal(err)
				}
				if r, broken := repairs()[c.Name()]; broken {
					files = r.apply(t, filepath.Join(dir, "manifests"))
					t.Logf("%s: refused, and put right to go on: %s", c.Name(), r.why)
				}
				names, ok, last := explainedBy(t, files, answers(t, filepath.Join(dir, "answers.tsv")))
				switch {
				case !ok:
					t.Errorf("%s: disagreed: %s", c.Name(), last)
				case len(names) == 0:
					agreed++
				default:
					why := strings.Join(names, " and ")
					explained[why] = append(explained[why], c.Name())
				}
			}
			t.Logf("%d cases agreed outright", agreed)
			for _, why := range slices.Sorted(maps.Keys(explained)) {
				names := explained[why]
				t.Logf("%d cases agreed where %s: %s", len(names), why, strings.Join(names, " "))
			}
		})
	}
}

// TestInvalidVectors reads what another tool refuses. What concerns NetworkPolicies, namespaces and workloads
// is refused here too; the rest is accepted for the reason given.
func TestInvalidVectors(t *testing.T) {
	root := shared(t, "vectors", "invalid")
	const (
		notModelled = "unmodelled-policy" // reported, so that the answer counts as incomplete
		host        = "host-network"
	)
	accepted := map[string]struct{ code, why string }{
		"anp_":  {notModelled, "AdminNetworkPolicy is reported as not modelled, right or wrong"},
		"banp_": {notModelled, "BaselineAdminNetworkPolicy is reported as not modelled, right or wrong"},
		"udn_":  {notModelled, "user defined networks are reported as not modelled, right or wrong"},
		"semanticDiff-same-topologies-illegal-podlist": {host,
			"its pods are on their nodes' network; as pods, those of one owner with different labels become workloads of their own"},
	}
	cases, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		_, findings, err := Reader{}.Read(os.DirFS(filepath.Join(root, c.Name(), "manifests")))
		if err != nil {
			t.Fatal(err)
		}
		if model.WorstSeverity(findings) == model.Error {
			t.Logf("%s: refused: %s", c.Name(), findings[0])
			continue
		}
		reason, found := "", false
		for prefix, a := range accepted {
			if strings.HasPrefix(c.Name(), prefix) && hasCode(findings, model.Warning, a.code) {
				reason, found = a.why, true
			}
		}
		if !found {
			t.Errorf("%s: accepted without a reason: %v", c.Name(), findings)
			continue
		}
		t.Logf("%s: accepted: %s", c.Name(), reason)
	}
}

// TestLabelsGap reads pods of one owner whose labels differ where policies look: another tool refuses them,
// here they become workloads of their own.
func TestLabelsGap(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []model.Identity
	}{
		{"example_pods_w_same_owner_and_labels_gap_with_bad_match_expression", "use_common_labels_same_values", "common",
			[]model.Identity{"default/Pod/internal-security[app=command-selector]", "default/Pod/internal-security[app=query-selector]", "default/Pod/pod-3"}},
		{"semanticDiff-same-topologies-illegal-podlist", "", "",
			[]model.Identity{"demo/DaemonSet/cog-agents[app=account-command-selector]", "demo/DaemonSet/cog-agents[app=account-query-selector]",
				"demo/DaemonSet/cog-agents[app=bank-ui-selector]"}},
	} {
		files, _, err := Reader{}.Load([]string{shared(t, "vectors", "invalid", c.name, "manifests")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range files {
			if c.old != "" {
				files[i].Data = bytes.ReplaceAll(files[i].Data, []byte(c.old), []byte(c.new))
			}
		}
		in, findings := Reader{Options{HostNetwork: HostNetworkAsPods}}.ReadFiles(files)
		if !hasCode(findings, model.Warning, "workload-split") {
			t.Errorf("%s: the split is not reported: %v", c.name, findings)
		}
		if got := ids(in); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func ids(in translate.Input) []model.Identity {
	var out []model.Identity
	for _, w := range in.Workloads {
		out = append(out, w.ID)
	}
	return out
}
