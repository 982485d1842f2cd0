package azure_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
)

// A subnet whose addresses could not be read is at those of its interfaces for sure, and perhaps at any other of its network: what that
// changes is unknown, never opened or closed (a field that cannot be read is an unknown, not an absence).
func TestLostSubnet(t *testing.T) {
	const app, data, space = `"addressPrefix":"10.0.1.0/24"`, `"addressPrefix":"10.0.2.0/24"`, `"addressPrefixes":["10.0.0.0/16"]`
	// read is the account with a group on app that admits a port, and without some texts in its network.
	read := func(port string, lost ...string) providers.Snapshot {
		s := snapshot(t, attach(account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Inbound Allow Tcp *:* *:"+port), nsgRule("4096 Inbound Deny * *:* *:*")))))
		for _, text := range lost {
			s.Objects[azure.KindNetworks][0] = json.RawMessage(strings.Replace(string(s.Objects[azure.KindNetworks][0]), text, `"x":""`, 1))
		}
		return s
	}
	for _, c := range []struct {
		name       string
		want, have providers.Snapshot
		differs    string
	}{
		{"known on both sides", read("443"), read("443"), ""},
		{"the subnet lost", read("443"), read("443", app), "unknown"},
		{"found again", read("443", app), read("443"), "unknown"},
		{"the subnet and its network lost", read("443"), read("443", app, space), "unknown"},
		{"a subnet without rules lost", read("443"), read("443", data), ""},
		{"a port widened meanwhile: its interfaces are known", read("443"), read("443-444", app), "opened unknown"},
		{"a port widened, lost on both sides", read("443", app), read("443-444", app), "opened unknown"},
	} {
		if got, d := changes(readLive(t, c.want), readLive(t, c.have)); got != c.differs {
			t.Errorf("%s: %q, want %q: opened %v closed %v unknown %v", c.name, got, c.differs, d.Opened, d.Closed, d.Unknown)
		}
	}
	for _, c := range []struct{ name, flow, want string }{
		{"an interface in it", "198.51.100.1 > 10.0.1.4 tcp/80", "deny"},
		{"elsewhere in the network", "198.51.100.1 > 10.0.1.9 tcp/80", "unknown"},
		{"what every rule admits", "198.51.100.1 > 10.0.1.9 tcp/443", "allow"},
		{"another subnet", "198.51.100.1 > 10.0.2.4 tcp/80", "allow"},
	} {
		if d := live(t, read("443", app)).verdict(t, c.flow); d.Verdict.String() != c.want {
			t.Errorf("%s: %s: %s, want %s", c.name, c.flow, d.Verdict, c.want)
		}
	}
}

// Without its subnet's address blocks an interface is not known by a party of its own.
func TestLostSubnetIsNoParty(t *testing.T) {
	s := snapshot(t, attach(account(nsg("shop/networkSecurityGroups/g", on("app")))))
	s.Objects[azure.KindNetworks][0] = json.RawMessage(strings.Replace(string(s.Objects[azure.KindNetworks][0]), `"addressPrefix":"10.0.1.0/24"`, `"x":""`, 1))
	p := azure.New(azure.Options{})
	m, _ := p.Resources(s)
	policy, _ := p.Decode(m)
	population := p.Population(m, policy)
	for _, party := range population.Parties {
		if strings.Contains(party.Label, "subnet") {
			t.Errorf("%s is a party", party.Label)
		}
	}
	if _, ok := population.Places[model.Group(strings.ToLower(at("net/virtualNetworks/v/subnets/app")))]; !ok {
		t.Errorf("the subnet has no place: %v", population.Places)
	}
}
