package kubernetes

import (
	"os"
	"path/filepath"
	"testing"
)

// shared returns the folder of vectors and corpora that lies beside the
// repository, or skips the test where it is missing. CROSSWALL_SHARED overrides it.
func shared(t *testing.T, parts ...string) string {
	t.Helper()
	root := os.Getenv("CROSSWALL_SHARED")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			up := filepath.Dir(dir)
			if up == dir {
				t.Skip("no go.mod above the working directory")
			}
			dir = up
		}
		root = filepath.Join(filepath.Dir(dir), "shared")
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("not at hand: %v", err)
	}
	return path
}
