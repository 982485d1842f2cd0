package kubernetes

import "github.com/crosswall/crosswall/model"

// Options says how to read what Kubernetes leaves open. The zero Options is
// ready to use.
type Options struct {
	// Namespace is where namespaced objects without a namespace are, what
	// kubectl --namespace is. Empty: "default".
	Namespace string
	// IPBlocks says whether an ipBlock matches pods by their address.
	IPBlocks IPBlocks
	// HostNetwork says what becomes of pods on their node's network.
	HostNetwork HostNetwork
	// Namespaces says what is known of namespaces whose object is not in the input.
	Namespaces MissingNamespaces
	// CIDRs says how an ipBlock is checked.
	CIDRs CIDRCheck
	// Ended says what becomes of pods that have come to their end.
	Ended EndedPods
	// Broken says what becomes of documents that cannot be read as Kubernetes objects.
	Broken BrokenDocuments
	// PodAddrs is the addresses that pods without a known address may hold. Empty:
	// [DefaultPodAddrs].
	PodAddrs model.AddrSet
	// NodeAddrs is the addresses of the cluster's nodes. Every pod is reachable from
	// its own node whatever the policies say (k8s.io/api/networking/v1,
	// NetworkPolicySpec.Ingress), so that traffic from these addresses to isolated pods is
	// unknown. Empty: traffic from a pod's own node is left out of the answer.
	NodeAddrs model.AddrSet
	// Unread names the namespaces whose NetworkPolicies could not be read; "" stands for all. Whether their
	// pods are isolated is then unknown, and so is what would be allowed without these policies.
	Unread []string
	// Limits bounds the work that an input can ask for.
	Limits Limits
}

// IPBlocks says whether an ipBlock matches pods. Kubernetes leaves it open:
// the end-to-end tests and Calico match them, Cilium does not by default. The zero IPBlocks
// is IPBlocksMatchPods.
type IPBlocks uint8

const (
	// IPBlocksMatchPods lets an ipBlock match whoever holds an address in it.
	IPBlocksMatchPods IPBlocks = iota
	// IPBlocksMatchOutside lets an ipBlock match endpoints that are no pods.
	IPBlocksMatchOutside
)

// HostNetwork says what becomes of pods with spec.hostNetwork, for which the
// effect of policies is undefined
// (https://kubernetes.io/docs/concepts/services-networking/network-policies/, "NetworkPolicy and hostNetwork
// pods"). The zero HostNetwork is HostNetworkExcluded.
type HostNetwork uint8

const (
	// HostNetworkExcluded takes such pods for a part of their node: policies neither select
	// nor name them.
	HostNetworkExcluded HostNetwork = iota
	// HostNetworkAsPods treats such pods like all others.
	HostNetworkAsPods
)

// MissingNamespaces says what is known of a namespace whose object is not in
// the input. The zero MissingNamespaces is MissingLabelsUnknown.
type MissingNamespaces uint8

const (
	// MissingLabelsUnknown takes kubernetes.io/metadata.name as the only label that
	// is known; whether there are others is unknown.
	MissingLabelsUnknown MissingNamespaces = iota
	// MissingLabelsNone takes kubernetes.io/metadata.name as the only label that there is.
	MissingLabelsNone
)

// CIDRCheck says how the CIDRs of an ipBlock are checked. The zero CIDRCheck
// is StrictCIDRs.
type CIDRCheck uint8

const (
	// StrictCIDRs rejects host bits (10.0.0.1/8), leading zeros and IPv4-mapped IPv6, as API
	// servers do since 1.36 (feature gate StrictIPCIDRValidation).
	StrictCIDRs CIDRCheck = iota
	// LaxCIDRs masks and reports them, as older API servers do without a word.
	LaxCIDRs
)

// EndedPods says what becomes of pods in the phases Succeeded and Failed, whose
// address may be another pod's by now. The zero EndedPods is EndedDropped.
type EndedPods uint8

const (
	// EndedDropped leaves such pods out.
	EndedDropped EndedPods = iota
	// EndedKept treats such pods like all others, for instance those of a finished Job that runs
	// again.
	EndedKept
)

// BrokenDocuments says what becomes of a document that cannot be parsed, or
// that says apiVersion without kind. The zero BrokenDocuments is BrokenRefused.
type BrokenDocuments uint8

const (
	// BrokenRefused makes it an error.
	BrokenRefused BrokenDocuments = iota
	// BrokenSkipped leaves the document out, with a warning: the answer is then about the
	// other documents only.
	BrokenSkipped
)

// Limits bounds the work that an input can ask for. A zero field stands for
// the value in [DefaultLimits].
type Limits struct {
	// FileBytes is the largest size of one file, in bytes.
	FileBytes int64
	// TotalBytes is the largest size of all files together, in bytes.
	TotalBytes int64
	// Documents is the largest number of YAML or JSON documents in one file.
	Documents int
	// Depth is how deep mappings and lists may be nested.
	Depth int
	// AliasNodes is how many values the YAML aliases of one document may stand for.
	AliasNodes int
}

// DefaultLimits returns the limits that hold where none are given: files of 16 MiB,
// 256 MiB in all, 50,000 documents in a file, 200 levels, 100,000 values behind aliases.
func DefaultLimits() Limits {
	return Limits{FileBytes: 16 << 20, TotalBytes: 256 << 20, Documents: 50_000, Depth: 200, AliasNodes: 100_000}
}

// DefaultPodAddrs returns the private ranges that clusters take pod addresses
// from: 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 (RFC 1918) and 100.64.0.0/10 (RFC 6598).
func DefaultPodAddrs() model.AddrSet {
	return model.MustPrefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
}

// withDefaults returns the options with every zero field worked out.
func (o Options) withDefaults() Options {
	if o.Namespace == "" {
		o.Namespace = "default"
	}
	if o.PodAddrs.IsEmpty() {
		o.PodAddrs = DefaultPodAddrs()
	}
	d := DefaultLimits()
	l := &o.Limits
	if l.FileBytes == 0 {
		l.FileBytes = d.FileBytes
	}
	if l.TotalBytes == 0 {
		l.TotalBytes = d.TotalBytes
	}
	if l.Documents == 0 {
		l.Documents = d.Documents
	}
	if l.Depth == 0 {
		l.Depth = d.Depth
	}
	if l.AliasNodes == 0 {
		l.AliasNodes = d.AliasNodes
	}
	return o
}
