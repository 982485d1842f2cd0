package terraform

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// ReadState reads a state: what terraform show -json prints, of every format version
// of 0.1 to 1.x, or a state file (terraform.tfstate, terraform state pull) of version 4, which
// is Terraform 0.12 and later and OpenTofu
// (developer.hashicorp.com/terraform/internals/json-format).
//
// Resources are sorted by address and are without a position. References are not to be found
// in a state: ids are what they were when it was written. Sensitive values are [Unknown].
// Objects that are deposed have an address that ends in "(deposed KEY)". The state says what
// Terraform made, not what became of it since.
//
// Diagnostics of severity [Error] say what could not be read. The error is for
// input that is no such state, or is too large or nested too deeply.
func ReadState(r io.Reader) (Module, Diagnostics, error) {
	var f struct {
		stateFile
		rawState
		PlannedValues *struct{} `json:"planned_values"`
		Changes       any       `json:"resource_changes"`
		Prior         *struct{} `json:"prior_state"`
	}
	if err := readJSON(r, &f); err != nil {
		return Module{}, nil, fmt.Errorf("reading a Terraform state: %w", err)
	}
	var m Module
	var diags Diagnostics
	var err error
	switch {
	case f.PlannedValues != nil || f.Changes != nil || f.Prior != nil:
		err = errors.New("this is a plan, not a state")
	case f.FormatVersion != "":
		m, err = f.stateFile.module()
	default:
		m, diags, err = f.rawState.module()
	}
	if err != nil {
		return Module{}, nil, fmt.Errorf("reading a Terraform state: %w", err)
	}
	slices.SortStableFunc(m.Resources, func(a, b Resource) int { return cmp.Compare(a.Address(), b.Address()) })
	return m.sorted(), diags, nil
}

// stateFile is a state as terraform show -json prints it, and as plans hold it.
type stateFile struct {
	FormatVersion string `json:"format_version"`
	Values        *struct {
		Outputs    map[string]stateOutput `json:"outputs"`
		RootModule *tfjson.StateModule    `json:"root_module"`
	} `json:"values"`
}

type stateOutput struct {
	Sensitive bool `json:"sensitive"`
	Value     any  `json:"value"`
}

// module reads the state. One without values is empty: nothing was made yet.
func (f *stateFile) module() (Module, error) {
	if err := (&tfjson.State{FormatVersion: f.FormatVersion}).Validate(); err != nil {
		return Module{}, err
	}
	m := Module{Resources: f.resources()}
	if f.Values != nil {
		m.Outputs = stateOutputs(f.Values.Outputs)
	}
	return m, nil
}

func stateOutputs(in map[string]stateOutput) []Output {
	var out []Output
	for _, name := range slices.Sorted(maps.Keys(in)) {
		o := in[name]
		out = append(out, Output{Name: name, Value: sense{}.value(masked{value: o.Value, sensitive: o.Sensitive})})
	}
	return out
}

// resources returns the managed resources of all modules; f may be nil.
func (f *stateFile) resources() []Resource {
	if f == nil || f.Values == nil || f.Values.RootModule == nil {
		return nil
	}
	return stateResources(f.Values.RootModule)
}

func stateResources(m *tfjson.StateModule) []Resource {
	var out []Resource
	for _, r := range m.Resources {
		if r == nil || !isManaged(r.Mode, r.Address) {
			continue
		}
		one := instanceOf(m.Address, r.Type, r.Name, r.Index)
		if r.DeposedKey != "" {
			one.Key += " (deposed " + r.DeposedKey + ")"
		}
		var mask any
		if len(r.SensitiveValues) > 0 {
			// It was checked with the file, and what it says is but a mask.
			if err := json.Unmarshal(r.SensitiveValues, &mask); err != nil {
				mask = true
			}
		}
		one.Body = sense{}.body(masked{value: r.AttributeValues, sensitive: mask})
		out = append(out, one)
	}
	for _, c := range m.ChildModules {
		if c != nil {
			out = append(out, stateResources(c)...)
		}
	}
	return out
}

// rawState is a state file.
type rawState struct {
	Version   any                    `json:"version"`
	Outputs   map[string]stateOutput `json:"outputs"`
	Resources []rawResource          `json:"resources"`
}

type rawResource struct {
	Module    string              `json:"module"`
	Mode      tfjson.ResourceMode `json:"mode"`
	Type      string              `json:"type"`
	Name      string              `json:"name"`
	Instances []rawInstance       `json:"instances"`
}

type rawInstance struct {
	IndexKey   any             `json:"index_key"`
	Deposed    string          `json:"deposed"`
	Attributes any             `json:"attributes"`
	Flat       map[string]any  `json:"attributes_flat"`
	Sensitive  [][]rawPathStep `json:"sensitive_attributes"`
}

// rawPathStep is a step of the path to a sensitive value.
type rawPathStep struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
}

func (f *rawState) module() (Module, Diagnostics, error) {
	if f.Version == nil {
		return Module{}, nil, errors.New("there is neither a version nor a format_version: it is no state")
	}
	if v := fmt.Sprint(f.Version); v != "4" {
		return Module{}, nil, fmt.Errorf("version %s is not read, only version 4: run terraform state pull with Terraform 0.12 or later", v)
	}
	m := Module{Outputs: stateOutputs(f.Outputs)}
	var diags Diagnostics
	for _, r := range f.Resources {
		if r.Mode != tfjson.ManagedResourceMode {
			continue
		}
		for _, i := range r.Instances {
			one := instanceOf(r.Module, r.Type, r.Name, i.IndexKey)
			if i.Deposed != "" {
				one.Key += " (deposed " + i.Deposed + ")"
			}
			if i.Attributes == nil {
				diags = append(diags, Diagnostic{Severity: Error, Summary: "Resource not read",
					Detail: one.Address() + " has no attributes, or those of Terraform 0.11. Run terraform apply -refresh-only first."})
				continue
			}
			one.Body = sense{}.body(masked{value: i.Attributes, sensitive: sensitiveMask(i.Sensitive)})
			m.Resources = append(m.Resources, one)
		}
	}
	return m, diags, nil
}

// sensitiveMask turns paths into a mask of attributes. Of a path, the
// attributes at its start count; what an index leads to is sensitive with all its
// neighbours.
func sensitiveMask(paths [][]rawPathStep) any {
	mask := map[string]any{}
	for _, p := range paths {
		names := attributesOf(p)
		if len(names) == 0 {
			return true
		}
		mark(mask, names)
	}
	return mask
}

func attributesOf(path []rawPathStep) []string {
	var names []string
	for _, step := range path {
		name, ok := step.Value.(string)
		if !ok || step.Type != "get_attr" {
			break
		}
		names = append(names, name)
	}
	return names
}

func mark(mask map[string]any, names []string) {
	for _, n := range names[:len(names)-1] {
		if mask[n] == true {
			return
		}
		next, ok := mask[n].(map[string]any)
		if !ok {
			next = map[string]any{}
			mask[n] = next
		}
		mask = next
	}
	mask[names[len(names)-1]] = true
}
