package gcp

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// fieldMap says what becomes of the fields of an object. A field that is in neither and is set may
// bear on the answer.
type fieldMap struct {
	// carried are the attributes of fieldMap that are carried over as they are.
	carried map[string]string
	// known are fields that bear on nothing here, or that are carried over by other means.
	known []string
}

func firewallFields() fieldMap {
	return fieldMap{
		carried: map[string]string{"name": "name", "network": "network", "direction": "direction", "priority": "priority",
			"sourceRanges": "source_ranges", "destinationRanges": "destination_ranges", "sourceTags": "source_tags",
			"targetTags": "target_tags", "sourceServiceAccounts": "source_service_accounts",
			"targetServiceAccounts": "target_service_accounts", "disabled": "disabled", "description": "description",
			"selfLink": "self_link", "creationTimestamp": "creation_timestamp"},
		known: []string{"allowed", "denied", "id", "kind", "logConfig", "enableLogging", "params", "selfLinkWithId"}, // logs are carried by logBlock
	}
}

func policyRuleFields() fieldMap {
	return fieldMap{
		carried: map[string]string{"ruleName": "rule_name", "priority": "priority", "action": "action", "direction": "direction",
			"disabled": "disabled", "description": "description", "targetServiceAccounts": "target_service_accounts",
			"targetType": "target_type", "targetResources": "target_resources", "targetForwardingRules": "target_forwarding_rules",
			"securityProfileGroup": "security_profile_group", "tlsInspect": "tls_inspect", "enableLogging": "enable_logging"},
		known: []string{"match", "targetSecureTags", "kind", "ruleTupleCount"},
	}
}

func matchFields() fieldMap {
	return fieldMap{
		carried: map[string]string{"srcIpRanges": "src_ip_ranges", "destIpRanges": "dest_ip_ranges",
			"srcAddressGroups": "src_address_groups", "destAddressGroups": "dest_address_groups",
			"srcFqdns": "src_fqdns", "destFqdns": "dest_fqdns", "srcRegionCodes": "src_region_codes", "destRegionCodes": "dest_region_codes",
			"srcThreatIntelligences": "src_threat_intelligences", "destThreatIntelligences": "dest_threat_intelligences",
			"srcNetworkContext": "src_network_context", "destNetworkContext": "dest_network_context",
			"srcNetworkType": "src_network_context", "destNetworkType": "dest_network_context", "srcNetworks": "src_networks"},
		known: []string{"layer4Configs", "srcSecureTags"},
	}
}

// unknownField returns the first field, by name, that is set and that is not known of.
func (f fieldMap) unknownField(o object) string {
	known := map[string]bool{}
	for _, name := range f.known {
		known[name] = true
	}
	for _, name := range sortedKeys(o) {
		if _, ok := f.carried[name]; !ok && !known[name] && !isEmptyJSON(o[name]) {
			return name
		}
	}
	return ""
}

// logBlock carries whether something is logged, as the block that Terraform has for it.
func logBlock(to *terraform.Body, o object) {
	v, set := o["logConfig"]
	if !set || v == nil {
		return
	}
	c, ok := v.(map[string]any)
	if !ok {
		to.Set("log_config", terraform.Unknown("logConfig is no object"))
		return
	}
	if on, _ := c["enable"].(bool); on {
		b := terraform.Block{Type: "log_config"}
		fieldMap{carried: map[string]string{"metadata": "metadata"}}.carry(&b.Body, c)
		to.Blocks = append(to.Blocks, b)
	}
}

// carry sets the attributes of a body. Of two fields for one attribute, the first that is set counts.
func (f fieldMap) carry(to *terraform.Body, o object) {
	for _, name := range sortedKeys(f.carried) {
		v, set := o[name]
		if attr := f.carried[name]; set && v != nil && !isSet(to.Get(attr)) {
			to.Set(attr, valueOf(v))
		}
	}
}

// valueOf is a JSON value as Terraform has it.
func valueOf(v any) terraform.Value {
	switch v := v.(type) {
	case nil:
		return terraform.Null()
	case string:
		return terraform.String(v)
	case bool:
		return terraform.Bool(v)
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return terraform.Int(n)
		}
		return terraform.String(v.String())
	case []any:
		out := make([]terraform.Value, len(v))
		for i, e := range v {
			out[i] = valueOf(e)
		}
		return terraform.List(out...)
	case map[string]any:
		out := map[string]terraform.Value{}
		for name, e := range v {
			out[name] = valueOf(e)
		}
		return terraform.Object(out)
	}
	return terraform.Unknown(fmt.Sprintf("a value of an unexpected kind: %T", v))
}

// pathOf is a self link without the address of the API, as Terraform's ids are:
// "projects/p/global/networks/main". The name of a hierarchical policy begins with "locations/".
func pathOf(link string) string {
	for _, begin := range []string{"projects/", "locations/", "organizations/", "folders/"} {
		if i := strings.Index(link, begin); i == 0 || i > 0 && link[i-1] == '/' {
			return link[i:]
		}
	}
	return link
}

// projectOf is the project in a path or self link; "" where it has none.
func projectOf(link string) string {
	rest, ok := strings.CutPrefix(pathOf(link), "projects/")
	if !ok {
		return ""
	}
	project, _, _ := strings.Cut(rest, "/")
	return project
}
