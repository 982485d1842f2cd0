package model

import "fmt"

// doubts returns what is unknown about whether s names the endpoint; nothing
// when it is known.
func (inv Inventory) doubts(s Selector, e Endpoint) []string { return inv.doubtsAt(s, e, 0) }

func (inv Inventory) doubtsAt(s Selector, e Endpoint, depth int) []string {
	if inv.matchAt(s, e, depth) != perhaps {
		return nil
	}
	var parts []Selector
	switch s := s.(type) {
	case Group:
		g, ok := inv.Groups[s]
		if !ok || depth >= maxGroupDepth {
			return []string{fmt.Sprintf("who is in %s is not known", s)}
		}
		return inv.doubtsAt(g, e, depth+1)
	case Maybe:
		if s.Why == "" {
			return []string{"it is not known whom a rule names"}
		}
		return []string{s.Why}
	case Not:
		parts = []Selector{s.Selector}
	case And:
		parts = s
	case Or:
		parts = s
	case nil, Any, At, Identities:
	}
	var out []string
	for _, t := range parts {
		out = append(out, inv.doubtsAt(t, e, depth)...)
	}
	return out
}
