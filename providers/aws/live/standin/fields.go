package standin

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// fields reads attributes of a resource, references resolved.
type fields struct {
	body terraform.Body
	ids  map[string]string
}

// text is an attribute as text; empty where it is not set.
func (f fields) text(name string) string { return textOf(f.body.Get(name), f.ids) }

func textOf(v terraform.Value, ids map[string]string) string {
	if ref, ok := v.AsRef(); ok {
		return ids[strings.TrimSuffix(ref, ".id")]
	}
	if n, ok := v.AsInt(); ok {
		return strconv.FormatInt(n, 10)
	}
	s, _ := v.AsString()
	return s
}

// number is an attribute as a whole number; otherwise where it is not set.
func (f fields) number(name string, otherwise int) int {
	if n, ok := f.body.Get(name).AsInt(); ok {
		return int(n)
	}
	if n, err := strconv.Atoi(f.text(name)); err == nil {
		return n
	}
	return otherwise
}

func (f fields) tags() map[string]string {
	out := map[string]string{}
	keys, _ := f.body.Get("tags").AsObject()
	for k, v := range keys {
		out[k] = textOf(v, f.ids)
	}
	return out
}

// fault reports references that lead nowhere and values that are not known, which would be taken for
// absent.
func (f fields) fault(r terraform.Resource) error {
	if r.Uncertain != "" {
		return fmt.Errorf("it may not exist: %s", r.Uncertain)
	}
	for _, a := range f.body.Attrs {
		if a.Value.IsUnknown() {
			return fmt.Errorf("%s is unknown: %s", a.Name, a.Value.Why())
		}
		if ref, ok := a.Value.AsRef(); ok && strings.HasSuffix(ref, ".id") && f.ids[strings.TrimSuffix(ref, ".id")] == "" {
			return fmt.Errorf("%s refers to %s, which is not there", a.Name, ref)
		}
	}
	return nil
}

// protocolNumbers are the protocols that entries go by number for.
var protocolNumbers = map[string]string{"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58", "all": "-1"}

// entry reads an entry of a network ACL as EC2 keeps it: protocols are numbers, and only what counts is
// kept. Number and action are the names of the attributes, which differ between the resources.
func (f fields) entry(number, action string) (*Entry, error) {
	e := &Entry{Number: f.number(number, 0), Action: f.text(action), Protocol: f.text("protocol"), CIDR: f.text("cidr_block"), IPv6: f.text("ipv6_cidr_block")}
	if n, ok := protocolNumbers[e.Protocol]; ok {
		e.Protocol = n
	}
	switch e.Protocol {
	case "6", "17":
		e.From, e.To = f.number("from_port", 0), f.number("to_port", 0)
	case "1", "58":
		e.From, e.To = f.number("icmp_type", 0), f.number("icmp_code", 0)
	}
	if e.Number < 1 || e.Number > 32766 || (e.CIDR == "") == (e.IPv6 == "") {
		return nil, fmt.Errorf("entry %d with the blocks %q and %q is refused", e.Number, e.CIDR, e.IPv6)
	}
	return e, nil
}
