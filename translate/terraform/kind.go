package tfsource

import (
	"bytes"
	"encoding/json"
)

// Kind is what a file of Terraform is. The zero Kind is none that is read.
type Kind uint8

const (
	// Configuration is a .tf or .tf.json file.
	Configuration Kind = iota + 1
	// Plan is what terraform show -json prints of a plan.
	Plan
	// State is what terraform show -json prints of a state, or a state file.
	State
)

// String returns "configuration", "plan", "state" or "".
func (k Kind) String() string {
	switch k {
	case Configuration:
		return "configuration"
	case Plan:
		return "plan"
	case State:
		return "state"
	}
	return ""
}

// KindOf tells what a file is, by its name for configuration, and else by the
// names at the top of its JSON. Faults of the content do not matter as long as it can be
// told.
func KindOf(name string, data []byte) Kind {
	if IsConfiguration(name) {
		return Configuration
	}
	keys := topLevel(plainText(data))
	switch {
	case isPlan(keys):
		return Plan
	case keys["format_version"] && (keys["values"] || len(keys) == 1 || keys["terraform_version"] && !keys["provider_schemas"]),
		keys["version"] && (keys["lineage"] || keys["terraform_version"] && keys["resources"]):
		return State
	}
	return 0
}

func isPlan(keys map[string]bool) bool {
	return keys["format_version"] && (keys["planned_values"] || keys["resource_changes"])
}

// plainText drops what PowerShell makes of text: zero bytes between
// characters do not matter to the names that are looked for.
func plainText(data []byte) []byte {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return bytes.ReplaceAll(data[2:], []byte{0}, nil)
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
}

// topLevel returns the names of a JSON object, as far as it can be read and no
// further than to know that it is a plan.
func topLevel(data []byte) map[string]bool {
	keys := map[string]bool{}
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return keys
	}
	for depth, name := 1, true; depth > 0 && !isPlan(keys); {
		t, err := dec.Token()
		if err != nil {
			return keys // cut off: the names so far may do
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if s, isText := t.(string); isText && name && depth == 1 {
			keys[s], name = true, false
			continue
		}
		name = depth == 1
	}
	return keys
}
