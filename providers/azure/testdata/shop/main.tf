# Written by crosswall. Changes are overwritten.

# Filters subnet app with shop-backend, shop-frontend.
resource "azurerm_network_security_group" "app" {
  name                = "nsg-app"
  resource_group_name = "rg"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# platform: probes of the load balancer
resource "azurerm_network_security_rule" "app-allow-in-shop-frontend-tcp-8080-from-azureloadbalancer-e20cb667" {
  name                        = "allow-in-shop-frontend-tcp-8080-from-azureloadbalancer-e20cb667"
  description                 = "platform: probes of the load balancer"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 158
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "8080"
  source_address_prefix       = "AzureLoadBalancer"
  destination_address_prefix  = "10.0.1.0/28"
}

# NetworkPolicy shop/shop-frontend
resource "azurerm_network_security_rule" "app-allow-in-shop-frontend-tcp-443-3715aedf" {
  name                        = "allow-in-shop-frontend-tcp-443-3715aedf"
  description                 = "NetworkPolicy shop/shop-frontend"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 885
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  source_address_prefix       = "*"
  destination_address_prefix  = "2001:db8:1::/80"
}

# NetworkPolicy shop/shop-backend
resource "azurerm_network_security_rule" "app-allow-in-shop-backend-tcp-8080-8081-9000-from-2001-db8-1-2e7ab47a" {
  name                        = "allow-in-shop-backend-tcp-8080-8081-9000-from-2001-db8-1-2e7ab47a"
  description                 = "NetworkPolicy shop/shop-backend"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 2219
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["8080-8081", "9000"]
  source_address_prefix       = "2001:db8:1::/80"
  destination_address_prefix  = "2001:db8:1:0:1::/80"
}

# NetworkPolicy shop/shop-frontend
resource "azurerm_network_security_rule" "app-allow-in-shop-frontend-tcp-443-d0fcb690" {
  name                        = "allow-in-shop-frontend-tcp-443-d0fcb690"
  description                 = "NetworkPolicy shop/shop-frontend"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 2679
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  source_address_prefix       = "*"
  destination_address_prefix  = "10.0.1.0/28"
}

# NetworkPolicy shop/shop-backend
resource "azurerm_network_security_rule" "app-allow-in-shop-backend-tcp-8080-8081-9000-from-10-0-1-0-2-455a6095" {
  name                        = "allow-in-shop-backend-tcp-8080-8081-9000-from-10-0-1-0-2-455a6095"
  description                 = "NetworkPolicy shop/shop-backend"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 3377
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["8080-8081", "9000"]
  source_address_prefix       = "10.0.1.0/28"
  destination_address_prefix  = "10.0.1.16/28"
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "app-deny-in-all-any-ad8dbbe3" {
  name                        = "deny-in-all-any-ad8dbbe3"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on = [
    azurerm_network_security_rule.app-allow-in-shop-frontend-tcp-8080-from-azureloadbalancer-e20cb667,
    azurerm_network_security_rule.app-allow-in-shop-frontend-tcp-443-3715aedf,
    azurerm_network_security_rule.app-allow-in-shop-backend-tcp-8080-8081-9000-from-2001-db8-1-2e7ab47a,
    azurerm_network_security_rule.app-allow-in-shop-frontend-tcp-443-d0fcb690,
    azurerm_network_security_rule.app-allow-in-shop-backend-tcp-8080-8081-9000-from-10-0-1-0-2-455a6095,
  ]
}

# NetworkPolicy shop/shop-backend
resource "azurerm_network_security_rule" "app-allow-out-shop-backend-tcp-443-to-2-blocks-b5c2aeb7" {
  name                         = "allow-out-shop-backend-tcp-443-to-2-blocks-b5c2aeb7"
  description                  = "NetworkPolicy shop/shop-backend"
  resource_group_name          = "rg"
  network_security_group_name  = azurerm_network_security_group.app.name
  priority                     = 839
  direction                    = "Outbound"
  access                       = "Allow"
  protocol                     = "Tcp"
  source_port_range            = "*"
  destination_port_range       = "443"
  source_address_prefix        = "10.0.1.16/28"
  destination_address_prefixes = ["203.0.113.0/26", "203.0.113.128/25"]
}

# NetworkPolicy shop/shop-frontend
resource "azurerm_network_security_rule" "app-allow-out-shop-frontend-tcp-8080-8081-9000-to-2001-db8-1-34b92195" {
  name                        = "allow-out-shop-frontend-tcp-8080-8081-9000-to-2001-db8-1-34b92195"
  description                 = "NetworkPolicy shop/shop-frontend"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 2321
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["8080-8081", "9000"]
  source_address_prefix       = "2001:db8:1::/80"
  destination_address_prefix  = "2001:db8:1:0:1::/80"
}

# NetworkPolicy shop/shop-backend
resource "azurerm_network_security_rule" "app-allow-out-shop-backend-tcp-5432-to-2001-db8-2-80-40f3a178" {
  name                        = "allow-out-shop-backend-tcp-5432-to-2001-db8-2-80-40f3a178"
  description                 = "NetworkPolicy shop/shop-backend"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 2352
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "2001:db8:1:0:1::/80"
  destination_address_prefix  = "2001:db8:2::/80"
}

# NetworkPolicy shop/shop-backend
resource "azurerm_network_security_rule" "app-allow-out-shop-backend-tcp-5432-to-10-0-2-0-28-878dc45d" {
  name                        = "allow-out-shop-backend-tcp-5432-to-10-0-2-0-28-878dc45d"
  description                 = "NetworkPolicy shop/shop-backend"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 3260
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "10.0.1.16/28"
  destination_address_prefix  = "10.0.2.0/28"
}

# NetworkPolicy shop/shop-frontend
resource "azurerm_network_security_rule" "app-allow-out-shop-frontend-tcp-8080-8081-9000-to-10-0-1-16-2570dca5" {
  name                        = "allow-out-shop-frontend-tcp-8080-8081-9000-to-10-0-1-16-2570dca5"
  description                 = "NetworkPolicy shop/shop-frontend"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 3389
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["8080-8081", "9000"]
  source_address_prefix       = "10.0.1.0/28"
  destination_address_prefix  = "10.0.1.16/28"
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "app-deny-out-all-any-839302c2" {
  name                        = "deny-out-all-any-839302c2"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on = [
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-443-to-2-blocks-b5c2aeb7,
    azurerm_network_security_rule.app-allow-out-shop-frontend-tcp-8080-8081-9000-to-2001-db8-1-34b92195,
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-5432-to-2001-db8-2-80-40f3a178,
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-5432-to-10-0-2-0-28-878dc45d,
    azurerm_network_security_rule.app-allow-out-shop-frontend-tcp-8080-8081-9000-to-10-0-1-16-2570dca5,
  ]
}

resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = "/subscriptions/S/subnets/app"
  network_security_group_id = azurerm_network_security_group.app.id
  depends_on = [
    azurerm_network_security_rule.app-allow-in-shop-frontend-tcp-8080-from-azureloadbalancer-e20cb667,
    azurerm_network_security_rule.app-allow-in-shop-frontend-tcp-443-3715aedf,
    azurerm_network_security_rule.app-allow-in-shop-backend-tcp-8080-8081-9000-from-2001-db8-1-2e7ab47a,
    azurerm_network_security_rule.app-allow-in-shop-frontend-tcp-443-d0fcb690,
    azurerm_network_security_rule.app-allow-in-shop-backend-tcp-8080-8081-9000-from-10-0-1-0-2-455a6095,
    azurerm_network_security_rule.app-deny-in-all-any-ad8dbbe3,
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-443-to-2-blocks-b5c2aeb7,
    azurerm_network_security_rule.app-allow-out-shop-frontend-tcp-8080-8081-9000-to-2001-db8-1-34b92195,
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-5432-to-2001-db8-2-80-40f3a178,
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-5432-to-10-0-2-0-28-878dc45d,
    azurerm_network_security_rule.app-allow-out-shop-frontend-tcp-8080-8081-9000-to-10-0-1-16-2570dca5,
    azurerm_network_security_rule.app-deny-out-all-any-839302c2,
  ]
}

# Filters subnet data with shop-db.
resource "azurerm_network_security_group" "data" {
  name                = "nsg-data"
  resource_group_name = "rg"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# NetworkPolicy shop/shop-db
resource "azurerm_network_security_rule" "data-allow-in-shop-db-tcp-5432-from-2001-db8-1-0-1-80-ea923b6d" {
  name                        = "allow-in-shop-db-tcp-5432-from-2001-db8-1-0-1-80-ea923b6d"
  description                 = "NetworkPolicy shop/shop-db"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 1010
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "2001:db8:1:0:1::/80"
  destination_address_prefix  = "2001:db8:2::/80"
}

# NetworkPolicy shop/shop-db
resource "azurerm_network_security_rule" "data-allow-in-shop-db-tcp-5432-from-10-0-1-16-28-57225312" {
  name                        = "allow-in-shop-db-tcp-5432-from-10-0-1-16-28-57225312"
  description                 = "NetworkPolicy shop/shop-db"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 2662
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "10.0.1.16/28"
  destination_address_prefix  = "10.0.2.0/28"
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "data-deny-in-all-any-4a9d2562" {
  name                        = "deny-in-all-any-4a9d2562"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = "rg"
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
    azurerm_network_security_rule.data-allow-in-shop-db-tcp-5432-from-2001-db8-1-0-1-80-ea923b6d,
    azurerm_network_security_rule.data-allow-in-shop-db-tcp-5432-from-10-0-1-16-28-57225312,
  ]
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "data-deny-out-all-any-bf22c395" {
  name                        = "deny-out-all-any-bf22c395"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "data" {
  subnet_id                 = "/subscriptions/S/subnets/data"
  network_security_group_id = azurerm_network_security_group.data.id
  depends_on = [
    azurerm_network_security_rule.data-allow-in-shop-db-tcp-5432-from-2001-db8-1-0-1-80-ea923b6d,
    azurerm_network_security_rule.data-allow-in-shop-db-tcp-5432-from-10-0-1-16-28-57225312,
    azurerm_network_security_rule.data-deny-in-all-any-4a9d2562,
    azurerm_network_security_rule.data-deny-out-all-any-bf22c395,
  ]
}
