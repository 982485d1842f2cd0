package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// exposed finds what lets the Internet reach a service. Name is what people call it: "SSH".
func exposed(s *audit.Subject, name string, t model.Traffic) []audit.Finding {
	var out []audit.Finding
	openings := s.Openings()
	for i := range openings {
		o := &openings[i]
		out = append(out, s.Exposing(o, t, func(from model.AddrSet, what model.Traffic) string {
			return fmt.Sprintf("%s lets %s reach %s (%s)", o.Firewall.Label(), strangers(from), name, what)
		})...)
	}
	return out
}

// strangers says who sends from public addresses.
func strangers(from model.AddrSet) string {
	if everybody(from.V4(), audit.Internet().V4()) && everybody(from.V6(), audit.Internet().V6()) {
		return "anybody on the Internet"
	}
	switch text := from.String(); {
	case everybody(from.V4(), audit.Internet().V4()) && from.V6().IsEmpty():
		return "anybody on the IPv4 Internet"
	case everybody(from.V6(), audit.Internet().V6()) && from.V4().IsEmpty():
		return "anybody on the IPv6 Internet"
	case len(text) > 100:
		return fmt.Sprintf("%d blocks of the Internet", len(from.Prefixes()))
	default:
		return text + " on the Internet"
	}
}

func everybody(from, all model.AddrSet) bool { return from.Covers(all) }
