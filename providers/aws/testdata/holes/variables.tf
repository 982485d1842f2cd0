# Written by crosswall. Changes are overwritten.

variable "vpc_id" {
  type        = string
  description = "The VPC of the workloads."
}
