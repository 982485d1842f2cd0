# Written by crosswall. Changes are overwritten.

# Put the interfaces of shop/Deployment/a in it.
resource "azurerm_application_security_group" "shop-a" {
  name                = "asg-shop-a"
  resource_group_name = "rg"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# Put the interfaces of shop/Deployment/b in it.
resource "azurerm_application_security_group" "shop-b" {
  name                = "asg-shop-b"
  resource_group_name = "rg"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# Filters subnet app with shop-a, shop-b.
resource "azurerm_network_security_group" "app" {
  name                = "nsg-app"
  resource_group_name = "rg"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# NetworkPolicy shop/shop-a
resource "azurerm_network_security_rule" "app-allow-in-shop-a-tcp-80-from-10-0-2-0-28-3b43d636" {
  name                                       = "allow-in-shop-a-tcp-80-from-10-0-2-0-28-3b43d636"
  description                                = "NetworkPolicy shop/shop-a"
  resource_group_name                        = "rg"
  network_security_group_name                = azurerm_network_security_group.app.name
  priority                                   = 383
  direction                                  = "Inbound"
  access                                     = "Allow"
  protocol                                   = "Tcp"
  source_port_range                          = "*"
  destination_port_range                     = "80"
  source_address_prefix                      = "10.0.2.0/28"
  destination_application_security_group_ids = [azurerm_application_security_group.shop-a.id]
}

# NetworkPolicy shop/shop-a
resource "azurerm_network_security_rule" "app-allow-in-shop-a-tcp-80-from-shop-b-0ebb49d6" {
  name                                       = "allow-in-shop-a-tcp-80-from-shop-b-0ebb49d6"
  description                                = "NetworkPolicy shop/shop-a"
  resource_group_name                        = "rg"
  network_security_group_name                = azurerm_network_security_group.app.name
  priority                                   = 434
  direction                                  = "Inbound"
  access                                     = "Allow"
  protocol                                   = "Tcp"
  source_port_range                          = "*"
  destination_port_range                     = "80"
  source_application_security_group_ids      = [azurerm_application_security_group.shop-b.id]
  destination_application_security_group_ids = [azurerm_application_security_group.shop-a.id]
}

# no policy isolates shop-b for ingress
resource "azurerm_network_security_rule" "app-allow-in-shop-b-any-250d98bc" {
  name                                       = "allow-in-shop-b-any-250d98bc"
  description                                = "no policy isolates shop-b for ingress"
  resource_group_name                        = "rg"
  network_security_group_name                = azurerm_network_security_group.app.name
  priority                                   = 2443
  direction                                  = "Inbound"
  access                                     = "Allow"
  protocol                                   = "*"
  source_port_range                          = "*"
  destination_port_range                     = "*"
  source_address_prefix                      = "*"
  destination_application_security_group_ids = [azurerm_application_security_group.shop-b.id]
}

# policies isolate what is here for ingress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "app-deny-in-isolated-any-1b38ae3b" {
  name                                       = "deny-in-isolated-any-1b38ae3b"
  description                                = "policies isolate what is here for ingress: whatever they do not admit is refused"
  resource_group_name                        = "rg"
  network_security_group_name                = azurerm_network_security_group.app.name
  priority                                   = 3684
  direction                                  = "Inbound"
  access                                     = "Deny"
  protocol                                   = "*"
  source_port_range                          = "*"
  destination_port_range                     = "*"
  source_address_prefix                      = "*"
  destination_application_security_group_ids = [azurerm_application_security_group.shop-a.id]
  depends_on = [
    azurerm_network_security_rule.app-allow-in-shop-a-tcp-80-from-10-0-2-0-28-3b43d636,
    azurerm_network_security_rule.app-allow-in-shop-a-tcp-80-from-shop-b-0ebb49d6,
    azurerm_network_security_rule.app-allow-in-others-any-from-segments-48cb8051,
    azurerm_network_security_rule.app-allow-in-others-any-from-segments-85835fb1,
    azurerm_network_security_rule.app-allow-in-others-any-from-segments-6b0d8cc1,
  ]
}

# others in subnet app are no policy's matter: the segments answer for themselves
resource "azurerm_network_security_rule" "app-allow-in-others-any-from-segments-48cb8051" {
  name                                  = "allow-in-others-any-from-segments-48cb8051"
  description                           = "others in subnet app are no policy's matter: the segments answer for themselves"
  resource_group_name                   = "rg"
  network_security_group_name           = azurerm_network_security_group.app.name
  priority                              = 3771
  direction                             = "Inbound"
  access                                = "Allow"
  protocol                              = "*"
  source_port_range                     = "*"
  destination_port_range                = "*"
  source_application_security_group_ids = [azurerm_application_security_group.shop-b.id]
  destination_address_prefix            = "10.0.1.0/24"
}

# others in subnet app are no policy's matter: the segments answer for themselves
resource "azurerm_network_security_rule" "app-allow-in-others-any-from-segments-85835fb1" {
  name                                  = "allow-in-others-any-from-segments-85835fb1"
  description                           = "others in subnet app are no policy's matter: the segments answer for themselves"
  resource_group_name                   = "rg"
  network_security_group_name           = azurerm_network_security_group.app.name
  priority                              = 3828
  direction                             = "Inbound"
  access                                = "Allow"
  protocol                              = "*"
  source_port_range                     = "*"
  destination_port_range                = "*"
  source_application_security_group_ids = [azurerm_application_security_group.shop-a.id]
  destination_address_prefix            = "10.0.1.0/24"
}

# others in subnet app are no policy's matter: the segments answer for themselves
resource "azurerm_network_security_rule" "app-allow-in-others-any-from-segments-6b0d8cc1" {
  name                        = "allow-in-others-any-from-segments-6b0d8cc1"
  description                 = "others in subnet app are no policy's matter: the segments answer for themselves"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 4029
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "10.0.2.0/28"
  destination_address_prefix  = "10.0.1.0/24"
}

# no policy isolates shop-b for egress
resource "azurerm_network_security_rule" "app-allow-out-shop-b-any-e5e2886f" {
  name                                  = "allow-out-shop-b-any-e5e2886f"
  description                           = "no policy isolates shop-b for egress"
  resource_group_name                   = "rg"
  network_security_group_name           = azurerm_network_security_group.app.name
  priority                              = 2588
  direction                             = "Outbound"
  access                                = "Allow"
  protocol                              = "*"
  source_port_range                     = "*"
  destination_port_range                = "*"
  source_application_security_group_ids = [azurerm_application_security_group.shop-b.id]
  destination_address_prefix            = "*"
}

# policies isolate what is here for egress: whatever they do not admit is refused
resource "azurerm_network_security_rule" "app-deny-out-isolated-any-7e90f963" {
  name                                  = "deny-out-isolated-any-7e90f963"
  description                           = "policies isolate what is here for egress: whatever they do not admit is refused"
  resource_group_name                   = "rg"
  network_security_group_name           = azurerm_network_security_group.app.name
  priority                              = 3587
  direction                             = "Outbound"
  access                                = "Deny"
  protocol                              = "*"
  source_port_range                     = "*"
  destination_port_range                = "*"
  source_application_security_group_ids = [azurerm_application_security_group.shop-a.id]
  destination_address_prefix            = "*"
  depends_on = [
    azurerm_network_security_rule.app-allow-out-others-any-to-segments-be60c2c0,
    azurerm_network_security_rule.app-allow-out-others-any-to-segments-ab0a474e,
    azurerm_network_security_rule.app-allow-out-others-any-to-segments-7cb5b92c,
  ]
}

# others in subnet app are no policy's matter: the segments answer for themselves
resource "azurerm_network_security_rule" "app-allow-out-others-any-to-segments-be60c2c0" {
  name                                       = "allow-out-others-any-to-segments-be60c2c0"
  description                                = "others in subnet app are no policy's matter: the segments answer for themselves"
  resource_group_name                        = "rg"
  network_security_group_name                = azurerm_network_security_group.app.name
  priority                                   = 3781
  direction                                  = "Outbound"
  access                                     = "Allow"
  protocol                                   = "*"
  source_port_range                          = "*"
  destination_port_range                     = "*"
  source_address_prefix                      = "10.0.1.0/24"
  destination_application_security_group_ids = [azurerm_application_security_group.shop-a.id]
}

# others in subnet app are no policy's matter: the segments answer for themselves
resource "azurerm_network_security_rule" "app-allow-out-others-any-to-segments-ab0a474e" {
  name                        = "allow-out-others-any-to-segments-ab0a474e"
  description                 = "others in subnet app are no policy's matter: the segments answer for themselves"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.app.name
  priority                    = 3894
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "10.0.1.0/24"
  destination_address_prefix  = "10.0.2.0/28"
}

# others in subnet app are no policy's matter: the segments answer for themselves
resource "azurerm_network_security_rule" "app-allow-out-others-any-to-segments-7cb5b92c" {
  name                                       = "allow-out-others-any-to-segments-7cb5b92c"
  description                                = "others in subnet app are no policy's matter: the segments answer for themselves"
  resource_group_name                        = "rg"
  network_security_group_name                = azurerm_network_security_group.app.name
  priority                                   = 3929
  direction                                  = "Outbound"
  access                                     = "Allow"
  protocol                                   = "*"
  source_port_range                          = "*"
  destination_port_range                     = "*"
  source_address_prefix                      = "10.0.1.0/24"
  destination_application_security_group_ids = [azurerm_application_security_group.shop-b.id]
}

resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = "/subscriptions/S/subnets/app"
  network_security_group_id = azurerm_network_security_group.app.id
  depends_on = [
    azurerm_network_security_rule.app-allow-in-shop-a-tcp-80-from-10-0-2-0-28-3b43d636,
    azurerm_network_security_rule.app-allow-in-shop-a-tcp-80-from-shop-b-0ebb49d6,
    azurerm_network_security_rule.app-allow-in-shop-b-any-250d98bc,
    azurerm_network_security_rule.app-deny-in-isolated-any-1b38ae3b,
    azurerm_network_security_rule.app-allow-in-others-any-from-segments-48cb8051,
    azurerm_network_security_rule.app-allow-in-others-any-from-segments-85835fb1,
    azurerm_network_security_rule.app-allow-in-others-any-from-segments-6b0d8cc1,
    azurerm_network_security_rule.app-allow-out-shop-b-any-e5e2886f,
    azurerm_network_security_rule.app-deny-out-isolated-any-7e90f963,
    azurerm_network_security_rule.app-allow-out-others-any-to-segments-be60c2c0,
    azurerm_network_security_rule.app-allow-out-others-any-to-segments-ab0a474e,
    azurerm_network_security_rule.app-allow-out-others-any-to-segments-7cb5b92c,
  ]
}

# Filters subnet 2nd net with shop-c.
resource "azurerm_network_security_group" "x-2nd-net-79165801" {
  name                = "nsg-x-2nd-net-79165801"
  resource_group_name = "rg"
  location            = "westeurope"
  tags = {
    managed-by = "crosswall"
  }
}

# no policy isolates shop-c for ingress
resource "azurerm_network_security_rule" "x-2nd-net-79165801-allow-in-shop-c-any-b995c97f" {
  name                        = "allow-in-shop-c-any-b995c97f"
  description                 = "no policy isolates shop-c for ingress"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.x-2nd-net-79165801.name
  priority                    = 1379
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "10.0.2.0/28"
}

# no policy isolates shop-c for egress
resource "azurerm_network_security_rule" "x-2nd-net-79165801-allow-out-shop-c-any-d217d66a" {
  name                        = "allow-out-shop-c-any-d217d66a"
  description                 = "no policy isolates shop-c for egress"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.x-2nd-net-79165801.name
  priority                    = 1069
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "10.0.2.0/28"
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "x-2nd-net-79165801" {
  subnet_id                 = var.subnet_ids["2nd net"]
  network_security_group_id = azurerm_network_security_group.x-2nd-net-79165801.id
  depends_on = [
    azurerm_network_security_rule.x-2nd-net-79165801-allow-in-shop-c-any-b995c97f,
    azurerm_network_security_rule.x-2nd-net-79165801-allow-out-shop-c-any-d217d66a,
  ]
}
