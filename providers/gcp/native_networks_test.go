package gcp

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// differences says what differs between two readings: "opened", "closed", "unknown".
func differences(want, have tfsource.Input) string {
	a, b, _ := tfsource.Merge(want, have)
	d := model.Compare(a.Policy, b.Policy, a.Inventory)
	var out []string
	for _, r := range []struct {
		name string
		model.Region
	}{{"opened", d.Opened}, {"closed", d.Closed}, {"unknown", d.Unknown}} {
		if !r.IsEmpty() {
			out = append(out, r.name)
		}
	}
	return strings.Join(out, " ")
}

// reading reads an account, or configuration, as a source that compares.
func reading(t *testing.T, a account) tfsource.Input {
	t.Helper()
	in, findings := tfsource.Reader{Providers: []providers.Provider{New(Options{})}}.Objects(a.snapshot())
	if model.WorstSeverity(findings) == model.Error {
		t.Fatal(findings)
	}
	return in
}

func written(t *testing.T, code string) tfsource.Input {
	t.Helper()
	in, findings, err := tfsource.Reader{Providers: []providers.Provider{New(Options{})}}.Folder(fstest.MapFS{"main.tf": {Data: []byte(code)}})
	if err != nil || model.WorstSeverity(findings) == model.Error {
		t.Fatal(err, findings)
	}
	return in
}

// A source tag stands for machines of the rule's own network, whatever other networks one of two readings tells of (compute
// API, Firewall.SourceTags).
func TestSourceTagsOfOneNetwork(t *testing.T) {
	const allow = "\n  allow {\n    protocol = \"tcp\"\n    ports = [\"443\"]\n  }\n}\n"
	rule := func(name, network string) string {
		return "resource \"google_compute_firewall\" \"" + name + "\" {\n  name = \"" + name + "\"\n  network = \"" + network + "\"\n  source_tags = [\"web\"]\n  target_tags = [\"db\"]" + allow
	}
	web := `"sourceRanges":["0.0.0.0/0"],"targetTags":["web"],"allowed":[{"IPProtocol":"tcp","ports":["443"]}]`
	db := fwJSON("db", `"sourceTags":["web"],"targetTags":["db"],"allowed":[{"IPProtocol":"tcp","ports":["5432"]}]`)
	all := mainNetwork().with(KindInstance, instanceJSON("a", "10.0.1.1", "web"), instanceJSON("b", "10.0.1.2", "db"))
	whole := all.with(KindFirewall, fwJSON("web", web), db)
	unplaced := all.with(KindFirewall, strings.Replace(fwJSON("web", web), `"network":"`+testProject+`global/networks/main",`, "", 1), db)
	for _, row := range []struct {
		name       string
		want, have tfsource.Input
		differs    string
	}{
		{"the first rule of another network", written(t, rule("a", "main")), written(t, rule("a", "main")+rule("b", "other")), "opened"},
		{"the last rule of another network", written(t, rule("a", "main")+rule("b", "other")), written(t, rule("a", "main")), "closed"},
		{"another network, which lets everything out", written(t, rule("a", "main")), written(t, rule("a", "main")+"resource \"google_compute_network\" \"n\" {\n  name = \"n\"\n}\n"), "opened"},
		{"a rule of which the network was not read", reading(t, whole), reading(t, unplaced), "unknown"},
		{"and the other way round", reading(t, unplaced), reading(t, whole), "unknown"},
		{"everything read", reading(t, whole), reading(t, whole), ""},
	} {
		if got := differences(row.want, row.have); got != row.differs {
			t.Errorf("%s: %q, want %q", row.name, got, row.differs)
		}
	}
}
