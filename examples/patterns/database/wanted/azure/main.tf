# Written by crosswall. Changes are overwritten.

# Filters subnet app with demo-backend, demo-batch.
resource "azurerm_network_security_group" "app" {
  name                = "nsg-app"
  resource_group_name = "demo"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# no policy isolates demo-batch for ingress
resource "azurerm_network_security_rule" "app-allow-in-demo-batch-any-d7ff590f" {
  name                        = "allow-in-demo-batch-any-d7ff590f"
  description                 = "no policy isolates demo-batch for ingress"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 454
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "10.1.1.128/25"
}

# no policy isolates demo-backend for ingress
resource "azurerm_network_security_rule" "app-allow-in-demo-backend-any-81525467" {
  name                        = "allow-in-demo-backend-any-81525467"
  description                 = "no policy isolates demo-backend for ingress"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 2841
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "10.1.1.0/25"
}

# no policy isolates demo-backend for egress
resource "azurerm_network_security_rule" "app-allow-out-demo-backend-any-8f5377c0" {
  name                        = "allow-out-demo-backend-any-8f5377c0"
  description                 = "no policy isolates demo-backend for egress"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 1993
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "10.1.1.0/25"
  destination_address_prefix  = "*"
}

# no policy isolates demo-batch for egress
resource "azurerm_network_security_rule" "app-allow-out-demo-batch-any-47ed77df" {
  name                        = "allow-out-demo-batch-any-47ed77df"
  description                 = "no policy isolates demo-batch for egress"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 2234
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "10.1.1.128/25"
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo/providers/Microsoft.Network/virtualNetworks/demo/subnets/app"
  network_security_group_id = azurerm_network_security_group.app.id
  depends_on = [
    azurerm_network_security_rule.app-allow-in-demo-batch-any-d7ff590f,
    azurerm_network_security_rule.app-allow-in-demo-backend-any-81525467,
    azurerm_network_security_rule.app-allow-out-demo-backend-any-8f5377c0,
    azurerm_network_security_rule.app-allow-out-demo-batch-any-47ed77df,
  ]
}

# Filters subnet data with demo-database.
resource "azurerm_network_security_group" "data" {
  name                = "nsg-data"
  resource_group_name = "demo"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# NetworkPolicy demo/database
resource "azurerm_network_security_rule" "data-allow-in-demo-database-tcp-5432-from-10-1-2-0-24-fa5da074" {
  name                        = "allow-in-demo-database-tcp-5432-from-10-1-2-0-24-fa5da074"
  description                 = "NetworkPolicy demo/database"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 860
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "10.1.2.0/24"
  destination_address_prefix  = "10.1.2.0/24"
}

# NetworkPolicy demo/database
resource "azurerm_network_security_rule" "data-allow-in-demo-database-tcp-5432-from-10-1-1-0-25-c54257cb" {
  name                        = "allow-in-demo-database-tcp-5432-from-10-1-1-0-25-c54257cb"
  description                 = "NetworkPolicy demo/database"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 1113
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "10.1.1.0/25"
  destination_address_prefix  = "10.1.2.0/24"
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "data-deny-in-all-any-4a9d2562" {
  name                        = "deny-in-all-any-4a9d2562"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on = [
    azurerm_network_security_rule.data-allow-in-demo-database-tcp-5432-from-10-1-2-0-24-fa5da074,
    azurerm_network_security_rule.data-allow-in-demo-database-tcp-5432-from-10-1-1-0-25-c54257cb,
  ]
}

# NetworkPolicy demo/database
resource "azurerm_network_security_rule" "data-allow-out-demo-database-tcp-5432-to-10-1-2-0-24-af097883" {
  name                        = "allow-out-demo-database-tcp-5432-to-10-1-2-0-24-af097883"
  description                 = "NetworkPolicy demo/database"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 1744
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "10.1.2.0/24"
  destination_address_prefix  = "10.1.2.0/24"
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "data-deny-out-all-any-bf22c395" {
  name                        = "deny-out-all-any-bf22c395"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = "demo"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on                  = [azurerm_network_security_rule.data-allow-out-demo-database-tcp-5432-to-10-1-2-0-24-af097883]
}

resource "azurerm_subnet_network_security_group_association" "data" {
  subnet_id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo/providers/Microsoft.Network/virtualNetworks/demo/subnets/data"
  network_security_group_id = azurerm_network_security_group.data.id
  depends_on = [
    azurerm_network_security_rule.data-allow-in-demo-database-tcp-5432-from-10-1-2-0-24-fa5da074,
    azurerm_network_security_rule.data-allow-in-demo-database-tcp-5432-from-10-1-1-0-25-c54257cb,
    azurerm_network_security_rule.data-deny-in-all-any-4a9d2562,
    azurerm_network_security_rule.data-allow-out-demo-database-tcp-5432-to-10-1-2-0-24-af097883,
    azurerm_network_security_rule.data-deny-out-all-any-bf22c395,
  ]
}
