package auditfile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/translate/auditfile"
	"github.com/crosswall/crosswall/translate/strictyaml"
)

// TestBaseline: what was written is read, and so is a report with more in it.
func TestBaseline(t *testing.T) {
	want := []auditfile.Known{
		{Fingerprint: "ab", Severity: audit.High, Source: "main.tf", Check: "EXP010", Summary: "a < b & \"c\""},
		{Fingerprint: "cd", Severity: audit.Info},
	}
	data, err := auditfile.FormatBaseline(want)
	if err != nil {
		t.Fatal(err)
	}
	got, findings := auditfile.ReadBaseline("b.json", data)
	if len(findings) > 0 || !slices.Equal(got, want) {
		t.Errorf("%+v %v of\n%s", got, findings, data)
	}
	got, findings = auditfile.ReadBaseline("report.json", []byte(`{"findings":[{"object":{"severity":1},"severity":"high","fingerprint":"ab"}],"suppressed":[{}],"version":1,"more":null}`))
	if len(findings) > 0 || len(got) != 1 || got[0].Fingerprint != "ab" {
		t.Errorf("%+v %v", got, findings)
	}
	if data, err = auditfile.FormatBaseline(nil); err != nil {
		t.Fatal(err)
	}
	if got, findings = auditfile.ReadBaseline("b.json", data); len(findings) > 0 || len(got) != 0 {
		t.Errorf("%+v %v of\n%s", got, findings, data)
	}
}

// TestBaselineFaults: each says where and what, all of them at once.
func TestBaselineFaults(t *testing.T) {
	for text, says := range map[string][]string{
		"":                               {"b.json: ", "the file is empty", "--write-baseline"},
		" \n":                            {"the file is empty"},
		"resource \"a\" \"b\" {\n":       {"b.json:1:1: ", "not a baseline: invalid character 'r'"},
		"[]":                             {"b.json:1:1: ", "must be an object"},
		"{}":                             {"b.json:1:1: ", "no version, or no findings"},
		`{"version":1,"findings":[]} {}`: {"b.json:1:29: ", "after top-level value"},
		"{\"version\":1,\n \"findings\":[{\"fingerprint\":\"a\"": {"b.json:2:31: ", "unexpected end"},
		"{\"version\":1,\n \"findings\":\x00[]}":                 {"b.json:2:13: ", `invalid character '\x00'`},
		`{"version":2,"findings":[]}`:                            {"b.json:1:12: ", "version 1 of baselines, and not 2"},
		`{"version":"1","findings":[]}`:                          {"b.json:1:12: ", `not "1"`},
		`{"version":1,"findings":{}}`:                            {"b.json:1:25: ", "findings must be a list"},
		`{"version":1,"findings":null}`:                          {"b.json:1:25: ", "findings must be a list"},
		`{"version":1,"findings":[],"findings":[]}`:              {"b.json:1:39: ", "findings is given twice"},
		"{\"version\":1,\"findings\":[\n {\"severity\":\"high\"},\n {\"fingerprint\":\"a\",\"severity\":\"dire\"},\n {\"fingerprint\":1,\"severity\":null},\n 7,\n {\"fingerprint\":\"a\",\"fingerprint\":\"b\",\"severity\":\"high\"}]}": {
			"b.json:2:2: ", "no fingerprint", "b.json:3:32: ", `"dire" is no severity`, "b.json:4:17: ", "fingerprint must be text", "b.json:4:30: ", "severity must be text",
			"b.json:5:2: ", "must be an object", "b.json:6:35: ", "given twice"},
		`{"version":1,"findings":[` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `]}`: {"b.json:1:", "exceeded max depth"},
	} {
		known, findings := auditfile.ReadBaseline("b.json", []byte(text))
		var all []string
		for _, f := range findings {
			all = append(all, f.String())
		}
		joined := strings.Join(all, "\n")
		for _, s := range says {
			if len(known) > 0 || model.WorstSeverity(findings) != model.Error || !strings.Contains(joined, s) {
				t.Errorf("%.60q: want %q in\n%s", text, s, joined)
			}
		}
	}
}

// TestBaselineIsBounded: a file of faults alone makes no report of its size.
func TestBaselineIsBounded(t *testing.T) {
	known, findings := auditfile.ReadBaseline("b.json", []byte(`{"version":1,"findings":[`+strings.Repeat("7,\n", 1<<18)+`7]}`))
	if len(known) > 0 || len(findings) != strictyaml.MaxFindings+1 || findings[1].Origin.Line != 2 {
		t.Errorf("%d findings, the second at %s", len(findings), findings[1].Origin)
	}
}

func FuzzReadBaseline(f *testing.F) {
	f.Add([]byte(`{"version":1,"findings":[{"fingerprint":"a","severity":"high","check":"EXP010"}]}`))
	f.Add([]byte(`{"version":1,"findings":[{"fingerprint":"a","severity":7},[]],"findings":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		known, findings := auditfile.ReadBaseline("b", data)
		for _, x := range findings {
			if x.Origin.File != "b" || x.Summary == "" || x.Origin.Line > 0 && (x.Origin.Column < 1 || x.Origin.Line > 1+strings.Count(string(data), "\n")) {
				t.Errorf("%v says not where or what", x)
			}
		}
		if len(findings) > 0 {
			return
		}
		for _, k := range known {
			if k.Fingerprint == "" || k.Severity == 0 {
				t.Errorf("%+v is none", k)
			}
		}
		text, err := auditfile.FormatBaseline(known)
		if again, findings := auditfile.ReadBaseline("b", text); err != nil || len(findings) > 0 || !slices.Equal(again, known) {
			t.Errorf("%+v is read back as %+v: %v %v", known, again, findings, err)
		}
	})
}
