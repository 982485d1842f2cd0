package standin

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Object is a native object, as the aws command prints it: field names to text, numbers, truth
// values, [Object], or []any of these.
type Object = map[string]any

// Objects is what an account holds in a region: native objects by the name of the list in which the aws command
// prints them, "SecurityGroups".
type Objects map[string][]Object

// Call is a request to the API.
type Call struct {
	// Action is the operation: "DescribeSecurityGroups".
	Action string
	// Key is the access key that the request was signed with, Region the region that it is for.
	Key, Region string
	Form        url.Values
	// Number counts the calls of the action by this key in this region, from 1, repeated ones included.
	Number int
}

// Fault answers a call in place of the API; false: it has not, and the API answers.
type Fault func(Call, http.ResponseWriter) bool

// Server speaks the EC2 query protocol (EC2 developer guide, query requests): a form in, XML out. It may be
// used by several goroutines once it serves.
type Server struct {
	// Holds returns what the account with an access key holds in a region, nil where there is no such account. It
	// is called by one goroutine at a time.
	Holds func(key, region string) Objects
	// Page is how many objects a page has at most; 0: 1000.
	Page int
	// Faults are asked in order before the API answers.
	Faults []Fault

	mu     sync.Mutex
	counts map[string]int
	calls  []Call
	wrong  []string
}

const defaultPage = 1000

// listing is how the API answers an action: the list's name in the answer and the kind of its objects.
type listing struct{ list, kind string }

// listings are the answers of actions (EC2 API reference).
var listings = map[string]listing{
	"DescribeVpcs":                  {"vpcSet", "Vpcs"},
	"DescribeSubnets":               {"subnetSet", "Subnets"},
	"DescribeNetworkInterfaces":     {"networkInterfaceSet", "NetworkInterfaces"},
	"DescribeSecurityGroups":        {"securityGroupInfo", "SecurityGroups"},
	"DescribeSecurityGroupRules":    {"securityGroupRuleSet", "SecurityGroupRules"},
	"DescribeNetworkAcls":           {"networkAclSet", "NetworkAcls"},
	"DescribeManagedPrefixLists":    {"prefixListSet", "PrefixLists"},
	"GetManagedPrefixListEntries":   {"entrySet", "PrefixListEntries"},
	"DescribeVpcPeeringConnections": {"vpcPeeringConnectionSet", "VpcPeeringConnections"},
	"DescribeStaleSecurityGroups":   {"staleSecurityGroupSet", "StaleSecurityGroupSet"},
	"DescribeRegions":               {"regionInfo", "Regions"},
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.complain("not a form: %v", err)
	}
	c := s.note(r)
	for _, fault := range s.Faults {
		if fault(c, w) {
			return
		}
	}
	if c.Action == "AssumeRole" {
		send(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>`+
			`<AccessKeyId>ASIAASSUMEDASSUMED12</AccessKeyId><SecretAccessKey>assumed-secret</SecretAccessKey><SessionToken>assumed-token</SessionToken>`+
			`<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
		return
	}
	l, ok := listings[c.Action]
	if !ok {
		Refuse(w, http.StatusBadRequest, "InvalidAction", "The action "+c.Action+" is not valid for this web service.")
		return
	}
	s.mu.Lock()
	holds := s.Holds(c.Key, c.Region)
	s.mu.Unlock()
	if holds == nil {
		Refuse(w, http.StatusUnauthorized, "AuthFailure", "AWS was not able to validate the provided access credentials")
		return
	}
	s.answer(w, c, l, holds[l.kind])
}

// note keeps a call.
func (s *Server) note(r *http.Request) Call {
	c := Call{Action: r.Form.Get("Action"), Form: r.Form}
	// AWS Signature Version 4: Credential=KEY/DATE/REGION/SERVICE/aws4_request.
	if _, scope, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		if parts := strings.Split(scope, "/"); len(parts) > 2 {
			c.Key, c.Region = parts[0], parts[2]
		}
	}
	if c.Key == "" {
		s.complain("%s without a signature", c.Action)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.counts == nil {
		s.counts = map[string]int{}
	}
	id := c.Key + " " + c.Region + " " + c.Action
	s.counts[id]++
	c.Number = s.counts[id]
	s.calls = append(s.calls, c)
	return c
}

func (s *Server) complain(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

// Calls returns every call so far, in the order in which they came.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Wrong returns what AWS would not have accepted of the calls so far.
func (s *Server) Wrong() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.wrong)
}

// answer writes one page of a listing.
func (s *Server) answer(w http.ResponseWriter, c Call, l listing, objects []Object) {
	found := objects
	if isNarrowed(c.Form) {
		found = nil
		for _, o := range objects {
			if s.selected(o, c.Form) {
				found = append(found, o)
			}
		}
	}
	start, err := strconv.Atoi("0" + strings.TrimPrefix(c.Form.Get("NextToken"), "after-"))
	if err != nil || start > len(found) {
		Refuse(w, http.StatusBadRequest, "InvalidNextToken", "no such token")
		return
	}
	size := s.Page
	if size == 0 {
		size = defaultPage
	}
	if n, err := strconv.Atoi(c.Form.Get("MaxResults")); err == nil {
		size = min(size, n)
	}
	end := min(len(found), start+size)
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>00000000-0000</requestId><%s>`, c.Action, l.list)
	for _, o := range found[start:end] {
		b.WriteString("<item>")
		writeObject(&b, o, l.kind)
		b.WriteString("</item>")
	}
	fmt.Fprintf(&b, "</%s>", l.list)
	if end < len(found) {
		fmt.Fprintf(&b, "<nextToken>after-%d</nextToken>", end)
	}
	fmt.Fprintf(&b, "</%sResponse>", c.Action)
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	send(w, b.String())
}

// filterFields are the fields of the filters that are known.
var filterFields = map[string]string{"vpc-id": "VpcId", "group-id": "GroupId"}

// narrowingFields are parameters that an object is to have.
var narrowingFields = [...]string{"PrefixListId", "VpcId"}

func isNarrowed(form url.Values) bool {
	return form.Has("Filter.1.Name") || slices.ContainsFunc(narrowingFields[:], form.Has)
}

// mostValues is how many values a filter may have (EC2 user guide, list and filter your resources).
const mostValues = 200

// selected reports whether a call asks for an object.
func (s *Server) selected(o Object, form url.Values) bool {
	for i := 1; form.Has(fmt.Sprintf("Filter.%d.Name", i)); i++ {
		name := form.Get(fmt.Sprintf("Filter.%d.Name", i))
		field, ok := filterFields[name]
		if !ok {
			s.complain("filter %s is not known", name)
		}
		var values []string
		for j := 1; form.Has(fmt.Sprintf("Filter.%d.Value.%d", i, j)); j++ {
			values = append(values, form.Get(fmt.Sprintf("Filter.%d.Value.%d", i, j)))
		}
		if len(values) > mostValues {
			s.complain("filter %s has %d values, and %d is the most", name, len(values), mostValues)
		}
		if !slices.Contains(values, fmt.Sprint(o[field])) {
			return false
		}
	}
	for _, field := range narrowingFields {
		if form.Has(field) && form.Get(field) != o[field] {
			return false
		}
	}
	return true
}

// Refuse answers with an error as the API words it.
func Refuse(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	if strings.Contains(message, "sts:") { // whose errors have another form
		send(w, fmt.Sprintf(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, message))
		return
	}
	send(w, fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>1-2-3</RequestID></Response>`, code, message))
}

// Throttle answers that there were too many calls (EC2 API reference, error codes).
func Throttle(w http.ResponseWriter) {
	Refuse(w, http.StatusServiceUnavailable, "RequestLimitExceeded", "Request limit exceeded.")
}

// Deny answers that a permission is missing.
func Deny(w http.ResponseWriter) {
	Refuse(w, http.StatusForbidden, "UnauthorizedOperation", "You are not authorized to perform this operation.")
}

// send writes an answer. A client that has gone does not read it.
func send(w http.ResponseWriter, text string) { _, _ = fmt.Fprint(w, text) }
