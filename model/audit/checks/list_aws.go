package checks

import "github.com/crosswall/crosswall/model/audit"

// aws lists the checks of AWS alone.
func aws() []audit.Check {
	return []audit.Check{}
}
