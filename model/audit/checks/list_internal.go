package checks

import "github.com/crosswall/crosswall/model/audit"

// internal lists the checks of what is open inside and outwards.
func internal() []audit.Check {
	return []audit.Check{}
}
