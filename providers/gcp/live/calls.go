package live

// Call is an operation of an API that reading makes.
type Call struct {
	// Operation is its name in the API: "networks.list".
	Operation string
	// Permission is the IAM permission that allows it: "compute.networks.list".
	Permission string
	// Why says what it is for.
	Why string
}

// The operations, by the name that the API's reference has.
const (
	opNetworksGet      = "networks.get"
	opNetworks         = "networks.list"
	opSubnetworks      = "subnetworks.aggregatedList"
	opFirewalls        = "firewalls.list"
	opInstances        = "instances.aggregatedList"
	opProject          = "projects.get"
	opEffective        = "networks.getEffectiveFirewalls"
	opRegionEffective  = "regionNetworkFirewallPolicies.getEffectiveFirewalls"
	opPolicies         = "networkFirewallPolicies.aggregatedList"
	opPolicy           = "networkFirewallPolicies.get"
	opRegionPolicy     = "regionNetworkFirewallPolicies.get"
	opHierarchy        = "firewallPolicies.list"
	opAddressGroup     = "addressGroups.get"
	opEffectiveTags    = "effectiveTags.list"
	permissionPolicy   = "compute.firewallPolicies.get"
	permissionPolicies = "compute.firewallPolicies.list"
)

// Calls returns every operation that [Read] may call, sorted by permission: the permissions that it needs, and
// no others (Compute Engine and Network Security API references, "IAM Permissions" of each method; Resource Manager,
// "Creating and managing tags", required permissions).
func Calls() []Call {
	return []Call{
		{opPolicy, permissionPolicy, "rules of a global policy, where the effective firewalls of a network could not be read"},
		{opRegionPolicy, permissionPolicy, "rules of a regional policy, where the effective firewalls of a region could not be read"},
		{opHierarchy, permissionPolicies, "who hierarchical policies are of, where an organization or folder is named; needed there"},
		{opPolicies, permissionPolicies, "network firewall policies, where the effective firewalls of a network could not be read"},
		{opFirewalls, "compute.firewalls.list", "VPC firewall rules"},
		{opInstances, "compute.instances.list", "the tags, service accounts and addresses of machines"},
		{opEffectiveTags, "compute.instances.listEffectiveTags", "which machines have the secure tags that rules name"},
		{opNetworksGet, "compute.networks.get", "the network, where one is named"},
		{opEffective, "compute.networks.getEffectiveFirewalls", "the hierarchical and global policies that are asked on a network, with their rules"},
		{opRegionEffective, "compute.networks.getRegionEffectiveFirewalls", "the regional and system policies that are asked in a region of a network"},
		{opNetworks, "compute.networks.list", "the networks and the order of their policies, where none is named"},
		{opProject, "compute.projects.get", "whether machines of other projects are on the project's networks (Shared VPC)"},
		{opSubnetworks, "compute.subnetworks.list", "the addresses of networks, by region"},
		{opAddressGroup, "networksecurity.addressGroups.get", "the addresses of the address groups that rules name"},
	}
}
