package azure

import (
	"slices"
	"strings"
)

// resourceID is the id of an object of Azure Resource Manager, which is the same
// in upper and in lower case:
// /subscriptions/S/resourceGroups/G/providers/NAMESPACE/TYPE/NAME/TYPE/NAME.
type resourceID struct {
	resourceGroup string
	// typ is the namespace and the types: "Microsoft.Network/virtualNetworks/subnets".
	typ string
	// names has a name for each type.
	names []string
}

// parseID takes an id apart; false where it is none of an object in a resource
// group.
func parseID(id string) (resourceID, bool) {
	parts := strings.Split(id, "/")
	if len(parts) < 9 || len(parts)%2 == 0 || parts[0] != "" || !strings.EqualFold(parts[1], "subscriptions") ||
		!strings.EqualFold(parts[3], "resourceGroups") || !strings.EqualFold(parts[5], "providers") {
		return resourceID{}, false
	}
	out := resourceID{resourceGroup: parts[4], typ: parts[6]}
	for i := 7; i < len(parts); i += 2 {
		out.typ += "/" + parts[i]
		out.names = append(out.names, parts[i+1])
	}
	return out, true
}

// label is what to call the object: "group/name" in lower case; the
// whole id where it cannot be taken apart.
func labelOf(id string) string {
	p, ok := parseID(id)
	if !ok {
		return strings.ToLower("/" + strings.TrimPrefix(id, "/"))
	}
	return strings.ToLower(p.resourceGroup + "/" + strings.Join(p.names, "/"))
}

// holderOf returns the id of the object that another is a part of: of the network interface
// of an IP configuration, by cutting the id at the word; false where there is no such word.
func holderOf(id, word string) (string, bool) {
	i := strings.LastIndex(strings.ToLower(id), "/"+strings.ToLower(word)+"/")
	if i < 0 {
		return "", false
	}
	return id[:i], true
}

// ofScaleSets says of which scale sets interfaces are, by their ids in lower case; "" where they are of none.
func ofScaleSets(ids []string) string {
	const word = "/microsoft.compute/virtualmachinescalesets/"
	var out []string
	for _, id := range ids {
		if before, rest, ok := strings.Cut(id, word); ok {
			name, _, _ := strings.Cut(rest, "/")
			out = append(out, labelOf(before+word+name))
		}
	}
	if len(out) == 0 {
		return ""
	}
	slices.Sort(out)
	out = slices.Compact(out)
	const few = 3
	if len(out) > few {
		out = append(out[:few], "and others")
	}
	return "; among them those of scale sets " + strings.Join(out, ", ")
}
