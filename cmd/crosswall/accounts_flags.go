package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// accountsChoice is which accounts to read and how.
type accountsChoice struct {
	// list is a file of accounts; empty: the command is about none of them.
	list string
	// out is the folder for their files; empty: none are kept.
	out      string
	inFlight int
	resume   bool
}

// addAccountsFlags adds the flags about many accounts.
func addAccountsFlags(cmd *cobra.Command) *accountsChoice {
	c := &accountsChoice{}
	f := cmd.Flags()
	f.StringVar(&c.list, "accounts", "", "`file` of accounts to read")
	f.StringVar(&c.out, "out", "", "`folder` for the files of --accounts")
	f.IntVar(&c.inFlight, "in-flight", 8, "how many of the --accounts are read at once")
	f.BoolVar(&c.resume, "resume", false, "with --accounts: leave accounts alone that have a file in --out")
	return c
}

// check refuses choices that make no sense together.
func (c accountsChoice) check() error {
	switch {
	case c.list == "" && (c.out != "" || c.resume):
		return errors.New("--out and --resume go with --accounts")
	case c.list != "" && c.inFlight < 1:
		return errors.New("--in-flight is at least 1")
	case c.resume && c.out == "":
		return errors.New("--resume goes on with what an earlier run left in --out: name that folder")
	}
	return nil
}

// run returns a run over accounts for a user; nil: they are kept, and nothing else.
func (c accountsChoice) run(s *streams, user accountUser) *accountsRun {
	return &accountsRun{streams: s, dir: c.out, inFlight: c.inFlight, resume: c.resume, user: user}
}
