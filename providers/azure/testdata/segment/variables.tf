# Written by crosswall. Changes are overwritten.

variable "location" {
  type        = string
  description = "Azure region of the network security groups, that of the virtual network."
}

variable "resource_group_name" {
  type        = string
  description = "Resource group of the network security groups."
}
