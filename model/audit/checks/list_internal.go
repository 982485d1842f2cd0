package checks

import "github.com/crosswall/crosswall/model/audit"

// internal lists the checks of what is open inside and outwards.
func internal() []audit.Check {
	return []audit.Check{
		int001(),
		int002(),
		int003(),
		int004(),
		egr001(),
		egr002(),
		egr003(),
	}
}
