package standin

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Fault answers a call in place of the API; false: it has not, and the API answers. Attempt counts the
// calls of the operation, from 1. Several goroutines may ask at once.
type Fault func(w http.ResponseWriter, operation string, attempt int) bool

// Server speaks as the Compute API does (Compute Engine API reference, v1).
type Server struct {
	// Holds returns what a project holds; nil where there is no such project. It is called by one
	// goroutine at a time.
	Holds func(project string) *Project
	// Page is how many objects, or scopes, a page has; 0: all.
	Page int
	// Faults are asked in order before the API answers.
	Faults []Fault

	mu    sync.Mutex
	calls map[string]int
	wrong []string
}

// route is an operation and its path; the first group of it is the project, the others are what it is about.
type route struct {
	operation string
	path      *regexp.Regexp
	answer    func(*Server, *Project, []string, *http.Request) (any, bool)
}

func routes() []route {
	const project = `^/compute/v1/projects/([^/]+)`
	return []route{
		{"projects.get", regexp.MustCompile(project + `$`), func(_ *Server, p *Project, _ []string, _ *http.Request) (any, bool) {
			return Object{"kind": "compute#project", "name": p.ID, "xpnProjectStatus": "UNSPECIFIED_XPN_PROJECT_STATUS"}, true
		}},
		{"networks.list", regexp.MustCompile(project + `/global/networks$`), func(s *Server, p *Project, _ []string, r *http.Request) (any, bool) {
			return s.list(r, objectsOf(p, p.Networks)), true
		}},
		{"networks.get", regexp.MustCompile(project + `/global/networks/([^/]+)$`), (*Server).network},
		{"networks.getEffectiveFirewalls", regexp.MustCompile(project + `/global/networks/([^/]+)/getEffectiveFirewalls$`), (*Server).effective},
		{"firewalls.list", regexp.MustCompile(project + `/global/firewalls$`), func(s *Server, p *Project, _ []string, r *http.Request) (any, bool) {
			return s.list(r, objectsOf(p, p.Firewalls)), true
		}},
		{"subnetworks.aggregatedList", regexp.MustCompile(project + `/aggregated/subnetworks$`), func(s *Server, p *Project, _ []string, r *http.Request) (any, bool) {
			return s.aggregated(r, "subnetworks", scoped(p, p.Subnetworks, func(n *Subnetwork) string { return "regions/" + n.Region })), true
		}},
		{"instances.aggregatedList", regexp.MustCompile(project + `/aggregated/instances$`), func(s *Server, p *Project, _ []string, r *http.Request) (any, bool) {
			return s.aggregated(r, "instances", scoped(p, p.Instances, func(i *Instance) string { return "zones/" + i.Zone })), true
		}},
		{"effectiveTags.list", regexp.MustCompile(`^/v3/effectiveTags$`), (*Server).tags},
		{"regionNetworkFirewallPolicies.getEffectiveFirewalls", regexp.MustCompile(project + `/regions/([^/]+)/firewallPolicies/getEffectiveFirewalls$`), (*Server).regional},
		{"networkFirewallPolicies.aggregatedList", regexp.MustCompile(project + `/aggregated/firewallPolicies$`), nothing},
		{"networkFirewallPolicies.get", regexp.MustCompile(project + `/global/firewallPolicies/([^/]+)$`), nothing},
		{"regionNetworkFirewallPolicies.get", regexp.MustCompile(project + `/regions/[^/]+/firewallPolicies/([^/]+)$`), nothing},
		{"firewallPolicies.list", regexp.MustCompile(`^/compute/v1/locations/global/firewallPolicies$`), nothing},
		{"addressGroups.get", regexp.MustCompile(`^/v1/projects/([^/]+)/locations/global/addressGroups/([^/]+)$`), nothing},
	}
}

// printed is an object that knows how the API prints it.
type printed interface{ object(*Project) Object }

func objectsOf[T printed](p *Project, list []T) []Object {
	out := []Object{}
	for _, x := range list {
		out = append(out, x.object(p))
	}
	return out
}

// scoped is objects by the region or zone that they are in.
func scoped[T printed](p *Project, list []T, scope func(T) string) map[string][]Object {
	out := map[string][]Object{}
	for _, x := range list {
		out[scope(x)] = append(out[scope(x)], x.object(p))
	}
	return out
}

// nothing is an operation of which a project knows what is in [Raw] alone.
func nothing(*Server, *Project, []string, *http.Request) (any, bool) { return nil, false }

// aggregated is a page of a list by scope; a scope without objects carries a warning.
func (s *Server) aggregated(r *http.Request, field string, scopes map[string][]Object) Object {
	names := slices.Sorted(maps.Keys(scopes))
	from, to, out := s.bounds(r, len(names))
	items := Object{"regions/nowhere": Object{"warning": Object{"code": "NO_RESULTS_ON_PAGE", "message": "none"}}}
	for _, name := range names[from:to] {
		items[name] = Object{field: scopes[name]}
	}
	out["items"] = items
	return out
}

// bounds are those of the page that is asked for, of n, with an answer that leads to the next.
func (s *Server) bounds(r *http.Request, n int) (from, to int, out Object) {
	from, _ = strconv.Atoi(r.URL.Query().Get("pageToken")) // the first page has none
	from, to, out = min(from, n), n, Object{}
	if s.Page > 0 && from+s.Page < n {
		to = from + s.Page
		out["nextPageToken"] = strconv.Itoa(to)
	}
	return from, to, out
}

// list is a page of objects.
func (s *Server) list(r *http.Request, all []Object) Object {
	from, to, out := s.bounds(r, len(all))
	out["items"] = all[from:to]
	return out
}

func (s *Server) network(p *Project, about []string, _ *http.Request) (any, bool) {
	for _, n := range p.Networks {
		if n.Name == about[0] {
			return n.object(p), true
		}
	}
	return nil, false
}

// effective is what is asked on a network, but for regional policies, which networks.getEffectiveFirewalls leaves out.
func (s *Server) effective(p *Project, about []string, r *http.Request) (any, bool) {
	if _, ok := s.network(p, about, r); !ok {
		return nil, false
	}
	firewalls, policies := []Object{}, []Object{}
	for _, f := range p.Firewalls {
		if f.Network == about[0] {
			firewalls = append(firewalls, f.object(p))
		}
	}
	for _, y := range p.Policies {
		if y.Region == "" && slices.Contains(y.Networks, about[0]) {
			policies = append(policies, y.effective())
		}
	}
	return Object{"firewalls": firewalls, "firewallPolicys": policies}, true
}

// machineName is the full resource name of a machine.
var machineName = regexp.MustCompile(`^//compute\.googleapis\.com/projects/([^/]+)/zones/([^/]+)/instances/([0-9]+)$`)

// tags are the effective tags of the machine that is asked for, in pages.
func (s *Server) tags(p *Project, _ []string, r *http.Request) (any, bool) {
	m := machineName.FindStringSubmatch(r.URL.Query().Get("parent"))
	if m == nil {
		return nil, false
	}
	all, ok := p.tagsOf(m[2], m[3])
	if !ok {
		return nil, false
	}
	page := s.list(r, all)
	page["effectiveTags"] = page["items"]
	delete(page, "items")
	return page, true
}

// regional is which policies are asked on a network in a region.
func (s *Server) regional(p *Project, about []string, r *http.Request) (any, bool) {
	network := last(r.URL.Query().Get("network"))
	policies := []Object{}
	for _, y := range p.Policies {
		if (y.Region == "" || y.Region == about[0]) && slices.Contains(y.Networks, network) {
			policies = append(policies, y.effective())
		}
	}
	return Object{"firewallPolicys": policies}, true
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		s.note(r.Method + " " + r.URL.Path)
	}
	if r.Header.Get("Authorization") != "" {
		s.note("credentials without TLS: " + r.URL.Path)
	}
	for _, route := range routes() {
		m := route.path.FindStringSubmatch(r.URL.Path)
		if m == nil {
			continue
		}
		attempt := s.count(route.operation)
		for _, f := range s.Faults {
			if f(w, route.operation, attempt) {
				return
			}
		}
		s.mu.Lock()
		answer, ok := s.answer(route, m, r)
		s.mu.Unlock()
		if !ok {
			Refuse(w, http.StatusNotFound, "notFound")
			return
		}
		Send(w, answer)
		return
	}
	s.note("unexpected: " + r.URL.String())
	Refuse(w, http.StatusNotFound, "notFound")
}

// answer answers an operation; false where what it is about is not there.
func (s *Server) answer(route route, path []string, r *http.Request) (any, bool) {
	p := s.Holds(projectOf(path, r))
	if p == nil {
		return nil, false
	}
	about := path[min(2, len(path)):]
	if answer, ok := s.raw(p.Raw, route.operation, about, r); ok {
		return answer, true
	}
	return route.answer(s, p, about, r)
}

// raw is the raw answer of an operation; false where there is none.
func (s *Server) raw(held Raw, operation string, about []string, r *http.Request) (any, bool) {
	if answer, ok := held.Answers[strings.Join(append([]string{operation}, about...), " ")]; ok {
		return answer, true
	}
	if list, ok := held.Lists[operation]; ok {
		return s.list(r, list), true
	}
	scopes, ok := held.Scoped[operation]
	field := map[string]string{"subnetworks.aggregatedList": "subnetworks", "instances.aggregatedList": "instances", "networkFirewallPolicies.aggregatedList": "firewallPolicies"}[operation]
	return s.aggregated(r, field, scopes), ok
}

// count says how often an operation was called, this call included.
func (s *Server) count(operation string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls == nil {
		s.calls = map[string]int{}
	}
	s.calls[operation]++
	return s.calls[operation]
}

// note notes what the API would not have accepted.
func (s *Server) note(wrong string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong = append(s.wrong, wrong)
}

// projectOf is the project that a request is about: its path says so, or the machine that it asks for.
func projectOf(path []string, r *http.Request) string {
	if len(path) > 1 {
		return path[1]
	}
	if m := machineName.FindStringSubmatch(r.URL.Query().Get("parent")); m != nil {
		return m[1]
	}
	return ""
}

// Calls returns how often each operation was called.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for k, n := range s.calls {
		out[k] = n
	}
	return out
}

// Wrong returns what the API would not have accepted of the calls so far.
func (s *Server) Wrong() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.wrong)
}

// Refuse answers with an error as the API words it.
func Refuse(w http.ResponseWriter, code int, reason string) {
	w.WriteHeader(code)
	Send(w, Object{"error": Object{"code": code, "message": "no", "errors": []Object{{"domain": "global", "reason": reason, "message": "no"}}}})
}

// Send writes an answer in JSON. A client that has gone does not read it.
func Send(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		_, _ = fmt.Fprintln(w, err)
	}
}
