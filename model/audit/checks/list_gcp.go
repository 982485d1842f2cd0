package checks

import "github.com/crosswall/crosswall/model/audit"

// gcp lists the checks of Google Cloud alone.
func gcp() []audit.Check {
	return []audit.Check{
		gcp001(),
		gcp002(),
		gcp003(),
		gcp004(),
		gcp005(),
		gcp006(),
		gcp007(),
		gcp008(),
		gcp009(),
		gcp010(),
		gcp011(),
		gcp012(),
		gcp013(),
	}
}
