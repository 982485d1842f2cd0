package audit

import (
	"strings"

	"github.com/crosswall/crosswall/model"
)

// Edit is one step of a change to configuration, told without the text: where it is, and what to do there. Whoever has the files makes text of it, or
// says that it cannot be made: an edit asks for nothing but what it says, and never for a guess. It is one of [Remove], [Bar], [Close], [Condense],
// [Append], [Follow] and [Assign].
type Edit interface {
	// Place is where the rule or the object is written, its origin.
	Place() model.Origin
}

// Remove takes out what is written at a place: a rule with all that it has, or an object that nothing else names.
type Remove struct{ Origin model.Origin }

// Bar takes addresses out of the peers of a rule that allows, and the rule where no peer is left. What stays is as it was.
type Bar struct {
	Origin    model.Origin
	Direction model.Direction
	// Addrs are those that the rule has to name no longer, all of them. Keep are those that it has to go on naming: a block that is partly
	// among them cannot be taken out. What is in neither, as private addresses within a block that goes, may go or stay.
	Addrs, Keep model.AddrSet
}

// Close takes ports out of what a rule allows that names several. What stays is as it was; each port goes for all peers of the rule, so that it cannot be made
// where one of them is to stay.
type Close struct {
	Origin    model.Origin
	Direction model.Direction
	// Traffic is what the rule has to allow no longer. A range of ports that is partly among it cannot be taken out.
	Traffic model.Traffic
	// Addrs and Keep are as those of [Bar].
	Addrs, Keep model.AddrSet
}

// Condense writes the blocks of addresses that a rule lists as the fewest that are the same addresses.
type Condense struct {
	Origin    model.Origin
	Direction model.Direction
}

// Append adds blocks to an object, after all that it has.
type Append struct {
	Origin model.Origin
	// Text is the blocks, as terraform fmt writes them at the beginning of a line, without a line break at the end.
	Text string
}

// Follow adds something after an object, in the same file.
type Follow struct {
	Origin model.Origin
	// Text is as that of [Append].
	Text string
}

// Assign gives an argument that is set to a literal another value.
type Assign struct {
	Origin model.Origin
	// Names are what the argument is called, by one version of the provider or another: exactly one of them is set.
	Names []string
	// Value is the new value as it is written: `false`.
	Value string
}

// Place is the origin of the rule or the object. Those of the others are, too.
func (e Remove) Place() model.Origin { return e.Origin }

// Place is the origin of the rule.
func (e Bar) Place() model.Origin { return e.Origin }

// Place is the origin of the rule.
func (e Close) Place() model.Origin { return e.Origin }

// Place is the origin of the rule.
func (e Condense) Place() model.Origin { return e.Origin }

// Place is the origin of the object.
func (e Append) Place() model.Origin { return e.Origin }

// Place is the origin of the object.
func (e Follow) Place() model.Origin { return e.Origin }

// Place is the origin of the object.
func (e Assign) Place() model.Origin { return e.Origin }

// IsWritten reports whether something was read at a line of a Terraform file in native syntax, so that an [Edit] can change it.
// What was read in a plan, a state, an account or JSON was not.
func IsWritten(o model.Origin) bool { return o.Line > 0 && strings.HasSuffix(o.File, ".tf") }

// Change is lines of a file that give way to others.
type Change struct {
	// File is as origins have it.
	File string
	// Line is the first line that goes, counted from 1, or the one before which New comes where none goes.
	Line int
	// Old and New are whole lines, each with the line break that ends it; the last line of a file may have none.
	Old, New []string
}
