package gcp

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/crosswall/crosswall/providers"
)

// The kinds of native objects. Those that the API has a type for carry its name; the others are
// lists of what one call says about one network, or of another API.
const (
	// KindNetwork is VPC networks.
	KindNetwork = "compute#network"
	// KindSubnetwork is subnetworks of all regions.
	KindSubnetwork = "compute#subnetwork"
	// KindFirewall is VPC firewall rules.
	KindFirewall = "compute#firewall"
	// KindPolicy is firewall policies with their rules and associations: global, regional and
	// hierarchical ones.
	KindPolicy = "compute#firewallPolicy"
	// KindInstance is machines.
	KindInstance = "compute#instance"
	// KindEffective is the answers of networks.getEffectiveFirewalls and of
	// regionNetworkFirewallPolicies.getEffectiveFirewalls. The answers do not say what they are
	// about: "network", a self link, and "region", a name, are put into them where it is known.
	KindEffective = "effectiveFirewalls"
	// KindAddressGroup is address groups of the Network Security API.
	KindAddressGroup = "addressGroups"
	// KindEffectiveTags is the answers of effectiveTags.list of the Resource Manager API, each about a machine. The answers do
	// not say what they are about: "parent", the full resource name of the machine, is put into them. A binding of
	// tagBindings.list, which has it, is of this kind too.
	KindEffectiveTags = "effectiveTags"
)

// Kinds lists the objects of the Compute API that [Provider.Resources] makes use of, as
// gcloud prints them, and those of two other APIs that rules refer to.
func (Provider) Kinds() []providers.Kind {
	return []providers.Kind{
		{Name: KindNetwork, Command: "gcloud compute networks list --format=json",
			Why: "which networks there are, and whether VPC firewall rules are asked before network firewall policies"},
		{Name: KindSubnetwork, Command: "gcloud compute networks subnets list --format=json",
			Why: "which addresses are in a network and in a region"},
		{Name: KindFirewall, Command: "gcloud compute firewall-rules list --format=json",
			Why: "the VPC firewall rules"},
		{Name: KindEffective, Command: "gcloud compute networks get-effective-firewalls NETWORK --format=json",
			Why: "which firewall policies, those of the organization among them, are asked on a network", Alone: true},
		{Name: KindPolicy, Command: "gcloud compute network-firewall-policies list --format=json",
			Why: "the network firewall policies and what they are associated with"},
		{Name: KindInstance, Command: "gcloud compute instances list --format=json",
			Why: "which machines have which tags, accounts and addresses"},
		{Name: KindAddressGroup, Command: "gcloud network-security address-groups list --format=json",
			Why: "the addresses of the address groups that rules name"},
		{Name: KindEffectiveTags, Command: "gcloud resource-manager tags bindings list --parent=MACHINE --location=ZONE --format=json",
			Why: "which machines have the secure tags that rules name"},
	}
}

// Sniff tells an object, or the first one of a list, by its "kind", and where it has none by the
// fields that no other kind has.
func (p Provider) Sniff(document []byte) (providers.Kind, bool) {
	name := kindByFields(topOf(document))
	for _, k := range p.Kinds() {
		if k.Name == name {
			return k, true
		}
	}
	return providers.Kind{}, false
}

// kindByFields returns the kind of an object, by its fields of which plain values are known; "" for none.
func kindByFields(top map[string]string) string {
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := top[n]; !ok {
				return false
			}
		}
		return true
	}
	switch kind := top["kind"]; kind {
	case KindNetwork, KindSubnetwork, KindFirewall, KindPolicy, KindInstance:
		return kind
	case "":
	default:
		return ""
	}
	switch {
	case has("firewallPolicys"), has("firewalls"):
		return KindEffective
	case has("parent", "effectiveTags"), has("parent", "tagValue"):
		return KindEffectiveTags
	case has("capacity", "type"), has("purpose", "capacity"):
		return KindAddressGroup
	case has("network", "allowed"), has("network", "denied"), has("direction", "allowed"), has("direction", "denied"):
		return KindFirewall
	case has("machineType", "networkInterfaces"):
		return KindInstance
	case has("network", "ipCidrRange", "region"):
		return KindSubnetwork
	case has("autoCreateSubnetworks"), has("routingConfig"):
		return KindNetwork
	case has("rules", "associations"), has("rules", "ruleTupleCount"), has("shortName", "associations"):
		return KindPolicy
	}
	return ""
}

// topOf returns the names at the top of a JSON object, or of the first object of a list, as
// far as it goes; with the values that are strings.
func topOf(document []byte) map[string]string {
	out := map[string]string{}
	dec := json.NewDecoder(bytes.NewReader(document))
	t, err := dec.Token()
	if err == nil && t == json.Delim('[') {
		t, err = dec.Token()
	}
	if err != nil || t != json.Delim('{') {
		return out
	}
	for {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return out // its end, or cut off
		}
		out[name] = ""
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return out // io.ErrUnexpectedEOF: cut off
		}
		var s string
		if json.Unmarshal(value, &s) == nil {
			out[name] = s
		}
	}
}

// object is a JSON object whose numbers are json.Number.
type object map[string]any

// parseObject reads exactly one JSON object.
func parseObject(raw json.RawMessage) (object, bool) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var out object
	if err := dec.Decode(&out); err != nil || out == nil {
		return nil, false
	}
	_, err := dec.Token()
	return out, err == io.EOF
}

// text returns a string, or "" where the field is none.
func (o object) text(name string) string {
	s, _ := o[name].(string)
	return s
}

// objects returns a list of objects; false where the field is set and is something else.
func (o object) objects(name string) ([]object, bool) {
	v, set := o[name]
	if !set || v == nil {
		return nil, true
	}
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	out := make([]object, len(list))
	for i, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			return nil, false
		}
		out[i] = m
	}
	return out, true
}

// isEmptyJSON reports whether a value says nothing: null, "", false, an empty list or object.
func isEmptyJSON(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
