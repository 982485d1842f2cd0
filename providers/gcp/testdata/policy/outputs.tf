# Written by crosswall. Changes are overwritten.

output "secure_tags" {
  description = "Secure tag value that the machines of each segment must have"
  value = {
    backend  = var.secure_tags["backend"]
    db       = var.secure_tags["db"]
    frontend = var.secure_tags["frontend"]
  }
}
