package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	awsstandin "github.com/crosswall/crosswall/providers/aws/live/standin"
)

// driftAccounts is three accounts behind one stand-in, told apart by their access keys.
type driftAccounts struct {
	*awsstandin.Server
	list string
	mu   sync.Mutex
	port map[string]int // that each account admits from everywhere, by its name
	deny string         // the name of one that is denied everything
}

func newDriftAccounts(t *testing.T) *driftAccounts {
	t.Helper()
	d := &driftAccounts{port: map[string]int{"a": 443, "b": 443, "c": 443}}
	d.Server = &awsstandin.Server{Holds: d.holds, Faults: []awsstandin.Fault{d.trouble}}
	environment := awsEnvironment(t)
	dir := t.TempDir()
	var list, profiles strings.Builder
	list.WriteString("accounts:\n")
	for _, name := range []string{"c", "a", "b"} {
		fmt.Fprintf(&list, "  - aws: {profile: %s, regions: [eu-west-1]}\n", name)
		fmt.Fprintf(&profiles, "[%s]\naws_access_key_id = KEY%[1]s\naws_secret_access_key = secret\n", name)
	}
	d.list = filepath.Join(dir, "accounts.yaml")
	environment["AWS_SHARED_CREDENTIALS_FILE"] = filepath.Join(dir, "credentials")
	for path, text := range map[string]string{d.list: list.String(), environment["AWS_SHARED_CREDENTIALS_FILE"]: profiles.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		environment[name] = ""
	}
	serveOn(t, d, environment)
	os.Unsetenv("AWS_PROFILE") //nolint:errcheck // it was set, and is put back after the test
	return d
}

func (d *driftAccounts) holds(key, _ string) awsstandin.Objects {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := awsstandin.NewAccount("111122223333")
	a.AddVPC(awsstandin.VPC{ID: "vpc-1", CIDR: "10.0.0.0/16"})
	a.AddSubnet(awsstandin.Subnet{ID: "subnet-1", VPC: "vpc-1", CIDR: "10.0.1.0/24", Name: "app"})
	port := d.port[strings.TrimPrefix(key, "KEY")]
	a.Groups = []*awsstandin.Group{{ID: "sg-1", Name: "web", VPC: "vpc-1", Rules: []*awsstandin.Rule{{ID: "sgr-1", Protocol: "tcp", From: port, To: port, CIDR: "0.0.0.0/0"}}}}
	if err := a.AddInterface("subnet-1", []string{"10.0.1.10"}, "sg-1"); err != nil {
		panic(err) // the subnet was added above
	}
	return a.Objects()
}

func (d *driftAccounts) trouble(c awsstandin.Call, w http.ResponseWriter) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.deny == "" || c.Key != "KEY"+d.deny {
		return false
	}
	awsstandin.Deny(w)
	return true
}

// set lets an account admit another port, and denies one everything.
func (d *driftAccounts) set(name string, port int, deny string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.port[name], d.deny = port, deny
}

// diff runs diff --accounts and reads its answer.
func (d *driftAccounts) diff(t *testing.T, code int, want string, more ...string) accountsJSON {
	t.Helper()
	r := crosswall(t, append([]string{"diff", want, "--accounts", d.list, "-o", "json"}, more...)...).want(t, code)
	var out accountsJSON
	if err := json.Unmarshal([]byte(r.out), &out); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(out.Accounts, func(a, b accountJSON) int { return strings.Compare(a.Account, b.Account) }) {
		t.Errorf("not sorted: %s", r.out)
	}
	return out
}

// codes are the exit codes of the accounts, in their order.
func (a accountsJSON) codes() string {
	var out []string
	for _, x := range a.Accounts {
		out = append(out, fmt.Sprint(x.ExitCode))
	}
	return strings.Join(out, " ")
}

// Every account is compared with one baseline, or with its own snapshot; an account that is denied is unknown, and the others are
// compared all the same.
func TestDiffAccounts(t *testing.T) {
	d := newDriftAccounts(t)
	baseline := filepath.Join(t.TempDir(), "baseline.json")
	crosswall(t, "snapshot", "aws://eu-west-1?profile=a", "-o", baseline).want(t, 0)
	monday := filepath.Join(t.TempDir(), "monday")
	crosswall(t, "snapshot", "--accounts", d.list, "--out", monday).want(t, 0)

	if got := d.diff(t, 0, baseline); got.codes() != "0 0 0" || !got.Equal {
		t.Errorf("nothing changed: %s, %s", got.codes(), got.Summary)
	}
	if got := d.diff(t, 0, monday); got.codes() != "0 0 0" || !got.Equal {
		t.Errorf("nothing changed since: %s, %s", got.codes(), got.Summary)
	}
	d.set("b", 22, "")
	for _, want := range []string{baseline, monday} {
		got := d.diff(t, 1, want)
		if got.codes() != "0 1 0" || got.Equal || got.Accounts[1].Diff == nil || len(got.Accounts[1].Diff.Opened) == 0 || got.Accounts[1].Diff.Opened[0].Traffic[0].Ports != "22" {
			t.Errorf("b opened port 22: %s, %s", got.codes(), got.Summary)
		}
	}
	d.set("a", 443, "c")
	got := d.diff(t, 3, monday)
	if got.codes() != "0 1 3" || got.Accounts[2].Unread == "" || got.Accounts[2].Diff != nil {
		t.Errorf("c is denied: %s, %+v", got.codes(), got.Accounts[2])
	}
	if text := crosswall(t, "diff", monday, "--accounts", d.list).want(t, 3); !strings.HasPrefix(text.out, "3 accounts: 1 equal, 1 not equal, 1 not compared\n") ||
		!strings.Contains(text.err, "aws://eu-west-1?profile=b: not equal: ") || !strings.Contains(text.err, "aws://eu-west-1?profile=c: could not be read: ") {
		t.Errorf("%s\n%s", text.out, text.err)
	}
}

// An account without a snapshot is not compared and not asked, a snapshot without an account is told of, and what was
// read is neither asked for again nor compared with itself.
func TestDiffAccountsFolder(t *testing.T) {
	d := newDriftAccounts(t)
	monday, tuesday := filepath.Join(t.TempDir(), "monday"), filepath.Join(t.TempDir(), "tuesday")
	crosswall(t, "snapshot", "--accounts", d.list, "--out", monday).want(t, 0)
	crosswall(t, "diff", monday, "--accounts", d.list, "--out", monday).want(t, 2)
	d.set("b", 22, "")
	if got := d.diff(t, 1, monday, "--out", tuesday); got.codes() != "0 1 0" {
		t.Errorf("%s", got.Summary)
	}
	before := len(d.Calls())
	if got := d.diff(t, 1, monday, "--out", tuesday, "--resume"); got.codes() != "0 1 0" || len(d.Calls()) != before {
		t.Errorf("resumed: %s, %d calls more", got.Summary, len(d.Calls())-before)
	}
	if err := os.Rename(filepath.Join(monday, fileOf("aws://eu-west-1?profile=c")), filepath.Join(monday, "gone.json")); err != nil {
		t.Fatal(err)
	}
	got := d.diff(t, 3, monday)
	if got.codes() != "0 1 3" || !strings.Contains(got.Accounts[2].Unread, "no snapshot of it") {
		t.Errorf("c has no snapshot: %+v", got.Accounts[2])
	}
	for _, c := range d.Calls()[before:] {
		if c.Key == "KEYc" {
			t.Errorf("c was asked for %s", c.Action)
		}
	}
	if r := crosswall(t, "diff", monday, "--accounts", d.list); !strings.Contains(r.err, "1 snapshot of no account of "+d.list+": gone.json [not-listed]") {
		t.Errorf("%s", r.err)
	}
}

// What is said of an account stays together, whatever comes between, and an interruption is told.
func TestDiffAccountsInterrupted(t *testing.T) {
	d := newDriftAccounts(t)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	d.Faults = append(d.Faults, func(awsstandin.Call, http.ResponseWriter) bool { stop(); return false })
	dir := filepath.Join(t.TempDir(), "out")
	var out, errs bytes.Buffer
	code := run(ctx, []string{"diff", shop, "--accounts", d.list, "--out", dir, "--placement", shop + "/placement.yaml"}, streams{in: strings.NewReader(""), out: &out, err: &errs})
	if code != 2 || out.Len() > 0 || !strings.Contains(errs.String(), "interrupted; --resume goes on") {
		t.Errorf("exit code %d\n%s\n%s", code, out.String(), errs.String())
	}
}

// Manifests are compared with each account.
func TestDiffAccountsManifests(t *testing.T) {
	d := newDriftAccounts(t)
	got := d.diff(t, 1, shop, "--placement", shop+"/placement.yaml")
	for _, a := range got.Accounts {
		if a.Diff == nil || a.Diff.Want != shop || a.Diff.Have != a.Account {
			t.Errorf("%s: %+v", a.Account, a)
		}
	}
}

func TestDiffAccountsUsage(t *testing.T) {
	list := filepath.Join(t.TempDir(), "accounts.yaml")
	if err := os.WriteFile(list, []byte("accounts: [{source: \"aws://eu-west-1\"}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"a", "b", "--accounts", list}, {"--accounts", list}, {"a", "b", "--out", "dir"}, {"a", "b", "--resume"}, {"a", "--accounts", list, "--resume"},
		{"a", "--accounts", list, "--in-flight", "0"}, {"--plan", "p", "--accounts", list}, {"nowhere", "--accounts", list}, {".", "--accounts", "nowhere"},
	} {
		crosswall(t, append([]string{"diff"}, args...)...).want(t, 2)
	}
}
