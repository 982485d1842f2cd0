package providers

// Shrink says how far a provider shortens the rule lists that it writes. What a list
// admits never changes: shorter lists are proven equal ([model.Minimise]).
type Shrink uint8

const (
	// ShrinkToFit leaves lists that are within their quota as the policies spell them, and
	// shortens the others only as far as the quota needs.
	ShrinkToFit Shrink = iota
	// ShrinkAlways writes the fewest entries found.
	ShrinkAlways
)

// Numbering is the numbers of ordered rules: by list ("network ACL app, ingress"), then by
// the rule's content. It is what a lock file keeps, so that a rule keeps its number for
// as long as it says the same. Rules of a list that is spread over several objects have
// a place there, which says in which of them they are.
type Numbering map[string]map[string]int

// ListSize is how long one emitted rule list is, before and after it was shortened.
type ListSize struct {
	// Name names the list as [Quota.Name] does.
	Name string
	// Segments are the segments whose traffic the list is about, sorted.
	Segments []string
	// Before is the number of rules as the policies spell them, After what is written. Never
	// is After more than Before.
	Before, After int
	// LowerBound is a number of rules that no equal list is shorter than; zero where it was not worked out.
	LowerBound int
	// Limit is the quota that applies; zero: none.
	Limit int
}
