package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

// outputMarkdown is a word of --output.
const outputMarkdown = "markdown"

// diffRequest is the choices of the diff command.
type diffRequest struct {
	source    *sourceOptions
	to        *list
	placement string
	plan      string
	with      []string
	output    *choice
	ownedOnly bool
	exitZero  bool
	quotas    *quotas
	many      *accountsChoice
}

func newDiffCommand(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff WANT HAVE | diff --plan FILE | diff WANT --accounts FILE",
		Short: "Show what traffic a change opens and closes",
		Long: `Diff compares two sources by the connections that they admit. It prints what HAVE
admits and WANT refuses (opened), and the other way round (closed), each with an
example packet, the rules responsible on both sides, and how far it reaches:
  internet  an end is a public address
  wide      an end is a large private range, or many workloads
  internal  everything else
Order, names, and how a rule is written do not count. Rules that differ in text only
are counted.

A side is Kubernetes manifests (file, folder or -), or Terraform: a folder or file of
configuration, or a plan or state as terraform show -json prints it. Or it is what an account
holds: live (aws://REGION/VPC, gcp://PROJECT/NETWORK, azure://SUBSCRIPTION/RESOURCE_GROUP), a
snapshot (see snapshot), or what aws ec2 describe-*, gcloud compute ... list --format json and
az network ... list print, a file or a folder.
Between manifests, workloads are the same if they have the same name; those that one side has
only are listed apart. Between manifests and Terraform, the manifests are translated for the
Terraform's cloud (see translate), and what they ask for is compared with what the Terraform
says: is what is deployed still what the policies say? A group that the translation does not know
is unknown, and makes the exit code 3. Between Terraform and Terraform, the ends are the
groups, tags and subnets that resources name; the same resource address, id or name is the same
group. Endpoints that may be in several groups at once are looked at where that makes a difference, with a
warning if no resource says that there are any. What an account holds is compared as Terraform is. Rules of two clouds are
compared between groups that are called the same, or hold the same addresses; whatever has no
counterpart is not compared, and makes the exit code 3. With --plan, what a plan found is compared with what it makes; a value that is known after
apply is unknown.

With --accounts every account of a list (see snapshot) is compared, live, a few at a time. WANT is
what all of them should be (manifests, Terraform, a snapshot: a baseline); or a folder that snapshot
--accounts wrote, and then each account is compared with its own snapshot in it (what changed since?).
How each account fares is said as it comes, and the answer has all of them in the order of their
names. With --out DIR what the accounts hold is kept as snapshot --accounts does, and with --resume
accounts that are in DIR already are compared as DIR has them, and not asked again. The exit code
is the worst of all; an account that cannot be read is unknown.

Exit codes: 0 equal, 1 different, 2 bad input, 3 not known to be equal.`,
		Example: `  crosswall diff ./before ./after
  git show main:policies.yaml | crosswall diff - policies.yaml --with workloads.yaml
  crosswall diff ./before ./after -o markdown > comment.md
  crosswall diff ./manifests out/aws --placement placement.yaml
  terraform show -json plan.tfplan | crosswall diff --plan -
  crosswall diff old.tfstate new.tfstate
  crosswall diff ./manifests aws://eu-west-1/vpc-0a1b2c3d --placement placement.yaml
  crosswall diff out/aws ./aws-cli-output
  crosswall diff aws.json azure://00000000-0000-0000-0000-000000000000/shop
  crosswall diff baseline.json --accounts accounts.yaml -o json
  crosswall snapshot --accounts accounts.yaml --out monday
  crosswall diff monday --accounts accounts.yaml --out tuesday`,
	}
	r := &diffRequest{source: addSourceFlags(cmd)}
	r.to = addTargetFlag(cmd, "cloud of the Terraform, where it holds more than one")
	r.quotas = addQuotaFlags(cmd)
	r.many = addAccountsFlags(cmd)
	r.output = chooseFlag(cmd, "output", "o", "form of the answer", outputText, outputJSON, outputMarkdown)
	f := cmd.Flags()
	f.StringVar(&r.placement, "placement", "", "placement `file`, to compare manifests with Terraform or an account, or subnets of two clouds")
	f.StringVar(&r.plan, "plan", "", "compare before and after of a plan, the `file` that terraform show -json printed, or -")
	f.StringArrayVar(&r.with, "with", nil, "`source` of manifests that both sides have, such as the workloads; may be repeated")
	f.BoolVar(&r.ownedOnly, "owned-only", false, "leave out what HAVE has besides WANT and crosswall did not write, and say how much that is")
	f.BoolVar(&r.exitZero, "exit-zero", false, "exit with 0 whatever was found")
	cmd.Args = r.args
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if r.many.list != "" {
			return r.runAccounts(cmd.Context(), s, args[0])
		}
		return r.run(cmd.Context(), s, args)
	}
	return cmd
}

// args asks for two sources, or for one to compare accounts with.
func (r *diffRequest) args(_ *cobra.Command, args []string) error {
	if err := r.many.check(); err != nil {
		return err
	}
	switch {
	case r.many.list != "" && r.plan != "":
		return errors.New("--plan has both sides in it: --accounts is another HAVE")
	case r.many.list != "" && len(args) != 1:
		return errors.New("give one source, WANT: --accounts names the others")
	case r.many.list != "":
	case r.plan != "" && len(args) > 0:
		return errors.New("--plan has both sides in it: give no other source")
	case r.plan != "" && r.ownedOnly:
		return errors.New("--owned-only is about what is there besides WANT: a plan is about both")
	case r.plan != "":
		return nil
	case len(args) != 2:
		return errors.New("give two sources: WANT and HAVE")
	case args[0] == args[1] && args[0] == "-":
		return errors.New("only one of the sources can be standard input")
	case len(r.to.values) > 1:
		return errors.New("--to takes one cloud here")
	}
	return r.quotas.check()
}

func (r *diffRequest) run(ctx context.Context, s *streams, args []string) error {
	c, err := r.compare(ctx, s, args)
	if err != nil {
		return err
	}
	s.progress("working out what differs")
	d := newDiff(c)
	s.progressDone()
	if err := ctx.Err(); err != nil {
		return badInput("interrupted")
	}
	text, err := r.render(d)
	if err != nil {
		return err
	}
	if err := s.answer(text); err != nil {
		return err
	}
	return ended(d.code(), r.exitZero)
}

func (r *diffRequest) render(d diff) (string, error) {
	switch r.output.value {
	case outputJSON:
		return jsonText(d.json())
	case outputMarkdown:
		return d.markdown(), nil
	}
	return d.text(), nil
}

// equal reports whether both sides are known to admit the same connections, of the same workloads.
func (d diff) equal() bool {
	return len(d.entries) == 0 && len(d.added) == 0 && len(d.removed) == 0 && !d.incomplete
}

// code returns the exit code: what is unknown outweighs what is known to differ.
func (d diff) code() exitCode {
	if d.incomplete {
		return exitIncomplete
	}
	for _, e := range d.entries {
		if e.what == unknown {
			return exitIncomplete
		}
	}
	if d.equal() {
		return exitClean
	}
	return exitFound
}
