package terraform

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func TestShallow(t *testing.T) {
	deep := func(s string) string { return "x = " + strings.Repeat(s, maxNesting) }
	for _, row := range []struct {
		src  string
		want bool
	}{
		{"", true},
		{"a \"b\" {\n  x = [1, \"two\", a.b-c]\n  # it's {{{\n  y = { a = 1 } // [\n}\n", true},
		{strings.Repeat("x = [-1]\n", 10*maxNesting), true},
		{strings.Repeat("a {\n  x = 1 + 2\n}\n", 10*maxNesting), true},
		{"x = [" + strings.Repeat("1 + 2,\n", 10*maxNesting) + "]", true},
		{`x = "` + strings.Repeat(`[{(\"\\`, maxNesting) + `"`, true},
		{deep("["), false}, {deep("("), false}, {deep("{\n"), false}, {deep("!"), false}, {deep("1 + #\n"), false},
		{deep("a ? b : "), false}, {deep("a["), false}, {deep("[\"\"]"), false},
		{`x = "${a}"`, false}, {`x = "%{ if a }"`, false}, {`x = "$${a}"`, false}, {"x = <<E\n[\nE\n", false},
		{"/* { */", false}, {"x = \"é\"", false}, {"x = \"\n\"", false}, {"x = \"", false}, {"x = \"\\", false}, {"# no end", false}, {"x = 1\r\n", false},
	} {
		if got := shallow([]byte(row.src)); got != row.want {
			t.Errorf("%.60q: %t, want %t", row.src, got, row.want)
		}
	}
}

// What is found shallow without HCL's scanner is so with it.
func FuzzShallow(f *testing.F) {
	for _, s := range []string{"a {\n  x = [1, \"t\\\"]{\", -b[0]]\n  # c\n}\n", "x = a == b ? !c : d => [(", "x = \"$\\${\" // [\ny = <<E\n${[\nE\n"} {
		f.Add(s, uint16(300))
	}
	f.Fuzz(func(t *testing.T, s string, times uint16) {
		src := []byte(strings.Repeat(s, int(times%600)))
		if len(src) > 100_000 || !shallow(src) {
			return
		}
		if tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos); tooDeep(tokens) {
			t.Errorf("deep: %q times %d", s, times%600)
		}
	})
}
