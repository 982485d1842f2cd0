package gcp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// numbered is a machine on the network main with a number, under which its tags are found.
func numbered(number int, name, addr string) string {
	return strings.Replace(instanceJSON(name, addr, "x"), `"id":"77"`, fmt.Sprintf(`"id":"%d"`, number), 1)
}

// tagsJSON is the tags of a machine as effectiveTags.list answers, with the machine beside it. Those that begin with "^" are inherited.
func tagsJSON(machine any, names ...string) string {
	var list []string
	for _, n := range names {
		name, inherited := strings.CutPrefix(n, "^")
		list = append(list, fmt.Sprintf(`{"tagValue":%q,"namespacedTagValue":"1/env/x","tagKey":"tagKeys/1","namespacedTagKey":"1/env","inherited":%t}`, name, inherited))
	}
	return fmt.Sprintf(`{"parent":"//compute.googleapis.com/projects/shop/zones/europe-west1-b/instances/%v","effectiveTags":[%s]}`, machine, strings.Join(list, ","))
}

// tagged is a project with web at 10.0.1.1 and db at 10.0.2.1, and a policy that lets web use 5432 of db, both by secure
// tags.
func tagged(tags ...string) account {
	policy := polJSON("NETWORK", "p", `{"priority":1,"action":"allow","direction":"INGRESS","targetSecureTags":[{"name":"tagValues/db","state":"EFFECTIVE"}],
		"match":{"srcSecureTags":[{"name":"tagValues/web","state":"EFFECTIVE"}],"layer4Configs":[{"ipProtocol":"tcp","ports":["5432"]}]}}`)
	return mainNetwork().with(KindInstance, numbered(1, "web", "10.0.1.1"), numbered(2, "db", "10.0.2.1")).
		with(KindEffective, effectiveJSON("europe-west1", policy), effectiveJSON("us-east1", policy)).with(KindEffectiveTags, tags...)
}

// A policy's rules are for machines that have their secure tags, and what they admit comes from these (compute API,
// FirewallPolicyRule.TargetSecureTags and FirewallPolicyRuleMatcher.SrcSecureTags; cloud semantics 1.2).
func TestSecureTagsOfMachines(t *testing.T) {
	web, db := tagsJSON(1, "tagValues/web"), tagsJSON(2, "tagValues/db")
	binding := `{"name":"tagBindings/x","parent":"//compute.googleapis.com/projects/7/zones/europe-west1-b/instances/2","tagValue":"tagValues/db"}`
	for _, row := range []struct {
		name    string
		account account
		want    string // verdict of web to db on 5432
		unsure  int    // machines of which not all tags are known
		finding string
	}{
		{"both have theirs", tagged(web, db), "allow", 0, ""},
		{"a source without its tag", tagged(tagsJSON(1), db), "deny", 0, ""},
		{"a target without its tag", tagged(web, tagsJSON(2, "tagValues/other")), "deny", 0, ""},
		{"by name in place of number", tagged(tagsJSON("web", "tagValues/web"), db), "allow", 0, ""},
		{"in another zone", tagged(strings.Replace(web, "west1-b", "west1-c", 1), db), "deny", 1, "not-read"},
		{"one was not read", tagged(web), "deny", 1, "not-read"},
		{"an inherited tag that a rule names", tagged(tagsJSON(1, "^tagValues/web"), db), "deny", 1, ""},
		{"an inherited tag that no rule names", tagged(tagsJSON(1, "tagValues/web", "^tagValues/org"), db), "allow", 0, ""},
		{"a binding alone, which says nothing of what is inherited", tagged(web, binding), "allow", 1, ""},
		{"no machine at all", tagged(`{"parent":"//compute.googleapis.com/projects/shop","effectiveTags":[]}`, db, web), "unknown", 0, "unreadable-object"},
		{"a list that is none", tagged(strings.Replace(web, "[", `{"a":[`, 1)+"}", db), "unknown", 0, "unreadable-object"},
		{"a tag without a value", tagged(strings.Replace(web, `"tagValue"`, `"tagWorth"`, 1), db), "unknown", 0, "unreadable-object"},
		{"tags not read", tagged().without(KindEffectiveTags), "unknown", 0, "not-read"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := New(Options{})
			m, findings := p.Resources(row.account.snapshot())
			policy, more := p.Decode(m)
			checkFinding(t, append(findings, more...), row.finding)
			pop := p.Population(m, policy)
			unsure := 0
			for _, e := range pop.Endpoints {
				if e.Unsure != "" {
					unsure++
				}
			}
			if unsure != row.unsure {
				t.Errorf("%d machines are unsure, want %d: %+v", unsure, row.unsure, pop.Endpoints)
			}
			if got := policy.Explain(between(t, pop), members(pop)).Verdict.String(); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
}

// between is a packet from web to db, as members calls them, or from anybody to anybody where they are not told apart.
func between(t *testing.T, pop providers.Population) model.Flow {
	t.Helper()
	x := flow(t, "- 10.0.1.1 > - 10.0.2.1 tcp/5432")
	inv := members(pop)
	for _, end := range []*model.Endpoint{&x.Src, &x.Dst} {
		for _, m := range inv.Members {
			if m.Addrs.Contains(end.Addr) || len(pop.Endpoints) == 0 && !strings.Contains(string(m.ID), "+") {
				end.ID = m.ID
			}
		}
		if end.ID == "" {
			t.Fatalf("nobody is at %s: %v", end.Addr, inv.Members)
		}
	}
	return x
}

// What comes to secure tags between two readings is what comes to traffic; of a machine whose tags one of them does not tell it is
// unknown.
func TestSecureTagsChange(t *testing.T) {
	web, db := tagsJSON(1, "tagValues/web"), tagsJSON(2, "tagValues/db")
	for _, row := range []struct {
		name       string
		want, have account
		differs    string
	}{
		{"nothing", tagged(web, db), tagged(db, web), ""},
		{"a tag unbound from the source", tagged(web, db), tagged(tagsJSON(1), db), "closed"},
		{"a tag bound to the target", tagged(web, tagsJSON(2)), tagged(web, db), "opened"},
		{"a tag that no rule names", tagged(web, db), tagged(tagsJSON(1, "tagValues/web", "tagValues/more"), db), ""},
		{"tags of one machine denied", tagged(web, db), tagged(web), "unknown"},
		{"tags of every machine denied", tagged(web, db), tagged().without(KindEffectiveTags), "unknown"},
		{"inherited meanwhile", tagged(web, db), tagged(tagsJSON(1, "^tagValues/web"), db), "unknown"},
	} {
		if got := differences(reading(t, row.want), reading(t, row.have)); got != row.differs {
			t.Errorf("%s: %q, want %q", row.name, got, row.differs)
		}
	}
}

// Configuration names the tags that a machine is made with, and need not name those that are bound to it later (documentation of
// google_compute_instance, params).
func TestSecureTagsWritten(t *testing.T) {
	const policy = `
resource "google_compute_network" "main" {
  name = "main"
}
resource "google_compute_network_firewall_policy" "p" {
  name = "p"
}
resource "google_compute_network_firewall_policy_rule" "r" {
  firewall_policy = google_compute_network_firewall_policy.p.name
  priority        = 1
  action          = "allow"
  direction       = "INGRESS"
  target_secure_tags {
    name = "tagValues/1"
  }
  match {
    src_ip_ranges = ["192.0.2.0/24"]
    layer4_configs {
      ip_protocol = "tcp"
    }
  }
}
resource "google_compute_network_firewall_policy_association" "a" {
  name              = "a"
  firewall_policy   = google_compute_network_firewall_policy.p.name
  attachment_target = google_compute_network.main.id
}
`
	machine := func(params string) string {
		return policy + "resource \"google_compute_instance\" \"db\" {\n  name = \"db\"\n  network_interface {\n    network = google_compute_network.main.id\n    network_ip = \"10.0.2.1\"\n  }\n" + params + "}\n"
	}
	with := func(value string) string {
		return machine("  params {\n    resource_manager_tags = { \"tagKeys/9\" = \"" + value + "\" }\n  }\n")
	}
	for _, row := range []struct {
		name, want, have string
		differs          string
	}{
		{"the same", with("tagValues/1"), with("tagValues/1"), ""},
		{"another tag", with("tagValues/1"), with("tagValues/2"), "closed"},
		{"not said", with("tagValues/1"), machine(""), "unknown"},
		{"not known", with("tagValues/1"), machine("  params {\n    resource_manager_tags = var.tags\n  }\n") + "variable \"tags\" {}\n", "unknown"},
	} {
		if got := differences(written(t, row.want), written(t, row.have)); got != row.differs {
			t.Errorf("%s: %q, want %q", row.name, got, row.differs)
		}
	}
}

// SecureTags finds what rules name, and nothing that is not in effect.
func TestSecureTagsNamed(t *testing.T) {
	policy := polJSON("NETWORK", "p", ruleJSON(`1 allow 0.0.0.0/0|,"targetSecureTags":[{"name":"tagValues/b","state":"EFFECTIVE"},{"name":"tagValues/x","state":"INEFFECTIVE"}]`), tagSource)
	want := []string{"tagValues/b", "tagValues/web"}
	for _, document := range []string{policy, effectiveJSON("europe-west1", policy, policy)} {
		if got := SecureTags([]byte(document)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", document, got, want)
		}
	}
	if got := SecureTags([]byte(networkJSON("x"))); got != nil {
		t.Errorf("a network names %q", got)
	}
}
