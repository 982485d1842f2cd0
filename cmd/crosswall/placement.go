package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/translate/kubernetes"
	"github.com/crosswall/crosswall/translate/placement"
)

func newPlacement(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "placement",
		Short: "Say where workloads live in each cloud",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPlacementInit(s))
	return cmd
}

// initRequest is the choices of placement init.
type initRequest struct {
	source   *sourceOptions
	to       *list
	from     string
	exitZero bool
}

func newPlacementInit(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init SOURCE...",
		Short: "Write a commented placement to start from",
		Long: `Init prints a placement file with an entry for each workload found, to be
filled in: networks, subnets, addresses, and what the platform needs. The fields
are described in docs/placement.md.

With --from-live, pods are joined by their addresses to the interfaces, subnets, security
groups, tags and service accounts of an account: a live one, a snapshot, or what a cloud's
command printed. The pods' addresses are those of a cluster (k8s://) or of a dump of it. What
could not be joined is said in comments and left to be filled in, with exit code 3.`,
		Example: `  crosswall placement init ./manifests > placement.yaml
  crosswall placement init ./manifests --to aws,azure > placement.yaml
  crosswall placement init k8s://prod --from-live aws://eu-west-1/vpc-0a1b2c3d > placement.yaml
  crosswall placement init pods.yaml --from-live snapshot.json > placement.yaml`,
		Args: needSource,
	}
	r := &initRequest{source: addSourceFlags(cmd), to: addTargetFlag(cmd, "clouds to write a section for (default all, or the one of --from-live)")}
	cmd.Flags().StringVar(&r.from, "from-live", "", "`SOURCE` of what stands where in a cloud: a live account or a snapshot")
	cmd.Flags().BoolVar(&r.exitZero, "exit-zero", false, "exit with 0 even if something could not be joined")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), s, args) }
	return cmd
}

func (r *initRequest) run(ctx context.Context, s *streams, args []string) error {
	m, err := r.source.read(ctx, s, args)
	if err != nil {
		return err
	}
	if r.from == "" {
		clouds := r.to.values
		if len(clouds) == 0 {
			clouds = slices.Clone(r.to.words)
		}
		return s.answer(string(placement.Init(m.Workloads, clouds)))
	}
	found, gaps, err := r.survey(ctx, s)
	if err != nil {
		return err
	}
	found.Addrs = heldAddrs(m)
	text, findings := placement.InitFound(m.Workloads, r.to.values, &found)
	s.tell(findings, r.source.verbose)
	if err := s.answer(string(text)); err != nil {
		return err
	}
	code := m.wordCode()
	if gaps || len(findings) > 0 {
		code = exitIncomplete
	}
	return ended(code, r.exitZero)
}

// survey reads what stands where in a cloud. It reports whether something of it could not be read.
func (r *initRequest) survey(ctx context.Context, s *streams) (placement.Found, bool, error) {
	f, err := identify(s, r.from)
	if err != nil {
		return placement.Found{}, false, err
	}
	if f.kind != cloudObjects {
		return placement.Found{}, false, badInput("%s holds no objects of a cloud: give a live account, or a snapshot of one", r.from)
	}
	taken, findings, err := readObjects(ctx, s, f)
	if err != nil {
		return placement.Found{}, false, err
	}
	if len(taken) != 1 {
		return placement.Found{}, false, badInput("%s holds objects of %d clouds: give those of one", r.from, len(taken))
	}
	s.tell(append(findings, gapFindings(taken[0])...), r.source.verbose)
	for _, p := range all.Providers() {
		surveyor, ok := p.(providers.Surveyor)
		native, isNative := p.(providers.Native)
		if p.Name() != taken[0].Provider || !ok || !isNative {
			continue
		}
		module, _ := native.Resources(taken[0]) // what it finds is about rules
		return placement.Found{Cloud: p.Name(), Survey: surveyor.Survey(module), Incomplete: len(taken[0].Gaps) > 0}, len(taken[0].Gaps) > 0, nil
	}
	return placement.Found{}, false, badInput("%s: what stands where in %s is not known", r.from, taken[0].Provider)
}

// heldAddrs returns the addresses of those workloads whose pods all hold one that is known.
func heldAddrs(m material) map[model.Identity]model.AddrSet {
	out := map[model.Identity]model.AddrSet{}
	for _, w := range m.Inventory.Members {
		if !w.Addrs.IsEmpty() && !w.Addrs.Equal(kubernetes.DefaultPodAddrs()) {
			out[w.ID] = w.Addrs
		}
	}
	return out
}
