package main

import (
	"slices"

	"github.com/spf13/cobra"

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

func newPlacementInit(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init SOURCE...",
		Short: "Write a commented placement to start from",
		Long: `Init prints a placement file with an entry for each workload found, to be
filled in: networks, subnets, addresses, and what the platform needs. The fields
are described in docs/placement.md.`,
		Example: `  crosswall placement init ./manifests > placement.yaml
  crosswall placement init ./manifests --to aws,azure > placement.yaml`,
		Args: needSource,
	}
	src := addSourceFlags(cmd)
	to := addTargetFlag(cmd, "clouds to write a section for (default all)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		m, err := src.read(cmd.Context(), s, args)
		if err != nil {
			return err
		}
		clouds := to.values
		if len(clouds) == 0 {
			clouds = slices.Clone(to.words)
		}
		return s.answer(string(placement.Init(m.Workloads, clouds)))
	}
	return cmd
}
