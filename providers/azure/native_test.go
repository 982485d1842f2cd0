package azure_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/terraform"
)

const sub = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/"

// at returns the id of an object: "shop/networkSecurityGroups/web".
func at(path string) string {
	group, rest, _ := strings.Cut(path, "/")
	return sub + group + "/providers/Microsoft.Network/" + rest
}

// obj is an object of Azure Resource Manager.
type obj = map[string]any

// arm returns an object with an id, a name and properties.
func arm(path string, properties obj) obj {
	return obj{"id": at(path), "name": path[strings.LastIndex(path, "/")+1:], "type": "", "properties": properties}
}

// ref refers to an object.
func ref(path string) obj { return obj{"id": at(path)} }

// nsgRule is a rule from "100 Inbound Allow Tcp 10.0.0.0/8:* *:443".
func nsgRule(text string, more ...obj) obj {
	f := strings.Fields(text)
	p := obj{"priority": json.Number(f[0]), "direction": f[1], "access": f[2], "protocol": f[3]}
	for i, end := range []string{"source", "destination"} {
		c := strings.LastIndex(f[4+i], ":")
		p[end+"AddressPrefix"], p[end+"PortRange"] = f[4+i][:c], f[4+i][c+1:]
		p[end+"AddressPrefixes"], p[end+"PortRanges"] = []string{}, []string{}
	}
	for _, m := range more {
		for k, v := range m {
			p[k] = v
		}
	}
	return obj{"name": "r" + f[0] + f[1], "properties": p}
}

// nsg is a network security group.
func nsg(path string, properties obj, rules ...obj) obj {
	p := obj{"securityRules": append([]obj{}, rules...)}
	for k, v := range properties {
		p[k] = v
	}
	return arm(path, p)
}

// flat returns an object as the command az prints it.
func flat(v any) any {
	switch v := v.(type) {
	case []obj:
		out := []any{}
		for _, e := range v {
			out = append(out, flat(e))
		}
		return out
	case obj:
		out := obj{}
		for k, e := range v {
			if inner, ok := e.(obj); ok && k == "properties" {
				for k, e := range inner {
					out[k] = flat(e)
				}
				continue
			}
			out[k] = flat(e)
		}
		return out
	}
	return v
}

// snapshot is a whole subscription with objects by kind, all kinds read.
func snapshot(t testing.TB, objects map[string][]obj) providers.Snapshot {
	t.Helper()
	s := providers.Snapshot{Provider: "azure", Scope: "azure://00000000-0000-0000-0000-000000000001", Objects: map[string][]json.RawMessage{}}
	for _, k := range azure.New(azure.Options{}).Kinds() {
		s.Objects[k.Name] = nil
		for _, o := range objects[k.Name] {
			raw, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			s.Objects[k.Name] = append(s.Objects[k.Name], raw)
		}
	}
	return s
}

// seen is what a snapshot or a module comes to.
type seen struct {
	policy   model.Policy
	inv      model.Inventory
	findings []model.Finding
}

// look decodes a module and says who there is.
func look(t testing.TB, m terraform.Module) seen {
	t.Helper()
	p := azure.New(azure.Options{})
	policy, findings := p.Decode(m)
	if err := policy.Validate(); err != nil {
		t.Fatal(err)
	}
	population := p.Population(m, policy)
	inv := model.Inventory{Groups: map[model.Group]model.Selector{}, Outside: model.AllAddrs().Subtract(population.Taken)}
	ids := map[model.Group]model.Identities{}
	add := func(label string, addrs model.AddrSet, groups []model.Group) {
		inv.Members = append(inv.Members, model.Member{ID: model.Identity(label), Addrs: addrs})
		for _, g := range groups {
			ids[g] = append(ids[g], model.Identity(label))
		}
	}
	for _, one := range population.Parties {
		for _, g := range one.Groups {
			ids[g] = append(ids[g], []model.Identity{}...)
		}
		if !one.Mark {
			add(one.Label, one.Addrs, one.Groups)
		}
	}
	sets := slices.Clone(population.Together)
	for _, e := range population.Endpoints {
		sets = append(sets, e.Parties)
	}
	for _, set := range sets {
		var labels []string
		var groups []model.Group
		addrs := model.AllAddrs()
		for _, i := range set {
			one := population.Parties[i]
			labels, groups = append(labels, one.Label), append(groups, one.Groups...)
			if !one.Addrs.IsEmpty() {
				addrs = addrs.Intersect(one.Addrs)
			}
		}
		slices.Sort(groups)
		slices.Sort(labels)
		add(strings.Join(labels, " + "), addrs, slices.Compact(groups))
	}
	for g, members := range ids {
		inv.Groups[g] = members
	}
	for _, g := range population.Strangers {
		inv.Groups[g] = append(ids[g], model.Outside)
	}
	for g, s := range population.Places {
		inv.Groups[g] = s
	}
	return seen{policy, inv, findings}
}

// live reads a snapshot and decodes it.
func live(t testing.TB, s providers.Snapshot) seen {
	t.Helper()
	m, findings := azure.New(azure.Options{}).Resources(s)
	out := look(t, m)
	out.findings = append(findings, out.findings...)
	return out
}

// verdict answers "10.0.1.4 > 198.51.100.1 tcp/80": an address is the member that holds it.
func (s seen) verdict(t testing.TB, text string) model.Decision {
	t.Helper()
	f := strings.Fields(text)
	end := func(addr string) model.Endpoint {
		a := netip.MustParseAddr(addr)
		if !s.inv.Outside.Contains(a) {
			for _, m := range s.inv.Members {
				if m.Addrs.Contains(a) {
					return model.Endpoint{ID: m.ID, Addr: a}
				}
			}
			for _, m := range s.inv.Members {
				if m.Addrs.IsEmpty() && strings.HasPrefix(string(m.ID), "somebody") {
					return model.Endpoint{ID: m.ID, Addr: a}
				}
			}
		}
		return model.Endpoint{Addr: a}
	}
	one := flow("198.51.100.1 > 198.51.100.1 " + f[3])
	one.Src, one.Dst = end(f[0]), end(f[2])
	return s.policy.Explain(one, s.inv)
}

func (s seen) codes() string {
	var out []string
	for _, f := range s.findings {
		out = append(out, f.Code)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// account is two subnets, three interfaces and two application security groups: web at 10.0.1.4 and
// 10.0.1.5, db at 10.0.2.4.
func account(groups ...obj) map[string][]obj {
	card := func(name, addr, subnet string, asgs ...obj) obj {
		return arm("shop/networkInterfaces/"+name, obj{"ipConfigurations": []obj{{"name": "ip", "properties": obj{
			"privateIPAddress": addr, "subnet": ref("net/virtualNetworks/v/subnets/" + subnet), "applicationSecurityGroups": asgs}}}})
	}
	subnet := func(name, prefix string) obj {
		return arm("net/virtualNetworks/v/subnets/"+name, obj{"addressPrefix": prefix})
	}
	web, db := ref("shop/applicationSecurityGroups/web"), ref("shop/applicationSecurityGroups/db")
	return map[string][]obj{
		azure.KindSecurityGroups: groups,
		azure.KindNetworks: {arm("net/virtualNetworks/v", obj{"addressSpace": obj{"addressPrefixes": []string{"10.0.0.0/16"}},
			"subnets": []obj{subnet("app", "10.0.1.0/24"), subnet("data", "10.0.2.0/24")}})},
		azure.KindInterfaces: {card("web0", "10.0.1.4", "app", web), card("web1", "10.0.1.5", "app", web), card("db0", "10.0.2.4", "data", db)},
		azure.KindAppGroups:  {arm("shop/applicationSecurityGroups/web", obj{}), arm("shop/applicationSecurityGroups/db", obj{})},
	}
}

// on attaches a group: "app" to a subnet, "nic web0" to an interface.
func on(places ...string) obj {
	out := obj{}
	for _, p := range places {
		if card, ok := strings.CutPrefix(p, "nic "); ok {
			list, _ := out["networkInterfaces"].([]obj)
			out["networkInterfaces"] = append(list, ref("shop/networkInterfaces/"+card))
			continue
		}
		list, _ := out["subnets"].([]obj)
		out["subnets"] = append(list, ref("net/virtualNetworks/v/subnets/"+p))
	}
	return out
}

// attach has subnets and interfaces name their groups too, as Azure does.
func attach(objects map[string][]obj) map[string][]obj {
	for _, g := range objects[azure.KindSecurityGroups] {
		p := g["properties"].(obj)
		subnets, _ := p["subnets"].([]obj)
		cards, _ := p["networkInterfaces"].([]obj)
		for _, to := range append(append([]obj{}, subnets...), cards...) {
			for _, v := range append(objects[azure.KindNetworks][0]["properties"].(obj)["subnets"].([]obj), objects[azure.KindInterfaces]...) {
				if v["id"] == to["id"] {
					v["properties"].(obj)["networkSecurityGroup"] = obj{"id": g["id"]}
				}
			}
		}
	}
	return objects
}

// withDefaults is a group's default rules, of which DenyAllInBound has other fields, on the subnet app.
func withDefaults(fields obj) obj {
	out := on("app")
	out["defaultSecurityRules"] = []obj{
		nsgRule("65000 Inbound Allow * VirtualNetwork:* VirtualNetwork:*"), nsgRule("65001 Inbound Allow * AzureLoadBalancer:* *:*"), nsgRule("65500 Inbound Deny * *:* *:*", fields),
		nsgRule("65000 Outbound Allow * VirtualNetwork:* VirtualNetwork:*"), nsgRule("65001 Outbound Allow * *:* Internet:*"), nsgRule("65500 Outbound Deny * *:* *:*")}
	return out
}

// What live rules mean (cloud semantics sections 1.3, 2, 3 and 6).
func TestNative(t *testing.T) {
	asgs := func(end string, names ...string) obj {
		var refs []obj
		for _, n := range names {
			refs = append(refs, obj{"id": strings.ToUpper(at("shop/applicationSecurityGroups/" + n))})
		}
		return obj{end + "ApplicationSecurityGroups": refs, end + "AddressPrefix": ""}
	}
	denyIn, denyOut := nsgRule("4096 Inbound Deny * *:* *:*"), nsgRule("4096 Outbound Deny * *:* *:*")
	for _, c := range []struct {
		name     string
		objects  map[string][]obj
		verdicts string
		codes    string
	}{
		{"no group, no filter", account(), "198.51.100.1 > 10.0.1.4 tcp/80: allow", ""},
		{"the rules that every group ends with", account(nsg("shop/networkSecurityGroups/g", on("app"))),
			"198.51.100.1 > 10.0.1.4 tcp/80: deny; 10.0.2.4 > 10.0.1.4 tcp/80: allow; 10.0.1.4 > 198.51.100.1 tcp/80: allow; 10.0.9.9 > 10.0.1.9 tcp/1: allow", ""},
		{"a subnet's group filters the subnet", account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Inbound Allow Tcp *:* *:443"), denyIn)),
			"198.51.100.1 > 10.0.1.4 tcp/443: allow; 198.51.100.1 > 10.0.1.4 tcp/80: deny; 10.0.1.5 > 10.0.1.4 tcp/80: deny; 198.51.100.1 > 10.0.2.4 tcp/80: allow", ""},
		{"both must allow", account(nsg("shop/networkSecurityGroups/s", on("app"), nsgRule("100 Inbound Allow Tcp *:* *:80-443"), denyIn),
			nsg("shop/networkSecurityGroups/n", on("nic web0"), nsgRule("100 Inbound Allow Tcp *:* *:443-999"), denyIn)),
			"198.51.100.1 > 10.0.1.4 tcp/443: allow; 198.51.100.1 > 10.0.1.4 tcp/80: deny; 198.51.100.1 > 10.0.1.4 tcp/500: deny; 198.51.100.1 > 10.0.1.5 tcp/80: allow", ""},
		{"members of an application security group", account(nsg("shop/networkSecurityGroups/g", on("data"), nsgRule("100 Inbound Allow Tcp *:* *:5432", asgs("source", "web")), denyIn)),
			"10.0.1.4 > 10.0.2.4 tcp/5432: allow; 10.0.1.5 > 10.0.2.4 tcp/5432: allow; 10.0.1.6 > 10.0.2.4 tcp/5432: deny; 10.0.1.4 > 10.0.2.4 tcp/22: deny", ""},
		{"a rule for a group is for its members alone", account(nsg("shop/networkSecurityGroups/g", on("app", "data"), nsgRule("100 Inbound Allow * *:* *:*", asgs("destination", "db")), denyIn)),
			"198.51.100.1 > 10.0.2.4 tcp/1: allow; 198.51.100.1 > 10.0.1.4 tcp/1: deny", ""},
		{"plural fields", account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Outbound Allow Udp *:* x:x",
			obj{"destinationAddressPrefix": nil, "destinationPortRange": nil, "destinationAddressPrefixes": []string{"192.0.2.0/24", "198.51.100.0/24"}, "destinationPortRanges": []string{"53", "5000-5010"}}), denyOut)),
			"10.0.1.4 > 192.0.2.7 udp/53: allow; 10.0.1.4 > 198.51.100.7 udp/5005: allow; 10.0.1.4 > 198.51.100.7 udp/54: deny", ""},
		{"Icmp, Esp and Ah", account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Inbound Allow Icmp 198.51.100.0/24:* *:*"), nsgRule("101 Inbound Allow Esp *:* *:*"), nsgRule("102 Inbound Allow Ah *:* *:*"), denyIn)),
			"198.51.100.1 > 10.0.1.4 icmp: allow; 192.0.2.1 > 10.0.1.4 icmp: deny; 198.51.100.1 > 10.0.1.4 esp: allow; 198.51.100.1 > 10.0.1.4 ah: allow; 198.51.100.1 > 10.0.1.4 gre: deny", ""},
		{"a group on nothing filters nobody", account(nsg("shop/networkSecurityGroups/g", nil, denyIn)), "198.51.100.1 > 10.0.1.4 tcp/80: allow", "group-unattached"},
		{"a tag that no list has", account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Inbound Allow Tcp Storage:* *:*"), denyIn)),
			"198.51.100.1 > 10.0.1.4 tcp/80: deny", "service-tag"},
		{"rules that are missing", account(arm("shop/networkSecurityGroups/g", on("app"))), "198.51.100.1 > 10.0.1.4 tcp/80: unknown", "unknown-value unread-field"},
		{"a field that is not known", account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Inbound Allow Tcp *:* *:443", obj{"sourceFqdn": "a.example"}), denyIn)),
			"198.51.100.1 > 10.0.1.4 tcp/443: unknown; 198.51.100.1 > 10.0.1.4 tcp/80: unknown", "unknown-value unread-field"},
		{"a field that cannot be read", account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("100 Inbound Allow Tcp *:* *:443", obj{"destinationPortRange": 443}), denyIn)),
			"198.51.100.1 > 10.0.1.4 tcp/443: unknown", "unknown-value unread-field"},
		{"default rules of another kind", account(nsg("shop/networkSecurityGroups/g", obj{"subnets": on("app")["subnets"],
			"defaultSecurityRules": []obj{nsgRule("65000 Inbound Allow * *:* *:*")}})), "198.51.100.1 > 10.0.1.4 tcp/443: unknown", "unread-field"},
		{"the default rules as documented", account(nsg("shop/networkSecurityGroups/g", withDefaults(nil))), "198.51.100.1 > 10.0.1.4 tcp/443: deny", ""},
		{"a default rule with more addresses", account(nsg("shop/networkSecurityGroups/g", withDefaults(obj{"sourceAddressPrefixes": []string{"10.0.0.0/8"}}))), "198.51.100.1 > 10.0.1.4 tcp/443: unknown", "unread-field"},
		{"a default rule with more ports", account(nsg("shop/networkSecurityGroups/g", withDefaults(obj{"destinationPortRanges": []string{"80"}}))), "198.51.100.1 > 10.0.1.4 tcp/443: unknown", "unread-field"},
		{"a default rule in the plural form", account(nsg("shop/networkSecurityGroups/g", withDefaults(obj{"sourceAddressPrefix": nil, "sourceAddressPrefixes": []string{"*"}}))), "198.51.100.1 > 10.0.1.4 tcp/443: deny", ""},
		{"a default rule with a group", account(nsg("shop/networkSecurityGroups/g", withDefaults(obj{"sourceApplicationSecurityGroups": []obj{ref("shop/applicationSecurityGroups/web")}}))), "198.51.100.1 > 10.0.1.4 tcp/443: unknown", "unread-field"},
		{"a default rule with a field that is not known", account(nsg("shop/networkSecurityGroups/g", withDefaults(obj{"newThing": 1}))), "198.51.100.1 > 10.0.1.4 tcp/443: unknown", "unread-field"},
		{"a priority after all", account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("99999 Inbound Allow Tcp *:* *:443"))), "198.51.100.1 > 10.0.1.4 tcp/443: unknown; 198.51.100.1 > 10.0.1.4 tcp/80: deny", "invalid-rule"},
		{"a priority below zero", account(nsg("shop/networkSecurityGroups/g", on("app"), nsgRule("-1 Inbound Deny Tcp *:* *:443"), nsgRule("100 Inbound Allow Tcp *:* *:*"))), "198.51.100.1 > 10.0.1.4 tcp/443: unknown; 198.51.100.1 > 10.0.1.4 tcp/80: allow", "invalid-rule"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, shape := range []string{"REST", "az"} {
				s := snapshot(t, attach(c.objects))
				if shape == "az" {
					flattened := map[string][]obj{}
					for k, list := range c.objects {
						for _, o := range list {
							flattened[k] = append(flattened[k], flat(o).(obj))
						}
					}
					s = snapshot(t, flattened)
				}
				got := live(t, s)
				for _, v := range strings.Split(c.verdicts, "; ") {
					f, want, _ := strings.Cut(v, ": ")
					if d := got.verdict(t, f); d.Verdict.String() != want {
						t.Errorf("%s, %s: %s, want %s\n%+v", shape, f, d.Verdict, want, d.Request)
					}
				}
				// VirtualNetwork and Internet are always at issue; only what is asked for counts.
				if codes := got.codes(); codes != c.codes {
					t.Errorf("%s: findings %q, want %q: %v", shape, codes, c.codes, got.findings)
				}
			}
		})
	}
}
