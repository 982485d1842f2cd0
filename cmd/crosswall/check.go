package main

import (
	"context"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/assertion"
)

// checkRequest is the choices of the check command.
type checkRequest struct {
	source   *sourceOptions
	output   *choice
	exitZero bool
}

func newCheck(s *streams) *cobra.Command {
	r := &checkRequest{}
	cmd := &cobra.Command{
		Use:   "check FILE SOURCE...",
		Short: "Check what must and must not be reachable",
		Long: `Check reads assertions from FILE ("-" for standard input) and checks each against the sources: exactly, for every address and port at once.
FILE has one on a line:

  # The shop
  define office = 203.0.113.0/24
  internet > db: never
  frontend > backend tcp/8080: always
  only bastion, office > * tcp/22
  "tag web" > 10.0.0.0/8 except 10.9.0.0/16 tcp/443, udp/443: sometimes

Ends are names of workloads, groups, tags or machines, with * for any letters; addresses and blocks; internet, private or outside for
addresses of nobody known; inside for everybody known; * for everybody. A name means everybody who is called so. Without traffic all of it
is meant.

never holds if no such connection passes, always if all do, sometimes if one does. "only A > B" holds if nobody but A gets to B. An assertion about
nobody is vacuous, and does not hold.

SOURCE is whatever list and explain read: manifests, Terraform, what the clouds' own commands print, a snapshot, a live account.

Exit codes: 0 when all hold; 1 when one fails or is vacuous; 3 when one depends on something unknown, or the sources are
incomplete.`,
		Example: `  crosswall check shop.assert ./manifests
  crosswall check shop.assert aws://eu-west-1/vpc-0a1b2c3d
  crosswall check shop.assert ./terraform -o junit > assertions.xml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return badInput("give a file of assertions and a source: %s", cmd.UseLine())
			}
			return nil
		},
	}
	r.source = addSourceFlags(cmd)
	r.output = chooseFlag(cmd, "output", "o", "form of the answer", outputText, outputJSON, outputJUnit)
	cmd.Flags().BoolVar(&r.exitZero, "exit-zero", false, "end with 0 whatever holds")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), s, args[0], args[1:]) }
	return cmd
}

func (r *checkRequest) run(ctx context.Context, s *streams, file string, sources []string) error {
	asserted, err := readAssertions(s, file)
	if err != nil {
		return err
	}
	m, err := r.source.readAny(ctx, s, sources)
	if err != nil {
		return err
	}
	w := worldOf(m)
	report := checkReport{inv: w.Inventory, incomplete: m.code() != exitClean}
	for i, a := range asserted {
		s.progress("checking assertion %d of %d", i+1, len(asserted))
		checked, err := uninterrupted(ctx, func() assertion.Result { return w.Check(a) })
		if err != nil {
			return err
		}
		report.results = append(report.results, checked)
	}
	s.progressDone()
	text, err := report.render(r.output.String())
	if err != nil {
		return err
	}
	if err := s.answer(text); err != nil {
		return err
	}
	return ended(report.code(), r.exitZero)
}

// worldOf is what was read as assertions are checked against it. Of parties whose addresses are not known, those of their networks are all that they
// may have.
func worldOf(m material) assertion.World {
	w := assertion.World{Policy: m.Policy, Called: namesOfMembers(m)}
	if m.parties == nil {
		w.Inventory, w.Unplaced = inBothFamilies(m.Input)
		return w
	}
	w.Inventory, w.Unplaced = m.Inventory, m.parties.unplaced
	w.Inventory.Members = slices.Clone(w.Inventory.Members)
	within := m.parties.within()
	for i, x := range w.Inventory.Members {
		if at, ok := within[x.ID]; ok {
			w.Inventory.Members[i].Addrs = x.Addrs.Intersect(at)
		}
	}
	return w
}

// readAssertions reads a file of assertions. What is wrong with it has been reported when it returns an error.
func readAssertions(s *streams, file string) ([]assertion.Assertion, error) {
	var data []byte
	var err error
	name := file
	if file == "-" {
		name = stdinTitle
		data, err = io.ReadAll(io.LimitReader(s.in, assertion.MaxBytes+1))
	} else {
		data, err = readBounded(file, assertion.MaxBytes+1)
	}
	if err != nil {
		return nil, badInput("%w", err)
	}
	out, findings := assertion.Parse(name, data)
	s.tell(findings, true)
	if len(findings) > 0 {
		return nil, outcome{code: exitInput}
	}
	return out, nil
}

// readBounded reads no more than some bytes of a file.
func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	return io.ReadAll(io.LimitReader(f, most))
}

// namesOfMembers returns what else the members are called: workloads by shorter names, parties of a cloud by all of theirs.
func namesOfMembers(m material) map[model.Identity][]string {
	out := map[model.Identity][]string{}
	for _, w := range m.Workloads {
		if w.Kind == "" && w.Namespace == "" {
			continue // a party of a cloud
		}
		out[w.ID] = append(out[w.ID], w.Name, w.Kind+"/"+w.Name, w.Namespace+"/"+w.Name)
	}
	if m.parties != nil {
		for id, names := range m.parties.called {
			out[id] = append(out[id], names...)
		}
	}
	return out
}
