package gcp

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// maxReferences bounds references that lead to references.
const maxReferences = 8

// resolve follows a reference to an attribute of a resource in the module.
// What leads nowhere stays as it is.
func (d *decoder) resolve(v terraform.Value) terraform.Value {
	for range maxReferences {
		ref, ok := v.AsRef()
		if !ok {
			return v
		}
		object, attr, _ := cutAttribute(ref)
		r, ok := d.byAddress[object]
		if !ok || r.Get(attr).IsNull() {
			return v
		}
		v = r.Get(attr)
	}
	return v
}

// networkOf is the key of the network that an attribute names; empty when it
// is not known.
func (d *decoder) networkOf(v terraform.Value, from terraform.Resource) string {
	if ref, ok := v.AsRef(); ok {
		if r, ok := d.byAddress[objectOf(ref)]; ok && r.Type == typeNetwork {
			return networkKey(nameOf(r), r.Get("project"))
		}
		return objectOf(ref)
	}
	return networkKey(v, d.resolve(from.Get("project")))
}

// policyOf is the key of the policy that an attribute names: its name, or a
// reference to it; empty when it is not known.
func (d *decoder) policyOf(v terraform.Value, from terraform.Resource) string {
	if ref, ok := v.AsRef(); ok {
		object := objectOf(ref)
		r, ok := d.byAddress[object]
		if name, named := r.Get("name").AsString(); ok && named {
			return name
		}
		if !ok && strings.Contains(objectOf(ref), "firewall_policy.") {
			d.report(from, model.Warning, "missing-policy", object+" is not among the resources", "")
		}
		return object
	}
	text, _ := v.AsString()
	if isNative(from) {
		return text
	}
	return lastSegment(text)
}

// text returns a literal as text: a string, or a whole number.
func text(v terraform.Value) (string, bool) {
	if s, ok := v.AsString(); ok {
		return s, true
	}
	if n, ok := v.AsInt(); ok {
		return strconv.FormatInt(n, 10), true
	}
	return "", false
}

// parseRange reads a CIDR block or a single address.
func parseRange(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}

// parsePorts reads "80" or "8000-8100".
func parsePorts(s string) (model.PortRange, bool) {
	first, last, isRange := strings.Cut(s, "-")
	if !isRange {
		last = first
	}
	a, errA := strconv.ParseUint(strings.TrimSpace(first), 10, 16)
	b, errB := strconv.ParseUint(strings.TrimSpace(last), 10, 16)
	if errA != nil || errB != nil || a > b {
		return model.PortRange{}, false
	}
	return model.PortRange{First: uint16(a), Last: uint16(b)}, true
}

// either joins selectors; one alone stays as it is.
func either(ss []model.Selector) model.Selector {
	if len(ss) == 1 {
		return ss[0]
	}
	return model.Or(ss)
}
