package providers

import (
	"encoding/json"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// Snapshot is what an account or a part of it held at a moment, in its
// provider's own words: the objects as its API, and so its command line tool, prints them. Live
// sources make it, files keep it. It holds no credentials.
type Snapshot struct {
	// Provider is the name of the provider: "aws".
	Provider string
	// Scope is the source as a user writes it, without secrets: "aws://eu-west-1/vpc-1". Empty
	// where it is not known, as in the output of a command.
	Scope string
	// Account is the account, project or subscription; empty where it is not known.
	Account string
	// Taken is when reading ended; zero where it is not known.
	Taken time.Time
	// Objects are the objects by the name of their [Kind]. A kind that is no
	// key was not read, so that nothing is known of it; one without objects has none.
	Objects map[string][]json.RawMessage
	// Gaps is what could not be read, in the order in which it was asked for.
	Gaps []Gap
	// ReadOnce is whether nobody reads the objects after [Native.Resources], which may then let go of each as soon as it
	// is a resource: it takes it out of Objects, which is empty in the end. Files do not have it.
	ReadOnce bool
}

// LetGo empties the list of a kind if its objects are read once only. The kind stays one that was read.
func (s Snapshot) LetGo(kind string) {
	if _, ok := s.Objects[kind]; ok && s.ReadOnce {
		clear(s.Objects[kind]) // which others may hold too
		s.Objects[kind] = []json.RawMessage{}
	}
}

// Gap is something that a snapshot lacks because it could not be read.
type Gap struct {
	// Kind is the kind of the objects.
	Kind string `json:"kind"`
	// Object is the id of the one object that could not be read in full; empty: any object
	// of the kind may be missing. It is a scope, as in "aws://eu-west-1", where nothing of another account could be read:
	// what was read of this one is whole.
	Object string `json:"object,omitempty"`
	// Call is the API's operation, "DescribeSecurityGroups".
	Call string `json:"call"`
	// Why is the reason for people, free of credentials.
	Why string `json:"why"`
}

// Kind is a kind of objects of a provider's API.
type Kind struct {
	// Name is the kind's key in a [Snapshot]: the name of the list in the output of the
	// provider's command, "SecurityGroups", or the type, "compute#firewall".
	Name string
	// Command prints all objects of the kind as JSON: "aws ec2 describe-security-groups". Empty
	// where no command does.
	Command string
	// Why says what is not known without it: "which addresses are in a security group".
	Why string
	// Alone is whether the command prints one object, which says by itself what it is about. Of other kinds it
	// prints a list of all, so that one object without a list is a part of it.
	Alone bool
}

// Native is a provider whose native objects can be read.
type Native interface {
	Provider
	// Kinds lists the kinds of objects that [Native.Resources] makes use of, in a fixed order.
	Kinds() []Kind
	// Sniff says of which kind a document is that a command printed, or an
	// element of such a list, from the names and plain values at its top; false where it is none of this
	// provider's. The document may be cut off after a few objects.
	Sniff(document []byte) (Kind, bool)
	// Resources returns the objects as the resources that the Terraform provider's state would
	// have for them, ids set, so that [Provider.Decode] and [Populated] read
	// live rules and written ones alike. What a snapshot lacks, and every field that has a bearing and
	// cannot be carried, is a finding, and an unknown ([terraform.Unknown],
	// [terraform.Resource.Uncertain]) in the module: never an absence.
	// The position of a resource names no file; [terraform.Resource.Get] of "id" is the cloud's id.
	Resources(Snapshot) (terraform.Module, []model.Finding)
}
