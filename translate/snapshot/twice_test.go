package snapshot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// Of two values of one name it is not known which holds, so that such an object is not read (RFC 8259, section 4).
func TestNamesThatComeTwice(t *testing.T) {
	var many []string
	for i := range 3 * manyNames {
		many = append(many, fmt.Sprintf(`"n%d":1`, i))
	}
	all := strings.Join(many, ",")
	for _, c := range []struct {
		value string
		twice string // empty: none
	}{
		{`{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}`, ""},
		{`{"a":"a","b":["a","a"],"c":"{\"a\":1,\"a\":2}"}`, ""},
		{`{"a":1,"a":1}`, `"a"`},
		{`{"Action":"deny","action":"allow"}`, `"action"`},
		{`{"a":{"b":[1,{"c":1,"d":{},"c":2}]}}`, `"c"`},
		{`{"a":1,"\u0061":2}`, `"\u0061"`},
		{`{"k":1,"\u212a":2}`, `"\u212a"`}, // which encoding/json takes for a k
		{`{"ä":1,"Ä":2}`, `"Ä"`},
		{`{` + all + `}`, ""},
		{`{` + all + `,"n1":2}`, `"n1"`},
		{`{` + all + `,"N95":2}`, `"N95"`},
		{`[]`, ""}, {`"a"`, ""}, {`1`, ""}, {`{}`, ""}, {`{"":1,"":2}`, `""`},
	} {
		got, ok := twice([]byte(c.value))
		if string(got) != c.twice || ok != (c.twice != "") {
			t.Errorf("%s: %s %t, want %s", c.value, got, ok, c.twice)
		}
	}
	for _, in := range []string{
		`{"Groups":[` + groupA + `,{"GroupId":"b","VpcId":"v","vpcid":"w"}]}`,
		`{"Groups":[],"groups":[` + groupA + `]}`,
		`[{"GroupId":"b","VpcId":"v","VpcId":"w"}]`,
		`{"GroupId":"b","VpcId":"v","VPCID":"w"}`,
		`{"items":[{"kind":"compute#firewall","name":"f","name":"g"}]}`,
		`{"apiVersion":"` + APIVersion + `","provider":"aws","objects":{"Groups":[{"GroupId":"b","Deep":{"x":1,"X":2}}]}}`,
	} {
		_, findings, err := Reader{Natives: fakes()}.File("doc.json", strings.NewReader(in))
		if err != nil || codes(findings) != CodeBroken || model.WorstSeverity(findings) != model.Error || !strings.Contains(findings[0].Summary, "comes twice") {
			t.Errorf("%s: %v %v", in, findings, err)
		}
	}
}

// FuzzTwice compares with a reader of tokens.
func FuzzTwice(f *testing.F) {
	f.Add(`{"a":1,"b":{"a":[{"c":"\"","C":{}}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) {
			return
		}
		d := json.NewDecoder(strings.NewReader(text))
		if _, got := twice([]byte(text)); got != tokensTwice(d) {
			t.Errorf("%q: %t", text, got)
		}
	})
}

// tokensTwice reads the next value, and reports whether a name comes twice in it.
func tokensTwice(d *json.Decoder) bool {
	t, _ := d.Token()
	found := false
	switch t {
	case json.Delim('['):
		for d.More() {
			found = tokensTwice(d) || found
		}
		_, _ = d.Token()
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			name, _ := d.Token()
			key := folded(name.(string))
			found = found || seen[key]
			seen[key] = true
			found = tokensTwice(d) || found
		}
		_, _ = d.Token()
	}
	return found
}
