// Package terraform turns resources into Terraform configuration and back.
//
// It knows blocks, attributes and references, and nothing of firewalls. A
// [Module] is written as native syntax (HCL) or JSON, both of which [Read] reads
// back; [ReadPlan] and [ReadState] read what Terraform makes of it. Whatever cannot be worked out without running Terraform is an
// unknown [Value], never a guess.
package terraform
