# Written by crosswall. Changes are overwritten.

variable "network" {
  type        = string
  description = "Name of the network."
}

variable "subnets" {
  type = map(object({ id = string, cidr = optional(string) }))
  default = {
    a = {
      id = "$${id}"
    }
  }
}
