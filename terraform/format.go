package terraform

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
)

// Format is a syntax that a module can be written in. The zero Format is
// invalid.
type Format uint8

const (
	// HCL is Terraform's native syntax: files that end in ".tf".
	HCL Format = iota + 1
	// JSON is Terraform's JSON syntax: files that end in ".tf.json".
	JSON
)

// String returns "hcl" or "tfjson".
func (f Format) String() string {
	switch f {
	case HCL:
		return "hcl"
	case JSON:
		return "tfjson"
	}
	return "invalid"
}

// ParseFormat returns the format that [Format.String] calls s.
func ParseFormat(s string) (Format, error) {
	for _, f := range []Format{HCL, JSON} {
		if f.String() == s {
			return f, nil
		}
	}
	return 0, fmt.Errorf("unknown format %q: want %q or %q", s, HCL, JSON)
}

// File is one file of a module.
type File struct {
	Name string // without folder: "main.tf"
	Data []byte
}

// notice marks files as ours.
const notice = "Written by crosswall. Changes are overwritten."

// Generated reports whether a file carries the notice that [Files] starts every
// file with, so that it may be replaced.
func Generated(data []byte) bool {
	for _, start := range []string{"# " + notice, "{\n  \"//\": \"" + notice + "\""} {
		if bytes.HasPrefix(data, []byte(start)) {
			return true
		}
	}
	return false
}

// Files writes a module as a folder: main with the resources always, and
// versions, variables, outputs and imports where there is something to put in them.
// They come sorted by name, and the same module gives the same bytes.
// Resources, attributes and blocks keep their order (JSON has resources sorted by
// address); all else is sorted by name. "terraform fmt" leaves native syntax as it is.
//
// The error joins every fault of the module, [Module.Validate]'s among them; no
// file is returned then.
func Files(m Module, f Format) ([]File, error) {
	if f != HCL && f != JSON {
		return nil, fmt.Errorf("cannot write a module in format %d", f)
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	m = m.sorted()
	if f == JSON {
		return jsonFiles(m)
	}
	return hclFiles(m), nil
}

// commentLine makes one harmless line of a comment: whatever cannot be
// seen or would end the line becomes a space.
func commentLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(s)
}
