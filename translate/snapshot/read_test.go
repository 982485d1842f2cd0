package snapshot

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/providers"
)

func sample() providers.Snapshot {
	return providers.Snapshot{
		Provider: "aws", Scope: "aws://eu-west-1/vpc-1", Account: "111122223333",
		Taken: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Objects: map[string][]json.RawMessage{
			"SecurityGroups": {json.RawMessage(`{"GroupId":"sg-2", "Description":"a <b> & c"}`), json.RawMessage(`{"GroupId": "sg-1"}`)},
			"NetworkAcls":    {},
		},
		Gaps: []providers.Gap{{Kind: "ManagedPrefixLists", Object: "pl-1", Call: "GetManagedPrefixListEntries", Why: "access denied"}},
	}
}

func TestWriteAndRead(t *testing.T) {
	var first bytes.Buffer
	if err := Write(&first, sample()); err != nil {
		t.Fatal(err)
	}
	const want = `{
  "apiVersion": "crosswall.dev/snapshot/v1alpha1",
  "provider": "aws",
  "scope": "aws://eu-west-1/vpc-1",
  "account": "111122223333",
  "taken": "2026-03-04T05:06:07Z",
  "objects": {
    "NetworkAcls": [],
    "SecurityGroups": [
      {"GroupId":"sg-1"},
      {"GroupId":"sg-2","Description":"a <b> & c"}
    ]
  },
  "gaps": [
    {"kind":"ManagedPrefixLists","object":"pl-1","call":"GetManagedPrefixListEntries","why":"access denied"}
  ]
}
`
	if first.String() != want {
		t.Errorf("wrote\n%s", first.String())
	}
	s, err := Read("a.json", bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	in := sample()
	slices.Reverse(in.Objects["SecurityGroups"])
	in.Objects["SecurityGroups"][0] = json.RawMessage(`{"GroupId":"sg-1"}`)
	in.Objects["SecurityGroups"][1] = json.RawMessage(`{"GroupId":"sg-2","Description":"a <b> & c"}`)
	if !reflect.DeepEqual(s, in) {
		t.Errorf("read %+v, want %+v", s, in)
	}
	// The fields may come in any order, and be spread over lines.
	var indented bytes.Buffer
	if err := json.Indent(&indented, first.Bytes(), "", "\t"); err != nil {
		t.Fatal(err)
	}
	again, err := Read("a.json", &indented)
	if err != nil || !reflect.DeepEqual(again, s) {
		t.Errorf("indented: %+v, %v", again, err)
	}
}

func TestReadIsStrict(t *testing.T) {
	const head = `{"apiVersion":"crosswall.dev/snapshot/v1alpha1","provider":"aws",`
	for _, tt := range []struct{ name, in, want string }{
		{"another version", `{"apiVersion":"crosswall.dev/snapshot/v2","provider":"aws"}`, `a.json:1:15: a snapshot of version "crosswall.dev/snapshot/v2"`},
		{"no version", `{"provider":"aws","objects":{}}`, "a.json:1:1: the snapshot has no apiVersion"},
		{"no provider", `{"apiVersion":"crosswall.dev/snapshot/v1alpha1","objects":{}}`, "no provider"},
		{"no objects", head + `"scope":""}`, "no objects"},
		{"an unknown field", head + "\n\"filters\":[],\"objects\":{}}", `a.json:2:11: a snapshot has no field "filters"`},
		{"an unknown field of a gap", head + `"objects":{},"gaps":[{"kind":"a","until":"b"}]}`, `a gap has no field "until"`},
		{"a gap without a kind", head + `"objects":{},"gaps":[{"why":"b"}]}`, "the gap has no kind"},
		{"objects that are none", head + `"objects":{"A":[1]}}`, "want an object of A"},
		{"a kind that is no list", head + `"objects":{"A":null}}`, "want a list"},
		{"a kind twice", head + `"objects":{"A":[],"A":[]}}`, `"A" comes twice`},
		{"no time", head + `"taken":"yesterday","objects":{}}`, "RFC 3339"},
		{"two snapshots", head + `"objects":{}} {}`, "something follows"},
		{"cut off", head, "ends in the middle"},
		{"nothing", "", "ends in the middle"},
	} {
		if _, err := Read("a.json", strings.NewReader(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestWriteFaults(t *testing.T) {
	s := sample()
	s.Objects["Broken"] = []json.RawMessage{json.RawMessage(`{`)}
	if err := Write(&bytes.Buffer{}, s); err == nil || !strings.Contains(err.Error(), "an object of Broken") {
		t.Errorf("%v", err)
	}
	full := errors.New("disk full")
	if err := Write(failingWriter{full}, sample()); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// Whatever is read is written and read again as the same.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, sample()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"apiVersion":"crosswall.dev/snapshot/v1alpha1","provider":"a","objects":{"b":[{}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read("a.json", bytes.NewReader(data))
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := Write(&first, s); err != nil {
			t.Fatal(err)
		}
		again, err := Read("a.json", bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("%v of\n%s", err, first.Bytes())
		}
		if err := Write(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("%v: wrote\n%s\nand then\n%s", err, first.Bytes(), second.Bytes())
		}
	})
}

// No document makes the reader fail or hang, and each object that it returns is JSON.
func FuzzFile(f *testing.F) {
	for _, s := range []string{`{"Groups":[` + groupA + `],"NextToken":"x"}`, `[` + firewall + `]`, `{"items":[` + firewall + `]}`, groupA, "\xff\xfe{\x00}\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ss, _, err := Reader{Natives: fakes()}.File("a.json", bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range ss {
			for _, objects := range s.Objects {
				for _, o := range objects {
					if !json.Valid(o) {
						t.Fatalf("%s", o)
					}
				}
			}
		}
	})
}
