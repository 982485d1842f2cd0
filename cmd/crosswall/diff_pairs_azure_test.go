package main

import (
	"fmt"
	"strings"
)

const (
	azureSubnet = "azurerm_subnet s { name = \"s\"; address_prefixes = [\"10.0.1.0/24\"] }\n"
	onSubnet    = "azurerm_subnet_network_security_group_association a { subnet_id = azurerm_subnet.s.id; network_security_group_id = azurerm_network_security_group.g.id }\n"
)

// nsgLines writes a rule: "in 100 Allow Tcp 443 10.0.0.0/8 *", with the peer and the other end last. Several ports or addresses,
// with commas, take the plural attributes; asg.NAME is an application security group.
func nsgLines(name, rule string) string {
	f := strings.Fields(rule)
	direction, peer, own := "Inbound", "source", "destination"
	if f[0] == "out" {
		direction, peer, own = "Outbound", own, peer
	}
	if len(f) < 7 {
		f = append(f, "*")
	}
	return fmt.Sprintf("name = %q; direction = %q; priority = %s; access = %q; protocol = %q; source_port_range = \"*\"; %s; %s; %s",
		name, direction, f[1], f[2], f[3], someOf("destination_port_range", f[4]), addressesOf(peer, f[5]), addressesOf(own, f[6]))
}

func someOf(attribute, list string) string {
	if strings.Contains(list, ",") {
		return fmt.Sprintf("%ss = [%s]", attribute, quotedList(strings.Split(list, ",")))
	}
	return fmt.Sprintf("%s = %q", attribute, list)
}

func addressesOf(end, list string) string {
	if name, ok := strings.CutPrefix(list, "asg."); ok {
		return fmt.Sprintf("%s_application_security_group_ids = [azurerm_application_security_group.%s.id]", end, name)
	}
	return strings.Replace(someOf(end+"_address_prefix", list), "prefixs", "prefixes", 1)
}

// nsg writes a group on the subnet with rules inside it, nsgRules the same with rules that are resources.
func nsg(rules ...string) string {
	out := azureSubnet + onSubnet + "azurerm_network_security_group g { name = \"g\"; resource_group_name = \"rg\""
	for i, r := range rules {
		out += "; security_rule { " + nsgLines(fmt.Sprintf("r%d", i), r) + " }"
	}
	return out + " }\n"
}

func nsgRules(rules ...string) string {
	out := nsg()
	for i, r := range rules {
		out += fmt.Sprintf("azurerm_network_security_rule r%d { network_security_group_name = azurerm_network_security_group.g.name; resource_group_name = \"rg\"; %s }\n", i, nsgLines(fmt.Sprintf("r%d", i), r))
	}
	return out
}

func asg(name string) string {
	return fmt.Sprintf("azurerm_application_security_group %s { name = %q }\n", name, name)
}

// nic writes an interface in application security groups. Without an address, it may have any.
func nic(name, addr string, groups ...string) string {
	at := ""
	if addr != "" {
		at = fmt.Sprintf("; private_ip_address = %q", addr)
	}
	out := fmt.Sprintf("azurerm_network_interface %s { name = %q; ip_configuration { name = \"c\"; subnet_id = azurerm_subnet.s.id%s } }\n", name, name, at)
	for _, g := range groups {
		out += fmt.Sprintf("azurerm_network_interface_application_security_group_association %s_%s { network_interface_id = azurerm_network_interface.%s.id; application_security_group_id = azurerm_application_security_group.%s.id }\n", name, g, name, g)
	}
	return out
}

func azurePairTable() []tfPair {
	const vars = "variable \"open\" {}\n"
	const shut = "in 4096 Deny * * *"
	return []tfPair{
		{name: "inline and rules of their own", want: nsg("in 100 Allow Tcp 443 10.9.0.0/16", "out 100 Deny * * Internet", shut), have: nsgRules("in 100 Allow Tcp 443 10.9.0.0/16", "out 100 Deny * * Internet", shut)},
		{name: "singular and plural", want: nsg("in 100 Allow Tcp 443 10.9.0.0/16", shut), have: strings.Replace(strings.Replace(nsg("in 100 Allow Tcp 443 10.9.0.0/16", shut), `source_address_prefix = "10.9.0.0/16"`, `source_address_prefixes = ["10.9.0.0/16"]`, 1), `destination_port_range = "443"`, `destination_port_ranges = ["443"]`, 1)},
		{name: "many values in one rule and one each", want: nsg("in 100 Allow Tcp 80,443 10.8.0.0/16,10.9.0.0/16", shut), have: nsg("in 100 Allow Tcp 80 10.8.0.0/16", "in 101 Allow Tcp 80 10.9.0.0/16", "in 102 Allow Tcp 443 10.9.0.0/16", "in 103 Allow Tcp 443 10.8.0.0/16", shut)},
		{name: "one pair of values missing", want: nsg("in 100 Allow Tcp 80,443 10.8.0.0/16,10.9.0.0/16", shut), have: nsg("in 100 Allow Tcp 80 10.8.0.0/16", "in 101 Allow Tcp 80 10.9.0.0/16", "in 102 Allow Tcp 443 10.9.0.0/16", shut),
			says: []string{"- host at 10.8.0.0/16, 10.8.0.0/16 > host at 10.0.1.0/24 tcp/443"}},
		{name: "the order of rules in the text", want: nsg("in 100 Allow Tcp 443 10.9.0.0/16", shut), have: nsg(shut, "in 100 Allow Tcp 443 10.9.0.0/16")},
		{name: "priorities swapped", want: nsg("in 100 Allow Tcp 443 10.9.0.0/16", "in 110 Deny Tcp 443 10.9.7.0/24"), have: nsg("in 110 Allow Tcp 443 10.9.0.0/16", "in 100 Deny Tcp 443 10.9.7.0/24"),
			says: []string{"- host at 10.9.7.0/24, 10.9.7.0/24 > host at 10.0.1.0/24 tcp/443"}},
		{name: "renumbered", want: nsg("in 100 Allow Tcp 443 10.9.0.0/16", shut), have: nsg("in 2000 Allow Tcp 443 10.9.0.0/16", "in 3000 Deny * * *")},
		{name: "a deny below an allow", want: nsg("in 100 Allow Tcp 443 *", shut), have: nsg("in 100 Allow Tcp 443 *", "in 200 Deny Tcp 443 10.9.0.0/16", shut)},
		{name: "the default rules: the network and probes", want: nsg(), have: nsg(shut),
			says: []string{"- host at 0.0.0.0/0, 168.63.129.16/32 > host at 10.0.1.0/24 any"}},
		{name: "the default rules written out", want: nsg(), have: nsg("in 4000 Allow * * VirtualNetwork VirtualNetwork", "in 4001 Allow * * AzureLoadBalancer", "in 4096 Deny * * *", "out 4000 Allow * * VirtualNetwork VirtualNetwork", "out 4001 Allow * * Internet", "out 4096 Deny * * *")},
		{name: "probes alone", want: nsg(shut), have: nsg("in 4000 Allow * * AzureLoadBalancer", shut),
			says: []string{"+ 168.63.129.16/32 > host at 10.0.1.0/24 any"}},
		{name: "the Internet and everybody", want: nsg("in 100 Allow Tcp 443 Internet", shut), have: nsg("in 100 Allow Tcp 443 *", shut),
			says: []string{"+ host at 0.0.0.0/0 > host at 10.0.1.0/24 tcp/443"}},
		{name: "everybody and 0.0.0.0/0", want: nicWorld("in 100 Allow Tcp 443 0.0.0.0/0", shut), have: nicWorld("in 100 Allow Tcp 443 *", shut),
			says: []string{"+ nic.n, host, ::/0 > nic.n tcp/443 (IPv6)"}},
		{name: "0.0.0.0/0 in halves", want: nsg("in 100 Allow Tcp 443 0.0.0.0/0", shut), have: nsg("in 100 Allow Tcp 443 0.0.0.0/1,128.0.0.0/1", shut)},
		{name: "small blocks and their union", want: nsg("in 100 Allow Tcp 443 10.9.0.0/30", shut), have: nsg("in 100 Allow Tcp 443 10.9.0.0,10.9.0.1,10.9.0.2/31", shut)},
		{name: "an IPv6 twin", want: nsg("in 100 Allow Tcp 443 0.0.0.0/0", shut), have: nsg("in 100 Allow Tcp 443 0.0.0.0/0", "in 101 Allow Tcp 443 ::/0", shut)},
		{name: "an IPv6 twin, on an interface", want: nicWorld("in 100 Allow Tcp 443 0.0.0.0/0", shut), have: nicWorld("in 100 Allow Tcp 443 0.0.0.0/0", "in 101 Allow Tcp 443 ::/0", shut),
			says: []string{"+ nic.n, host, ::/0 > nic.n tcp/443 (IPv6)"}},
		{name: "ports of every protocol", want: nsg("in 100 Allow Tcp 53 *", "in 101 Allow Udp 53 *", shut), have: nsg("in 100 Allow * 53 *", shut),
			says: []string{"? host at 0.0.0.0/0, 0.0.0.0/0 > host at 10.0.1.0/24 any but tcp, udp"}},
		{name: "words in another case", want: nsg("in 100 Allow Tcp 443 *", shut), have: nsg("in 100 Allow TCP 443 *", "in 4096 Deny * * *")},
		{name: "a port range in parts", want: nsg("in 100 Allow Tcp 80-90 *", shut), have: nsg("in 100 Allow Tcp 80-84,85-90 *", shut)},
		{name: "a port range with a hole", want: nsg("in 100 Allow Tcp 80-90 *", shut), have: nsg("in 100 Allow Tcp 80-84,86-90 *", shut),
			says: []string{"- host at 0.0.0.0/0, 0.0.0.0/0 > host at 10.0.1.0/24 tcp/85"}},
		{name: "all ports as a range", want: nsg("in 100 Allow Udp * *", shut), have: nsg("in 100 Allow Udp 0-65535 *", shut)},
		{name: "ICMP from a block of IPv4", want: nsg(shut), have: nsg("in 100 Allow Icmp * 10.9.0.0/16", shut),
			says: []string{"+ host at 10.9.0.0/16, 10.9.0.0/16 > host at 10.0.1.0/24 icmp"}},
		{name: "source ports", want: nsg("in 100 Allow Udp 123 *", shut), have: strings.Replace(nsg("in 100 Allow Udp 123 *", shut), `source_port_range = "*"`, `source_port_range = "123"`, 1),
			says: []string{"- host at 0.0.0.0/0, 0.0.0.0/0 > host at 10.0.1.0/24 udp/123"}},
		{name: "null and empty lists", want: nsg("in 100 Allow Tcp 443 10.9.0.0/16", shut), have: strings.Replace(nsg("in 100 Allow Tcp 443 10.9.0.0/16", shut), `source_port_range = "*"`, `source_port_range = "*"; source_port_ranges = []; source_address_prefixes = null; destination_port_ranges = null; source_application_security_group_ids = []; description = null`, 1)},
		{name: "no rules and an empty list", want: nsg(), have: strings.Replace(nsg(), `resource_group_name = "rg"`, `resource_group_name = "rg"; security_rule = []`, 1)},
		{name: "host bits", want: nsg("in 100 Allow Tcp 443 10.9.0.0/16", shut), have: nsg("in 100 Allow Tcp 443 10.9.7.7/16", shut)},
		{name: "an address and its block", want: nsg("in 100 Allow Tcp 443 198.51.100.7", shut), have: nsg("in 100 Allow Tcp 443 198.51.100.7/32", shut)},
		{name: "egress to the Internet denied", want: nsg(), have: nsg("out 100 Deny * * Internet"),
			says: []string{"- host at 10.0.1.0/24 > 0.0.0.0/0 except 168.63.129.16/32 any", "- host at 10.0.1.0/24 > 168.63.129.16/32 any but tcp/53,80,32526, udp/53,67"}},
		{name: "a service that takes the Internet's place", want: nsg("in 100 Allow Tcp 443 Internet", shut), have: nsg("in 100 Allow Tcp 443 Storage", shut),
			says: []string{"- 0.0.0.0/0 > host at 10.0.1.0/24 tcp/443"}},
		{name: "a service and the Internet below it", want: nsg("in 100 Allow Tcp 443 Internet", shut), have: nsg("in 100 Allow Tcp 443 Storage", "in 110 Allow Tcp 443 Internet", shut)},
		{name: "a service is denied", want: nsg("in 100 Allow Tcp 443 Internet", shut), have: nsg("in 100 Deny Tcp 443 Storage", "in 110 Allow Tcp 443 Internet", shut),
			says: []string{"- service Storage at 0.0.0.0/0 except 10.0.1.0/24 > host at 10.0.1.0/24 tcp/443"}},
		{name: "an application security group", want: asg("web") + nsg(shut), have: asg("web") + nsg("in 100 Allow Tcp 443 asg.web", shut),
			says: []string{"+ asg.web at 0.0.0.0/0 > asg.web, host at 10.0.1.0/24 tcp/443"}},
		{name: "an application security group and its addresses", want: asg("web") + nic("n", "10.0.1.7", "web") + nsg("in 100 Allow Tcp 443 asg.web", shut), have: asg("web") + nic("n", "10.0.1.7", "web") + nsg("in 100 Allow Tcp 443 10.0.1.7/32", shut),
			says: []string{"+ host at 10.0.1.7/32 > asg.web, host at 10.0.1.0/24, asg.web + nic.n tcp/443", "- asg.web at 0.0.0.0/0 except 10.0.1.7/32 > asg.web, host at 10.0.1.0/24, asg.web + nic.n tcp/443"}},
		{name: "a member more", want: asg("web") + nic("n", "10.0.1.7") + nsg("in 100 Allow Tcp 443 * asg.web", shut), have: asg("web") + nic("n", "10.0.1.7", "web") + nsg("in 100 Allow Tcp 443 * asg.web", shut),
			says: []string{"+ every group, 0.0.0.0/0 > nic.n tcp/443"}},
		{name: "an interface's group beside the subnet's", want: nicWorld("in 100 Allow Tcp 443 10.9.0.0/16", shut), have: nicWorld("in 100 Allow Tcp 443 10.9.0.0/16", shut) +
			"azurerm_subnet_network_security_group_association a { subnet_id = azurerm_subnet.s.id; network_security_group_id = azurerm_network_security_group.h.id }\nazurerm_network_security_group h { name = \"h\"; security_rule { " + nsgLines("d", "in 100 Deny * * 10.9.7.0/24") + " } }\n",
			says: []string{"- nic.n, host at 10.9.7.0/24, 0.0.0.0/0 except 168.63.129.16/32 > host at 10.0.1.0/24 any", "- nic.n, host at 10.9.7.0/24, 10.9.0.0/16 > nic.n at 10.0.1.0/24 tcp/443"}},
		{name: "a group that nothing is attached to", want: "azurerm_network_security_group g { name = \"g\"; security_rule { " + nsgLines("a", "in 100 Allow Tcp 443 Internet") + " } }\n", have: "azurerm_network_security_group g { name = \"g\"; security_rule { " + nsgLines("a", "in 100 Allow Tcp 443-444 Internet") + " } }\n",
			says: []string{"+ 0.0.0.0/0 except 168.63.129.16/32, ::/0 > interfaces behind nsg.g tcp/444"}},
		{name: "for_each and written out", want: nsgRules("in 100 Allow Tcp 80 10.9.0.0/16", "in 101 Allow Tcp 443 10.9.0.0/16", shut),
			have:      nsgRules(shut) + "azurerm_network_security_rule w { for_each = { \"100\" = \"80\"; \"101\" = \"443\" }; network_security_group_name = azurerm_network_security_group.g.name; name = \"w${each.key}\"; direction = \"Inbound\"; priority = each.key; access = \"Allow\"; protocol = \"Tcp\"; source_port_range = \"*\"; destination_port_range = each.value; source_address_prefix = \"10.9.0.0/16\"; destination_address_prefix = \"*\" }\n",
			havePlain: nsgRules("in 100 Allow Tcp 80 10.9.0.0/16", "in 101 Allow Tcp 443 10.9.0.0/16", shut)},
		{name: "dynamic and written out", want: nsg("in 100 Allow Tcp 80 10.9.0.0/16", "in 101 Allow Tcp 443 10.9.0.0/16"),
			have:      "locals { ports = [\"80\", \"443\"] }\n" + strings.Replace(nsg(), `resource_group_name = "rg"`, `dynamic "security_rule" { for_each = local.ports; content { name = "p${security_rule.value}"; direction = "Inbound"; priority = 100 + security_rule.key; access = "Allow"; protocol = "Tcp"; source_port_range = "*"; destination_port_range = security_rule.value; source_address_prefix = "10.9.0.0/16"; destination_address_prefix = "*" } }`, 1),
			havePlain: nsg("in 100 Allow Tcp 80 10.9.0.0/16", "in 101 Allow Tcp 443 10.9.0.0/16")},
		{name: "a variable for an address", want: vars + nsg(shut), have: vars + strings.Replace(nsg("in 100 Allow Tcp 443 OPEN", shut), `"OPEN"`, "var.open", 1),
			says: []string{"? host at 0.0.0.0/0, 0.0.0.0/0 > host at 10.0.1.0/24 tcp/443"}},
		{name: "a variable below a deny", want: vars + nsg(shut), have: vars + strings.Replace(nsg("in 100 Deny * * *", "in 200 Allow Tcp 443 OPEN"), `"OPEN"`, "var.open", 1)},
	}
}

// nicWorld is a group on an interface in a subnet without one.
func nicWorld(rules ...string) string {
	return strings.Replace(nsg(rules...), onSubnet, nic("n", "")+"azurerm_network_interface_security_group_association x { network_interface_id = azurerm_network_interface.n.id; network_security_group_id = azurerm_network_security_group.g.id }\n", 1)
}
