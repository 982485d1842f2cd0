package translate

import (
	"io/fs"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Source is something that a policy can be read from.
type Source interface {
	// Name is the kind of source, for messages: "kubernetes".
	Name() string
	// Read reads all files of fsys, or fails on I/O. What is wrong with their content is
	// a finding of severity Error with its place; all of them are reported
	// at once, and the Input is then of no use.
	Read(fsys fs.FS) (Input, []model.Finding, error)
}

// Input is a policy and who it is about.
type Input struct {
	// Policy is over identities that are workloads.
	Policy model.Policy
	// Inventory has the workloads as members.
	Inventory model.Inventory
	// Workloads describes the members, sorted by ID. Members that policies cannot touch (pods
	// on the host's network) are not among them.
	Workloads []providers.Workload
	// Isolations says which policies isolate the workloads: where no rule of
	// the policy admits a packet, these are why. Sorted as the source lists its policies; nil
	// where a source does not know.
	Isolations []Isolation
}

// Isolation is the word of a policy that some workloads get in a direction
// nothing but what a rule admits.
type Isolation struct {
	Direction model.Direction
	// By is the policy, at the selector of its workloads.
	By model.Origin
	// Workloads are those that it isolates for sure or perhaps, sorted by ID;
	// empty if it selects none.
	Workloads []model.Identity
}
