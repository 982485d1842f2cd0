package terraform

import (
	"encoding/json"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// instanceOf returns a resource without a body; index is its instance key as
// JSON has it, or nil.
func instanceOf(module, typ, name string, index any) Resource {
	return Resource{Type: typ, Name: name, Key: instanceKey(index), Module: normalAddress(module)}
}

// instanceKey writes an instance key as it stands in an address.
func instanceKey(index any) string {
	var v cty.Value
	switch i := index.(type) {
	case string:
		v = cty.StringVal(i)
	case json.Number:
		n, ok := jsonNumber(i).AsInt()
		if !ok {
			return "[" + i.String() + "]"
		}
		v = cty.NumberIntVal(n)
	default:
		return ""
	}
	return "[" + string(hclwrite.TokensForValue(v).Bytes()) + "]"
}

// normalAddress spells an address in the one way in which references are spelled.
func normalAddress(address string) string {
	if address == "" {
		return ""
	}
	t, err := parseRef(address)
	if err != nil {
		return address
	}
	return traversalText(t)
}
