package live_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/providers/azure/live"
	"github.com/crosswall/crosswall/providers/azure/live/standin"
)

const subscription = "00000000-0000-0000-0000-000000000001"

// at returns the id of an object: "shop/Microsoft.Network/networkSecurityGroups/web".
func at(path string) string {
	group, rest, _ := strings.Cut(path, "/")
	return "/subscriptions/" + subscription + "/resourceGroups/" + group + "/providers/" + rest
}

type obj = standin.Object

// standIn is a stand-in for Azure Resource Manager with one subscription.
type standIn struct {
	standin.Server
	server *httptest.Server
}

// serve starts a stand-in with objects by the path of their list.
func serve(t testing.TB, objects standin.Objects, faults ...standin.Fault) *standIn {
	t.Helper()
	s := &standIn{}
	s.Holds = func(id string) standin.Objects {
		if id != subscription {
			return nil
		}
		return objects
	}
	s.Faults = faults
	s.server = httptest.NewServer(s)
	t.Cleanup(func() {
		s.server.Close()
		for _, wrong := range s.Wrong() {
			t.Error(wrong)
		}
	})
	return s
}

// options reads from the stand-in, and does not wait long.
func (s *standIn) options() live.Options {
	return live.Options{Subscription: subscription, Endpoint: s.server.URL, CallsPerSecond: 1000, RetryDelay: time.Millisecond, Timeout: 5 * time.Second}
}

// listPath is the path of the list of a type in the whole subscription.
func listPath(typ string) string { return "/providers/Microsoft.Network/" + typ }

const (
	scaleSet = "/resourceGroups/shop/providers/Microsoft.Compute/virtualMachineScaleSets/nodes/networkInterfaces"
	adminOn  = "/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/listNetworkManagerEffectiveSecurityAdminRules"
	tagsIn   = "/providers/Microsoft.Network/locations/westeurope/serviceTags"
)

// account is a network with a subnet, a machine and a scale set in it, and a group on the subnet that
// admits HTTPS from the application security group of the scale set, and from a service tag.
func account() standin.Objects {
	rule := func(name string, priority int, access string, more obj) obj {
		p := obj{"priority": priority, "direction": "Inbound", "access": access, "protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*",
			"destinationAddressPrefix": "*", "destinationPortRange": "*"}
		for k, v := range more {
			p[k] = v
		}
		return obj{"name": name, "properties": p}
	}
	asg := at("shop/Microsoft.Network/applicationSecurityGroups/nodes")
	subnet := at("net/Microsoft.Network/virtualNetworks/v/subnets/app")
	group := at("shop/Microsoft.Network/networkSecurityGroups/g")
	machine := at("shop/Microsoft.Network/networkInterfaces/vm")
	node := at("shop/Microsoft.Compute/virtualMachineScaleSets/nodes/virtualMachines/0/networkInterfaces/nic")
	card := func(id, addr string, groups ...obj) obj {
		return obj{"id": id, "name": id[strings.LastIndex(id, "/")+1:], "properties": obj{"ipConfigurations": []obj{{"id": id + "/ipConfigurations/ip", "name": "ip",
			"properties": obj{"privateIPAddress": addr, "subnet": obj{"id": subnet}, "applicationSecurityGroups": groups}}}}}
	}
	return standin.Objects{
		listPath("networkSecurityGroups"): {
			{"id": group, "name": "g", "location": "westeurope", "properties": obj{"subnets": []obj{{"id": subnet}}, "securityRules": []obj{
				rule("nodes", 100, "Allow", obj{"protocol": "Tcp", "destinationPortRange": "443", "sourceAddressPrefix": nil, "sourceApplicationSecurityGroups": []obj{{"id": asg}}}),
				rule("storage", 200, "Allow", obj{"protocol": "Tcp", "destinationPortRange": "443", "sourceAddressPrefix": "Storage"}),
				rule("rest", 4096, "Deny", nil)}}},
			{"id": group + "2", "name": "g2", "properties": obj{"securityRules": []obj{}}},
			{"id": group + "3", "name": "g3", "properties": obj{"securityRules": []obj{}}},
		},
		listPath("virtualNetworks"): {{"id": at("net/Microsoft.Network/virtualNetworks/v"), "name": "v", "location": "westeurope", "properties": obj{
			"addressSpace": obj{"addressPrefixes": []string{"10.0.0.0/16"}}, "subnets": []obj{{"id": subnet, "name": "app", "properties": obj{"addressPrefix": "10.0.1.0/24",
				"networkSecurityGroup": obj{"id": group}, "ipConfigurations": []obj{{"id": machine + "/ipConfigurations/ip"}, {"id": node + "/ipConfigurations/ip"}}}}}}}},
		listPath("networkInterfaces"):         {card(machine, "10.0.1.4")},
		listPath("applicationSecurityGroups"): {{"id": asg, "name": "nodes", "properties": obj{}}},
		scaleSet:                              {card(node, "10.0.1.5", obj{"id": asg})},
		tagsIn: {{"name": "Storage", "id": "Storage", "properties": obj{"addressPrefixes": []string{"198.51.100.0/24"}}},
			{"name": "Sql", "id": "Sql", "properties": obj{"addressPrefixes": []string{"203.0.113.0/24"}}}},
	}
}
