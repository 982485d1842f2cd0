package providers

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// Provider is one cloud.
type Provider interface {
	// Name is the word after --to: "aws". Lower case, stable.
	Name() string
	// Limits returns what the cloud's firewall can and cannot do.
	Limits() Limits
	// Encode writes down an intent in the cloud's terms. What it cannot express
	// becomes a finding with a Grade and with Affects set; what keeps it
	// from writing at all (a missing subnet, a quota) is a finding of severity Error, and the Output is then
	// of no use.
	Encode(Intent) (Output, []model.Finding)
	// Decode reads resources as a policy. Groups, subnets and networks are
	// named by [model.Group] selectors: the reference or the id by which
	// the resources name them. Whatever it cannot read or does not model is a finding, and
	// a [model.Maybe] in the policy.
	Decode(terraform.Module) (model.Policy, []model.Finding)
}

// Intent is what a provider is asked to enforce.
type Intent struct {
	// Policy is what to admit, platform allowances included, over identities
	// that are segments. Ask [model.Policy.Grants] what it admits at a segment.
	Policy model.Policy
	// Inventory has the segments as members, with the addresses of their homes.
	Inventory model.Inventory
	// Segments is sorted by ID.
	Segments []Segment
	// Site is where the segments live. The zero Site: no placement was given.
	Site Site
	// Shrink is how far rule lists are to be shortened.
	Shrink Shrink
	// Numbers are the numbers that rules had in an earlier translation; nil: there was none.
	Numbers Numbering
}

// Segment is workloads that no policy tells apart and that live in one home.
type Segment struct {
	// ID is short, unique and made of lower-case letters, digits and dashes,
	// starting with a letter: fit for names in every cloud. At most 50 bytes.
	ID model.Identity
	// Workloads is never empty; sorted by ID.
	Workloads []Workload
	// Home is where the segment lives; the zero Home where no placement was
	// given.
	Home Home
}

// Workload is pods that share namespace and labels.
type Workload struct {
	ID                    model.Identity // "shop/Deployment/frontend"
	Namespace, Kind, Name string
	// Labels are the pod template's. NamespaceLabels are those of its namespace,
	// kubernetes.io/metadata.name always among them.
	Labels, NamespaceLabels map[string]string
	// NamespaceKnown is whether the Namespace object was read: if not, labels other than
	// kubernetes.io/metadata.name are unknown.
	NamespaceKnown bool
	ServiceAccount string
	Origin         model.Origin
}

// Output is a target's result.
type Output struct {
	Module terraform.Module
	// Files are written beside the Terraform files.
	Files []File
	// Groups says which endpoints stand behind every group that Decode will
	// find in Module.
	Groups map[model.Group]model.Selector
	// Unseen is connections that pass without meeting any rule, so that Decode
	// cannot know of them: traffic that never leaves a node. Whatever of it the
	// policy refuses is opened.
	Unseen model.Region
	Quotas []Quota
	// Lists has every rule list that is written, sorted by name.
	Lists []ListSize
	// Numbers are the numbers of all ordered rules that are written.
	Numbers Numbering
}

// File is a file beside the Terraform configuration.
type File struct {
	Name string // no folder
	Data []byte
}

// Quota is a limit of the cloud and how much of it is used.
type Quota struct {
	Name  string // "security group shop-frontend, ingress rules, IPv4"
	Used  int
	Limit int
}
