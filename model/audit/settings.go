package audit

import (
	"time"

	"github.com/crosswall/crosswall/model"
)

// Settings are what an owner of rules knows and a check does not. [Defaults] has the usual ones; the zero Settings trusts
// nobody and has every threshold at its strictest.
type Settings struct {
	// Trusted is public addresses that are not the Internet at large: offices, partners.
	Trusted model.AddrSet
	// Public is traffic that anybody may send: the services that are there for everybody. HTTP among it is for load balancers: to
	// a machine with a public address it is a finding all the same, where that is sure.
	Public model.Traffic
	// Custom are services, beyond those that checks know, that nobody on the Internet should reach.
	Custom []Service
	// WideIPv4 and WideIPv6 are prefix lengths: a public range of more addresses than such a block has is wide. Zero: every range is.
	WideIPv4, WideIPv6 int
	// PortRange is the most ports that a rule may admit at once before it counts as a large range.
	PortRange int
	// QuotaShare is the part of a quota, from 0 to 1, from which on it counts as nearly used up.
	QuotaShare float64
	// Resolvers is the DNS servers outside that may be asked.
	Resolvers model.AddrSet
	// Suppressions are what somebody answers for, in whatever form it was written.
	Suppressions []Suppression
	// Now is when the audit is made, for what expires; zero: nothing does.
	Now time.Time
}

// Service is traffic with a name.
type Service struct {
	// Name is what people call it: "PostgreSQL".
	Name    string
	Traffic model.Traffic
}

// Defaults returns the settings of somebody who set none: nobody is trusted, TCP 80 and 443 are public, public blocks wider than /24 and
// /48 are wide, more than 1,024 ports are many, and a quota is nearly used up from 80% on.
func Defaults() Settings {
	return Settings{
		Public:   model.Traffic{model.Ports(model.TCP, 80, 80), model.Ports(model.TCP, 443, 443)},
		WideIPv4: 24, WideIPv6: 48, PortRange: 1024, QuotaShare: 0.8,
	}
}
