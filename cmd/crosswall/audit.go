package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
)

// auditRequest is the choices of the audit command.
type auditRequest struct {
	source   *sourceOptions
	output   *choice
	exitZero bool
}

func newAudit(s *streams) *cobra.Command {
	r := &auditRequest{}
	cmd := &cobra.Command{
		Use:   "audit SOURCE...",
		Short: "Find what is wrong with the rules that exist",
		Long: `Audit looks at the rules of every SOURCE by the traffic that they admit, and reports what an expert would.

SOURCE is Terraform (configuration, plan or state), what the clouds' own commands print, a snapshot, a live account
(aws://REGION/VPC, gcp://PROJECT/NETWORK, azure://SUBSCRIPTION/RESOURCE_GROUP), or Kubernetes manifests.`,
		Example: `  crosswall audit ./terraform
  crosswall audit aws://eu-west-1/vpc-0a1b2c3d
  crosswall audit snapshot.json -o json`,
		Args: needSource,
	}
	r.source = addSourceFlags(cmd)
	r.output = chooseFlag(cmd, "output", "o", "form of the answer", outputText, outputJSON)
	cmd.Flags().BoolVar(&r.exitZero, "exit-zero", false, "end with 0 whatever is found")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), s, args) }
	return cmd
}

func (r *auditRequest) run(ctx context.Context, s *streams, paths []string) error {
	var all audited
	for _, p := range paths {
		one, err := r.audit(ctx, s, p)
		if err != nil {
			return err
		}
		all = all.with(one)
	}
	audit.Sort(all.findings)
	text := auditText(all)
	if r.output.String() == outputJSON {
		var err error
		if text, err = jsonText(auditJSON(all)); err != nil {
			return err
		}
	}
	if err := s.answer(text); err != nil {
		return err
	}
	return ended(all.code(), r.exitZero)
}

// audit asks all checks about one source.
func (r *auditRequest) audit(ctx context.Context, s *streams, p string) (audited, error) {
	read, err := r.source.readAudited(ctx, s, p)
	if err != nil {
		return audited{}, err
	}
	subject := audit.New(read.reading, audit.Defaults())
	return audited{findings: audit.Run(subject, checks.All()), incomplete: read.incomplete}, nil
}

// audited is what was found in all sources.
type audited struct {
	findings []audit.Finding
	// incomplete is whether something was not read that bears on the answer.
	incomplete bool
}

func (a audited) with(o audited) audited {
	return audited{findings: append(a.findings, o.findings...), incomplete: a.incomplete || o.incomplete}
}

// code is what the command ends with.
func (a audited) code() exitCode {
	switch {
	case len(a.findings) > 0:
		return exitFound
	case a.incomplete:
		return exitIncomplete
	}
	return exitClean
}
