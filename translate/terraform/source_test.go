package tfsource_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

var _ translate.Source = tfsource.Reader{}

const (
	emptyState = `{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": []}`
	emptyPlan  = `{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {}, "resource_changes": []}`
)

func TestKindOf(t *testing.T) {
	for _, row := range []struct {
		name, data string
		want       tfsource.Kind
	}{
		{"main.tf", "", tfsource.Configuration},
		{"main.tf.json", "{}", tfsource.Configuration},
		{"terraform.tfstate", emptyState, tfsource.State},
		{"x.json", emptyPlan, tfsource.Plan},
		{"x.json", `{"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {}}}`, tfsource.State},
		{"x.json", `{"format_version": "1.0"}`, tfsource.State},
		{"x.json", `{"format_version": "1.0", "terraform_version": "1.9.0", "planned_values": {"root`, tfsource.Plan},
		{"x.json", "\xff\xfe" + strings.Join(strings.Split(emptyPlan, ""), "\x00") + "\x00", tfsource.Plan},
		{"x.json", "\ufeff" + emptyState, tfsource.State},
		{"x.json", `{"format_version": "1.0", "provider_schemas": {}}`, 0},
		{"x.json", `{"apiVersion": "v1", "kind": "List", "items": []}`, 0},
		{"x.json", `{"a": {"format_version": "1.0", "planned_values": {}}}`, 0},
		{"x.json", `{"a": "planned_values", "b": "format_version"}`, 0},
		{"x.json", `["format_version", "values"]`, 0},
		{"x.json", "", 0},
		{"x.yaml", "format_version: 1", 0},
	} {
		if got := tfsource.KindOf(row.name, []byte(row.data)); got != row.want {
			t.Errorf("%s %q: %q, want %q", row.name, row.data, got, row.want)
		}
	}
}

// Which files of a folder count, and what is said of the rest.
func TestFolder(t *testing.T) {
	const group = "resource \"aws_security_group\" \"web\" {}\n"
	for _, row := range []struct {
		name    string
		files   map[string]string
		members string
		finding string // "severity code" of the worst; empty: no more than info
	}{
		{"configuration", map[string]string{"main.tf": group}, "aws_security_group.web", ""},
		{"configuration in JSON", map[string]string{"main.tf.json": `{"resource": {"aws_security_group": {"web": {}}}}`}, "aws_security_group.web", ""},
		{"configuration counts, not its state", map[string]string{"main.tf": group, "terraform.tfstate": emptyState}, "aws_security_group.web", ""},
		{"a module that is called", map[string]string{"main.tf": group + "module \"m\" {\n  source = \"./m\"\n}\n"}, "aws_security_group.web", "warning unmodelled-policy"},
		{"a fault", map[string]string{"main.tf": "resource {"}, "", "error invalid-terraform"},
		{"the only state", map[string]string{"x.tfstate": emptyState, "package.json": "{}"}, "", ""},
		{"the only plan", map[string]string{"plan.json": emptyPlan}, "", ""},
		{"a plan and a state", map[string]string{"plan.json": emptyPlan, "x.tfstate": emptyState}, "", "error no-terraform"},
		{"nothing", map[string]string{"README.md": ""}, "", "error no-terraform"},
		{"a plan that failed", map[string]string{"plan.json": strings.TrimSuffix(emptyPlan, "}") + `, "errored": true}`}, "", "error invalid-terraform"},
		{"resources of no cloud that is read", map[string]string{"main.tf": "resource \"random_id\" \"x\" {}\n"}, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, data := range row.files {
				fsys[name] = &fstest.MapFile{Data: []byte(data)}
			}
			in, fs, err := reader("stack").Folder(fsys)
			if err != nil {
				t.Fatal(err)
			}
			if got := members(in); got != row.members {
				t.Errorf("members %s, want %s", got, row.members)
			}
			worst := ""
			for _, f := range fs {
				if f.Severity > model.Info && worst == "" {
					worst = f.Severity.String() + " " + f.Code
				}
				if !strings.HasPrefix(f.Origin.File, "stack") {
					t.Errorf("origin of %s", f)
				}
			}
			if worst != row.finding {
				t.Errorf("finding %q, want %q: %v", worst, row.finding, fs)
			}
		})
	}
}

// Rules say where they stand, as the user named the folder.
func TestOrigins(t *testing.T) {
	in, _, err := reader("live/prod").Folder(fstest.MapFS{"main.tf": {Data: []byte("\n" + ingress("r", 80, `cidr_ipv4 = "0.0.0.0/0"`))}})
	if err != nil {
		t.Fatal(err)
	}
	o := in.Policy.Layers[0].Ingress[1].Rules[0].Origin
	if got, want := o.String(), "live/prod/main.tf:2:1: aws_vpc_security_group_ingress_rule.r"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	in, _, err = reader("plans/p.json").File([]byte(strings.Replace(emptyPlan, `"resource_changes": []`, `"resource_changes": [{"mode": "managed", "type": "aws_vpc_security_group_ingress_rule", "name": "r",
		"change": {"actions": ["no-op"], "after": {"security_group_id": "sg-1", "ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"}}}]`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	o = in.Policy.Layers[0].Ingress[1].Rules[0].Origin
	if got, want := o.String(), "plans/p.json: aws_vpc_security_group_ingress_rule.r"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What crosswall writes is read, in full and the same each time.
func TestExamples(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("..", "..", "examples", "*", "wanted", "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("%d folders, %v", len(dirs), err)
	}
	for _, dir := range dirs {
		in, fs, err := reader(filepath.ToSlash(dir)).Folder(os.DirFS(dir))
		if err != nil || model.WorstSeverity(fs) == model.Error || len(in.Inventory.Members) == 0 {
			t.Fatalf("%s: %v %v, %d members", dir, err, fs, len(in.Inventory.Members))
		}
		check(t, in)
		a, b, _ := tfsource.Merge(in, in)
		if d := model.Compare(a.Policy, b.Policy, a.Inventory); !d.Opened.IsEmpty() || !d.Closed.IsEmpty() {
			t.Errorf("%s differs from itself", dir)
		}
	}
}

func TestFileRefused(t *testing.T) {
	for _, data := range []string{"", "{}", "apiVersion: v1", `{"format_version": "9.0", "planned_values": {}}`, `{"version": 3, "lineage": "x"}`} {
		if _, _, err := reader("x.json").File([]byte(data)); err == nil {
			t.Errorf("%q was read", data)
		}
	}
}

// FuzzDecodePlan decodes whatever a plan holds to a valid policy that is bound, and
// that does not differ from itself.
func FuzzDecodePlan(f *testing.F) {
	for _, typ := range []string{"aws_security_group", "aws_network_acl", "google_compute_firewall", "azurerm_network_security_rule", "azurerm_network_interface"} {
		f.Add(typ, `{"id": "x", "ingress": [{"protocol": "tcp", "from_port": 1, "to_port": 2, "cidr_blocks": ["0.0.0.0/0"]}], "network": "n", "allow": [{"protocol": "all"}], "source_tags": ["a"]}`, `{"egress": true}`)
		f.Add(typ, `{"subnet_ids": ["s", null], "network_security_group_name": "g", "security_rule": [{"name": 1}], "ip_configuration": [{"subnet_id": "s"}]}`, `{"subnet_ids": [false, true], "priority": true}`)
	}
	f.Fuzz(func(t *testing.T, typ, values, unknown string) {
		text := `{"format_version": "1.2", "planned_values": {}, "configuration": {"root_module": {}}, "resource_changes": [
			{"mode": "managed", "type": "` + typ + `", "name": "r", "change": {"actions": ["update"], "before": ` + values + `, "after": ` + values + `, "after_unknown": ` + unknown + `}}]}`
		before, after, _, err := reader("p.json").Plan(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, in := range []tfsource.Input{before, after} {
			check(t, in)
			a, b, _ := tfsource.Merge(in, in)
			if d := model.Compare(a.Policy, b.Policy, a.Inventory); !d.Opened.IsEmpty() || !d.Closed.IsEmpty() {
				t.Errorf("it differs from itself: %s", text)
			}
		}
	})
}
