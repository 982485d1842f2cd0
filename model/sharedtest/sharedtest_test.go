package sharedtest

import (
	"os"
	"path/filepath"
	"testing"
)

// The folder that the variable names counts alone; without it, the nearest one above that has what is looked for.
func TestFind(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"named/corpus", "shared/corpus", "repository/shared/other", "repository/model"} {
		if err := os.MkdirAll(filepath.Join(root, filepath.FromSlash(dir)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(root, "repository", "model"))
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ named, want, found string }{
		{"", "corpus", "shared/corpus"},
		{"", "other", "repository/shared/other"},
		{"", "missing", ""},
		{"named", "corpus", "named/corpus"},
		{"named", "other", ""},
	} {
		t.Setenv("CROSSWALL_SHARED", "")
		if row.named != "" {
			t.Setenv("CROSSWALL_SHARED", filepath.Join(root, row.named))
		}
		got, ok := find(row.want)
		if ok != (row.found != "") || ok && got != filepath.Join(root, filepath.FromSlash(row.found)) {
			t.Errorf("%q in %q: %q, %t; want %q", row.want, row.named, got, ok, row.found)
		}
	}
}
