package gcp

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// prefixLength is how much of a name tells people what a rule is about; the rest is
// "-in-" or "-out-" and a hash.
const prefixLength = 50

// shortHash is eight hexadecimal digits of the content.
func shortHash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:4])
}

// uniqueHash is the short hash of the content, or, where another content
// already has it under this prefix, the first free one of content#1, content#2, ...
func uniqueHash(prefix, content string, taken map[string]bool) string {
	for n := 0; ; n++ {
		c := content
		if n > 0 {
			c = fmt.Sprintf("%s#%d", content, n)
		}
		name := prefix + shortHash(c)
		if !taken[name] {
			taken[name] = true
			return name
		}
	}
}

// namePart makes a string fit to begin a name: lower-case letters, digits and
// single dashes, a letter first.
func namePart(s string) string {
	s, _, _ = strings.Cut(s, "@")
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	out := strings.Trim(b.String(), "-")
	if out == "" || out[0] < 'a' {
		out = "x" + out
	}
	return strings.TrimRight(out[:min(len(out), prefixLength)], "-")
}

// label is the Terraform name of a resource that has this name in the cloud.
func label(name string) string { return strings.ReplaceAll(name, "-", "_") }

// clip shortens a description to at most limit bytes, on a character's edge.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	const more = "..."
	cut := limit - len(more)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + more
}
