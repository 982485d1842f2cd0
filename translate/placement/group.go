package placement

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/crosswall/crosswall/providers"
)

// group is workloads of one namespace that have the same labels, as far as a
// placement can tell.
type group struct {
	namespace string
	labels    map[string]string // without runtime labels
	workloads []providers.Workload
	// chosen are the labels to select by: a few that no other group of the namespace has together, or
	// else all.
	chosen []string
	// exact is whether chosen picks this group only.
	exact bool
}

// groupWorkloads sorts workloads into groups, in an order in which the first match is
// the right one: within a namespace, a group whose labels another one has and
// more comes after that one.
func groupWorkloads(ws []providers.Workload) []group {
	byKey := map[string]*group{}
	for _, w := range ws {
		g := group{namespace: w.Namespace, labels: map[string]string{}}
		maps.Copy(g.labels, w.Labels)
		for _, k := range runtimeLabels() {
			delete(g.labels, k)
		}
		key := g.namespace
		for _, k := range slices.Sorted(maps.Keys(g.labels)) {
			key += "\n" + k + "=" + g.labels[k]
		}
		if byKey[key] == nil {
			byKey[key] = &g
		}
		byKey[key].workloads = append(byKey[key].workloads, w)
	}
	byNamespace := map[string][]*group{}
	for _, g := range byKey {
		slices.SortFunc(g.workloads, func(a, b providers.Workload) int { return cmp.Compare(a.ID, b.ID) })
		byNamespace[g.namespace] = append(byNamespace[g.namespace], g)
	}
	var out []group
	for _, ns := range slices.Sorted(maps.Keys(byNamespace)) {
		out = append(out, ordered(byNamespace[ns])...)
	}
	return out
}

func ordered(gs []*group) []group {
	out := make([]group, len(gs))
	for i, g := range gs {
		g.choose(gs)
		out[i] = *g
	}
	slices.SortFunc(out, func(a, b group) int {
		rank := func(g group) int {
			if g.exact {
				return 0
			}
			return 1
		}
		if c := cmp.Compare(rank(a), rank(b)); c != 0 {
			return c
		}
		if !a.exact && len(a.labels) != len(b.labels) {
			return len(b.labels) - len(a.labels)
		}
		return cmp.Compare(a.workloads[0].ID, b.workloads[0].ID)
	})
	return out
}

// choose sets chosen and exact among the groups of a namespace: labels are
// added, those that name an application first, until nobody else has them all.
func (g *group) choose(among []*group) {
	others := slices.DeleteFunc(slices.Clone(among), func(o *group) bool { return o == g })
	for _, k := range preferred(g.labels) {
		if len(g.chosen) > 0 && len(others) == 0 {
			break
		}
		left := slices.DeleteFunc(slices.Clone(others), func(o *group) bool {
			v, ok := o.labels[k]
			return !ok || v != g.labels[k]
		})
		if len(g.chosen) > 0 && len(left) == len(others) {
			continue // tells nobody apart
		}
		g.chosen, others = append(g.chosen, k), left
	}
	g.exact = len(others) == 0 && len(g.chosen) > 0
	slices.Sort(g.chosen)
}

// preferred returns the keys of labels in the order in which they are worth selecting by: those
// that usually stay the same over releases first.
func preferred(labels map[string]string) []string {
	usual := []string{
		"app.kubernetes.io/name", "app", "k8s-app", "name", "app.kubernetes.io/component", "component",
		"role", "tier", "app.kubernetes.io/instance", "app.kubernetes.io/part-of",
	}
	rank := func(k string) int {
		if i := slices.Index(usual, k); i >= 0 {
			return i
		}
		return len(usual)
	}
	return slices.SortedFunc(maps.Keys(labels), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
}

// lines returns the entry that places the group in a subnet.
func (g group) lines(indent, subnet string) []string {
	return append(g.head(indent), indent+"  subnets: ["+subnet+"]")
}

// head returns the beginning of the group's entry: who it is about, and before it lines of comment.
func (g group) head(indent string, comments ...string) []string {
	var out []string
	for _, w := range g.workloads {
		out = append(out, indent+"# "+oneLine(w.Kind+" "+w.Name))
	}
	for _, c := range comments {
		out = append(out, indent+"# "+oneLine(c))
	}
	out = append(out, indent+"- namespace: "+scalar(g.namespace))
	if len(g.chosen) > 0 {
		var pairs []string
		for _, k := range g.chosen {
			pairs = append(pairs, scalar(k)+": "+scalar(g.labels[k]))
		}
		out = append(out, indent+"  podSelector: {matchLabels: {"+strings.Join(pairs, ", ")+"}}")
	}
	return out
}

// scalar writes s as YAML text that is read back as text.
func scalar(s string) string {
	b, err := yaml.Marshal(yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: quoting(s)})
	if err != nil { // a scalar node can always be written
		return `""`
	}
	return strings.TrimSuffix(string(b), "\n")
}

// quoting leaves plain what is plain in every context.
func quoting(s string) yaml.Style {
	if s == "" || strings.ContainsFunc(s, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '/' || c == '_')
	}) {
		return yaml.DoubleQuotedStyle
	}
	return 0 // the encoder quotes what would be read as a number, date or truth value
}

// oneLine makes a name safe for a comment.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029 {
			return '?'
		}
		return c
	}, s)
}
