package azure

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// Lengths that Azure takes (Microsoft's pages "Naming rules and restrictions
// for Azure resources" and azurerm_network_security_rule). Flow logs cut rule
// names after 65 ("NSG flow logs overview"), so that rule names stay below.
const (
	maxRuleName    = 65
	maxDescription = 140
	maxLabel       = 60
)

// hash returns n hexadecimal digits that stand for the content.
func hash(content string, n int) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])[:n]
}

// label returns a name for resources: s where that is fit for it, and
// otherwise what is fit of s with a hash that keeps it apart from others.
func label(s string) string {
	fit := words(s)
	if fit == s && s != "" && len(s) <= maxLabel && s[0] >= 'a' && s[0] <= 'z' {
		return s
	}
	return strings.Trim(clip("x-"+fit, maxLabel-9), "-") + "-" + hash(s, 8)
}

// words returns s in lower case with whatever is neither letter nor digit as
// single dashes; empty when there is no letter or digit.
func words(s string) string {
	s = notWord().ReplaceAllString(strings.ToLower(s), "-")
	return strings.Trim(s, "-")
}

func notWord() *regexp.Regexp { return regexp.MustCompile(`[^a-z0-9]+`) }

// clip returns the first n bytes of an ASCII string.
func clip(s string, n int) string { return s[:min(n, len(s))] }

// nameRules names the rules of a group after what they do. The names depend on
// the rule's own content alone, so that other rules come and go without effect.
func nameRules(group string, rules []rule) {
	taken := map[string]bool{}
	for i := range rules {
		r := &rules[i]
		content := group + "|" + r.key()
		for n := 8; ; n++ {
			suffix := "-" + hash(content, n)
			r.name = strings.TrimRight(clip(readable(*r), maxRuleName-len(suffix)), "-") + suffix
			if !taken[r.name] || n == 32 {
				break
			}
		}
		taken[r.name] = true
	}
}

// readable is the part of a rule's name that is for people.
func readable(r rule) string {
	parts := []string{strings.ToLower(access(r.access))}
	if r.direction == model.Ingress {
		parts = append(parts, "in")
	} else {
		parts = append(parts, "out")
	}
	parts = append(parts, r.subject)
	if r.protocol == "*" {
		parts = append(parts, "any")
	} else {
		parts = append(parts, r.protocol, portsText(r.dstPorts))
	}
	if r.counterpart != "" {
		preposition := "to"
		if r.direction == model.Ingress {
			preposition = "from"
		}
		parts = append(parts, preposition, r.counterpart)
	}
	return words(strings.Join(parts, "-"))
}

// describe returns the description of a rule: what asks for it, in so many
// bytes as Azure takes.
func describe(r rule) string {
	text := ascii(strings.Join(comment(r), "; "))
	if len(text) <= maxDescription {
		return text
	}
	return strings.TrimSpace(text[:maxDescription-4]) + " ..."
}

// comment returns the lines above a rule's resource, sorted.
func comment(r rule) []string {
	lines := slices.Clone(r.reasons)
	slices.Sort(lines)
	return slices.Compact(lines)
}

// ascii replaces what is not printable ASCII by "?".
func ascii(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, s)
}

// plural returns "1 rule" or "2 rules".
func plural(n int, word string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, word)
	}
	return fmt.Sprintf("%d %ss", n, word)
}
