package checks

import "github.com/crosswall/crosswall/model/audit"

// gcp lists the checks of Google Cloud alone.
func gcp() []audit.Check {
	return []audit.Check{}
}
