package azure

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/providers"
)

// The kinds of objects that [Provider.Resources] makes use of: the types of Azure
// Resource Manager, as they stand in the "type" of the objects. Effective rules have no type;
// theirs is named for the operation that lists them.
const (
	// KindSecurityGroups are network security groups, each with its default rules and with what
	// it is attached to.
	KindSecurityGroups = "Microsoft.Network/networkSecurityGroups"
	// KindNetworks are virtual networks with their subnets.
	KindNetworks = "Microsoft.Network/virtualNetworks"
	// KindInterfaces are network interfaces, those of scale sets included.
	KindInterfaces = "Microsoft.Network/networkInterfaces"
	// KindAppGroups are application security groups.
	KindAppGroups = "Microsoft.Network/applicationSecurityGroups"
	// KindServiceTags are lists of service tags with their addresses, one list an object.
	KindServiceTags = "Microsoft.Network/serviceTags"
	// KindAdminRules are the security admin rules that are in force on one virtual network: the
	// answer of listNetworkManagerEffectiveSecurityAdminRules, with the id of the network beside it
	// as {"virtualNetwork": {"id": ...}}, or a single rule of it, of which it is
	// then not known for which networks it holds.
	KindAdminRules = "Microsoft.Network/effectiveSecurityAdminRules"
)

var _ providers.Native = Provider{}

// Kinds returns the kinds of objects that [Provider.Resources] makes use of.
func (Provider) Kinds() []providers.Kind {
	return []providers.Kind{
		{Name: KindSecurityGroups, Command: "az network nsg list", Why: "which rules there are, and on which subnets and interfaces"},
		{Name: KindNetworks, Command: "az network vnet list", Why: "which addresses the subnets and the virtual networks have"},
		{Name: KindInterfaces, Command: "az network nic list", Why: "which addresses are in an application security group"},
		{Name: KindAppGroups, Command: "az network asg list", Why: "which application security groups there are"},
		{Name: KindServiceTags, Command: "az network list-service-tags --location REGION", Why: "which addresses a service tag stands for", Alone: true},
		{Name: KindAdminRules, Command: "az network manager list-effective-security-admin-rule --resource-group GROUP --virtual-network-name NETWORK",
			Why: "which rules of a network manager are asked before network security groups", Alone: true},
	}
}

func kindNamed(name string) providers.Kind {
	kinds := Provider{}.Kinds()
	return kinds[slices.IndexFunc(kinds, func(k providers.Kind) bool { return k.Name == name })]
}

// Sniff says of which kind a document is: an object, a list, or a page of a list, {"value": [...]}, as
// Azure Resource Manager and the command az print them. It goes by the type or the id
// of the first object, and by the names of its fields where it has neither.
func (Provider) Sniff(document []byte) (providers.Kind, bool) {
	s := &sniffer{dec: json.NewDecoder(bytes.NewReader(document)), names: map[string]bool{}, texts: map[string]string{}}
	s.first()
	name := s.kind()
	if name == "" {
		return providers.Kind{}, false
	}
	return kindNamed(name), true
}

// sniffer reads the top of a document that may be cut off.
type sniffer struct {
	dec   *json.Decoder
	names map[string]bool   // of the first object, in lower case
	texts map[string]string // values of those that are plain text
}

// first reads the first object of the document. What is wrong with
// the document, or missing from its end, does not matter here.
func (s *sniffer) first() {
	t, err := s.dec.Token()
	if t == json.Delim('[') && err == nil {
		t, err = s.dec.Token()
	}
	if t == json.Delim('{') && err == nil {
		s.object()
	}
}

// object reads the fields of the object that has just begun, and reports whether it got to the end of them.
func (s *sniffer) object() bool {
	for s.dec.More() {
		key, err := s.dec.Token()
		name, isName := key.(string)
		if err != nil || !isName {
			return false
		}
		name = strings.ToLower(name)
		value, err := s.dec.Token()
		s.names[name] = true
		if err != nil {
			return false
		}
		if text, ok := value.(string); ok {
			s.texts[name] = text
		}
		if name == "value" && value == json.Delim('[') && !s.names["id"] && !s.names["virtualnetwork"] {
			if !s.page() {
				return false
			}
			continue
		}
		if _, nested := value.(json.Delim); nested && !s.skip(1) {
			return false
		}
	}
	return true
}

// page reads the list of a page that has just begun. Where its first object says of which kind it is, that is all there is
// to know, and page is false, as it is where the document is cut off; else what follows the list may.
func (s *sniffer) page() bool {
	t, err := s.dec.Token()
	if err != nil || t == json.Delim(']') {
		return err == nil
	}
	if t != json.Delim('{') {
		_, nested := t.(json.Delim)
		return s.skip(1) && (!nested || s.skip(1))
	}
	first := &sniffer{dec: s.dec, names: map[string]bool{}, texts: map[string]string{}}
	whole := first.object()
	if first.kind() != "" {
		s.names, s.texts = first.names, first.texts
		return false
	}
	return whole && s.skip(2)
}

// skip reads to the end of lists and objects that have begun, so many of which are inside each other.
func (s *sniffer) skip(depth int) bool {
	for depth > 0 {
		t, err := s.dec.Token()
		if err != nil {
			return false
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return true
}

// kind returns the name of the kind; "" where it is none.
func (s *sniffer) kind() string {
	typ := s.texts["type"]
	if id, ok := parseID(s.texts["id"]); ok && typ == "" {
		typ = id.typ
	}
	for _, k := range []string{KindSecurityGroups, KindNetworks, KindInterfaces, KindAppGroups, KindServiceTags} {
		if strings.EqualFold(typ, k) || strings.EqualFold(typ, scaleSetInterfaces) && k == KindInterfaces {
			return k
		}
	}
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return !s.names[n] })
	}
	switch {
	case has("virtualnetwork", "value"), has("kind", "rulegroups"), has("kind", "rulecollectionappliestogroups"), strings.EqualFold(typ, adminRuleType):
		return KindAdminRules
	case typ != "":
	case has("changenumber", "cloud", "values"):
		return KindServiceTags
	case has("securityrules", "defaultsecurityrules"):
		return KindSecurityGroups
	}
	return ""
}

const (
	// scaleSetInterfaces is the type in the ids of a scale set's network interfaces.
	scaleSetInterfaces = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"
	adminRuleType      = "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules"
)
