# Written by crosswall. Changes are overwritten.

output "network_tags" {
  description = "Network tag that the machines of each segment must have"
  value = {
    backend  = "backend"
    db       = "db"
    frontend = "frontend"
  }
}
