# Written by crosswall. Changes are overwritten.

# Filters subnet app with demo-backend.
resource "azurerm_network_security_group" "app" {
  name                = "nsg-app"
  resource_group_name = "demo"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# NetworkPolicy demo/backend-ingress
resource "azurerm_network_security_rule" "app-allow-in-demo-backend-tcp-9000-from-10-1-1-0-24-66de6d4c" {
  name                        = "allow-in-demo-backend-tcp-9000-from-10-1-1-0-24-66de6d4c"
  description                 = "NetworkPolicy demo/backend-ingress"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 3059
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "9000"
  source_address_prefix       = "10.1.1.0/24"
  destination_address_prefix  = "10.1.2.0/24"
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
  depends_on                  = [azurerm_network_security_rule.app-allow-in-demo-backend-tcp-9000-from-10-1-1-0-24-66de6d4c]
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
    azurerm_network_security_rule.app-allow-in-demo-backend-tcp-9000-from-10-1-1-0-24-66de6d4c,
    azurerm_network_security_rule.app-deny-in-all-any-ad8dbbe3,
    azurerm_network_security_rule.app-deny-out-all-any-839302c2,
  ]
}

# Filters subnet web with demo-frontend.
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

# NetworkPolicy demo/frontend-egress
resource "azurerm_network_security_rule" "web-allow-out-demo-frontend-tcp-9000-to-10-1-2-0-24-1907ebe0" {
  name                        = "allow-out-demo-frontend-tcp-9000-to-10-1-2-0-24-1907ebe0"
  description                 = "NetworkPolicy demo/frontend-egress"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 509
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "9000"
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
  depends_on                  = [azurerm_network_security_rule.web-allow-out-demo-frontend-tcp-9000-to-10-1-2-0-24-1907ebe0]
}

resource "azurerm_subnet_network_security_group_association" "web" {
  subnet_id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo/providers/Microsoft.Network/virtualNetworks/demo/subnets/web"
  network_security_group_id = azurerm_network_security_group.web.id
  depends_on = [
    azurerm_network_security_rule.web-deny-in-all-any-b79a7187,
    azurerm_network_security_rule.web-allow-out-demo-frontend-tcp-9000-to-10-1-2-0-24-1907ebe0,
    azurerm_network_security_rule.web-deny-out-all-any-b5dcb751,
  ]
}
