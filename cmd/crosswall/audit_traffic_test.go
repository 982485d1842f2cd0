package main

import (
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// publicPart is what of some blocks the Internet has, block by block.
func publicPart(blocks string) string {
	var words []string
	for _, p := range model.MustPrefixes(strings.Fields(blocks)...).Intersect(audit.Internet()).Prefixes() {
		words = append(words, p.String())
	}
	return strings.Join(words, " ")
}

// TestShortEnds: addresses are told the way in which people think of them.
func TestShortEnds(t *testing.T) {
	for _, c := range []struct{ names, want string }{
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"10.0.0.0/8 web", "10.0.0.0/8, web"},
		{"0.0.0.0/0", "any IPv4 address"},
		{"::/0 web", "any IPv6 address, web"},
		{"0.0.0.0/0 ::/0", "any IPv4 address, any IPv6 address"},
		{"0.0.0.0/1 128.0.0.0/2 192.0.0.0/3", "any IPv4 address but 224.0.0.0/3"},
		{"0.0.0.0/1 128.0.0.0/2 192.0.0.0/3 web", "any IPv4 address (but 224.0.0.0/3), web"},
		{"0.0.0.0/1 128.0.0.0/2 192.0.0.0/3 fd00::/8", "any IPv4 address (but 224.0.0.0/3), fd00::/8"},
		{publicPart("64.0.0.0/2"), "64.0.0.0/2 on the Internet"},
		{publicPart("64.0.0.0/2 128.0.0.0/1") + " web", "64.0.0.0/2, 128.0.0.0/1 on the Internet, web"},
		{"1.0.0.0/32 3.0.0.0/32 5.0.0.0/32", "1.0.0.0/32, 3.0.0.0/32, 5.0.0.0/32"},
	} {
		if got := shortEnds(strings.Fields(c.names)); got != c.want {
			t.Errorf("%s: %q, want %q", c.names, got, c.want)
		}
	}
}
