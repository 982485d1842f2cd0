// Command crosswall translates network policies into cloud firewalls and
// proves the result.
//
// It is flags, rendering and exit codes; everything it knows about policies
// and clouds is in the packages that it calls.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"

	"golang.org/x/term"
)

func main() { os.Exit(mainCode()) }

// softMemoryLimit is from how much memory on garbage is collected more often. The largest accounts, with
// 5,000 security groups of 60 rules, are compared within 1 GiB so.
const softMemoryLimit = 800 << 20

// mainCode runs the command on the process's own streams.
func mainCode() int {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemoryLimit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return run(ctx, os.Args[1:], streams{
		in:     os.Stdin,
		out:    os.Stdout,
		err:    os.Stderr,
		plugin: isPlugin(os.Args[0]),
		live:   term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb",
	})
}
