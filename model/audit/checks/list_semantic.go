package checks

import "github.com/crosswall/crosswall/model/audit"

// semantic lists the checks of rules seen together, and of what was to end.
func semantic() []audit.Check {
	return []audit.Check{
		sem001(), sem002(), sem003(), sem004(), sem005(), sem006(), sem007(), sem010(), sem011(),
		drf006(),
	}
}
