package main

import (
	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/providers/gcp"
)

// addTargetFlag adds --to, which takes names of providers.
func addTargetFlag(cmd *cobra.Command, usage string) *list {
	l := &list{}
	for _, p := range all.Providers() {
		l.words = append(l.words, p.Name())
	}
	cmd.Flags().Var(l, "to", usage)
	if err := cmd.RegisterFlagCompletionFunc("to", l.complete); err != nil {
		panic(err) // the flag was added on the line before
	}
	return l
}

// The words of --gcp-style.
const (
	gcpVPC    = "vpc"
	gcpPolicy = "policy"
)

// target returns the provider of a name that addTargetFlag accepted.
func target(name, gcpStyle string) providers.Provider {
	if name == "gcp" && gcpStyle == gcpPolicy {
		return gcp.New(gcp.Options{Style: gcp.NetworkPolicy})
	}
	for _, p := range all.Providers() {
		if p.Name() == name {
			return p
		}
	}
	return nil
}
