package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"unicode/utf16"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// outline writes snapshots on one line: "aws Groups=2 Acls=0 gap:Groups".
func outline(ss []providers.Snapshot) string {
	var out []string
	for _, s := range ss {
		out = append(out, s.Provider)
		for _, k := range slices.Sorted(maps.Keys(s.Objects)) {
			out = append(out, fmt.Sprintf("%s=%d", k, len(s.Objects[k])))
		}
		for _, g := range s.Gaps {
			out = append(out, "gap:"+g.Kind)
		}
	}
	return strings.Join(out, " ")
}

func codes(fs []model.Finding) string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Code)
	}
	return strings.Join(out, " ")
}

const (
	groupA   = `{"GroupId":"a","VpcId":"v"}`
	groupB   = `{"GroupId":"b"}`
	aclA     = `{"AclId":"a"}`
	firewall = `{"kind":"compute#firewall","name":"f"}`
	network  = `{"kind":"compute#network","name":"n"}`
)

// The forms in which the documents of each command come.
func TestDocuments(t *testing.T) {
	for _, tt := range []struct{ name, in, want, codes string }{
		{"a named list", `{"Groups": [` + groupA + `, ` + groupB + `]}`, "aws Groups=2", ""},
		{"a named list without elements", `{"Groups": []}`, "aws Groups=0", ""},
		{"a named list with the word that it is all", `{"Groups": [` + groupA + `], "NextToken": null}`, "aws Groups=1", ""},
		{"a page of several", `{"NextToken": "abc", "Groups": [` + groupA + `]}`, "aws Groups=1 gap:Groups", ""},
		{"two pages in one file", `{"Groups":[` + groupA + `]}` + "\n" + `{"Groups":[` + groupB + `]}`, "aws Groups=2", ""},
		{"two answers joined", `{"Groups":[` + groupA + `],"Acls":[` + aclA + `]}`, "aws Acls=1 Groups=1", ""},
		{"a list of answers", `[{"Groups":[` + groupA + `]},{"Acls":[` + aclA + `]}]`, "aws Acls=1 Groups=1", ""},
		{"a bare list of a query", `[` + groupA + `,` + aclA + `]`, "aws Acls=1 Groups=1", ""},
		{"a bare list of typed objects", `[` + firewall + `,` + network + `]`, "gcp compute#firewall=1 compute#network=1", ""},
		{"the API's list", `{"kind":"compute#firewallList","items":[` + firewall + `]}`, "gcp compute#firewall=1", ""},
		{"a page of the API's list", `{"items":[` + firewall + `],"nextPageToken":"x"}`, "gcp compute#firewall=1 gap:compute#firewall", ""},
		{"a list that is a field", `{"kind":"compute#network","value":[` + firewall + `]}`, "gcp compute#network=1", ""},
		{"one object of a list", groupA, "aws Groups=1 gap:Groups", ""},
		{"an object with a list of that name", `{"kind":"compute#firewall","items":["10.0.0.0/8"]}`, "gcp compute#firewall=1 gap:compute#firewall", ""},
		{"the same object twice", `{"Groups":[` + groupA + `,` + groupA + `]}`, "aws Groups=1", CodeRepeated},
		{"two clouds", `[` + firewall + `,` + groupA + `]`, "aws Groups=1 gcp compute#firewall=1", ""},
		{"an empty list", `[]`, "", CodeEmptyList},
		{"an empty object", `{}`, "", CodeUnread},
		{"something else", `{"Buckets":[]}`, "", CodeUnread},
		{"something else in a list", `[` + firewall + `,{"a":1}]`, "gcp compute#firewall=1", CodeUnread},
		{"no list", `"text"`, "", CodeBroken},
		{"cut off", `{"Groups": [` + groupA, "aws Groups=1", CodeBroken},
		{"cut off in an object", `{"Groups": [{"GroupId":`, "aws Groups=0", CodeBroken},
		{"an element that is none", `{"Groups": ["a"]}`, "aws Groups=0", CodeBroken},
		{"two numbers", `[1 2]`, "", CodeBroken},
		{"a comma too many", `{"Groups": [` + groupA + `,]}`, "aws Groups=1", CodeBroken},
		{"a name twice", `{"Groups": [], "Groups": [` + groupA + `]}`, "aws Groups=0", CodeBroken},
		{"nothing", ``, "", ""},
		{"too deep", strings.Repeat("[", maxDepth+3), "", CodeBroken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, from := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in))} {
				got, findings, err := Reader{Natives: fakes()}.File("doc.json", from)
				if err != nil || outline(got) != tt.want || codes(findings) != tt.codes {
					t.Errorf("got %q, findings %q (%v), %v; want %q, %q", outline(got), codes(findings), findings, err, tt.want, tt.codes)
				}
			}
		})
	}
}

func TestFaultsHavePlaces(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"in a list", "{\n  \"Groups\": [\n    " + groupA + "\n    " + groupB + "]}", "d/doc.json:4:5"},
		{"in an object", "{\"Groups\": [\n  {\"GroupId\": tru }]}", "d/doc.json:2:3"},
		{"at the end", "{\"Groups\": [\n", "d/doc.json:2:1"},
	} {
		_, findings, err := Reader{Natives: fakes(), Path: "d"}.File("doc.json", strings.NewReader(tt.in))
		if err != nil || len(findings) != 1 || findings[0].Severity != model.Error || findings[0].Origin.String() != tt.want {
			t.Errorf("%s: %v %v, want %s", tt.name, findings, err, tt.want)
		}
	}
}

func TestEncodings(t *testing.T) {
	const text = `{"Groups": [{"GroupId": "ä𝄞"}]}`
	for name, order := range map[string]binary.AppendByteOrder{"UTF-16LE": binary.LittleEndian, "UTF-16BE": binary.BigEndian} {
		data := order.AppendUint16(nil, 0xfeff)
		for _, u := range utf16.Encode([]rune(text)) {
			data = order.AppendUint16(data, u)
		}
		for _, from := range []io.Reader{strings.NewReader(string(data)), iotest.OneByteReader(strings.NewReader(string(data)))} {
			got, findings, err := Reader{Natives: fakes()}.File("doc.json", from)
			if err != nil || len(findings) > 0 || len(got) != 1 || string(got[0].Objects["Groups"][0]) != `{"GroupId":"ä𝄞"}` {
				t.Errorf("%s: %v %v %v", name, got, findings, err)
			}
		}
	}
	got, findings, err := Reader{Natives: fakes()}.File("doc.json", strings.NewReader("\xef\xbb\xbf"+text))
	if err != nil || len(findings) > 0 || outline(got) != "aws Groups=1" {
		t.Errorf("byte order mark: %v %v %v", got, findings, err)
	}
}

func TestFolder(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	got, findings, err := Reader{Natives: fakes(), Path: "dumps"}.Folder(fstest.MapFS{
		"a/groups.json":  file(`{"Groups":[` + groupA + `]}`),
		"b/groups.json":  file(`{"Groups":[` + groupB + `]}`),
		"acls.JSON":      file(`{"Acls":[]}`),
		"fw.json":        file(`[` + firewall + `]`),
		"notes.txt":      file(`not JSON`),
		".hidden.json":   file(`not JSON`),
		".git/x.json":    file(`not JSON`),
		"nothing.json":   file(``),
		"regions.json":   file(`{"Regions":[]}`),
		"b/broken.json":  file(`{"Groups":[}`),
		"b/broken2.json": file(`{`),
	})
	if err != nil || outline(got) != "aws Acls=0 Groups=2 gcp compute#firewall=1" {
		t.Errorf("%q %v", outline(got), err)
	}
	var at []string
	for _, f := range findings {
		at = append(at, f.Origin.String()+" "+f.Code)
	}
	slices.Sort(at)
	want := []string{"dumps unread-document", "dumps/b/broken.json:1:12 broken-document", "dumps/b/broken2.json:1:2 broken-document"}
	if !slices.Equal(at, want) {
		t.Errorf("findings %q, want %q", at, want)
	}
}

// What one of several snapshots did not read is not known in full, whatever the others have.
func TestSnapshotsInFolder(t *testing.T) {
	file := func(scope, objects string) *fstest.MapFile {
		return &fstest.MapFile{Data: fmt.Appendf(nil, `{"apiVersion":%q,"provider":"aws","scope":%q,"objects":%s,"gaps":[]}`, APIVersion, scope, objects)}
	}
	got, findings, err := Reader{Natives: fakes()}.Folder(fstest.MapFS{
		"a.json": file("aws://a", `{"Groups":[`+groupA+`],"Acls":[]}`),
		"b.json": file("aws://b", `{"Groups":[`+groupB+`]}`),
	})
	if err != nil || len(findings) > 0 || outline(got) != "aws Acls=0 Groups=2 gap:Acls" || got[0].Scope != "" {
		t.Errorf("%q %v %v", outline(got), findings, err)
	}
	_, findings, _ = Reader{Natives: fakes()}.Folder(fstest.MapFS{"a.json": file("x", `{"Novelties":[]}`)})
	if codes(findings) != CodeUnread || model.WorstSeverity(findings) != model.Error {
		t.Errorf("a kind of a later version: %v", findings)
	}
}

func TestRecognises(t *testing.T) {
	for in, want := range map[string]bool{
		`{"Groups": [`:                              true,
		`[` + firewall:                              true,
		`{"apiVersion": "` + APIVersion + `",`:      true,
		`{"apiVersion":"crosswall.dev/snapshot/v9"`: true,
		`{"apiVersion": "v1", "kind": "Pod"}`:       false,
		`{"apiVersion": "crosswall.dev/v1alpha1"}`:  false,
		`[]`: false, ``: false, `{"Buckets": []}`: false,
	} {
		if got := (Reader{Natives: fakes()}).Recognises(strings.NewReader(in)); got != want {
			t.Errorf("%s: %t", in, got)
		}
	}
}

func TestFileReportsReadErrors(t *testing.T) {
	broken := errors.New("the disk is on fire")
	_, _, err := Reader{Natives: fakes()}.File("doc.json", io.MultiReader(strings.NewReader(`{"Groups":[`), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// A large list is read object by object: the text of the whole is never held.
func TestLargeListIsStreamed(t *testing.T) {
	const n = 200_000
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, `{"Groups":[`)
		for i := range n {
			fmt.Fprintf(w, "%s{\"GroupId\": \"%d\",\n\n   \"Padding\":      []}", []string{"", ","}[min(i, 1)], i)
		}
		_, _ = io.WriteString(w, `]}`)
		_ = w.Close()
	}()
	got, findings, err := Reader{Natives: fakes()}.File("doc.json", r)
	if err != nil || len(findings) > 0 || outline(got) != fmt.Sprintf("aws Groups=%d", n) {
		t.Errorf("%q %v %v", outline(got), findings, err)
	}
}
