package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/providers"
)

func texts(pairs ...string) []providers.File {
	var out []providers.File
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, providers.File{Name: pairs[i], Data: []byte(pairs[i+1])})
	}
	return out
}

// visible returns the files of a folder but for crosswall's list of them.
func visible(dir string) map[string]string {
	out := filesBelow(dir)
	delete(out, manifestName)
	return out
}

func wantFolder(t *testing.T, dir string, files ...string) {
	t.Helper()
	got := visible(dir)
	for i := 0; i < len(files); i += 2 {
		if got[files[i]] != files[i+1] {
			t.Errorf("%s holds %q, want %q", files[i], got[files[i]], files[i+1])
		}
	}
	if len(got) != len(files)/2 {
		t.Errorf("%s holds %d files, want %d: %v", dir, len(got), len(files)/2, got)
	}
}

func TestReplaceFolders(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "aws")
	for _, files := range [][]string{
		{"main.tf", "one", "outputs.tf", "two"},
		{"main.tf", "one", "outputs.tf", "two"},
		{"main.tf", "three", "variables.tf", "four"},
		{"main.tf.json", "five"},
	} {
		if err := replaceFolders([]folder{{dir, texts(files...)}}, false); err != nil {
			t.Fatal(err)
		}
		wantFolder(t, dir, files...)
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the folder lie %v (%v), want nothing", left, err)
	}
}

// A replacement that is cut short anywhere, by a crash or a loss of power, is finished by the next run, and
// never taken for somebody's edit.
func TestReplaceFoldersAfterACrash(t *testing.T) {
	before := []string{"a.tf", "old a", "b.tf", "old b", "stale.tf", "old"}
	after := []string{"a.tf", "new a", "b.tf", "new b", "c.tf", "new c"}
	moves := [][2]string{{manifestName + ".next", manifestName}, {"a.tf", "a.tf"}, {"b.tf", "b.tf"}, {"c.tf", "c.tf"}}
	for done := range len(moves) + 1 {
		dir := filepath.Join(t.TempDir(), "aws")
		if err := replaceFolders([]folder{{dir, texts(before...)}}, false); err != nil {
			t.Fatal(err)
		}
		s := &staging{folder: folder{dir, texts(after...)}}
		if err := s.inspect(false); err != nil {
			t.Fatal(err)
		}
		if err := s.stage(); err != nil {
			t.Fatal(err)
		}
		for _, m := range moves[:done] {
			if err := os.Rename(filepath.Join(s.temp, m[0]), filepath.Join(dir, m[1])); err != nil {
				t.Fatal(err)
			}
		}
		// Here the power goes. The next run may want something else again.
		for _, want := range [][]string{after, before} {
			if err := replaceFolders([]folder{{dir, texts(want...)}}, false); err != nil {
				t.Fatalf("after %d of %d moves: %v", done, len(moves), err)
			}
			wantFolder(t, dir, want...)
		}
	}
}

func TestReplaceFoldersRefuses(t *testing.T) {
	for _, row := range []struct {
		name, file, content string
		overwrite           bool
		want                string // in the error; empty: none
	}{
		{"a foreign file", "mine.tf", "x", false, "did not write (mine.tf)"},
		{"a foreign file, overwriting", "mine.tf", "x", true, "did not write (mine.tf)"},
		{"an edit", "main.tf", "edited", false, "changed since"},
		{"an edit, overwriting", "main.tf", "edited", true, ""},
		{"a list that was tampered with", manifestName, "{", false, "is not what crosswall wrote"},
		{"Terraform's state", "terraform.tfstate", "{}", false, ""},
		{"Terraform's backup", "terraform.tfstate.backup", "{}", false, ""},
		{"values", "prod.auto.tfvars", "a = 1", false, ""},
		{"a hidden file", ".env", "x", false, "did not write (.env)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "aws")
			if err := replaceFolders([]folder{{dir, texts("main.tf", "one")}}, false); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, row.file), []byte(row.content), 0o666); err != nil {
				t.Fatal(err)
			}
			before := filesBelow(dir)
			err := replaceFolders([]folder{{dir, texts("main.tf", "two")}}, row.overwrite)
			switch {
			case row.want == "" && err != nil:
				t.Errorf("got error %v", err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
				t.Errorf("got error %v, want %q", err, row.want)
			case row.want != "":
				for name, data := range filesBelow(dir) {
					if before[name] != data {
						t.Errorf("%s was changed", name)
					}
				}
			default:
				if visible(dir)["main.tf"] != "two" {
					t.Error("main.tf was not replaced")
				}
			}
		})
	}
}
