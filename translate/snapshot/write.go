package snapshot

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/crosswall/crosswall/providers"
)

// APIVersion is the version of snapshot files that [Write] writes and that is read.
const APIVersion = "crosswall.dev/snapshot/v1alpha1"

// Write writes a snapshot as a snapshot file: one JSON object, each native object on a line
// of its own, kinds by name and the objects of a kind by their text, so that the same snapshot
// gives the same bytes and two files compare line by line. Gaps stay in their order. It is an error if an
// object is no JSON.
func Write(w io.Writer, s providers.Snapshot) error {
	out := &fileWriter{to: bufio.NewWriter(w)}
	out.print("{\n")
	out.field("apiVersion", APIVersion)
	out.field("provider", s.Provider)
	out.field("scope", s.Scope)
	out.field("account", s.Account)
	if !s.Taken.IsZero() {
		out.field("taken", s.Taken.UTC().Format(time.RFC3339))
	}
	out.print(`  "objects": {`)
	for i, kind := range slices.Sorted(maps.Keys(s.Objects)) {
		out.kind(i, kind, s.Objects[kind])
	}
	out.print("\n  },\n  \"gaps\": [")
	for i, g := range s.Gaps {
		out.print(separator(i))
		out.value("    ", g)
	}
	out.print("\n  ]\n}\n")
	if out.err == nil {
		out.err = out.to.Flush()
	}
	if out.err != nil {
		return fmt.Errorf("writing a snapshot: %w", out.err)
	}
	return nil
}

// fileWriter writes until the first fault.
type fileWriter struct {
	to  *bufio.Writer
	err error
}

func (w *fileWriter) print(text string) {
	if w.err == nil {
		_, w.err = w.to.WriteString(text)
	}
}

// separator is what stands before element i of a list.
func separator(i int) string {
	if i == 0 {
		return "\n"
	}
	return ",\n"
}

// field writes a name and a text of the file's outermost object.
func (w *fileWriter) field(name, text string) {
	w.print("  \"" + name + "\": ")
	w.value("", text)
	w.print(",\n")
}

// value writes a value on one line.
func (w *fileWriter) value(indent string, v any) {
	if w.err != nil {
		return
	}
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	w.err = enc.Encode(v)
	w.print(indent + string(bytes.TrimSuffix(line.Bytes(), []byte("\n"))))
}

// kind writes the objects of a kind, which is number i.
func (w *fileWriter) kind(i int, kind string, objects []json.RawMessage) {
	w.print(separator(i))
	w.value("    ", kind)
	w.print(": [")
	lines := make([][]byte, len(objects))
	var line bytes.Buffer
	for j, o := range objects {
		line.Reset()
		if err := json.Compact(&line, o); err != nil && w.err == nil {
			w.err = fmt.Errorf("an object of %s: %w", kind, err)
		}
		lines[j] = o // mostly, so that an account is not in memory twice
		if !bytes.Equal(line.Bytes(), o) {
			lines[j] = bytes.Clone(line.Bytes())
		}
	}
	slices.SortFunc(lines, bytes.Compare)
	for j, line := range lines {
		w.print(separator(j) + "      ")
		if w.err == nil {
			_, w.err = w.to.Write(line)
		}
	}
	if len(objects) > 0 {
		w.print("\n    ")
	}
	w.print("]")
}
