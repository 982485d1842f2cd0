package checks_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model/audit"
)

// Judges of what stands in the documents, or does not. They look at the objects as they were recorded.

// having returns the objects with an id under a key that have some other key too.
func (e *rawEstate) having(key, id, too string) []object {
	var out []object
	for _, o := range e.objects {
		if _, ok := o[too]; ok && strings.EqualFold(str(o, key), id) {
			out = append(out, o)
		}
	}
	return out
}

// resource returns the values of a Terraform resource; nil: there is none.
func (e *rawEstate) resource(address string) object {
	for _, r := range e.tf {
		if r.address == address {
			return r.values
		}
	}
	return nil
}

// says fails with a word where something is not so.
func says(is bool, format string, args ...any) string {
	if is {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// group is the security group that the finding is about, as DescribeSecurityGroups or Terraform has it.
func (t trial) group() (*rawWall, bool) {
	w := t.wall()
	return w, w != nil && w.raw != nil
}

// judgeDefaultGroup: AWS001 and AWS002. The group is called default and belongs to a VPC ("Default security groups", Amazon VPC user guide).
func judgeDefaultGroup(t trial) string {
	w, ok := t.group()
	if !ok || w.name != "default" {
		return "it is no default group"
	}
	if t.Check == "AWS001" {
		return says(len(w.rules) > 0, "it has no rules")
	}
	for _, label := range t.Attached {
		if !slices.ContainsFunc(t.raw.having("NetworkInterfaceId", label, "Groups"), func(o object) bool {
			return slices.ContainsFunc(objects(o, "Groups"), func(g object) bool { return str(g, "GroupId") == w.id })
		}) {
			return label + " does not have it"
		}
	}
	return says(len(t.Attached) > 0, "nobody has it")
}

// judgeUnused: AWS003. No interface has it and no rule of another group names it, wherever that may stand.
func judgeUnused(t trial) string {
	w, ok := t.group()
	if !ok {
		return "there is no such group"
	}
	if t.terraform {
		id := str(w.raw, "id")
		for _, r := range t.raw.tf {
			if text := fmt.Sprint(r.values); r.address != t.Object.Address && id != "" && strings.Contains(text, id) {
				return r.address + " names it"
			}
		}
		return says(t.Unsure != "", "a plan does not say what others attach")
	}
	// Whatever has a group in a VPC has it on an interface ("Requester-managed network interfaces", Amazon EC2 user guide), so that a list of all
	// interfaces tells of everybody who uses it.
	read := false
	for _, o := range t.raw.objects {
		_, all := o["NetworkInterfaces"]
		read = read || all && str(o, "InstanceId") == ""
		users := append(objects(o, "NetworkInterfaces"), o)
		for _, x := range users {
			isUser := str(x, "NetworkInterfaceId") != "" || str(x, "InstanceId") != ""
			if isUser && slices.ContainsFunc(append(objects(x, "Groups"), objects(x, "SecurityGroups")...), func(g object) bool { return str(g, "GroupId") == w.id }) {
				return fmt.Sprintf("%s%s has it", str(x, "NetworkInterfaceId"), str(x, "InstanceId"))
			}
		}
	}
	for id, other := range t.raw.walls {
		if id != w.id && slices.ContainsFunc(other.rules, func(r rawRule) bool { return slices.Contains(r.groups, w.id) }) {
			return id + " names it"
		}
	}
	return says(read && w.name != "default", "interfaces were not read, or it is a default group")
}

// judgeWizard: AWS004.
func judgeWizard(t trial) string {
	w := t.wall()
	if w == nil {
		return "there is no such group"
	}
	wizard := regexp.MustCompile(`^(rds-)?launch-wizard(-\d+)?\b`)
	return says(wizard.MatchString(w.name) || wizard.MatchString(str(w.raw, "Description")), "%q, %q: the wizard did not make it", w.name, str(w.raw, "Description"))
}

// judgeDescription: AWS006. Of the group, or of its rules.
func judgeDescription(t trial) string {
	w := t.wall()
	if w == nil {
		return "there is no such group"
	}
	none := func(o object) bool {
		text := strings.TrimSpace(str(o, "Description") + str(o, "description"))
		return text == "" || text == "Managed by Terraform"
	}
	if t.Subject == "group" {
		own := strings.TrimSpace(str(w.raw, "Description") + str(w.raw, "description"))
		return says(own == "" || own == "Managed by Terraform", "it is described as %q", own)
	}
	n := 0
	for _, r := range w.rules {
		if none(r.raw) {
			n++
		}
	}
	return says(n > 0, "every rule has a description")
}

// judgeStale: AWS007. A rule names the group, and the list of stale groups has it.
func judgeStale(t trial) string {
	w, ok := t.group()
	if !ok {
		return "there is no such group"
	}
	gone := regexp.MustCompile(`sg-[0-9a-f]+`).FindString(strings.TrimPrefix(t.Summary[strings.Index(t.Summary, "names "):], "names "))
	if !slices.ContainsFunc(w.rules, func(r rawRule) bool { return slices.Contains(r.groups, gone) }) {
		return "no rule names " + gone
	}
	for _, o := range t.raw.objects {
		if _, stale := o["StaleIpPermissions"]; stale && str(o, "GroupId") == w.id && strings.Contains(fmt.Sprint(o), gone) {
			return ""
		}
	}
	return gone + " is not among the stale references"
}

// judgeSame: AWS008. Every packet at the corners of either group passes both or neither.
func judgeSame(t trial) string {
	w, ok := t.group()
	var other *rawWall
	for id, x := range t.raw.walls {
		if strings.Contains(t.Subject, id) && x != w {
			other = x
		}
	}
	if !ok || other == nil || other.raw == nil {
		return "there are no two such groups"
	}
	if a, b := str(w.raw, "VpcId"), str(other.raw, "VpcId"); a != b {
		return "they are in two VPCs"
	}
	own := func(g string, of *rawWall) string { // itself is the same as itself
		if g == of.id {
			return "itself"
		}
		return g
	}
	groups := map[string]bool{"": true, "itself": true}
	for _, x := range []*rawWall{w, other} {
		for _, r := range x.rules {
			for _, g := range r.groups {
				groups[own(g, x)] = true
			}
		}
	}
	for _, p := range cornersOf(w, other) {
		for g := range groups {
			a, b := p, p
			if a.group, b.group = g, g; g == "itself" {
				a.group, b.group = w.id, other.id
			}
			if w.walk(a) != other.walk(b) {
				return fmt.Sprintf("%+v passes one of them", a)
			}
		}
	}
	return ""
}

// cornersOf are packets at the corners of the rules of some walls, from strangers.
func cornersOf(walls ...*rawWall) []packet {
	var peers []netip.Addr
	ports := map[int]bool{}
	protos := map[int]bool{6: true, 17: true, 47: true}
	for _, w := range walls {
		for _, all := range []string{"0.0.0.0/0", "::/0"} {
			peers = append(peers, w.corners(netip.MustParsePrefix(all))...)
		}
		for _, n := range w.portCorners() {
			ports[n] = true
		}
		for _, r := range w.rules {
			protos[r.proto] = true
		}
	}
	delete(protos, -1)
	slices.SortFunc(peers, netip.Addr.Compare)
	peers = slices.Compact(peers)
	var out []packet
	for _, a := range peers {
		for proto := range protos {
			for n := range ports {
				for _, in := range []bool{true, false} {
					out = append(out, packet{in: in, peer: a, here: likeMe(a), proto: proto, port: n, from: 40000})
				}
			}
		}
	}
	return out
}

// likeMe is an address of the same version inside.
func likeMe(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.MustParseAddr("10.0.0.4")
	}
	return netip.MustParseAddr("fc00::4")
}

// judgeTags: AWS009.
func judgeTags(t trial) string {
	w, ok := t.group()
	if !ok {
		return "there is no such object"
	}
	some, _ := w.raw["tags"].(object)
	all, _ := w.raw["tags_all"].(object)
	if t.Unsure != "" && !t.terraform {
		return "what was recorded is all that there is"
	}
	return says(len(list(w.raw, "Tags"))+len(some)+len(all) == 0 && w.name != "default", "it has tags")
}

// judgeIdleACL: AWS020.
func judgeIdleACL(t trial) string {
	w, ok := t.group()
	if !ok {
		return "there is no such ACL"
	}
	id := str(w.raw, "id")
	for _, r := range t.raw.tf {
		if r.kind == "aws_network_acl_association" && str(r.values, "network_acl_id") == id {
			return r.address + " associates it"
		}
	}
	return says(len(list(w.raw, "Associations"))+len(list(w.raw, "subnet_ids")) == 0 && w.raw["IsDefault"] != true, "subnets have it")
}

// judgePorts: AWS027. Ports that do not count, or port 0 alone.
func judgePorts(t trial) string {
	w := t.wall()
	if w == nil {
		return "there is no such group"
	}
	zero := strings.Contains(t.Subject, "port-zero")
	for _, o := range t.raw.objects {
		if str(o, "IpProtocol") == "" || !slices.ContainsFunc(slices.Concat(objects(w.raw, "IpPermissions"), objects(w.raw, "IpPermissionsEgress")), func(p object) bool { return fmt.Sprint(p) == fmt.Sprint(o) }) {
			continue
		}
		proto, _ := protocolOf(str(o, "IpProtocol"))
		from, to := number(o, "FromPort", -1), number(o, "ToPort", -1)
		if zero && (proto == 6 || proto == 17) && from == 0 && to == 0 || !zero && proto != 6 && proto != 17 && proto != 1 && proto != 58 && from > 0 {
			return ""
		}
	}
	for _, r := range w.rules {
		from, to := number(r.raw, "from_port", -1), number(r.raw, "to_port", -1)
		if t.terraform && (zero && (r.proto == 6 || r.proto == 17) && from == 0 && to == 0 || !zero && r.proto != 6 && r.proto != 17 && r.proto != 1 && r.proto != 58 && from > 0) {
			return ""
		}
	}
	return "no rule is written so"
}

// judgeDefaultPlace: AWS032. A default VPC, or a subnet that gives public addresses.
func judgeDefaultPlace(t trial) string {
	id, key, is := t.Object.ID, "VpcId", "IsDefault"
	if t.Object.Kind == audit.SubnetKind {
		key, is = "SubnetId", "MapPublicIpOnLaunch"
	}
	for _, o := range t.raw.having(key, id, is) {
		if o[is] == true {
			return ""
		}
	}
	v := t.raw.resource(t.Object.Address)
	return says(v["map_public_ip_on_launch"] == true || v["default_for_az"] == true || v["is_default"] == true, "it says nothing of the sort")
}

// judgeOverlap: SEM011. Two subnets of one network share addresses.
func judgeOverlap(t trial) string {
	ids := regexp.MustCompile(`subnet-[0-9a-z]+`).FindAllString(t.Summary, -1)
	var blocks []netip.Prefix
	vpcs := map[string]bool{}
	for _, id := range ids {
		for _, o := range t.raw.having("SubnetId", id, "CidrBlock") {
			if b, ok := block(str(o, "CidrBlock")); ok {
				blocks = append(blocks, b)
				vpcs[str(o, "VpcId")] = true
			}
		}
	}
	return says(len(blocks) >= 2 && len(vpcs) == 1 && blocks[0].Overlaps(blocks[len(blocks)-1]), "%v in %v", blocks, vpcs)
}

// judgeIdleNSG: AZ002. The group names no subnet and no interface, and nobody names it.
func judgeIdleNSG(t trial) string {
	w, ok := t.group()
	if !ok {
		return "there is no such group"
	}
	if n := w.attached(); n > 0 {
		return fmt.Sprintf("%d subnets and interfaces have it", n)
	}
	id := str(w.raw, "id")
	for _, r := range t.raw.tf {
		if strings.Contains(r.kind, "association") && id != "" && strings.Contains(fmt.Sprint(r.values), id) {
			return r.address + " attaches it"
		}
	}
	return says(t.Unsure != "", "what else there is was not read")
}

// attached is how many subnets and interfaces a group of Azure names.
func (w *rawWall) attached() int {
	p, _ := w.raw["properties"].(object)
	return len(list(p, "subnets")) + len(list(p, "networkInterfaces"))
}

// judgeDefaultVNet: AZ005. No rule that somebody wrote decides about the packet, which comes from the virtual network.
func judgeDefaultVNet(t trial) string {
	w := t.wall()
	if w == nil {
		return "there is no such group"
	}
	p := packetOf(*t.Example, true, "")
	p.inside = true
	before := refused
	if w.unread[true] {
		before = perhaps
	}
	for _, r := range w.rules {
		if r.name != "default" {
			before = max(before, r.matches(p))
		}
	}
	want := refused                         // nobody decides before the default rule
	if t.Unsure != "" && w.attached() > 0 { // and not because nobody is known who has it
		want = perhaps
	}
	return says(before == want && w.walk(p) != refused, "%+v: before the default rule another is %s to decide, and it is %s", p, before, w.walk(p))
}

// judgeNIC: AZ011. It has a public address, or forwards.
func judgeNIC(t trial) string {
	for _, o := range t.raw.having("id", t.Object.ID, "properties") {
		p, _ := o["properties"].(object)
		public := false
		for _, c := range objects(p, "ipConfigurations") {
			cp, _ := c["properties"].(object)
			public = public || cp["publicIPAddress"] != nil
		}
		if strings.Contains(t.Summary, "public") && public || !strings.Contains(t.Summary, "public") && p["enableIPForwarding"] == true {
			return ""
		}
	}
	return "its configuration does not say so"
}

// firewallRule is the rule of Google Cloud that the finding is about, in all versions that were read.
func (t trial) firewallRule() []object {
	var out []object
	for _, w := range t.raw.walls {
		for _, r := range w.rules {
			if w.cloud == "gcp" && r.name == last(t.Object.Label()) {
				out = append(out, r.raw)
			}
		}
	}
	return out
}

// judgeRule judges by the fields of a rule of Google Cloud: of all its versions, or of one where the finding is not sure.
func judgeRule(is func(object) bool) func(trial) string {
	return func(t trial) string {
		rules := t.firewallRule()
		if len(rules) == 0 {
			return "there is no such rule"
		}
		n := 0
		for _, r := range rules {
			if is(r) {
				n++
			}
		}
		return says(n == len(rules) || t.Unsure != "" && n > 0, "%d of %d versions are so", n, len(rules))
	}
}

// fieldOf is a field of a rule as the API calls it, or as Terraform does.
func fieldOf(o object, api, tf string) any {
	if raw, ok := o["raw"].(object); ok {
		return raw[tf]
	}
	return o[api]
}

func isLogged(o object) bool {
	switch c := fieldOf(o, "logConfig", "log_config").(type) {
	case object:
		return c["enable"] == true && c["metadata"] != "EXCLUDE_ALL_METADATA"
	case []any:
		return len(c) > 0
	}
	return fieldOf(o, "", "enable_logging") == true
}

func isDescribed(o object) bool {
	text, _ := fieldOf(o, "description", "description").(string)
	return text != "" && text != "Managed by Terraform"
}

func isForAll(o object) bool {
	_, allows := o["allowed"]
	return allows && o["disabled"] != true && str(o, "direction") != "EGRESS" && len(list(o, "targetTags"))+len(list(o, "targetServiceAccounts"))+len(list(o, "destinationRanges")) == 0
}

func isJoined(o object) bool {
	return len(list(o, "sourceRanges")) > 0 && len(list(o, "sourceTags"))+len(list(o, "sourceServiceAccounts")) > 0
}

// isOfDefault: one of the four rules of a default network, with what it admits there.
func isOfDefault(o object) bool {
	want := map[string]string{"default-allow-ssh": "0.0.0.0/0", "default-allow-rdp": "0.0.0.0/0", "default-allow-icmp": "0.0.0.0/0", "default-allow-internal": "10.128.0.0/9"}[str(o, "name")]
	return want != "" && slices.Contains(stringsIn(o, "sourceRanges"), want) && last(str(o, "network")) == "default" && isForAll(o)
}

// judgeDefaultNetwork: GCP001.
func judgeDefaultNetwork(t trial) string {
	return says(last(t.Object.ID) == "default" || last(t.Object.Name) == "default", "it has another name")
}
