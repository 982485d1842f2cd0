package live

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake is a Compute API on this machine, for the project shop.
type fake struct {
	*httptest.Server
	t *testing.T
	// pageSize is how many objects, or scopes, a page has; 0: all.
	pageSize int
	// objects are the answers of lists by operation; those of aggregated lists by scope.
	objects map[string][]string
	scoped  map[string]map[string][]string
	// answers are those of operations about one object, by operation and what follows it.
	answers map[string]string
	// trouble takes the place of an answer: what it writes; false: nothing, answer as usual. Attempt counts from 1.
	trouble func(w http.ResponseWriter, operation string, attempt int) bool

	mu    sync.Mutex
	calls map[string]int // by operation
}

const link = "https://www.googleapis.com/compute/v1/projects/shop/"

// newFake is a project with the network main, two subnetworks, one rule and one machine.
func newFake(t *testing.T) *fake {
	t.Helper()
	network := link + "global/networks/main"
	f := &fake{t: t, calls: map[string]int{}, objects: map[string][]string{}, scoped: map[string]map[string][]string{}, answers: map[string]string{}}
	net := fmt.Sprintf(`{"kind":"compute#network","id":"1","name":"main","selfLink":%q,"networkFirewallPolicyEnforcementOrder":"BEFORE_CLASSIC_FIREWALL"}`, network)
	f.objects[opNetworks] = []string{net}
	f.answers[opNetworksGet+" main"] = net
	f.objects[opFirewalls] = []string{rule("web", `"sourceRanges":["192.0.2.0/24"],"sourceTags":["web"],"targetTags":["db"],"allowed":[{"IPProtocol":"tcp","ports":["80"]}]`)}
	f.scoped[opSubnetworks] = map[string][]string{}
	for i, region := range []string{"europe-west1", "us-east1"} {
		f.scoped[opSubnetworks]["regions/"+region] = []string{fmt.Sprintf(`{"kind":"compute#subnetwork","id":"%d","name":"s","selfLink":"%[2]sregions/%[3]s/subnetworks/s","network":%[4]q,"region":"%[2]sregions/%[3]s","ipCidrRange":"10.%[1]d.0.0/16"}`, i, link, region, network)}
		f.answers[opRegionEffective+" "+region] = `{"firewallPolicys":[` + globalPolicy + `]}`
	}
	f.answers[opEffective+" main"] = `{"firewalls":[],"firewallPolicys":[` + globalPolicy + `]}`
	f.scoped[opInstances] = map[string][]string{"zones/europe-west1-b": {fmt.Sprintf(`{"kind":"compute#instance","id":"7","name":"web-1","selfLink":"%[1]szones/europe-west1-b/instances/web-1","zone":"%[1]szones/europe-west1-b",
		"tags":{"items":["web"]},"serviceAccounts":[{"email":"web@p.example"}],"networkInterfaces":[{"network":%[2]q,"networkIP":"10.0.1.1"}],
		"metadata":{"items":[{"key":"startup-script","value":"PASSWORD=hunter2"}]}}`, link, network)}}
	f.answers[opProject] = `{"kind":"compute#project","id":"1","name":"shop","xpnProjectStatus":"UNSPECIFIED_XPN_PROJECT_STATUS"}`
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

// rule is a VPC firewall rule with these fields.
func rule(name, fields string) string {
	return fmt.Sprintf(`{"kind":"compute#firewall","id":"2","name":%[1]q,"selfLink":"%[2]sglobal/firewalls/%[1]s","network":"%[2]sglobal/networks/main","direction":"INGRESS","priority":1000,%[3]s}`, name, link, fields)
}

const globalPolicy = `{"type":"NETWORK","name":"p","rules":[{"kind":"compute#firewallPolicyRule","priority":10,"action":"deny","direction":"INGRESS",
	"match":{"srcIpRanges":["198.51.100.0/24"],"layer4Configs":[{"ipProtocol":"udp"}]}}]}`

// withGroup makes a rule name an address group.
func (f *fake) withGroup() *fake {
	policy := strings.Replace(globalPolicy, `"srcIpRanges"`, `"srcAddressGroups":["//networksecurity.googleapis.com/projects/shop/locations/global/addressGroups/g"],"srcIpRanges"`, 1)
	for key := range f.answers {
		f.answers[key] = strings.ReplaceAll(f.answers[key], globalPolicy, policy)
	}
	f.answers[opAddressGroup+" g"] = `{"name":"projects/shop/locations/global/addressGroups/g","type":"IPV4","capacity":10,"items":["203.0.113.0/24"]}`
	return f
}

// withPolicies adds policies as they are listed.
func (f *fake) withPolicies() *fake {
	f.scoped[opPolicies] = map[string][]string{}
	for scope, key := range map[string]string{"global": opPolicy + " p", "regions/us-east1": opRegionPolicy + " q"} {
		_, name, _ := strings.Cut(key, " ")
		region := ""
		if scope != "global" {
			region = fmt.Sprintf(`,"region":"%s%s"`, link, scope)
		}
		about := fmt.Sprintf(`"kind":"compute#firewallPolicy","id":"3","name":%[1]q,"selfLink":"%[2]s%[3]s/firewallPolicies/%[1]s"%[4]s`, name, link, scope, region)
		f.scoped[opPolicies][scope] = []string{"{" + about + "}"}
		f.answers[key] = "{" + about + fmt.Sprintf(`,"associations":[{"name":"a","attachmentTarget":"%sglobal/networks/main"}],`, link) +
			`"rules":[{"priority":10,"action":"deny","direction":"INGRESS","match":{"srcIpRanges":["198.51.100.0/24"],"layer4Configs":[{"ipProtocol":"udp"}]}}]}`
	}
	return f
}

// options read from the fake, quickly.
func (f *fake) options() Options {
	return Options{Project: "shop", Endpoint: f.URL, CallsPerSecond: 10000, Backoff: time.Millisecond, Timeout: 5 * time.Second}
}

// routes are the paths of operations; what is in parentheses is the object.
var routes = []struct {
	operation string
	path      *regexp.Regexp
}{
	{opProject, regexp.MustCompile(`^/compute/v1/projects/shop$`)},
	{opNetworks, regexp.MustCompile(`^/compute/v1/projects/shop/global/networks$`)},
	{opNetworksGet, regexp.MustCompile(`^/compute/v1/projects/shop/global/networks/([^/]+)$`)},
	{opEffective, regexp.MustCompile(`^/compute/v1/projects/shop/global/networks/([^/]+)/getEffectiveFirewalls$`)},
	{opFirewalls, regexp.MustCompile(`^/compute/v1/projects/shop/global/firewalls$`)},
	{opSubnetworks, regexp.MustCompile(`^/compute/v1/projects/shop/aggregated/subnetworks$`)},
	{opInstances, regexp.MustCompile(`^/compute/v1/projects/shop/aggregated/instances$`)},
	{opPolicies, regexp.MustCompile(`^/compute/v1/projects/shop/aggregated/firewallPolicies$`)},
	{opRegionEffective, regexp.MustCompile(`^/compute/v1/projects/shop/regions/([^/]+)/firewallPolicies/getEffectiveFirewalls$`)},
	{opPolicy, regexp.MustCompile(`^/compute/v1/projects/shop/global/firewallPolicies/([^/]+)$`)},
	{opRegionPolicy, regexp.MustCompile(`^/compute/v1/projects/shop/regions/[^/]+/firewallPolicies/([^/]+)$`)},
	{opHierarchy, regexp.MustCompile(`^/compute/v1/locations/global/firewallPolicies$`)},
	{opAddressGroup, regexp.MustCompile(`^/v1/projects/shop/locations/global/addressGroups/([^/]+)$`)},
}

func (f *fake) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet {
		f.t.Errorf("%s %s", req.Method, req.URL)
	}
	if req.Header.Get("Authorization") != "" {
		f.t.Errorf("credentials were sent without TLS: %s", req.URL)
	}
	for _, r := range routes {
		m := r.path.FindStringSubmatch(req.URL.Path)
		if m == nil {
			continue
		}
		f.mu.Lock()
		f.calls[r.operation]++
		attempt := f.calls[r.operation]
		f.mu.Unlock()
		if f.trouble != nil && f.trouble(w, r.operation, attempt) {
			return
		}
		f.answer(w, req, strings.TrimSpace(r.operation+" "+strings.Join(m[1:], " ")))
		return
	}
	f.t.Errorf("an unexpected call: %s", req.URL)
	refuse(w, http.StatusNotFound, "notFound")
}

// answer answers an operation about an object, or a list.
func (f *fake) answer(w http.ResponseWriter, req *http.Request, key string) {
	if text, ok := f.answers[key]; ok {
		fmt.Fprint(w, text)
		return
	}
	if list, ok := f.objects[key]; ok {
		from, to, next := f.page(req, len(list))
		fmt.Fprintf(w, `{"items":[%s]%s}`, strings.Join(list[from:to], ","), next)
		return
	}
	if scopes, ok := f.scoped[key]; ok {
		names := slices.Sorted(maps.Keys(scopes))
		from, to, next := f.page(req, len(names))
		field := map[string]string{opSubnetworks: "subnetworks", opInstances: "instances", opPolicies: "firewallPolicies"}[key]
		var items []string
		for _, scope := range names[from:to] {
			items = append(items, fmt.Sprintf(`%q:{%q:[%s]}`, scope, field, strings.Join(scopes[scope], ",")))
		}
		items = append(items, `"regions/nowhere":{"warning":{"code":"NO_RESULTS_ON_PAGE","message":"none"}}`)
		fmt.Fprintf(w, `{"items":{%s}%s}`, strings.Join(items, ","), next)
		return
	}
	if key == opHierarchy {
		fmt.Fprintf(w, `{"items":[{"kind":"compute#firewallPolicy","id":"9","name":"9","selfLink":"https://www.googleapis.com/compute/v1/locations/global/firewallPolicies/9","parent":%q}]}`, req.URL.Query().Get("parentId"))
		return
	}
	refuse(w, http.StatusNotFound, "notFound")
}

// page returns the bounds of the page that is asked for, and the field that leads to the next.
func (f *fake) page(req *http.Request, n int) (from, to int, next string) {
	from, _ = strconv.Atoi(req.URL.Query().Get("pageToken"))
	to = n
	if f.pageSize > 0 && from+f.pageSize < n {
		to = from + f.pageSize
		next = fmt.Sprintf(`,"nextPageToken":"%d"`, to)
	}
	return from, to, next
}

// refuse writes an error as the API does.
func refuse(w http.ResponseWriter, code int, reason string) {
	w.WriteHeader(code)
	text, _ := json.Marshal(map[string]any{"error": map[string]any{"code": code, "message": "no: ya29.secret-token",
		"errors": []map[string]string{{"domain": "global", "reason": reason, "message": "no"}}}})
	w.Write(text) //nolint:errcheck // the client may be gone
}
