package providers

import "github.com/crosswall/crosswall/model"

// Reasons names what asks for rules, each once, in order: a policy by its object
// ("NetworkPolicy shop/db"), the platform by its reason. It leaves out files, lines and places
// within a policy, so that what is written of a rule stays as it is while other rules
// of its policy come and go.
func Reasons(rules []model.Rule) []string {
	seen := map[string]bool{}
	var out []string
	for _, r := range rules {
		if s := reason(r); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func reason(r model.Rule) string {
	switch {
	case r.Reason != "":
		return "platform: " + r.Reason
	case r.Origin.Object != "":
		return r.Origin.Object
	case r.Name != "":
		return r.Name
	}
	return "a policy"
}
