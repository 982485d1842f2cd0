package azure

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// foundSide is one side of a rule. Its family is both where CIDRs of no single
// family say otherwise.
type foundSide struct {
	selector model.Selector
	family   family
}

// side reads one side of a rule: addresses, tags or ASGs. Everybody, perhaps,
// where it cannot be known.
func (r *reader) side(end string) foundSide {
	singular, plural, groups := end+"_address_prefix", end+"_address_prefixes", end+"_application_security_group_ids"
	one, many, ok := r.texts(singular, plural)
	ids, listed := r.body.Get(groups).AsList()
	if !listed {
		r.unknown(groups, r.body.Get(groups).Why())
	}
	if !ok || !listed {
		return foundSide{selector: model.Any{}}
	}
	if len(ids) > 0 {
		if one != "" || len(many) > 0 {
			r.refused(fmt.Sprintf("both addresses and application security groups are given as %s, of which Azure takes one", end), "write two rules")
		}
		return r.appGroups(groups, ids, append(many, one))
	}
	if one == "" && len(many) == 0 {
		r.unknown(singular, "no "+end+" is given")
		return foundSide{selector: model.Any{}}
	}
	for _, s := range many {
		if _, isAddress := parseAddresses(s); !isAddress {
			r.refused(fmt.Sprintf("%q stands in %s, which takes addresses only", s, plural), "write it in "+singular+", in a rule of its own")
		}
	}
	if one != "" {
		many = append(many, one)
	}
	return r.addresses(singular, many)
}

// appGroups reads a list of ASGs, and what addresses stand beside it.
func (r *reader) appGroups(attribute string, ids []terraform.Value, beside []string) foundSide {
	var out model.Or
	for _, v := range ids {
		name, ok := named(v)
		if !ok {
			r.unknown(attribute, v.Why())
			return foundSide{selector: model.Any{}}
		}
		if _, literal := v.AsString(); literal {
			name = strings.ToLower(name)
		}
		out = append(out, uncertain(model.Group(name), r.d.doubtful[name]))
	}
	beside = slices.DeleteFunc(beside, func(s string) bool { return s == "" })
	if len(beside) > 0 {
		out = append(out, r.addresses(attribute, beside).selector)
	}
	if len(out) == 1 {
		return foundSide{selector: out[0]}
	}
	return foundSide{selector: out}
}

// addresses reads CIDRs, tags and "*".
func (r *reader) addresses(attribute string, texts []string) foundSide {
	var addrs model.AddrSet
	var others model.Or
	for _, s := range texts {
		if s == "*" {
			return foundSide{selector: model.Any{}}
		}
		if a, ok := parseAddresses(s); ok {
			r.checkAddress(s, a, addrs)
			addrs = addrs.Union(a)
			continue
		}
		t, ok := r.tag(s)
		if !ok {
			r.invalid(attribute, s)
			return foundSide{selector: model.Any{}}
		}
		others = append(others, t)
	}
	out := foundSide{selector: model.At{Addrs: addrs}}
	switch {
	case len(others) == 1 && addrs.IsEmpty():
		out.selector = others[0]
		if at, ok := others[0].(model.At); ok && at.Addrs.V6().IsEmpty() {
			out.family = family4
		}
	case len(others) > 0:
		out.selector = append(others, model.At{Addrs: addrs})
	case addrs.V6().IsEmpty():
		out.family = family4
	case addrs.V4().IsEmpty():
		out.family = family6
	default:
		r.refused("addresses of IPv4 and of IPv6 stand in one rule, which Azure refuses", "write two rules")
	}
	return out
}

// checkAddress reports CIDRs that Azure refuses: with host bits, or overlapping
// others of the same field.
func (r *reader) checkAddress(text string, a, before model.AddrSet) {
	if p, err := netip.ParsePrefix(text); err == nil && p != p.Masked() {
		r.refused(fmt.Sprintf("%s has host bits set, which Azure may refuse", text), "write "+p.Masked().String())
	}
	if before.Overlaps(a) {
		r.refused(fmt.Sprintf("%s overlaps another block of the same field, which Azure refuses", text), "merge the blocks")
	}
}

// parseAddresses reads a CIDR, an address or a range "a-b".
func parseAddresses(s string) (model.AddrSet, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return model.Prefixes(p), true
	}
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		return model.Addrs(a), true
	}
	first, last, ok := strings.Cut(s, "-")
	a, errA := netip.ParseAddr(first)
	b, errB := netip.ParseAddr(last)
	if !ok || errA != nil || errB != nil {
		return model.AddrSet{}, false
	}
	out := model.AddrRange(a.Unmap(), b.Unmap())
	return out, !out.IsEmpty()
}

// tag returns the endpoints of a service tag.
func (r *reader) tag(s string) (model.Selector, bool) {
	switch {
	case strings.EqualFold(s, tagLoadBalancer):
		return model.At{Addrs: model.Addrs(probeSource())}, true
	case strings.EqualFold(s, tagPlatformDNS):
		r.group.tags = append(r.group.tags, tagPlatformDNS)
		return model.At{Addrs: model.Addrs(probeSource())}, true
	case strings.EqualFold(s, tagPlatformIMDS):
		r.group.tags = append(r.group.tags, tagPlatformIMDS)
		return model.At{Addrs: model.Addrs(metadataService())}, true
	case !isTagWord(s):
		return nil, false
	}
	for _, t := range []string{tagVirtualNetwork, tagInternet} {
		if strings.EqualFold(s, t) {
			s = t
		}
	}
	if name, known := r.d.tags[strings.ToLower(s)]; known {
		return tagGroup(name), true
	}
	f := model.Finding{Severity: model.Warning, Code: "service-tag", Origin: r.origin,
		Summary: fmt.Sprintf("which addresses the service tag %s stands for is not known here, as Azure changes them", s),
		Advice:  "write addresses, or bind the tag"}
	if isSpecialTag(s) { // no list has it: whoever has the networks says who it is, as Population does
		f.Severity = model.Info
		f.Summary = fmt.Sprintf("the service tag %s stands for other addresses in every network, and is taken by the networks that are known", s)
		f.Advice = ""
	}
	r.d.find(f)
	return tagGroup(s), true
}

// knowTag notes a service tag whose addresses the module has.
func (d *decoder) knowTag(r terraform.Resource) {
	name, ok := r.Get("service").AsString()
	if _, listed := r.Get("address_prefixes").AsStrings(); ok && listed && r.Uncertain == "" && isNative(r) {
		d.tags[strings.ToLower(name)] = name
	}
}

// doubtAppGroup notes an application security group whose members are not settled.
func (d *decoder) doubtAppGroup(r terraform.Resource) {
	if id, ok := r.Get("id").AsString(); ok && r.Uncertain != "" && isNative(r) {
		d.doubtful[strings.ToLower(id)] = r.Uncertain
	}
}

// doubtMembership notes an application security group of which it is not known whether, or with which of its
// addresses, an interface is in it.
func (d *decoder) doubtMembership(r terraform.Resource) {
	if id, ok := r.Get("application_security_group_id").AsString(); ok && r.Uncertain != "" && isNative(r) {
		d.doubtful[strings.ToLower(id)] = r.Uncertain
	}
}

// isTagWord reports whether a text can be the name of a service tag: words of letters and digits with
// dots between, of which the first begins with a letter.
func isTagWord(s string) bool {
	last := '.'
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		digit := c >= '0' && c <= '9'
		switch {
		case i == 0 && !letter, c == '.' && last == '.', c != '.' && !letter && !digit:
			return false
		}
		last = c
	}
	return last != '.'
}
