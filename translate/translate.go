package translate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// Options are the choices of [To].
type Options struct {
	// AllowWider accepts a translation that admits more than was asked for.
	AllowWider bool
	// Format is the syntax of the Terraform files; zero: [terraform.HCL].
	Format terraform.Format
	// Shrink is how far rule lists are to be shortened; zero: as far as quotas need.
	Shrink providers.Shrink
	// Numbers are the numbers that rules had in an earlier translation for the same provider, as
	// [ReadLock] or [providers.Output] returns them; nil: there was none.
	Numbers providers.Numbering
}

// Result is a translation and its proof.
type Result struct {
	// Target is the provider's name.
	Target string
	// Files is what to write, sorted by name; empty when Refused. Where rules have numbers to keep,
	// the file [LockName] is one of them.
	Files []providers.File
	// Output is what Files were made from.
	Output providers.Output
	// Segments is what the workloads were grouped to, sorted by ID.
	Segments []providers.Segment
	// Verdict compares what Files admit with what was asked for: Wider when
	// something was opened, else Narrower when something was closed, else Exact. Unsupported:
	// nothing could be written, or what was written is not fully known.
	Verdict model.Grade
	// Delta holds the connections that Files open and close beside what was
	// asked for, over the segments.
	Delta model.Delta
	// Inventory is the segments and groups over which Delta is to be read,
	// Wanted the policy over segments with platform allowances, and Decoded what Files say.
	Inventory       model.Inventory
	Wanted, Decoded model.Policy
	// Losses are what the target cannot express, each with an example packet;
	// Findings are all else that the user should know.
	Losses, Findings []model.Finding
	// Refused says that nothing must be written: an error among the findings,
	// an Unsupported verdict, or a Wider one without AllowWider.
	Refused bool
}

// To translates an input for a provider and checks the result back: the files
// are read again, decoded, and compared with the policy connection by connection. Wherever they differ, a
// loss says so.
func To(p providers.Provider, in Input, site providers.Site, opt Options) Result {
	t := translation{provider: p, options: opt, result: Result{Target: p.Name(), Verdict: model.Unsupported}}
	if t.prepare(in, site) {
		if files, ok := t.encode(site); ok && t.decode(files) {
			t.compare()
			t.result.Files = files
		} else {
			t.result.Losses = t.claims // unproven, but worth knowing
		}
	}
	return t.finish()
}

// translation is the state of one call of [To].
type translation struct {
	provider providers.Provider
	options  Options
	result   Result
	claims   []model.Finding // what the provider says it loses
}

// prepare works out segments, inventory and the wanted policy.
func (t *translation) prepare(in Input, site providers.Site) bool {
	if err := in.Policy.Validate(); err != nil {
		return t.fail("invalid-policy", err)
	}
	if f, ok := homeless(in.Workloads, site, t.provider.Name()); ok {
		t.result.Findings = append(t.result.Findings, f)
		return false
	}
	wanted := providers.Overrule(in.Policy, "platform allowances", site.Allowances)
	t.result.Segments = Segments(wanted, in.Workloads, site.Homes)
	t.result.Inventory = segmentInventory(in.Inventory, t.result.Segments, site)
	if err := t.result.Inventory.Validate(); err != nil {
		return t.fail("invalid-inventory", err)
	}
	wanted = ofSegments(wanted, t.result.Segments)
	if u, ok := t.provider.(providers.Unfiltered); ok {
		t.neverFiltered(wanted, u.Unfiltered())
		wanted = providers.Overrule(wanted, "never filtered by "+t.provider.Limits().Title, u.Unfiltered())
	}
	t.result.Wanted = wanted
	return true
}

// encode has the provider write the policy down and turns it into files.
func (t *translation) encode(site providers.Site) ([]providers.File, bool) {
	out, findings := t.provider.Encode(providers.Intent{
		Policy:    t.result.Wanted,
		Inventory: t.result.Inventory,
		Segments:  t.result.Segments,
		Site:      site,
		Shrink:    t.options.Shrink,
		Numbers:   t.options.Numbers,
	})
	t.result.Output = out
	for _, f := range findings {
		if f.Grade == 0 || f.Severity == model.Error {
			t.result.Findings = append(t.result.Findings, f)
		} else {
			t.claims = append(t.claims, f)
		}
	}
	if model.WorstSeverity(findings) == model.Error {
		return nil, false
	}
	format := t.options.Format
	if format == 0 {
		format = terraform.HCL
	}
	written, err := terraform.Files(out.Module, format)
	if err != nil {
		return nil, t.fail("not-writable", err)
	}
	var files []providers.File
	for _, f := range written {
		files = append(files, providers.File(f))
	}
	files = append(files, out.Files...)
	numbers, ok, err := lockFile(out.Numbers)
	if err != nil {
		return nil, t.fail("not-writable", err)
	}
	if ok {
		files = append(files, numbers)
	}
	slices.SortFunc(files, func(a, b providers.File) int { return strings.Compare(a.Name, b.Name) })
	return files, true
}

// decode reads the files back, as a stranger would.
func (t *translation) decode(files []providers.File) bool {
	var config []terraform.File
	for _, f := range files {
		config = append(config, terraform.File(f))
	}
	module, diags, err := terraform.ReadFiles(config)
	if err != nil {
		return t.fail("not-readable", err)
	}
	if diags.HasErrors() {
		return t.fail("not-readable", diags)
	}
	have, findings := t.provider.Decode(module)
	t.result.Findings = append(t.result.Findings, findings...)
	t.result.Decoded = have
	if err := have.Validate(); err != nil {
		return t.fail("invalid-result", err)
	}
	if t.result.Inventory.Groups == nil {
		t.result.Inventory.Groups = map[model.Group]model.Selector{}
	}
	for g, s := range t.result.Output.Groups {
		t.result.Inventory.Groups[g] = s
	}
	return true
}

// fail records an error of crosswall's own making or of its caller's.
func (t *translation) fail(code string, err error) bool {
	t.result.Findings = append(t.result.Findings, model.Finding{
		Severity: model.Error,
		Code:     code,
		Summary:  err.Error(),
		Advice:   "this is a fault of crosswall, not of the input; please report it with the input",
	})
	return false
}

// finish sorts the findings and decides whether the result may be written.
func (t *translation) finish() Result {
	r := t.result
	r.Findings, r.Losses = model.SortFindings(r.Findings), model.SortFindings(r.Losses)
	r.Refused = model.WorstSeverity(r.Findings) == model.Error || r.Verdict == model.Unsupported ||
		r.Verdict == model.Wider && !t.options.AllowWider
	if r.Refused {
		r.Files = nil
	}
	return r
}

// homeless reports the workloads that a placement forgets.
func homeless(ws []providers.Workload, site providers.Site, cloud string) (model.Finding, bool) {
	if !site.Given {
		return model.Finding{}, false
	}
	var names []string
	for _, w := range ws {
		if _, ok := site.Homes[w.ID]; !ok {
			names = append(names, string(w.ID))
		}
	}
	if len(names) == 0 {
		return model.Finding{}, false
	}
	return model.Finding{
		Severity: model.Error,
		Code:     "placed-nowhere",
		Summary:  fmt.Sprintf("the placement for %s does not say where %s %s", cloud, listed(names, 5), plural(len(names), "lives", "live")),
		Advice:   fmt.Sprintf("add an entry under %s.workloads that selects %s", cloud, plural(len(names), "it", "them")),
		Origin:   site.Origin,
	}, true
}
