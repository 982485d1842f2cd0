package checks

import "github.com/crosswall/crosswall/model/audit"

// azure lists the checks of Azure alone.
func azure() []audit.Check {
	return []audit.Check{
		az001(),
		az002(),
		az003(),
		az004(),
		az005(),
		az006(),
		az007(),
		az011(),
		az012(),
	}
}
