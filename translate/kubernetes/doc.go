// Package kubernetes reads Kubernetes manifests and cluster dumps as a policy
// over workloads: it is the [translate.Source] for NetworkPolicy objects and
// the pods that they select.
//
// What a NetworkPolicy means is taken from the API's types and the API server's
// validation (k8s.io/api/networking/v1, pkg/apis/networking), from the concept page
// https://kubernetes.io/docs/concepts/services-networking/network-policies/
// and from the end-to-end tests (test/e2e/network/netpol):
//
//   - A pod is isolated in a direction when a policy of its namespace selects it
//     and has that direction among its types. An isolated pod gets what any
//     of its policies allows; there is no order and no deny.
//   - Replies to what was allowed are allowed: the layer is stateful.
//   - ICMP and other protocols without ports are undefined in Kubernetes. Here, as in
//     Calico, a rule without ports admits them and a rule with ports does not.
//   - Ports are those of the destination pod, after Services were resolved. A named
//     port is looked up in every destination pod by itself.
//   - A pod is always reachable from the node it runs on. That traffic never leaves
//     the node and is not part of the answer, unless [Options.NodeAddrs] says
//     what the nodes' addresses are; then it is unknown, because a manifest does
//     not say which node that is.
//
// What cannot be known from the input is never guessed: labels that exist at
// run time only and labels of namespaces that were not given
// make the selectors that ask for them a [model.Maybe], with a finding.
//
// Everything that the API server rejects is rejected, with its place. Objects
// that bear on network policy and that this package does not read are
// findings with the code "unmodelled-policy".
package kubernetes
