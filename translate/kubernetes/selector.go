package kubernetes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// truth is the answer to whether a selector matches. The zero truth is no.
type truth uint8

const (
	no truth = iota
	perhaps
	yes
)

// labelSet is the labels of pods or of a namespace, as far as they are known.
type labelSet struct {
	known map[string]string
	// unknown reports whether a key that is not known may be there all the same, and why. Nil:
	// no key is.
	unknown func(key string) (why string, ok bool)
}

// operator is how a requirement compares. The zero operator is invalid.
type operator uint8

const (
	opIn operator = iota + 1
	opNotIn
	opExists
	opDoesNotExist
)

// parseOperator returns the operator of a matchExpressions item
// (k8s.io/apimachinery/pkg/apis/meta/v1, LabelSelectorOperator).
func parseOperator(s string) (operator, bool) {
	switch s {
	case "In":
		return opIn, true
	case "NotIn":
		return opNotIn, true
	case "Exists":
		return opExists, true
	case "DoesNotExist":
		return opDoesNotExist, true
	}
	return 0, false
}

// requirement is one condition of a selector.
type requirement struct {
	key    string
	op     operator
	values []string // sorted; of opIn and opNotIn only
}

// selector is conditions that must all hold. The empty selector matches everything; no
// selector at all is a nil pointer, whose meaning depends on the field.
type selector struct{ requirements []requirement }

// match returns whether the selector matches, and for perhaps, why that is unknown.
func (s *selector) match(l labelSet) (truth, string) {
	out, why := yes, ""
	for _, r := range s.requirements {
		t, w := r.match(l)
		if t < out {
			out, why = t, w
		}
	}
	return out, why
}

// match follows k8s.io/apimachinery/pkg/labels: NotIn and DoesNotExist match
// where the key is absent.
func (r requirement) match(l labelSet) (truth, string) {
	value, present := l.known[r.key]
	if !present && l.unknown != nil {
		if why, ok := l.unknown(r.key); ok {
			return perhaps, why
		}
	}
	holds := false
	switch r.op {
	case opIn:
		holds = present && slices.Contains(r.values, value)
	case opNotIn:
		holds = !present || !slices.Contains(r.values, value)
	case opExists:
		holds = present
	case opDoesNotExist:
		holds = !present
	}
	if holds {
		return yes, ""
	}
	return no, ""
}

// String returns the selector the way kubectl -l takes it.
func (s *selector) String() string {
	if len(s.requirements) == 0 {
		return "everything"
	}
	parts := make([]string, len(s.requirements))
	for i, r := range s.requirements {
		parts[i] = r.String()
	}
	return strings.Join(parts, ",")
}

func (r requirement) String() string {
	values := strings.Join(r.values, ",")
	switch r.op {
	case opIn:
		if len(r.values) == 1 {
			return r.key + "=" + values
		}
		return fmt.Sprintf("%s in (%s)", r.key, values)
	case opNotIn:
		return fmt.Sprintf("%s notin (%s)", r.key, values)
	case opExists:
		return r.key
	case opDoesNotExist:
		return "!" + r.key
	}
	return r.key
}

// selector reads a label selector; nil where there is none. What it checks is
// k8s.io/apimachinery/pkg/apis/meta/v1/validation, ValidateLabelSelector.
func (c cursor) selector() *selector {
	if c.absent() || !c.mapping() {
		return nil
	}
	c.only("matchLabels", "matchExpressions")
	s := &selector{}
	for key, value := range c.get("matchLabels").labels() {
		s.requirements = append(s.requirements, requirement{key, opIn, []string{value}})
	}
	for _, e := range c.get("matchExpressions").items() {
		s.requirements = append(s.requirements, e.requirement())
	}
	slices.SortFunc(s.requirements, func(a, b requirement) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.op, b.op), slices.Compare(a.values, b.values))
	})
	return s
}

func (c cursor) requirement() requirement {
	if !c.mapping() {
		return requirement{}
	}
	c.only("key", "operator", "values")
	r := requirement{key: c.get("key").text()}
	if why := labelKeyFault(r.key); why != "" {
		c.get("key").fault("invalid-label", fmt.Sprintf("the label key %q is not valid: %s", clip(r.key), why), "")
	}
	values, op := c.get("values"), c.get("operator")
	r.values = values.texts()
	slices.Sort(r.values)
	for _, v := range values.elements() {
		if why := labelValueFault(v.node.string()); why != "" {
			v.fault("invalid-label", fmt.Sprintf("the label value %q is not valid: %s", clip(v.node.string()), why), "")
		}
	}
	word := op.text()
	var known bool
	if r.op, known = parseOperator(word); !known {
		op.fault("invalid-selector", fmt.Sprintf("%q is no operator", clip(word)), "use In, NotIn, Exists or DoesNotExist")
		return r
	}
	needs := r.op == opIn || r.op == opNotIn
	switch {
	case needs && len(r.values) == 0:
		values.fault("invalid-selector", "must be given when the operator is In or NotIn", "")
	case !needs && len(r.values) > 0:
		values.fault("invalid-selector", "must not be given when the operator is Exists or DoesNotExist", "")
	}
	return r
}
