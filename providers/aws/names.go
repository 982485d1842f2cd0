package aws

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// namer hands out resource names and keeps them apart. A name is made from
// content alone, so that it stays when other resources come and go.
type namer map[string]string // "type.name" to the key that holds it

// name returns the wanted name, made fit for Terraform, or one with a suffix
// from the key's content where another key of the type holds that name.
func (n namer) name(typ, want, key string) string {
	want = identifier(want)
	for try, name := key, want; ; try += "'" {
		holder, taken := n[typ+"."+name]
		if !taken || holder == key {
			n[typ+"."+name] = key
			return name
		}
		name = want + "-" + digest(try)
	}
}

// identifier makes text a Terraform identifier: letters, digits, dashes and
// underscores, starting with a letter. Text that had to be changed gets a suffix from its content.
func identifier(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	out := b.String()
	if out == "" || !(out[0] >= 'a' && out[0] <= 'z' || out[0] >= 'A' && out[0] <= 'Z') {
		out = "n" + out
	}
	if out != s {
		out += "-" + digest(s)
	}
	return out
}

func digest(s string) string {
	h := fnv.New32a()
	h.Write([]byte(s))
	return fmt.Sprintf("%08x", h.Sum32())
}

// prefixLabel returns a prefix as a part of a resource name. The underscore,
// which no segment has in its ID, keeps prefixes and segments apart.
func prefixLabel(p netip.Prefix) string {
	if p.Bits() == 0 {
		if p.Addr().Is4() {
			return "any_ipv4"
		}
		return "any_ipv6"
	}
	return strings.NewReplacer(".", "-", ":", "-", "/", "_").Replace(p.String())
}

// inOut is a direction in the name of an ACL entry.
func inOut(d model.Direction) string {
	if d == model.Egress {
		return "out"
	}
	return "in"
}

// fromTo is the word before the peer of a direction.
func fromTo(d model.Direction) string {
	if d == model.Egress {
		return "to"
	}
	return "from"
}

// maxDescription is the longest description of a group and of a rule
// (VPC user guide, security groups).
const maxDescription = 255

// description makes text fit for the description of a security group or rule:
// the characters that AWS allows everywhere, and not too many of them.
// "&" is left out because the EC2 API allows it for some peers only.
func description(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9',
			strings.ContainsRune(" ._-:/()#,@[]+=;{}!$*", r):
			return r
		}
		return '-'
	}, s)
	if len(s) > maxDescription {
		s = s[:maxDescription-3] + "..."
	}
	return strings.TrimSpace(s)
}

// reasonsOf names what asks for a grant at a target.
func reasonsOf(g model.Grant, target model.Identity, d model.Direction) []string {
	switch {
	case target == model.Outside:
		return nil
	case len(g.Rules) == 0:
		return []string{fmt.Sprintf("no policy isolates %s for %s", target, d)}
	}
	return providers.Reasons(g.Rules)
}

// maxReasons is how many policies a comment or description names.
const maxReasons = 6

// lines returns the reasons for a comment, cut to a number that can be read.
func lines(reasons []string) []string {
	if len(reasons) <= maxReasons {
		return reasons
	}
	out := append([]string{}, reasons[:maxReasons]...)
	return append(out, fmt.Sprintf("and %d more", len(reasons)-maxReasons))
}
