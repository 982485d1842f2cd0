# Written by crosswall. Changes are overwritten.

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.38, < 6.0"
    }
  }
}
