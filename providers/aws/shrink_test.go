package aws_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
)

// alone is segment b in a subnet of its own that sends nothing.
func alone(rules ...rule) world {
	return world{segments: []segment{at("b", "10.0.2.0/24")}, rules: append(rules, deny(model.Egress, "b"))}
}

// from admits TCP/80 from so many hosts, every step-th address.
func from(hosts, step int) []rule {
	var out []rule
	for i := range hosts {
		out = append(out, in("b", fmt.Sprintf("192.0.%d.%d/32", 2+i*step/256, i*step%256), tcp(80)))
	}
	return out
}

// holed admits TCP/80 from a block but for some single addresses: few entries with denies, many
// without.
func holed(block string, holes ...string) rule {
	a := model.MustPrefixes(block)
	for _, h := range holes {
		a = a.Subtract(model.MustPrefixes(h))
	}
	var cidrs []string
	for _, p := range a.Prefixes() {
		cidrs = append(cidrs, p.String())
	}
	return in("b", strings.Join(cidrs, " "), tcp(80))
}

func minimal(w world) world { w.shrink = providers.ShrinkAlways; return w }

// size returns the length of a list; zero where there is none.
func (e encoded) size(name string) providers.ListSize {
	for _, l := range e.Lists {
		if l.Name == name {
			return l
		}
	}
	return providers.ListSize{}
}

// TestShrinking: a list within its quota is left as the policies spell it, unless the fewest rules are asked for;
// one that is not is shortened, and what is written is exact in any case. A network ACL has 19 entries, a
// security group 60 rules in each direction and family (VPC user guide, quotas).
func TestShrinking(t *testing.T) {
	const group, acl = "security group b, ingress rules, IPv4", "network ACL net-b, ingress entries, IPv4"
	for _, c := range []struct {
		name, list    string
		world         world
		before, after int
	}{
		{"an ACL with room", acl, alone(from(19, 1)...), 19, 19},
		{"without room", acl, alone(from(20, 1)...), 20, 17},
		{"far without room", acl, alone(from(64, 1)...), 64, 1},
		{"with room, as short as can be", acl, minimal(alone(from(19, 1)...)), 19, 3},
		{"only denies make it fit", acl, alone(holed("192.0.2.0/24", "192.0.2.1/32", "192.0.2.77/32", "192.0.2.130/32", "192.0.2.250/32")), 24, 5},
		{"a group with room", group, alone(from(19, 1)...), 19, 19},
		{"a group as short as can be", group, minimal(alone(from(19, 1)...)), 19, 3},
		{"a group has no denies", group, minimal(alone(holed("192.0.2.0/24", "192.0.2.1/32", "192.0.2.77/32"))), 13, 13},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := c.world.encode(t, aws.Options{})
			e.mustBeExact(t)
			l := e.size(c.list)
			if l.Before != c.before || l.After != c.after || l.LowerBound > l.After {
				t.Errorf("got %+v, want %d to %d", l, c.before, c.after)
			}
			if !slices.Equal(l.Segments, []string{"b"}) {
				t.Errorf("the list is about %v", l.Segments)
			}
		})
	}
}

// TestGroupWithoutRoom: a group with one rule too many is shortened; rules with groups count in both families and
// are shortened last.
func TestGroupWithoutRoom(t *testing.T) {
	w := world{segments: []segment{nowhere("a"), nowhere("b")}, rules: []rule{deny(model.Egress, "b")}}
	w.rules = append(w.rules, from(58, 1)...)
	w.rules = append(w.rules, in("b", "a", tcp(80)), in("b", "a", tcp(81)), in("b", "a", tcp(82)), in("b", "2001:db8::/32", tcp(443)))
	e := w.encode(t, aws.Options{})
	e.mustBeExact(t)
	if l := e.size("security group b, ingress rules, IPv4"); l.Before != 61 || l.After > 60 {
		t.Errorf("got %+v", l)
	}
	if got := len(e.rulesOf("aws_security_group.b.id", "referenced_security_group_id")); got != 3 {
		t.Errorf("%d rules name the other group, and there was room for all 3", got)
	}
	w.rules = nil
	for i := range 62 {
		w.rules = append(w.rules, in("b", "a", tcp(uint16(80+i))))
	}
	e = w.encode(t, aws.Options{})
	e.mustBeExact(t)
	if l := e.size("security group b, ingress rules, IPv6"); l.Before != 62 || l.After != 1 {
		t.Errorf("got %+v", l)
	}
}

// rulesOf lists the rules of a group that have an attribute.
func (e encoded) rulesOf(group, attr string) []string {
	var out []string
	for _, typ := range []string{"aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"} {
		for name, r := range e.resources(typ) {
			if text(r.Get("security_group_id")) == group && !r.Get(attr).IsAbsent() {
				out = append(out, name)
			}
		}
	}
	return out
}

// TestSeveralGroups: rules that cannot be shortened to one group are spread over up to five, which is what an
// interface carries (VPC user guide, quotas); peers name the first, which holds all members.
func TestSeveralGroups(t *testing.T) {
	for _, c := range []struct {
		rules, limit, groups int
		refused              bool
	}{
		{60, 60, 1, false}, {61, 60, 2, false}, {120, 60, 2, false}, {121, 60, 3, false}, {300, 60, 5, false}, {301, 60, 0, true},
		{500, 250, 2, false}, {1001, 250, 0, true}, {1000, 1000, 1, false}, {1001, 1000, 0, true},
	} {
		t.Run(fmt.Sprintf("%d of %d", c.rules, c.limit), func(t *testing.T) {
			w := world{segments: []segment{nowhere("a"), nowhere("b")}, rules: append(from(c.rules, 2), out("a", "b", tcp(80)))}
			e := w.encode(t, aws.Options{GroupRules: c.limit})
			if f := e.finding("quota"); (f != nil) != c.refused {
				t.Fatalf("refused: %v", f)
			}
			if c.refused {
				return
			}
			e.mustBeExact(t)
			made := e.resources("aws_security_group")
			if len(made) != c.groups+1 {
				t.Errorf("%d groups for the segments a and b", len(made))
			}
			for name := range made {
				if n := len(e.rulesOf("aws_security_group."+name+".id", "cidr_ipv4")); n > c.limit+1 { // and one of egress
					t.Errorf("%s has %d rules", name, n)
				}
			}
			if f := e.finding("several-groups"); (f != nil) != (c.groups > 1) {
				t.Errorf("finding %v", f)
			}
			for _, r := range e.resources("aws_vpc_security_group_egress_rule") {
				if ref := text(r.Get("referenced_security_group_id")); ref != "" && ref != "aws_security_group.b.id" {
					t.Errorf("peers are named by %s", ref)
				}
			}
		})
	}
}

// TestSeveralGroupsOnPods: a SecurityGroupPolicy lists every group of the segment (EKS user guide, security groups for
// pods), and pods that an existing group is given for carry that first.
func TestSeveralGroupsOnPods(t *testing.T) {
	for group, first := range map[string]string{"": "${SG_b}", "sg-0b": "sg-0b"} {
		w := strictPods(world{segments: []segment{at("b", "10.0.2.0/24")}, rules: append(from(70, 2), deny(model.Egress, "b"))})
		w.segments[0].group = group
		w.segments[0].subnet = ""
		w.site.Given = true
		e := w.encode(t, aws.Options{})
		if len(e.Files) != 1 {
			t.Fatalf("files %v", e.Files)
		}
		text := string(e.Files[0].Data)
		for _, want := range []string{fmt.Sprintf("      - %q\n      - \"${SG2_b}\"\n", first), "terraform output -json additional_security_group_ids"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
		e.mustBeExact(t)
	}
}

// TestTooManyGroupsPerPod: pods that several SecurityGroupPolicies select carry the groups of all, and an
// interface no more than five.
func TestTooManyGroupsPerPod(t *testing.T) {
	w := strictPods(world{})
	for i := range 6 {
		s := at(model.Identity(fmt.Sprint("s", i)), fmt.Sprintf("10.0.%d.0/24", i))
		s.labels = map[string]string{"app": "same"}
		w.segments = append(w.segments, s)
	}
	if f := w.encode(t, aws.Options{}).finding("quota"); f == nil || !strings.Contains(f.Summary, "6 are needed and AWS allows 5") {
		t.Errorf("got %v", f)
	}
}

// TestCannotFit: the finding says which list and segments, how short the list can be, who takes most of it, and
// what to widen at what price.
func TestCannotFit(t *testing.T) {
	e := alone(append(from(20, 2), in("b", "198.51.100.0/24", tcp(443)))...).encode(t, aws.Options{})
	f := e.finding("quota")
	if f == nil {
		t.Fatal("21 entries fit")
	}
	for _, want := range []string{"network ACL net-b, egress entries, IPv4: 21 are needed and AWS allows 19", "it is about b"} {
		if !strings.Contains(f.Summary, want) {
			t.Errorf("no %q in %s", want, f.Summary)
		}
	}
	for _, want := range []string{"NetworkPolicy shop/b (21)", "tcp/1024-65535 with 192.0.2.0/29 for 4 of them, which also admits 4 more addresses, 192.0.2.1/32 among them", "raise the quota"} {
		if !strings.Contains(f.Advice, want) {
			t.Errorf("no %q in %s", want, f.Advice)
		}
	}
}

// TestDeniesComeFirst: Terraform makes an entry that admits after those that deny part of it, and removes
// it before them, so that at no moment more is admitted than in the end; and their numbers are lower.
func TestDeniesComeFirst(t *testing.T) {
	e := minimal(alone(holed("192.0.2.0/24", "192.0.2.1/32", "192.0.2.77/32"), in("b", "198.51.100.0/24", tcp(80)))).encode(t, aws.Options{})
	entries := e.resources("aws_network_acl_rule")
	for name, waits := range map[string][]string{
		"net-b_in_tcp-80_from_192-0-2-0_24":    {"net-b_in_tcp-80_from_192-0-2-1_32_deny", "net-b_in_tcp-80_from_192-0-2-77_32_deny"},
		"net-b_in_tcp-80_from_198-51-100-0_24": nil,
	} {
		refs, _ := entries[name].Get("depends_on").AsList()
		var got []string
		for _, r := range refs {
			got = append(got, strings.TrimPrefix(text(r), "aws_network_acl_rule."))
		}
		slices.Sort(got)
		if !slices.Equal(got, waits) {
			t.Errorf("%s waits for %v, want %v", name, got, waits)
		}
		for _, w := range waits {
			if number(entries[w], "rule_number") >= number(entries[name], "rule_number") {
				t.Errorf("%s is asked before %s", name, w)
			}
		}
	}
}

// TestReasonsStay: an entry that stands for several names who asked for any of them, and one that was there
// already names who asked for it.
func TestReasonsStay(t *testing.T) {
	e := minimal(alone(in("b", "192.0.2.0/25", tcp(80)), in("b", "192.0.2.128/25", tcp(80)), in("b", "198.51.100.0/24", tcp(80)))).encode(t, aws.Options{})
	for name, r := range e.resources("aws_network_acl_rule") {
		if len(r.Comment) < 2 || !strings.Contains(strings.Join(r.Comment, " "), "NetworkPolicy shop/b") {
			t.Errorf("%s: %q", name, r.Comment)
		}
	}
}

// numbersOf returns the number of every entry, by what it says.
func (e encoded) numbersOf() map[string]int {
	out := map[string]int{}
	for list, numbers := range e.Output.Numbers {
		for k, n := range numbers {
			out[list+": "+k] = n
		}
	}
	return out
}

// TestNumbersAreKept edits policies in random ways, with what a lock file keeps: entries that say what
// they said keep their numbers, but for those that have to be asked before others, and rules keep their group.
func TestNumbersAreKept(t *testing.T) {
	const seed = 5
	t.Logf("seed %d", seed)
	d := rand.New(rand.NewPCG(seed, 0))
	moved, same, denies := 0, 0, 0
	for c := range 60 {
		w := alone(from(10, 3)...)
		w.rules = append(w.rules, holed("198.51.100.0/24", "198.51.100.9/32", fmt.Sprintf("198.51.100.%d/32", d.IntN(256))))
		w.shrink = providers.Shrink(d.IntN(2))
		options := aws.Options{NACLEntries: 40, GroupRules: 6 + d.IntN(60)}
		before := w.encode(t, options)
		if before.finding("quota") != nil {
			continue
		}
		w.numbers = before.Output.Numbers
		if again := w.encode(t, options); !maps.Equal(again.numbersOf(), before.numbersOf()) {
			t.Fatalf("case %d: without an edit the numbers change", c)
		}
		w.rules = slices.Clone(w.rules)
		if i := d.IntN(len(w.rules)); d.IntN(2) == 0 {
			w.rules = slices.Delete(w.rules, i, i+1)
		}
		w.rules = append(w.rules, in("b", fmt.Sprintf("203.0.113.%d/32", d.IntN(256)), tcp(80)), deny(model.Ingress, "b"))
		after := w.encode(t, options)
		if after.finding("quota") != nil {
			continue
		}
		after.mustBeExact(t)
		was := before.numbersOf()
		for k, n := range after.numbersOf() {
			if strings.Contains(k, "deny") {
				denies++
			}
			if had, ok := was[k]; ok {
				same++
				if had != n {
					moved++
				}
			}
		}
	}
	t.Logf("%d of %d moved, %d entries deny", moved, same, denies)
	if same == 0 || denies == 0 || moved*50 > same {
		t.Errorf("%d of %d numbers moved, %d entries deny", moved, same, denies)
	}
}
