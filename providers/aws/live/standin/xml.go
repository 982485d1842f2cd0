package standin

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// elementNames are the names that differ between the API's XML and the command's JSON, but for
// the first letter (EC2 API reference).
var elementNames = map[string]string{
	"SecurityGroups.Description":           "groupDescription",
	"IpPermissions.UserIdGroupPairs":       "groups",
	"NetworkAcls.Associations":             "associationSet",
	"NetworkAcls.Entries":                  "entrySet",
	"NetworkAcls.IsDefault":                "default",
	"NetworkInterfaces.Groups":             "groupSet",
	"NetworkInterfaces.Ipv4Prefixes":       "ipv4PrefixSet",
	"NetworkInterfaces.Ipv6Addresses":      "ipv6AddressesSet",
	"NetworkInterfaces.Ipv6Prefixes":       "ipv6PrefixSet",
	"NetworkInterfaces.PrivateIpAddresses": "privateIpAddressesSet",
}

func writeObject(b *strings.Builder, o Object, kind string) {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		element := strings.ToLower(name[:1]) + name[1:]
		if name == "Tags" {
			element = "tagSet"
		}
		context := kind
		if strings.Contains(kind, "IpPermissions") {
			context = "IpPermissions"
		}
		if special, ok := elementNames[context+"."+name]; ok {
			element = special
		}
		fmt.Fprintf(b, "<%s>", element)
		writeValue(b, o[name], name)
		fmt.Fprintf(b, "</%s>", element)
	}
}

func writeValue(b *strings.Builder, v any, name string) {
	switch v := v.(type) {
	case Object:
		writeObject(b, v, name)
	case []any:
		for _, e := range v {
			b.WriteString("<item>")
			writeValue(b, e, name)
			b.WriteString("</item>")
		}
	default:
		// Writing to a builder does not fail.
		_ = xml.EscapeText(b, []byte(fmt.Sprint(v)))
	}
}
