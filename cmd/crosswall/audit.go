package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
	"github.com/crosswall/crosswall/translate/auditfix"
)

// Forms of an audit's answer, besides those that other commands have.
const (
	outputSARIF = "sarif"
	outputJUnit = "junit"
	outputCSV   = "csv"
)

// auditRequest is the choices of the audit command.
type auditRequest struct {
	source         *sourceOptions
	output, failOn *choice
	only, skip     []string
	config         string
	baseline       string
	writeBaseline  string
	list, exitZero bool
	now            time.Time
}

func newAudit(s *streams) *cobra.Command {
	r := &auditRequest{now: time.Now()}
	cmd := &cobra.Command{
		Use:   "audit SOURCE...",
		Short: "Find what is wrong with the rules that exist",
		Long: `Audit looks at the rules of every SOURCE by the traffic that they admit, and reports what an expert would: what the Internet
reaches, replies that a network ACL drops, rules that never decide, layers that disagree. --list shows the checks; each has
a page in docs/checks.

SOURCE is Terraform (configuration, plan or state), what the clouds' own commands print, a snapshot, a live account
(aws://REGION/VPC, gcp://PROJECT/NETWORK, azure://SUBSCRIPTION/RESOURCE_GROUP), Kubernetes manifests, or a cluster
(k8s://CONTEXT). Each is looked at by itself; manifests that are given together are one.

A finding about what the Internet reaches says how far: effective where it passes every layer and something with a public
address receives it, latent where it surely does not, possible where that is not known. What rests on something unknown
says so.

The exit code is 1 for a finding of the severity --fail-on or a worse one, and otherwise 3 where something could not be read
that bears on the answer. Findings of --baseline, and those for which somebody answers, do not count.

With --only and --skip nothing is said of findings of --baseline of the other checks, and --write-baseline keeps those that the file has.`,
		Example: `  crosswall audit ./terraform
  crosswall audit aws://eu-west-1/vpc-0a1b2c3d --fail-on high
  crosswall audit snapshot.json --only 'EXP*' -o sarif > audit.sarif
  crosswall audit ./terraform --write-baseline baseline.json
  crosswall audit ./terraform --baseline baseline.json
  crosswall audit --list`,
		Args: func(cmd *cobra.Command, args []string) error {
			if r.list {
				return cobra.NoArgs(cmd, args)
			}
			return needSource(cmd, args)
		},
	}
	r.source = addSourceFlags(cmd)
	r.output = chooseFlag(cmd, "output", "o", "form of the answer", outputText, outputJSON, outputSARIF, outputJUnit, outputMarkdown, outputCSV)
	r.failOn = chooseFlag(cmd, "fail-on", "", "least severity that makes the exit code 1", severityWords()...)
	cmd.Flags().StringSliceVar(&r.only, "only", nil, "ids of the checks to make, with * for any letters")
	cmd.Flags().StringSliceVar(&r.skip, "skip", nil, "ids of checks not to make, with * for any letters")
	cmd.Flags().StringVar(&r.config, "config", "", "file with what is trusted and public, thresholds, and suppressions")
	cmd.Flags().StringVar(&r.baseline, "baseline", "", "report only what is not in this file, or is more severe now")
	cmd.Flags().StringVar(&r.writeBaseline, "write-baseline", "", "write what is found to this file, for --baseline")
	cmd.Flags().BoolVar(&r.list, "list", false, "list the checks and end")
	cmd.Flags().BoolVar(&r.exitZero, "exit-zero", false, "end with 0 for findings and for what is unknown")
	mustComplete(cmd, "only", checkIDs())
	mustComplete(cmd, "skip", checkIDs())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if r.list {
			return s.answer(checkList())
		}
		return r.run(cmd.Context(), s, args)
	}
	return cmd
}

// severityWords are the words of --fail-on, the default first.
func severityWords() []string {
	out := []string{audit.Low.String()}
	for _, v := range audit.Severities() {
		if v != audit.Low {
			out = append(out, v.String())
		}
	}
	return out
}

func (r *auditRequest) run(ctx context.Context, s *streams, paths []string) error {
	asked, err := r.checks()
	if err != nil {
		return err
	}
	rules, err := r.configuration(s)
	if err != nil {
		return err
	}
	earlier, err := r.baselines(s)
	if err != nil {
		return err
	}
	report := auditReport{checks: rules.applied(asked)}
	for _, group := range r.source.groups(s, paths) {
		one, err := r.audit(ctx, s, group, rules, report.checks)
		if err != nil {
			return err
		}
		report.sources = append(report.sources, one)
	}
	report.tellIdle(s, rules)
	if r.writeBaseline != "" {
		if err := report.writeBaseline(s, r.writeBaseline, earlier.replaced); err != nil {
			return err
		}
	}
	if r.baseline != "" {
		report.compareWith(earlier.known)
	}
	text, err := report.render(r.output.String())
	if err != nil {
		return err
	}
	if left := report.beyondSARIF(); r.output.String() == outputSARIF && left != "" {
		fmt.Fprintln(s.err, left)
	}
	if err := s.answer(text); err != nil {
		return err
	}
	threshold, _ := audit.ParseSeverity(r.failOn.String())
	if !r.failOn.given && rules.failOn != 0 {
		threshold = rules.failOn
	}
	return ended(report.code(threshold), r.exitZero)
}

// audit asks checks about one source.
func (r *auditRequest) audit(ctx context.Context, s *streams, paths []string, rules auditRules, asked []audit.Check) (auditedSource, error) {
	read, err := r.source.readAudited(ctx, s, paths)
	if err != nil {
		return auditedSource{}, err
	}
	s.progress("%s: looking at %s", read.name, count(len(read.reading.Estate.Firewalls), "firewall"))
	defer s.progressDone()
	set := rules.settings
	set.Now = r.now
	set.Suppressions = slices.Concat(set.Suppressions, read.suppressions)
	found, err := uninterrupted(ctx, func() []audit.Finding { return audit.Run(audit.New(read.reading, set), asked) })
	if err != nil {
		return auditedSource{}, err
	}
	auditfix.Write(found, auditfix.Files{Read: os.ReadFile, List: namesIn})
	if ctx.Err() != nil {
		return auditedSource{}, badInput("interrupted")
	}
	out := auditedSource{name: read.name, inv: read.reading.Inventory, incomplete: read.incomplete, notes: read.findings, all: found}
	out.findings, out.suppressed, out.idle = audit.Sift(found, set.Suppressions, r.now)
	return out, nil
}

// namesIn returns the names of what is in a folder.
func namesIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Name()
	}
	return out, nil
}

// checks returns the checks that are asked for.
func (r *auditRequest) checks() ([]audit.Check, error) {
	var out []audit.Check
	for _, list := range [][]string{r.only, r.skip} {
		for _, p := range list {
			if !slices.ContainsFunc(checks.All(), func(c audit.Check) bool { return isCalled(c, p) }) {
				return nil, badInput("no check is called %q; --list shows them", p)
			}
		}
	}
	for _, c := range checks.All() {
		called := func(p string) bool { return isCalled(c, p) }
		if (len(r.only) == 0 || slices.ContainsFunc(r.only, called)) && !slices.ContainsFunc(r.skip, called) {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return nil, badInput("--only and --skip leave no check")
	}
	return out, nil
}

// isCalled reports whether a pattern, in whatever case, is of a check's id.
func isCalled(c audit.Check, pattern string) bool {
	return audit.Like(strings.ToUpper(strings.TrimSpace(pattern)), c.ID)
}

func checkIDs() []string {
	var out []string
	for _, c := range checks.All() {
		out = append(out, c.ID+"\t"+c.Title)
	}
	return out
}

// checkList is every check with what it is about.
func checkList() string {
	rows := [][]string{{"ID", "SEVERITY", "TITLE", "LOOKS AT"}}
	for _, c := range checks.All() {
		kinds := make([]string, len(c.Kinds))
		for i, k := range c.Kinds {
			kinds[i] = string(k)
		}
		rows = append(rows, []string{c.ID, c.Severity.String(), c.Title, strings.Join(kinds, ", ")})
	}
	return table(rows)
}

// tellIdle says which suppressions of checks that were made hold for nothing, so that they do not outlive what they were for.
func (a auditReport) tellIdle(s *streams, rules auditRules) {
	idle := map[model.Origin]int{}
	holdsForNothing := func(p audit.Suppression) bool {
		return !p.IsExpired(rules.settings.Now) && slices.ContainsFunc(a.checks, func(c audit.Check) bool { return audit.Like(p.Check, c.ID) })
	}
	for _, src := range a.sources {
		for _, p := range src.idle {
			switch {
			case p.Beside == (model.Origin{}):
				idle[p.Origin]++
			case !slices.ContainsFunc(checks.All(), func(c audit.Check) bool { return audit.Like(p.Check, c.ID) }):
				fmt.Fprintf(s.err, "%s: this suppression holds for no finding: no check is called %q\n", p.Origin, p.Check)
			case holdsForNothing(p):
				fmt.Fprintf(s.err, "%s: this suppression of %s holds for no finding\n", p.Origin, p.Check)
			}
		}
	}
	for _, p := range rules.settings.Suppressions {
		if idle[p.Origin] == len(a.sources) && holdsForNothing(p) {
			fmt.Fprintf(s.err, "%s: this suppression holds for no finding\n", p.Origin)
		}
	}
}
