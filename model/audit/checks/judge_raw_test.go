package checks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// The judges read the raw documents by themselves and share nothing with the readers: what both misread alike would be found true. What they take
// from the documents is below, in words of their own.

// object is an object of a document.
type object = map[string]any

// rawRule is a rule as a cloud words it.
type rawRule struct {
	name, wall string
	in, allow  bool
	order      int      // lower is asked first
	proto      int      // -1: every protocol
	ports      [][2]int // nil: every port
	sources    [][2]int // ports of whoever connects; nil: every port
	icmp       int      // type; -1: every one
	everybody  bool
	blocks     []netip.Prefix
	groups     []string       // groups, tags and accounts among the peers
	doubt      bool           // the peers may be more than these
	at         []netip.Prefix // addresses of the members; nil: all
	nowhere    bool           // whom it is for is not known
	targets    []string       // tags and accounts of the members; nil: all
	uncertain  bool           // it may not be there
	raw        object
}

// rawWall is rules that one thing holds.
type rawWall struct {
	cloud, id, name string
	// order is "any" where one rule that allows is enough, "first" where the first that matches decides, "deny" where of those with one number
	// a denial decides.
	order string
	rules []rawRule
	// unread is whether it may have any rules in a direction, true for in; outside whether what no rule is about may go out.
	unread  map[bool]bool
	outside bool
	raw     object
	isACL   bool
	twice   bool // it was read in two versions
}

// rawEstate is all that the documents of a source say.
type rawEstate struct {
	walls   map[string]*rawWall
	objects []object // every object of every document, for judges of fields
	tf      []tfResource
}

// tfResource is a resource of a plan or state.
type tfResource struct {
	address, kind string
	values        object
	unknown       object // which values a plan does not know
}

// each visits every object in a document, outer ones first.
func each(v any, visit func(object)) {
	switch v := v.(type) {
	case object:
		visit(v)
		for _, k := range slices.Sorted(maps.Keys(v)) {
			each(v[k], visit)
		}
	case []any:
		for _, e := range v {
			each(e, visit)
		}
	}
}

func str(o object, key string) string { s, _ := o[key].(string); return s }

func list(o object, key string) []any { l, _ := o[key].([]any); return l }

func objects(o object, key string) []object {
	var out []object
	for _, e := range list(o, key) {
		if m, ok := e.(object); ok {
			out = append(out, m)
		}
	}
	return out
}

func stringsIn(o object, key string) []string {
	var out []string
	for _, e := range list(o, key) {
		if s, ok := e.(string); ok && s != "" {
			out = append(out, s)
		}
	}
	return out
}

// number reads a number, or a text with one; without it, what is given.
func number(o object, key string, without int) int {
	switch v := o[key].(type) {
	case float64:
		return int(v)
	case string:
		if n, err := strconv.Atoi(v); err == nil {
			return n
		}
	}
	return without
}

// block reads a block, whatever bits are beyond its length, or an address.
func block(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	return netip.Prefix{}, false
}

// rawOfSource reads the documents of a source.
func rawOfSource(s realSource) rawEstate {
	e := rawEstate{walls: map[string]*rawWall{}}
	for _, d := range s.documents {
		var v any
		if err := json.Unmarshal(d, &v); err != nil {
			continue
		}
		each(v, func(o object) { e.objects = append(e.objects, o) })
		if s.terraform {
			e.terraform(v.(object))
		}
	}
	if !s.terraform {
		for _, o := range e.objects {
			e.awsGroup(o)
			e.awsACL(o)
			e.nsg(o)
			e.gcpRule(o)
		}
		e.named()
	}
	return e
}

// wall returns the wall of an id, made if there is none.
func (e *rawEstate) wall(id, cloud, order string) *rawWall {
	w := e.walls[id]
	if w == nil {
		w = &rawWall{id: id, cloud: cloud, order: order, unread: map[bool]bool{}}
		e.walls[id] = w
	}
	return w
}

// anything is that of a thing which was not read.
func anything() map[bool]bool { return map[bool]bool{true: true, false: true} }

// protocolOf reads the names that clouds have for protocols.
func protocolOf(text string) (int, bool) {
	names := map[string]int{"-1": -1, "all": -1, "*": -1, "any": -1, "tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "sctp": 132, "esp": 50, "ah": 51, "gre": 47, "ipip": 4}
	if n, ok := names[strings.ToLower(text)]; ok {
		return n, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// awsGroup reads a security group as DescribeSecurityGroups has it.
func (e *rawEstate) awsGroup(o object) {
	id := str(o, "GroupId")
	if _, has := o["IpPermissions"]; !has || id == "" {
		return
	}
	w := e.wall(id, "aws", "any")
	var rules []rawRule
	for key, in := range map[string]bool{"IpPermissions": true, "IpPermissionsEgress": false} {
		for _, p := range objects(o, key) {
			rules = append(rules, awsPermissions(p, in)...)
		}
	}
	switch {
	case w.raw == nil:
		w.raw, w.rules, w.name = o, rules, str(o, "GroupName")
	case fmt.Sprint(w.raw) != fmt.Sprint(o):
		w.twice = true
	}
}

func awsPermissions(p object, in bool) []rawRule {
	r := rawRule{in: in, allow: true, icmp: -1, raw: p}
	r.proto, _ = protocolOf(fmt.Sprint(p["IpProtocol"]))
	r.awsPorts(number(p, "FromPort", -1), number(p, "ToPort", -1))
	var out []rawRule
	add := func(change func(*rawRule)) {
		one := r
		change(&one)
		out = append(out, one)
	}
	for _, x := range append(objects(p, "IpRanges"), objects(p, "Ipv6Ranges")...) {
		if b, ok := block(str(x, "CidrIp") + str(x, "CidrIpv6")); ok {
			add(func(r *rawRule) { r.blocks, r.raw = []netip.Prefix{b}, x })
		}
	}
	for _, x := range objects(p, "UserIdGroupPairs") {
		add(func(r *rawRule) { r.groups, r.raw = []string{str(x, "GroupId")}, x })
	}
	for _, x := range objects(p, "PrefixListIds") {
		add(func(r *rawRule) { r.doubt, r.raw = true, x })
	}
	return out
}

// awsPorts takes ports as AWS does: for TCP and UDP they count, for ICMP the first is the type, and otherwise they do not matter.
func (r *rawRule) awsPorts(from, to int) {
	switch r.proto {
	case 6, 17:
		if from >= 0 {
			r.ports = [][2]int{{from, to}}
		}
	case 1, 58:
		r.icmp = from
	}
}

// awsACL reads a network ACL as DescribeNetworkAcls has it.
func (e *rawEstate) awsACL(o object) {
	id := str(o, "NetworkAclId")
	if _, has := o["Entries"]; !has || id == "" {
		return
	}
	w := e.wall(id, "aws", "first")
	if w.raw != nil {
		return
	}
	w.raw, w.isACL = o, true
	for _, x := range objects(o, "Entries") {
		r := rawRule{in: x["Egress"] != true, allow: str(x, "RuleAction") == "allow", order: number(x, "RuleNumber", 0), icmp: -1, raw: x}
		r.proto, _ = protocolOf(str(x, "Protocol"))
		if pr, ok := x["PortRange"].(object); ok {
			r.awsPorts(number(pr, "From", -1), number(pr, "To", -1))
		}
		if ic, ok := x["IcmpTypeCode"].(object); ok && (r.proto == 1 || r.proto == 58) {
			r.icmp = number(ic, "Type", -1)
		}
		if b, ok := block(str(x, "CidrBlock") + str(x, "Ipv6CidrBlock")); ok {
			r.blocks = []netip.Prefix{b}
		}
		w.rules = append(w.rules, r)
	}
}

// named makes walls of groups that others name and that were not read.
func (e *rawEstate) named() {
	for _, o := range e.objects {
		if id := str(o, "GroupId"); strings.HasPrefix(id, "sg-") && e.walls[id] == nil {
			w := e.wall(id, "aws", "any")
			w.unread, w.name = anything(), str(o, "GroupName")
		}
		for _, v := range o {
			ids, _ := v.([]any)
			for _, x := range ids {
				if id, ok := x.(string); ok && strings.HasPrefix(id, "sg-") && e.walls[id] == nil {
					e.wall(id, "aws", "any").unread = anything()
				}
			}
		}
	}
}

// nsg reads a network security group as Azure's API has it.
func (e *rawEstate) nsg(o object) {
	id := strings.ToLower(str(o, "id"))
	p, _ := o["properties"].(object)
	if _, has := p["securityRules"]; !has || !strings.Contains(id, "/networksecuritygroups/") {
		return
	}
	w := e.wall(id, "azure", "first")
	if w.raw != nil {
		w.twice = w.twice || fmt.Sprint(w.raw) != fmt.Sprint(o)
		return
	}
	w.raw, w.name = o, str(o, "name")
	for _, x := range objects(p, "securityRules") {
		f, _ := x["properties"].(object)
		r := nsgRule(f, func(key string) []string { return append(stringsIn(f, key+"s"), textIn(f, key)...) },
			[...]string{"sourceAddressPrefix", "destinationAddressPrefix", "sourcePortRange", "destinationPortRange"}, [...]string{"sourceAddressPrefixes", "destinationAddressPrefixes"})
		r.name = str(x, "name")
		w.rules = append(w.rules, r)
	}
	w.azureDefaults()
}

func textIn(o object, key string) []string {
	if s := str(o, key); s != "" {
		return []string{s}
	}
	return nil
}

// nsgRule reads a rule, from the API or from Terraform. keys are the source's and destination's prefix and their port ranges, plural those of many prefixes.
func nsgRule(f object, many func(string) []string, keys [4]string, plural [2]string) rawRule {
	r := rawRule{in: strings.EqualFold(str(f, "direction"), "Inbound"), allow: strings.EqualFold(str(f, "access"), "Allow"), order: number(f, "priority", 0), icmp: -1, raw: f}
	r.proto, _ = protocolOf(str(f, "protocol"))
	peer, own := many(keys[0]), many(keys[1])
	peer, own = append(peer, stringsIn(f, plural[0])...), append(own, stringsIn(f, plural[1])...)
	theirs, ours := many(keys[2]), many(keys[3])
	if !r.in {
		peer, own = own, peer
	}
	r.sources, r.ports = rangesOf(theirs), rangesOf(ours)
	for _, text := range peer {
		b, ok := block(text)
		switch {
		case text == "*":
			r.everybody = true
		case ok:
			r.blocks = append(r.blocks, b)
		default:
			r.groups = append(r.groups, strings.ToLower(text))
		}
	}
	for _, text := range own {
		switch b, ok := block(text); {
		case text == "*", strings.EqualFold(text, "VirtualNetwork"):
			r.at = append(r.at, netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0"))
		case ok:
			r.at = append(r.at, b)
		default:
			r.nowhere = true
		}
	}
	if len(peer) == 0 {
		r.doubt = true // application security groups
	}
	if len(own) == 0 {
		r.nowhere = true
	}
	return r
}

// rangesOf reads "443", "1-5" and "*"; nil: every port.
func rangesOf(texts []string) [][2]int {
	var out [][2]int
	for _, t := range texts {
		first, last, some := strings.Cut(t, "-")
		a, err := strconv.Atoi(strings.TrimSpace(first))
		if err != nil {
			return nil
		}
		b := a
		if some {
			b, _ = strconv.Atoi(strings.TrimSpace(last))
		}
		out = append(out, [2]int{a, b})
	}
	return out
}

// azureDefaults adds the rules that every group has ("Azure network security groups overview", default security rules).
func (w *rawWall) azureDefaults() {
	add := func(in, allow bool, order int, groups ...string) {
		w.rules = append(w.rules, rawRule{name: "default", in: in, allow: allow, order: order, proto: -1, icmp: -1, groups: groups, everybody: len(groups) == 0})
	}
	add(true, true, 65000, "virtualnetwork")
	add(true, true, 65001, "azureloadbalancer")
	add(true, false, 65500)
	add(false, true, 65000, "virtualnetwork")
	add(false, true, 65001, "internet")
	add(false, false, 65500)
}

// gcpRule reads a VPC firewall rule of the compute API.
func (e *rawEstate) gcpRule(o object) {
	name, network := str(o, "name"), last(str(o, "network"))
	_, allows := o["allowed"]
	if _, denies := o["denied"]; name == "" || network == "" || !allows && !denies || str(o, "operationType") != "" {
		return
	}
	w := e.wall("network "+network, "gcp", "deny")
	w.name, w.outside = network, true
	for i := range w.rules {
		if r := &w.rules[i]; r.name == name {
			if fmt.Sprint(r.raw) != fmt.Sprint(o) {
				r.uncertain = true
				w.twice = true
				for _, x := range gcpRules(o, allows) {
					x.uncertain = true
					w.rules = append(w.rules, x)
				}
				for j := range w.rules {
					if w.rules[j].name == name {
						w.rules[j].uncertain = true
					}
				}
			}
			return
		}
	}
	w.rules = append(w.rules, gcpRules(o, allows)...)
}

// gcpRules is a rule for each protocol that it names.
func gcpRules(o object, allows bool) []rawRule {
	r := rawRule{name: str(o, "name"), wall: last(str(o, "network")), in: str(o, "direction") != "EGRESS", allow: allows, order: number(o, "priority", 1000), icmp: -1, raw: o}
	peers, own := "sourceRanges", "destinationRanges"
	if !r.in {
		peers, own = own, peers
	}
	for _, text := range stringsIn(o, peers) {
		if b, ok := block(text); ok {
			r.blocks = append(r.blocks, b)
		}
	}
	for _, text := range stringsIn(o, own) {
		if b, ok := block(text); ok {
			r.at = append(r.at, b)
		}
	}
	r.groups = append(stringsIn(o, "sourceTags"), stringsIn(o, "sourceServiceAccounts")...)
	r.targets = append(stringsIn(o, "targetTags"), stringsIn(o, "targetServiceAccounts")...)
	if len(r.blocks)+len(r.groups) == 0 {
		r.blocks = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	}
	key := "denied"
	if allows {
		key = "allowed"
	}
	if o["disabled"] == true {
		return []rawRule{{name: r.name, wall: r.wall, in: r.in, raw: o, proto: -2}} // matches nothing
	}
	var out []rawRule
	for _, p := range objects(o, key) {
		one := r
		one.proto, _ = protocolOf(str(p, "IPProtocol"))
		one.ports = rangesOf(stringsIn(p, "ports"))
		out = append(out, one)
	}
	return out
}

func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
