package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model/sharedtest"
	"github.com/crosswall/crosswall/providers/all"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// sharedCorpus finds the folder of inputs from the field that lies beside the repository, or where
// CROSSWALL_SHARED says.
func sharedCorpus(t *testing.T) string {
	t.Helper()
	return sharedtest.Path(t, "corpus")
}

// corpusTerraform returns the plans and states from the field, by path.
func corpusTerraform(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(sharedCorpus(t), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".json" && filepath.Ext(name) != ".tfstate" {
			return err
		}
		data, err := os.ReadFile(name)
		if err == nil && tfsource.KindOf(name, data) != 0 {
			out[name] = data
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 10 {
		t.Errorf("%d plans and states; the test shows little", len(out))
	}
	return out
}

// Whatever plan or state there is does not differ from itself: it is equal, or not known to be, and then the exit code
// is 3.
func TestCorpusEqualsItself(t *testing.T) {
	for name, data := range corpusTerraform(t) {
		diffAnswers(t, name, func(got diffJSON, code exitCode) {
			if len(got.Opened)+len(got.Closed) > 0 || code == exitFound || (code == exitClean) != got.Equal {
				t.Errorf("%s differs from itself, or is equal with the wrong exit code, %d: %s", name, code, got.Summary)
			}
		}, name, name)
		if tfsource.KindOf(name, data) == tfsource.Plan {
			diffAnswers(t, name, func(got diffJSON, code exitCode) {
				changes := len(got.Opened) + len(got.Closed)
				if code == exitClean && !got.Equal || code == exitFound && changes == 0 || got.Equal && changes+len(got.Unknown) > 0 {
					t.Errorf("%s: exit code %d and %s", name, code, got.Summary)
				}
			}, "--plan", name)
		}
	}
}

// diffAnswers runs diff for an answer in JSON.
func diffAnswers(t *testing.T, name string, check func(diffJSON, exitCode), args ...string) {
	t.Helper()
	var out, said bytes.Buffer
	args = append([]string{"diff", "-o", "json"}, args...)
	code := exitCode(run(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &said}))
	var got diffJSON
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || code == exitInternal || code == exitInput {
		t.Errorf("%s: exit code %d, %v: %s", name, code, err, said.String())
		return
	}
	check(got, code)
}

// What diff says of plans from the field, before against after, and of states against the same with one rule taken out, is held against
// the simulators: examples, packets drawn from the entries, and packets from everywhere.
func TestCorpusAgainstSimulators(t *testing.T) {
	judged := 0
	for name, data := range corpusTerraform(t) {
		if tfsource.KindOf(name, data) == tfsource.Plan {
			judged += judgeCorpusPlan(t, name, data)
			continue
		}
		for i, cut := range corpusCuts(t, data) {
			judged += judgeCorpusStates(t, fmt.Sprintf("%s without rule %d", name, i), data, cut)
		}
	}
	t.Logf("%d comparisons judged", judged)
	if judged < 20 {
		t.Errorf("%d comparisons judged; the test shows little", judged)
	}
}

func judgeCorpusPlan(t *testing.T, name string, data []byte) int {
	t.Helper()
	before, after, findings, err := tfsource.Reader{Providers: all.Providers(), Path: name}.Plan(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v %v", name, err, findings)
	}
	var plan struct {
		Changes []struct {
			Address, Type string
			Change        struct {
				Before, After map[string]any
				Unknown       map[string]any `json:"after_unknown"`
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal(data, &plan); err != nil {
		t.Fatal(err)
	}
	var was, is []pairResource
	for _, c := range plan.Changes {
		if c.Change.Before != nil {
			was = append(was, pairResource{kind: c.Type, full: c.Address, values: c.Change.Before})
		}
		if c.Change.After != nil {
			values := maps.Clone(c.Change.After)
			for k, open := range c.Change.Unknown {
				if open == true {
					values[k] = pairOpen{}
				}
			}
			is = append(is, pairResource{kind: c.Type, full: c.Address, values: values})
		}
	}
	return judgeCorpus(t, name, [2]tfsource.Input{before, after}, [2][]pairResource{was, is})
}

func judgeCorpusStates(t *testing.T, name string, want, have []byte) int {
	t.Helper()
	var in [2]tfsource.Input
	var resources [2][]pairResource
	for i, data := range [][]byte{want, have} {
		var err error
		if in[i], _, err = (tfsource.Reader{Providers: all.Providers(), Path: "x.tfstate"}).State(bytes.NewReader(data)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		resources[i] = corpusState(t, data)
	}
	return judgeCorpus(t, name, in, resources)
}

// judgeCorpus returns 1 where the simulators can judge: all resources are of one cloud.
func judgeCorpus(t *testing.T, name string, in [2]tfsource.Input, resources [2][]pairResource) int {
	t.Helper()
	text := ""
	for i := range resources {
		resources[i] = corpusFirewalls(resources[i])
		text += fmt.Sprint(resources[i])
	}
	want, err := newPairWorld(resources[0], resources[1])
	if err != nil {
		return 0
	}
	have, err := newPairWorld(resources[1], resources[0])
	if err != nil {
		return 0
	}
	r := diffRequest{source: &sourceOptions{}}
	var said bytes.Buffer
	c, err := r.readings(&streams{in: strings.NewReader(""), out: &said, err: &said}, &in, nil, opponent{name: "want", label: "want"}, opponent{name: "have", label: "have"})
	if err != nil {
		t.Errorf("%s: %v %s", name, err, said.String())
		return 0
	}
	d := newDiff(c)
	j := pairJudge{want: want, have: have, numbers: pairNumbers(text), addrs: pairAddrs(text), later: true}
	if why := j.disagreement(d); why != "" {
		t.Errorf("%s: %s\n%s", name, why, d.text())
	}
	return 1
}

// corpusFirewalls keeps the resources that the simulators know, with ids replaced by the addresses that they are those of.
func corpusFirewalls(in []pairResource) []pairResource {
	ids := map[string]string{}
	for _, r := range in {
		if id, ok := r.values["id"].(string); ok && id != "" && strings.Contains(r.kind, "_group") {
			ids[id] = r.address()
		}
	}
	var out []pairResource
	for _, r := range in {
		if !slices.ContainsFunc([]string{"aws_security_group", "aws_default_security_group", "aws_network_acl", "aws_vpc_security_group", "google_compute_firewall", "google_compute_network", "azurerm_network_security"},
			func(prefix string) bool { return strings.HasPrefix(r.kind, prefix) }) {
			continue
		}
		r.values = corpusValue(maps.Clone(r.values), ids).(map[string]any)
		out = append(out, r)
	}
	return out
}

// corpusValue turns a value of JSON into one of pairResource.
func corpusValue(v any, ids map[string]string) any {
	switch v := v.(type) {
	case float64:
		return int(v)
	case string:
		return orText(ids[v], v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = corpusValue(e, ids)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			if k == "id" {
				continue
			}
			out[k] = corpusValue(e, ids)
		}
		return out
	}
	return v
}

// stateFile is a state as Terraform stores it.
type stateFile struct {
	Resources []struct {
		Module, Mode, Type, Name string
		Instances                []struct {
			Key        any `json:"index_key"`
			Attributes map[string]any
		}
	}
}

func corpusState(t *testing.T, data []byte) []pairResource {
	t.Helper()
	var f stateFile
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	var out []pairResource
	for _, r := range f.Resources {
		if r.Mode != "managed" {
			continue
		}
		for _, n := range r.Instances {
			address := r.Type + "." + r.Name
			if r.Module != "" {
				address = r.Module + "." + address
			}
			switch k := n.Key.(type) {
			case float64:
				address += fmt.Sprintf("[%d]", int(k))
			case string:
				address += fmt.Sprintf("[%q]", k)
			}
			out = append(out, pairResource{kind: r.Type, name: r.Name, full: address, values: n.Attributes})
		}
	}
	return out
}

// corpusCuts returns a state with one rule taken out, each in turn: an element of a list of rules, or a resource that is one.
func corpusCuts(t *testing.T, data []byte) [][]byte {
	t.Helper()
	var whole map[string]any
	if err := json.Unmarshal(data, &whole); err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	write := func() {
		text, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	resources, _ := whole["resources"].([]any)
	for i, r := range resources {
		r := r.(map[string]any)
		if r["mode"] != "managed" {
			continue
		}
		if kind, _ := r["type"].(string); strings.HasSuffix(kind, "_rule") || kind == "google_compute_firewall" {
			whole["resources"] = slices.Delete(slices.Clone(resources), i, i+1)
			write()
			whole["resources"] = resources
		}
		for _, n := range r["instances"].([]any) {
			attributes, _ := n.(map[string]any)["attributes"].(map[string]any)
			for _, k := range []string{"ingress", "egress", "security_rule"} {
				rules, _ := attributes[k].([]any)
				for x := range rules {
					attributes[k] = slices.Delete(slices.Clone(rules), x, x+1)
					write()
				}
				if rules != nil {
					attributes[k] = rules
				}
			}
		}
	}
	return out
}
