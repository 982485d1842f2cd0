// Package checks has the checks of an audit, one to a file, named by its id. All lists them.
package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

// All returns every check, in the order of the documentation.
func All() []audit.Check {
	return slices.Concat(exposure(), internal(), aws(), gcp(), azure(), kubernetes(), semantic())
}
