package live_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/crosswall/crosswall/providers/aws/live"
)

// object is a native object, as the aws command prints it.
type object = map[string]any

// account is what a stand-in for the EC2 API holds, by kind.
type account map[string][]object

// fault answers a call in place of the API; false: it does not.
type fault func(call call, w http.ResponseWriter) bool

// call is a request to the API.
type call struct {
	action string
	form   url.Values
	// number counts the calls of the action, from 1, repeated ones included.
	number int
}

// fake speaks the EC2 query protocol (EC2 developer guide, query requests): a form in, XML out.
type fake struct {
	t      *testing.T
	server *httptest.Server
	holds  account
	// page is how many objects a page has at most.
	page   int
	faults []fault
	mu     sync.Mutex
	calls  []call
}

const (
	testKey    = "AKIATESTKEYTESTKEYTE"
	testSecret = "sEcReT/tEsT+kEy/0123456789abcdefghijklmn"
	testToken  = "tOkEn//session//tEsT=="
)

// serve starts a stand-in and points the SDK to it.
func serve(t *testing.T, holds account, faults ...fault) *fake {
	t.Helper()
	f := &fake{t: t, holds: holds, page: 1000, faults: faults}
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	nowhere := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_EC2": f.server.URL, "AWS_ENDPOINT_URL_STS": f.server.URL, "AWS_ACCESS_KEY_ID": testKey, "AWS_SECRET_ACCESS_KEY": testSecret,
		"AWS_SESSION_TOKEN": testToken, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere,
		"AWS_PROFILE": "", "AWS_REGION": "",
	} {
		t.Setenv(name, value)
		if value == "" {
			os.Unsetenv(name) //nolint:errcheck // it was set a line above, and cannot fail
		}
	}
	return f
}

// quick are options for tests: no waiting.
func quick() live.Options {
	return live.Options{Region: "eu-west-1", CallsPerSecond: 1e6, Backoff: 1, Attempts: 4}
}

// listing is how the API answers an action: the list's name in the answer and the kind of its objects.
type listing struct{ list, kind string }

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

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		f.t.Errorf("not a form: %v", err)
	}
	if !strings.Contains(r.Header.Get("Authorization"), "Credential=") {
		f.t.Error("a request without a signature")
	}
	f.mu.Lock()
	c := call{action: r.Form.Get("Action"), form: r.Form, number: 1}
	for _, o := range f.calls {
		if o.action == c.action {
			c.number++
		}
	}
	f.calls = append(f.calls, c)
	f.mu.Unlock()
	for _, fault := range f.faults {
		if fault(c, w) {
			return
		}
	}
	if c.action == "AssumeRole" {
		fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>`+
			`<AccessKeyId>ASIAASSUMEDASSUMED12</AccessKeyId><SecretAccessKey>assumed-secret</SecretAccessKey><SessionToken>assumed-token</SessionToken>`+
			`<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
		return
	}
	l, ok := listings[c.action]
	if !ok {
		apiError(w, http.StatusBadRequest, "InvalidAction", "The action "+c.action+" is not valid for this web service.")
		return
	}
	f.answer(w, c, l)
}

// answer writes one page of a listing.
func (f *fake) answer(w http.ResponseWriter, c call, l listing) {
	var found []object
	for _, o := range f.holds[l.kind] {
		if f.selected(o, c.form) {
			found = append(found, o)
		}
	}
	start, err := strconv.Atoi("0" + strings.TrimPrefix(c.form.Get("NextToken"), "after-"))
	if err != nil || start > len(found) {
		apiError(w, http.StatusBadRequest, "InvalidNextToken", "no such token")
		return
	}
	size := f.page
	if n, err := strconv.Atoi(c.form.Get("MaxResults")); err == nil {
		size = min(size, n)
	}
	end := min(len(found), start+size)
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>00000000-0000</requestId><%s>`, c.action, l.list)
	for _, o := range found[start:end] {
		b.WriteString("<item>")
		writeXML(&b, o, l.kind)
		b.WriteString("</item>")
	}
	fmt.Fprintf(&b, "</%s>", l.list)
	if end < len(found) {
		fmt.Fprintf(&b, "<nextToken>after-%d</nextToken>", end)
	}
	fmt.Fprintf(&b, "</%sResponse>", c.action)
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	fmt.Fprint(w, b.String())
}

// filterFields are the filters that reading uses.
var filterFields = map[string]string{"vpc-id": "VpcId", "group-id": "GroupId"}

// selected reports whether a call asks for an object.
func (f *fake) selected(o object, form url.Values) bool {
	for i := 1; form.Has(fmt.Sprintf("Filter.%d.Name", i)); i++ {
		name := form.Get(fmt.Sprintf("Filter.%d.Name", i))
		field, ok := filterFields[name]
		if !ok {
			f.t.Errorf("filter %s", name)
		}
		var values []string
		for j := 1; form.Has(fmt.Sprintf("Filter.%d.Value.%d", i, j)); j++ {
			values = append(values, form.Get(fmt.Sprintf("Filter.%d.Value.%d", i, j)))
		}
		if len(values) > 200 {
			f.t.Errorf("filter %s has %d values, and 200 is the most", name, len(values))
		}
		if !slices.Contains(values, fmt.Sprint(o[field])) {
			return false
		}
	}
	for _, field := range []string{"PrefixListId", "VpcId"} {
		if form.Has(field) && form.Get(field) != o[field] {
			return false
		}
	}
	return true
}

// elementNames are the names that differ between the API's XML and the command's JSON, but for
// the first letter (EC2 API reference).
var elementNames = map[string]string{
	"SecurityGroups.Description":           "groupDescription",
	"IpPermissions.UserIdGroupPairs":       "groups",
	"NetworkAcls.Associations":             "associationSet",
	"NetworkAcls.Entries":                  "entrySet",
	"NetworkAcls.IsDefault":                "default",
	"NetworkInterfaces.Groups":             "groupSet",
	"NetworkInterfaces.Ipv4Prefixes":       "ipv4PrefixSet",
	"NetworkInterfaces.Ipv6Addresses":      "ipv6AddressesSet",
	"NetworkInterfaces.Ipv6Prefixes":       "ipv6PrefixSet",
	"NetworkInterfaces.PrivateIpAddresses": "privateIpAddressesSet",
}

func writeXML(b *strings.Builder, o object, kind string) {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		element := strings.ToLower(name[:1]) + name[1:]
		if name == "Tags" {
			element = "tagSet"
		}
		context := kind
		if strings.Contains(kind, "IpPermissions") {
			context = "IpPermissions"
		}
		if special, ok := elementNames[context+"."+name]; ok {
			element = special
		}
		fmt.Fprintf(b, "<%s>", element)
		writeXMLValue(b, o[name], name)
		fmt.Fprintf(b, "</%s>", element)
	}
}

func writeXMLValue(b *strings.Builder, v any, name string) {
	switch v := v.(type) {
	case object:
		writeXML(b, v, name)
	case []any:
		for _, e := range v {
			b.WriteString("<item>")
			writeXMLValue(b, e, name)
			b.WriteString("</item>")
		}
	default:
		// Writing to a builder does not fail.
		_ = xml.EscapeText(b, []byte(fmt.Sprint(v)))
	}
}

// apiError answers with an error of the API.
func apiError(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	if strings.Contains(message, "sts:") { // whose errors have another form
		fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, message)
		return
	}
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>1-2-3</RequestID></Response>`, code, message)
}

// made returns the operations that were called, sorted, each once.
func (f *fake) made() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, c := range f.calls {
		out = append(out, c.action)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// count is how often an operation was called.
func (f *fake) count(action string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.calls {
		if c.action == action {
			n++
		}
	}
	return n
}

// parsed reads native objects from JSON: one object by kind.
func parsed(t *testing.T, text string) account {
	t.Helper()
	var out account
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}
