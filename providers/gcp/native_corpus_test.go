package gcp

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/sharedtest"
	"github.com/crosswall/crosswall/providers"
)

// corpus returns a folder of real dumps beside the repository, or skips the test.
func corpus(t *testing.T, name string) string {
	t.Helper()
	return sharedtest.Path(t, "corpus", name)
}

// jsonFiles returns the files of a folder that hold JSON, by name.
func jsonFiles(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err == nil && json.Valid(data) {
			out[name] = data
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// recorded returns the objects in the recorded answer of an API: one, a list, or lists by scope.
func recorded(data []byte) []json.RawMessage {
	var file struct {
		Body json.RawMessage `json:"body"`
	}
	var body struct {
		Items json.RawMessage `json:"items"`
	}
	if json.Unmarshal(data, &file) != nil || json.Unmarshal(file.Body, &body) != nil || len(body.Items) == 0 {
		return []json.RawMessage{file.Body}
	}
	var list []json.RawMessage
	if json.Unmarshal(body.Items, &list) == nil {
		return list
	}
	var scopes map[string]map[string]json.RawMessage
	if json.Unmarshal(body.Items, &scopes) != nil {
		return nil
	}
	for _, scope := range slices.Sorted(maps.Keys(scopes)) {
		for _, raw := range scopes[scope] {
			var some []json.RawMessage
			if json.Unmarshal(raw, &some) == nil {
				list = append(list, some...)
			}
		}
	}
	return list
}

// sorted puts objects into the snapshot of a project, by what they are.
func sorted(objects []json.RawMessage) (providers.Snapshot, map[string]int) {
	s := providers.Snapshot{Provider: "gcp", Account: "cloud-custodian", Objects: map[string][]json.RawMessage{}}
	counts := map[string]int{}
	for _, o := range objects {
		if k, ok := New(Options{}).Sniff(o); ok {
			s.Objects[k.Name] = append(s.Objects[k.Name], o)
			counts[k.Name]++
		}
	}
	return s, counts
}

// TestRecordedAnswers reads what the Compute API has answered: every object becomes a resource,
// and every rule one of the policy.
func TestRecordedAnswers(t *testing.T) {
	total := map[string]int{}
	files := jsonFiles(t, filepath.Join(corpus(t, "gcp-cloud-custodian"), "tools", "c7n_gcp", "tests", "data", "flights"))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasPrefix(filepath.Base(name), "get-compute-v1") {
			continue
		}
		objects := recorded(files[name])
		if o, ok := parseObject(objects[0]); ok && (len(o) == 0 || o["error"] != nil) {
			continue // an answer without content: of a network without rules, or a refusal
		}
		s, counts := sorted(objects)
		if len(counts) == 0 {
			t.Errorf("%s: nothing is known in it", name)
			continue
		}
		m, findings := New(Options{}).Resources(s)
		types := map[string]int{}
		for _, r := range m.Resources {
			types[r.Type]++
		}
		want := counts[KindFirewall]
		for _, o := range s.Objects[KindEffective] {
			var e struct {
				Firewalls []json.RawMessage `json:"firewalls"`
			}
			if err := json.Unmarshal(o, &e); err != nil {
				t.Fatal(err)
			}
			want += len(e.Firewalls)
		}
		if types[typeFirewall] != want || types[typeInstance] != counts[KindInstance] || types[typeSubnetwork] != counts[KindSubnetwork] {
			t.Errorf("%s: %v of %v", name, types, counts)
		}
		for _, f := range findings {
			if f.Code == "unmodelled-field" {
				t.Errorf("%s: %s", name, f)
			}
			if f.Code == "unreadable-object" && want > 0 {
				t.Errorf("%s: %s", name, f)
			}
		}
		p, _ := nativePolicy(t, s)
		New(Options{}).Population(m, p)
		for kind, n := range counts {
			total[kind] += n
		}
	}
	t.Log(total)
	for _, kind := range []string{KindFirewall, KindEffective, KindInstance, KindNetwork, KindSubnetwork} {
		if total[kind] == 0 {
			t.Errorf("there is no %s among the answers", kind)
		}
	}
}

// TestGenerated reads firewall rules as another tool writes them for the API.
func TestGenerated(t *testing.T) {
	rules := 0
	for name, data := range jsonFiles(t, corpus(t, "gcp-aerleon")) {
		var list []json.RawMessage
		if json.Unmarshal(data, &list) != nil {
			continue
		}
		s, counts := sorted(list)
		p, findings := nativePolicy(t, s)
		if counts[KindFirewall] == 0 {
			continue
		}
		names := map[string]bool{}
		for _, c := range providers.ChainsOf(p) {
			for _, r := range c.Rules {
				names[r.Name] = true
			}
		}
		rules += counts[KindFirewall]
		want := map[string]bool{}
		for _, raw := range list {
			o, _ := parseObject(raw)
			want[o.text("name")] = true
		}
		for rule := range want {
			if !names[rule] {
				t.Errorf("%s: rule %s is not in the policy", name, rule)
			}
		}
		if !slices.ContainsFunc(findings, func(f model.Finding) bool { return f.Code == "not-read" }) {
			t.Errorf("%s: nothing says that policies were not read", name)
		}
	}
	t.Logf("%d rules", rules)
	if rules == 0 {
		t.Error("no rule was read")
	}
}

// FuzzResources wants no text to be too much for reading, and the same text to give the same resources.
func FuzzResources(f *testing.F) {
	all := mainNetwork()
	for _, kind := range sortedKeys(all) {
		for _, o := range all[kind] {
			f.Add(kind, o)
		}
	}
	f.Add(KindFirewall, fwJSON("r", `"allowed":[{"IPProtocol":"tcp","ports":["80"]}],"sourceTags":["web"]`))
	f.Add(KindEffective, effectiveJSON("us-east1", polJSON("HIERARCHY", "1", ruleJSON("1 deny 192.0.2.0/24"))))
	f.Add(KindPolicy, listedPolicy(testProject+"global/networks/main"))
	f.Add(KindInstance, instanceJSON("web-1", "10.0.1.1", "web"))
	f.Fuzz(func(t *testing.T, kind, text string) {
		p := New(Options{})
		p.Sniff([]byte(text))
		AddressGroups(json.RawMessage(text))
		s := all.with(kind, append(slices.Clone(all[kind]), text)...).snapshot()
		m, findings := p.Resources(s)
		again, _ := p.Resources(s)
		if len(m.Resources) != len(again.Resources) {
			t.Fatalf("%d resources, and then %d", len(m.Resources), len(again.Resources))
		}
		seen := map[string]bool{}
		for i, r := range m.Resources {
			if seen[r.Address()] {
				t.Errorf("two resources at %s", r.Address())
			}
			seen[r.Address()] = true
			if r.Address() != again.Resources[i].Address() || !sameBody(r.Body, again.Resources[i].Body) {
				t.Errorf("%s differs from one time to the other", r.Address())
			}
		}
		policy, more := p.Decode(m)
		if err := policy.Validate(); err != nil {
			t.Error(err)
		}
		p.Population(m, policy)
		_, ok := parseObject(json.RawMessage(text))
		if known := all[kind] != nil; known && !ok && len(findings)+len(more) == 0 {
			t.Errorf("nothing is said of an object that cannot be read: %q", text)
		}
	})
}
