package live

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/yaml"
)

// apiServer is a stand-in for an API server: it keeps objects, prints them as API servers do, with
// everything about them that has no bearing, and has the troubles that a test gives it.
type apiServer struct {
	t       *testing.T
	version string
	// kinds are those served, objects what there is of each.
	kinds   []servedKind
	objects map[string][]map[string]any
	// faults answer calls in place of the server: by "list pods", or "" for all. One that returns false lets the server answer.
	faults map[string]fault
	// silent are API groups whose servers do not answer.
	silent map[string]bool
	// separate turns aggregated discovery off, as servers before 1.26 have it.
	separate bool
	// most is the largest page that the server gives; 0: as asked.
	most int

	mu     sync.Mutex
	calls  []string // "list pods.", "get configmaps kube-system/cilium-config"
	pages  int
	secret string
	server *httptest.Server
}

type fault func(w http.ResponseWriter, r *http.Request, nth int) bool

type servedKind struct {
	group, version, plural, kind string
	namespaced                   bool
}

func (k servedKind) String() string { return strings.TrimSuffix(k.plural+"."+k.group, ".") }

// builtInKinds are those of every API server.
func builtInKinds() []servedKind {
	return []servedKind{
		{"", "v1", "namespaces", "Namespace", false}, {"", "v1", "nodes", "Node", false},
		{"", "v1", "pods", "Pod", true}, {"", "v1", "services", "Service", true}, {"", "v1", "configmaps", "ConfigMap", true},
		{"", "v1", "secrets", "Secret", true}, {"", "v1", "serviceaccounts", "ServiceAccount", true},
		{"", "v1", "replicationcontrollers", "ReplicationController", true},
		{"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true}, {"networking.k8s.io", "v1", "ingresses", "Ingress", true},
		{"apps", "v1", "replicasets", "ReplicaSet", true}, {"apps", "v1", "deployments", "Deployment", true},
		{"apps", "v1", "statefulsets", "StatefulSet", true}, {"apps", "v1", "daemonsets", "DaemonSet", true},
		{"batch", "v1", "jobs", "Job", true}, {"batch", "v1", "cronjobs", "CronJob", true},
		{"autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true},
	}
}

// serve starts a server that holds the objects of documents in YAML.
func serve(t *testing.T, documents ...string) *apiServer {
	t.Helper()
	a := &apiServer{t: t, version: "v1.37.2", kinds: builtInKinds(), objects: map[string][]map[string]any{}, faults: map[string]fault{},
		silent: map[string]bool{}, secret: "hunter2-do-not-tell"}
	for _, d := range documents {
		if err := a.add(d); err != nil {
			t.Fatal(err)
		}
	}
	a.server = httptest.NewUnstartedServer(a)
	a.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	a.server.StartTLS()
	t.Cleanup(a.server.Close)
	return a
}

// crd makes the server have a kind besides those of every server.
func (a *apiServer) crd(k servedKind) { a.kinds = append(a.kinds, k) }

// errNoKind is an object of a kind that the server does not have.
var errNoKind = errors.New("the server has no such kind")

// add adds the objects of documents. Lists are taken apart, and namespaces made up where objects are in one that is not there.
func (a *apiServer) add(documents string) error {
	dec := yaml.NewYAMLOrJSONDecoder(strings.NewReader(documents), 4096)
	for {
		var o map[string]any
		err := dec.Decode(&o)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case o == nil:
			continue
		}
		if err := a.put(o); err != nil {
			return err
		}
	}
}

func (a *apiServer) put(o map[string]any) error {
	if items, ok := o["items"].([]any); ok {
		for _, i := range items {
			if err := a.put(i.(map[string]any)); err != nil {
				return err
			}
		}
		return nil
	}
	group, version, ok := strings.Cut(fmt.Sprint(o["apiVersion"]), "/")
	if !ok {
		group, version = "", group
	}
	i := slices.IndexFunc(a.kinds, func(k servedKind) bool { return k.group == group && k.kind == o["kind"] && k.version == version })
	if i < 0 {
		return fmt.Errorf("%w: %v %v", errNoKind, o["apiVersion"], o["kind"])
	}
	k := a.kinds[i]
	meta, _ := o["metadata"].(map[string]any)
	if meta == nil || meta["name"] == nil {
		return errors.New("an object without a name")
	}
	if k.namespaced && meta["namespace"] == nil {
		meta["namespace"] = "default"
	}
	a.decorate(meta, k)
	a.objects[k.String()] = append(a.objects[k.String()], o)
	return nil
}

// decorate adds what API servers add and what people leave in annotations.
func (a *apiServer) decorate(meta map[string]any, k servedKind) {
	meta["uid"], meta["resourceVersion"], meta["creationTimestamp"] = "7f0c2d1e-0000-4000-8000-000000000000", "4711", "2026-11-01T00:00:00Z"
	meta["managedFields"] = []any{map[string]any{"manager": "kubectl", "operation": "Apply", "fieldsV1": map[string]any{"f:spec": map[string]any{}}}}
	notes, _ := meta["annotations"].(map[string]any)
	if notes == nil {
		notes = map[string]any{}
	}
	notes["kubectl.kubernetes.io/last-applied-configuration"] = `{"env":"` + a.secret + `"}`
	meta["annotations"] = notes
	if k.kind == "Namespace" {
		labels, _ := meta["labels"].(map[string]any)
		if labels == nil {
			labels = map[string]any{}
		}
		labels["kubernetes.io/metadata.name"] = meta["name"]
		meta["labels"] = labels
	}
}

// ServeHTTP answers a call.
func (a *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		a.t.Errorf("%s %s: reading changes nothing", r.Method, r.URL)
	}
	what, answer := a.route(r)
	a.mu.Lock()
	a.calls = append(a.calls, what)
	nth := 0
	for _, c := range a.calls {
		if c == what {
			nth++
		}
	}
	a.mu.Unlock()
	for _, key := range []string{what, ""} {
		if f := a.faults[key]; f != nil && f(w, r, nth) {
			return
		}
	}
	answer(w)
}

// route returns what a call is, and how to answer it.
func (a *apiServer) route(r *http.Request) (string, func(http.ResponseWriter)) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Path == "/version":
		return "version", func(w http.ResponseWriter) { reply(w, map[string]any{"gitVersion": a.version}) }
	case len(parts) == 1:
		return "discovery", func(w http.ResponseWriter) { a.groups(w, r, parts[0]) }
	case parts[0] == "api" && len(parts) == 2, parts[0] == "apis" && len(parts) == 3:
		return "discovery", func(w http.ResponseWriter) { a.resources(w, parts) }
	}
	group, rest := "", parts[2:]
	if parts[0] == "apis" {
		group, rest = parts[1], parts[3:]
	}
	namespace := ""
	if len(rest) > 2 && rest[0] == "namespaces" {
		namespace, rest = rest[1], rest[2:]
	}
	i := slices.IndexFunc(a.kinds, func(k servedKind) bool { return k.group == group && k.plural == rest[0] })
	switch {
	case i < 0:
		return "unknown " + r.URL.Path, func(w http.ResponseWriter) {
			refuse(w, http.StatusNotFound, "NotFound", "the server could not find the requested resource")
		}
	case len(rest) == 1:
		return "list " + a.kinds[i].String(), func(w http.ResponseWriter) { a.list(w, r, a.kinds[i], namespace) }
	}
	return "get " + a.kinds[i].String() + " " + namespace + "/" + rest[1], func(w http.ResponseWriter) { a.get(w, a.kinds[i], namespace, rest[1]) }
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

// refuse answers with a Status, as API servers do.
func refuse(w http.ResponseWriter, code int, reason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": reason, "code": code})
}

// denied refuses as role-based access control does.
func denied(w http.ResponseWriter, r *http.Request, _ int) bool {
	refuse(w, http.StatusForbidden, "Forbidden", fmt.Sprintf(`%s is forbidden: User "jane" cannot list it at the cluster scope`, r.URL.Path))
	return true
}

// groups answers with the groups of the server, and where it is asked to and can, with their kinds.
func (a *apiServer) groups(w http.ResponseWriter, r *http.Request, root string) {
	if !a.separate && strings.Contains(r.Header.Get("Accept"), "as=APIGroupDiscoveryList") {
		a.aggregated(w, root)
		return
	}
	if root == "api" {
		reply(w, map[string]any{"kind": "APIVersions", "versions": []string{"v1"}})
		return
	}
	var groups []any
	for _, g := range a.groupNames() {
		var versions []any
		for _, v := range a.versionsOf(g) {
			versions = append(versions, map[string]any{"groupVersion": g + "/" + v, "version": v})
		}
		if g != "" {
			groups = append(groups, map[string]any{"name": g, "versions": versions, "preferredVersion": versions[0]})
		}
	}
	reply(w, map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

func (a *apiServer) groupNames() []string {
	var out []string
	for _, k := range a.kinds {
		out = append(out, k.group)
	}
	for g := range a.silent {
		out = append(out, g)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (a *apiServer) versionsOf(group string) []string {
	var out []string
	for _, k := range a.kinds {
		if k.group == group && !slices.Contains(out, k.version) {
			out = append(out, k.version)
		}
	}
	if len(out) == 0 {
		out = []string{"v1"}
	}
	return out
}

// aggregated answers with groups and kinds at once (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery).
func (a *apiServer) aggregated(w http.ResponseWriter, root string) {
	var items []any
	for _, g := range a.groupNames() {
		if (g == "") != (root == "api") {
			continue
		}
		var versions []any
		for _, v := range a.versionsOf(g) {
			freshness, resources := "Current", []any{}
			if a.silent[g] {
				freshness = "Stale"
			}
			for _, k := range a.kinds {
				if k.group == g && k.version == v {
					scope := map[bool]string{true: "Namespaced", false: "Cluster"}[k.namespaced]
					resources = append(resources, map[string]any{"resource": k.plural, "scope": scope, "verbs": []string{"get", "list"},
						"responseKind": map[string]any{"group": k.group, "version": k.version, "kind": k.kind}})
				}
			}
			versions = append(versions, map[string]any{"version": v, "freshness": freshness, "resources": resources})
		}
		items = append(items, map[string]any{"metadata": map[string]any{"name": g}, "versions": versions})
	}
	w.Header().Set("Content-Type", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
	_ = json.NewEncoder(w).Encode(map[string]any{"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": items})
}

// resources answers with the kinds of one group.
func (a *apiServer) resources(w http.ResponseWriter, parts []string) {
	group, version := "", parts[len(parts)-1]
	if parts[0] == "apis" {
		group = parts[1]
	}
	if a.silent[group] {
		refuse(w, http.StatusServiceUnavailable, "ServiceUnavailable", "the server is currently unable to handle the request")
		return
	}
	var out []any
	for _, k := range a.kinds {
		if k.group == group && k.version == version {
			out = append(out, map[string]any{"name": k.plural, "kind": k.kind, "namespaced": k.namespaced, "verbs": []string{"get", "list"}})
		}
	}
	reply(w, map[string]any{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": strings.TrimPrefix(group+"/"+version, "/"), "resources": out})
}

// list answers with a page. Items of kinds of Kubernetes itself have no kind and no apiVersion, as in real lists.
func (a *apiServer) list(w http.ResponseWriter, r *http.Request, k servedKind, namespace string) {
	var all []map[string]any
	for _, o := range a.objects[k.String()] {
		if namespace == "" || o["metadata"].(map[string]any)["namespace"] == namespace {
			all = append(all, o)
		}
	}
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	if a.most > 0 && limit > 0 {
		limit = min(limit, a.most)
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
	page := all[min(from, len(all)):]
	meta := map[string]any{"resourceVersion": "4711"}
	if limit > 0 && len(page) > limit {
		page = page[:limit]
		meta["continue"] = strconv.Itoa(from + limit)
	}
	a.mu.Lock()
	a.pages++
	a.mu.Unlock()
	onlyNames := strings.Contains(r.Header.Get("Accept"), "as=PartialObjectMetadataList")
	items := []any{}
	for _, o := range page {
		items = append(items, printed(o, k, onlyNames))
	}
	kind := k.kind + "List"
	if onlyNames {
		kind = "PartialObjectMetadataList"
	}
	reply(w, map[string]any{"kind": kind, "apiVersion": strings.TrimPrefix(k.group+"/"+k.version, "/"), "metadata": meta, "items": items})
}

func printed(o map[string]any, k servedKind, onlyNames bool) map[string]any {
	out := map[string]any{}
	for key, v := range o {
		builtin := !strings.Contains(k.group, ".") || strings.HasSuffix(k.group, ".k8s.io")
		if builtin && (key == "kind" || key == "apiVersion") || onlyNames && key != "metadata" {
			continue
		}
		out[key] = v
	}
	if onlyNames {
		out["kind"], out["apiVersion"] = "PartialObjectMetadata", "meta.k8s.io/v1"
	}
	return out
}

func (a *apiServer) get(w http.ResponseWriter, k servedKind, namespace, name string) {
	for _, o := range a.objects[k.String()] {
		if m := o["metadata"].(map[string]any); m["namespace"] == namespace && m["name"] == name {
			reply(w, o)
			return
		}
	}
	refuse(w, http.StatusNotFound, "NotFound", fmt.Sprintf("%s %q not found", k.plural, name))
}

// kubeconfig writes a kubeconfig for the server, with a context "prod", and returns its path.
func (a *apiServer) kubeconfig() string {
	a.t.Helper()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.server.Certificate().Raw})
	return writeKubeconfig(a.t, map[string]any{"server": a.server.URL, "certificate-authority-data": ca})
}

func writeKubeconfig(t *testing.T, cluster map[string]any) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	config, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "prod",
		"clusters": []any{map[string]any{"name": "c", "cluster": cluster}},
		"users":    []any{map[string]any{"name": "u", "user": map[string]any{"token": "token-do-not-tell"}}},
		"contexts": []any{map[string]any{"name": "prod", "context": map[string]any{"cluster": "c", "user": "u"}},
			map[string]any{"name": "arn:aws:eks:eu-west-1:123456789012:cluster/shop", "context": map[string]any{"cluster": "c", "user": "u"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// options are those for the server, without long pauses.
func (a *apiServer) options() Options {
	return Options{Kubeconfig: a.kubeconfig(), CallsPerSecond: 10_000, Backoff: time.Millisecond, Timeout: 5 * time.Second}
}

// read reads the server as it is.
func (a *apiServer) read(o Options) Cluster {
	a.t.Helper()
	c, err := Read(a.t.Context(), o)
	if err != nil {
		a.t.Fatal(err)
	}
	var all bytes.Buffer
	for _, f := range c.Files {
		all.Write(f.Data)
	}
	fmt.Fprint(&all, c.Findings)
	for _, s := range []string{a.secret, "do-not-tell"} {
		if strings.Contains(all.String(), s) {
			a.t.Errorf("the secret %q is in the output", s)
		}
	}
	return c
}

// called returns the calls made, each once, sorted.
func (a *apiServer) called() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := slices.Clone(a.calls)
	slices.SortFunc(out, cmp.Compare[string])
	return slices.Compact(out)
}
