package translate_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate"
)

// TestReadLock: what cannot be read is refused with its place and what to do.
func TestReadLock(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string // in the error; empty: it is read
	}{
		{"numbers", `{"note": "x", "version": 1, "numbers": {"network ACL app, ingress": {"tcp/80 from 10.0.0.0/8": 100}}}`, ""},
		{"no numbers", `{"version": 1}`, ""},
		{"a later one", `{"version": 2, "numbers": []}`, "out/crosswall.lock.json: a lock file of version 2, and this crosswall knows version 1: use a newer crosswall"},
		{"no version", `{"numbers": {}}`, "out/crosswall.lock.json: not a lock file of crosswall: it has no version; restore it"},
		{"not JSON", "{\n  \"version\": 1,\n<<<<<<< ours\n}", "out/crosswall.lock.json:3: not a lock file of crosswall: invalid character '<'"},
		{"cut off", "{\n  \"version\": 1,", "out/crosswall.lock.json:2: not a lock file of crosswall: unexpected EOF"},
		{"empty", "", "out/crosswall.lock.json:1: not a lock file of crosswall: EOF"},
		{"two values", "{\"version\": 1}\n{}", "out/crosswall.lock.json:2: not a lock file of crosswall: something follows"},
		{"words for numbers", "{\"version\": 1,\n\"numbers\": {\"a\": {\"b\": \"c\"}}}", "out/crosswall.lock.json:2: not a lock file of crosswall: numbers holds a value of the wrong kind: string"},
		{"a byte order mark", "\xef\xbb\xbf{\"version\": 1}", ""},
		{"a field that is not known", "{\"version\": 1,\n\"number\": {}}", "out/crosswall.lock.json:2: not a lock file of crosswall: a lock file has no field \"number\"; restore it"},
		{"a field in capitals", "{\"version\": 1,\n\"Numbers\": {}}", "out/crosswall.lock.json:2: not a lock file of crosswall: a lock file has no field \"Numbers\""},
		{"null for numbers", "{\"version\": 1,\n\"numbers\": null}", "out/crosswall.lock.json:2: not a lock file of crosswall: numbers is no object"},
		{"null for a list", "{\"version\": 1,\n\"numbers\": {\n\"a\": null}}", "out/crosswall.lock.json:3: not a lock file of crosswall: a is no object"},
		{"null for a number", "{\"version\": 1,\n\"numbers\": {\n\"a\": {\n\"b\": null}}}", "out/crosswall.lock.json:4: not a lock file of crosswall: numbers holds a value of the wrong kind: null"},
		{"half a number", "{\"version\": 1,\n\"numbers\": {\"a\": {\"b\": 1.5}}}", "out/crosswall.lock.json:2: not a lock file of crosswall: numbers holds a value of the wrong kind: number 1.5"},
		{"a number that is too large", "{\"version\": 1,\n\"numbers\": {\"a\": {\"b\": 1000000000000000000000}}}", "out/crosswall.lock.json:2: not a lock file of crosswall: numbers holds a value of the wrong kind: number"},
		{"numbers twice", "{\"version\": 1,\n\"numbers\": {},\n\"numbers\": {}}", "out/crosswall.lock.json:3: not a lock file of crosswall: \"numbers\" comes twice"},
		{"a list twice", "{\"version\": 1,\n\"numbers\": {\"a\": {},\n\"a\": {}}}", "out/crosswall.lock.json:3: not a lock file of crosswall: \"a\" comes twice"},
		{"a rule twice", "{\"version\": 1,\n\"numbers\": {\"a\": {\"b\": 1,\n\"b\": 2}}}", "out/crosswall.lock.json:3: not a lock file of crosswall: \"b\" comes twice"},
		{"a version twice", "{\"version\": 1,\n\"version\": 1}", "out/crosswall.lock.json:2: not a lock file of crosswall: \"version\" comes twice"},
		{"null alone", "null", "out/crosswall.lock.json: not a lock file of crosswall: it has no version"},
		{"a list", "[]", "out/crosswall.lock.json:1: not a lock file of crosswall"},
	} {
		got, err := translate.ReadLock("out/crosswall.lock.json", []byte(c.text))
		var lock *translate.LockError
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (!errors.As(err, &lock) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		case c.want != "" && len(got) > 0:
			t.Errorf("%s: %v in spite of the error", c.name, got)
		}
	}
}

// FuzzReadLock: no file makes it fail in another way than with an error of its place, and numbers are usable
// whatever they are.
func FuzzReadLock(f *testing.F) {
	f.Add([]byte(`{"version": 1, "numbers": {"a": {"b": 100, "c": -1}}}`))
	f.Add([]byte("{\n\"version\": 99999999999999999999}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		numbers, err := translate.ReadLock("lock", data)
		var lock *translate.LockError
		if err != nil && (!errors.As(err, &lock) || lock.Line < 0 || lock.Line > 1+strings.Count(string(data), "\n")) {
			t.Fatalf("%#v", err)
		}
		for _, list := range numbers {
			keys := []string{"a", "b", "c"}
			got, err := providers.KeepOrdered(list, keys, 1, 9)
			if err != nil || got["a"] >= got["b"] || got["b"] >= got["c"] || got["a"] < 1 || got["c"] > 9 {
				t.Fatalf("%v, %v", got, err)
			}
		}
	})
}

// TestNumbersAreKept translates random clusters, takes something away from each, and translates it again with the
// lock of before: without an edit the files are the same bytes, and with one, rules that are still there keep
// their numbers.
func TestNumbersAreKept(t *testing.T) {
	const seed = 11
	t.Logf("seed %d", seed)
	same, moved := 0, 0
	for i := range uint64(65) {
		m := modeOf(i)
		d := roll(seed, i)
		c := generate(d, m)
		before, ok := locked(t, c, m, nil)
		if !ok {
			continue
		}
		numbers := lockOf(t, before)
		again, _ := locked(t, c, m, numbers)
		if !sameFiles(before.Files, again.Files) {
			t.Fatalf("case %d (%s): the files change with the lock that they come with\n%s", i, m.name, c)
		}
		edited := pick(d, c.smaller())
		after, ok := locked(t, edited, m, numbers)
		if !ok {
			continue
		}
		for list, rules := range after.Output.Numbers {
			if strings.HasPrefix(list, "security group") {
				continue // places in several groups, which change with how many there are
			}
			for rule, n := range rules {
				if had, ok := numbers[list][rule]; ok {
					same++
					if had != n {
						moved++
						t.Logf("case %d (%s): %s, %s: %d, then %d", i, m.name, list, rule, had, n)
					}
				}
			}
		}
	}
	if same == 0 || moved*50 > same {
		t.Errorf("of %d rules that stayed, %d got other numbers", same, moved)
	}
}

// locked translates a cluster with the numbers of before; false where it is refused.
func locked(t *testing.T, c *cluster, m mode, numbers providers.Numbering) (translate.Result, bool) {
	t.Helper()
	in, site, err := read(c)
	if err != nil {
		t.Fatal(err)
	}
	r := translate.To(m.provider(c.groupRules), in, site, translate.Options{AllowWider: true, Shrink: c.shrink, Numbers: numbers})
	return r, !r.Refused && r.Verdict != model.Unsupported
}

// lockOf reads the lock among the files, which says what the output says.
func lockOf(t *testing.T, r translate.Result) providers.Numbering {
	t.Helper()
	for _, f := range r.Files {
		if f.Name != translate.LockName {
			continue
		}
		numbers, err := translate.ReadLock(f.Name, f.Data)
		if err != nil {
			t.Fatal(err)
		}
		for list, rules := range r.Output.Numbers {
			if !maps.Equal(rules, numbers[list]) {
				t.Fatalf("%s: %v in the lock, %v in the output", list, numbers[list], rules)
			}
		}
		return numbers
	}
	if len(r.Output.Numbers) > 0 {
		t.Fatal("there are numbers and no lock")
	}
	return nil
}

func sameFiles(a, b []providers.File) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || string(a[i].Data) != string(b[i].Data) {
			return false
		}
	}
	return true
}
