package tfsource

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/translate"
)

// CodeIncomplete marks findings about configuration that was left out and may hold
// any rule, so that no answer is complete.
const CodeIncomplete = "unmodelled-policy"

// Reader reads Terraform. It is a [translate.Source].
type Reader struct {
	// Providers decode the resources. Those that are no [providers.Populated]
	// are not asked.
	Providers []providers.Provider
	// Path is the folder or file as the user gave it: what origins begin with. Empty: names
	// within the folder alone.
	Path string
	// Except says which resources are left out, as if they were not there; nil: none. See [StrangersIn].
	Except func(terraform.Resource) bool
	// Inspect is whether readings keep what [Audited] wants to know of the objects besides their rules.
	Inspect bool
}

// Input is a policy over parties.
type Input struct {
	// Policy names the groups of the resources; Inventory has the parties as members and
	// binds the groups to them. There are no workloads.
	translate.Input
	crowd crowd
	// pieces are the parts of firewalls that were read.
	pieces []piece
	// estate is the objects, where the reader inspects them.
	estate audit.Estate
	// read is how many layers of the policy were read: those behind them stand for what is not written, so that readings can be compared.
	read int
	// joint are the members of the inventory of whom no resource tells, with those that they are put together of.
	joint map[model.Identity][]model.Identity
}

// LayersRead returns how many of the first layers of the policy that [Merge] returns were read. Those behind them stand for what the reading does not have and the
// other one has: groups without rules, and what is not there.
func (in Input) LayersRead() int { return in.read }

// Name returns "terraform".
func (Reader) Name() string { return "terraform" }

// Read reads a folder as [Reader.Folder] does.
func (r Reader) Read(fsys fs.FS) (translate.Input, []model.Finding, error) {
	in, findings, err := r.Folder(fsys)
	return in.Input, findings, err
}

// Folder reads the configuration in a folder, .tf and .tf.json; folders inside it are not
// read. In a folder without configuration it reads the only state or plan, of which what
// is to be counts. Faults are findings of severity Error; the error is for I/O.
func (r Reader) Folder(fsys fs.FS) (Input, []model.Finding, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return Input{}, nil, fmt.Errorf("reading Terraform: %w", err)
	}
	var documents []string
	for _, e := range entries {
		switch name := e.Name(); {
		case e.IsDir():
		case IsConfiguration(name):
			m, diags, err := terraform.Read(fsys)
			if err != nil {
				return Input{}, nil, err
			}
			in, findings := r.decode(m, diags)
			return in, findings, nil
		case strings.HasSuffix(name, ".tfstate"), strings.HasSuffix(name, ".json"):
			documents = append(documents, name)
		}
	}
	return r.onlyDocument(fsys, documents)
}

// IsConfiguration reports whether a file is of Terraform configuration, by its name.
func IsConfiguration(name string) bool {
	return strings.HasSuffix(name, ".tf") || strings.HasSuffix(name, ".tf.json")
}

// onlyDocument reads the one plan or state among files.
func (r Reader) onlyDocument(fsys fs.FS, names []string) (Input, []model.Finding, error) {
	type document struct {
		name string
		data []byte
	}
	var found []document
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return Input{}, nil, fmt.Errorf("reading Terraform: %w", err)
		}
		if KindOf(name, data) != 0 {
			found = append(found, document{name, data})
		}
	}
	if len(found) != 1 {
		summary := "there is no Terraform configuration, plan or state"
		if len(found) > 1 {
			summary = fmt.Sprintf("there are %d plans and states and no configuration", len(found))
		}
		return Input{}, []model.Finding{{Severity: model.Error, Code: "no-terraform", Summary: summary,
			Advice: "give the file", Origin: model.Origin{File: r.Path}}}, nil
	}
	r.Path = path.Join(r.Path, found[0].name)
	return r.File(found[0].data)
}

// File reads one file: a state, a plan, of which what is to be counts, or a file of
// configuration, by the name that Path ends in. The error is for a file that is none of these.
func (r Reader) File(data []byte) (Input, []model.Finding, error) {
	switch KindOf(r.Path, data) {
	case Configuration:
		dir, name := path.Split(r.Path)
		r.Path = dir
		m, diags, err := terraform.ReadFiles([]terraform.File{{Name: name, Data: data}})
		if err != nil {
			return Input{}, nil, err
		}
		in, findings := r.decode(m, diags)
		return in, findings, nil
	case Plan:
		_, after, findings, err := r.Plan(strings.NewReader(string(data)))
		return after, findings, err
	case State:
		return r.State(strings.NewReader(string(data)))
	}
	return Input{}, nil, errors.New("this is neither Terraform configuration nor a plan or state in JSON")
}

// State reads a state, by [terraform.ReadState].
func (r Reader) State(from io.Reader) (Input, []model.Finding, error) {
	m, diags, err := terraform.ReadState(from)
	if err != nil {
		return Input{}, nil, err
	}
	in, findings := r.decode(r.placed(m), diags)
	return in, findings, nil
}

// Plan reads a plan, by [terraform.ReadPlan]: what there was before, and what there is
// after it. The findings are of both.
func (r Reader) Plan(from io.Reader) (before, after Input, _ []model.Finding, _ error) {
	p, diags, err := terraform.ReadPlan(from)
	if err != nil {
		return Input{}, Input{}, nil, err
	}
	before, findings := r.decode(r.placed(p.Before), nil)
	after, more := r.decode(r.placed(p.After), diags)
	return before, after, model.SortFindings(append(findings, more...)), nil
}

// placed says of resources without a position which file they are from.
func (r Reader) placed(m terraform.Module) terraform.Module {
	m.Resources = slices.Clone(m.Resources)
	for i := range m.Resources {
		m.Resources[i].Pos = terraform.Pos{File: r.Path}
	}
	return m
}

// decode makes a policy of a module, with every provider that has resources in it.
func (r Reader) decode(m terraform.Module, diags terraform.Diagnostics) (Input, []model.Finding) {
	var findings []model.Finding
	for _, d := range diags {
		findings = append(findings, r.finding(d))
	}
	if r.Except != nil {
		m.Resources = slices.DeleteFunc(slices.Clone(m.Resources), r.Except)
	}
	in := Input{pieces: piecesOf(r.Providers, m)}
	var parts []part
	for _, p := range r.Providers {
		populated, ok := p.(providers.Populated)
		if !ok || !slices.ContainsFunc(m.Resources, func(r terraform.Resource) bool { return populated.Owns(r.Type) }) {
			continue
		}
		policy, more := p.Decode(m)
		if n, ok := p.(providers.Networked); ok {
			policy = n.OnNetworks(policy)
		}
		for _, f := range more {
			f.Origin.File = r.file(f.Origin.File)
			findings = append(findings, f)
		}
		one := part{provider: p.Name(), policy: policy, population: populated.Population(m, policy)}
		if u, ok := p.(providers.Unfiltered); ok {
			one.unfiltered = u.Unfiltered()
		}
		if x, ok := p.(providers.Related); ok {
			one.relation = x.Relate(m, one.population)
		}
		if x, ok := p.(providers.Inspected); ok && r.Inspect {
			one.estate = x.Inspect(m, policy)
		}
		parts = append(parts, one)
	}
	if len(parts) == 0 {
		findings = append(findings, model.Finding{Severity: model.Info, Code: "no-firewall", Origin: model.Origin{File: r.Path},
			Summary: "there is no resource of a cloud that is read, so that nothing is known to be refused"})
	}
	in.Policy, in.crowd = assemble(parts)
	in.Policy = withOrigins(in.Policy, r.file)
	in.estate = estateOf(parts, r.file)
	alone := enroll([]crowd{in.crowd}, nil)
	in.Inventory = alone.inventory([]crowd{in.crowd})
	in.Inventory.Groups = alone.groups([]crowd{in.crowd}, 0)
	if n := in.crowd.size(); n > 1 {
		findings = append(findings, model.Finding{Severity: model.Info, Code: "several-memberships", Origin: model.Origin{File: r.Path},
			Summary: fmt.Sprintf("an endpoint that is in several of %d groups, networks and tags at once is known only where a resource says that there is one; diff looks at others where they would make a difference", n)})
	}
	return in, model.SortFindings(findings)
}

// file puts the path before a file's name.
func (r Reader) file(name string) string {
	if name == "" || r.Path == "" || name == r.Path {
		return cmp.Or(name, r.Path)
	}
	return path.Join(r.Path, name)
}

// finding turns what reading has to say into a finding.
func (r Reader) finding(d terraform.Diagnostic) model.Finding {
	f := model.Finding{Summary: strings.TrimSuffix(d.Summary+": "+strings.Join(strings.Fields(d.Detail), " "), "."),
		Origin: model.Origin{File: r.file(d.Pos.File), Line: d.Pos.Line, Column: d.Pos.Column}}
	f.Summary = strings.TrimSuffix(f.Summary, ": ")
	switch d.Severity {
	case terraform.Error:
		f.Severity, f.Code = model.Error, "invalid-terraform"
	case terraform.Warning:
		f.Severity, f.Code = model.Warning, CodeIncomplete
	case terraform.Note:
		f.Severity, f.Code = model.Info, "terraform-note"
	}
	return f
}
