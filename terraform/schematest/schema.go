package schematest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Schemas is the schemas of resource types, as "terraform providers schema -json"
// prints them.
type Schemas map[string]Block

// Block is the schema of a resource type or of a block in one.
type Block struct {
	Attributes map[string]Attribute   `json:"attributes"`
	BlockTypes map[string]NestedBlock `json:"block_types"`
}

// Attribute is the schema of an attribute.
type Attribute struct {
	// Type is a type in the JSON form of cty: "string", ["set","string"]; empty for nested attributes.
	Type       json.RawMessage `json:"type"`
	NestedType *NestedType     `json:"nested_type"`
	Required   bool            `json:"required"`
	Optional   bool            `json:"optional"`
	Computed   bool            `json:"computed"`
}

// NestedType is the schema of an attribute that holds objects with schemas of
// their own.
type NestedType struct {
	Attributes  map[string]Attribute `json:"attributes"`
	NestingMode string               `json:"nesting_mode"` // single, list, set or map
}

// NestedBlock says how often a block may occur.
type NestedBlock struct {
	NestingMode string `json:"nesting_mode"` // single, list, set or map
	Block       Block  `json:"block"`
	MinItems    int    `json:"min_items"`
	MaxItems    int    `json:"max_items"` // 0: any number
}

// Load reads the schemas in the folder "schemas" of the shared test data.
func Load(t testing.TB) Schemas {
	t.Helper()
	s, err := load(Shared(t, "schemas"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func load(dir string) (Schemas, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	out := Schemas{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		var doc struct {
			Providers map[string]struct {
				Resources map[string]struct {
					Block Block `json:"block"`
				} `json:"resource_schemas"`
			} `json:"provider_schemas"`
		}
		if err := json.Unmarshal(data, &doc); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		for _, p := range doc.Providers {
			for name, r := range p.Resources {
				out[name] = r.Block
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no schemas in %s", dir)
	}
	return out, nil
}
