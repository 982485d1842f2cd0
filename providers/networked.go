package providers

import "github.com/crosswall/crosswall/model"

// Networked is a [Populated] some of whose groups stand for the machines of one network, the one that a rule is on, so that what
// another network has by that name is something else.
type Networked interface {
	// OnNetworks returns a policy that Decode made with such groups narrowed to the networks of the rules that name them. Decode
	// itself need not say so where a module has one network: that goes without saying until it is compared with
	// a module that has others.
	OnNetworks(model.Policy) model.Policy
}
