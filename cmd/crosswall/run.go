package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// streams are what a command reads and writes.
type streams struct {
	in io.Reader
	// out gets the answer; err gets everything else.
	out, err io.Writer
	// live is whether err is a terminal with a person before it.
	live bool
	// plugin is whether kubectl started the program.
	plugin bool
}

// run carries out one command line and returns the exit code.
func run(ctx context.Context, args []string, s streams) (code int) {
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Fprintf(s.err, "crosswall: internal error: %v\n%s\nThis is a fault of crosswall; please report it.\n", fault, debug.Stack())
			code = int(exitInternal)
		}
	}()
	root := newRoot(&s)
	if s.plugin {
		asPlugin(root)
	}
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return int(exitClean)
	}
	var o outcome
	switch {
	case !errors.As(err, &o):
		fmt.Fprintf(s.err, "crosswall: %s\nRun '%s --help' for usage.\n", legible(err.Error()), cmd.CommandPath())
	case o.err != nil:
		fmt.Fprintf(s.err, "crosswall: %s\n", legible(o.err.Error()))
	}
	return int(codeOf(err))
}

// newRoot returns the command tree.
func newRoot(s *streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "crosswall",
		Short: "One network policy, every cloud's firewall, proven equal",
		Long: `crosswall translates Kubernetes network policies into AWS security groups and
network ACLs, GCP firewall rules and Azure network security groups, as Terraform,
and proves what it wrote: it reads the result back and compares, connection by
connection, with what the policies admit.

Exit codes:
  0  clean
  1  a difference, a finding at or above the threshold, or a refused loss
  2  wrong usage, bad input, or a file that cannot be read or written
  3  incomplete: part of a source is unknown, and the answer rests on it
  4  internal error`,
		Example: `  crosswall translate ./manifests --to aws,gcp,azure --out out
  crosswall list ./manifests
  crosswall explain ./manifests --from frontend --to database --port 5432
  crosswall placement init ./manifests > placement.yaml`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.AddCommand(newTranslate(s), newList(s), newExplain(s), newDiffCommand(s), newAudit(s), newCheck(s), newSnapshot(s), newPlacement(s), newVersion(s))
	return root
}
