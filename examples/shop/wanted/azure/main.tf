# Written by crosswall. Changes are overwritten.

# Filters subnet app with kube-system-coredns, shop-backend.
resource "azurerm_network_security_group" "app" {
  name                = "nsg-app"
  resource_group_name = "shop"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# no policy isolates kube-system-coredns for ingress
resource "azurerm_network_security_rule" "app-allow-in-kube-system-coredns-any-c2b2cd5e" {
  name                        = "allow-in-kube-system-coredns-any-c2b2cd5e"
  description                 = "no policy isolates kube-system-coredns for ingress"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 1241
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "10.0.2.128/25"
}

# NetworkPolicy shop/backend
resource "azurerm_network_security_rule" "app-allow-in-shop-backend-tcp-9000-from-10-0-1-0-24-e6f253e8" {
  name                        = "allow-in-shop-backend-tcp-9000-from-10-0-1-0-24-e6f253e8"
  description                 = "NetworkPolicy shop/backend"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 1299
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "9000"
  source_address_prefix       = "10.0.1.0/24"
  destination_address_prefix  = "10.0.2.0/25"
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "app-deny-in-all-any-ad8dbbe3" {
  name                        = "deny-in-all-any-ad8dbbe3"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = "shop"
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
    azurerm_network_security_rule.app-allow-in-kube-system-coredns-any-c2b2cd5e,
    azurerm_network_security_rule.app-allow-in-shop-backend-tcp-9000-from-10-0-1-0-24-e6f253e8,
  ]
}

# NetworkPolicy shop/backend
resource "azurerm_network_security_rule" "app-allow-out-shop-backend-tcp-443-to-203-0-113-0-25-ad147f89" {
  name                        = "allow-out-shop-backend-tcp-443-to-203-0-113-0-25-ad147f89"
  description                 = "NetworkPolicy shop/backend"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 742
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  source_address_prefix       = "10.0.2.0/25"
  destination_address_prefix  = "203.0.113.0/25"
}

# NetworkPolicy shop/backend
resource "azurerm_network_security_rule" "app-allow-out-shop-backend-tcp-5432-to-10-0-3-0-24-d9d20077" {
  name                        = "allow-out-shop-backend-tcp-5432-to-10-0-3-0-24-d9d20077"
  description                 = "NetworkPolicy shop/backend"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 1119
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "10.0.2.0/25"
  destination_address_prefix  = "10.0.3.0/24"
}

# NetworkPolicy shop/dns
resource "azurerm_network_security_rule" "app-allow-out-shop-backend-tcp-53-to-10-0-2-128-25-b7277101" {
  name                        = "allow-out-shop-backend-tcp-53-to-10-0-2-128-25-b7277101"
  description                 = "NetworkPolicy shop/dns"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 2376
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "53"
  source_address_prefix       = "10.0.2.0/25"
  destination_address_prefix  = "10.0.2.128/25"
}

# no policy isolates kube-system-coredns for egress
resource "azurerm_network_security_rule" "app-allow-out-kube-system-coredns-any-57987f22" {
  name                        = "allow-out-kube-system-coredns-any-57987f22"
  description                 = "no policy isolates kube-system-coredns for egress"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 2794
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "10.0.2.128/25"
  destination_address_prefix  = "*"
}

# NetworkPolicy shop/dns
resource "azurerm_network_security_rule" "app-allow-out-shop-backend-udp-53-to-10-0-2-128-25-6a52add0" {
  name                        = "allow-out-shop-backend-udp-53-to-10-0-2-128-25-6a52add0"
  description                 = "NetworkPolicy shop/dns"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 3104
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Udp"
  source_port_range           = "*"
  destination_port_range      = "53"
  source_address_prefix       = "10.0.2.0/25"
  destination_address_prefix  = "10.0.2.128/25"
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "app-deny-out-all-any-839302c2" {
  name                        = "deny-out-all-any-839302c2"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = "shop"
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
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-443-to-203-0-113-0-25-ad147f89,
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-5432-to-10-0-3-0-24-d9d20077,
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-53-to-10-0-2-128-25-b7277101,
    azurerm_network_security_rule.app-allow-out-kube-system-coredns-any-57987f22,
    azurerm_network_security_rule.app-allow-out-shop-backend-udp-53-to-10-0-2-128-25-6a52add0,
  ]
}

resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/app"
  network_security_group_id = azurerm_network_security_group.app.id
  depends_on = [
    azurerm_network_security_rule.app-allow-in-kube-system-coredns-any-c2b2cd5e,
    azurerm_network_security_rule.app-allow-in-shop-backend-tcp-9000-from-10-0-1-0-24-e6f253e8,
    azurerm_network_security_rule.app-deny-in-all-any-ad8dbbe3,
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-443-to-203-0-113-0-25-ad147f89,
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-5432-to-10-0-3-0-24-d9d20077,
    azurerm_network_security_rule.app-allow-out-shop-backend-tcp-53-to-10-0-2-128-25-b7277101,
    azurerm_network_security_rule.app-allow-out-kube-system-coredns-any-57987f22,
    azurerm_network_security_rule.app-allow-out-shop-backend-udp-53-to-10-0-2-128-25-6a52add0,
    azurerm_network_security_rule.app-deny-out-all-any-839302c2,
  ]
}

# Filters subnet data with shop-database.
resource "azurerm_network_security_group" "data" {
  name                = "nsg-data"
  resource_group_name = "shop"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# NetworkPolicy shop/database
resource "azurerm_network_security_rule" "data-allow-in-shop-database-tcp-5432-from-10-0-2-0-25-49b02f1f" {
  name                        = "allow-in-shop-database-tcp-5432-from-10-0-2-0-25-49b02f1f"
  description                 = "NetworkPolicy shop/database"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 749
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "10.0.2.0/25"
  destination_address_prefix  = "10.0.3.0/24"
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "data-deny-in-all-any-4a9d2562" {
  name                        = "deny-in-all-any-4a9d2562"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on                  = [azurerm_network_security_rule.data-allow-in-shop-database-tcp-5432-from-10-0-2-0-25-49b02f1f]
}

# NetworkPolicy shop/dns
resource "azurerm_network_security_rule" "data-allow-out-shop-database-tcp-53-to-10-0-2-128-25-c263c584" {
  name                        = "allow-out-shop-database-tcp-53-to-10-0-2-128-25-c263c584"
  description                 = "NetworkPolicy shop/dns"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 2424
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "53"
  source_address_prefix       = "10.0.3.0/24"
  destination_address_prefix  = "10.0.2.128/25"
}

# NetworkPolicy shop/dns
resource "azurerm_network_security_rule" "data-allow-out-shop-database-udp-53-to-10-0-2-128-25-c07734f7" {
  name                        = "allow-out-shop-database-udp-53-to-10-0-2-128-25-c07734f7"
  description                 = "NetworkPolicy shop/dns"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 3103
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Udp"
  source_port_range           = "*"
  destination_port_range      = "53"
  source_address_prefix       = "10.0.3.0/24"
  destination_address_prefix  = "10.0.2.128/25"
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "data-deny-out-all-any-bf22c395" {
  name                        = "deny-out-all-any-bf22c395"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.data.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on = [
    azurerm_network_security_rule.data-allow-out-shop-database-tcp-53-to-10-0-2-128-25-c263c584,
    azurerm_network_security_rule.data-allow-out-shop-database-udp-53-to-10-0-2-128-25-c07734f7,
  ]
}

resource "azurerm_subnet_network_security_group_association" "data" {
  subnet_id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/data"
  network_security_group_id = azurerm_network_security_group.data.id
  depends_on = [
    azurerm_network_security_rule.data-allow-in-shop-database-tcp-5432-from-10-0-2-0-25-49b02f1f,
    azurerm_network_security_rule.data-deny-in-all-any-4a9d2562,
    azurerm_network_security_rule.data-allow-out-shop-database-tcp-53-to-10-0-2-128-25-c263c584,
    azurerm_network_security_rule.data-allow-out-shop-database-udp-53-to-10-0-2-128-25-c07734f7,
    azurerm_network_security_rule.data-deny-out-all-any-bf22c395,
  ]
}

# Filters subnet web with shop-frontend.
resource "azurerm_network_security_group" "web" {
  name                = "nsg-web"
  resource_group_name = "shop"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# NetworkPolicy shop/frontend
resource "azurerm_network_security_rule" "web-allow-in-shop-frontend-tcp-8080-from-0-0-0-0-0-c95ca279" {
  name                        = "allow-in-shop-frontend-tcp-8080-from-0-0-0-0-0-c95ca279"
  description                 = "NetworkPolicy shop/frontend"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 2971
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "8080"
  source_address_prefix       = "0.0.0.0/0"
  destination_address_prefix  = "10.0.1.0/24"
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "web-deny-in-all-any-b79a7187" {
  name                        = "deny-in-all-any-b79a7187"
  description                 = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  depends_on                  = [azurerm_network_security_rule.web-allow-in-shop-frontend-tcp-8080-from-0-0-0-0-0-c95ca279]
}

# NetworkPolicy shop/frontend
resource "azurerm_network_security_rule" "web-allow-out-shop-frontend-tcp-9000-to-10-0-2-0-25-de6d265c" {
  name                        = "allow-out-shop-frontend-tcp-9000-to-10-0-2-0-25-de6d265c"
  description                 = "NetworkPolicy shop/frontend"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 764
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "9000"
  source_address_prefix       = "10.0.1.0/24"
  destination_address_prefix  = "10.0.2.0/25"
}

# NetworkPolicy shop/dns
resource "azurerm_network_security_rule" "web-allow-out-shop-frontend-tcp-53-to-10-0-2-128-25-537cc9b6" {
  name                        = "allow-out-shop-frontend-tcp-53-to-10-0-2-128-25-537cc9b6"
  description                 = "NetworkPolicy shop/dns"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 791
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "53"
  source_address_prefix       = "10.0.1.0/24"
  destination_address_prefix  = "10.0.2.128/25"
}

# NetworkPolicy shop/dns
resource "azurerm_network_security_rule" "web-allow-out-shop-frontend-udp-53-to-10-0-2-128-25-f4b592dc" {
  name                        = "allow-out-shop-frontend-udp-53-to-10-0-2-128-25-f4b592dc"
  description                 = "NetworkPolicy shop/dns"
  resource_group_name         = "shop"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 976
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Udp"
  source_port_range           = "*"
  destination_port_range      = "53"
  source_address_prefix       = "10.0.1.0/24"
  destination_address_prefix  = "10.0.2.128/25"
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "web-deny-out-all-any-b5dcb751" {
  name                        = "deny-out-all-any-b5dcb751"
  description                 = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name         = "shop"
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
    azurerm_network_security_rule.web-allow-out-shop-frontend-tcp-9000-to-10-0-2-0-25-de6d265c,
    azurerm_network_security_rule.web-allow-out-shop-frontend-tcp-53-to-10-0-2-128-25-537cc9b6,
    azurerm_network_security_rule.web-allow-out-shop-frontend-udp-53-to-10-0-2-128-25-f4b592dc,
  ]
}

resource "azurerm_subnet_network_security_group_association" "web" {
  subnet_id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/web"
  network_security_group_id = azurerm_network_security_group.web.id
  depends_on = [
    azurerm_network_security_rule.web-allow-in-shop-frontend-tcp-8080-from-0-0-0-0-0-c95ca279,
    azurerm_network_security_rule.web-deny-in-all-any-b79a7187,
    azurerm_network_security_rule.web-allow-out-shop-frontend-tcp-9000-to-10-0-2-0-25-de6d265c,
    azurerm_network_security_rule.web-allow-out-shop-frontend-tcp-53-to-10-0-2-128-25-537cc9b6,
    azurerm_network_security_rule.web-allow-out-shop-frontend-udp-53-to-10-0-2-128-25-f4b592dc,
    azurerm_network_security_rule.web-deny-out-all-any-b5dcb751,
  ]
}
