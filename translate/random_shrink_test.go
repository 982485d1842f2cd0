package translate_test

import (
	"fmt"
	"slices"
)

// minimal looks for a smaller cluster that fails too, and prints it.
func minimal(c *cluster, m mode, err error) string {
	fails := func(c *cluster) error {
		_, err := check(c, m, roll(1, 1))
		return err
	}
	for steps := 0; steps < 400; {
		found := false
		for _, s := range c.smaller() {
			steps++
			if e := fails(s); e != nil {
				c, err, found = s, e, true
				break
			}
		}
		if !found {
			break
		}
	}
	return fmt.Sprintf("the smallest that fails:\n%v\n%s", err, c)
}

// smaller lists clusters with one thing less.
func (c *cluster) smaller() []*cluster {
	var out []*cluster
	add := func(change func(*cluster)) {
		s := *c
		s.workloads, s.policies = slices.Clone(c.workloads), slices.Clone(c.policies)
		s.place.allowances = slices.Clone(c.place.allowances)
		s.place.homes = slices.Clone(c.place.homes)
		for i := range s.policies {
			c.policies[i].NetworkPolicy.DeepCopyInto(&s.policies[i].NetworkPolicy)
		}
		change(&s)
		out = append(out, &s)
	}
	for i := range c.policies {
		add(func(s *cluster) { s.policies = slices.Delete(s.policies, i, i+1) })
	}
	if len(c.workloads) > 1 {
		for i, w := range c.workloads {
			if !c.mentions(w.id()) {
				add(func(s *cluster) { s.workloads = slices.Delete(s.workloads, i, i+1) })
			}
		}
	}
	for i := range c.place.allowances {
		add(func(s *cluster) { s.place.allowances = slices.Delete(s.place.allowances, i, i+1) })
	}
	for i, h := range c.place.homes {
		if h.ephemeral != "" {
			add(func(s *cluster) { s.place.homes[i].ephemeral = "" })
		}
		if h.group != "" {
			add(func(s *cluster) { s.place.homes[i].group = "" })
		}
	}
	if c.place.pmtud {
		add(func(s *cluster) { s.place.pmtud = false })
	}
	for i := range c.policies {
		c.smallerPolicies(i, add)
	}
	return out
}

// mentions reports whether an allowance names the workload.
func (c *cluster) mentions(id string) bool {
	for _, a := range c.place.allowances {
		if slices.Contains(a.workloads, id) || slices.Contains(a.peerIDs, id) {
			return true
		}
	}
	return false
}

func (c *cluster) smallerPolicies(i int, add func(func(*cluster))) {
	for j, r := range c.policies[i].Spec.Ingress {
		add(func(s *cluster) {
			s.policies[i].Spec.Ingress = slices.Delete(s.policies[i].Spec.Ingress, j, j+1)
		})
		for k := range less(len(r.From)) {
			add(func(s *cluster) { dropAt(&s.policies[i].Spec.Ingress[j].From, k) })
		}
		for k := range less(len(r.Ports)) {
			add(func(s *cluster) { dropAt(&s.policies[i].Spec.Ingress[j].Ports, k) })
		}
		for k, p := range r.From {
			if p.IPBlock != nil && p.IPBlock.Except != nil {
				add(func(s *cluster) { dropAt(&s.policies[i].Spec.Ingress[j].From[k].IPBlock.Except, 0) })
			}
		}
	}
	for j, r := range c.policies[i].Spec.Egress {
		if len(c.policies[i].Spec.PolicyTypes) > 0 || len(c.policies[i].Spec.Egress) > 1 {
			add(func(s *cluster) {
				s.policies[i].Spec.Egress = slices.Delete(s.policies[i].Spec.Egress, j, j+1)
			})
		}
		for k := range less(len(r.To)) {
			add(func(s *cluster) { dropAt(&s.policies[i].Spec.Egress[j].To, k) })
		}
		for k := range less(len(r.Ports)) {
			add(func(s *cluster) { dropAt(&s.policies[i].Spec.Egress[j].Ports, k) })
		}
		for k, p := range r.To {
			if p.IPBlock != nil && p.IPBlock.Except != nil {
				add(func(s *cluster) { dropAt(&s.policies[i].Spec.Egress[j].To[k].IPBlock.Except, 0) })
			}
		}
	}
}

// less is how many elements of a list may go without leaving it empty, for an
// empty list means something else.
func less(n int) int {
	if n < 2 {
		return 0
	}
	return n
}

func dropAt[T any](s *[]T, i int) {
	if *s = slices.Delete(*s, i, i+1); len(*s) == 0 {
		*s = nil
	}
}
