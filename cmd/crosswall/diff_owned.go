package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// reading is what was read of Terraform or of an account.
type reading struct {
	tfsource.Input
	findings []model.Finding
}

// reading reads Terraform, or what an account held, without the resources that are excepted; nil: with all.
func (c contestant) reading(s *streams, except func(terraform.Resource) bool) (reading, error) {
	if c.read != nil && except == nil {
		return *c.read, nil
	}
	s.progress("reading %s", c.path)
	defer s.progressDone()
	var out reading
	var err error
	r := c.reader()
	r.Except = except
	switch {
	case c.kind == cloudObjects:
		out.Input, out.findings = r.Objects(c.snapshots...)
		out.findings = append(out.findings, c.findings...)
	case c.data == nil:
		out.Input, out.findings, err = r.Folder(os.DirFS(c.path))
	default:
		out.Input, out.findings, err = r.File(c.data)
	}
	if err != nil {
		return out, badInput("%s: %w", c.path, err)
	}
	return out, nil
}

// ownership says what of HAVE is not crosswall's own.
type ownership struct {
	// strangers are the resources of HAVE that crosswall did not write and WANT does not have. They are
	// shown as such where one of the sides is known to be crosswall's.
	strangers tfsource.Strangers
	shown     bool
	// leftOut counts, by the type of resource, what --owned-only took away.
	leftOut map[string]int
}

// leaveOut takes the strangers away.
func (o ownership) leaveOut() ownership {
	return ownership{leftOut: o.strangers.Count()}
}

// isForeign reports whether a reason is a rule that crosswall did not write.
func (o ownership) isForeign(r diffReason) bool {
	return o.shown && r.have && r.origin.Object != "" && o.strangers.Wrote(r.origin.Object)
}

// leftOutCount is how many resources were left out.
func (o ownership) leftOutCount() int {
	total := 0
	for _, n := range o.leftOut {
		total += n
	}
	return total
}

// leftOutText says what was left out; "" for nothing.
func (o ownership) leftOutText() string {
	if len(o.leftOut) == 0 {
		return ""
	}
	var parts []string
	for _, typ := range slices.Sorted(maps.Keys(o.leftOut)) {
		parts = append(parts, fmt.Sprintf("%d %s", o.leftOut[typ], typ))
	}
	return "left out, as not crosswall's own: " + strings.Join(parts, ", ")
}
