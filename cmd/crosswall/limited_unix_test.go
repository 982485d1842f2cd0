//go:build unix

package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// limitedMain is the command on a disk that is full: "crosswall-limited BYTES ARG...", where no file may
// become larger than BYTES. What the kernel answers is an error of write, as when no space is left.
func limitedMain() {
	limit, err := strconv.ParseUint(os.Args[1], 10, 64)
	if err == nil {
		signal.Ignore(syscall.SIGXFSZ)
		err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
	os.Args = append(os.Args[:1], os.Args[2:]...)
	os.Exit(mainCode())
}
