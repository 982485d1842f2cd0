package standin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
)

// Fault answers a call in place of the API; false: it has not, and the API answers. Attempt counts the
// calls of the operation, from 1.
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
		{"subnetworks.aggregatedList", regexp.MustCompile(project + `/aggregated/subnetworks$`), func(_ *Server, p *Project, _ []string, _ *http.Request) (any, bool) {
			return aggregated(p, p.Subnetworks, "subnetworks", func(s *Subnetwork) string { return "regions/" + s.Region }), true
		}},
		{"instances.aggregatedList", regexp.MustCompile(project + `/aggregated/instances$`), func(_ *Server, p *Project, _ []string, _ *http.Request) (any, bool) {
			return aggregated(p, p.Instances, "instances", func(i *Instance) string { return "zones/" + i.Zone }), true
		}},
		{"regionNetworkFirewallPolicies.getEffectiveFirewalls", regexp.MustCompile(project + `/regions/([^/]+)/firewallPolicies/getEffectiveFirewalls$`), (*Server).regional},
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

// aggregated is a list by scope; scopes without objects carry a warning.
func aggregated[T printed](p *Project, list []T, field string, scope func(T) string) Object {
	items := Object{"regions/nowhere": Object{"warning": Object{"code": "NO_RESULTS_ON_PAGE", "message": "none"}}}
	for _, x := range list {
		at, ok := items[scope(x)].(Object)
		if !ok {
			at = Object{}
			items[scope(x)] = at
		}
		old, _ := at[field].([]Object)
		at[field] = append(old, x.object(p))
	}
	return Object{"items": items}
}

// list is a page of objects.
func (s *Server) list(r *http.Request, all []Object) Object {
	from, _ := strconv.Atoi(r.URL.Query().Get("pageToken")) // the first page has none
	from = min(from, len(all))
	to := len(all)
	out := Object{}
	if s.Page > 0 && from+s.Page < to {
		to = from + s.Page
		out["nextPageToken"] = strconv.Itoa(to)
	}
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method != http.MethodGet {
		s.wrong = append(s.wrong, r.Method+" "+r.URL.Path)
	}
	if r.Header.Get("Authorization") != "" {
		s.wrong = append(s.wrong, "credentials without TLS: "+r.URL.Path)
	}
	for _, route := range routes() {
		m := route.path.FindStringSubmatch(r.URL.Path)
		if m == nil {
			continue
		}
		if s.calls == nil {
			s.calls = map[string]int{}
		}
		s.calls[route.operation]++
		for _, f := range s.Faults {
			if f(w, route.operation, s.calls[route.operation]) {
				return
			}
		}
		p := s.Holds(m[1])
		if p == nil {
			Refuse(w, http.StatusNotFound, "notFound")
			return
		}
		if answer, ok := route.answer(s, p, m[2:], r); ok {
			send(w, answer)
			return
		}
		Refuse(w, http.StatusNotFound, "notFound")
		return
	}
	s.wrong = append(s.wrong, "unexpected: "+r.URL.String())
	Refuse(w, http.StatusNotFound, "notFound")
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
	send(w, Object{"error": Object{"code": code, "message": "no", "errors": []Object{{"domain": "global", "reason": reason, "message": "no"}}}})
}

// send writes an answer. A client that has gone does not read it.
func send(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		_, _ = fmt.Fprintln(w, err)
	}
}
