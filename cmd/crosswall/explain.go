package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/terraform"
)

// outputMermaid is a flow chart for Markdown.
const outputMermaid = "mermaid"

// explainRequest is the choices of the explain command.
type explainRequest struct {
	source    *sourceOptions
	from, to  string
	packet    packetOptions
	view      *choice
	output    *choice
	target    *choice
	gcpStyle  *choice
	placement string
	exitZero  bool
}

// noTarget is the word for no --target: the policies themselves are explained.
const noTarget = "policies"

func newExplain(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain SOURCE... --from X --to Y --port N",
		Short: "Show why a connection passes or not, layer by layer",
		Long: `Explain follows one connection, request and reply, through every layer, and names
the rule that decides in each and where it is written. For a connection that does not pass it
lists every blocker, not only the first, says how close the rules come, and
writes the closest change that would admit it, checked by reading it back with the sources.

X and Y are workloads: namespace/Kind/name, or a shorter name that only one workload has
(name, namespace/name). Or they are addresses outside the cluster: 192.0.2.7, 10.0.0.0/8, ::/0. A
workload at one address is written name@10.0.0.5.

SOURCE may also be what a cloud enforces: Terraform, what the clouds' own commands print, a snapshot,
or a live account. X and Y are then groups, tags or interfaces by any of their names or ids, or addresses.

With --view stateless it says what a firewall without memory would do, which
asks about the reply too. With --target the connection is followed through the cloud's layers,
as translate would write them.

The answer is exact for every address that an end may hold and every port that the client may
call from. Where it depends on them it is unknown, and each case is told apart.

Exit codes: 0 for an answer, be it allow or deny; 3 when the answer is unknown or
the sources are incomplete; 1 when --target cannot be translated.`,
		Example: `  crosswall explain ./manifests --from frontend --to database --port 5432
  crosswall explain ./manifests --from 198.51.100.0/24 --to shop/frontend --port 8080
  crosswall explain ./manifests --from frontend --to dns --protocol udp --port 53 --view stateless
  crosswall explain ./manifests --from frontend --to backend --port 9000 --target aws --placement placement.yaml
  crosswall explain aws://eu-west-1/vpc-0a1b2c3d --from 198.51.100.7 --to sg-0a1b2c3d --port 443
  crosswall explain ./manifests --from a --to b --protocol icmp -o json | jq -r .verdict`,
		Args: needSource,
	}
	r := &explainRequest{source: addSourceFlags(cmd)}
	f := cmd.Flags()
	f.StringVar(&r.from, "from", "", "client: a workload, an address or a block")
	f.StringVar(&r.to, "to", "", "server: a workload, an address or a block")
	r.packet.add(cmd)
	r.view = chooseFlag(cmd, "view", "", "how replies are read", string(viewSpec), string(viewStateless))
	r.target = chooseFlag(cmd, "target", "", "explain the policies, or their translation for a cloud", targetWords()...)
	f.StringVar(&r.placement, "placement", "", "placement `file`, with --target")
	r.gcpStyle = chooseFlag(cmd, "gcp-style", "", "with --target gcp: VPC firewall rules, or a network firewall policy", gcpVPC, gcpPolicy)
	r.output = chooseFlag(cmd, "output", "o", "form of the answer", outputText, outputJSON, outputMermaid)
	f.BoolVar(&r.exitZero, "exit-zero", false, "exit with 0 even if the answer is unknown or incomplete")
	completeWorkloads(cmd, r.source, "from", "to")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), s, args) }
	return cmd
}

// targetWords are the words of --target.
func targetWords() []string {
	out := []string{noTarget}
	for _, p := range all.Providers() {
		out = append(out, p.Name())
	}
	return out
}

func (r *explainRequest) run(ctx context.Context, s *streams, args []string) error {
	if r.from == "" || r.to == "" {
		return errors.New("name both ends: --from X --to Y")
	}
	if r.target.isSet() && r.view.isSet() {
		return errors.New("--view is about the policies: a --target has the memory that its layers have")
	}
	packet, err := r.packet.read()
	if err != nil {
		return err
	}
	m, err := r.source.readAny(ctx, s, args)
	if err != nil {
		return err
	}
	if m.parties != nil && r.target.isSet() {
		return badInput("--target translates manifests, and %s holds what a cloud enforces", args[0])
	}
	if m.parties != nil && r.view.isSet() {
		return badInput("--view is about the policies of manifests: what a cloud enforces has the memory that its layers have")
	}
	sc, err := r.scene(s, m)
	if err != nil {
		return err
	}
	q, err := sc.question(r.from, r.to, packet)
	if err != nil {
		return err
	}
	s.progress("asking every layer")
	x := sc.explain(q)
	s.progressDone()
	if x.verdict == model.Denied && !r.target.isSet() && !r.view.isSet() && m.parties == nil {
		x.change = closestChange(r.source.reader(), m, x)
	}
	if err := ctx.Err(); err != nil {
		return badInput("interrupted")
	}
	return r.answer(s, m, x)
}

// scene returns what is asked: the policies, or their translation.
func (r *explainRequest) scene(s *streams, m material) (scene, error) {
	if r.target.isSet() {
		return r.translated(s, m)
	}
	sc := scene{policy: m.Policy, inv: m.Inventory, workloads: m.Workloads, isolating: m.parties == nil, isolations: m.Isolations}
	if m.parties != nil {
		sc.called = m.parties.called
	}
	if view(r.view.value) == viewStateless {
		sc.policy = withoutState(m.Policy)
	}
	sc.view = view(r.view.value)
	return sc, nil
}

// translated returns the layers of a cloud.
func (r *explainRequest) translated(s *streams, m material) (scene, error) {
	t := &translateRequest{
		source: r.source, to: &list{values: []string{r.target.value}, words: []string{r.target.value}}, placement: r.placement,
		gcpStyle: r.gcpStyle, format: &choice{value: terraform.HCL.String(), words: []string{terraform.HCL.String()}}, allowWider: true,
	}
	placed, err := t.place(s, m)
	if err != nil {
		return scene{}, err
	}
	s.progress("%s: translating and checking back", r.target.value)
	result := t.translate(r.target.value, m, placed.sites[r.target.value])
	s.progressDone()
	s.tell(result.Findings, r.source.verbose)
	if len(result.Decoded.Layers) == 0 {
		if model.WorstSeverity(result.Findings) < model.Error {
			for _, l := range result.Losses {
				s.tell([]model.Finding{l}, true)
			}
		}
		return scene{}, outcome{exitFound, errors.New(result.title + ": nothing could be written, so that there is nothing to explain")}
	}
	return scene{
		policy: result.Decoded, inv: result.Inventory, workloads: m.Workloads, segments: result.Segments, target: result.title,
		wanted: result.Wanted, losses: result.Losses, unseen: result.Output.Unseen, view: viewSpec,
	}, nil
}

// answer prints an explanation and ends the command.
func (r *explainRequest) answer(s *streams, m material, x explanation) error {
	text := x.text()
	switch r.output.value {
	case outputJSON:
		var err error
		if text, err = jsonText(x.json(m.findings)); err != nil {
			return err
		}
	case outputMermaid:
		text = x.mermaid()
	}
	if err := s.answer(text); err != nil {
		return err
	}
	code := m.code()
	if x.verdict == model.Undecided {
		code = exitIncomplete
	}
	return ended(code, r.exitZero)
}

// completeWorkloads makes flags complete to the names of the sources'
// workloads.
func completeWorkloads(cmd *cobra.Command, o *sourceOptions, flags ...string) {
	for _, f := range flags {
		err := cmd.RegisterFlagCompletionFunc(f, func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 || slices.Contains(args, "-") {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			m, err := o.readAny(cmd.Context(), silence(), args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var out []string
			for _, w := range m.Workloads {
				out = append(out, string(w.ID))
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		})
		if err != nil {
			panic(err) // only for a flag that does not exist, which every run would show
		}
	}
}
