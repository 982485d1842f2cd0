package aws_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
)

// TestSNATPorts: what pods on EKS send to strangers may be given any port of the node that is not
// privileged (cloud semantics, section 5, pods that the CNI translates), so that the return entries must not
// be for the range of the pods' kernel.
func TestSNATPorts(t *testing.T) {
	linux := model.PortRange{First: 32768, Last: 60999}
	base := shopIPv4(deny(model.Ingress, "back"), out("back", "203.0.113.0/24", tcp(443)), out("back", "data", tcp(5432)), in("data", "back", tcp(5432)))
	base = base.each(func(s *segment) { s.ports = linux })
	for _, c := range []struct {
		name  string
		site  providers.Site
		ports string // of answers from strangers
	}{
		{"not on a cluster", providers.Site{}, "32768-60999"},
		{"strict mode keeps the pod's port", providers.Site{Cluster: "eks", StrictPods: true}, "32768-60999"},
		{"other modes may not", providers.Site{Cluster: "eks"}, "1024-65535"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := base
			w.site.Cluster, w.site.StrictPods = c.site.Cluster, c.site.StrictPods
			e := w.encode(t, aws.Options{})
			got := e.entries("net-back")
			for _, want := range []string{
				"in allow tcp " + c.ports + " 203.0.113.0/24",
				"in allow tcp 32768-60999 10.0.3.0/24", // inside the VPC nothing is translated
			} {
				if !slices.Contains(got, want) {
					t.Errorf("no %q in %q", want, got)
				}
			}
			if f := e.finding("pod-snat"); (f != nil) != (c.name == "other modes may not") {
				t.Errorf("finding %v", f)
			}
			if f := e.finding("pod-groups"); (f != nil) != (c.site.Cluster == "eks") {
				t.Errorf("finding %v", f)
			}
		})
	}
}

// TestResolver: the VPC's resolver is never filtered (cloud semantics, section 4) and has no address
// to name, which is said where a policy isolates anybody for egress.
func TestResolver(t *testing.T) {
	for _, c := range []struct {
		name string
		rule rule
		want bool
	}{
		{"egress isolated", deny(model.Egress, "front"), true},
		{"ingress isolated", deny(model.Ingress, "front"), false},
	} {
		if f := shop(c.rule).encode(t, aws.Options{}).finding("vpc-resolver"); (f != nil) != c.want {
			t.Errorf("%s: %v", c.name, f)
		}
	}
}

// TestExceptMetadata: no rule refuses the metadata service (cloud semantics, section 4), so that a block
// without it is written as the block, which fits a network ACL. Other holes are cut.
func TestExceptMetadata(t *testing.T) {
	but := func(cidr string) string {
		var out []string
		for _, p := range model.AllIPv4().Subtract(model.MustPrefixes(cidr)).Prefixes() {
			out = append(out, p.String())
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		except         string
		rules, entries int // of egress
	}{
		{"169.254.169.254/32", 1, 1},
		{"169.254.0.0/16", 16, 16},
	} {
		e := shopIPv4(deny(model.Ingress, "front"), out("front", but(c.except), tcp(443)), deny(model.Ingress, "back"),
			deny(model.Egress, "back"), deny(model.Ingress, "data"), deny(model.Egress, "data")).encode(t, aws.Options{})
		e.mustBeExact(t)
		entries := 0
		for _, n := range e.entries("net-front") {
			if strings.HasPrefix(n, "out ") {
				entries++
			}
		}
		if rules := len(e.resources("aws_vpc_security_group_egress_rule")); rules != c.rules || entries != c.entries {
			t.Errorf("all but %s: %d rules, want %d; %d entries, want %d", c.except, rules, c.rules, entries, c.entries)
		}
	}
}

// TestCountsWhatIsMade: groups per region and ACLs per VPC (cloud semantics, section 7).
func TestCountsWhatIsMade(t *testing.T) {
	w := shopIPv4(deny(model.Ingress, "front"))
	w.segments[0].group = "sg-0123"
	used := map[string]int{}
	for _, q := range w.encode(t, aws.Options{}).Quotas {
		used[q.Name] = q.Used
	}
	if used["security groups per region"] != 2 || used["network ACLs per VPC"] != 3 {
		t.Errorf("quotas %v", used)
	}
}

// TestExistingGroupMembers: rules that name a group of somebody else's admit all of its members.
func TestExistingGroupMembers(t *testing.T) {
	w := shopIPv4(in("data", "back", tcp(5432)))
	w.segments[1].group = "sg-0123"
	f := w.encode(t, aws.Options{}).finding("existing-group")
	if f == nil || !strings.Contains(f.Summary, "whoever else carries it") {
		t.Errorf("finding %v", f)
	}
}

// TestNothingElseChanges: a rule put before the others of its policy leaves their resources as they are.
func TestNothingElseChanges(t *testing.T) {
	before := shopIPv4(out("back", "data", tcp(5432)), out("back", "203.0.113.0/24", tcp(443)))
	after := shopIPv4(out("back", "198.51.100.0/24", tcp(25)), out("back", "data", tcp(5432)), out("back", "203.0.113.0/24", tcp(443)))
	was, is := before.policy(), after.policy()
	is.Layers[0].Egress[1].Rules[1].Origin.Path, is.Layers[0].Egress[1].Rules[2].Origin.Path = "spec.egress[1]", "spec.egress[2]"
	modules := map[string]map[string]string{}
	for name, p := range map[string]model.Policy{"was": was, "is": is} {
		it := before.intent()
		it.Policy = p
		o, _ := aws.New(aws.Options{}).Encode(it)
		modules[name] = map[string]string{}
		for _, r := range o.Module.Resources {
			d, _ := r.Get("description").AsString()
			modules[name][r.Address()] = d + text(r.Get("rule_number"))
		}
	}
	for address, content := range modules["was"] {
		if now, ok := modules["is"][address]; !ok || now != content {
			t.Errorf("%s was %q and is %q", address, content, now)
		}
	}
}
