package live

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/gcp"
	"github.com/crosswall/crosswall/providers/gcp/live/standin"
)

// taggedProject has machines in a network whose policy names their secure tags.
func taggedProject(machines int) *standin.Project {
	p := &standin.Project{ID: "shop", Networks: []*standin.Network{{Name: "main"}},
		Subnetworks: []*standin.Subnetwork{{Name: "s", Network: "main", Region: "europe-west1", CIDR: "10.0.0.0/16"}},
		Policies: []*standin.Policy{{Name: "p", Networks: []string{"main"}, Rules: []*standin.PolicyRule{
			{Priority: 1, Action: "allow", Sources: []string{"192.0.2.0/24"}, TargetTags: []string{"tagValues/1"}, Ports: []standin.Ports{{Protocol: "tcp"}}}}}}}
	for i := range machines {
		p.Instances = append(p.Instances, &standin.Instance{Name: fmt.Sprintf("vm-%d", i), Zone: "europe-west1-b", Network: "main", Subnetwork: "s", Addr: fmt.Sprintf("10.0.0.%d", i+1),
			SecureTags: []string{"tagValues/1", "tagValues/2", "tagValues/3"}})
	}
	return p
}

// serve serves a project, with faults, and returns options that read it quickly.
func serve(t *testing.T, p *standin.Project, faults ...standin.Fault) (*standin.Server, Options) {
	t.Helper()
	server := &standin.Server{Page: 2, Faults: faults, Holds: func(id string) *standin.Project {
		if id != p.ID {
			return nil
		}
		return p
	}}
	at := httptest.NewServer(server)
	t.Cleanup(at.Close)
	t.Cleanup(func() {
		if wrong := server.Wrong(); len(wrong) > 0 {
			t.Errorf("Google Cloud would not have accepted %v", wrong)
		}
	})
	return server, Options{Project: "shop", Endpoint: at.URL, CallsPerSecond: 10000, Backoff: time.Millisecond, Timeout: 5 * time.Second}
}

// tagsRead is the secure tags that a snapshot tells of a machine; nil: none are told.
func tagsRead(t *testing.T, s providers.Snapshot, number string) []string {
	t.Helper()
	for _, raw := range s.Objects[gcp.KindEffectiveTags] {
		var o struct {
			Parent        string                      `json:"parent"`
			EffectiveTags []struct{ TagValue string } `json:"effectiveTags"`
		}
		if err := json.Unmarshal(raw, &o); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(o.Parent, "/instances/"+number) {
			out := []string{}
			for _, tag := range o.EffectiveTags {
				out = append(out, tag.TagValue)
			}
			return out
		}
	}
	return nil
}

// Tags are read machine by machine, in pages, and only where rules name any.
func TestReadTags(t *testing.T) {
	p := taggedProject(3)
	server, o := serve(t, p)
	s := read(t, o)
	if len(s.Gaps) > 0 || len(s.Objects[gcp.KindEffectiveTags]) != 3 {
		t.Fatalf("gaps %v, tags of %d machines", s.Gaps, len(s.Objects[gcp.KindEffectiveTags]))
	}
	if got, want := tagsRead(t, s, "1001"), []string{"tagValues/1", "tagValues/2", "tagValues/3"}; !slices.Equal(got, want) {
		t.Errorf("tags %q, want %q", got, want)
	}
	if n := server.Calls()["effectiveTags.list"]; n != 6 {
		t.Errorf("%d calls for two pages of three machines", n)
	}

	p.Policies[0].Rules[0].TargetTags = nil
	server, o = serve(t, p)
	if s := read(t, o); s.Objects[gcp.KindEffectiveTags] != nil || server.Calls()["effectiveTags.list"] != 0 {
		t.Errorf("%d calls though no rule names a secure tag", server.Calls()["effectiveTags.list"])
	}
	p.Policies[0].Rules[0].TargetTags, p.Instances = []string{"tagValues/1"}, nil
	_, o = serve(t, p)
	if s := read(t, o); s.Objects[gcp.KindEffectiveTags] == nil || len(s.Gaps) > 0 {
		t.Errorf("without machines, their tags are known: %v, gaps %v", s.Objects[gcp.KindEffectiveTags], s.Gaps)
	}
}

// What is refused is asked for once; what fails for one machine is unknown of this one alone; and of too many machines nothing is
// asked.
func TestReadTagsGaps(t *testing.T) {
	refusing := func(code int, reason string, when func(attempt int) bool) standin.Fault {
		return func(w http.ResponseWriter, operation string, attempt int) bool {
			if operation != "effectiveTags.list" || !when(attempt) {
				return false
			}
			standin.Refuse(w, code, reason)
			return true
		}
	}
	always := func(int) bool { return true }
	for _, row := range []struct {
		name   string
		fault  standin.Fault
		change func(*Options)
		// machines is of how many the tags are told; gap a part of the reason; whole whether the gap is about all machines.
		machines, calls int
		gap             string
		whole           bool
	}{
		{"denied", refusing(403, "forbidden", always), nil, 0, 1, "compute.instances.listEffectiveTags", true},
		{"not enabled", refusing(403, "accessNotConfigured", always), nil, 0, 1, "not enabled", true},
		{"denied for one of many", refusing(403, "forbidden", func(n int) bool { return n == 3 }), func(o *Options) { o.InFlight = 1 }, 4, 9, "compute.instances.listEffectiveTags", false},
		{"the first machine deleted between two calls", refusing(404, "notFound", func(n int) bool { return n == 1 }), func(o *Options) { o.InFlight = 1 }, 4, 9, "deleted while it was read", false},
		{"throttled once", refusing(429, "rateLimitExceeded", func(n int) bool { return n == 1 }), nil, 5, 11, "", false},
		{"too many machines", nil, func(o *Options) { o.TagLookups = 4 }, 0, 0, "?tag-lookups=5", true},
		{"as many as are allowed", nil, func(o *Options) { o.TagLookups = 5 }, 5, 10, "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			var faults []standin.Fault
			if row.fault != nil {
				faults = append(faults, row.fault)
			}
			server, o := serve(t, taggedProject(5), faults...)
			if row.change != nil {
				row.change(&o)
			}
			s := read(t, o)
			if n := len(s.Objects[gcp.KindEffectiveTags]); n != row.machines || server.Calls()["effectiveTags.list"] != row.calls {
				t.Errorf("tags of %d machines after %d calls, want %d after %d", n, server.Calls()["effectiveTags.list"], row.machines, row.calls)
			}
			if row.gap == "" {
				if len(s.Gaps) > 0 {
					t.Errorf("gaps %v", s.Gaps)
				}
				return
			}
			if len(s.Gaps) != 1 || s.Gaps[0].Kind != gcp.KindEffectiveTags || !strings.Contains(s.Gaps[0].Why, row.gap) || (s.Gaps[0].Object == "") != row.whole {
				t.Errorf("gaps %+v, want %q", s.Gaps, row.gap)
			}
		})
	}
}

// The end of the context ends the calls for tags.
func TestReadTagsCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server, o := serve(t, taggedProject(50), func(_ http.ResponseWriter, operation string, attempt int) bool {
		if operation == "effectiveTags.list" && attempt == 3 {
			cancel()
		}
		return false
	})
	if _, err := Read(ctx, o); err == nil {
		t.Error("no error")
	}
	if n := server.Calls()["effectiveTags.list"]; n > 10 {
		t.Errorf("%d calls after the end", n)
	}
}

// The Resource Manager API is where its own variable says, or where the Compute API is, and has an endpoint for each zone else.
func TestResourceManagerEndpoint(t *testing.T) {
	t.Setenv("GOOGLE_COMPUTE_CUSTOM_ENDPOINT", "")
	t.Setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", "")
	for _, tt := range []struct{ compute, own, want, fault string }{
		{"", "", "https://europe-west1-b-cloudresourcemanager.googleapis.com", ""},
		{"http://127.0.0.1:1", "", "http://127.0.0.1:1", ""},
		{"http://127.0.0.1:1", "http://localhost:2/v3/", "http://localhost:2", ""},
		{"", "https://crm.example/", "https://crm.example", ""},
		{"", "http://crm.example", "", "plain http is for this machine alone"},
		{"", "https://user:secret@crm.example", "", "no credentials"},
		{"", "https://crm.example/v1", "", "no path"},
	} {
		t.Setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER", tt.own)
		base, err := Options{Endpoint: tt.compute}.resourceManager()
		if tt.fault != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fault) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: %v, want %q", tt.own, err, tt.fault)
			}
			continue
		}
		if got := (service{resources: base}).resourceManager("europe-west1-b"); err != nil || got != tt.want {
			t.Errorf("%q, %q: %q %v, want %q", tt.compute, tt.own, got, err, tt.want)
		}
	}
}

// The number of machines whose tags may be asked for is a part of the source.
func TestParseTagLookups(t *testing.T) {
	o, err := Parse("gcp://shop/main?tag-lookups=5000")
	if err != nil || o.TagLookups != 5000 || o.Scope() != "gcp://shop/main?tag-lookups=5000" {
		t.Errorf("%+v %v: %s", o, err, o.Scope())
	}
	for _, source := range []string{"gcp://shop?tag-lookups=", "gcp://shop?tag-lookups=0", "gcp://shop?tag-lookups=-1", "gcp://shop?tag-lookups=many"} {
		if _, err := Parse(source); err == nil {
			t.Errorf("%s is accepted", source)
		}
	}
}
