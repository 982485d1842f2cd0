# Written by crosswall. Changes are overwritten.

output "network_tags" {
  description = "Network tag that the machines of each segment must have"
  value = {
    demo-backend  = "demo-backend"
    demo-frontend = "demo-frontend"
  }
}
