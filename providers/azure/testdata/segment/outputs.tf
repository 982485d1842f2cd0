# Written by crosswall. Changes are overwritten.

output "network_security_group_ids" {
  description = "Network security group of each segment, for its network interfaces."
  value = {
    shop-backend  = azurerm_network_security_group.shop-backend.id
    shop-db       = azurerm_network_security_group.shop-db.id
    shop-frontend = azurerm_network_security_group.shop-frontend.id
  }
  depends_on = [
    azurerm_network_security_rule.shop-backend-allow-in-shop-backend-tcp-8080-8081-9000-from-10-0-1-0-2-a334b0c9,
    azurerm_network_security_rule.shop-backend-allow-in-shop-backend-tcp-8080-8081-9000-from-2001-db8-1-2d34ed03,
    azurerm_network_security_rule.shop-backend-deny-in-all-any-9daf9c5d,
    azurerm_network_security_rule.shop-backend-allow-out-shop-backend-tcp-443-to-2-blocks-04e98371,
    azurerm_network_security_rule.shop-backend-allow-out-shop-backend-tcp-5432-to-2001-db8-2-80-0a2a4c66,
    azurerm_network_security_rule.shop-backend-allow-out-shop-backend-tcp-5432-to-10-0-2-0-28-5c54e11a,
    azurerm_network_security_rule.shop-backend-deny-out-all-any-a2312e99,
    azurerm_network_security_rule.shop-db-allow-in-shop-db-tcp-5432-from-2001-db8-1-0-1-80-35c24f5b,
    azurerm_network_security_rule.shop-db-allow-in-shop-db-tcp-5432-from-10-0-1-16-28-7365b0c8,
    azurerm_network_security_rule.shop-db-deny-in-all-any-807b3919,
    azurerm_network_security_rule.shop-db-deny-out-all-any-1b7e84b1,
    azurerm_network_security_rule.shop-frontend-allow-in-shop-frontend-tcp-8080-from-azureloadbalancer-e60042ae,
    azurerm_network_security_rule.shop-frontend-allow-in-shop-frontend-tcp-443-6779e7fa,
    azurerm_network_security_rule.shop-frontend-deny-in-all-any-61cd6d1f,
    azurerm_network_security_rule.shop-frontend-allow-out-shop-frontend-tcp-8080-8081-9000-to-2001-db8-1-2ba960a1,
    azurerm_network_security_rule.shop-frontend-allow-out-shop-frontend-tcp-8080-8081-9000-to-10-0-1-16-1f04d40d,
    azurerm_network_security_rule.shop-frontend-deny-out-all-any-012c661c,
  ]
}
