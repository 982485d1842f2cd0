package schematest

import (
	"testing"

	"github.com/crosswall/crosswall/model/sharedtest"
)

// Shared returns a path in the folder of shared test data, see [sharedtest.Path]. It skips the test where there is no such
// file or folder.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	return sharedtest.Path(t, elem...)
}
