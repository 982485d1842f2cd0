# Written by crosswall. Changes are overwritten.

variable "subnet_ids" {
  type        = map(string)
  description = "Ids of the subnets by their names: 2nd net."
}
