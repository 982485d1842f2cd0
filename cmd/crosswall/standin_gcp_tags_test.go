package main

import (
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gcpstandin "github.com/crosswall/crosswall/providers/gcp/live/standin"
	"github.com/crosswall/crosswall/terraform"
)

// shopTags are the secure tags of the shop's segments.
var shopTags = [...][2]string{{"shop-frontend", "tagValues/1"}, {"shop-backend", "tagValues/2"}, {"kube-system-coredns", "tagValues/3"}, {"shop-database", "tagValues/4"}}

// policyStage is the shop in a stand-in project, translated to a firewall policy whose rules name secure tags, and the folder that made
// it, with the values of its variable.
func policyStage(t *testing.T) (folder string, fresh func(*testing.T) gcpStage) {
	t.Helper()
	folder, _ = translated(t, shop, "gcp", "--gcp-style", "policy")
	values := "secure_tags = {\n"
	for _, tag := range shopTags {
		values += "  " + tag[0] + " = \"" + tag[1] + "\"\n"
	}
	if err := os.WriteFile(filepath.Join(folder, "terraform.tfvars"), []byte(values+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, diags, err := terraform.Read(os.DirFS(folder))
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return folder, func(t *testing.T) gcpStage {
		s := newGCPStage(t, m)
		for _, i := range s.Instances {
			for _, tag := range shopTags {
				if slices.Contains(i.Tags, tag[0]) {
					i.SecureTags = []string{tag[1]}
				}
			}
			i.Tags = nil
		}
		return s
	}
}

// What was translated to a policy and made, with its secure tags bound to machines, is equal to the files and to a snapshot of it.
func TestStandInGCPSecureTagsEqual(t *testing.T) {
	folder, fresh := policyStage(t)
	s := fresh(t)
	serveGCP(t).show(s)
	snap := filepath.Join(t.TempDir(), "snap.json")
	crosswall(t, "snapshot", s.source(), "-o", snap).want(t, 0)
	for _, want := range []string{folder, snap} {
		if r := crosswall(t, "diff", want, s.source()); r.code != 0 {
			t.Errorf("diff %s: exit code %d\n%.3000s\n%.3000s", want, r.code, r.out, r.err)
		}
	}
}

// Manifests are equal to the project too, with a placement that says which secure tags the workloads have; without, it is not known whom
// rules are for.
func TestStandInGCPSecureTagsManifests(t *testing.T) {
	_, fresh := policyStage(t)
	s := fresh(t)
	serveGCP(t).show(s)
	raw, err := os.ReadFile(filepath.Join(shop, "placement.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before, gcp, _ := strings.Cut(string(raw), "\ngcp:")
	gcp, after, _ := strings.Cut(gcp, "\nazure:")
	for label, tag := range map[string]string{"app: frontend": "tagValues/1", "app: backend": "tagValues/2", "k8s-app: kube-dns": "tagValues/3", "app: database": "tagValues/4"} {
		gcp = strings.Replace(gcp, "{matchLabels: {"+label+"}}, ", "{matchLabels: {"+label+"}}, networkTag: "+tag+", ", 1)
	}
	placement := filepath.Join(t.TempDir(), "placement.yaml")
	if err := os.WriteFile(placement, []byte(before+"\ngcp:"+gcp+"\nazure:"+after), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := crosswall(t, "diff", shop, s.source(), "--placement", placement); r.code != 0 {
		t.Errorf("exit code %d\n%.3000s\n%.3000s", r.code, r.out, r.err)
	}
	if a := asked(t, s, shop, "--placement", shop+"/placement.yaml"); a.code != 3 || a.Equal || len(a.Opened)+len(a.Closed) > 0 || len(a.Unknown) == 0 {
		t.Errorf("without the tags: exit code %d, equal: %t, %d opened, %d closed, %d unknown\n%.3000s\n%.2000s", a.code, a.Equal, len(a.Opened), len(a.Closed), len(a.Unknown), a.out, a.err)
	}
}

// One change at a time to rules and to who has which secure tag.
func TestStandInGCPSecureTagsPlanted(t *testing.T) {
	_, fresh := policyStage(t)
	shown := serveGCP(t)
	machine := func(s gcpStage, addr string) *gcpstandin.Instance { return s.at(netip.MustParseAddr(addr)) }
	noDatabase := []string{"- backend > database tcp/5432", "- backend > database tcp/5432 from 2000"}
	plant(t, fresh, shown.show, []planted[gcpStage]{
		{"nothing", func(*testing.T, gcpStage) {}, nil},
		{"a tag that no rule names", func(_ *testing.T, s gcpStage) {
			machine(s, "10.0.3.10").SecureTags = append(machine(s, "10.0.3.10").SecureTags, "tagValues/99")
		}, nil},
		{"a source tag in place of the address of its only machine", func(t *testing.T, s gcpStage) {
			r := s.admitting(t, "tagValues/4", "5432")
			r.SourceTags, r.Sources = nil, []string{"10.0.2.10/32"}
		}, nil},
		{"a source tag removed from a rule", func(t *testing.T, s gcpStage) {
			r := s.admitting(t, "tagValues/4", "5432")
			r.SourceTags, r.Sources = nil, []string{"198.51.100.0/24"}
		}, noDatabase},
		{"a rule disabled", func(t *testing.T, s gcpStage) { s.admitting(t, "tagValues/4", "5432").Disabled = true }, noDatabase},
		{"the tag of a target unbound", func(_ *testing.T, s gcpStage) { machine(s, "10.0.3.10").SecureTags = nil }, untagged()},
	})
}

// admitting returns the rule of the policy that admits a port to machines with a tag.
func (s gcpStage) admitting(t testing.TB, tag, port string) *gcpstandin.PolicyRule {
	t.Helper()
	for _, y := range s.Policies {
		for _, r := range y.Rules {
			if !r.Egress && r.Action == "allow" && slices.Contains(r.TargetTags, tag) && slices.ContainsFunc(r.Ports, func(p gcpstandin.Ports) bool { return slices.Contains(p.Ports, port) }) {
				return r
			}
		}
	}
	t.Fatalf("no rule admits %s to %s", port, tag)
	return nil
}

// Where the tags of machines may not be read, nothing is known to be equal, and nothing is known to differ.
func TestStandInGCPSecureTagsDenied(t *testing.T) {
	_, fresh := policyStage(t)
	s := fresh(t)
	shown := serveGCP(t)
	shown.show(s)
	snap := filepath.Join(t.TempDir(), "snap.json")
	crosswall(t, "snapshot", s.source(), "-o", snap).want(t, 0)
	server := &gcpstandin.Server{Holds: func(string) *gcpstandin.Project { return s.Project }, Faults: []gcpstandin.Fault{func(w http.ResponseWriter, operation string, _ int) bool {
		if operation == "effectiveTags.list" {
			gcpstandin.Refuse(w, http.StatusForbidden, "forbidden")
		}
		return operation == "effectiveTags.list"
	}}}
	serveOn(t, server, map[string]string{"GOOGLE_COMPUTE_CUSTOM_ENDPOINT": "URL"})
	a := asked(t, s, snap)
	if a.code != 3 || a.Equal || len(a.Opened)+len(a.Closed) > 0 || len(a.Unknown) == 0 || !strings.Contains(a.err, "compute.instances.listEffectiveTags") {
		t.Errorf("exit code %d, equal: %t, %d opened, %d closed, %d unknown\n%s", a.code, a.Equal, len(a.Opened), len(a.Closed), len(a.Unknown), a.err)
	}
}
