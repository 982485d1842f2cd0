package providers

import (
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// OwnerTag and Owner are the tag, key and value, of what translations write where a cloud has tags: security groups and
// network ACLs on AWS, network and application security groups on Azure.
const (
	OwnerTag = "managed-by"
	Owner    = "crosswall"
)

// OwnerNote ends the description of what translations write where a cloud has no tags for it: VPC firewall rules
// and network firewall policies on Google Cloud.
const OwnerNote = "[managed-by: crosswall]"

// Own returns tags with that of the owner among them.
func Own(tags map[string]terraform.Value) terraform.Value {
	out := map[string]terraform.Value{OwnerTag: terraform.String(Owner)}
	for k, v := range tags {
		out[k] = v
	}
	return terraform.Object(out)
}

// OwnDescription returns a description that ends in OwnerNote and is no longer than most bytes; the text is cut
// where it has to be.
func OwnDescription(text string, most int) string {
	if text == "" {
		return OwnerNote
	}
	room := most - len(OwnerNote) - 1
	if len(text) > room {
		text = strings.ToValidUTF8(text[:max(room-3, 0)], "") + "..."
	}
	return text + " " + OwnerNote
}

// IsOwned reports whether a resource carries the mark of what crosswall wrote, be it as a tag or at the end of its description.
// A mark says who wrote it, and not that it is unchanged.
func IsOwned(r terraform.Resource) bool {
	for _, attr := range []string{"tags", "tags_all"} {
		tags, _ := r.Get(attr).AsObject()
		if v, ok := tags[OwnerTag].AsString(); ok && v == Owner {
			return true
		}
	}
	text, _ := r.Get("description").AsString()
	return strings.HasSuffix(text, OwnerNote)
}

// Owning is a [Provider] that says which resources are parts of a firewall, so that what somebody else wrote can
// be told apart and left out.
type Owning interface {
	// Firewall reports whether resources of a type are a part of a firewall: a group, a list, a rule, or what attaches one. Subnets,
	// interfaces and networks are not.
	Firewall(resourceType string) bool
	// Holder returns the attribute of resources of a type that names the firewall to which they belong, by reference, id or
	// name; "" for those that are a firewall, or a rule that belongs to none.
	Holder(resourceType string) string
}
