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

// garbagePercent is how much garbage there may be, in percent of what is in use, until it is collected. Go's own 100 saves little
// time, and takes up to half as much memory again for the largest accounts.
const garbagePercent = 50

// mainCode runs the command on the process's own streams.
func mainCode() int {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // whoever interrupts a second time does not want to wait for anything
	return run(ctx, os.Args[1:], streams{
		in:     os.Stdin,
		out:    os.Stdout,
		err:    os.Stderr,
		plugin: isPlugin(os.Args[0]),
		live:   term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb",
	})
}
