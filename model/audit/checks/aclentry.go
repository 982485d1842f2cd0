package checks

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// newEntry is an entry that a network ACL lacks.
type newEntry struct {
	direction model.Direction
	protocol  model.Protocol
	// ports count for TCP and UDP, typ and code for ICMP.
	ports     model.PortRange
	typ, code int
	peers     []netip.Prefix
}

// mostPrefixes is how many blocks an entry to add may take before it is for people to say how.
const mostPrefixes = 4

// fixes returns what adds entries to an ACL; nil where they would be too many, or there is no number for them.
func (v *aclView) fixes(entries ...newEntry) []audit.Fix {
	var parts []string
	taken := map[model.Direction]map[int]bool{model.Ingress: {}, model.Egress: {}}
	form, title := v.form()
	for _, e := range entries {
		if len(e.peers) == 0 || len(e.peers) > mostPrefixes {
			return nil
		}
		for _, p := range e.peers {
			number, ok := v.numberFor(e, p, taken[e.direction])
			if !ok {
				return nil
			}
			taken[e.direction][number] = true
			parts = append(parts, v.write(form, e, p, number))
		}
	}
	if form == "" || len(parts) == 0 {
		return nil
	}
	if form == "aws" {
		return []audit.Fix{{Title: title, Form: form, Text: strings.Join(parts, "\n")}}
	}
	text := strings.Join(parts, "\n\n")
	return []audit.Fix{{Title: title, Form: "terraform", Text: text, Edits: v.adding(form, text)}}
}

// adding is the edit that adds entries in a form: to the ACL, or after the last entry that is a resource.
func (v *aclView) adding(form, text string) []audit.Edit {
	f := v.firewall
	if form == "block" {
		return []audit.Edit{audit.Append{Origin: f.Origin, Text: text}}
	}
	last := f.Rules[len(f.Rules)-1].Origin
	return []audit.Edit{audit.Follow{Origin: last, Text: text}}
}

// form says how entries are written: as commands, as blocks of the ACL, or as resources of their own. Empty: it is not known.
func (v *aclView) form() (form, title string) {
	f := v.firewall
	switch {
	case f.Address == "" && f.ID != "":
		return "aws", "add the entry"
	case f.Address == "":
		return "", ""
	}
	for _, r := range f.Rules {
		if r.Origin.Path == "" && !strings.HasPrefix(f.Address, "module.") {
			return "resource", "add the entry as a resource"
		} else if r.Origin.Path == "" {
			return "", "" // from where the resource would go, the address is another one
		}
	}
	return "block", "add the entry to " + f.Address
}

// numberFor finds a number for an entry that is not taken: before the first entry that would deny any of it, where there is one, else after all. False: there is
// none, or before it an entry that denies would do nothing.
func (v *aclView) numberFor(e newEntry, p netip.Prefix, taken map[int]bool) (int, bool) {
	last, before := 0, 0
	used := map[int]bool{}
	for _, have := range v.entries[e.direction] {
		used[have.Priority] = true
		last = max(last, have.Priority)
		if have.Action == model.Deny && model.Prefixes(p).Covers(have.peers) && e.coversAll(have.Traffic) {
			return 0, false // it would never decide again; whether it is meant is for people to say
		}
		if have.Action == model.Deny && before == 0 && have.peers.Overlaps(model.Prefixes(p)) && e.meets(have.Traffic) {
			before = have.Priority
		}
	}
	free := func(n int) bool { return n > 0 && n < 32767 && !used[n] && !taken[n] }
	if before > 0 {
		for n := before - 1; n > 0; n-- {
			if free(n) {
				return n, true
			}
		}
		return 0, false
	}
	for n := last/10*10 + 10; n < 32767; n += 10 {
		if free(n) {
			return n, true
		}
	}
	return 0, false
}

// takeOut deletes an entry that does nothing, of an ACL that is live or written as configuration; nil for others.
func takeOut(f *audit.Firewall, d model.Direction, r model.Rule) []audit.Fix {
	const title = "Delete the entry, which changes nothing"
	if audit.IsWritten(r.Origin) {
		return removed(title, r.Origin)
	}
	if f.Address != "" || f.ID == "" || r.Priority == 0 {
		return nil
	}
	return []audit.Fix{{Title: title, Form: "aws",
		Text: fmt.Sprintf("aws ec2 delete-network-acl-entry --network-acl-id %s --%s --rule-number %d", f.ID, d, r.Priority)}}
}

// meets reports whether packets of the entry are of some traffic.
func (e newEntry) meets(t model.Traffic) bool {
	for _, s := range t {
		switch {
		case s.Protocol == model.AnyProtocol:
			return true
		case s.Protocol != e.protocol:
		case e.protocol.IsICMP():
			return s.Type == model.AnyICMP || int(s.Type) == e.typ && (s.Code == model.AnyICMP || int(s.Code) == e.code)
		case s.Dst.First <= e.ports.Last && e.ports.First <= s.Dst.Last:
			return true
		}
	}
	return false
}

// coversAll reports whether the entry is about all packets of some traffic.
func (e newEntry) coversAll(t model.Traffic) bool {
	for _, s := range t {
		switch {
		case s.Protocol != e.protocol:
			return false
		case e.protocol.IsICMP():
			if int(s.Type) != e.typ || int(s.Code) != e.code {
				return false
			}
		case s.Dst.First < e.ports.First || e.ports.Last < s.Dst.Last:
			return false
		}
	}
	return true
}

// write writes an entry in a form.
func (v *aclView) write(form string, e newEntry, p netip.Prefix, number int) string {
	name := map[model.Protocol]string{model.TCP: "tcp", model.UDP: "udp", model.ICMP: "icmp", model.ICMPv6: "58"}[e.protocol]
	block, flag := "cidr_block", "--cidr-block"
	if p.Addr().Is6() {
		block, flag = "ipv6_cidr_block", "--ipv6-cidr-block"
	}
	direction := "ingress"
	if e.direction == model.Egress {
		direction = "egress"
	}
	first, last, from, to := "from_port", "to_port", int(e.ports.First), int(e.ports.Last)
	if e.protocol.IsICMP() {
		first, last, from, to = "icmp_type", "icmp_code", e.typ, e.code
	}
	switch form {
	case "aws":
		what := fmt.Sprintf("--port-range From=%d,To=%d", from, to)
		if e.protocol.IsICMP() {
			what = fmt.Sprintf("--icmp-type-code Code=%d,Type=%d", to, from)
		}
		return fmt.Sprintf("aws ec2 create-network-acl-entry --network-acl-id %s --%s --rule-number %d --protocol %s %s %s %s --rule-action allow",
			v.firewall.ID, direction, number, name, what, flag, p)
	case "block":
		lines := [][2]string{{"rule_no", fmt.Sprint(number)}, {"action", `"allow"`}, {"protocol", fmt.Sprintf("%q", name)}}
		if e.protocol.IsICMP() { // these two must be given
			lines = append(lines, [2]string{"from_port", "0"}, [2]string{"to_port", "0"})
		}
		lines = append(lines, [2]string{first, fmt.Sprint(from)}, [2]string{last, fmt.Sprint(to)}, [2]string{block, fmt.Sprintf("%q", p)})
		return direction + " {\n" + aligned(lines) + "}"
	}
	lines := [][2]string{{"network_acl_id", v.firewall.Address + ".id"}, {"egress", fmt.Sprint(e.direction == model.Egress)}, {"rule_number", fmt.Sprint(number)},
		{"rule_action", `"allow"`}, {"protocol", fmt.Sprintf("%q", name)}, {first, fmt.Sprint(from)}, {last, fmt.Sprint(to)}, {block, fmt.Sprintf("%q", p)}}
	return fmt.Sprintf("resource \"aws_network_acl_rule\" \"%s_%s_%d\" {\n%s}", labelIn(v.firewall.Address), direction, number, aligned(lines))
}

// labelIn is the name of a resource in its address, with its instance, as a name: "web" of aws_network_acl.web, "web_0" of aws_network_acl.web[0].
func labelIn(address string) string {
	_, name, _ := strings.Cut(address, ".")
	return strings.Trim(strings.Map(func(c rune) rune {
		switch {
		case c == '_', c == '-', '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
			return c
		case c == '"', c == ']':
			return -1
		}
		return '_'
	}, name), "_")
}

// aligned writes attributes as terraform fmt does.
func aligned(lines [][2]string) string {
	width := 0
	for _, l := range lines {
		width = max(width, len(l[0]))
	}
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "  %-*s = %s\n", width, l[0], l[1])
	}
	return b.String()
}
