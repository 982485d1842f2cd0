package gcp

import "github.com/crosswall/crosswall/model"

// senders returns the public addresses at which Google Cloud itself connects to machines, of IPv4: health checks and proxies of load balancers (Cloud
// Load Balancing, health checks overview, probe IP ranges and firewall rules), and Identity-Aware Proxy, which asks everybody who they are (using IAP for
// TCP forwarding). Nobody else on the Internet sends from these.
func senders() model.AddrSet {
	return model.MustPrefixes("35.191.0.0/16", "130.211.0.0/22", "209.85.152.0/22", "209.85.204.0/22", "35.235.240.0/20")
}
