package main

import (
	"strings"
	"testing"
)

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
		{"1.0.0.0/32 3.0.0.0/32 5.0.0.0/32", "1.0.0.0/32, 3.0.0.0/32, 5.0.0.0/32"},
	} {
		if got := shortEnds(strings.Fields(c.names)); got != c.want {
			t.Errorf("%s: %q, want %q", c.names, got, c.want)
		}
	}
}
