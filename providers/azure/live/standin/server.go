package standin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Fault answers a call in place of the API; false: it has not, and the API answers. The path is what follows the
// subscription; attempt counts the calls of it, from 1.
type Fault func(w http.ResponseWriter, path string, attempt int) bool

// Server speaks as Azure Resource Manager does (Azure REST API reference, virtual network).
type Server struct {
	// Holds returns a subscription; nil where there is none. It is called by one goroutine at a time.
	Holds func(id string) *Subscription
	// Page is how many objects come at once; 0: all.
	Page int
	// Faults are asked in order before the API answers.
	Faults []Fault

	mu    sync.Mutex
	calls map[string]int
	wrong []string
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/subscriptions/"), "/", 2)
	if len(parts) < 2 || r.URL.Query().Get("api-version") == "" {
		s.wrong = append(s.wrong, "no subscription or no version: "+r.URL.String())
		Refuse(w, http.StatusBadRequest, "BadRequest")
		return
	}
	path := "/" + parts[1]
	if s.calls == nil {
		s.calls = map[string]int{}
	}
	s.calls[path]++
	for _, f := range s.Faults {
		if f(w, path, s.calls[path]) {
			return
		}
	}
	sub := s.Holds(parts[0])
	if sub == nil {
		Refuse(w, http.StatusNotFound, "SubscriptionNotFound")
		return
	}
	s.answer(w, r, sub, path)
}

// answer answers a list, of the subscription or of its resource group.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, sub *Subscription, path string) {
	const api = "/providers/Microsoft.Network/"
	if group, rest, ok := strings.Cut(strings.TrimPrefix(path, "/resourceGroups/"), api); ok && group != "" && strings.HasPrefix(path, "/resourceGroups/") {
		if !strings.EqualFold(group, sub.ResourceGroup) {
			Refuse(w, http.StatusNotFound, "ResourceGroupNotFound")
			return
		}
		path = api + rest
	}
	kind := strings.TrimPrefix(path, api)
	switch list, known := sub.lists()[kind]; {
	case known && r.Method == http.MethodGet:
		s.page(w, r, list)
	case strings.HasSuffix(kind, "/listNetworkManagerEffectiveSecurityAdminRules") && r.Method == http.MethodPost:
		send(w, Object{"value": sub.adminRules()})
	case strings.HasPrefix(kind, "locations/") && strings.HasSuffix(kind, "/serviceTags"):
		send(w, Object{"name": "Public", "type": "Microsoft.Network/serviceTags", "changeNumber": "1", "cloud": "Public", "values": []Object{}})
	default:
		s.wrong = append(s.wrong, "unexpected: "+r.Method+" "+path)
		Refuse(w, http.StatusNotFound, "NotFound")
	}
}

// page sends a page of a list, and where to find the next.
func (s *Server) page(w http.ResponseWriter, r *http.Request, list []Object) {
	first, _ := strconv.Atoi(r.URL.Query().Get("$skiptoken")) // the first page has none
	first = min(first, len(list))
	last := len(list)
	out := Object{}
	if s.Page > 0 && first+s.Page < last {
		last = first + s.Page
		q := r.URL.Query()
		q.Set("$skiptoken", strconv.Itoa(last))
		out["nextLink"] = "http://" + r.Host + r.URL.Path + "?" + q.Encode()
	}
	out["value"] = list[first:last]
	send(w, out)
}

// Calls returns how often each path was called.
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

// Refuse answers with an error as Azure words it.
func Refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	send(w, Object{"error": Object{"code": code, "message": "no: " + code}})
}

// send writes an answer. A client that has gone does not read it.
func send(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		_, _ = fmt.Fprintln(w, err)
	}
}
