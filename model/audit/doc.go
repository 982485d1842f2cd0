// Package audit finds what is wrong with the rules that exist, by the traffic that they admit rather than by what they
// say: a /0 in two halves is a /0, and what a rule above denies is not open.
//
// A [Reading] is who may talk to whom, as a policy, and the [Estate]: the firewalls, subnets and interfaces as their
// owners know them. [New] makes a [Subject] of it, which the checks of package checks ask; what they have to
// say is a [Finding]. The package knows no cloud and does no I/O: whoever reads a source describes its objects.
package audit
