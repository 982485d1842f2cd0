# Written by crosswall. Changes are overwritten.

# Filters subnet app with demo-api.
resource "azurerm_network_security_group" "app" {
  name                = "nsg-app"
  resource_group_name = "demo"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "app-deny-in-all-any-ad8dbbe3" {
  name                        = "deny-in-all-any-ad8dbbe3"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "app-deny-out-all-any-839302c2" {
  name                        = "deny-out-all-any-839302c2"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo/providers/Microsoft.Network/virtualNetworks/demo/subnets/app"
  network_security_group_id = azurerm_network_security_group.app.id
  depends_on = [
    azurerm_network_security_rule.app-deny-in-all-any-ad8dbbe3,
    azurerm_network_security_rule.app-deny-out-all-any-839302c2,
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

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "web-deny-in-all-any-b79a7187" {
  name                        = "deny-in-all-any-b79a7187"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
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
}

resource "azurerm_subnet_network_security_group_association" "web" {
  subnet_id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo/providers/Microsoft.Network/virtualNetworks/demo/subnets/web"
  network_security_group_id = azurerm_network_security_group.web.id
  depends_on = [
    azurerm_network_security_rule.web-deny-in-all-any-b79a7187,
    azurerm_network_security_rule.web-deny-out-all-any-b5dcb751,
  ]
}
