// Package assertion states what must and what must not be reachable, and checks it exactly against a policy.
//
// A file of assertions has one on a line:
//
//	# The shop
//	define office = 203.0.113.0/24, 2001:db8:1::/48
//	internet > db: never
//	frontend > backend tcp/8080: always
//	only bastion, office > * tcp/22
//	10.0.0.0/8 except 10.9.0.0/16 > "tag web" tcp/443, udp/443: sometimes
//
// To the left of ">" are those who connect, to the right those to whom, and on what. They are named by
//   - the name of a workload, group, tag or machine, with "*" for any letters, in quotes where it has a comma, ">" or a word that is traffic in it:
//     every one that is called so is meant,
//   - an address or a CIDR block: whoever is there,
//   - internet: public addresses of nobody known; private: private ones; outside: all addresses of nobody known,
//   - inside: everybody known; "*": everybody,
//   - what "define" calls so,
//
// several of them joined by commas, "except" others. Without traffic all of it is meant. "never" holds if no connection passes, "always" if all of them
// do, "sometimes" if one does. "only A > B" holds if nobody but A gets to B; those of B to each other count, so that they may have to be among A.
package assertion

import "github.com/crosswall/crosswall/model"

// Want is what an assertion says of connections. The zero Want is invalid.
type Want uint8

const (
	// Never means: none passes.
	Never Want = iota + 1
	// Always means: all pass.
	Always
	// Sometimes means: one passes.
	Sometimes
)

// String returns "never", "always", "sometimes" or "invalid".
func (w Want) String() string {
	switch w {
	case Never:
		return "never"
	case Always:
		return "always"
	case Sometimes:
		return "sometimes"
	}
	return "invalid"
}

// Assertion is one statement.
type Assertion struct {
	// Text is the line as it was written, without what surrounds it.
	Text   string
	Origin model.Origin
	// From and To are the ends. Where Only is set, From is those who may, and everybody else must never.
	From, To Ends
	Only     bool
	// Traffic is of the request; never empty.
	Traffic model.Traffic
	Want    Want
}

// Ends is who is at one end.
type Ends struct {
	// Terms name them, Except those of them who are not meant.
	Terms, Except []Term
}

// Term names some endpoints.
type Term struct {
	// Word is what was written.
	Word string
	Kind TermKind
	// Addrs is the addresses of a term of the kind Block.
	Addrs model.AddrSet
}

// TermKind is how a term names endpoints. The zero TermKind is invalid.
type TermKind uint8

const (
	// Named terms are names, or patterns of names.
	Named TermKind = iota + 1
	// Block terms are addresses.
	Block
	// Internet is public addresses of nobody known.
	Internet
	// Private is private addresses of nobody known.
	Private
	// Outside is all addresses of nobody known.
	Outside
	// Inside is everybody known.
	Inside
	// Everybody is everybody.
	Everybody
)
