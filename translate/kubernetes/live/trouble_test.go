package live

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate/kubernetes"
)

// once gives a fault the first n times.
func once(n int, f fault) fault {
	return func(w http.ResponseWriter, r *http.Request, nth int) bool { return nth <= n && f(w, r, nth) }
}

func status(code int, reason string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		refuse(w, code, reason, reason+" for a test, Bearer token-do-not-tell")
		return true
	}
}

// text answers with something that is no answer of an API server.
func text(body string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, body)
		return true
	}
}

// cutOff ends the connection in the middle of an answer.
func cutOff(w http.ResponseWriter, _ *http.Request, _ int) bool {
	w.Header().Set("Content-Length", "100")
	_, _ = fmt.Fprint(w, `{"kind":"PodList","items":[`)
	panic(http.ErrAbortHandler)
}

// slow answers never.
func slow(_ http.ResponseWriter, r *http.Request, _ int) bool {
	select {
	case <-r.Context().Done():
	case <-time.After(5 * time.Second):
	}
	return true
}

// expired says that a continuation is too old, as API servers do after compaction.
func expired(w http.ResponseWriter, r *http.Request, _ int) bool {
	if r.URL.Query().Get("continue") == "" {
		return false
	}
	refuse(w, http.StatusGone, "Expired", "The provided continue parameter is too old to display a consistent list result")
	return true
}

// endless is a list that names the same continuation again and again.
func endless(w http.ResponseWriter, _ *http.Request, _ int) bool {
	reply(w, map[string]any{"kind": "PodList", "metadata": map[string]any{"continue": "again"}, "items": []any{}})
	return true
}

// What passes is asked for again; what does not is not known, and nothing else is lost.
func TestTroubles(t *testing.T) {
	for _, row := range []struct {
		name, call string
		fault      fault
		// want is what is said: a part of the one warning, "" for none.
		want string
		// verdict of web > db tcp/5432, which the policy allows, and of db > web tcp/80, of which it says nothing.
		allowed, other string
	}{
		{"too many requests, twice", "list pods", once(2, status(429, "TooManyRequests")), "", "allow", "allow"},
		{"a server that is starting", "list networkpolicies.networking.k8s.io", once(3, status(503, "ServiceUnavailable")), "", "allow", "allow"},
		{"an internal error", "list replicasets.apps", once(1, status(500, "InternalError")), "", "allow", "allow"},
		{"a connection that ends early", "list pods", once(2, cutOff), "", "allow", "allow"},
		{"no answer, once", "list deployments.apps", once(1, slow), "", "allow", "allow"},
		{"a list whose continuation expires once", "list pods", once(2, expired), "", "allow", "allow"},
		{"a list whose continuation always expires", "list pods", expired, "", "allow", "allow"},
		{"a throttled discovery", "discovery", once(1, status(429, "TooManyRequests")), "", "allow", "allow"},

		{"policies denied", "list networkpolicies.networking.k8s.io", denied, "networkpolicies.networking.k8s.io could not be read", "unknown", "unknown"},
		{"autoscalers denied", "list horizontalpodautoscalers.autoscaling", denied, "horizontalpodautoscalers.autoscaling could not be read", "allow", "allow"},
		{"jobs not served", "list jobs.batch", status(404, "NotFound"), "jobs.batch could not be read", "allow", "allow"},
		{"jobs never answered", "list jobs.batch", slow, "no answer in time", "allow", "allow"},
		{"jobs broken for long", "list jobs.batch", status(500, "InternalError"), "jobs.batch could not be read", "allow", "allow"},
		{"a list without an end", "list jobs.batch", endless, "the same continuation twice", "allow", "allow"},
		{"a page of a proxy", "list jobs.batch", text("<html>sign in</html>"), "no JSON", "allow", "allow"},
		{"an answer that is no list", "list jobs.batch", text(`{"kind":"Status"}`), "no list", "allow", "allow"},
		{"kinds denied", "discovery", denied, "which kinds of policies the server has could not be read", "allow", "allow"},
		{"services denied", "list services", denied, "", "allow", "allow"},
		{"the version denied", "version", denied, "", "allow", "allow"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := serve(t, shop, calico())
			a.most = 2
			a.faults[row.call] = row.fault
			o := a.options()
			o.Timeout, o.Attempts = 500*time.Millisecond, 4
			c := a.read(o)
			var said []string
			for _, f := range c.Findings {
				if f.Severity >= model.Warning {
					said = append(said, f.String())
				}
			}
			if len(said) > 1 || (row.want == "") != (len(said) == 0) || len(said) == 1 && (!strings.Contains(said[0], row.want) || !strings.Contains(said[0], CodeNotRead)) {
				t.Errorf("said %q, want %q", said, row.want)
			}
			in, _ := input(t, c)
			wantVerdict(t, in, "shop/Deployment/web", "shop/Pod/db", 5432, row.allowed)
			wantVerdict(t, in, "shop/Pod/db", "shop/Deployment/web", 80, row.other)
		})
	}
}

// Without pods, their owners' templates are what there is; without owners, pods.
func TestEachKindDenied(t *testing.T) {
	for _, res := range resources() {
		name := res.full()
		a := serve(t, shop, calico())
		a.faults["list "+name] = denied
		c := a.read(a.options())
		i := slices.IndexFunc(c.Findings, func(f model.Finding) bool {
			return strings.HasPrefix(f.Summary, name+" could not be read") && strings.Contains(f.Advice, name)
		})
		if i < 0 {
			t.Errorf("%s denied: %v", name, c.Findings)
			continue
		}
		if want := map[bool]string{true: CodeServicesNotRead, false: CodeNotRead}[res.optional]; c.Findings[i].Code != want {
			t.Errorf("%s denied: code %s", name, c.Findings[i].Code)
		}
		in, _ := input(t, c)
		if len(in.Workloads) == 0 {
			t.Errorf("%s denied: no workload is left", name)
		}
	}
}

// What cannot be read at all is an error, and not an empty cluster.
func TestReadFails(t *testing.T) {
	for _, row := range []struct {
		name   string
		faults map[string]fault
		want   string
	}{
		{"expired credentials", map[string]fault{"": status(401, "Unauthorized")}, "the credentials are not valid or have expired"},
		{"credentials that expire on the way", map[string]fault{"list pods": status(401, "Unauthorized")}, "have expired"},
		{"nothing allowed", map[string]fault{"list namespaces": denied, "list pods": denied, "list networkpolicies.networking.k8s.io": denied}, "neither namespaces nor network policies nor pods"},
		{"no API server", map[string]fault{"": text("<html>welcome</html>")}, "not that of an API server"},
		{"no answer at all", map[string]fault{"": slow}, "no answer in time"},
	} {
		a := serve(t, shop)
		a.faults = row.faults
		o := a.options()
		o.Timeout, o.Attempts = 500*time.Millisecond, 2
		_, err := Read(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.HasPrefix(err.Error(), "k8s://prod: ") {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
		if err != nil && strings.Contains(err.Error(), "do-not-tell") {
			t.Errorf("%s: a secret is told: %v", row.name, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	a := serve(t, shop)
	a.faults["list pods"] = slow
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, stop)
	begun := time.Now()
	_, err := Read(ctx, a.options())
	if err == nil || !strings.Contains(err.Error(), "cancelled") {
		t.Errorf("error %v", err)
	}
	if d := time.Since(begun); d > 3*time.Second {
		t.Errorf("cancelled after %s", d)
	}
}

func TestManyPages(t *testing.T) {
	var pods strings.Builder
	const n = 1203
	for i := range n {
		fmt.Fprintf(&pods, "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p%d, namespace: shop, labels: {app: web}}\nspec: {nodeName: n1, containers: [{name: c}]}\nstatus: {phase: Running, podIP: 10.2.%d.%d}\n", i, i/250, i%250)
	}
	a := serve(t, shop, calico(), pods.String())
	a.most = 100
	var progress []int
	o := a.options()
	o.Progress = func(kind string, objects int) {
		if kind == "pods" {
			progress = append(progress, objects)
		}
	}
	c := a.read(o)
	in, _ := input(t, c)
	if got := len(in.Workloads); got != n+2 || len(codes(c.Findings, model.Warning)) > 0 {
		t.Errorf("%d workloads, want %d; %v", got, n+2, c.Findings)
	}
	if len(progress) != 13 || progress[0] != 100 || progress[12] != n+3 || !slices.IsSorted(progress) {
		t.Errorf("progress %v", progress)
	}
}

// Policies of some namespaces that could not be read leave the others known.
func TestUnreadNamespace(t *testing.T) {
	a := serve(t, shop, strings.ReplaceAll(shop, "shop", "stage"), calico())
	a.faults["list networkpolicies.networking.k8s.io"] = func(w http.ResponseWriter, r *http.Request, nth int) bool {
		return strings.Contains(r.URL.Path, "/namespaces/stage/") && denied(w, r, nth)
	}
	o := a.options()
	o.Namespaces = []string{"shop", "stage"}
	c := a.read(o)
	if !slices.Equal(c.Unread, []string{"stage"}) {
		t.Fatalf("unread %v", c.Unread)
	}
	in, _ := input(t, c)
	wantVerdict(t, in, "shop/Deployment/web", "shop/Pod/db", 5432, "allow")
	wantVerdict(t, in, "shop/Deployment/web", "shop/Pod/db", 80, "deny")
	wantVerdict(t, in, "stage/Deployment/web", "stage/Pod/db", 5432, "unknown")
	wantVerdict(t, in, "stage/Deployment/web", "shop/Pod/db", 80, "deny")
	wantVerdict(t, in, "shop/Deployment/web", "stage/Pod/db", 80, "unknown")
}

// Policies that are given besides those that could not be read may not have the last word.
func TestUnreadBesidesManifests(t *testing.T) {
	in, _ := kubernetes.Reader{Options: kubernetes.Options{Unread: []string{"shop"}}}.ReadFiles([]kubernetes.File{{Name: "shop.yaml", Data: []byte(shop)}})
	wantVerdict(t, in, "", "shop/Pod/db", 5432, "unknown") // refused by what was given; what was not read may admit it
}
