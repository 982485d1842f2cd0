# Written by crosswall. Changes are overwritten.

output "network_tags" {
  description = "Network tag that the machines of each segment must have"
  value = {
    kube-system-coredns = "kube-system-coredns"
    shop-backend        = "shop-backend"
    shop-database       = "shop-database"
    shop-frontend       = "shop-frontend"
  }
}
