package model

// Region is an immutable, exact set of connections. The zero Region is empty.
type Region struct{ root *node }
type node struct{}

// Box is the product of its three parts: every connection from an endpoint of
// Src to an endpoint of Dst (of the same family) that is of Traffic.
type Box struct {
	Src, Dst Endpoints
	Traffic  Traffic
}

// NewRegion returns the union of the boxes.
func NewRegion(boxes ...Box) Region { return Region{} }

// Union returns the connections in r or o.
func (r Region) Union(o Region) Region { return r }

// Intersect returns the connections in both.
func (r Region) Intersect(o Region) Region { return r }

// Subtract returns the connections in r that are not in o.
func (r Region) Subtract(o Region) Region { return r }

// IsEmpty reports whether there is no connection in r.
func (r Region) IsEmpty() bool { return true }

// Equal reports whether both hold the same connections.
func (r Region) Equal(o Region) bool { return true }

// Contains reports whether the flow is in r.
func (r Region) Contains(f Flow) bool { return false }

// Example returns a connection of r that people find easy to read; false when r is empty.
func (r Region) Example() (Flow, bool) { return Flow{}, false }

// Boxes returns disjoint boxes whose union is r, in canonical order.
func (r Region) Boxes() []Box { return nil }
