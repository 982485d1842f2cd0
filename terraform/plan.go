package terraform

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// Plan is what a plan says that there is and that there will be. Resources are
// sorted by address and are without a position.
type Plan struct {
	// Before is what the plan found, After what there is once it is applied.
	// Values that are not known until then are [Unknown], a [Ref] to the one resource that
	// they come from, or [Computed].
	Before, After Module
}

// ReadPlan reads a plan in JSON, as terraform show -json PLANFILE prints it, of every
// format version of 0.1 to 1.x, which is Terraform 0.12 and later and OpenTofu
// (developer.hashicorp.com/terraform/internals/json-format).
//
// Before holds the state that the plan rests on, refreshed, with resources that are drifted as
// they are. After holds the planned resources and those that the plan leaves alone, as with
// -target; a resource that Terraform is to forget stays. Objects that
// are deposed are of Before under an address that ends in "(deposed KEY)".
//
// A value that is known after apply is a [Ref] where the configuration in the plan shows
// that it comes from one resource's attribute and nothing else that is unknown: through
// variables and outputs of modules, for_each and count. It is [Computed] where a resource
// that is to be created does not set it. It is [Unknown] otherwise, as are
// sensitive values. The JSON format shows neither local values nor lists' literal
// elements, so that what comes from them stays unknown.
//
// Diagnostics say what was left out, and with severity [Error] that the plan is
// not one that can be applied. The error is for input that is no such plan, or is too
// large or nested too deeply.
func ReadPlan(r io.Reader) (Plan, Diagnostics, error) {
	var f planFile
	if err := readJSON(r, &f); err != nil {
		return Plan{}, nil, fmt.Errorf("reading a Terraform plan: %w", err)
	}
	if err := f.check(); err != nil {
		return Plan{}, nil, fmt.Errorf("reading a Terraform plan: %w", err)
	}
	p := newPlanReader(f)
	p.changes()
	p.untouched()
	p.outputs()
	p.notes()
	for _, m := range []*Module{&p.out.Before, &p.out.After} {
		slices.SortStableFunc(m.Resources, func(a, b Resource) int { return cmp.Compare(a.Address(), b.Address()) })
		*m = m.sorted()
	}
	return p.out, sorted(p.diags), nil
}

// planFile is the parts of a plan that are read.
type planFile struct {
	FormatVersion string                           `json:"format_version"`
	PlannedValues *struct{}                        `json:"planned_values"`
	Changes       []*tfjson.ResourceChange         `json:"resource_changes"`
	Deferred      []*tfjson.DeferredResourceChange `json:"deferred_changes"`
	Outputs       map[string]*tfjson.Change        `json:"output_changes"`
	Prior         *stateFile                       `json:"prior_state"`
	Config        struct {
		Root *configModule `json:"root_module"`
	} `json:"configuration"`
	Errored bool `json:"errored"`
	// What other files of JSON have.
	Values  *struct{} `json:"values"`
	Version any       `json:"version"`
}

func (f planFile) check() error {
	switch {
	case f.FormatVersion == "" && f.Version != nil:
		return errors.New("this is a state, not a plan")
	case f.FormatVersion == "":
		return errors.New("there is no format_version: it is not what terraform show -json prints")
	case f.PlannedValues == nil && f.Changes == nil && f.Values != nil:
		return errors.New("this is a state, not a plan")
	case f.PlannedValues == nil && f.Changes == nil && f.Prior == nil:
		return errors.New("there are neither planned values nor resource changes")
	}
	return (&tfjson.Plan{FormatVersion: f.FormatVersion}).Validate()
}

// planReader makes modules of a plan.
type planReader struct {
	file  planFile
	graph *planGraph
	// handled are addresses that changes speak of.
	handled map[string]bool
	out     Plan
	diags   Diagnostics
}

func newPlanReader(f planFile) *planReader {
	f.Changes = slices.DeleteFunc(f.Changes, func(c *tfjson.ResourceChange) bool { return c == nil || c.Change == nil })
	return &planReader{file: f, graph: newPlanGraph(f), handled: map[string]bool{}}
}

func (p *planReader) note(s Severity, summary, detail string) {
	p.diags = append(p.diags, Diagnostic{Severity: s, Summary: summary, Detail: detail})
}

// changes reads the resources that the plan speaks of, changed or not.
func (p *planReader) changes() {
	for _, c := range p.file.Changes {
		if !isManaged(c.Mode, c.Address) {
			continue
		}
		r := instanceOf(c.ModuleAddress, c.Type, c.Name, c.Index)
		if c.DeposedKey != "" {
			r.Key += " (deposed " + c.DeposedKey + ")"
		}
		p.handled[r.Address()] = true
		p.handled[c.PreviousAddress] = true
		p.change(r, c.Change)
	}
}

func (p *planReader) change(r Resource, c *tfjson.Change) {
	if c.Before != nil {
		before := r
		before.Body = sense{}.body(masked{value: c.Before, sensitive: c.BeforeSensitive})
		p.out.Before.Resources = append(p.out.Before.Resources, before)
		if slices.Contains(c.Actions, tfjson.ActionForget) {
			p.note(Note, "Resource to be forgotten", r.Address()+" stays as it is, and Terraform will no longer manage it.")
			p.out.After.Resources = append(p.out.After.Resources, before)
			return
		}
	}
	if c.After == nil {
		return
	}
	in := p.graph.scopeOf(r)
	s := sense{creates: slices.Contains(c.Actions, tfjson.ActionCreate)}
	m := masked{value: c.After, unknown: c.AfterUnknown, sensitive: c.AfterSensitive}
	if in.resource != nil {
		m.body = in.resource.Expressions
		s.refer = func(config any) Value { return p.graph.value(config, in) }
	}
	r.Body = s.body(m)
	p.out.After.Resources = append(p.out.After.Resources, r)
}

// untouched reads the resources of the state that no change speaks of: the plan is for
// others only.
func (p *planReader) untouched() {
	for _, r := range p.file.Prior.resources() {
		if !p.handled[r.Address()] {
			p.out.Before.Resources = append(p.out.Before.Resources, r)
			p.out.After.Resources = append(p.out.After.Resources, r)
		}
	}
}

func (p *planReader) outputs() {
	for _, name := range slices.Sorted(maps.Keys(p.file.Outputs)) {
		c := p.file.Outputs[name]
		if c == nil {
			continue
		}
		if c.Before != nil {
			v := sense{}.value(masked{value: c.Before, sensitive: c.BeforeSensitive})
			p.out.Before.Outputs = append(p.out.Before.Outputs, Output{Name: name, Value: v})
		}
		if c.After != nil || holdsTrue(c.AfterUnknown) {
			v := sense{}.value(masked{value: c.After, unknown: c.AfterUnknown, sensitive: c.AfterSensitive})
			p.out.After.Outputs = append(p.out.After.Outputs, Output{Name: name, Value: v})
		}
	}
}

// notes says what keeps the plan from being the whole truth.
func (p *planReader) notes() {
	if p.file.Errored {
		p.note(Error, "Plan failed", "Terraform could not finish this plan; what it would change beyond this is not known.")
	}
	for _, d := range p.file.Deferred {
		if d != nil && d.ResourceChange != nil {
			p.note(Note, "Change deferred", d.ResourceChange.Address+" is left to a later plan, and taken to stay as it is.")
		}
	}
}

// isManaged reports whether a resource is one that Terraform makes. Old
// versions leave the mode out of what is managed.
func isManaged(mode tfjson.ResourceMode, address string) bool {
	if mode == "" {
		return !strings.HasPrefix(address, "data.") && !strings.Contains(address, ".data.")
	}
	return mode == tfjson.ManagedResourceMode
}
