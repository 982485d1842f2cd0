package tfsource

// match finds the parties of b that are the same as one of a: by address, then by id, then by
// kind and name, then by kind and what people call them. A key that two parties of one side share tells nothing.
func match(a, b []party) map[int]int {
	within := func(p party, key string) string {
		if key == "" {
			return ""
		}
		return p.provider + " " + key
	}
	return matchBy(a, b, []func(party) string{
		func(p party) string { return within(p, p.Address) },
		func(p party) string { return within(p, p.ID) },
		func(p party) string { return within(p, p.Name) },
		func(p party) string {
			if p.Called == "" || p.Kind == "" {
				return ""
			}
			return within(p, p.Kind+" "+p.Called)
		},
	})
}

// matchBy finds the elements of b that are the same as one of a, by keys, the surest first. An empty key is none, and
// one that two elements of one side share tells nothing.
func matchBy[T any](a, b []T, keys []func(T) string) map[int]int {
	out := map[int]int{}
	taken := map[int]bool{}
	for _, key := range keys {
		ours := unique(a, key, func(i int) bool { return taken[i] })
		theirs := unique(b, key, func(i int) bool { _, done := out[i]; return done })
		for k, i := range theirs {
			if j, ok := ours[k]; ok {
				out[i], taken[j] = j, true
			}
		}
	}
	return out
}

// unique returns the elements by key that no other has, without those that are done.
func unique[T any](xs []T, key func(T) string, done func(int) bool) map[string]int {
	out := map[string]int{}
	shared := map[string]bool{}
	for i, x := range xs {
		if done(i) {
			continue
		}
		k := key(x)
		if k == "" {
			continue
		}
		if _, ok := out[k]; ok {
			shared[k] = true
		}
		out[k] = i
	}
	for k := range shared {
		delete(out, k)
	}
	return out
}
