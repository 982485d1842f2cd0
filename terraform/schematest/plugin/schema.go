package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The types below are the output of "terraform providers schema -json"
// (developer.hashicorp.com/terraform/cli/commands/providers/schema).

type document struct {
	Providers map[string]providerSchemas `json:"provider_schemas"`
}

type providerSchemas struct {
	Provider  schema            `json:"provider"`
	Resources map[string]schema `json:"resource_schemas"`
	Data      map[string]schema `json:"data_source_schemas"`
}

type schema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

type block struct {
	Attributes map[string]attribute   `json:"attributes"`
	BlockTypes map[string]nestedBlock `json:"block_types"`
}

type attribute struct {
	Type       json.RawMessage `json:"type"`
	NestedType *nestedType     `json:"nested_type"`
	Required   bool            `json:"required"`
	Optional   bool            `json:"optional"`
	Computed   bool            `json:"computed"`
	Sensitive  bool            `json:"sensitive"`
	WriteOnly  bool            `json:"write_only"`
}

type nestedType struct {
	Attributes  map[string]attribute `json:"attributes"`
	NestingMode string               `json:"nesting_mode"`
}

type nestedBlock struct {
	NestingMode string `json:"nesting_mode"`
	Block       block  `json:"block"`
	MinItems    int64  `json:"min_items"`
	MaxItems    int64  `json:"max_items"`
}

// load reads the one provider of a file.
func load(path string) (*tfprotov6.GetProviderSchemaResponse, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, p := range doc.Providers {
		out, err := p.convert()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s: no provider", path)
}

func (p providerSchemas) convert() (*tfprotov6.GetProviderSchemaResponse, error) {
	own, err := p.Provider.convert()
	if err != nil {
		return nil, err
	}
	resources, err := convertAll(p.Resources)
	if err != nil {
		return nil, err
	}
	data, err := convertAll(p.Data)
	return &tfprotov6.GetProviderSchemaResponse{
		Provider: own, ResourceSchemas: resources, DataSourceSchemas: data,
		// Resource identity and such have no schemas here.
		ServerCapabilities: &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true},
	}, err
}

func convertAll(in map[string]schema) (map[string]*tfprotov6.Schema, error) {
	out := map[string]*tfprotov6.Schema{}
	for name, s := range in {
		c, err := s.convert()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = c
	}
	return out, nil
}

func (s schema) convert() (*tfprotov6.Schema, error) {
	b, err := s.Block.convert()
	return &tfprotov6.Schema{Version: s.Version, Block: b}, err
}

func (b block) convert() (*tfprotov6.SchemaBlock, error) {
	attrs, err := convertAttributes(b.Attributes)
	if err != nil {
		return nil, err
	}
	out := &tfprotov6.SchemaBlock{Attributes: attrs}
	for name, n := range b.BlockTypes {
		inner, err := n.Block.convert()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		mode, err := blockMode(n.NestingMode)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out.BlockTypes = append(out.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name, Block: inner, Nesting: mode, MinItems: n.MinItems, MaxItems: n.MaxItems,
		})
	}
	return out, nil
}

func convertAttributes(in map[string]attribute) ([]*tfprotov6.SchemaAttribute, error) {
	var out []*tfprotov6.SchemaAttribute
	for name, a := range in {
		c := &tfprotov6.SchemaAttribute{Name: name, Required: a.Required, Optional: a.Optional,
			Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly}
		var err error
		if a.NestedType != nil {
			c.NestedType, err = a.NestedType.convert()
		} else {
			c.Type, err = tftypes.ParseJSONType(a.Type) //nolint:staticcheck // there is no other way to read one
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func (n nestedType) convert() (*tfprotov6.SchemaObject, error) {
	attrs, err := convertAttributes(n.Attributes)
	if err != nil {
		return nil, err
	}
	mode, err := objectMode(n.NestingMode)
	return &tfprotov6.SchemaObject{Attributes: attrs, Nesting: mode}, err
}

func blockMode(s string) (tfprotov6.SchemaNestedBlockNestingMode, error) {
	switch s {
	case "single":
		return tfprotov6.SchemaNestedBlockNestingModeSingle, nil
	case "group":
		return tfprotov6.SchemaNestedBlockNestingModeGroup, nil
	case "list":
		return tfprotov6.SchemaNestedBlockNestingModeList, nil
	case "set":
		return tfprotov6.SchemaNestedBlockNestingModeSet, nil
	case "map":
		return tfprotov6.SchemaNestedBlockNestingModeMap, nil
	}
	return tfprotov6.SchemaNestedBlockNestingModeInvalid, fmt.Errorf("nesting mode %q", s)
}

func objectMode(s string) (tfprotov6.SchemaObjectNestingMode, error) {
	switch s {
	case "single":
		return tfprotov6.SchemaObjectNestingModeSingle, nil
	case "list":
		return tfprotov6.SchemaObjectNestingModeList, nil
	case "set":
		return tfprotov6.SchemaObjectNestingModeSet, nil
	case "map":
		return tfprotov6.SchemaObjectNestingModeMap, nil
	}
	return tfprotov6.SchemaObjectNestingModeInvalid, fmt.Errorf("nesting mode %q", s)
}
