package gcp

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// identityKind is how a rule names machines. The zero identityKind is invalid.
type identityKind uint8

const (
	networkTag identityKind = iota + 1
	serviceAccount
	// secureTag is a Resource Manager tag value with the purpose GCE_FIREWALL,
	// unrelated to network tags; only firewall policies know it.
	secureTag
)

// word is how groups of decoded policies are called.
func (k identityKind) word() string {
	switch k {
	case networkTag:
		return "tag"
	case serviceAccount:
		return "serviceaccount"
	case secureTag:
		return "securetag"
	}
	return "invalid"
}

// String returns the kind for people.
func (k identityKind) String() string {
	switch k {
	case networkTag:
		return "network tag"
	case serviceAccount:
		return "service account"
	case secureTag:
		return "secure tag"
	}
	return "invalid"
}

// mostSources and mostTargets are how many identities of the kind one rule may name on
// a side.
func (k identityKind) mostSources() int {
	switch k {
	case networkTag:
		return maxSourceTags
	case serviceAccount:
		return maxServiceAccounts
	case secureTag:
		return maxSecureTags
	}
	return 1
}

func (k identityKind) mostTargets() int {
	if k == networkTag {
		return maxTargetTags
	}
	return k.mostSources()
}

// machineID is an identity that machines have and rules name.
type machineID struct {
	kind identityKind
	// name is the tag or the e-mail address; with reference set, the traversal
	// that leads to it.
	name      string
	reference bool
}

func (m machineID) value() terraform.Value {
	if m.reference {
		return terraform.Ref(m.name)
	}
	return terraform.String(m.name)
}

// targets is the group of the machines that rules with the identity as target
// are applied to; sources is the group of the addresses that the identity
// stands for as a source.
func (m machineID) targets() model.Group { return model.Group(m.kind.word() + ":" + m.name) }
func (m machineID) sources() model.Group {
	return model.Group("source-" + m.kind.word() + ":" + m.name)
}

func (m machineID) String() string { return m.kind.String() + " " + m.name }

func (m machineID) compare(o machineID) int {
	return cmp.Or(cmp.Compare(m.kind, o.kind), cmp.Compare(m.name, o.name))
}

// secureTagsVariable holds the tag values that a module in policy style needs
// for segments without an identity of their own.
const secureTagsVariable = "secure_tags"

// identify returns the identity by which rules name a segment, or why there is
// none.
func identify(style Style, s providers.Segment) (machineID, error) {
	home := s.Home
	switch {
	case home.Group != "" && home.ServiceAccount != "":
		return machineID{}, fmt.Errorf("segment %s has the tag %q and the service account %q; a rule cannot name both",
			s.ID, home.Group, home.ServiceAccount)
	case home.ServiceAccount != "":
		return machineID{kind: serviceAccount, name: home.ServiceAccount}, nil
	case style == NetworkPolicy && home.Group == "":
		ref := fmt.Sprintf("var.%s[%q]", secureTagsVariable, s.ID)
		return machineID{kind: secureTag, name: ref, reference: true}, nil
	case style == NetworkPolicy && isSecureTag(home.Group):
		return machineID{kind: secureTag, name: home.Group}, nil
	case style == NetworkPolicy:
		return machineID{}, fmt.Errorf("segment %s has the network tag %q, and firewall policies know secure tags and service accounts only",
			s.ID, home.Group)
	case home.Group == "":
		return machineID{kind: networkTag, name: newTag(s.ID)}, nil
	case isSecureTag(home.Group):
		return machineID{}, fmt.Errorf("segment %s has the secure tag %q, and VPC firewall rules know network tags and service accounts only",
			s.ID, home.Group)
	case !validName(home.Group):
		return machineID{}, fmt.Errorf("segment %s has the network tag %q; a tag is up to %d lower-case letters, digits and dashes, "+
			"a letter first and no dash last", s.ID, home.Group, maxName)
	}
	return machineID{kind: networkTag, name: home.Group}, nil
}

// isSecureTag reports whether a tag is a Resource Manager tag value, by its id
// or by its namespaced name.
func isSecureTag(s string) bool {
	return strings.HasPrefix(s, "tagValues/") || strings.Count(s, "/") == 2
}

// validName reports whether s may be the name of a rule or a network tag.
func validName(s string) bool {
	return s != "" && len(s) <= maxName && 'a' <= s[0] && s[0] <= 'z' && s[len(s)-1] != '-' &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
		})
}

// newTag is the network tag of a segment that has none. A segment's ID is fit to be a
// tag but where it ends in a dash.
func newTag(id model.Identity) string {
	if s := string(id); validName(s) {
		return s
	}
	return strings.TrimRight(string(id), "-") + "-" + shortHash(string(id))
}
