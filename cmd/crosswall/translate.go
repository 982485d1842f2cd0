package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/translate"
)

// translateRequest is the choices of the translate command.
type translateRequest struct {
	source     *sourceOptions
	to         *list
	placement  string
	out        string
	format     *choice
	gcpStyle   *choice
	output     *choice
	allowWider bool
	overwrite  bool
	exitZero   bool
	minimal    bool
	quotas     *quotas // nil: none was raised
	// numbers are those that rules had when the targets were last written.
	numbers map[string]providers.Numbering
}

func newTranslate(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "translate SOURCE...",
		Short: "Write policies as Terraform for one or more clouds, and prove it",
		Long: `Translate reads Kubernetes network policies and workloads, writes them as Terraform
into OUT/<target>/, reads that back and compares it with the policies. It reports
segments, rules against quotas, the verdict, and what a cloud cannot express.

A placement says where workloads live. It is taken from --placement, or
from a file of kind Placement among the sources. Without one the result is a
module with variables, and what needs addresses is refused.

A result that admits more than was asked for is refused unless --allow-wider is given;
other targets are still written. Without --out nothing is written.

A list of rules that is over its cloud's quota is shortened to fit, which changes nothing of
what it admits; --minimal writes every list as short as it can be found. Numbers
of rules are kept in crosswall.lock.json beside the files, so that a rule keeps its number
while others change: commit it with them.

A target's folder is replaced as a whole or left as it is. Files that
crosswall did not write, and files of its own that were edited since, make it refuse;
--overwrite replaces edited files and never touches foreign ones. Terraform's own files
(.terraform, .terraform.lock.hcl, *.tfstate, *.tfvars) may stay.`,
		Example: `  crosswall translate ./manifests --to aws,gcp,azure --placement placement.yaml --out out
  kustomize build ./overlay | crosswall translate - --to aws --out out
  crosswall translate ./manifests --to gcp --gcp-style policy -o json`,
		Args: needSource,
	}
	r := &translateRequest{source: addSourceFlags(cmd)}
	r.to = addTargetFlag(cmd, "targets, separated by commas")
	r.format = chooseFlag(cmd, "format", "", "syntax of the Terraform files", terraform.HCL.String(), terraform.JSON.String())
	r.gcpStyle = chooseFlag(cmd, "gcp-style", "", "VPC firewall rules, or a network firewall policy", gcpVPC, gcpPolicy)
	r.output = chooseFlag(cmd, "output", "o", "form of the report", outputText, outputJSON)
	r.quotas = addQuotaFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&r.placement, "placement", "", "placement `file`")
	f.StringVar(&r.out, "out", "", "`folder` to write to; each target gets a folder in it")
	f.BoolVar(&r.allowWider, "allow-wider", false, "write results that admit more than was asked for")
	f.BoolVar(&r.overwrite, "overwrite", false, "replace files of crosswall's that were edited")
	f.BoolVar(&r.exitZero, "exit-zero", false, "exit with 0 whatever was found")
	f.Bool("fit", false, "shorten rule lists only as far as quotas need; this is the default")
	f.BoolVar(&r.minimal, "minimal", false, "shorten every rule list as far as possible")
	cmd.MarkFlagsMutuallyExclusive("fit", "minimal")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), s, args) }
	return cmd
}

func (r *translateRequest) run(ctx context.Context, s *streams, args []string) error {
	if len(r.to.values) == 0 {
		return errors.New("no target given: name some with --to " + r.to.words[0] + "," + r.to.words[1])
	}
	if err := r.quotas.check(); err != nil {
		return err
	}
	m, err := r.source.read(ctx, s, args)
	if err != nil {
		return err
	}
	placed, err := r.place(s, m)
	if err != nil {
		return err
	}
	if r.numbers, err = r.locks(); err != nil {
		return err
	}
	rep := report{findings: m.findings, placement: placed.file, code: m.wordCode()}
	for _, name := range r.to.values {
		if err := ctx.Err(); err != nil {
			return badInput("interrupted; nothing was written")
		}
		s.progress("%s: translating and checking back", name)
		rep.add(r.translate(name, m, placed.sites[name]))
	}
	s.progressDone()
	if r.out != "" {
		if err := r.write(&rep); err != nil {
			return err
		}
	}
	return r.answer(s, rep)
}

// locks returns the numbers that rules had, by target.
func (r *translateRequest) locks() (map[string]providers.Numbering, error) {
	out := map[string]providers.Numbering{}
	if r.out == "" {
		return out, nil
	}
	for _, name := range r.to.values {
		numbers, err := readLock(filepath.Join(r.out, name))
		if err != nil {
			return nil, err
		}
		out[name] = numbers
	}
	return out, nil
}

// shrink is how far to shorten rule lists.
func (r *translateRequest) shrink() providers.Shrink {
	if r.minimal {
		return providers.ShrinkAlways
	}
	return providers.ShrinkToFit
}

// translate carries out one target.
func (r *translateRequest) translate(name string, m material, site providers.Site) targetReport {
	p := target(name, r.gcpStyle.value)
	if r.quotas != nil {
		p = r.quotas.raised(p)
	}
	format, err := terraform.ParseFormat(r.format.value)
	if err != nil {
		format = terraform.HCL // unreachable: the flag takes no other words
	}
	result := translate.To(p, m.Input, site, translate.Options{
		AllowWider: r.allowWider, Format: format, Shrink: r.shrink(), Numbers: r.numbers[name]})
	return targetReport{Result: result, title: p.Limits().Title}
}

// write puts the files of every target that was not refused in its place, all of them or none.
func (r *translateRequest) write(rep *report) error {
	var folders []folder
	for i := range rep.targets {
		t := &rep.targets[i]
		dir := filepath.Join(r.out, t.Target)
		if t.Refused {
			if _, err := os.Stat(filepath.Join(dir, manifestName)); err == nil {
				t.stale = dir
			}
			continue
		}
		t.dir = dir
		folders = append(folders, folder{path: dir, files: t.Files})
	}
	return replaceFolders(folders, r.overwrite)
}

// answer prints the report and ends the command.
func (r *translateRequest) answer(s *streams, rep report) error {
	text := rep.text(r.source.verbose)
	if r.output.value == outputJSON {
		var err error
		if text, err = jsonText(rep.json()); err != nil {
			return err
		}
	}
	if err := s.answer(text); err != nil {
		return err
	}
	return ended(rep.code, r.exitZero)
}

// report is what translate has to say.
type report struct {
	findings  []model.Finding // about the sources
	placement string          // file; empty when there is none
	targets   []targetReport
	code      exitCode
}

// targetReport is the result for one target.
type targetReport struct {
	translate.Result
	title string
	dir   string // where it was written; empty when it was not
	stale string // the result of an earlier run that was left as it is; usually empty
}

// add adds a target and makes the exit code worse where it must: what is
// unknown outweighs what was found.
func (r *report) add(t targetReport) {
	r.targets = append(r.targets, t)
	switch {
	case !t.Delta.Unknown.IsEmpty():
		r.code = exitIncomplete
	case t.Refused && r.code == exitClean:
		r.code = exitFound
	}
}
