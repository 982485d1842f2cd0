# Written by crosswall. Changes are overwritten.

# Filters shop/Deployment/backend.
resource "azurerm_network_security_group" "shop-backend" {
  name                = "nsg-shop-backend"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags = {
    managed-by = "crosswall"
  }
}

# NetworkPolicy shop/shop-backend
resource "azurerm_network_security_rule" "shop-backend-allow-in-shop-backend-tcp-8080-8081-9000-from-10-0-1-0-2-a334b0c9" {
  name                        = "allow-in-shop-backend-tcp-8080-8081-9000-from-10-0-1-0-2-a334b0c9"
  description                 = "NetworkPolicy shop/shop-backend"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-backend.name
  priority                    = 713
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["8080-8081", "9000"]
  source_address_prefix       = "10.0.1.0/28"
  destination_address_prefix  = "*"
}

# NetworkPolicy shop/shop-backend
resource "azurerm_network_security_rule" "shop-backend-allow-in-shop-backend-tcp-8080-8081-9000-from-2001-db8-1-2d34ed03" {
  name                        = "allow-in-shop-backend-tcp-8080-8081-9000-from-2001-db8-1-2d34ed03"
  description                 = "NetworkPolicy shop/shop-backend"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-backend.name
  priority                    = 1325
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["8080-8081", "9000"]
  source_address_prefix       = "2001:db8:1::/80"
  destination_address_prefix  = "*"
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "shop-backend-deny-in-all-any-9daf9c5d" {
  name                        = "deny-in-all-any-9daf9c5d"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-backend.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on = [
    azurerm_network_security_rule.shop-backend-allow-in-shop-backend-tcp-8080-8081-9000-from-10-0-1-0-2-a334b0c9,
    azurerm_network_security_rule.shop-backend-allow-in-shop-backend-tcp-8080-8081-9000-from-2001-db8-1-2d34ed03,
  ]
}

# NetworkPolicy shop/shop-backend
resource "azurerm_network_security_rule" "shop-backend-allow-out-shop-backend-tcp-443-to-2-blocks-04e98371" {
  name                         = "allow-out-shop-backend-tcp-443-to-2-blocks-04e98371"
  description                  = "NetworkPolicy shop/shop-backend"
  resource_group_name          = var.resource_group_name
  network_security_group_name  = azurerm_network_security_group.shop-backend.name
  priority                     = 449
  direction                    = "Outbound"
  access                       = "Allow"
  protocol                     = "Tcp"
  source_port_range            = "*"
  destination_port_range       = "443"
  source_address_prefix        = "*"
  destination_address_prefixes = ["203.0.113.0/26", "203.0.113.128/25"]
}

# NetworkPolicy shop/shop-backend
resource "azurerm_network_security_rule" "shop-backend-allow-out-shop-backend-tcp-5432-to-2001-db8-2-80-0a2a4c66" {
  name                        = "allow-out-shop-backend-tcp-5432-to-2001-db8-2-80-0a2a4c66"
  description                 = "NetworkPolicy shop/shop-backend"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-backend.name
  priority                    = 725
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "*"
  destination_address_prefix  = "2001:db8:2::/80"
}

# NetworkPolicy shop/shop-backend
resource "azurerm_network_security_rule" "shop-backend-allow-out-shop-backend-tcp-5432-to-10-0-2-0-28-5c54e11a" {
  name                        = "allow-out-shop-backend-tcp-5432-to-10-0-2-0-28-5c54e11a"
  description                 = "NetworkPolicy shop/shop-backend"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-backend.name
  priority                    = 3278
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "*"
  destination_address_prefix  = "10.0.2.0/28"
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "shop-backend-deny-out-all-any-a2312e99" {
  name                        = "deny-out-all-any-a2312e99"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-backend.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on = [
    azurerm_network_security_rule.shop-backend-allow-out-shop-backend-tcp-443-to-2-blocks-04e98371,
    azurerm_network_security_rule.shop-backend-allow-out-shop-backend-tcp-5432-to-2001-db8-2-80-0a2a4c66,
    azurerm_network_security_rule.shop-backend-allow-out-shop-backend-tcp-5432-to-10-0-2-0-28-5c54e11a,
  ]
}

# Filters shop/Deployment/db.
resource "azurerm_network_security_group" "shop-db" {
  name                = "nsg-shop-db"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags = {
    managed-by = "crosswall"
  }
}

# NetworkPolicy shop/shop-db
resource "azurerm_network_security_rule" "shop-db-allow-in-shop-db-tcp-5432-from-2001-db8-1-0-1-80-35c24f5b" {
  name                        = "allow-in-shop-db-tcp-5432-from-2001-db8-1-0-1-80-35c24f5b"
  description                 = "NetworkPolicy shop/shop-db"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-db.name
  priority                    = 768
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "2001:db8:1:0:1::/80"
  destination_address_prefix  = "*"
}

# NetworkPolicy shop/shop-db
resource "azurerm_network_security_rule" "shop-db-allow-in-shop-db-tcp-5432-from-10-0-1-16-28-7365b0c8" {
  name                        = "allow-in-shop-db-tcp-5432-from-10-0-1-16-28-7365b0c8"
  description                 = "NetworkPolicy shop/shop-db"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-db.name
  priority                    = 895
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "10.0.1.16/28"
  destination_address_prefix  = "*"
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "shop-db-deny-in-all-any-807b3919" {
  name                        = "deny-in-all-any-807b3919"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-db.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on = [
    azurerm_network_security_rule.shop-db-allow-in-shop-db-tcp-5432-from-2001-db8-1-0-1-80-35c24f5b,
    azurerm_network_security_rule.shop-db-allow-in-shop-db-tcp-5432-from-10-0-1-16-28-7365b0c8,
  ]
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "shop-db-deny-out-all-any-1b7e84b1" {
  name                        = "deny-out-all-any-1b7e84b1"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-db.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

# Filters shop/Deployment/frontend.
resource "azurerm_network_security_group" "shop-frontend" {
  name                = "nsg-shop-frontend"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags = {
    managed-by = "crosswall"
  }
}

# platform: probes of the load balancer
resource "azurerm_network_security_rule" "shop-frontend-allow-in-shop-frontend-tcp-8080-from-azureloadbalancer-e60042ae" {
  name                        = "allow-in-shop-frontend-tcp-8080-from-azureloadbalancer-e60042ae"
  description                 = "platform: probes of the load balancer"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-frontend.name
  priority                    = 116
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "8080"
  source_address_prefix       = "AzureLoadBalancer"
  destination_address_prefix  = "*"
}

# NetworkPolicy shop/shop-frontend
resource "azurerm_network_security_rule" "shop-frontend-allow-in-shop-frontend-tcp-443-6779e7fa" {
  name                        = "allow-in-shop-frontend-tcp-443-6779e7fa"
  description                 = "NetworkPolicy shop/shop-frontend"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-frontend.name
  priority                    = 1187
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "shop-frontend-deny-in-all-any-61cd6d1f" {
  name                        = "deny-in-all-any-61cd6d1f"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-frontend.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on = [
    azurerm_network_security_rule.shop-frontend-allow-in-shop-frontend-tcp-8080-from-azureloadbalancer-e60042ae,
    azurerm_network_security_rule.shop-frontend-allow-in-shop-frontend-tcp-443-6779e7fa,
  ]
}

# NetworkPolicy shop/shop-frontend
resource "azurerm_network_security_rule" "shop-frontend-allow-out-shop-frontend-tcp-8080-8081-9000-to-2001-db8-1-2ba960a1" {
  name                        = "allow-out-shop-frontend-tcp-8080-8081-9000-to-2001-db8-1-2ba960a1"
  description                 = "NetworkPolicy shop/shop-frontend"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-frontend.name
  priority                    = 1646
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["8080-8081", "9000"]
  source_address_prefix       = "*"
  destination_address_prefix  = "2001:db8:1:0:1::/80"
}

# NetworkPolicy shop/shop-frontend
resource "azurerm_network_security_rule" "shop-frontend-allow-out-shop-frontend-tcp-8080-8081-9000-to-10-0-1-16-1f04d40d" {
  name                        = "allow-out-shop-frontend-tcp-8080-8081-9000-to-10-0-1-16-1f04d40d"
  description                 = "NetworkPolicy shop/shop-frontend"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-frontend.name
  priority                    = 1735
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["8080-8081", "9000"]
  source_address_prefix       = "*"
  destination_address_prefix  = "10.0.1.16/28"
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "shop-frontend-deny-out-all-any-012c661c" {
  name                        = "deny-out-all-any-012c661c"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.shop-frontend.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on = [
    azurerm_network_security_rule.shop-frontend-allow-out-shop-frontend-tcp-8080-8081-9000-to-2001-db8-1-2ba960a1,
    azurerm_network_security_rule.shop-frontend-allow-out-shop-frontend-tcp-8080-8081-9000-to-10-0-1-16-1f04d40d,
  ]
}
