//go:build !unix

package main

import (
	"fmt"
	"os"
)

// limitedMain is for systems without limits on the size of files.
func limitedMain() {
	fmt.Fprintln(os.Stderr, "this system cannot limit the size of files")
	os.Exit(99)
}
