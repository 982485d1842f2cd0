package live

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
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("not at hand: %v", err)
	}
	return path
}
