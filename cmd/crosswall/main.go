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

	"golang.org/x/term"
)

func main() { os.Exit(mainCode()) }

// mainCode runs the command on the process's own streams.
func mainCode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return run(ctx, os.Args[1:], streams{
		in:   os.Stdin,
		out:  os.Stdout,
		err:  os.Stderr,
		live: term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb",
	})
}
