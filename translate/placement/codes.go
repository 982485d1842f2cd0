package placement

// The codes of this package's findings. They are stable; docs/placement.md
// lists them.
const (
	codeYAML         = "placement-yaml"          // not YAML, too large, too deep
	codeField        = "placement-field"         // a field that is unknown, missing, empty or given twice
	codeValue        = "placement-value"         // a value of the wrong type or form
	codeBlank        = "placement-blank"         // a blank of a starting file that was not filled in
	codeCloud        = "placement-cloud"         // an unknown cloud, a missing section, a field of another cloud
	codeCIDR         = "placement-cidr"          // an address block that is none or not canonical
	codeSubnet       = "placement-subnet"        // an unknown subnet, or two of one name or id
	codeOverlap      = "placement-overlap"       // address blocks that overlap
	codeAddresses    = "placement-addresses"     // addresses that do not fit their subnets
	codeExclusive    = "placement-exclusive"     // a promise of exclusivity that the file itself breaks
	codeRuntimeLabel = "placement-runtime-label" // a selector on a label that exists at run time only
	codeUnknownLabel = "placement-unknown-label" // a selector on labels of a namespace that was not read
	codeUnplaced     = "placement-unplaced"      // workloads that no entry matches
	codeUnmatched    = "placement-unmatched"     // a selector that matches no workload
	codeShadowed     = "placement-shadowed"      // an entry whose workloads earlier entries took
	codeNowhere      = "placement-no-address"    // an entry without subnets and addresses
	codeSharedSubnet = "placement-shared-subnet" // a firewall on a subnet where others live too
	codeSharedGroup  = "placement-shared-group"  // one existing identity for two entries
	codePreset       = "placement-preset"        // a preset that is unknown, misplaced or lacks a parameter
	codeNodes        = "placement-node-overlap"  // addresses that nodes and workloads share
	codeNotJoined    = "placement-not-joined"    // workloads of which it was not found where they live
	codeMore         = "placement-more"          // how many findings were left out
	codeAssumed      = "placement-assumed"       // a choice taken where the file says nothing
)
