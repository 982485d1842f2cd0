# Written by crosswall. Changes are overwritten.

variable "network" {
  type        = string
  description = "Self link of the VPC network that the rules belong to"
}

variable "secure_tags" {
  type        = map(string)
  description = "Secure tag value (tagValues/NUMBER, of a tag key with purpose GCE_FIREWALL) of each segment: backend, db, frontend"
}
