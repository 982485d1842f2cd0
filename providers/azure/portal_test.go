package azure

import "testing"

// TestPortal: an id is written as a URL may have it (RFC 3986), whatever a resource group is called.
func TestPortal(t *testing.T) {
	const group = "/subscriptions/s/resourceGroups/"
	for id, want := range map[string]string{
		group + "net/providers/Microsoft.Network/networkSecurityGroups/web":          "https://portal.azure.com/#@/resource" + group + "net/providers/Microsoft.Network/networkSecurityGroups/web",
		group + "(a) straße %/providers/Microsoft.Network/networkSecurityGroups/web": "https://portal.azure.com/#@/resource" + group + "%28a%29%20stra%C3%9Fe%20%25/providers/Microsoft.Network/networkSecurityGroups/web",
		"web": "",
	} {
		if got := portal(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}
