# Written by crosswall. Changes are overwritten.

output "network_security_group_ids" {
  description = "Network security group of each segment, for its network interfaces."
  value = {
    shop-backend  = azurerm_network_security_group.shop-backend.id
    shop-db       = azurerm_network_security_group.shop-db.id
    shop-frontend = azurerm_network_security_group.shop-frontend.id
  }
}
