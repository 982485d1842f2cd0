package terraform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/terraform"
)

func readState(t testing.TB, text string) terraform.Module {
	t.Helper()
	m, diags, err := terraform.ReadState(strings.NewReader(text))
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return m
}

// The two forms of a state say the same.
func TestStateForms(t *testing.T) {
	const shown = `{"format_version": "1.0", "terraform_version": "1.9.5", "values": {
		"outputs": {"o": {"sensitive": false, "value": {"k": "sg-1"}, "type": ["object", {"k": "string"}]}},
		"root_module": {
			"resources": [
				{"address": "a.b", "mode": "managed", "type": "a", "name": "b", "values": {"id": "x", "n": 2, "list": [{"p": null}]}, "sensitive_values": {"list": [{}]}},
				{"address": "data.a.b", "mode": "data", "type": "a", "name": "b", "values": {}}],
			"child_modules": [{"address": "module.m[\"k\"]", "resources": [
				{"address": "module.m[\"k\"].a.c[0]", "mode": "managed", "type": "a", "name": "c", "index": 0, "values": {"secret": "s", "shown": 1}, "sensitive_values": {"secret": true}},
				{"address": "module.m[\"k\"].a.c[1]", "mode": "managed", "type": "a", "name": "c", "index": 1, "deposed_key": "00", "values": {}}]}]}}}`
	const raw = `{"version": 4, "terraform_version": "1.9.5", "serial": 1, "lineage": "x",
		"outputs": {"o": {"value": {"k": "sg-1"}, "type": ["object", {"k": "string"}]}},
		"resources": [
			{"mode": "managed", "type": "a", "name": "b", "provider": "p", "instances": [{"attributes": {"id": "x", "n": 2, "list": [{"p": null}]}}]},
			{"mode": "data", "type": "a", "name": "b", "provider": "p", "instances": [{"attributes": {}}]},
			{"module": "module.m[\"k\"]", "mode": "managed", "type": "a", "name": "c", "each": "list", "instances": [
				{"index_key": 0, "attributes": {"secret": "s", "shown": 1}, "sensitive_attributes": [[{"type": "get_attr", "value": "secret"}]]},
				{"index_key": 1, "deposed": "00", "attributes": {}}]}]}`
	outline := func(m terraform.Module) string {
		var lines []string
		for _, r := range m.Resources {
			line := r.Address()
			for _, a := range r.Attrs {
				line += " " + a.Name + "=" + show(a.Value)
			}
			lines = append(lines, line)
		}
		for _, o := range m.Outputs {
			lines = append(lines, "output "+o.Name+"="+show(o.Value))
		}
		return strings.Join(lines, "\n")
	}
	expected := strings.Join([]string{
		`a.b id="x" list=[{p:null}] n=2`,
		`module.m["k"].a.c[0] secret=?a sensitive value shown=1`,
		`module.m["k"].a.c[1] (deposed 00)`,
		`output o={k:"sg-1"}`,
	}, "\n")
	for name, text := range map[string]string{"shown": shown, "file": raw} {
		if got := outline(readState(t, text)); got != expected {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, expected)
		}
	}
}

// Paths to sensitive values (Terraform's state file, sensitive_attributes).
func TestStateSensitivePaths(t *testing.T) {
	get := func(names ...string) string {
		var steps []string
		for _, n := range names {
			if n == "0" {
				steps = append(steps, `{"type": "index", "value": {"value": 0, "type": "number"}}`)
				continue
			}
			steps = append(steps, fmt.Sprintf(`{"type": "get_attr", "value": %q}`, n))
		}
		return "[" + strings.Join(steps, ", ") + "]"
	}
	const hidden = "?a sensitive value"
	for _, row := range []struct{ name, paths, want string }{
		{"none", ``, `{a:1 b:{c:2 d:[3]}}`},
		{"all of it", get("x"), hidden},
		{"an attribute", get("x", "a"), `{a:` + hidden + ` b:{c:2 d:[3]}}`},
		{"deeper", get("x", "b", "c"), `{a:1 b:{c:` + hidden + ` d:[3]}}`},
		{"two, the wider first", get("x", "b") + ", " + get("x", "b", "c"), `{a:1 b:` + hidden + `}`},
		{"two, the wider last", get("x", "b", "c") + ", " + get("x", "b"), `{a:1 b:` + hidden + `}`},
		{"two neighbours", get("x", "b", "c") + ", " + get("x", "b", "d"), `{a:1 b:{c:` + hidden + ` d:` + hidden + `}}`},
		{"an element hides the list", get("x", "b", "d", "0"), `{a:1 b:{c:2 d:` + hidden + `}}`},
		{"an index at the start", get("0"), hidden},
		{"an empty path", "[]", hidden},
	} {
		text := fmt.Sprintf(`{"version": 4, "resources": [{"mode": "managed", "type": "a", "name": "b", "instances": [
			{"attributes": {"x": {"a": 1, "b": {"c": 2, "d": [3]}}}, "sensitive_attributes": [%s]}]}]}`, row.paths)
		if got := attr(readState(t, text), "a.b x"); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

func TestStateEmpty(t *testing.T) {
	for _, text := range []string{`{"format_version": "1.0"}`, `{"format_version": "0.1", "values": {}}`, `{"version": 4}`} {
		if m := readState(t, text); len(m.Resources) != 0 {
			t.Errorf("%s: %v", text, m)
		}
	}
}

// What is no state is refused, and says what it is.
func TestStateRefused(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"a plan", planJSON(""), "this is a plan"},
		{"an old state", `{"version": 3, "modules": []}`, "version 3 is not read"},
		{"the future", `{"version": 5}`, "version 5 is not read"},
		{"a format of the future", `{"format_version": "2.0", "values": {}}`, "does not satisfy"},
		{"a placement", `{"apiVersion": "x"}`, "it is no state"},
		{"not JSON", `# aws_vpc.main:`, "not the JSON"},
	} {
		_, _, err := terraform.ReadState(strings.NewReader(row.text))
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}

// A resource whose attributes cannot be read is not one without attributes.
func TestStateOfTerraform011(t *testing.T) {
	_, diags, err := terraform.ReadState(strings.NewReader(`{"version": 4, "resources": [
		{"mode": "managed", "type": "aws_security_group", "name": "web", "instances": [{"attributes_flat": {"ingress.#": "1"}}]}]}`))
	if err != nil || !diags.HasErrors() || !strings.Contains(diags.Error(), "aws_security_group.web") {
		t.Errorf("%v %v", err, diags)
	}
}
