package main

import (
	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/providers/aws"
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

// quotas are quotas of an account that were raised. Zero stands for the cloud's default.
type quotas struct{ groupRules, aclEntries int }

// addQuotaFlags adds the flags that tell of raised quotas.
func addQuotaFlags(cmd *cobra.Command) *quotas {
	q := &quotas{}
	f := cmd.Flags()
	f.IntVar(&q.groupRules, "aws-group-rules", 0, "quota of rules per security group, direction and family, if the account has another than 60; at most 1000")
	f.IntVar(&q.aclEntries, "aws-acl-entries", 0, "quota of entries per network ACL, direction and family, if the account has another than 20; at most 40")
	return q
}

// check refuses numbers that no account has (VPC user guide, Amazon VPC quotas).
func (q quotas) check() error {
	for _, n := range []struct {
		flag        string
		value, most int
	}{{"aws-group-rules", q.groupRules, 1000}, {"aws-acl-entries", q.aclEntries, 40}} {
		if n.value < 0 || n.value > n.most {
			return badInput("--%s %d: AWS grants at most %d", n.flag, n.value, n.most)
		}
	}
	return nil
}

// raised returns the provider with the quotas of the account.
func (q quotas) raised(p providers.Provider) providers.Provider {
	if p.Name() == "aws" {
		return aws.New(aws.Options{GroupRules: q.groupRules, NACLEntries: q.aclEntries})
	}
	return p
}
