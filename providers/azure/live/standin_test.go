package live_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crosswall/crosswall/providers/azure/live"
)

const subscription = "00000000-0000-0000-0000-000000000001"

// at returns the id of an object: "shop/Microsoft.Network/networkSecurityGroups/web".
func at(path string) string {
	group, rest, _ := strings.Cut(path, "/")
	return "/subscriptions/" + subscription + "/resourceGroups/" + group + "/providers/" + rest
}

type obj = map[string]any

// standIn is a server that speaks as Azure Resource Manager does.
type standIn struct {
	*httptest.Server
	// objects by the path of the list that has them, after the subscription and in lower case.
	objects map[string][]obj
	// pageSize is how many objects come at once; 0: all.
	pageSize int
	// trouble is asked first; it returns true when it has answered.
	trouble func(w http.ResponseWriter, r *http.Request, nth int) bool

	mu    sync.Mutex
	calls []string // "GET /providers/..." as they came, without query
	count map[string]int
	auth  map[string]bool
}

func newStandIn(t testing.TB, objects map[string][]obj) *standIn {
	s := &standIn{objects: map[string][]obj{}, count: map[string]int{}, auth: map[string]bool{}}
	for k, v := range objects {
		s.objects[strings.ToLower(k)] = v
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// ServeHTTP answers one request.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/subscriptions/"+subscription)
	s.mu.Lock()
	s.calls = append(s.calls, r.Method+" "+path)
	s.count[path]++
	nth := s.count[path]
	s.auth[r.Header.Get("Authorization")] = true
	s.mu.Unlock()
	if s.trouble != nil && s.trouble(w, r, nth) {
		return
	}
	if r.URL.Query().Get("api-version") == "" || path == r.URL.Path {
		fail(w, http.StatusBadRequest, "BadRequest")
		return
	}
	list, ok := s.objects[strings.ToLower(path)]
	if !ok {
		list = []obj{}
	}
	if r.Method == http.MethodPost {
		s.page(w, r, list, "skipToken")
		return
	}
	if strings.HasSuffix(path, "/serviceTags") {
		send(w, obj{"name": "Public", "type": "Microsoft.Network/serviceTags", "changeNumber": "1", "cloud": "Public", "values": list})
		return
	}
	s.page(w, r, list, "nextLink")
}

// page sends a page of a list, and where to find the next.
func (s *standIn) page(w http.ResponseWriter, r *http.Request, list []obj, how string) {
	first, err := strconv.Atoi(r.URL.Query().Get("$skiptoken"))
	if how == "skipToken" {
		var body struct {
			SkipToken string `json:"skipToken"`
		}
		if json.NewDecoder(r.Body).Decode(&body) == nil {
			first, err = strconv.Atoi(body.SkipToken)
		}
	}
	if err != nil {
		first = 0
	}
	size := s.pageSize
	if size == 0 {
		size = len(list) + 1
	}
	last := min(first+size, len(list))
	out := obj{"value": append([]obj{}, list[first:last]...)}
	if last < len(list) && how == "skipToken" {
		out["skipToken"] = strconv.Itoa(last)
	} else if last < len(list) {
		q := r.URL.Query()
		q.Set("$skiptoken", strconv.Itoa(last))
		out["nextLink"] = s.URL + r.URL.Path + "?" + q.Encode()
	}
	send(w, out)
}

func send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

// fail answers with an error as Azure words it.
func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"code":%q,"message":"no: %s"}}`, code, code)
}

// options reads from the stand-in, and does not wait long.
func (s *standIn) options() live.Options {
	return live.Options{Subscription: subscription, Endpoint: s.URL, CallsPerSecond: 1000, RetryDelay: time.Millisecond, Timeout: 5 * time.Second}
}

// listPath is the path of the list of a type in the whole subscription.
func listPath(typ string) string { return "/providers/Microsoft.Network/" + typ }

const (
	scaleSet = "/resourceGroups/shop/providers/Microsoft.Compute/virtualMachineScaleSets/nodes/networkInterfaces"
	adminOn  = "/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/listNetworkManagerEffectiveSecurityAdminRules"
	tagsIn   = "/providers/Microsoft.Network/locations/westeurope/serviceTags"
)

// account is a network with a subnet, a machine and a scale set in it, and a group on the subnet that
// admits HTTPS from the application security group of the scale set, and from a service tag.
func account() map[string][]obj {
	rule := func(name string, priority int, access string, more obj) obj {
		p := obj{"priority": priority, "direction": "Inbound", "access": access, "protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*",
			"destinationAddressPrefix": "*", "destinationPortRange": "*"}
		for k, v := range more {
			p[k] = v
		}
		return obj{"name": name, "properties": p}
	}
	asg := at("shop/Microsoft.Network/applicationSecurityGroups/nodes")
	subnet := at("net/Microsoft.Network/virtualNetworks/v/subnets/app")
	group := at("shop/Microsoft.Network/networkSecurityGroups/g")
	machine := at("shop/Microsoft.Network/networkInterfaces/vm")
	node := at("shop/Microsoft.Compute/virtualMachineScaleSets/nodes/virtualMachines/0/networkInterfaces/nic")
	card := func(id, addr string, groups ...obj) obj {
		return obj{"id": id, "name": id[strings.LastIndex(id, "/")+1:], "properties": obj{"ipConfigurations": []obj{{"id": id + "/ipConfigurations/ip", "name": "ip",
			"properties": obj{"privateIPAddress": addr, "subnet": obj{"id": subnet}, "applicationSecurityGroups": groups}}}}}
	}
	return map[string][]obj{
		listPath("networkSecurityGroups"): {
			{"id": group, "name": "g", "location": "westeurope", "properties": obj{"subnets": []obj{{"id": subnet}}, "securityRules": []obj{
				rule("nodes", 100, "Allow", obj{"protocol": "Tcp", "destinationPortRange": "443", "sourceAddressPrefix": nil, "sourceApplicationSecurityGroups": []obj{{"id": asg}}}),
				rule("storage", 200, "Allow", obj{"protocol": "Tcp", "destinationPortRange": "443", "sourceAddressPrefix": "Storage"}),
				rule("rest", 4096, "Deny", nil)}}},
			{"id": group + "2", "name": "g2", "properties": obj{"securityRules": []obj{}}},
			{"id": group + "3", "name": "g3", "properties": obj{"securityRules": []obj{}}},
		},
		listPath("virtualNetworks"): {{"id": at("net/Microsoft.Network/virtualNetworks/v"), "name": "v", "location": "westeurope", "properties": obj{
			"addressSpace": obj{"addressPrefixes": []string{"10.0.0.0/16"}}, "subnets": []obj{{"id": subnet, "name": "app", "properties": obj{"addressPrefix": "10.0.1.0/24",
				"networkSecurityGroup": obj{"id": group}, "ipConfigurations": []obj{{"id": machine + "/ipConfigurations/ip"}, {"id": node + "/ipConfigurations/ip"}}}}}}}},
		listPath("networkInterfaces"):         {card(machine, "10.0.1.4")},
		listPath("applicationSecurityGroups"): {{"id": asg, "name": "nodes", "properties": obj{}}},
		scaleSet:                              {card(node, "10.0.1.5", obj{"id": asg})},
		tagsIn: {{"name": "Storage", "id": "Storage", "properties": obj{"addressPrefixes": []string{"198.51.100.0/24"}}},
			{"name": "Sql", "id": "Sql", "properties": obj{"addressPrefixes": []string{"203.0.113.0/24"}}}},
	}
}
