package translate_test

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// simulator is a cloud's firewall over the resources of a module: it says
// whether a new connection gets through and is answered, and why. Simulators
// read resource attributes as the vendors document them. They share nothing
// with the providers' decoders and nothing with model.
type simulator interface {
	admits(p packet) (bool, string)
}

// attrs reads the attributes of a body and keeps what it did not understand.
type attrs struct {
	terraform.Body
	where string
	errs  *[]error
}

func (a attrs) fail(name, why string) {
	*a.errs = append(*a.errs, fmt.Errorf("%s: %s: %s", a.where, name, why))
}

// text is a string, or the traversal of a reference without its last step: the
// resource that is meant.
func (a attrs) text(name string) string { return a.textOf(name, a.Get(name)) }

func (a attrs) textOf(name string, v terraform.Value) string {
	if v.IsNull() {
		return ""
	}
	if s, ok := v.AsString(); ok {
		return s
	}
	if r, ok := v.AsRef(); ok {
		for _, end := range []string{".id", ".self_link", ".name"} {
			if strings.Count(r, ".") > 1 {
				r = strings.TrimSuffix(r, end)
			}
		}
		return r
	}
	if n, ok := v.AsInt(); ok {
		return strconv.FormatInt(n, 10)
	}
	a.fail(name, "neither text nor a reference")
	return ""
}

// texts is a list of strings and references, or one where one is set.
func (a attrs) texts(names ...string) []string {
	var out []string
	for _, name := range names {
		v := a.Get(name)
		if v.IsNull() {
			continue
		}
		items, ok := v.AsList()
		if !ok {
			items = []terraform.Value{v}
		}
		for _, i := range items {
			out = append(out, a.textOf(name, i))
		}
	}
	return out
}

// number is a whole number, or otherwise when the attribute is not set.
func (a attrs) number(name string, otherwise int) int {
	v := a.Get(name)
	if v.IsNull() {
		return otherwise
	}
	n, ok := v.AsInt()
	if !ok {
		a.fail(name, "not a number")
	}
	return int(n)
}

func (a attrs) truth(name string) bool {
	v := a.Get(name)
	if v.IsNull() {
		return false
	}
	b, ok := v.AsBool()
	if !ok {
		a.fail(name, "not a truth value")
	}
	return b
}

// prefixes are CIDR blocks; a single address is a block of one.
func (a attrs) prefixes(names ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range a.texts(names...) {
		if p, err := netip.ParsePrefix(s); err == nil && p == p.Masked() {
			out = append(out, p)
		} else if ip, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(ip, ip.BitLen()))
		} else {
			a.fail(strings.Join(names, ", "), "not a canonical CIDR: "+s)
		}
	}
	return out
}

// only complains about attributes and blocks that the simulator does not know:
// what it ignored might matter. What Terraform is to wait for is none of the cloud's business.
func (a attrs) only(names ...string) {
	known := map[string]bool{"depends_on": true}
	for _, n := range names {
		known[n] = true
	}
	for _, x := range a.Attrs {
		if !known[x.Name] && !x.Value.IsNull() {
			a.fail(x.Name, "the simulator does not know this attribute")
		}
	}
	for _, b := range a.Blocks {
		if !known[b.Type] {
			a.fail(b.Type, "the simulator does not know this block")
		}
	}
}

// portSpan is an inclusive range of ports.
type portSpan struct{ first, last uint16 }

func (s portSpan) has(n uint16) bool { return s.first <= n && n <= s.last }

// spans reads "80", "80-90" and "*".
func (a attrs) spans(names ...string) []portSpan {
	var out []portSpan
	for _, s := range a.texts(names...) {
		if s == "*" {
			out = append(out, portSpan{0, 65535})
			continue
		}
		first, last, ok := strings.Cut(s, "-")
		if !ok {
			last = first
		}
		f, err1 := strconv.ParseUint(first, 10, 16)
		l, err2 := strconv.ParseUint(last, 10, 16)
		if err1 != nil || err2 != nil || f > l {
			a.fail(strings.Join(names, ", "), "not a port range: "+s)
		}
		out = append(out, portSpan{uint16(f), uint16(l)})
	}
	return out
}

func anySpan(of []portSpan, n uint16) bool {
	for _, s := range of {
		if s.has(n) {
			return true
		}
	}
	return false
}

func anyPrefix(of []netip.Prefix, a netip.Addr) bool {
	for _, p := range of {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// ipProtocol is the number of a protocol's name or number; -1 for every protocol.
func (a attrs) ipProtocol(name string) int {
	switch s := strings.ToLower(a.text(name)); s {
	case "-1", "all", "*":
		return -1
	case "icmp":
		return icmp
	case "tcp":
		return tcp
	case "udp":
		return udp
	case "esp":
		return 50
	case "ah":
		return 51
	case "icmpv6":
		return icmpv6
	case "sctp":
		return sctp
	case "ipip":
		return 4
	default:
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > 255 {
			a.fail(name, "not a protocol: "+s)
		}
		return n
	}
}
