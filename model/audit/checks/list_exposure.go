package checks

import "github.com/crosswall/crosswall/model/audit"

// exposure lists the checks of what the Internet reaches.
func exposure() []audit.Check {
	return []audit.Check{
		exp001(),
		exp002(),
		exp010(),
		exp011(),
		exp012(),
		exp013(),
		exp014(),
		exp015(),
		exp016(),
		exp017(),
		exp018(),
		exp019(),
		exp020(),
		exp021(),
		exp022(),
		exp023(),
		exp024(),
		exp025(),
		exp026(),
	}
}
