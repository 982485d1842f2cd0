package audit

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// scattered is what so many blocks may reach, each on ports of its own, of so many groups.
func scattered(blocks, groups int) model.Region {
	var boxes []model.Box
	for g := range groups {
		to := model.EndpointsOf(model.Identity(fmt.Sprintf("aws_security_group.web[%d]", g)))
		for n := range blocks {
			at := model.Prefixes(netip.PrefixFrom(netip.AddrFrom4([4]byte{20, byte(n >> 6), byte(n << 2), 0}), 24))
			boxes = append(boxes, model.Box{Src: model.EndpointsAt(at), Dst: to, Traffic: model.Traffic{model.Ports(model.TCP, uint16(n), uint16(2*n+g))}})
		}
	}
	return model.NewRegion(boxes...)
}

// BenchmarkFingerprint: what a fingerprint takes for open sets of many boxes.
func BenchmarkFingerprint(b *testing.B) {
	for _, c := range []struct{ blocks, groups int }{{1, 1}, {50, 1}, {1000, 1}, {50, 20}} {
		f := Finding{Check: "EXP010", Open: scattered(c.blocks, c.groups)}
		b.Run(fmt.Sprintf("blocks=%d,groups=%d", c.blocks, c.groups), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.fingerprint()
			}
		})
	}
}

// TestFingerprint: what tells findings apart, and what does not.
func TestFingerprint(t *testing.T) {
	open := func(cidrs ...string) model.Region {
		return model.NewRegion(model.Box{Src: model.EndpointAt(model.Outside, model.MustPrefixes(cidrs...)), Dst: model.EndpointsOf("web"), Traffic: model.Traffic{model.Ports(model.TCP, 22, 22)}})
	}
	web := Object{Provider: "aws", Kind: SecurityGroup, Key: "web", Address: "aws_security_group.web"}
	was := Finding{Check: "EXP010", Object: web, Open: open("0.0.0.0/0")}
	most := scattered(5000, 1) // more boxes than anybody wants to see
	for _, c := range []struct {
		what string
		a, b Finding
		same bool
	}{
		{"written in halves", was, Finding{Check: "EXP010", Object: web, Open: open("0.0.0.0/1").Union(open("128.0.0.0/1"))}, true},
		{"other words and lines", was, Finding{Check: "EXP010", Object: web, Open: was.Open, Summary: "other words", Step: 1, Causes: []Cause{{Text: "a"}}}, true},
		{"a port more", was, Finding{Check: "EXP010", Object: web, Open: was.Open.Union(scattered(1, 1))}, false},
		{"an address less", was, Finding{Check: "EXP010", Object: web, Open: open("0.0.0.0/1")}, false},
		{"another check", was, Finding{Check: "EXP011", Object: web, Open: was.Open}, false},
		{"another object", was, Finding{Check: "EXP010", Object: Object{Provider: "aws", Kind: SecurityGroup, Key: "db"}, Open: was.Open}, false},
		{"not sure", was, Finding{Check: "EXP010", Object: web, Open: was.Open, Unsure: "a variable"}, false},
		{"another subject", was, Finding{Check: "EXP010", Object: web, Open: was.Open, Subject: "s"}, false},
		{"no traffic at all", was, Finding{Check: "EXP010", Object: web}, false},
		{"one block in thousands", Finding{Open: most}, Finding{Open: most.Subtract(open("20.70.0.0/16")).Union(open("255.0.0.0/32"))}, false},
	} {
		if (c.a.fingerprint() == c.b.fingerprint()) != c.same {
			t.Errorf("%s: %s and %s, same %t", c.what, c.a.fingerprint(), c.b.fingerprint(), c.same)
		}
	}
}
