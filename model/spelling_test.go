package model

import "testing"

// TestSpelling: different selectors are spelt in different ways, the same in one.
func TestSpelling(t *testing.T) {
	all := []Selector{
		Any{}, At{}, At{MustPrefixes("10.0.0.0/8")}, At{MustPrefixes("10.0.0.0/9")}, At{MustPrefixes("10.0.0.0/8", "::/0")},
		Identities{}, Identities{"a"}, Identities{"a", "b"}, Identities{`a" "b`}, Identities{Outside}, Group("a"), Group(`a"`), Group("any"),
		And{}, And{Any{}}, And{Any{}, Any{}}, Or{}, Or{Any{}}, And{Or{}}, Not{Group("a")}, Not{Any{}}, Maybe{Selector: Any{}}, Maybe{Selector: Group("a")},
		And{Or{Group("a")}, Group("b")}, And{Or{Group("a"), Group("b")}}, Or{Group("a"), Group("b")}, Or{Group("b"), Group("a")},
	}
	for i, a := range all {
		for j, b := range all {
			if (Spelling(a) == Spelling(b)) != (i == j) {
				t.Errorf("%#v and %#v: %s, %s", a, b, Spelling(a), Spelling(b))
			}
		}
	}
	for _, c := range [][2]Selector{
		{nil, Any{}}, {Maybe{Selector: Any{}, Why: "a"}, Maybe{Selector: Any{}, Why: "b"}}, {At{MustPrefixes("10.0.0.0/9", "10.128.0.0/9")}, At{MustPrefixes("10.0.0.0/8")}},
	} {
		if Spelling(c[0]) != Spelling(c[1]) {
			t.Errorf("%#v and %#v: %s, %s", c[0], c[1], Spelling(c[0]), Spelling(c[1]))
		}
	}
}
