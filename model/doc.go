// Package model holds crosswall's one model of network policy: rules in
// chains, chains in layers, and the exact sets of connections that they admit.
//
// A Kubernetes NetworkPolicy, an AWS security group, a network ACL, a GCP
// firewall and an Azure NSG are all a [Policy]: they differ in data (order,
// defaults, state, guards), never in code. Three questions are answered about
// a policy, and by one evaluator:
//
//   - [Policy.Explain]: does this connection pass, and which rule says so?
//   - [Policy.Permitted]: which connections pass?
//   - [Compare]: which connections does one policy admit and another refuse?
//
// A connection passes when every layer on its path admits the request and
// every stateless layer admits the reply too.
//
// Sets of connections are [Region] values. They are exact over both
// endpoints (who and which address), IP family, protocol, source port and
// destination port or ICMP type and code. An endpoint is an identity (a workload or segment, or
// [Outside]) holding an address, so that a rule which names a group and a rule which
// names a CIDR are compared on the same ground.
//
// The package does no I/O and knows no cloud.
package model
