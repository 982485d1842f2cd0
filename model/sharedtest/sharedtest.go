// Package sharedtest finds test data that is no part of the repository: schemas of Terraform providers, reachability
// vectors, configurations from the field. Only tests link it.
package sharedtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns a file or folder of the shared test data: below $CROSSWALL_SHARED, or else below a folder "shared" beside the
// repository, or beside a folder that the repository is in. It skips the test where there is none.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	path, ok := find(elem...)
	if !ok {
		t.Skipf("no %s in the folder of shared test data: set CROSSWALL_SHARED", filepath.Join(elem...))
	}
	return path
}

func find(elem ...string) (string, bool) {
	if dir := os.Getenv("CROSSWALL_SHARED"); dir != "" {
		path := filepath.Join(append([]string{dir}, elem...)...)
		_, err := os.Stat(path)
		return path, err == nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		path := filepath.Join(append([]string{dir, "shared"}, elem...)...)
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}
