package azure_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/sharedtest"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
)

// recorded is what a recording of requests says that Azure answered.
type recorded struct {
	Interactions []struct {
		Request  struct{ Method, URI string }
		Response struct {
			Body struct{ Data json.RawMessage }
		}
	}
}

// Every recorded answer with objects of a kind is read: as many resources as objects and rules, without
// anything that could not be read.
func TestNativeCorpus(t *testing.T) {
	root := sharedtest.Path(t, "corpus")
	p := azure.New(azure.Options{})
	answers, groups, rules, cards := 0, 0, 0, 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.Contains(path, "azure-") || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var r recorded
		if !json.Valid(data) {
			return nil
		}
		if err := json.Unmarshal(data, &r); err != nil {
			t.Logf("%s is of another form: %v", path, err)
		}
		for _, i := range r.Interactions {
			kind, ok := p.Sniff(i.Response.Body.Data)
			isList := i.Request.Method == http.MethodGet && strings.Contains(string(i.Response.Body.Data), `"value"`)
			if !ok || !isList {
				continue
			}
			answers++
			s := providers.Snapshot{Provider: "azure", Objects: map[string][]json.RawMessage{kind.Name: {i.Response.Body.Data}}}
			g, n, c := readRecorded(t, filepath.Base(path), s)
			groups, rules, cards = groups+g, rules+n, cards+c
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d answers, %d groups with %d rules, %d interfaces", answers, groups, rules, cards)
	if answers == 0 || groups == 0 || rules == 0 || cards == 0 {
		t.Errorf("%d answers, %d groups, %d rules, %d interfaces: the test shows nothing", answers, groups, rules, cards)
	}
}

// readRecorded reads one answer and counts what came of it.
func readRecorded(t *testing.T, name string, s providers.Snapshot) (groups, rules, cards int) {
	t.Helper()
	want := map[string]int{}
	for kind, raws := range s.Objects {
		for _, raw := range raws {
			var page struct {
				Value []struct {
					Properties struct{ SecurityRules []json.RawMessage }
				}
			}
			if err := json.Unmarshal(raw, &page); err != nil {
				t.Fatal(err)
			}
			want[kind] += len(page.Value)
			for _, v := range page.Value {
				want["rules"] += len(v.Properties.SecurityRules)
			}
		}
	}
	p := azure.New(azure.Options{})
	m, findings := p.Resources(s)
	for _, r := range m.Resources {
		switch r.Type {
		case "azurerm_network_security_group":
			groups++
			rules += len(r.BlocksOf("security_rule"))
			if r.Uncertain != "" {
				t.Errorf("%s: %s is uncertain: %s", name, r.Address(), r.Uncertain)
			}
		case "azurerm_network_interface":
			cards++
		}
	}
	if groups != want[azure.KindSecurityGroups] || rules != want["rules"] || cards != want[azure.KindInterfaces] {
		t.Errorf("%s: %d groups, %d rules, %d interfaces, want %v", name, groups, rules, cards, want)
	}
	policy, more := p.Decode(m)
	if err := policy.Validate(); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	p.Population(m, policy)
	for _, f := range append(findings, more...) {
		if f.Severity == model.Error || f.Code == "unread-field" || f.Code == "unknown-value" || f.Code == "invalid-rule" {
			t.Errorf("%s: %v", name, f)
		}
	}
	return groups, rules, cards
}

// Whatever a document holds, reading it ends well: with a policy that is valid, and with a finding where
// not all was read.
func FuzzResources(f *testing.F) {
	for _, o := range []obj{
		nsg("shop/networkSecurityGroups/g", on("app", "nic web0"), nsgRule("100 Inbound Allow Tcp *:* *:443"), nsgRule("200 Outbound Deny * Internet:* 10.0.0.0/8:*")),
		account()[azure.KindNetworks][0], account()[azure.KindInterfaces][0], account()[azure.KindAppGroups][0], rulesOn(adminRule("10 Inbound Deny Tcp * * 22")),
		{"changeNumber": "1", "cloud": "Public", "values": []obj{{"name": "Storage", "properties": obj{"addressPrefixes": []string{"192.0.2.0/24"}}}}},
	} {
		for _, v := range []any{o, flat(o), []any{o}, obj{"value": []any{o}}} {
			raw, err := json.Marshal(v)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(raw)
		}
	}
	p := azure.New(azure.Options{})
	f.Fuzz(func(t *testing.T, document []byte) {
		s := providers.Snapshot{Provider: "azure", Objects: map[string][]json.RawMessage{}}
		for _, k := range p.Kinds() {
			s.Objects[k.Name] = []json.RawMessage{document}
		}
		if k, ok := p.Sniff(document); ok {
			s.Objects = map[string][]json.RawMessage{k.Name: {document}}
		}
		m, findings := p.Resources(s)
		policy, more := p.Decode(m)
		if err := policy.Validate(); err != nil {
			t.Fatal(err)
		}
		p.Population(m, policy)
		if len(m.Resources) == 0 && !json.Valid(document) && len(findings)+len(more) == 0 {
			t.Error("nothing was read of what is no JSON, and nobody was told")
		}
		azure.ServiceTagsIn(s)
	})
}
