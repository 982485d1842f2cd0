package checks

import "github.com/crosswall/crosswall/model/audit"

// aws lists the checks of AWS alone.
func aws() []audit.Check {
	return []audit.Check{
		aws001(), aws002(), aws003(), aws004(), aws005(), aws006(), aws007(), aws008(), aws009(), aws010(), aws011(),
		aws020(), aws021(), aws022(), aws023(), aws024(), aws025(), aws026(), aws027(),
		aws032(),
	}
}
