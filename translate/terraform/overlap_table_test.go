package tfsource_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// tagged writes rules "priority action tag port", or "priority action @account port", for packets from 10.0.0.0/8.
func tagged(rules ...string) string {
	var out strings.Builder
	for i, r := range rules {
		f := strings.Fields(r)
		target := fmt.Sprintf("target_tags = [%q]", f[2])
		if who, ok := strings.CutPrefix(f[2], "@"); ok {
			target = fmt.Sprintf("target_service_accounts = [%q]", who+"@p.iam.gserviceaccount.com")
		}
		out.WriteString(firewall(fmt.Sprintf("r%d", i), "priority = "+f[0], "source_ranges = [\"10.0.0.0/8\"]", target,
			fmt.Sprintf("%s {\n    protocol = \"tcp\"\n    ports = [%q]\n  }", f[1], f[3])))
	}
	return out.String()
}

// inGroup writes a security group without rules, and with a tag if any is given.
func inGroup(name, tags string) string {
	return fmt.Sprintf("resource \"aws_security_group\" %q {\n  name = %[1]q\n  tags = {%[2]s}\n}\n", name, tags)
}

// ownTags makes rules look written by crosswall, for two segments that are told apart by tag.
func ownTags(rules string) string {
	return strings.ReplaceAll(rules, "  network = ", "  description = \"[managed-by: crosswall]\"\n  network = ") +
		"output \"network_tags\" {\n  value = { web = \"web\", db = \"db\" }\n}\n"
}

// Which endpoints in several groups are looked at (cloud-semantics, evaluation and scope), and when it is said that not all are.
func TestFindOverlap(t *testing.T) {
	const owned = `"managed-by" = "crosswall"`
	var before, after []string
	for i := range 20 { // 400 pairs
		before = append(before, fmt.Sprintf("900 allow t%02d 22", i), fmt.Sprintf("1000 deny u%02d 22", i))
		after = append(after, fmt.Sprintf("1100 allow t%02d 22", i), fmt.Sprintf("1000 deny u%02d 22", i))
	}
	// Hosts in base may send, and those in web are admitted to db.
	base := sgRule("egress", "out", "aws_security_group.base.id", `ip_protocol = "-1"`, `cidr_ipv4 = "0.0.0.0/0"`)
	toDB := ingress("r", 80, "referenced_security_group_id = aws_security_group.web.id")
	three := inGroup("base", "") + inGroup("web", "") + inGroup("db", "") + base
	told := "resource \"aws_instance\" \"i\" {\n  vpc_security_group_ids = [aws_security_group.base.id, aws_security_group.web.id]\n}\n"
	segments := inGroup("base", owned) + inGroup("web", owned) + inGroup("db", owned) + base +
		"output \"security_group_ids\" {\n  value = { base = aws_security_group.base.id, web = aws_security_group.web.id, db = aws_security_group.db.id }\n}\n"
	others := ""
	for _, group := range []string{"web", "db"} {
		others += sgRule("ingress", group, "aws_security_group."+group+".id", `ip_protocol = "udp"`, "from_port = 0\n  to_port = 65535", `cidr_ipv4 = "192.0.2.1/32"`)
	}
	// The same of another cloud, in which nobody is admitted to db by a tag.
	const everything = "deny {\n    protocol = \"all\"\n  }"
	otherThree := firewall("none", `direction = "EGRESS"`, "priority = 2000", `destination_ranges = ["0.0.0.0/0"]`, everything) +
		firewall("none6", `direction = "EGRESS"`, "priority = 2000", `destination_ranges = ["::/0"]`, everything) +
		firewall("base", `direction = "EGRESS"`, `target_tags = ["base"]`, `destination_ranges = ["0.0.0.0/0"]`, strings.Replace(everything, "deny", "allow", 1)) +
		firewall("others", `source_ranges = ["192.0.2.1/32"]`, `target_tags = ["web", "db"]`, "allow {\n    protocol = \"udp\"\n  }")
	otherToDB := firewall("db", `source_tags = ["web"]`, `target_tags = ["db"]`, "allow {\n    protocol = \"tcp\"\n    ports = [\"80\"]\n  }")
	for _, row := range []struct {
		name, a, b string
		together   []string
		open       string
	}{
		{"an allow before a deny, and after it", tagged("900 allow web 22", "1000 deny db 22"), tagged("1100 allow web 22", "1000 deny db 22"), []string{"network main + tag db, network main + tag web"}, ""},
		{"at one priority the deny decides", tagged("900 allow web 22", "1000 deny db 22"), tagged("1000 allow web 22", "1000 deny db 22"), []string{"network main + tag db, network main + tag web"}, ""},
		{"other numbers in the same order", tagged("900 allow web 22", "1000 deny db 22"), tagged("1 allow web 22", "2 deny db 22"), nil, ""},
		{"an order that does not matter", tagged("900 allow web 22", "1000 deny db 23"), tagged("1100 allow web 22", "1000 deny db 23"), nil, ""},
		{"two accounts at once", tagged("900 allow @web 22", "1000 deny @db 22"), tagged("1100 allow @web 22", "1000 deny @db 22"), nil, ""},
		{"two networks at once", tagged("900 allow web 22") + strings.ReplaceAll(strings.ReplaceAll(tagged("1000 deny db 22"), `"main"`, `"other"`), "r0", "x0"),
			tagged("1100 allow web 22") + strings.ReplaceAll(strings.ReplaceAll(tagged("1000 deny db 22"), `"main"`, `"other"`), "r0", "x0"), nil, ""},
		{"a deny for a tag that comes", tagged("900 allow web 22", "900 allow db 23"), tagged("900 allow web 22", "900 allow db 23", "1 deny jail 22"), []string{"network main + tag jail, network main + tag web"}, ""},
		{"one group sends and the other is admitted", three, three + toDB, []string{"aws_security_group.base, aws_security_group.web"}, ""},
		{"the same, of an instance", three + told, three + told + toDB, nil, ""},
		{"the same, of segments of a translation", segments, segments + toDB, nil, ""},
		{"the same outputs without the mark of a translation", strings.ReplaceAll(segments, owned, ""), strings.ReplaceAll(segments, owned, "") + toDB,
			[]string{"aws_security_group.base, aws_security_group.web"}, ""},
		{"tags of segments of a translation", ownTags(tagged("900 allow web 22", "1000 deny db 22")), ownTags(tagged("1100 allow web 22", "1000 deny db 22")), nil, ""},
		{"more than is looked at", tagged(before...), tagged(after...), nil, "there are more on which the answer may rest"},
		{"two clouds, and a rule that refuses by tag", sg("web", "db") + toDB, tagged("900 allow web 22", "1000 deny db 22"), nil, "two clouds are compared by one group at a time"},
		{"two clouds, and the same of both", three + toDB + others, otherThree + otherToDB, nil, ""},
		{"two clouds, and one group sends and the other is admitted in one", three + toDB + others, otherThree, nil, "one group may admit into the network and another out of it"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, b := folder(t, row.a), folder(t, row.b)
			o := tfsource.FindOverlap(a, b, nil)
			if row.open == "" != (o.Open == "") || !strings.Contains(o.Open, row.open) {
				t.Errorf("open %q, want %q", o.Open, row.open)
			}
			if row.open != "" {
				return
			}
			var got []string
			for _, list := range o.Together {
				got = append(got, strings.Trim(strings.ReplaceAll(fmt.Sprintf("%q", list), "\" \"", ", "), "[]\""))
			}
			if !slices.Equal(got, row.together) {
				t.Errorf("together %q, want %q", got, row.together)
			}
		})
	}
}

// listRule is a rule of a list for those in a set of groups, given by what it does for every set of groups.
type listRule struct {
	names func(set uint) bool
	allow bool
}

// decide is what a list of rules does for those in a set of groups: the first that names them decides, or else they are refused.
func decide(list []listRule, set uint) bool {
	for _, r := range list {
		if r.names(set) {
			return r.allow
		}
	}
	return false
}

// lists returns every list of up to three rules for those whom selectors name, with either action.
func lists(selectors []func(uint) bool) [][]listRule {
	out := [][]listRule{nil}
	last := out
	for range 3 {
		var next [][]listRule
		for _, l := range last {
			for _, s := range selectors {
				next = append(next, append(slices.Clip(l), listRule{s, true}), append(slices.Clip(l), listRule{s, false}))
			}
		}
		out, last = append(out, next...), next
	}
	return out
}

// pairsTell reports whether any two lists that agree on sets of up to so many of three groups agree on all.
func pairsTell(all [][]listRule, most int) bool {
	size := []int{0, 1, 1, 2, 1, 2, 2, 3}
	seen := map[string]string{} // by what small sets are told, what all are
	for _, l := range all {
		small, whole := "", ""
		for set := range uint(8) {
			text := fmt.Sprint(decide(l, set), " ")
			whole += text
			if size[set] <= most {
				small += text
			}
		}
		if other, ok := seen[small]; ok && other != whole {
			return false
		}
		seen[small] = whole
	}
	return true
}

// Every list of up to three rules over three groups: where rules name a group, or any of several, lists that agree on pairs agree on all
// sets, and lists that agree on single groups need not. Where rules name who is not in a group, or is in two at once, pairs do not
// tell: then diff says that it does not know.
func TestPairsTellLists(t *testing.T) {
	in := func(group uint) func(uint) bool { return func(set uint) bool { return set&group != 0 } }
	all := func(groups uint) func(uint) bool { return func(set uint) bool { return set&groups == groups } }
	not := func(group uint) func(uint) bool { return func(set uint) bool { return set&group == 0 } }
	anybody := func(uint) bool { return true }
	for _, row := range []struct {
		name      string
		selectors []func(uint) bool
		most      int
		want      bool
	}{
		{"one group", []func(uint) bool{anybody, in(1), in(2), in(4)}, 2, true},
		{"any of several", []func(uint) bool{anybody, in(1), in(2), in(4), in(1 | 2), in(2 | 4)}, 2, true},
		{"one group, by single groups", []func(uint) bool{anybody, in(1), in(2), in(4)}, 1, false},
		{"two at once", []func(uint) bool{anybody, in(1), in(2), in(4), all(1 | 2), all(2 | 4)}, 2, false},
		{"not in a group", []func(uint) bool{anybody, in(1), in(2), not(1), not(2), not(4)}, 2, false},
	} {
		if got := pairsTell(lists(row.selectors), row.most); got != row.want {
			t.Errorf("%s: sets of up to %d tell all: %t", row.name, row.most, got)
		}
	}
}
