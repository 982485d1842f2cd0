package azure_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/terraform"
)

// adminRule is a rule of a network manager from "10 Inbound AlwaysAllow Tcp 10.0.0.0/8 * 443": addresses
// of the source and of the destination, and the destination's ports.
func adminRule(text string) obj {
	f := strings.Fields(text)
	var priority int
	if err := json.Unmarshal([]byte(f[0]), &priority); err != nil {
		panic(err)
	}
	side := func(s string) []obj {
		typ := "IPPrefix"
		if !strings.ContainsAny(s, "/*") {
			typ = "ServiceTag"
		}
		return []obj{{"addressPrefix": s, "addressPrefixType": typ}}
	}
	ports := []string{f[6]}
	if f[6] == "*" {
		ports = []string{"0-65535"}
	}
	return obj{"id": at("hub/networkManagers/m/securityAdminConfigurations/c/ruleCollections/rc/rules/r" + f[0]), "kind": "Custom",
		"properties": obj{"priority": priority, "direction": f[1], "access": f[2], "protocol": f[3], "sources": side(f[4]), "destinations": side(f[5]),
			"sourcePortRanges": []string{"0-65535"}, "destinationPortRanges": ports}}
}

// adminWith is a rule of a network manager with other fields.
func adminWith(text string, fields obj) obj {
	r := adminRule(text)
	for k, v := range fields {
		r["properties"].(obj)[k] = v
	}
	return r
}

// rulesOn is rules in force on the network v.
func rulesOn(rules ...obj) obj {
	return obj{"virtualNetwork": ref("net/virtualNetworks/v"), "value": rules}
}

// with adds objects of a kind.
func with(objects map[string][]obj, kind string, more ...obj) map[string][]obj {
	objects[kind] = append(objects[kind], more...)
	return objects
}

// Security admin rules are asked before groups: Deny and AlwaysAllow end the matter, Allow goes on
// to the groups, as does no match (cloud semantics sections 1.3 and 2).
func TestNativeAdminRules(t *testing.T) {
	denyIn := nsgRule("4096 Inbound Deny * *:* *:*")
	closed := nsg("shop/networkSecurityGroups/g", on("app", "nic web0"), denyIn)
	open := nsg("shop/networkSecurityGroups/g", on("app", "nic web0"), nsgRule("100 Inbound Allow * *:* *:*"))
	gateway := func(o map[string][]obj) map[string][]obj {
		p := o[azure.KindNetworks][0]["properties"].(obj)
		p["subnets"] = append(p["subnets"].([]obj), arm("net/virtualNetworks/v/subnets/AzureBastionSubnet", obj{"addressPrefix": "10.0.3.0/26"}))
		return o
	}
	admin := func(g obj, rules ...obj) map[string][]obj {
		return with(account(g), azure.KindAdminRules, rulesOn(rules...))
	}
	for _, c := range []struct {
		name     string
		objects  map[string][]obj
		verdicts string
		codes    string
	}{
		{"deny ends it", admin(open, adminRule("10 Inbound Deny Tcp * * 22")), "198.51.100.1 > 10.0.1.4 tcp/22: deny; 198.51.100.1 > 10.0.1.4 tcp/80: allow; 198.51.100.1 > 10.0.2.4 tcp/22: deny", ""},
		{"always allow ends it too", admin(closed, adminRule("10 Inbound AlwaysAllow Tcp * * 22")), "198.51.100.1 > 10.0.1.4 tcp/22: allow; 198.51.100.1 > 10.0.1.4 tcp/80: deny", ""},
		{"allow asks the groups", admin(closed, adminRule("10 Inbound Allow Tcp * * 22")), "198.51.100.1 > 10.0.1.4 tcp/22: deny; 198.51.100.1 > 10.0.2.4 tcp/22: allow", ""},
		{"allow before deny", admin(open, adminRule("10 Inbound Allow Tcp 198.51.100.0/24 * 22"), adminRule("20 Inbound Deny Any * * *")),
			"198.51.100.1 > 10.0.1.4 tcp/22: allow; 192.0.2.1 > 10.0.1.4 tcp/22: deny; 198.51.100.1 > 10.0.1.4 udp/22: deny", ""},
		{"deny before always allow", admin(closed, adminRule("20 Inbound AlwaysAllow Tcp * * *"), adminRule("10 Inbound Deny Tcp * * 22")),
			"198.51.100.1 > 10.0.1.4 tcp/22: deny; 198.51.100.1 > 10.0.1.4 tcp/80: allow", ""},
		{"allow before always allow", admin(closed, adminRule("20 Inbound AlwaysAllow Tcp * * *"), adminRule("10 Inbound Allow Tcp * * 22")),
			"198.51.100.1 > 10.0.1.4 tcp/22: deny; 198.51.100.1 > 10.0.1.4 tcp/80: allow", ""},
		{"outbound", admin(open, adminRule("10 Outbound Deny Any * 198.51.100.0/24 *")), "10.0.1.4 > 198.51.100.1 icmp: deny; 10.0.1.4 > 192.0.2.1 tcp/80: allow", ""},
		{"other networks are not concerned", admin(open, adminRule("10 Outbound Deny Any * * *")), "198.51.100.1 > 10.0.1.4 tcp/80: allow", ""},
		{"subnets of services are left out", gateway(admin(open, adminRule("10 Inbound Deny Any * * *"))), "198.51.100.1 > 10.0.3.4 tcp/443: allow; 198.51.100.1 > 10.0.1.4 tcp/443: deny", ""},
		{"no rules", admin(closed), "198.51.100.1 > 10.0.1.4 tcp/22: deny; 198.51.100.1 > 10.0.2.4 tcp/22: allow", ""},
		{"several managers", admin(open, adminRule("10 Inbound Deny Tcp * * 22"), func() obj {
			r := adminRule("20 Inbound AlwaysAllow Tcp * * 22")
			r["id"] = at("hub/networkManagers/other/securityAdminConfigurations/c/ruleCollections/rc/rules/r")
			return r
		}()), "198.51.100.1 > 10.0.1.4 tcp/22: unknown; 198.51.100.1 > 10.0.1.4 tcp/80: allow", "not-modelled"},
		{"an action that is not known", admin(open, adminRule("10 Inbound Audit Tcp * * 22")), "198.51.100.1 > 10.0.1.4 tcp/22: unknown; 198.51.100.1 > 10.0.1.4 tcp/80: allow", "invalid-rule"},
		{"a field that is not known", admin(open, adminWith("10 Inbound Deny Tcp * * 22", obj{"newCondition": []string{"x"}})),
			"198.51.100.1 > 10.0.1.4 tcp/22: unknown", "unknown-value unread-field"},
		{"a field that is not known and says nothing", admin(open, adminWith("10 Inbound Deny Tcp * * 22", obj{"newCondition": nil})), "198.51.100.1 > 10.0.1.4 tcp/22: deny", ""},
		{"a side with more than an address", admin(open, adminWith("10 Inbound Deny Tcp * * 22", obj{"sources": []obj{{"addressPrefix": "198.51.100.0/24", "addressPrefixType": "IPPrefix", "exceptPrefix": "198.51.100.1/32"}}})),
			"198.51.100.1 > 10.0.1.4 tcp/22: unknown; 192.0.2.1 > 10.0.1.4 tcp/22: unknown; 198.51.100.1 > 10.0.1.4 tcp/80: allow", "unread-field"},
		{"a side that is a network group", admin(open, adminWith("10 Inbound Deny Tcp * * 22", obj{"sources": []obj{{"addressPrefix": "/s/networkGroups/g", "addressPrefixType": "NetworkGroup"}}})),
			"198.51.100.1 > 10.0.1.4 tcp/22: unknown; 198.51.100.1 > 10.0.1.4 tcp/80: allow", "unread-field"},
		{"sources that are null", admin(open, adminWith("10 Inbound Deny Tcp * * 22", obj{"sources": nil})), "198.51.100.1 > 10.0.1.4 tcp/22: unknown; 198.51.100.1 > 10.0.1.4 tcp/80: allow", "unread-field"},
		{"no destinations", admin(open, adminWith("10 Inbound Deny Tcp * * 22", obj{"destinations": []obj{}})), "198.51.100.1 > 10.0.1.4 tcp/22: unknown", "unread-field"},
		{"ports that are null", admin(open, adminWith("10 Inbound Deny Tcp * * 22", obj{"destinationPortRanges": nil})),
			"198.51.100.1 > 10.0.1.4 tcp/80: unknown; 198.51.100.1 > 10.0.1.4 udp/80: allow", "unknown-value unread-field"},
		{"a priority that there is none of", admin(open, adminRule("9999 Inbound Deny Tcp * * 22"), adminRule("10 Inbound Allow Tcp * * 22")), "198.51.100.1 > 10.0.1.4 tcp/22: unknown", "invalid-rule"},
		{"a rule as the command prints it", with(account(open), azure.KindAdminRules, adminRule("10 Inbound Deny Tcp * * 22")),
			"198.51.100.1 > 10.0.1.4 tcp/22: unknown; 198.51.100.1 > 10.0.1.4 tcp/80: allow", "unmodelled-policy"},
	} {
		t.Run(c.name, func(t *testing.T) { check(t, live(t, snapshot(t, attach(c.objects))), c.verdicts, c.codes) })
	}
}

// check compares verdicts and the codes of findings.
func check(t *testing.T, got seen, verdicts, codes string) {
	t.Helper()
	for _, v := range strings.Split(verdicts, "; ") {
		f, want, _ := strings.Cut(v, ": ")
		if d := got.verdict(t, f); d.Verdict.String() != want {
			t.Errorf("%s: %s, want %s\n%+v", f, d.Verdict, want, d.Request)
		}
	}
	if c := got.codes(); c != codes {
		t.Errorf("findings %q, want %q: %v", c, codes, got.findings)
	}
}

// What a snapshot lacks is unknown, and what it has is answered.
func TestNativeGaps(t *testing.T) {
	denyIn := nsgRule("4096 Inbound Deny * *:* *:*")
	group := func() obj { return nsg("shop/networkSecurityGroups/g", on("app"), denyIn) }
	gap := func(kind, object string) func(*providers.Snapshot) {
		return func(s *providers.Snapshot) {
			s.Gaps = append(s.Gaps, providers.Gap{Kind: kind, Object: object, Call: "List", Why: "403 Forbidden"})
			if object == "" {
				delete(s.Objects, kind)
			}
		}
	}
	for _, c := range []struct {
		name     string
		change   func(*providers.Snapshot)
		verdicts string
		codes    string
	}{
		{"groups refused", gap(azure.KindSecurityGroups, ""), "198.51.100.1 > 10.0.1.4 tcp/80: unknown; 198.51.100.1 > 10.0.2.4 tcp/80: allow", "group-elsewhere unmodelled-policy"},
		{"interfaces refused", gap(azure.KindInterfaces, ""), "198.51.100.1 > 10.0.1.4 tcp/80: deny; 198.51.100.1 > 10.0.2.4 tcp/80: allow", "unmodelled-policy"},
		{"admin rules refused", gap(azure.KindAdminRules, ""), "198.51.100.1 > 10.0.1.4 tcp/80: unknown; 198.51.100.1 > 10.0.2.4 tcp/80: unknown", "unmodelled-policy"},
		{"admin rules of one network refused", gap(azure.KindAdminRules, at("net/virtualNetworks/v")), "198.51.100.1 > 10.0.1.4 tcp/80: unknown", "unmodelled-policy"},
		{"admin rules of another network refused", gap(azure.KindAdminRules, at("net/virtualNetworks/w")), "198.51.100.1 > 10.0.1.4 tcp/80: deny", "unmodelled-policy"},
		{"service tags refused", gap(azure.KindServiceTags, ""), "198.51.100.1 > 10.0.1.4 tcp/80: deny", "not-read"},
		{"kinds that nobody asked for", func(s *providers.Snapshot) {
			s.Objects = map[string][]json.RawMessage{azure.KindSecurityGroups: s.Objects[azure.KindSecurityGroups], azure.KindNetworks: s.Objects[azure.KindNetworks]}
		}, "198.51.100.1 > 10.0.1.4 tcp/80: deny", "not-read unmodelled-policy"},
		{"an object that is no object", func(s *providers.Snapshot) {
			s.Objects[azure.KindSecurityGroups] = append(s.Objects[azure.KindSecurityGroups], json.RawMessage(`"cut`))
		}, "198.51.100.1 > 10.0.1.4 tcp/80: deny", "unmodelled-policy"},
		{"a group that was read twice and changed", func(s *providers.Snapshot) {
			raw := strings.Replace(string(s.Objects[azure.KindSecurityGroups][0]), "4096", "4095", 1)
			s.Objects[azure.KindSecurityGroups] = append(s.Objects[azure.KindSecurityGroups], json.RawMessage(raw))
		}, "198.51.100.1 > 10.0.1.4 tcp/80: unknown", "unmodelled-policy"},
		{"attached between two calls", func(s *providers.Snapshot) {
			raw := strings.Replace(string(s.Objects[azure.KindNetworks][0]), `"networkSecurityGroup"`, `"formerGroup"`, 1)
			s.Objects[azure.KindNetworks][0] = json.RawMessage(raw)
		}, "198.51.100.1 > 10.0.1.4 tcp/80: unknown; 198.51.100.1 > 10.0.2.4 tcp/80: allow", "changed-while-reading"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := snapshot(t, attach(account(group())))
			c.change(&s)
			check(t, live(t, s), c.verdicts, c.codes)
		})
	}
}

// Networks that are not connected may have the same addresses: then it is not known whose a packet is.
func TestNativeOverlap(t *testing.T) {
	o := account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("4096 Inbound Deny * *:* *:*")))
	o = with(o, azure.KindNetworks, arm("net/virtualNetworks/w", obj{"addressSpace": obj{"addressPrefixes": []string{"10.0.0.0/16"}},
		"subnets": []obj{arm("net/virtualNetworks/w/subnets/x", obj{"addressPrefixes": []string{"10.0.1.0/25"}})}}))
	check(t, live(t, snapshot(t, attach(o))), "198.51.100.1 > 10.0.1.4 tcp/80: unknown; 198.51.100.1 > 10.0.1.200 tcp/80: deny; 198.51.100.1 > 10.0.2.4 tcp/80: allow", "")
}

// Service tags have the addresses of the account's own list, and none where there is no list.
func TestNativeServiceTags(t *testing.T) {
	g := nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Outbound Allow Tcp *:* storage.westeurope:443"), nsgRule("4096 Outbound Deny * *:* *:*"))
	list := obj{"name": "Public", "type": azure.KindServiceTags, "changeNumber": "7", "cloud": "Public", "values": []obj{
		{"id": "Storage.WestEurope", "name": "Storage.WestEurope", "properties": obj{"addressPrefixes": []string{"198.51.100.0/25", "2001:db8:1::/48"}}},
		{"id": "Sql", "name": "Sql", "properties": obj{"addressPrefixes": []string{"203.0.113.0/24"}}}}}
	check(t, live(t, snapshot(t, attach(with(account(g), azure.KindServiceTags, list)))),
		"10.0.1.4 > 198.51.100.7 tcp/443: allow; 10.0.1.4 > 198.51.100.200 tcp/443: deny; 10.0.1.4 > 203.0.113.1 tcp/443: deny", "")
	if got := azure.ServiceTagsIn(snapshot(t, account(g))); !slices.Equal(got, []string{"storage.westeurope"}) {
		t.Errorf("tags %q", got)
	}
}

// Answers name the cloud's id and the rule (decision 7 of the README: every verdict carries its reason).
func TestNativeOrigins(t *testing.T) {
	g := nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("300 Inbound Deny Tcp *:* *:80"))
	d := live(t, snapshot(t, attach(account(g)))).verdict(t, "198.51.100.1 > 10.0.1.4 tcp/80")
	i := slices.IndexFunc(d.Request, func(s model.Step) bool { return s.Direction == model.Ingress && s.Rule != nil })
	if i < 0 {
		t.Fatalf("no rule decides: %+v", d)
	}
	if o := d.Request[i].Rule.Origin; o.Object != at("shop/networkSecurityGroups/g") || o.Path != "security_rule r300Inbound" || o.File != "" {
		t.Errorf("origin %+v", o)
	}
}

// Kinds are found by type, by id, or by the names of fields; documents may be cut off.
func TestSniff(t *testing.T) {
	group := `{"id":"` + at("shop/networkSecurityGroups/g") + `","properties":{"securityRules":[]}}`
	for _, c := range []struct{ document, kind string }{
		{group, azure.KindSecurityGroups},
		{"[" + group + "," + group, azure.KindSecurityGroups},
		{`{"value":[` + group + `]}`, azure.KindSecurityGroups},
		{`{"nextLink":"x","value":[` + group[:len(group)-20], azure.KindSecurityGroups},
		{`[{"defaultSecurityRules":[{"a":1}],"securityRules":[]}]`, azure.KindSecurityGroups},
		{`[{"type":"microsoft.network/VIRTUALNETWORKS","name":"v"`, azure.KindNetworks},
		{`[{"id":"` + strings.ToUpper(at("g/networkInterfaces/n")) + `"}]`, azure.KindInterfaces},
		{`[{"id":"` + sub + `g/providers/Microsoft.Compute/virtualMachineScaleSets/s/virtualMachines/0/networkInterfaces/n"}]`, azure.KindInterfaces},
		{`[{"id":"` + at("g/applicationSecurityGroups/a") + `"}]`, azure.KindAppGroups},
		{`{"changeNumber":"1","cloud":"Public","values":[`, azure.KindServiceTags},
		{`{"skipToken":"","value":[{"kind":"Custom","ruleGroups":[]}]}`, azure.KindAdminRules},
		{`{"virtualNetwork":{"id":"x"},"value":[]}`, azure.KindAdminRules},
		{`{"value":[],"virtualNetwork":{"id":"x"}}`, azure.KindAdminRules},
		{`{"value":[{"name":"r","properties":{"a":[{}]}},{}],"virtualNetwork":{"id":"x"}}`, azure.KindAdminRules},
		{`{"value":[["r"],{}],"virtualNetwork":{"id":"x"}}`, azure.KindAdminRules},
		{`{"value":["r"],"virtualNetwork":{"id":"x"}}`, azure.KindAdminRules},
		{`{"value":[{"name":"r"}],"virtualNet`, ""},
		{`[{"id":"` + at("g/networkSecurityGroups/n/securityRules/r") + `","priority":100}]`, ""},
		{`[{"id":"` + at("g/publicIPAddresses/p") + `","securityRules":[],"defaultSecurityRules":[]}]`, ""},
		{`{"SecurityGroups":[{"GroupId":"sg-1"}]}`, ""},
		{`{"version":4,"resources":[]}`, ""},
		{`[]`, ""}, {``, ""}, {`[{`, ""}, {`nonsense`, ""}, {`{"value":[]}`, ""}, {`null`, ""},
	} {
		k, ok := azure.New(azure.Options{}).Sniff([]byte(c.document))
		if k.Name != c.kind || ok != (c.kind != "") {
			t.Errorf("%s: %q %v, want %q", c.document, k.Name, ok, c.kind)
		}
	}
}

// An interface may be in a group with some of its addresses only: then it is not known who is in the group.
func TestNativePartOfInterface(t *testing.T) {
	o := account(nsg("shop/networkSecurityGroups/g", on("data"), nsgRule("100 Inbound Allow Tcp x:* *:5432",
		obj{"sourceAddressPrefix": nil, "sourceApplicationSecurityGroups": []obj{ref("shop/applicationSecurityGroups/web")}}), nsgRule("4096 Inbound Deny * *:* *:*")))
	p := o[azure.KindInterfaces][0]["properties"].(obj)
	p["ipConfigurations"] = append(p["ipConfigurations"].([]obj), obj{"name": "second", "properties": obj{"privateIPAddress": "10.0.1.9", "subnet": ref("net/virtualNetworks/v/subnets/app")}})
	check(t, live(t, snapshot(t, attach(o))), "10.0.1.9 > 10.0.2.4 tcp/5432: unknown; 10.0.1.4 > 10.0.2.4 tcp/5432: unknown; 10.0.1.9 > 10.0.2.4 tcp/22: deny", "not-modelled")
}

// The same objects make the same module, in whatever order they were read.
func TestNativeDeterministic(t *testing.T) {
	type made struct {
		module   terraform.Module
		findings []model.Finding
	}
	read := func(reverse bool) made {
		s := snapshot(t, attach(with(account(nsg("shop/networkSecurityGroups/g", on("app", "data"), nsgRule("100 Inbound Allow Tcp *:* *:443")),
			nsg("shop/networkSecurityGroups/h", on("nic web0", "nic db0"))), azure.KindAdminRules, rulesOn(adminRule("10 Inbound Deny Tcp * * 22"), adminRule("20 Inbound Allow Tcp * * 23")))))
		for _, list := range s.Objects {
			if reverse {
				slices.Reverse(list)
			}
		}
		m, findings := azure.New(azure.Options{}).Resources(s)
		return made{m, findings}
	}
	for range 5 {
		if a, b := read(false), read(true); !reflect.DeepEqual(a, b) {
			t.Fatal("the order of the objects shows")
		}
	}
}

// Private endpoints are under a subnet's group only where the subnet says so.
func TestNativePrivateEndpoints(t *testing.T) {
	for policy, want := range map[string]string{"Enabled": "deny", "NetworkSecurityGroupEnabled": "deny", "Disabled": "allow", "RouteTableEnabled": "allow", "": "unknown"} {
		o := account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("4096 Inbound Deny * *:* *:*")))
		o[azure.KindNetworks][0]["properties"].(obj)["subnets"].([]obj)[0]["properties"].(obj)["privateEndpointNetworkPolicies"] = policy
		o[azure.KindInterfaces][1]["properties"].(obj)["privateEndpoint"] = ref("shop/privateEndpoints/p")
		check(t, live(t, snapshot(t, attach(o))), "198.51.100.1 > 10.0.1.5 tcp/80: "+want+"; 198.51.100.1 > 10.0.1.4 tcp/80: deny", "")
	}
}

// What cannot be read of networks and interfaces is said, and is not taken for nothing.
func TestNativePlaces(t *testing.T) {
	const addr, block, space = `"privateIPAddress":"10.0.1.4"`, `"addressPrefix":"10.0.1.0/24"`, `"addressPrefixes":["10.0.0.0/16"]`
	for _, c := range []struct {
		name, kind, old, with, codes string
		unsure                       bool
	}{
		{"as it is", azure.KindInterfaces, addr, addr, "", false},
		{"no address", azure.KindInterfaces, addr, `"x":""`, "unread-field", true},
		{"an address that is none", azure.KindInterfaces, addr, `"privateIPAddress":"10.0.1.999"`, "unread-field", true},
		{"an address that is null", azure.KindInterfaces, addr, `"privateIPAddress":null`, "unread-field", true},
		{"IP configurations under another name", azure.KindInterfaces, `"ipConfigurations"`, `"ipConfigurations":null,"former"`, "unread-field", true},
		{"a subnet's block that is none", azure.KindNetworks, block, `"addressPrefix":"10.0.1.0/33"`, "unread-field", false},
		{"a subnet without a block", azure.KindNetworks, block, `"x":""`, "unread-field", false},
		{"a network's block that is none", azure.KindNetworks, space, `"addressPrefixes":["10.0.0.0/99"]`, "unread-field", false},
		{"a network without blocks", azure.KindNetworks, space, `"addressPrefixes":[]`, "unread-field", false},
		{"subnets that are null", azure.KindNetworks, `"subnets":`, `"subnets":null,"former":`, "unmodelled-policy", false},
		{"subnets that are missing", azure.KindNetworks, `"subnets":`, `"former":`, "unmodelled-policy", false},
		{"a peering without addresses", azure.KindNetworks, `"subnets":`, `"virtualNetworkPeerings":[{"id":"` + at("net/virtualNetworks/v/virtualNetworkPeerings/p") + `"}],"subnets":`, "unread-field", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := snapshot(t, attach(account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Inbound Allow Tcp *:* *:443")))))
			for i, raw := range s.Objects[c.kind] {
				s.Objects[c.kind][i] = json.RawMessage(strings.Replace(string(raw), c.old, c.with, 1))
			}
			p := azure.New(azure.Options{})
			m, findings := p.Resources(s)
			if got := (seen{findings: findings}).codes(); got != c.codes {
				t.Errorf("findings %q, want %q: %v", got, c.codes, findings)
			}
			policy, _ := p.Decode(m)
			unsure := slices.ContainsFunc(p.Population(m, policy).Endpoints, func(e providers.Endpoint) bool { return e.Unsure != "" })
			if unsure != c.unsure {
				t.Errorf("endpoints %+v", p.Population(m, policy).Endpoints)
			}
		})
	}
}

// A group that names nothing may be attached to a subnet that could not be read.
func TestNativeTorn(t *testing.T) {
	s := snapshot(t, account(nsg("shop/networkSecurityGroups/g", nil)))
	s.Objects[azure.KindNetworks][0] = json.RawMessage(strings.Replace(string(s.Objects[azure.KindNetworks][0]), `"subnets"`, `"former"`, 1))
	_, findings := azure.New(azure.Options{}).Decode(first(azure.New(azure.Options{}).Resources(s)))
	i := slices.IndexFunc(findings, func(f model.Finding) bool { return f.Code == "group-unattached" })
	if i < 0 || findings[i].Severity != model.Warning {
		t.Errorf("findings %v", findings)
	}
}

func first(m terraform.Module, _ []model.Finding) terraform.Module { return m }

// What was not read is a warning where a rule asks for it, and a note where none does.
func TestNativeNotRead(t *testing.T) {
	plain := nsgRule("100 Inbound Allow Tcp *:* *:443")
	tag := nsgRule("100 Inbound Allow Tcp Storage:* *:443")
	asg := nsgRule("100 Inbound Allow Tcp x:* *:443", obj{"sourceAddressPrefix": nil, "sourceApplicationSecurityGroups": []obj{ref("shop/applicationSecurityGroups/web")}})
	for _, c := range []struct {
		name string
		rule obj
		kind string
		want model.Severity
	}{
		{"service tags that no rule names", plain, azure.KindServiceTags, model.Info},
		{"service tags that a rule names", tag, azure.KindServiceTags, model.Warning},
		{"application security groups that no rule names", plain, azure.KindAppGroups, model.Info},
		{"application security groups that a rule names", asg, azure.KindAppGroups, model.Warning},
		{"interfaces", plain, azure.KindInterfaces, model.Warning},
		{"networks", plain, azure.KindNetworks, model.Warning},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := snapshot(t, attach(account(nsg("shop/networkSecurityGroups/g", on("app"), c.rule))))
			delete(s.Objects, c.kind)
			_, findings := azure.New(azure.Options{}).Resources(s)
			i := slices.IndexFunc(findings, func(f model.Finding) bool { return f.Code == "not-read" && strings.Contains(f.Summary, c.kind) })
			if i < 0 || findings[i].Severity != c.want {
				t.Errorf("findings %v", findings)
			}
		})
	}
}

// Interfaces of scale sets that were not read are told by the names of the scale sets, which subnets have in the ids of what is in them.
func TestNativeScaleSetsNotRead(t *testing.T) {
	asg := nsgRule("100 Inbound Allow Tcp x:* *:443", obj{"sourceAddressPrefix": nil, "sourceApplicationSecurityGroups": []obj{ref("shop/applicationSecurityGroups/web")}})
	o := attach(account(nsg("shop/networkSecurityGroups/g", on("app"), asg)))
	id := func(n string) obj {
		return obj{"id": sub + "shop/providers/Microsoft.Compute/virtualMachineScaleSets/nodes/virtualMachines/" + n + "/networkInterfaces/nic/ipConfigurations/ip"}
	}
	o[azure.KindNetworks][0]["properties"].(obj)["subnets"].([]obj)[0]["properties"].(obj)["ipConfigurations"] = []obj{id("0"), id("1")}
	got := live(t, snapshot(t, o))
	i := slices.IndexFunc(got.findings, func(f model.Finding) bool {
		return f.Code == "not-read" && strings.Contains(f.Summary, "2 network interfaces")
	})
	if i < 0 || got.findings[i].Severity != model.Warning || !strings.HasSuffix(got.findings[i].Summary, "scale sets shop/nodes") {
		t.Errorf("findings %v", got.findings)
	}
}
