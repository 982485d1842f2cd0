package live_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/providers/aws/live"
	"github.com/crosswall/crosswall/providers/aws/live/standin"
)

// held is what an account holds as a snapshot has it: the objects that a test selects, by id.
func held(t *testing.T, a account, keep func(kind string, o object) bool) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for kind, objects := range a {
		if kind == "Regions" {
			continue
		}
		out[kind] = []string{}
		for _, o := range objects {
			if keep(kind, o) {
				text, err := json.Marshal(o)
				if err != nil {
					t.Fatal(err)
				}
				out[kind] = append(out[kind], string(text))
			}
		}
		slices.Sort(out[kind])
	}
	return out
}

// got is a snapshot in the same form.
func got(t *testing.T, s providers.Snapshot) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for kind, objects := range s.Objects {
		out[kind] = []string{}
		for _, raw := range objects {
			var o object
			dec := json.NewDecoder(bytes.NewReader(raw))
			dec.UseNumber()
			if err := dec.Decode(&o); err != nil {
				t.Fatalf("%s: %v: %s", kind, err, raw)
			}
			dropEmpty(kind, o)
			text, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			out[kind] = append(out[kind], string(text))
		}
		slices.Sort(out[kind])
	}
	return out
}

// dropEmpty drops the empty lists that a snapshot has for the sake of completeness and that the test's
// objects leave out.
func dropEmpty(kind string, o object) {
	for name, v := range o {
		if list, ok := v.([]any); ok && len(list) == 0 && !slices.Contains([]string{"Tags", "TagSet", "Groups", "IpPermissions", "IpPermissionsEgress",
			"Associations", "Entries", "Ipv6CidrBlockAssociationSet", "PrivateIpAddresses", "Ipv6Addresses", "Ipv4Prefixes", "Ipv6Prefixes", "AssociatedSubnets",
			"StaleIpPermissions", "StaleIpPermissionsEgress"}, name) {
			delete(o, name)
		}
	}
	switch kind {
	case "StaleSecurityGroupSet", "PrefixListEntries":
		delete(o, "Tags")
	case "Vpcs":
		delete(o, "Ipv6CidrBlockAssociationSet")
	}
}

func sameObjects(t *testing.T, got, want map[string][]string) {
	t.Helper()
	for _, kind := range slices.Sorted(maps.Keys(want)) {
		if !slices.Equal(got[kind], want[kind]) {
			t.Errorf("%s:\n got  %s\n want %s", kind, strings.Join(got[kind], "\n      "), strings.Join(want[kind], "\n      "))
		}
	}
	for kind := range got {
		if _, ok := want[kind]; !ok {
			t.Errorf("%s: not wanted", kind)
		}
	}
}

// What the API holds is in the snapshot, field by field, whatever the size of the pages.
func TestReadRegion(t *testing.T) {
	for _, size := range []int{1000, 1, 2} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			f := serve(t, parsed(t, everything))
			f.Page = size
			var seen []string
			o := quick()
			o.Progress = func(kind string, n int) { seen = append(seen, fmt.Sprint(kind, n)) }
			s, err := live.Read(context.Background(), o)
			if err != nil || len(s.Gaps) > 0 {
				t.Fatal(err, s.Gaps)
			}
			if s.Provider != "aws" || s.Scope != "aws://eu-west-1" || s.Account != "111122223333" || s.Taken.IsZero() {
				t.Errorf("%+v", s)
			}
			sameObjects(t, got(t, s), held(t, f.holds, func(_ string, o object) bool { return o["PrefixListId"] != "pl-idle" }))
			if !slices.Contains(seen, "SecurityGroupRules10") {
				t.Errorf("progress: %v", seen)
			}
		})
	}
}

// Of one VPC, what is in it, and the groups of other VPCs that its interfaces have.
func TestReadVPC(t *testing.T) {
	f := serve(t, parsed(t, everything))
	o := quick()
	o.VPC = "vpc-1"
	s, err := live.Read(context.Background(), o)
	if err != nil || len(s.Gaps) > 0 {
		t.Fatal(err, s.Gaps)
	}
	if s.Scope != "aws://eu-west-1/vpc-1" {
		t.Error(s.Scope)
	}
	sameObjects(t, got(t, s), held(t, f.holds, func(_ string, o object) bool {
		return o["PrefixListId"] != "pl-idle" && (o["VpcId"] != "vpc-2" || o["GroupId"] == "sg-shared")
	}))
}

// What is read is read as rules, with the ids of AWS.
func TestReadToPolicy(t *testing.T) {
	serve(t, parsed(t, everything))
	s, err := live.Read(context.Background(), quick())
	if err != nil {
		t.Fatal(err)
	}
	p := aws.New(aws.Options{})
	m, fs := p.Resources(s)
	policy, more := p.Decode(m)
	for _, f := range append(fs, more...) {
		if f.Severity > model.Info {
			t.Error(f)
		}
	}
	origins := map[string]bool{}
	for _, c := range providers.ChainsOf(policy) {
		for _, r := range c.Rules {
			origins[r.Origin.String()] = true
		}
	}
	for _, want := range []string{"sg-web sgr-1", "sg-db sgr-6", "sg-shared sgr-10", "acl-1 ingress rule 90", "acl-0 egress rule 100"} {
		if !origins[want] {
			t.Errorf("no rule from %s", want)
		}
	}
	if origins["sg-db sgr-7"] {
		t.Error("a stale rule counts")
	}
}

// on answers calls of an action.
func on(action string, answer func(call, http.ResponseWriter)) fault {
	return func(c call, w http.ResponseWriter) bool {
		if c.Action != action {
			return false
		}
		answer(c, w)
		return true
	}
}

// refused answers calls of an action with an error.
func refused(action string, status int, code, message string) fault {
	return on(action, func(_ call, w http.ResponseWriter) { standin.Refuse(w, status, code, message) })
}

// until answers the first calls of an action with a fault.
func until(n int, action string, answer func(call, http.ResponseWriter)) fault {
	return func(c call, w http.ResponseWriter) bool {
		if c.Action != action || c.Number > n {
			return false
		}
		answer(c, w)
		return true
	}
}

func throttled(_ call, w http.ResponseWriter) {
	standin.Throttle(w)
}

// cutOff ends an answer in the middle.
func cutOff(_ call, w http.ResponseWriter) {
	w.Header().Set("Content-Length", "5000")
	fmt.Fprint(w, `<?xml version="1.0"?><DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><subnetSet><item><subnetId>subnet-`)
}

// What fails for a moment is asked for again.
func TestReadThroughTrouble(t *testing.T) {
	for _, row := range []struct {
		name   string
		action string
		fault  fault
	}{
		{"throttled", "DescribeSecurityGroups", until(1, "DescribeSecurityGroups", throttled)},
		{"an error of the service", "DescribeSubnets", until(2, "DescribeSubnets", func(_ call, w http.ResponseWriter) { standin.Refuse(w, 500, "InternalError", "oops") })},
		{"no XML", "DescribeSubnets", until(1, "DescribeSubnets", func(_ call, w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })},
		{"cut off", "DescribeSubnets", until(2, "DescribeSubnets", cutOff)},
		{"hangs", "DescribeNetworkAcls", until(1, "DescribeNetworkAcls", func(call, http.ResponseWriter) { time.Sleep(1500 * time.Millisecond) })},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := serve(t, parsed(t, everything), row.fault)
			o := quick()
			if row.name == "hangs" {
				o.Timeout = time.Second
			}
			s, err := live.Read(context.Background(), o)
			if err != nil || len(s.Gaps) > 0 {
				t.Fatal(err, s.Gaps)
			}
			sameObjects(t, got(t, s), held(t, f.holds, func(_ string, o object) bool { return o["PrefixListId"] != "pl-idle" }))
			if f.count(row.action) < 2 {
				t.Error("there was no trouble")
			}
		})
	}
}

// One call of many fails: that part is a gap, the rest is there.
func TestReadGaps(t *testing.T) {
	denied := func(action string) fault {
		return refused(action, http.StatusForbidden, "UnauthorizedOperation", "You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/x. Encoded authorization failure message: AbCdEf0123")
	}
	for _, row := range []struct {
		name  string
		fault fault
		gap   string // "kind object call: why"
		rest  []string
	}{
		{"denied", denied("DescribeNetworkAcls"),
			"NetworkAcls  DescribeNetworkAcls: UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/x", []string{"SecurityGroups", "StaleSecurityGroupSet"}},
		{"interfaces denied", denied("DescribeNetworkInterfaces"), "NetworkInterfaces  DescribeNetworkInterfaces: UnauthorizedOperation", []string{"SecurityGroups", "NetworkAcls"}},
		{"groups denied", denied("DescribeSecurityGroups"), "SecurityGroups  DescribeSecurityGroups: UnauthorizedOperation", []string{"SecurityGroupRules", "NetworkAcls"}},
		{"one prefix list denied", func(c call, w http.ResponseWriter) bool {
			return c.Form.Get("PrefixListId") == "pl-1" && denied("GetManagedPrefixListEntries")(c, w)
		}, "PrefixListEntries pl-1 GetManagedPrefixListEntries: UnauthorizedOperation", []string{"PrefixLists", "PrefixListEntries", "StaleSecurityGroupSet"}},
		{"a list deleted between two calls", func(c call, w http.ResponseWriter) bool {
			return c.Form.Get("PrefixListId") == "pl-1" && refused("GetManagedPrefixListEntries", 400, "InvalidPrefixListID.NotFound", "gone")(c, w)
		}, "PrefixListEntries pl-1 GetManagedPrefixListEntries: InvalidPrefixListID.NotFound: gone", []string{"PrefixListEntries"}},
		{"not known to an emulator", refused("DescribeStaleSecurityGroups", 400, "InvalidAction", "no such action"), "StaleSecurityGroupSet  DescribeStaleSecurityGroups: InvalidAction", []string{"VpcPeeringConnections"}},
		{"throttled for good", on("DescribeNetworkAcls", throttled), "NetworkAcls  DescribeNetworkAcls: RequestLimitExceeded", []string{"SecurityGroups"}},
		{"cut off for good", on("DescribeSubnets", cutOff), "Subnets  DescribeSubnets: the answer was cut off or is no EC2 answer", []string{"SecurityGroups", "StaleSecurityGroupSet"}},
		{"hangs for good", on("DescribeNetworkAcls", func(call, http.ResponseWriter) { time.Sleep(time.Second) }), "NetworkAcls  DescribeNetworkAcls: no answer in time", []string{"SecurityGroups", "PrefixLists"}},
		{"pages in a circle", on("DescribeNetworkAcls", func(_ call, w http.ResponseWriter) {
			fmt.Fprint(w, `<DescribeNetworkAclsResponse><networkAclSet/><nextToken>x</nextToken></DescribeNetworkAclsResponse>`)
		}), "NetworkAcls  DescribeNetworkAcls: the pages go round in a circle", []string{"SecurityGroups"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			serve(t, parsed(t, everything), row.fault)
			o := quick()
			o.Attempts = 2
			if row.name == "hangs for good" {
				o.Timeout = 500 * time.Millisecond
			}
			s, err := live.Read(context.Background(), o)
			if err != nil || len(s.Gaps) != 1 {
				t.Fatal(err, s.Gaps)
			}
			g := s.Gaps[0]
			if text := fmt.Sprintf("%s %s %s: %s", g.Kind, g.Object, g.Call, g.Why); !strings.HasPrefix(text, row.gap) || strings.Contains(text, "AbCdEf") {
				t.Errorf("gap %q, want %q", text, row.gap)
			}
			for _, kind := range row.rest {
				if len(s.Objects[kind]) == 0 {
					t.Errorf("no %s", kind)
				}
			}
			// The gap is unknown in the rules, and never an absence.
			p := aws.New(aws.Options{})
			m, fs := p.Resources(s)
			if _, more := p.Decode(m); model.WorstSeverity(append(fs, more...)) != model.Warning {
				t.Errorf("no warning: %v", append(fs, more...))
			}
		})
	}
}

// The second page of several is denied: what the first one had is there, and a gap.
func TestReadPartOfAKind(t *testing.T) {
	f := serve(t, parsed(t, everything), func(c call, w http.ResponseWriter) bool {
		return c.Form.Get("NextToken") != "" && refused("DescribeSecurityGroupRules", 403, "UnauthorizedOperation", "no")(c, w)
	})
	f.Page = 4
	s, err := live.Read(context.Background(), quick())
	if err != nil || len(s.Gaps) != 1 || len(s.Objects["SecurityGroupRules"]) != 4 {
		t.Fatal(err, s.Gaps, len(s.Objects["SecurityGroupRules"]))
	}
	// SecurityGroups have all rules, so that nothing is unknown but the ids.
	p := aws.New(aws.Options{})
	m, _ := p.Resources(s)
	policy, _ := p.Decode(m)
	if n := len(policy.Layers[0].Ingress[1].Rules); n != 7 {
		t.Errorf("%d rules, want 7", n)
	}
}

// Nothing can be read: the error says what to do.
func TestReadRefused(t *testing.T) {
	every := func(status int, code, message string) fault {
		return func(c call, w http.ResponseWriter) bool { standin.Refuse(w, status, code, message); return true }
	}
	for _, row := range []struct {
		name  string
		fault fault
		set   func(*live.Options)
		want  string
		calls int // at most
	}{
		{"expired", every(400, "RequestExpired", "Request has expired."), nil, "RequestExpired: Request has expired; sign in again", 1},
		{"region not enabled", every(401, "AuthFailure", "AWS was not able to validate the provided access credentials"), nil, "the region eu-west-1 may not be enabled for the account", 1},
		{"not subscribed", every(400, "OptInRequired", "You are not subscribed to this service."), nil, "the region eu-west-1 may not be enabled for the account", 1},
		{"everything denied", every(403, "UnauthorizedOperation", "no"), nil, "nothing of aws://eu-west-1 could be read: DescribeVpcs: UnauthorizedOperation: no", 20},
		{"everything hangs", func(call, http.ResponseWriter) bool { time.Sleep(60 * time.Millisecond); return true },
			func(o *live.Options) { o.Timeout, o.Attempts = 30*time.Millisecond, 2 }, "DescribeVpcs: no answer in time", 4},
		{"no such VPC", nil, func(o *live.Options) { o.VPC = "vpc-404" }, "there is no VPC vpc-404 in eu-west-1", 20},
		{"no such VPC, and VPCs denied", refused("DescribeVpcs", 403, "UnauthorizedOperation", "no"), func(o *live.Options) { o.VPC = "vpc-404" }, "there is no VPC vpc-404 in eu-west-1", 20},
		{"no such profile", nil, func(o *live.Options) { o.Profile = "nobody" }, "nobody", 0},
		{"no role", every(403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole"), func(o *live.Options) { o.RoleARN = "arn:aws:iam::111122223333:role/r" }, "AWS credentials: AccessDenied: User is not authorized to perform: sts:AssumeRole", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			var faults []fault
			if row.fault != nil {
				faults = append(faults, row.fault)
			}
			f := serve(t, parsed(t, everything), faults...)
			o := quick()
			if row.set != nil {
				row.set(&o)
			}
			s, err := live.Read(context.Background(), o)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want %q; gaps %v", err, row.want, s.Gaps)
			}
			if n := len(f.Calls()); n > row.calls {
				t.Errorf("%d calls, want at most %d", n, row.calls)
			}
		})
	}
}

// Without TLS, credentials stay on this machine.
func TestInsecureEndpoint(t *testing.T) {
	f := serve(t, parsed(t, everything))
	t.Setenv("AWS_ENDPOINT_URL_EC2", "http://192.0.2.1:1")
	_, err := live.Read(context.Background(), quick())
	if err == nil || !strings.Contains(err.Error(), "the endpoint 192.0.2.1 is without TLS") {
		t.Error(err)
	}
	t.Setenv("AWS_ENDPOINT_URL_EC2", strings.Replace(f.server.URL, "127.0.0.1", "localhost", 1))
	if _, err := live.Read(context.Background(), quick()); err != nil {
		t.Error(err)
	}
}

// A certificate of one's own counts where AWS_CA_BUNDLE says so, and only there.
func TestOwnCertificates(t *testing.T) {
	f := serve(t, parsed(t, everything))
	secure := httptest.NewTLSServer(f)
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Setenv("AWS_ENDPOINT_URL_EC2", secure.URL)
	if _, err := live.Read(context.Background(), quick()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	if err := os.WriteFile(bundle, data, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle)
	if s, err := live.Read(context.Background(), quick()); err != nil || len(s.Gaps) > 0 {
		t.Error(err, s.Gaps)
	}
}

func TestUnreachable(t *testing.T) {
	f := serve(t, parsed(t, everything))
	f.server.Close()
	o := quick()
	_, err := live.Read(context.Background(), o)
	if err == nil || !strings.Contains(err.Error(), "connection refused") || !strings.Contains(err.Error(), "DescribeVpcs") {
		t.Error(err)
	}
}

// Cancelling ends it at once.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	serve(t, parsed(t, everything), on("DescribeSecurityGroups", func(call, http.ResponseWriter) { cancel(); time.Sleep(50 * time.Millisecond) }))
	begin := time.Now()
	if _, err := live.Read(ctx, quick()); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Error(err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

// The calls keep to the limit.
func TestCallsPerSecond(t *testing.T) {
	f := serve(t, parsed(t, everything))
	o := quick()
	o.CallsPerSecond = 20
	f.Page = 1
	begin := time.Now()
	if _, err := live.Read(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	if n, took := len(f.Calls()), time.Since(begin); float64(n-20)/20 > took.Seconds()+0.1 {
		t.Errorf("%d calls in %s", n, took)
	}
}

// Credentials are in no snapshot, gap or error, even if the service repeats them.
func TestNoSecrets(t *testing.T) {
	leak := func(c call, w http.ResponseWriter) bool {
		if c.Action == "AssumeRole" {
			return false
		}
		standin.Refuse(w, 403, "UnauthorizedOperation", "key "+testKey+" secret "+testSecret+" token "+testToken+" assumed-secret assumed-token ASIAASSUMEDASSUMED12 external-secret http://me:pass@proxy:3128")
		return true
	}
	check := func(t *testing.T, text string) {
		t.Helper()
		for _, secret := range []string{testKey, testSecret, testToken, "assumed-secret", "assumed-token", "ASIAASSUMED", "external-secret", "pass@"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q in %s", secret, text)
			}
		}
	}
	o := quick()
	o.RoleARN, o.ExternalID = "arn:aws:iam::111122223333:role/r", "external-secret"
	serve(t, parsed(t, everything), func(c call, w http.ResponseWriter) bool { return c.Action == "DescribeNetworkAcls" && leak(c, w) })
	s, err := live.Read(context.Background(), o)
	if err != nil || len(s.Gaps) != 1 {
		t.Fatal(err, s.Gaps)
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	check(t, string(text))
	serve(t, parsed(t, everything), leak)
	_, err = live.Read(context.Background(), o)
	if err == nil {
		t.Fatal("no error")
	}
	check(t, err.Error())
	_, err = live.Regions(context.Background(), o)
	if err == nil {
		t.Fatal("no error")
	}
	check(t, err.Error())
}

func TestRegions(t *testing.T) {
	serve(t, parsed(t, everything))
	got, err := live.Regions(context.Background(), quick())
	if err != nil || !slices.Equal(got, []string{"eu-south-1", "eu-west-1"}) {
		t.Error(got, err)
	}
}

func TestParse(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/path/read+only"
	for _, row := range []struct {
		source string
		want   live.Options
		err    string
	}{
		{"aws://", live.Options{}, ""},
		{"aws://eu-west-1", live.Options{Region: "eu-west-1"}, ""},
		{"aws://eu-west-1/", live.Options{Region: "eu-west-1"}, ""},
		{"aws://us-gov-east-1/vpc-0123abcd", live.Options{Region: "us-gov-east-1", VPC: "vpc-0123abcd"}, ""},
		{"aws:///vpc-1?profile=p", live.Options{VPC: "vpc-1", Profile: "p"}, ""},
		{"aws://eu-west-1/vpc-1?profile=a%20b&role=" + role + "&external-id=x", live.Options{Region: "eu-west-1", VPC: "vpc-1", Profile: "a b", RoleARN: role, ExternalID: "x"}, ""},
		{"aws://eu-west-1?profile=", live.Options{}, "not empty"},
		{"aws://eu-west-1?profile=a&profile=b", live.Options{}, "once"},
		{"aws://eu-west-1?region=x", live.Options{}, `no "region"`},
		{"aws://eu-west-1?external-id=x", live.Options{}, "without role"},
		{"aws://eu-west-1?role=admin", live.Options{}, "no ARN"},
		{"aws://Europe", live.Options{}, "no AWS region"},
		{"aws://eu-west-1:443", live.Options{}, "no AWS region"},
		{"aws://eu-west-1/sg-1", live.Options{}, "no id of a VPC"},
		{"aws://eu-west-1/vpc-1/x", live.Options{}, "no id of a VPC"},
		{"aws://AKIA:secret@eu-west-1", live.Options{}, "holds no credentials"},
		{"aws://eu-west-1#x", live.Options{}, "fragment"},
		{"aws:eu-west-1", live.Options{}, "is written"},
		{"gcp://p/n", live.Options{}, "is written"},
		{"aws://eu-west-1/%zz", live.Options{}, "is written"},
	} {
		o, err := live.Parse(row.source)
		if row.err != "" {
			if err == nil || !strings.Contains(err.Error(), row.err) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: error %v, want %q", row.source, err, row.err)
			}
			continue
		}
		if err != nil || fmt.Sprint(o) != fmt.Sprint(row.want) {
			t.Errorf("%s: %+v %v, want %+v", row.source, o, err, row.want)
		}
		again, err := live.Parse(o.String())
		row.want.ExternalID = ""
		if err != nil || fmt.Sprint(again) != fmt.Sprint(row.want) {
			t.Errorf("%s is written %s, which is %+v %v", row.source, o, again, err)
		}
	}
}
