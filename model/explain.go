package model

// Verdict is what is known of a connection. The zero Verdict is denied.
type Verdict uint8

const (
	// Denied connections do not pass.
	Denied Verdict = iota
	// Allowed connections pass.
	Allowed
	// Undecided connections pass or not, depending on something unknown.
	Undecided
)

// String returns "deny", "allow" or "unknown".
func (v Verdict) String() string {
	switch v {
	case Allowed:
		return "allow"
	case Undecided:
		return "unknown"
	}
	return "deny"
}

// Step is the word of one layer, in one direction, on one packet.
type Step struct {
	Layer     string
	Chain     string // the chain that decided; empty when none guards the packet
	Direction Direction
	Verdict   Verdict
	// Rule decided; nil when a default did, or nothing guards the packet.
	Rule *Rule
	// Why says in words how the verdict came about.
	Why string
}

// Decision is the answer of [Policy.Explain].
type Decision struct {
	Verdict Verdict
	// Request and Reply are the steps of the two packets, in the order in which they
	// meet the layers. Reply has a step for stateless layers only: the
	// others admit it unasked.
	Request, Reply []Step
}

// Explain returns whether the flow passes, and every layer's word on it.
func (p Policy) Explain(f Flow, inv Inventory) Decision { return Decision{} }
