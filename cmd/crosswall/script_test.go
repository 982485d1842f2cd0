package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite golden files, scripts and the READMEs' outputs")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"crosswall":         func() { os.Exit(mainCode()) },
		pluginName:          func() { os.Exit(mainCode()) },
		"crosswall-limited": limitedMain,
	})
}

// Each script is one story told to the real command.
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("EXAMPLES", examples)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    scriptExits,
			"generate": scriptGenerate,
			"same":     scriptSame,
			"absent":   scriptAbsent,
			"cluster":  scriptCluster,
			"ec2":      scriptEC2,
			"cloud":    scriptCloud,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// scriptExits runs "exits CODE COMMAND...", and fails unless the command ends with
// that code.
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// scriptGenerate runs "generate KIND FILE": input too large to be written down.
func scriptGenerate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: generate KIND FILE")
	}
	const object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"
	var text string
	switch args[0] {
	case "50MB":
		text = object + strings.Repeat("  key: \"0123456789012345678901234567890123456789\"\n", 1<<20)
	case "nesting":
		text = object + "  deep: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "\n"
	case "aliases":
		text = object + "  a: &a [x, x, x, x, x, x, x, x, x, x]\n"
		for c := 'b'; c <= 'k'; c++ {
			text += fmt.Sprintf("  %c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10))
		}
	case "rules":
		text = rulesManifest(70)
	case "too-many-rules":
		text = rulesManifest(310)
	default:
		ts.Fatalf("unknown kind %q", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o666))
}

// rulesManifest is one workload that n scattered addresses may reach.
func rulesManifest(n int) string {
	var b strings.Builder
	b.WriteString(`apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: demo}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: many, namespace: demo}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
    - ports: [{port: 443}]
      from:
`)
	for i := range n {
		fmt.Fprintf(&b, "        - ipBlock: {cidr: 198.%d.%d.1/32}\n", 51+i/256, i%256)
	}
	return b.String()
}

// scriptSame runs "same DIR DIR", and fails unless both hold the same files.
func scriptSame(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same DIR DIR")
	}
	diff := diffFolders(ts.MkAbs(args[0]), ts.MkAbs(args[1]))
	switch {
	case diff != "" && !neg:
		ts.Fatalf("%s and %s differ: %s", args[0], args[1], diff)
	case diff == "" && neg:
		ts.Fatalf("%s and %s are the same", args[0], args[1])
	}
}

// scriptAbsent runs "absent PATTERN...", and fails if anything matches.
func scriptAbsent(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("use exists")
	}
	for _, a := range args {
		found, err := filepath.Glob(ts.MkAbs(a))
		ts.Check(err)
		if len(found) > 0 {
			ts.Fatalf("%s exists", strings.Join(found, ", "))
		}
	}
}

// diffFolders names the first file in which two folders differ; "" for none.
func diffFolders(a, b string) string {
	inA, inB := filesBelow(a), filesBelow(b)
	for name, data := range inA {
		other, ok := inB[name]
		if !ok {
			return name + " is missing in " + b
		}
		if other != data {
			return name + " differs:\n" + firstDifference(data, other)
		}
	}
	for name := range inB {
		if _, ok := inA[name]; !ok {
			return name + " is missing in " + a
		}
	}
	return ""
}

func filesBelow(dir string) map[string]string {
	out := map[string]string{}
	_ = filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(p)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	return out
}

// firstDifference returns the first line in which two texts differ, both ways.
func firstDifference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(as), len(bs)) {
		var x, y string
		if i < len(as) {
			x = as[i]
		}
		if i < len(bs) {
			y = bs[i]
		}
		if x != y {
			return fmt.Sprintf("line %d:\n- %s\n+ %s", i+1, x, y)
		}
	}
	return ""
}
