package standin

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Objects are what a subscription holds: native objects by the path of the list that has them, which is what follows the
// subscription, in any case: "/providers/Microsoft.Network/networkInterfaces". A list that is missing is empty, but for a scale set's, which is then not there. With the list
// "/resourceGroups" there are no resource groups but those that are in it, by name.
type Objects map[string][]Object

// Fault answers a call in place of the API; false: it has not, and the API answers. Attempt counts the calls of
// the path, from 1. Several goroutines may ask at once.
type Fault func(w http.ResponseWriter, r *http.Request, attempt int) bool

// Server speaks as Azure Resource Manager does (Azure REST API reference, virtual network).
type Server struct {
	// Holds returns what a subscription holds; nil where there is none. It is called by one goroutine at a time.
	Holds func(id string) Objects
	// Page is how many objects come at once; 0: all.
	Page int
	// Faults are asked in order before the API answers.
	Faults []Fault

	mu             sync.Mutex
	calls          []string
	attempts       map[string]int
	authorizations map[string]bool
	wrong          []string
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, path, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/subscriptions/"), "/")
	path = "/" + path
	attempt := s.count(r, path)
	for _, f := range s.Faults {
		if f(w, r, attempt) {
			return
		}
	}
	if !ok || r.URL.Query().Get("api-version") == "" {
		s.refuse(w, http.StatusBadRequest, "BadRequest", "no subscription or no version: "+r.URL.String())
		return
	}
	s.mu.Lock()
	held := s.Holds(id)
	s.mu.Unlock()
	if held == nil {
		Refuse(w, http.StatusNotFound, "SubscriptionNotFound")
		return
	}
	s.answer(w, r, held.folded(), strings.ToLower(path))
}

// count notes a call, and says how often its path was called.
func (s *Server) count(r *http.Request, path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.attempts == nil {
		s.attempts, s.authorizations = map[string]int{}, map[string]bool{}
	}
	s.calls = append(s.calls, r.Method+" "+path)
	s.attempts[path]++
	s.authorizations[r.Header.Get("Authorization")] = true
	return s.attempts[path]
}

// folded is the objects by paths in lower case, as Azure's ids do not depend on case.
func (o Objects) folded() Objects {
	out := Objects{}
	for path, list := range o {
		out[strings.ToLower(path)] = list
	}
	return out
}

// has reports whether there is a resource group.
func (o Objects) has(group string) bool {
	groups, told := o["/resourcegroups"]
	return !told || slices.ContainsFunc(groups, func(g Object) bool {
		name, _ := g["name"].(string)
		return strings.EqualFold(name, group)
	})
}

// The lists of the network API that are known, in lower case.
const (
	adminRules  = "listnetworkmanagereffectivesecurityadminrules"
	serviceTags = "servicetags"
)

// answer answers a list.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, held Objects, path string) {
	if rest, ok := strings.CutPrefix(path, "/resourcegroups/"); ok {
		if group, _, _ := strings.Cut(rest, "/"); !held.has(group) {
			Refuse(w, http.StatusNotFound, "ResourceGroupNotFound")
			return
		}
	}
	list, there := held[path]
	kind := path[strings.LastIndexByte(path, '/')+1:]
	method := http.MethodGet
	if kind == adminRules {
		method = http.MethodPost
	}
	switch kind {
	case "networksecuritygroups", "virtualnetworks", "networkinterfaces", "applicationsecuritygroups", adminRules, serviceTags:
	default:
		method = "" // which no call has
	}
	switch {
	case r.Method != method:
		s.refuse(w, http.StatusNotFound, "NotFound", "unexpected: "+r.Method+" "+path)
	case !there && strings.Contains(path, "/virtualmachinescalesets/"):
		Refuse(w, http.StatusNotFound, "ParentResourceNotFound")
	case kind == serviceTags:
		Send(w, Object{"name": "Public", "type": "Microsoft.Network/serviceTags", "changeNumber": "1", "cloud": "Public", "values": append([]Object{}, list...)})
	default:
		s.page(w, r, list)
	}
}

// page sends a page of a list, and where to find the next: by a link, or where a body asks, by a token for the next body.
func (s *Server) page(w http.ResponseWriter, r *http.Request, list []Object) {
	token := r.URL.Query().Get("$skiptoken") // the first page has none
	if r.Method == http.MethodPost {
		var body struct {
			SkipToken string `json:"skipToken"`
		}
		if json.NewDecoder(r.Body).Decode(&body) == nil { // a body may be missing
			token = body.SkipToken
		}
	}
	first, _ := strconv.Atoi(token)
	first = min(first, len(list))
	last := len(list)
	out := Object{}
	if s.Page > 0 && first+s.Page < last {
		last = first + s.Page
		q := r.URL.Query()
		q.Set("$skiptoken", strconv.Itoa(last))
		if r.Method == http.MethodPost {
			out["skipToken"] = strconv.Itoa(last)
		} else {
			out["nextLink"] = "http://" + r.Host + r.URL.Path + "?" + q.Encode()
		}
	}
	out["value"] = append([]Object{}, list[first:last]...)
	Send(w, out)
}

// Calls returns the calls in their order, each a method and what follows the subscription: "GET /providers/...".
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Authorizations returns the credentials that came with the calls, sorted, each once.
func (s *Server) Authorizations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.authorizations))
}

// Wrong returns what the API would not have accepted of the calls so far.
func (s *Server) Wrong() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.wrong)
}

// refuse answers with an error, and notes that the call was wrong.
func (s *Server) refuse(w http.ResponseWriter, status int, code, wrong string) {
	s.mu.Lock()
	s.wrong = append(s.wrong, wrong)
	s.mu.Unlock()
	Refuse(w, status, code)
}

// Refuse answers with an error as Azure words it.
func Refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	Send(w, Object{"error": Object{"code": code, "message": "no: " + code}})
}

// Send writes an answer in JSON. A client that has gone does not read it.
func Send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		_, _ = fmt.Fprintln(w, err)
	}
}
