package auditfix_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model/audit"
)

var hunkHead = regexp.MustCompile(`^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$`)

// patched applies a unified diff as patch -p1 would, without any slack: every line that it shows has to be where it says, and the counts have
// to be right.
func patched(t testing.TB, files map[string]string, diff string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, text := range files {
		out[name] = text
	}
	lines := strings.Split(strings.TrimSuffix(diff, "\n"), "\n")
	for i := 0; i < len(lines); {
		name, ok := strings.CutPrefix(lines[i], "--- a/")
		if !ok || i+1 == len(lines) || lines[i+1] != "+++ b/"+name {
			t.Fatalf("no head of a file: %q", lines[i])
		}
		i += 2
		old, made := splitLines(files[name]), []string(nil)
		at := 0
		for i < len(lines) && strings.HasPrefix(lines[i], "@@") {
			m := hunkHead.FindStringSubmatch(lines[i])
			if m == nil {
				t.Fatalf("no hunk: %q", lines[i])
			}
			i++
			start, removed, first, added := number(m[1]), number(m[2]), number(m[3]), number(m[4])
			if removed > 0 {
				start--
			}
			if added > 0 {
				first--
			}
			made = append(made, old[at:start]...)
			at = start
			if len(made) != first {
				t.Fatalf("hunk %q begins at line %d", m[0], len(made)+1)
			}
			for i < len(lines) && !strings.HasPrefix(lines[i], "@@") && !strings.HasPrefix(lines[i], "--- a/") {
				sign, text := lines[i][0], lines[i][1:]+"\n"
				if i++; i < len(lines) && lines[i] == `\ No newline at end of file` {
					text = strings.TrimSuffix(text, "\n")
					i++
				}
				if sign != '+' {
					if old[at] != text {
						t.Fatalf("%s:%d is %q, and the diff has %q", name, at+1, old[at], text)
					}
					at++
					removed--
				}
				if sign != '-' {
					made = append(made, text)
					added--
				}
			}
			if removed != 0 || added != 0 {
				t.Fatalf("hunk %q counts wrongly", m[0])
			}
		}
		out[name] = strings.Join(append(made, old[at:]...), "")
	}
	return out
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(fmt.Sprint(text, " was matched as digits")) // which the pattern excludes
	}
	return n
}

func splitLines(text string) []string {
	var out []string
	for l := range strings.Lines(text) {
		out = append(out, l)
	}
	return out
}

// changed applies changes of lines, as a tool does that reads them from SARIF.
func changed(files map[string]string, changes []audit.Change) map[string]string {
	out := map[string]string{}
	for name, text := range files {
		lines := splitLines(text)
		var made []string
		at := 0
		for _, c := range changes {
			if c.File == name {
				made = append(append(made, lines[at:c.Line-1]...), c.New...)
				at = c.Line - 1 + len(c.Old)
			}
		}
		out[name] = strings.Join(append(made, lines[at:]...), "")
	}
	return out
}
