package tfsource_test

import (
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/sharedtest"
	"github.com/crosswall/crosswall/providers/all"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

func reader(path string) tfsource.Reader {
	return tfsource.Reader{Providers: all.Providers(), Path: path}
}

// folder reads configuration.
func folder(t testing.TB, hcl string) tfsource.Input {
	t.Helper()
	in, fs, err := reader("").Folder(fstest.MapFS{"main.tf": {Data: []byte(hcl)}})
	if err != nil || model.WorstSeverity(fs) == model.Error {
		t.Fatal(err, fs, hcl)
	}
	check(t, in)
	return in
}

// document reads a plan or state.
func document(t testing.TB, text string) tfsource.Input {
	t.Helper()
	in, fs, err := reader("x.json").File([]byte(text))
	if err != nil || model.WorstSeverity(fs) == model.Error {
		t.Fatal(err, fs)
	}
	check(t, in)
	return in
}

// check wants every input to be valid and its groups bound.
func check(t testing.TB, in tfsource.Input) {
	t.Helper()
	if err := in.Policy.Validate(); err != nil {
		t.Error(err)
	}
	if err := in.Inventory.Validate(); err != nil {
		t.Error(err)
	}
	for _, l := range in.Policy.Layers {
		for _, c := range append(l.Ingress, l.Egress...) {
			for _, r := range c.Rules {
				for _, s := range []model.Selector{r.Target, r.Peer, c.Guard.Target, c.Guard.Peer} {
					bound(t, in.Inventory, s)
				}
			}
		}
	}
}

func bound(t testing.TB, inv model.Inventory, s model.Selector) {
	switch s := s.(type) {
	case model.Group:
		if _, ok := inv.Groups[s]; !ok {
			t.Errorf("group %q is not bound: %v", s, inv.Groups)
		}
	case model.Or:
		for _, e := range s {
			bound(t, inv, e)
		}
	case model.And:
		for _, e := range s {
			bound(t, inv, e)
		}
	case model.Not:
		bound(t, inv, s.Selector)
	case model.Maybe:
		bound(t, inv, s.Selector)
	}
}

func members(in tfsource.Input) string {
	var out []string
	for _, m := range in.Inventory.Members {
		s := string(m.ID)
		if !m.Addrs.IsEmpty() {
			s += "@" + m.Addrs.String()
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// flow reads "web 10.0.0.1 > db tcp/80": an end is an identity, an address of a
// stranger, or both with "@".
func flow(t testing.TB, text string) model.Flow {
	t.Helper()
	from, rest, ok := strings.Cut(text, " > ")
	i := strings.LastIndex(rest, " ")
	if !ok || i < 0 {
		t.Fatalf("no flow: %q", text)
	}
	end := func(s string) model.Endpoint {
		id, addr, both := strings.Cut(s, "@")
		if a, err := netip.ParseAddr(s); err == nil {
			return model.Endpoint{Addr: a}
		}
		if !both {
			addr = "10.9.0.1"
		}
		return model.Endpoint{ID: model.Identity(id), Addr: netip.MustParseAddr(addr)}
	}
	f := model.Flow{Src: end(from), Dst: end(rest[:i]), Protocol: model.TCP, SrcPort: 40000}
	if strings.HasPrefix(rest[i+1:], "udp") {
		f.Protocol = model.UDP
	}
	_, port, _ := strings.Cut(rest[i+1:], "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	f.DstPort = uint16(n)
	return f
}

// differ compares two inputs. Rows are "+", "-" or "?" and a flow that is opened, closed or
// unknown, "=" and one that is not different; without "+", "-" or "?" nothing must be.
func differ(t *testing.T, a, b tfsource.Input, rows ...string) {
	t.Helper()
	a, b, _ = tfsource.Merge(a, b)
	d := model.Compare(a.Policy, b.Policy, a.Inventory)
	kinds := map[string]model.Region{"+": d.Opened, "-": d.Closed, "?": d.Unknown}
	said := map[string]bool{}
	for _, row := range rows {
		kind, text, _ := strings.Cut(row, " ")
		f := flow(t, text)
		said[kind] = true
		if !a.Inventory.Universe().Contains(f) {
			t.Errorf("%s is nobody's: %s", text, members(a))
		}
		for k, r := range kinds {
			if r.Contains(f) != (k == kind) {
				t.Errorf("%s: %s: %t (%s, %s)", row, k, r.Contains(f), a.Policy.Explain(f, a.Inventory).Verdict, b.Policy.Explain(f, b.Inventory).Verdict)
			}
		}
	}
	for k, r := range kinds {
		if f, some := r.Example(); some && !said[k] {
			t.Errorf("%s %s is not expected; before %+v, after %+v", k, f, a.Policy.Explain(f, a.Inventory), b.Policy.Explain(f, b.Inventory))
		}
	}
}

// Everything of the corpus that is Terraform is read, equals itself but for what is unknown,
// and is known of in full where nothing in it is.
func TestCorpus(t *testing.T) {
	root := shared(t, "corpus")
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if !strings.HasPrefix(rel, "tf-checkov") && !strings.HasPrefix(rel, "tf-driftctl") || filepath.Ext(rel) != ".json" && filepath.Ext(rel) != ".tfstate" {
			return nil
		}
		n++
		t.Run(filepath.ToSlash(rel), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			in := document(t, string(data))
			a, b, _ := tfsource.Merge(in, in)
			diff := model.Compare(a.Policy, b.Policy, a.Inventory)
			if !diff.Opened.IsEmpty() || !diff.Closed.IsEmpty() {
				t.Error("it differs from itself")
			}
			t.Logf("%d members, unknown: %t", len(in.Inventory.Members), !diff.Unknown.IsEmpty())
		})
		return nil
	})
	if err != nil || n < 12 {
		t.Fatalf("%d files, %v", n, err)
	}
}

// What plans of real projects change.
func TestCorpusPlans(t *testing.T) {
	const plans = "corpus/tf-checkov/tests/terraform/runner/resources/"
	plan := func(t *testing.T, path string) (before, after tfsource.Input) {
		data, err := os.ReadFile(shared(t, path))
		if err != nil {
			t.Fatal(err)
		}
		before, after, _, err = reader(path).Plan(strings.NewReader(string(data)))
		if err != nil {
			t.Fatal(err)
		}
		return before, after
	}
	t.Run("a port and a protocol of two rules", func(t *testing.T) {
		before, after := plan(t, plans+"plan_change_keys/tfplan.json")
		differ(t, before, after,
			"+ sg-8d21ab5963b0e7917 > sg-547cc4cd5f94bb695 tcp/5433", "= sg-8d21ab5963b0e7917 > sg-547cc4cd5f94bb695 tcp/5432",
			"- sg-8d21ab5963b0e7917 > sg-547cc4cd5f94bb696 tcp/8888", "+ sg-8d21ab5963b0e7917 > sg-547cc4cd5f94bb696 udp/8888",
			"= 192.0.2.1 > sg-547cc4cd5f94bb695 tcp/5433")
	})
}

func shared(t testing.TB, parts ...string) string {
	t.Helper()
	return sharedtest.Path(t, parts...)
}
