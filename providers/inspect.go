package providers

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// Inspected is a [Populated] provider that describes its objects for an audit.
type Inspected interface {
	// Inspect returns the objects of a module, of which Decode made the policy. Keys are what the policy's selectors call
	// the groups; the chains of firewalls are parts of the policy's, with selectors and origins as they are there.
	Inspect(terraform.Module, model.Policy) audit.Estate
}
