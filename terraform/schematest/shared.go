package schematest

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared returns a path in the folder of shared test data: $CROSSWALL_SHARED, or
// else the folder "shared" beside the repository. It skips the test where there is no such
// file or folder.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	path, ok := shared(elem...)
	if !ok {
		t.Skipf("no %s in the folder of shared test data: set CROSSWALL_SHARED", filepath.Join(elem...))
	}
	return path
}

func shared(elem ...string) (string, bool) {
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
