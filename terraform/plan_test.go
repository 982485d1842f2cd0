package terraform_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/terraform/schematest"
)

// planJSON writes a plan: changes and the configuration of the root module.
func planJSON(config string, changes ...string) string {
	if config == "" {
		config = "{}"
	}
	return fmt.Sprintf(`{"format_version": "1.2", "planned_values": {}, "resource_changes": [%s], "configuration": {"root_module": %s}}`,
		strings.Join(changes, ", "), config)
}

// change writes a change of "module.m a.b key actions"; parts are further members, such as
// the ones that created and was write.
func change(head string, change ...string) string {
	f := strings.Fields(head)
	var members []string
	if len(f) == 4 && f[0] != "-" {
		members = append(members, fmt.Sprintf(`"module_address": %q`, f[0]))
	}
	typ, name, _ := strings.Cut(f[1], ".")
	mode := "managed"
	if rest, ok := strings.CutPrefix(f[1], "data."); ok {
		typ, name, _ = strings.Cut(rest, ".")
		mode = "data"
	}
	if f[2] != "-" {
		members = append(members, `"index": `+f[2])
	}
	actions := `"` + strings.ReplaceAll(f[3], "+", `", "`) + `"`
	members = append(members, fmt.Sprintf(`"mode": %q, "type": %q, "name": %q, "change": {"actions": [%s], %s}`, mode, typ, name, actions, strings.Join(change, ", ")))
	return "{" + strings.Join(members, ", ") + "}"
}

// after writes the values of a resource to be, and which are unknown.
func after(values, unknown string) string {
	return fmt.Sprintf(`"before": null, "after": %s, "after_unknown": %s`, values, unknown)
}

func readPlan(t testing.TB, text string) terraform.Plan {
	t.Helper()
	p, diags, err := terraform.ReadPlan(strings.NewReader(text))
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return p
}

// attr shows an attribute "address attribute" of a module.
func attr(m terraform.Module, path string) string {
	address, name, _ := strings.Cut(path, " ")
	for _, r := range m.Resources {
		if r.Address() == address {
			return show(r.Get(name))
		}
	}
	return "no " + address
}

// What becomes of resources (Terraform's JSON format, change representation).
func TestPlanBeforeAndAfter(t *testing.T) {
	const old, new = `"before": {"x": 1}`, `"after": {"x": 2}`
	for _, row := range []struct{ name, change, before, after string }{
		{"unchanged", change("- a.b - no-op", old, `"after": {"x": 1}`), "a.b=1", "a.b=1"},
		{"created", change("- a.b - create", `"before": null`, new), "", "a.b=2"},
		{"updated", change("- a.b - update", old, new), "a.b=1", "a.b=2"},
		{"replaced", change("- a.b - delete+create", old, new), "a.b=1", "a.b=2"},
		{"replaced, the new one first", change("- a.b - create+delete", old, new), "a.b=1", "a.b=2"},
		{"deleted", change("- a.b - delete", old, `"after": null`), "a.b=1", ""},
		{"forgotten: it stays", change("- a.b - forget", old, `"after": null`), "a.b=1", "a.b=1"},
		{"read", change("- data.a.b - read", `"before": null`, new), "", ""},
		{"with a key", change(`- a.b "k" create`, `"before": null`, new), "", `a.b["k"]=2`},
		{"with a number", change(`- a.b 3 create`, `"before": null`, new), "", `a.b[3]=2`},
		{"with a key that looks like a template", change(`- a.b "${k}" create`, `"before": null`, new), "", `a.b["$${k}"]=2`},
		{"in a module", change(`module.m["x"].module.n[0] a.b 3 create`, `"before": null`, new), "", `module.m["x"].module.n[0].a.b[3]=2`},
		{"deposed", strings.Replace(change("- a.b - delete", old), `"mode"`, `"deposed": "00aa", "mode"`, 1), "a.b (deposed 00aa)=1", ""},
		{"no mode, as before Terraform 0.13", strings.Replace(change("- a.b - update", old, new), `"mode": "managed", `, "", 1), "a.b=1", "a.b=2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := readPlan(t, planJSON("", row.change))
			text := func(m terraform.Module) string {
				var out []string
				for _, r := range m.Resources {
					out = append(out, r.Address()+"="+show(r.Get("x")))
				}
				return strings.Join(out, " ")
			}
			if got := text(p.Before); got != row.before {
				t.Errorf("before: %s, want %s", got, row.before)
			}
			if got := text(p.After); got != row.after {
				t.Errorf("after: %s, want %s", got, row.after)
			}
		})
	}
}

// What a plan does not speak of, as with -target, stays as the state has it.
func TestPlanUntouched(t *testing.T) {
	const state = `"prior_state": {"format_version": "1.0", "values": {"root_module": {
		"resources": [{"address": "a.b", "mode": "managed", "type": "a", "name": "b", "values": {"x": 0}},
			{"address": "a.old", "mode": "managed", "type": "a", "name": "old", "values": {"x": 0}},
			{"address": "data.a.d", "mode": "data", "type": "a", "name": "d", "values": {"x": 0}}],
		"child_modules": [{"address": "module.m", "resources": [{"address": "module.m.a.c", "mode": "managed", "type": "a", "name": "c", "index": "k",
			"values": {"x": 7, "y": "secret"}, "sensitive_values": {"y": true}}]}]}}}`
	moved := strings.Replace(change("- a.new - no-op", `"before": {"x": 2}`, `"after": {"x": 2}`), `"mode"`, `"previous_address": "a.old", "mode"`, 1)
	text := planJSON("", change("- a.b - update", `"before": {"x": 1}`, `"after": {"x": 2}`), moved)
	p := readPlan(t, strings.TrimSuffix(text, "}")+", "+state+"}")
	const want = `a.b a.new module.m.a.c["k"]`
	if addresses(p.Before) != want || addresses(p.After) != want {
		t.Errorf("before %s, after %s, want %s", addresses(p.Before), addresses(p.After), want)
	}
	if got := attr(p.After, `module.m.a.c["k"] y`); got != "?a sensitive value" {
		t.Errorf("sensitive: %s", got)
	}
	if got := attr(p.After, `a.b x`); got != "2" {
		t.Errorf("changed and in the state: %s", got)
	}
}

// Values, and what masks say of them.
func TestPlanValues(t *testing.T) {
	for _, row := range []struct{ name, value, unknown, sensitive, want string }{
		{"text", `"v"`, `false`, `false`, `"v"`},
		{"number", `2147483647`, `{}`, `{}`, `2147483647`},
		{"null", `null`, ``, ``, `null`},
		{"truth", `true`, ``, ``, `true`},
		{"a list", `["a", null]`, `[false, false]`, ``, `["a" null]`},
		{"nothing unknown in a list", `["a"]`, `[]`, `[]`, `["a"]`},
		{"unknown", ``, `true`, ``, `?known after apply`},
		{"an unknown element", `["a", null]`, `[false, true]`, ``, `["a" ?known after apply]`},
		{"unknown elements left out", `["a"]`, `[true, false]`, ``, `?known after apply, in part`},
		{"an unknown attribute of a block", `[{"a": 1}]`, `[{"b": true}]`, ``, `[{a:1 b:?known after apply}]`},
		{"null with something unknown in it", `null`, `[{"b": true}]`, ``, `?known after apply`},
		{"sensitive", `"v"`, ``, `true`, `?a sensitive value`},
		{"a sensitive element", `["a", "b"]`, ``, `[false, true]`, `["a" ?a sensitive value]`},
		{"sensitive in a block", `[{"a": 1, "b": 2}]`, ``, `[{"b": true}]`, `[{a:1 b:?a sensitive value}]`},
		{"too large", `1e400`, ``, ``, `?a number out of range`},
		{"a small exponent", `1e3`, ``, ``, `1000`},
	} {
		t.Run(row.name, func(t *testing.T) {
			member := func(v string) string {
				if v == "" {
					return "{}"
				}
				return `{"x": ` + v + `}`
			}
			c := change("- a.b - update", `"before": null`, `"after": `+member(row.value), `"after_unknown": `+member(row.unknown), `"after_sensitive": `+member(row.sensitive))
			if got := attr(readPlan(t, planJSON("", c)).After, "a.b x"); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

// Attributes that the configuration does not set are left to the provider when
// the resource is created, and unknown when it is changed.
func TestPlanComputed(t *testing.T) {
	config := func(expressions string) string {
		return fmt.Sprintf(`{"resources": [{"address": "a.b", "mode": "managed", "type": "a", "name": "b", "expressions": %s}]}`, expressions)
	}
	const computed = "?known after apply; the configuration does not set it"
	for _, row := range []struct{ name, config, actions, values, unknown, want string }{
		{"not set", config(`{}`), "create", `{}`, `{"x": true}`, computed},
		{"set to null", config(`{"x": {"constant_value": null}}`), "create", `{}`, `{"x": true}`, computed},
		{"replaced", config(`{}`), "create+delete", `{}`, `{"x": true}`, computed},
		{"changed", config(`{}`), "update", `{}`, `{"x": true}`, "?known after apply"},
		{"set", config(`{"x": {"references": ["var.y"]}}`), "create", `{}`, `{"x": true}`, "?known after apply"},
		{"no configuration", `{}`, "create", `{}`, `{"x": true}`, "?known after apply"},
		{"in the only block", config(`{"x": [{"k": {"constant_value": 1}}]}`), "create", `{"x": [{"k": 1}]}`, `{"x": [{"y": true}]}`, "[{k:1 y:" + computed + "}]"},
		{"in one of several blocks: dynamic ones are not shown", config(`{"x": [{"k": {"constant_value": 1}}]}`), "create",
			`{"x": [{"k": 1}, {"k": 2}]}`, `{"x": [{"y": true}, {}]}`, "[{k:1 y:?known after apply} {k:2}]"},
		{"in an attribute that is a list of objects", config(`{"x": {"references": ["a.c.id", "a.c"]}}`), "create",
			`{"x": [{"k": 1}]}`, `{"x": [{"y": true}]}`, "[{k:1 y:?known after apply}]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := readPlan(t, planJSON(row.config, change("- a.b - "+row.actions, after(row.values, row.unknown))))
			if got := attr(p.After, "a.b x"); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
			v := p.After.Resources[0].Get("x")
			if v.IsComputed() != (row.want == computed) || v.IsComputed() && (!v.IsNull() || !p.After.Resources[0].Open("x")) {
				t.Errorf("computed %t, null %t, open %t", v.IsComputed(), v.IsNull(), p.After.Resources[0].Open("x"))
			}
		})
	}
}

// Ids that are not yet known lead to the resource that they come from.
func TestPlanReferences(t *testing.T) {
	const (
		id    = `{"id": true}`
		group = "- sg.web - create"
	)
	// The rule is what refers; its expression for "x" is the row's.
	rule := func(expression string, more ...string) string {
		return fmt.Sprintf(`{"resources": [{"mode": "managed", "type": "rule", "name": "r", "expressions": {"x": %s}%s}]}`, expression, strings.Join(more, ""))
	}
	refs := func(names ...string) string { return `{"references": ["` + strings.Join(names, `", "`) + `"]}` }
	create := func(head string) string { return change(head, after("{}", id)) }
	theRule := change("- rule.r - create", after("{}", `{"x": true}`))
	const forEach = `, "for_each_expression": `
	// A module with a group of its own that hands on its id, and takes one for a rule.
	inModule := func(call, inner string) string {
		return fmt.Sprintf(`{"module_calls": {"m": {"expressions": %s, "module": %s}}}`, call, inner)
	}
	out := func(config, output string) string {
		return strings.TrimSuffix(config, "}") + fmt.Sprintf(`, "module_calls": {"m": {"module": {"outputs": {"id": {"expression": %s}}}}}}`, output)
	}
	for _, row := range []struct {
		name, config string
		changes      []string
		at, want     string // at: "rule.r" where empty
	}{
		{"an attribute", rule(refs("sg.web.id", "sg.web")), []string{create(group)}, "", "sg.web.id"},
		{"of an instance", rule(refs(`sg.web[\"a\"].id`, `sg.web[\"a\"]`, "sg.web")), []string{create(`- sg.web "a" create`), create(`- sg.web "b" create`)}, "", `sg.web["a"].id`},
		{"a condition over what is known", rule(refs("var.make", "sg.web.id", "sg.web", "var.other")), []string{create(group)}, "", "sg.web.id"},
		{"or of one that exists", rule(refs("sg.web.id", "sg.web", "sg.db.id", "sg.db")), []string{create(group), change("- sg.db - no-op", `"before": {"id": "sg-1"}`, `"after": {"id": "sg-1"}`, `"after_unknown": {}`)}, "", "sg.web.id"},
		{"one or the other", rule(refs("sg.web.id", "sg.web", "sg.db.id", "sg.db")), []string{create(group), create("- sg.db - create")}, "", "?known after apply, from one or several of sg.db.id, sg.web.id"},
		{"a local value", rule(refs("local.id")), []string{create(group)}, "", "?known after apply, from local.id"},
		{"a local value beside", rule(refs("local.make", "sg.web.id", "sg.web")), []string{create(group)}, "", "?known after apply, from local.make"},
		{"a data source", rule(refs("data.sg.web.id", "data.sg.web")), []string{change("- data.sg.web - read", after("{}", id))}, "", "data.sg.web.id"},
		{"count.index, one instance", rule(refs("sg.web", "count.index")), []string{create("- sg.web 0 create")}, "", "sg.web[0].id"},
		{"count.index, which may be count.index + 1", rule(refs("sg.web", "count.index")), []string{create("- sg.web 0 create"), create("- sg.web 1 create"), change("- rule.r 0 create", after("{}", `{"x": true}`))},
			"rule.r[0]", "?known after apply, from one or several of sg.web[0].id, sg.web[1].id"},
		{"each.key", rule(refs("sg.web", "each.key")), []string{create(`- sg.web "a" create`), create(`- sg.web "b" create`), change(`- rule.r "a" create`, after("{}", `{"x": true}`))},
			`rule.r["a"]`, `sg.web["a"].id`},
		{"each.key, which may be made longer", rule(refs("sg.web", "each.key")), []string{create(`- sg.web "a" create`), create(`- sg.web "a-db" create`), change(`- rule.r "a" create`, after("{}", `{"x": true}`))},
			`rule.r["a"]`, `?known after apply, from one or several of sg.web["a"].id, sg.web["a-db"].id`},
		{"each.value", rule(refs("each.value"), forEach, refs("sg.web.id", "sg.web")), []string{create(group), change(`- rule.r "a" create`, after("{}", `{"x": true}`))}, `rule.r["a"]`, "sg.web.id"},
		{"each.value of a resource", rule(refs("each.value.id", "each.value"), forEach, refs("sg.web")), []string{create(`- sg.web "a" create`), create(`- sg.web "b" create`), change(`- rule.r "b" create`, after("{}", `{"x": true}`))},
			`rule.r["b"]`, `sg.web["b"].id`},
		{"an output of a module", out(rule(refs("module.m.id", "module.m")), refs("sg.web.id", "sg.web")), []string{create("module.m sg.web - create")}, "", "module.m.sg.web.id"},
		{"an output that is not there", out(rule(refs("module.m.other", "module.m")), refs("sg.web.id")), []string{create("module.m sg.web - create")}, "", "?known after apply, from module.m.other"},
		{"all of a module", out(rule(refs("module.m")), refs("sg.web.id")), []string{create("module.m sg.web - create")}, "", "?known after apply, from module.m"},
		{"an output of a module's instance", out(rule(refs(`module.m[\"k\"].id`, `module.m[\"k\"]`, "module.m")), refs("sg.web.id", "sg.web")), []string{
			create(`module.m["k"] sg.web - create`), create(`module.m["l"] sg.web - create`)}, "", `module.m["k"].sg.web.id`},
		{"an output of a resource as a whole", out(rule(refs("module.m.id.arn", "module.m.id", "module.m")), refs("sg.web")), []string{
			change("module.m sg.web - create", after("{}", `{"id": true, "arn": true}`))}, "", "module.m.sg.web.arn"},
		{"a variable of a module", inModule(`{"v": `+refs("sg.web.id", "sg.web")+`}`, rule(refs("var.v"))), []string{create(group), change("module.m rule.r - create", after("{}", `{"x": true}`))},
			"module.m.rule.r", "sg.web.id"},
		{"a variable that is an object", inModule(`{"v": `+refs("sg.web")+`}`, rule(refs("var.v.id", "var.v"))), []string{create(group), change("module.m rule.r - create", after("{}", `{"x": true}`))},
			"module.m.rule.r", "sg.web.id"},
		{"a resource that is planned later", rule(refs("sg.later.id", "sg.web.id")), []string{create(group)}, "", "?known after apply, from sg.later, which is not planned yet"},
		{"something that is no reference", rule(refs("sg.web.id", "1 +")), []string{create(group)}, "", `?known after apply, from "1 +"`},
		{"in a block", strings.Replace(rule(`[{"y": `+refs("sg.web.id", "sg.web")+`}]`), "", "", 1), []string{create(group), change("- rule.other - create", after("{}", "{}"))}, "block", `[{y:sg.web.id}]`},
	} {
		t.Run(row.name, func(t *testing.T) {
			at, own := row.at, theRule
			switch {
			case at == "block":
				at, own = "rule.r", change("- rule.r - create", after(`{"x": [{}]}`, `{"x": [{"y": true}]}`))
			case at != "":
				own = change("- none.none - create", after("{}", "{}"))
			default:
				at = "rule.r"
			}
			text := planJSON(row.config, append(row.changes, own)...)
			text = strings.TrimSuffix(text, "}") + `, "deferred_changes": [{"reason": "unknown", "resource_change": ` + create("- sg.later - create") + `}]}`
			if got := attr(readPlan(t, text).After, at+" x"); got != row.want {
				t.Errorf("got %s, want %s\n%s", got, row.want, text)
			}
		})
	}
}

// Modules that call themselves cannot be written, but a plan can be made up.
func TestPlanReferencesInCircles(t *testing.T) {
	config := `{"resources": [{"mode": "managed", "type": "rule", "name": "r", "expressions": {"x": {"references": ["module.m.id"]}}}],
		"module_calls": {"m": {"expressions": {"v": {"references": ["module.m.id"]}}, "module": {"outputs": {"id": {"expression": {"references": ["var.v"]}}}}}}}`
	p := readPlan(t, planJSON(config, change("- rule.r - create", after("{}", `{"x": true}`))))
	if got, want := attr(p.After, "rule.r x"), "?known after apply, from more references than are followed"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPlanOutputs(t *testing.T) {
	text := strings.TrimSuffix(planJSON(""), "}") + `, "output_changes": {
		"b": {"actions": ["create"], "before": null, "after": {"k": "sg-1"}, "after_unknown": {"l": true}, "after_sensitive": false},
		"a": {"actions": ["delete"], "before": "x", "after": null, "after_unknown": false},
		"c": {"actions": ["create"], "before": null, "after_unknown": true}}}`
	p := readPlan(t, text)
	show := func(m terraform.Module) string {
		var out []string
		for _, o := range m.Outputs {
			out = append(out, o.Name+"="+show(o.Value))
		}
		return strings.Join(out, " ")
	}
	if got, want := show(p.Before), `a="x"`; got != want {
		t.Errorf("before %s, want %s", got, want)
	}
	if got, want := show(p.After), `b={k:"sg-1" l:?known after apply} c=?known after apply`; got != want {
		t.Errorf("after %s, want %s", got, want)
	}
}

func TestPlanNotes(t *testing.T) {
	for _, row := range []struct{ name, member, want string }{
		{"nothing", `"complete": true`, ""},
		{"failed", `"errored": true`, "error: Plan failed"},
		{"deferred", `"deferred_changes": [{"reason": "x", "resource_change": {"address": "a.b", "type": "a", "name": "b"}}]`, "note: Change deferred: a.b"},
	} {
		_, diags, err := terraform.ReadPlan(strings.NewReader(strings.TrimSuffix(planJSON(""), "}") + ", " + row.member + "}"))
		if err != nil {
			t.Fatal(err)
		}
		if got := diags.Error(); !strings.Contains(got, row.want) || row.want == "" && got != "" {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

// What is no plan is refused, and says what it is.
func TestPlanRefused(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing", " \n", "the file is empty"},
		{"no JSON", "Terraform will perform", "not the JSON"},
		{"cut off", `{"format_version": "1.0"`, "not the JSON"},
		{"two values", planJSON("") + "{}", "more than one"},
		{"a list", "[]", "not the JSON"},
		{"something else", `{"a": 1}`, "there is no format_version"},
		{"a state", `{"format_version": "1.0", "values": {}}`, "this is a state"},
		{"a state file", `{"version": 4, "resources": []}`, "this is a state"},
		{"a schema", `{"format_version": "1.0", "provider_schemas": {}}`, "neither planned values nor"},
		{"the future", `{"format_version": "2.0", "planned_values": {}}`, "does not satisfy"},
		{"a version that is none", `{"format_version": "x", "planned_values": {}}`, "invalid format version"},
		{"a plan file", "PK\x03\x04...", "terraform show -json"},
		{"deep", `{"format_version": "1.0", "planned_values": ` + strings.Repeat("[", 600), "nested deeper"},
	} {
		_, _, err := terraform.ReadPlan(strings.NewReader(row.text))
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}

// PowerShell writes UTF-16 when output is redirected.
func TestPlanEncodings(t *testing.T) {
	text := planJSON("", change("- a.b - create", after(`{"x": "é😀"}`, "{}")))
	utf16 := []byte{0xff, 0xfe}
	for _, r := range text {
		if r > 0xffff {
			utf16 = append(utf16, 0x3d, 0xd8, 0x00, 0xde)
			continue
		}
		utf16 = append(utf16, byte(r), byte(r>>8))
	}
	for name, data := range map[string]string{"byte order mark": "\ufeff" + text, "UTF-16": string(utf16)} {
		if got := attr(readPlan(t, data).After, "a.b x"); got != `"é😀"` {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Every plan and state of real projects is read, or refused for what it is.
func TestPlanAndStateCorpus(t *testing.T) {
	root := schematest.Shared(t, "corpus")
	read, refused := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if !strings.HasPrefix(rel, "tf-") || filepath.Ext(rel) != ".json" && filepath.Ext(rel) != ".tfstate" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		plan, planDiags, planErr := terraform.ReadPlan(strings.NewReader(string(data)))
		state, stateDiags, stateErr := terraform.ReadState(strings.NewReader(string(data)))
		switch {
		case planErr != nil && stateErr != nil:
			// A scanner's own format.
			refused++
			if !strings.HasPrefix(rel, "tf-terrascan") {
				t.Errorf("%s: %v; %v", rel, planErr, stateErr)
			}
		case planErr == nil && stateErr == nil:
			t.Errorf("%s: taken for a plan and for a state", rel)
		case len(plan.After.Resources) == 0 && len(state.Resources) == 0, planDiags.HasErrors(), stateDiags.HasErrors():
			t.Errorf("%s: %d and %d resources, %v %v", rel, len(plan.After.Resources), len(state.Resources), planDiags, stateDiags)
		default:
			read++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 12 || refused < 9 {
		t.Errorf("%d files were read and %d refused", read, refused)
	}
}

// The only element of a list that is not known comes from what the list's expression refers to.
func TestPlanReferencesInLists(t *testing.T) {
	rule := func(names string) string {
		return fmt.Sprintf(`{"resources": [{"mode": "managed", "type": "rule", "name": "r", "expressions": {"x": {"references": [%s]}}}]}`, names)
	}
	const web, both = `"sg.web.id", "sg.web"`, `"sg.web.id", "sg.web", "sg.db.id", "sg.db"`
	groups := []string{change("- sg.web - create", after("{}", `{"id": true}`)), change("- sg.db - create", after("{}", `{"id": true}`))}
	for _, row := range []struct{ name, names, values, unknown, want string }{
		{"the only element", web, `[null]`, `[true]`, "[sg.web.id]"},
		{"beside one that is known", web, `["a", null]`, `[false, true]`, `["a" sg.web.id]`},
		{"one or the other", both, `[null]`, `[true]`, "[?known after apply, from one or several of sg.db.id, sg.web.id]"},
		{"two elements", both, `[null, null]`, `[true, true]`, "[?known after apply ?known after apply]"},
		{"a part of one element", web, `[{"k": 1}]`, `[{"y": true}]`, "[{k:1 y:?known after apply}]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := change("- rule.r - create", after(fmt.Sprintf(`{"x": %s}`, row.values), fmt.Sprintf(`{"x": %s}`, row.unknown)))
			p := readPlan(t, planJSON(rule(row.names), append(groups, r)...))
			if got := attr(p.After, "rule.r x"); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}
