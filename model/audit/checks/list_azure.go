package checks

import "github.com/crosswall/crosswall/model/audit"

// azure lists the checks of Azure alone.
func azure() []audit.Check {
	return []audit.Check{}
}
