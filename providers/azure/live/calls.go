package live

// Call is an operation of Azure Resource Manager that [Read] may ask for.
type Call struct {
	// Operation is its name in the SDK, without "Client": "SecurityGroups.ListAll".
	Operation string
	// Method and Path are the request: the path after the subscription, with {} for names.
	Method, Path string
	// Permission is the action that a role has to allow ("Azure permissions for
	// Networking" and "for Compute").
	Permission string
}

// The operations, by the names that gaps and progress have for them.
const (
	opGroups        = "SecurityGroups.List"
	opGroupsAll     = "SecurityGroups.ListAll"
	opNetworks      = "VirtualNetworks.List"
	opNetworksAll   = "VirtualNetworks.ListAll"
	opInterfaces    = "Interfaces.List"
	opInterfacesAll = "Interfaces.ListAll"
	opAppGroups     = "ApplicationSecurityGroups.List"
	opAppGroupsAll  = "ApplicationSecurityGroups.ListAll"
	opScaleSets     = "Interfaces.ListVirtualMachineScaleSetNetworkInterfaces"
	opServiceTags   = "ServiceTags.List"
	opAdminRules    = "Management.ListNetworkManagerEffectiveSecurityAdminRules"
)

// Calls lists every operation that [Read] may ask for, in the order in which it asks.
func Calls() []Call {
	const network, group = "/providers/Microsoft.Network/", "/resourceGroups/{}/providers/Microsoft.Network/"
	const get, post = "GET", "POST"
	return []Call{
		{opGroupsAll, get, network + "networkSecurityGroups", "Microsoft.Network/networkSecurityGroups/read"},
		{opGroups, get, group + "networkSecurityGroups", "Microsoft.Network/networkSecurityGroups/read"},
		{opNetworksAll, get, network + "virtualNetworks", "Microsoft.Network/virtualNetworks/read"},
		{opNetworks, get, group + "virtualNetworks", "Microsoft.Network/virtualNetworks/read"},
		{opInterfacesAll, get, network + "networkInterfaces", "Microsoft.Network/networkInterfaces/read"},
		{opInterfaces, get, group + "networkInterfaces", "Microsoft.Network/networkInterfaces/read"},
		{opAppGroupsAll, get, network + "applicationSecurityGroups", "Microsoft.Network/applicationSecurityGroups/read"},
		{opAppGroups, get, group + "applicationSecurityGroups", "Microsoft.Network/applicationSecurityGroups/read"},
		{opScaleSets, get, "/resourceGroups/{}/providers/Microsoft.Compute/virtualMachineScaleSets/{}/networkInterfaces",
			"Microsoft.Compute/virtualMachineScaleSets/networkInterfaces/read"},
		{opAdminRules, post, group + "virtualNetworks/{}/listNetworkManagerEffectiveSecurityAdminRules",
			"Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action"},
		{opServiceTags, get, network + "locations/{}/serviceTags", "Microsoft.Network/locations/serviceTags/read"},
	}
}
