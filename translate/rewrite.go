package translate

import "github.com/crosswall/crosswall/model"

// rewrite returns the policy with what f makes of identities in their place, inside other selectors too.
func rewrite(p model.Policy, f func(model.Identities) model.Selector) model.Policy {
	return p.MapSelectors(func(s model.Selector) model.Selector {
		return model.MapLeaves(s, func(leaf model.Selector) model.Selector {
			if ids, ok := leaf.(model.Identities); ok {
				return f(ids)
			}
			return leaf
		})
	})
}
