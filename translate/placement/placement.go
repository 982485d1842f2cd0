package placement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// Version and Kind are what the first two fields of a placement say.
const (
	Version = "crosswall.dev/v1alpha1"
	Kind    = "Placement"

	header = "apiVersion: " + Version + "\nkind: " + Kind
)

// Placement is the content of a placement file. The zero Placement has no
// cloud. It is made by [Read] and does not change.
type Placement struct {
	file     string
	sections []section // sorted by cloud
}

// Clouds returns the clouds that the placement has a section for, sorted: "aws".
func (p Placement) Clouds() []string {
	var out []string
	for _, s := range p.sections {
		out = append(out, s.cloud.name)
	}
	return out
}

// Read decodes a placement file; name is what findings call it. All faults are
// reported at once, as findings of severity Error with line and column, and
// the Placement is then the zero Placement. It needs memory in proportion to
// data, which may have 8 MiB.
func Read(name string, data []byte) (Placement, []model.Finding) {
	r := newReader(name)
	p := Placement{file: name}
	if root, ok := r.Document(data); ok {
		p.sections = r.sections(root)
	}
	findings := r.Findings()
	if model.WorstSeverity(findings) == model.Error {
		return Placement{}, findings
	}
	return p, findings
}

func (r reader) sections(root value) []section {
	o := r.Object(root)
	if o == nil {
		return nil
	}
	r.header(o, "apiVersion", Version)
	r.header(o, "kind", Kind)
	var out []section
	for _, c := range clouds() {
		if v, ok := o.Get(c.name); ok {
			out = append(out, r.section(c, v))
		}
	}
	names := strings.Join(cloudNames(), ", ")
	for _, f := range o.Unknown() {
		r.Fault(codeCloud, o.Where(f.Name), fmt.Sprintf("unknown field or cloud %q", f.Name), "clouds are "+names)
	}
	if len(o.Fields()) > 0 && !slices.ContainsFunc(cloudNames(), o.Has) {
		r.Fault(codeCloud, o.Origin(), "the placement has no cloud", "add a section: "+names)
	}
	return out
}

// header checks a field that says what the file is.
func (r reader) header(o *object, name, want string) {
	v, ok := o.Need(name, "begin the file with\n"+header)
	if !ok {
		return
	}
	if s, ok := r.Text(v); ok && s != want {
		r.Fault(codeField, r.Origin(v), fmt.Sprintf("%s is %q, not %s", name, s, want), "begin the file with\n"+header)
	}
}
