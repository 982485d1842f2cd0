package checks

import "github.com/crosswall/crosswall/model/audit"

// exposure lists the checks of what the Internet reaches.
func exposure() []audit.Check {
	return []audit.Check{
		exp010(),
	}
}
