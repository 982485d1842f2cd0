package placement

import "github.com/crosswall/crosswall/model"

// preset is what a managed Kubernetes service needs in order to work, as data.
type preset struct {
	name, cloud string
	rows        []presetRow
}

// presetRow is one allowance of a preset.
type presetRow struct {
	name      string
	direction model.Direction
	target    party
	peer      party
	traffic   model.Traffic // nil: that of the hook
	reason    string
	source    string // the page that says so
}

// party is who stands at one end of a preset's row.
type party uint8

const (
	// workloads are all that are placed.
	workloads party = iota + 1
	// nodes, apiServer and dnsServers are the addresses that the placement
	// gives under these names, held by nobody but them.
	nodes
	apiServer
	dnsServers
	// dnsWorkloads are the DNS servers that are workloads themselves.
	dnsWorkloads
	// hooks are the workloads that the API server calls.
	hooks
	// anywhere is every endpoint.
	anywhere
	// googleProbes are the source addresses of Google Cloud's health checks.
	googleProbes
	// azureHost is the virtual address of the Azure host.
	azureHost
)

// The parameters of the presets, as the placement spells them.
const (
	paramNodes = "nodes"
	paramAPI   = "apiServer"
	paramDNS   = "dns"
	paramHooks = "webhooks"
)

func paramNames() []string { return []string{paramNodes, paramAPI, paramDNS, paramHooks} }

// paramExample is a line that gives a parameter.
func paramExample(name string) string {
	switch name {
	case paramNodes:
		return "nodes: [" + Blank + "]      # address blocks of the nodes"
	case paramAPI:
		return "apiServer: [" + Blank + "]  # address blocks from which the API server is reached and calls"
	case paramDNS:
		return "dns: [" + Blank + "]        # DNS pods: {namespace: kube-system, podSelector: {matchLabels: {k8s-app: kube-dns}}}, or their address blocks (not the Service's)"
	case paramHooks:
		return "webhooks: [" + Blank + "]   # workloads that the API server calls: {namespace: ops, ports: [{protocol: TCP, port: 9443}]}; [] for none"
	}
	return name + ": []"
}

// The pages that the rows rest on.
const (
	sourcePolicies = "Kubernetes documentation, Network Policies: traffic from a pod's own node is always allowed"
	sourcePorts    = "Kubernetes documentation, Ports and Protocols"
	sourceDNS      = "Kubernetes documentation, DNS for Services and Pods"
	sourceHooks    = "Kubernetes documentation, Dynamic Admission Control"
	sourceEKS      = "Amazon EKS user guide, security group requirements"
	sourceGKE      = "Google Kubernetes Engine documentation, automatically created firewall rules"
	sourceGCPProbe = "Google Cloud documentation, load balancing, firewall rules"
	sourceAKS      = "AKS documentation, control egress traffic; Azure CNI Overlay"
	sourceAzure    = "Azure documentation, network security groups: default rules and the host node's virtual address"
	sourceWebhooks = sourceHooks + "; API Aggregation Layer"
)

func presets() []preset {
	return []preset{
		{"eks", "aws", clusterRows(sourceEKS)},
		{"gke", "gcp", append(clusterRows(sourceGKE), presetRow{
			name: "health-checks", direction: model.Ingress, target: workloads, peer: googleProbes, traffic: anyTCP(),
			reason: "Google Cloud's load balancers check the health of pods from these addresses", source: sourceGCPProbe,
		})},
		{"aks", "azure", append(clusterRows(sourceAKS), presetRow{
			name: "load-balancer-probes", direction: model.Ingress, target: workloads, peer: azureHost, traffic: anyTCP(),
			reason: "Azure's load balancers check the health of pods from the host's virtual address", source: sourceAzure,
		})},
	}
}

// clusterRows is what every managed Kubernetes service needs; vendor is the
// page of the service that says so of nodes and API server.
func clusterRows(vendor string) []presetRow {
	return []presetRow{
		{"node-probes", model.Ingress, workloads, nodes, anyTCP(),
			"the kubelet probes the pods of its node", sourcePolicies},
		{"api-server-calls", model.Ingress, hooks, apiServer, nil,
			"the API server calls webhooks and aggregated APIs", sourceWebhooks},
		{"api-server", model.Egress, workloads, apiServer, model.Traffic{model.Ports(model.TCP, 443, 443)},
			"pods talk to the API server", vendor},
		{"dns-query", model.Egress, workloads, dnsServers, dnsPorts(), "pods look up names", sourceDNS},
		{"dns-query-pods", model.Egress, workloads, dnsWorkloads, dnsPorts(), "pods look up names", sourceDNS},
		{"dns-answer", model.Ingress, dnsWorkloads, workloads, dnsPorts(), "DNS pods are asked for names", sourceDNS},
		{"dns-answer-nodes", model.Ingress, dnsWorkloads, nodes, dnsPorts(),
			"nodes and node-local DNS caches ask DNS pods for names", sourceDNS},
		{"kubelet", model.Ingress, nodes, apiServer, model.Traffic{model.Ports(model.TCP, 10250, 10250)},
			"the API server reads logs and runs commands through the kubelet", sourcePorts},
		{"node-to-api-server", model.Egress, nodes, apiServer, model.Traffic{model.Ports(model.TCP, 443, 443)},
			"nodes register with the API server", vendor},
		{"node-to-registry", model.Egress, nodes, anywhere, model.Traffic{model.Ports(model.TCP, 443, 443)},
			"nodes pull images and reach the cloud's own services", vendor},
	}
}

func anyTCP() model.Traffic { return model.Traffic{model.AllOf(model.TCP)} }

func dnsPorts() model.Traffic {
	return model.Traffic{model.Ports(model.UDP, 53, 53), model.Ports(model.TCP, 53, 53)}
}

// pmtudTraffic is the messages of Path MTU Discovery: ICMP type 3 code 4
// (RFC 1191), ICMPv6 type 2, whose code is to be ignored (RFC 4443 section 3.2).
func pmtudTraffic() model.Traffic {
	return model.Traffic{model.ICMPMessage(model.ICMP, 3, 4), model.ICMPMessage(model.ICMPv6, 2, model.AnyICMP)}
}

// fixedAddrs returns the addresses of the parties that have the same in every
// network.
func fixedAddrs(p party) model.AddrSet {
	switch p {
	case anywhere:
		return model.AllAddrs()
	case googleProbes:
		return model.MustPrefixes("35.191.0.0/16", "130.211.0.0/22")
	case azureHost:
		return model.MustPrefixes("168.63.129.16/32")
	case workloads, nodes, apiServer, dnsServers, dnsWorkloads, hooks:
	}
	return model.AddrSet{}
}
