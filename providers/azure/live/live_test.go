package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/providers/azure/live"
	"github.com/crosswall/crosswall/providers/azure/live/standin"
)

// counts says how many objects of each kind there are, in the order of the kinds: "g n i a t r".
func counts(s providers.Snapshot) []int {
	var out []int
	for _, k := range (azure.Provider{}).Kinds() {
		if _, ok := s.Objects[k.Name]; !ok {
			out = append(out, -1)
			continue
		}
		out = append(out, len(s.Objects[k.Name]))
	}
	return out
}

// Everything is read, page by page.
func TestRead(t *testing.T) {
	for _, pageSize := range []int{0, 1, 2} {
		s := serve(t, account())
		s.Page = pageSize
		got, err := live.Read(t.Context(), s.options())
		if err != nil {
			t.Fatal(err)
		}
		if c := counts(got); !slices.Equal(c, []int{3, 1, 2, 1, 1, 1}) || len(got.Gaps) > 0 {
			t.Errorf("pages of %d: %v objects, gaps %v", pageSize, c, got.Gaps)
		}
		if got.Scope != "azure://"+subscription || got.Account != subscription || got.Provider != "azure" || time.Since(got.Taken) > time.Hour {
			t.Errorf("%q %q %q %s", got.Scope, got.Account, got.Provider, got.Taken)
		}
		if tags := string(got.Objects[azure.KindServiceTags][0]); !strings.Contains(tags, "198.51.100.0/24") || strings.Contains(tags, "203.0.113.0/24") {
			t.Errorf("service tags %s: want those that rules name", tags)
		}
		verdicts(t, got, "198.51.100.9 > 10.0.1.4 tcp/443: allow; 192.0.2.1 > 10.0.1.4 tcp/443: deny; 198.51.100.9 > 10.0.1.4 tcp/80: deny")
	}
}

// verdicts asks what live rules do with packets from outside.
func verdicts(t *testing.T, s providers.Snapshot, want string) {
	t.Helper()
	p := azure.New(azure.Options{})
	m, _ := p.Resources(s)
	policy, _ := p.Decode(m)
	population := p.Population(m, policy)
	inv := model.Inventory{Groups: map[model.Group]model.Selector{}}
	for g, at := range population.Places {
		inv.Groups[g] = at
	}
	for _, g := range population.Strangers {
		inv.Groups[g] = model.Identities{model.Outside}
	}
	for _, one := range population.Parties {
		for _, g := range one.Groups {
			if _, ok := inv.Groups[g]; !ok {
				inv.Groups[g] = model.Identities{model.Identity(one.Label)}
			}
		}
	}
	for _, v := range strings.Split(want, "; ") {
		f, verdict, _ := strings.Cut(v, ": ")
		if d := policy.Explain(flow(t, f), inv); d.Verdict.String() != verdict {
			t.Errorf("%s: %s, want %s: %+v", f, d.Verdict, verdict, d.Request)
		}
	}
}

// One resource group alone is asked for by its own operations.
func TestReadGroup(t *testing.T) {
	objects := standin.Objects{}
	for path, list := range account() {
		for _, o := range list {
			id, _ := o["id"].(string)
			if i := strings.Index(id, "/resourceGroups/shop/"); i >= 0 && strings.HasPrefix(path, "/providers/Microsoft.Network/") {
				objects["/resourceGroups/shop"+path] = append(objects["/resourceGroups/shop"+path], o)
			}
		}
	}
	s := serve(t, objects)
	o := s.options()
	o.ResourceGroup = "shop"
	got, err := live.Read(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if c := counts(got); !slices.Equal(c, []int{3, 0, 1, 1, 0, 0}) || got.Scope != "azure://"+subscription+"/shop" {
		t.Errorf("%v objects of %s, gaps %v", c, got.Scope, got.Gaps)
	}
}

// What goes wrong on one call leaves that part unknown and the rest answered.
func TestReadTrouble(t *testing.T) {
	on := func(path string, answer func(w http.ResponseWriter, r *http.Request, nth int) bool) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, r *http.Request, nth int) bool {
			return strings.HasSuffix(r.URL.Path, path) && answer(w, r, nth)
		}
	}
	always := func(status int, code string) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, _ *http.Request, _ int) bool { standin.Refuse(w, status, code); return true }
	}
	for _, c := range []struct {
		name    string
		trouble standin.Fault
		counts  []int
		gaps    string // "kind: why", by the last word of the kind
	}{
		{"throttled once", func(w http.ResponseWriter, _ *http.Request, nth int) bool {
			if nth == 1 {
				w.Header().Set("Retry-After", "0")
				standin.Refuse(w, http.StatusTooManyRequests, "TooManyRequests")
			}
			return nth == 1
		}, []int{3, 1, 2, 1, 1, 1}, ""},
		{"throttled for good", on("/networkInterfaces", always(http.StatusTooManyRequests, "TooManyRequests")), []int{3, 1, -1, 1, 1, 1},
			"networkInterfaces: 429 Too Many Requests (TooManyRequests): throttled, even after several tries; networkInterfaces: 429 Too Many Requests (TooManyRequests): throttled, even after several tries"},
		{"groups refused", on("/networkSecurityGroups", always(http.StatusForbidden, "AuthorizationFailed")), []int{-1, 1, 2, 1, 0, 1},
			"networkSecurityGroups: 403 Forbidden (AuthorizationFailed): the permission is missing"},
		{"admin rules refused", on("SecurityAdminRules", always(http.StatusForbidden, "AuthorizationFailed")), []int{3, 1, 2, 1, 1, -1},
			"effectiveSecurityAdminRules: 403 Forbidden (AuthorizationFailed): the permission is missing"},
		{"networks refused", on("/virtualNetworks", always(http.StatusForbidden, "AuthorizationFailed")), []int{3, -1, 1, 1, 0, -1},
			"virtualNetworks: 403 Forbidden (AuthorizationFailed): the permission is missing; effectiveSecurityAdminRules: not every virtual network could be listed"},
		{"a network deleted between two calls", on("SecurityAdminRules", always(http.StatusNotFound, "ResourceNotFound")), []int{3, 1, 2, 1, 1, -1},
			"effectiveSecurityAdminRules: 404 Not Found (ResourceNotFound): it is not there, or was deleted while it was read"},
		{"a scale set deleted between two calls", on("nodes/networkInterfaces", always(http.StatusNotFound, "ResourceNotFound")), []int{3, 1, 1, 1, 1, 1},
			"networkInterfaces: 404 Not Found (ResourceNotFound): it is not there, or was deleted while it was read"},
		{"no answer", on("/applicationSecurityGroups", func(_ http.ResponseWriter, r *http.Request, _ int) bool { <-r.Context().Done(); return true }),
			[]int{3, 1, 2, -1, 1, 1}, "applicationSecurityGroups: there was no answer in time"},
		{"an answer that is cut off, then whole", on("/virtualNetworks", func(w http.ResponseWriter, _ *http.Request, nth int) bool {
			if nth == 1 {
				cutOff(w)
			}
			return nth == 1
		}), []int{3, 1, 2, 1, 1, 1}, ""},
		{"an answer that is no JSON", on("/applicationSecurityGroups", func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			standin.Send(w, "nonsense")
			return true
		}), []int{3, 1, 2, -1, 1, 1}, "applicationSecurityGroups: "},
		{"a link that leads elsewhere", on("/networkSecurityGroups", func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			standin.Send(w, obj{"value": []obj{}, "nextLink": "https://elsewhere.example/subscriptions/x?api-version=1"})
			return true
		}), []int{-1, 1, 2, 1, 0, 1}, "networkSecurityGroups: the link to the next page leads to another host, which was not followed"},
		{"pages that go round", on("SecurityAdminRules", func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			standin.Send(w, obj{"value": []obj{}, "skipToken": "again"})
			return true
		}), []int{3, 1, 2, 1, 1, -1}, "effectiveSecurityAdminRules: the pages of the answer go round in a circle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, account())
			if c.trouble != nil {
				s.Faults = []standin.Fault{c.trouble}
			}
			o := s.options()
			o.Retries, o.Timeout = 2, 300*time.Millisecond
			got, err := live.Read(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			var gaps []string
			for _, g := range got.Gaps {
				gaps = append(gaps, g.Kind[strings.Index(g.Kind, "/")+1:]+": "+g.Why)
			}
			if text := strings.Join(gaps, "; "); text != c.gaps && (c.gaps == "" || !strings.HasSuffix(c.gaps, ": ") || !strings.HasPrefix(text, c.gaps)) {
				t.Errorf("gaps %q, want %q", text, c.gaps)
			}
			if n := counts(got); !slices.Equal(n, c.counts) {
				t.Errorf("%v objects, want %v", n, c.counts)
			}
		})
	}
}

// cutOff sends less than it says.
func cutOff(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	w.Header().Set("Content-Type", "application/json")
	if _, err := w.Write([]byte(`{"value":[{"id":"`)); err != nil {
		panic(err)
	}
	panic(http.ErrAbortHandler)
}

// The second page of a list may fail: what was read is kept, and the rest is a gap.
func TestReadPartOfList(t *testing.T) {
	s := serve(t, account())
	s.Page = 1
	s.Faults = []standin.Fault{func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if strings.HasSuffix(r.URL.Path, "/networkSecurityGroups") && r.URL.Query().Get("$skiptoken") == "2" {
			standin.Refuse(w, http.StatusForbidden, "AuthorizationFailed")
			return true
		}
		return false
	}}
	got, err := live.Read(t.Context(), s.options())
	if err != nil {
		t.Fatal(err)
	}
	if c := counts(got); !slices.Equal(c, []int{2, 1, 2, 1, 1, 1}) || len(got.Gaps) != 1 {
		t.Errorf("%v objects, gaps %v", c, got.Gaps)
	}
}

// Where nothing can be read there is no snapshot.
func TestReadNothing(t *testing.T) {
	t.Run("credentials expired", func(t *testing.T) {
		s := serve(t, account())
		s.Faults = []standin.Fault{func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			standin.Refuse(w, http.StatusUnauthorized, "ExpiredAuthenticationToken")
			return true
		}}
		_, err := live.Read(t.Context(), s.options())
		if err == nil || !strings.Contains(err.Error(), "401 Unauthorized (ExpiredAuthenticationToken)") {
			t.Errorf("%v", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		s := serve(t, account())
		s.Faults = []standin.Fault{func(_ http.ResponseWriter, r *http.Request, _ int) bool { <-r.Context().Done(); return true }}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := live.Read(ctx, s.options())
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 3*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
	t.Run("no server", func(t *testing.T) {
		s := serve(t, nil)
		s.server.Close()
		o := s.options()
		o.Retries = -1
		if _, err := live.Read(t.Context(), o); err == nil || !strings.Contains(err.Error(), "no connection") {
			t.Errorf("%v", err)
		}
	})
}

// The bound on calls per second holds for all calls together.
func TestReadPace(t *testing.T) {
	s := serve(t, account())
	s.Page = 1
	o := s.options()
	o.CallsPerSecond = 5
	start := time.Now()
	if _, err := live.Read(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	n := len(s.Calls()) // of which the first five go at once
	if least := time.Duration(n-5) * 200 * time.Millisecond; n <= 5 || time.Since(start) < least*9/10 {
		t.Errorf("%d calls in %s", n, time.Since(start))
	}
}

// What a server sends is kept as it is, fields that the SDK does not know included.
func TestReadKeepsFields(t *testing.T) {
	objects := account()
	objects[listPath("applicationSecurityGroups")][0]["novelty"] = "kept"
	got, err := live.Read(t.Context(), serve(t, objects).options())
	if err != nil || !strings.Contains(string(got.Objects[azure.KindAppGroups][0]), "kept") {
		t.Errorf("%v %s", err, got.Objects[azure.KindAppGroups])
	}
	if raw, err := json.Marshal(got.Objects); err != nil || !json.Valid(raw) {
		t.Error(err)
	}
}

// What is read live is what a file of the same objects holds: the same resources come of both.
func TestReadEqualsDump(t *testing.T) {
	objects := account()
	got, err := live.Read(t.Context(), serve(t, objects).options())
	if err != nil {
		t.Fatal(err)
	}
	dump := providers.Snapshot{Provider: "azure", Scope: got.Scope, Objects: map[string][]json.RawMessage{}}
	save := func(kind string, of any) {
		raw, err := json.Marshal(of)
		if err != nil {
			t.Fatal(err)
		}
		dump.Objects[kind] = append(dump.Objects[kind], raw)
	}
	save(azure.KindSecurityGroups, obj{"value": objects[listPath("networkSecurityGroups")]})
	save(azure.KindNetworks, objects[listPath("virtualNetworks")])
	save(azure.KindInterfaces, objects[listPath("networkInterfaces")])
	save(azure.KindInterfaces, objects[scaleSet])
	save(azure.KindAppGroups, objects[listPath("applicationSecurityGroups")])
	save(azure.KindServiceTags, obj{"values": objects[tagsIn]})
	save(azure.KindAdminRules, obj{"virtualNetwork": obj{"id": objects[listPath("virtualNetworks")][0]["id"]}, "value": []obj{}})
	p := azure.New(azure.Options{})
	a, _ := p.Resources(got)
	b, _ := p.Resources(dump)
	if !reflect.DeepEqual(a, b) || len(a.Resources) < 9 {
		t.Errorf("live:\n%v\ndump:\n%v", a, b)
	}
}
