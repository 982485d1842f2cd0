# Written by crosswall. Changes are overwritten.

output "application_security_group_ids" {
  description = "Application security group of each segment, for the IP configurations of its network interfaces."
  value = {
    shop-a = azurerm_application_security_group.shop-a.id
    shop-b = azurerm_application_security_group.shop-b.id
  }
}
