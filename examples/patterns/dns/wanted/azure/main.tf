# Written by crosswall. Changes are overwritten.

# Filters subnet system with kube-system-coredns.
resource "azurerm_network_security_group" "system" {
  name                = "nsg-system"
  resource_group_name = "demo"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# no policy isolates kube-system-coredns for ingress
resource "azurerm_network_security_rule" "system-allow-in-kube-system-coredns-any-6399bac0" {
  name                        = "allow-in-kube-system-coredns-any-6399bac0"
  description                 = "no policy isolates kube-system-coredns for ingress"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.system.name
  priority                    = 2578
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "10.1.2.0/24"
}

# no policy isolates kube-system-coredns for egress
resource "azurerm_network_security_rule" "system-allow-out-kube-system-coredns-any-921ebd19" {
  name                        = "allow-out-kube-system-coredns-any-921ebd19"
  description                 = "no policy isolates kube-system-coredns for egress"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.system.name
  priority                    = 1259
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "10.1.2.0/24"
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "system" {
  subnet_id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo/providers/Microsoft.Network/virtualNetworks/demo/subnets/system"
  network_security_group_id = azurerm_network_security_group.system.id
  depends_on = [
    azurerm_network_security_rule.system-allow-in-kube-system-coredns-any-6399bac0,
    azurerm_network_security_rule.system-allow-out-kube-system-coredns-any-921ebd19,
  ]
}

# Filters subnet web with demo-web.
resource "azurerm_network_security_group" "web" {
  name                = "nsg-web"
  resource_group_name = "demo"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# no policy isolates demo-web for ingress
resource "azurerm_network_security_rule" "web-allow-in-demo-web-any-6cb0cbf8" {
  name                        = "allow-in-demo-web-any-6cb0cbf8"
  description                 = "no policy isolates demo-web for ingress"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 2943
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "10.1.1.0/24"
}

# NetworkPolicy demo/dns
resource "azurerm_network_security_rule" "web-allow-out-demo-web-udp-53-to-10-1-2-0-24-51a56f96" {
  name                        = "allow-out-demo-web-udp-53-to-10-1-2-0-24-51a56f96"
  description                 = "NetworkPolicy demo/dns"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 680
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Udp"
  source_port_range           = "*"
  destination_port_range      = "53"
  source_address_prefix       = "10.1.1.0/24"
  destination_address_prefix  = "10.1.2.0/24"
}

# NetworkPolicy demo/dns
resource "azurerm_network_security_rule" "web-allow-out-demo-web-tcp-53-to-10-1-2-0-24-56790300" {
  name                        = "allow-out-demo-web-tcp-53-to-10-1-2-0-24-56790300"
  description                 = "NetworkPolicy demo/dns"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 1717
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "53"
  source_address_prefix       = "10.1.1.0/24"
  destination_address_prefix  = "10.1.2.0/24"
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "web-deny-out-all-any-b5dcb751" {
  name                        = "deny-out-all-any-b5dcb751"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on = [
    azurerm_network_security_rule.web-allow-out-demo-web-udp-53-to-10-1-2-0-24-51a56f96,
    azurerm_network_security_rule.web-allow-out-demo-web-tcp-53-to-10-1-2-0-24-56790300,
  ]
}

resource "azurerm_subnet_network_security_group_association" "web" {
  subnet_id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo/providers/Microsoft.Network/virtualNetworks/demo/subnets/web"
  network_security_group_id = azurerm_network_security_group.web.id
  depends_on = [
    azurerm_network_security_rule.web-allow-in-demo-web-any-6cb0cbf8,
    azurerm_network_security_rule.web-allow-out-demo-web-udp-53-to-10-1-2-0-24-51a56f96,
    azurerm_network_security_rule.web-allow-out-demo-web-tcp-53-to-10-1-2-0-24-56790300,
    azurerm_network_security_rule.web-deny-out-all-any-b5dcb751,
  ]
}
