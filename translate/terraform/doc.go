// Package tfsource reads Terraform as a policy over what its resources name:
// configuration, plans and states of every provider at once.
//
// The identities of such a policy are not workloads but parties: the members of a
// security group, the machines on a network with a tag, the interfaces in an application
// security group. A party is called by the address of the resource that makes it
// ("aws_security_group.web"), or else by what rules call it ("tag web", "sg-0123"). An
// endpoint in several groups at once is an identity of its own where a resource lists them
// ("aws_security_group.ssh + aws_security_group.web"). [FindOverlap] finds other combinations that
// two readings treat differently, and [MergeTogether] makes identities of them. Endpoints that are in the same are one identity, with the addresses of
// all; one that two readings have in different groups goes by its own name. Subnets whose CIDR blocks are known are addresses, not
// parties; service tags and prefix lists of the cloud are parties without known
// addresses.
//
// Ids do not name parties, for they change when resources are made anew. [Merge] finds out
// which parties of two readings are the same by resource address, then by id, then by
// kind and name, and puts both on one inventory.
package tfsource
