package checks

import "github.com/crosswall/crosswall/model/audit"

// kubernetes lists the checks of network policies.
func kubernetes() []audit.Check {
	return []audit.Check{
		k8s001(), k8s002(), k8s003(), k8s004(), k8s005(), k8s006(), k8s007(), k8s009(), k8s010(), k8s011(),
	}
}
