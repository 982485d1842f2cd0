package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate/snapshot"
)

// snapshotRequest is the choices of the snapshot command.
type snapshotRequest struct {
	output   string
	verbose  bool
	exitZero bool
	many     *accountsChoice
}

func newSnapshot(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "snapshot SOURCE | snapshot --accounts FILE --out DIR",
		Short: "Save what an account holds, to be read offline",
		Long: `Snapshot reads the firewalls, networks and interfaces of an account and writes them as
one JSON file: the objects in the cloud's own words, without credentials. Every command
that reads an account reads the file in its place.

SOURCE is a live account (aws://REGION/VPC, gcp://PROJECT/NETWORK,
azure://SUBSCRIPTION/RESOURCE_GROUP), or what the clouds' own commands printed, a file
or a folder of it. Accounts are read and never changed.

What could not be read, because a call was denied or failed, is told, noted in the
file, and makes the exit code 3; whatever reads the file knows that it is not known.
A file is replaced as a whole or not at all, and only if it is a snapshot.

With --accounts many accounts are read, a file for each in DIR, a few at once. An account
that cannot be read makes the exit code 3; the others are read all the same, and a file that ends in
.unread.json tells those who read DIR that it is missing. With --resume accounts that were read are
not read again. The list is YAML:
  accounts:
    - aws: {profile: prod, regions: [eu-west-1, us-east-1]}
    - aws: {role: "arn:aws:iam::111122223333:role/reader", regions: all}
    - gcp: {project: shop-prod}
    - azure: {subscription: 00000000-0000-0000-0000-000000000000}
    - source: aws://eu-west-1/vpc-0a1b2c3d`,
		Example: `  crosswall snapshot aws://eu-west-1/vpc-0a1b2c3d -o prod.json
  crosswall snapshot 'aws://eu-west-1?profile=prod' | gzip > prod.json.gz
  crosswall snapshot ./dumps -o prod.json
  crosswall diff ./manifests prod.json --placement placement.yaml`,
	}
	r := &snapshotRequest{}
	cmd.Args = r.args
	f := cmd.Flags()
	f.StringVarP(&r.output, "output", "o", "", "`file` to write; standard output if not given")
	f.BoolVarP(&r.verbose, "verbose", "v", false, "show notes, not only warnings and errors")
	f.BoolVar(&r.exitZero, "exit-zero", false, "exit with 0 even if something could not be read")
	r.many = addAccountsFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if r.many.list != "" {
			return r.runAccounts(cmd.Context(), s)
		}
		return r.run(cmd.Context(), s, args[0])
	}
	return cmd
}

// args asks for one SOURCE, or a list of accounts.
func (r *snapshotRequest) args(_ *cobra.Command, args []string) error {
	many := r.many.list != ""
	switch {
	case many && len(args) > 0:
		return errors.New("--accounts names the sources: give no other")
	case many && r.output != "":
		return errors.New("--accounts writes a file for each account: name a folder with --out")
	case many && r.many.out == "":
		return errors.New("name the folder for the accounts' files with --out")
	case !many && len(args) != 1:
		return errors.New("give one SOURCE: a live account, or what commands printed")
	}
	return r.many.check()
}

// runAccounts reads many accounts.
func (r *snapshotRequest) runAccounts(ctx context.Context, s *streams) error {
	targets, err := readAccounts(s, r.many.list)
	if err != nil {
		return err
	}
	run := r.many.run(s, nil)
	if err := run.run(ctx, targets); err != nil {
		fmt.Fprintln(s.err, run.summary())
		return err
	}
	if err := s.answer(run.summary() + "\n"); err != nil {
		return err
	}
	return ended(run.code(), r.exitZero)
}

func (r *snapshotRequest) run(ctx context.Context, s *streams, source string) error {
	if err := replaceable(r.output); err != nil {
		return err
	}
	f, err := identify(s, source)
	if err != nil {
		return err
	}
	if f.kind != cloudObjects {
		return badInput("%s holds no objects of a cloud: give a live account, or what a cloud's command printed", source)
	}
	taken, findings, err := readObjects(ctx, s, f)
	if err != nil {
		return err
	}
	s.tell(findings, r.verbose)
	if err := r.write(s, taken); err != nil {
		return err
	}
	code := exitClean
	for _, t := range taken {
		fmt.Fprintln(s.err, holdings(t))
		s.tell(gapFindings(t), true)
		if len(t.Gaps) > 0 {
			code = exitIncomplete
		}
	}
	return ended(code, r.exitZero)
}

// write writes the snapshots, one after the other.
func (r *snapshotRequest) write(s *streams, taken []providers.Snapshot) error {
	all := func(w io.Writer) error {
		for _, t := range taken {
			if err := snapshot.Write(w, t); err != nil {
				return err
			}
		}
		return nil
	}
	if r.output == "" {
		if err := all(s.out); err != nil {
			return badInput("%w", err)
		}
		return nil
	}
	return replaceFile(r.output, all)
}

// replaceable refuses to write over anything but a snapshot. An empty path is
// standard output.
func replaceable(path string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return badInput("%w", err)
	case !info.Mode().IsRegular():
		return badInput("%s is no file that can be replaced", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return badInput("%w", err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	if info.Size() > 0 && !snapshot.IsFile(f) {
		return badInput("%s is there and is no snapshot: it is not overwritten", path)
	}
	return nil
}

// replaceFile writes a file beside its place, and renames it into place once it is complete.
func replaceFile(path string, write func(io.Writer) error) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return badInput("%w", err)
	}
	defer func() {
		if err != nil {
			_ = temp.Close()           // a fault before counts
			_ = os.Remove(temp.Name()) // likewise
		}
	}()
	if err = write(temp); err != nil {
		return badInput("%w; nothing was changed", err)
	}
	if err = temp.Sync(); err != nil {
		return badInput("%w; nothing was changed", err)
	}
	if err = temp.Close(); err != nil {
		return badInput("%w; nothing was changed", err)
	}
	if err = os.Rename(temp.Name(), path); err != nil {
		return badInput("%w; nothing was changed", err)
	}
	return nil
}

// holdings says in a line what a snapshot holds.
func holdings(t providers.Snapshot) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(t.Objects)) {
		parts = append(parts, fmt.Sprintf("%d %s", len(t.Objects[kind]), kind))
	}
	return cmp.Or(t.Scope, t.Provider) + ": " + cmp.Or(strings.Join(parts, ", "), "nothing")
}

// gapFindings is what a snapshot lacks.
func gapFindings(t providers.Snapshot) []model.Finding {
	var out []model.Finding
	for _, g := range t.Gaps {
		what := g.Kind
		if g.Object != "" {
			what += " " + g.Object
		}
		f := model.Finding{Severity: model.Warning, Code: "not-read", Summary: fmt.Sprintf("%s could not be read: %s", what, strings.TrimSuffix(g.Why, ".")),
			Origin: model.Origin{Object: cmp.Or(t.Scope, t.Provider)}}
		if g.Call != "" {
			f.Summary += " (" + g.Call + ")"
		}
		out = append(out, f)
	}
	return out
}
