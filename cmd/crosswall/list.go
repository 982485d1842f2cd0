package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/model"
)

// view is how replies are read.
type view string

const (
	// viewSpec is Kubernetes' own reading: replies to what was admitted are
	// admitted.
	viewSpec view = "spec"
	// viewStateless asks what would happen if rules had to admit replies.
	viewStateless view = "stateless"
)

// The words of --output.
const (
	outputText   = "text"
	outputJSON   = "json"
	outputMatrix = "matrix"
	outputDOT    = "dot"
)

// listOptions are the choices of the list command.
type listOptions struct {
	view view
	// self asks for connections inside one workload too.
	self bool
	// joined asks for one connection a workload for all outside addresses with the same
	// traffic, which may then overlap between workloads.
	joined bool
}

func newList(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list SOURCE...",
		Short: "Show who may connect to whom, on what",
		Long: `List prints which workload and which outside addresses may connect to which, and
on what. Connections inside one workload are left out unless --self is given.

SOURCE may also be what a cloud enforces: Terraform (configuration, plan or state), what the clouds'
own commands print, a snapshot, or a live account (aws://REGION/VPC, gcp://PROJECT/NETWORK,
azure://SUBSCRIPTION/RESOURCE_GROUP). The ends are then groups, tags and interfaces in place of
workloads, at some of their addresses where it depends on these. Such a source is given alone.

What rests on something unknown is listed apart and makes the exit code 3: a label that exists
at run time only, or an ipBlock that covers some of the addresses that a pod may
get.

With --view stateless each connection says what would admit its replies if the
firewall remembered nothing:
  explicit  rules of the opposite direction admit them
  implicit  nothing isolates the opposite direction
  none      they are refused, at least to some client ports: the connection works
            because Kubernetes policies are stateful, and on a stateless firewall it
            needs return rules
This is a what-if reading. Kubernetes admits the replies of whatever it admits.

With -o matrix the answer is a grid, with -o dot and -o mermaid a graph grouped by
namespace. Both put workloads together that no policy tells apart.`,
		Example: `  crosswall list ./manifests
  helm template ./chart | crosswall list -
  crosswall list ./manifests --view stateless
  crosswall list ./manifests -o matrix
  crosswall list out/aws
  crosswall list aws://eu-west-1/vpc-0a1b2c3d
  crosswall list ./manifests -o dot | dot -Tsvg > connectivity.svg
  crosswall list ./manifests -o json | jq '.connections[] | select(.to == "shop/Deployment/database")'`,
		Args: needSource,
	}
	src := addSourceFlags(cmd)
	reading := chooseFlag(cmd, "view", "", "how replies are read", string(viewSpec), string(viewStateless))
	output := chooseFlag(cmd, "output", "o", "form of the answer", outputText, outputJSON, outputMatrix, outputDOT, outputMermaid)
	self := cmd.Flags().Bool("self", false, "list connections inside one workload too")
	exitZero := cmd.Flags().Bool("exit-zero", false, "exit with 0 even if the answer is incomplete")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		m, err := src.readAny(cmd.Context(), s, args)
		if err != nil {
			return err
		}
		if m.parties != nil && reading.isSet() {
			return badInput("--view is about the policies of manifests: what a cloud enforces has the memory that its layers have")
		}
		opt := listOptions{view: view(reading.value), self: *self, joined: output.value == outputText}
		return runList(cmd.Context(), s, m, listRequest{listOptions: opt, output: output.value, exitZero: *exitZero})
	}
	return cmd
}

// needSource asks for at least one SOURCE.
func needSource(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("no SOURCE given: name a file or folder of Kubernetes manifests, or - for standard input")
	}
	return nil
}

// listRequest is listOptions and what is about the command only.
type listRequest struct {
	listOptions
	output   string
	exitZero bool
}

func runList(ctx context.Context, s *streams, m material, r listRequest) error {
	s.progress("working out what may connect")
	c := m.connectivity(r.listOptions)
	s.progressDone()
	if err := ctx.Err(); err != nil {
		return badInput("interrupted")
	}
	text, err := c.written(r, m.findings)
	if err != nil {
		return err
	}
	if err := s.answer(text); err != nil {
		return err
	}
	code := m.code()
	if len(c.unknown) > 0 {
		code = exitIncomplete
	}
	return ended(code, r.exitZero)
}

// connectivity works out who may connect to whom.
func (m material) connectivity(opt listOptions) connectivity {
	if m.parties != nil {
		return admittedAmong(m, opt)
	}
	return connect(m.Policy, m.Inventory, opt)
}

// written returns the connectivity in the form that was asked for.
func (c connectivity) written(r listRequest, fs []model.Finding) (string, error) {
	switch r.output {
	case outputJSON:
		return jsonText(c.json(r.view, fs))
	case outputMatrix:
		return newGrid(c, false).matrix(), nil
	case outputDOT:
		return newGrid(c, true).dot(), nil
	case outputMermaid:
		return newGrid(c, true).mermaid(), nil
	}
	if c.parties != nil {
		return c.parties.listing(), nil
	}
	return c.text(r.view), nil
}
