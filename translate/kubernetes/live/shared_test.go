package live

import (
	"testing"

	"github.com/crosswall/crosswall/model/sharedtest"
)

// shared returns the folder of vectors and corpora that lies beside the
// repository, or skips the test where it is missing. CROSSWALL_SHARED overrides it.
func shared(t *testing.T, parts ...string) string {
	t.Helper()
	return sharedtest.Path(t, parts...)
}
