package checks

import "github.com/crosswall/crosswall/model/audit"

// semantic lists the checks of rules seen together.
func semantic() []audit.Check {
	return []audit.Check{}
}
