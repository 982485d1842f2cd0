package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	awsstandin "github.com/crosswall/crosswall/providers/aws/live/standin"
)

var standInAccounts = flag.Int("standin.accounts", 20, "how many accounts TestStandInAccounts reads, in five regions each")

// manyAccounts is many accounts behind one stand-in, told apart by their access keys. One is denied everything, and two
// calls of a hundred are throttled when they are made first.
type manyAccounts struct {
	*awsstandin.Server
	accounts, config string // the list of accounts, and where the profiles are

	mu sync.Mutex
	// stopAt is after how many calls stop is called; 0: never.
	stopAt, calls int
	stop          func()
	throttled     int
}

func regionsRead() []string {
	return []string{"ap-northeast-1", "eu-central-1", "eu-west-1", "us-east-1", "us-west-2"}
}

const deniedAccount = 7

func accessKey(account int) string { return fmt.Sprintf("AKIA%016d", account) }

// groupIDOf is the security group of an account in a region.
func groupIDOf(key, region string) string { return "sg-" + strings.ToLower(key) + "-" + region }

func newManyAccounts(t *testing.T, n int) *manyAccounts {
	t.Helper()
	m := &manyAccounts{}
	m.Server = &awsstandin.Server{Holds: func(key, region string) awsstandin.Objects {
		a := awsstandin.NewAccount(key[len(key)-12:])
		a.Regions = regionsRead()
		a.VPCs = []*awsstandin.VPC{{ID: "vpc-1", CIDR: "10.0.0.0/16"}}
		a.Groups = []*awsstandin.Group{{ID: groupIDOf(key, region), Name: "web", VPC: "vpc-1", Rules: []*awsstandin.Rule{{ID: "sgr-1", Protocol: "tcp", From: 443, To: 443, CIDR: "0.0.0.0/0"}}}}
		return a.Objects()
	}, Faults: []awsstandin.Fault{m.trouble}}
	dir := t.TempDir()
	var list, config strings.Builder
	list.WriteString("accounts:\n")
	for i := range n {
		fmt.Fprintf(&list, "  - aws: {profile: p%03d, regions: [%s]}\n", i, strings.Join(regionsRead(), ", "))
		fmt.Fprintf(&config, "[p%03d]\naws_access_key_id = %s\naws_secret_access_key = secret\n", i, accessKey(i))
	}
	m.accounts, m.config = filepath.Join(dir, "accounts.yaml"), filepath.Join(dir, "credentials")
	for path, text := range map[string]string{m.accounts: list.String(), m.config: config.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// trouble throttles and denies.
func (m *manyAccounts) trouble(c awsstandin.Call, w http.ResponseWriter) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	if m.calls == m.stopAt {
		m.stop()
	}
	if c.Key == accessKey(deniedAccount) {
		awsstandin.Deny(w)
		return true
	}
	h := fnv.New32a()
	fmt.Fprint(h, c.Key, c.Region, c.Action)
	if c.Number == 1 && h.Sum32()%50 == 0 {
		m.throttled++
		awsstandin.Throttle(w)
		return true
	}
	return false
}

// read runs the command over the list; it ends early when ctx does.
func (m *manyAccounts) read(ctx context.Context, dir string, more ...string) ran {
	var out, errs bytes.Buffer
	args := append([]string{"snapshot", "--accounts", m.accounts, "--out", dir, "--in-flight", "64"}, more...)
	return ran{run(ctx, args, streams{in: strings.NewReader(""), out: &out, err: &errs}), out.String(), errs.String()}
}

// killed runs the command as a process of its own, which is killed without a word when stopAt calls were made.
func (m *manyAccounts) killed(t *testing.T, dir string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "crosswall") // as which TestMain runs the command
	if err := os.Symlink(self, program); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	cmd := exec.Command(program, "snapshot", "--accounts", m.accounts, "--out", dir, "--in-flight", "8")
	reached := make(chan struct{})
	var once sync.Once
	m.mu.Lock()
	m.stop = func() { once.Do(func() { close(reached) }) }
	m.mu.Unlock()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-reached:
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		err = <-ended
	case err = <-ended:
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("it was not killed: %v\n%.2000s", err, &out)
	}
}

// A process that is killed leaves whole files only, and what it read is not asked for again, the regions of accounts included.
func TestStandInAccountsKilled(t *testing.T) {
	m := newManyAccounts(t, 10)
	text, err := os.ReadFile(m.accounts)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.ReplaceAll(string(text), "["+strings.Join(regionsRead(), ", ")+"]", "all")
	if err := os.WriteFile(m.accounts, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	m.environment(t)
	for _, at := range []int{5, 60, 200} { // among the calls for regions, and later
		t.Run(fmt.Sprintf("after %d calls", at), func(t *testing.T) {
			dir := t.TempDir()
			m.mu.Lock()
			m.calls, m.stopAt = 0, at
			m.mu.Unlock()
			m.killed(t, dir)
			kept := filesIn(t, dir)
			known := map[string][]string{}
			if data, err := os.ReadFile(filepath.Join(dir, regionsFile)); err == nil {
				if err := json.Unmarshal(data, &known); err != nil {
					t.Fatal(err)
				}
			}
			if at > 100 && len(kept) == 0 || at > 10 && len(known) == 0 {
				t.Fatalf("%d files and the regions of %d accounts: the test shows nothing", len(kept), len(known))
			}
			m.mu.Lock()
			m.stopAt = 0
			m.mu.Unlock()
			before := len(m.Calls())
			r := m.read(context.Background(), dir, "--resume")
			for _, c := range m.Calls()[before:] {
				_, asked := known["aws://?profile=p"+c.Key[len(c.Key)-3:]]
				if c.Action == "DescribeRegions" && asked || c.Action != "DescribeRegions" && kept[scopeOf(c)] != "" && kept[scopeOf(c)] != unreadAccount {
					t.Fatalf("%s asked again for %s", c.Action, scopeOf(c))
				}
			}
			if r.code != 3 {
				t.Errorf("exit code %d, want 3 for the denied account\n%.2000s", r.code, r.err)
			}
			if files := filesIn(t, dir); len(files) != 9*len(regionsRead())+1 {
				t.Errorf("%d files\n%.2000s", len(files), r.err)
			}
			t.Logf("killed with %d files and the regions of %d accounts; then %s", len(kept), len(known), r.out)
		})
	}
}

// environment starts the stand-in and leads the profiles there.
func (m *manyAccounts) environment(t *testing.T) {
	t.Helper()
	environment := awsEnvironment(t)
	environment["AWS_SHARED_CREDENTIALS_FILE"] = m.config
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		environment[name] = ""
	}
	serveOn(t, m, environment)
	os.Unsetenv("AWS_PROFILE") //nolint:errcheck // it was set, and is put back after the test
}

// unreadAccount stands for the file of an account of which nothing could be read.
const unreadAccount = "unread"

// filesIn returns the security groups of the snapshots of a folder by their scope, each read back.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), ".") {
			continue // the regions of accounts
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		taken, findings, err := objectsAt("").File(name, f)
		if closing := f.Close(); err != nil || closing != nil || len(taken) != 1 {
			t.Fatal(name, err, findings)
		}
		if len(taken[0].Gaps) > 0 && len(taken[0].Objects["SecurityGroups"]) == 0 {
			out[taken[0].Scope] = unreadAccount
			continue
		}
		out[taken[0].Scope] = fmt.Sprintf("%s", taken[0].Objects["SecurityGroups"])
	}
	return out
}

// Many accounts are read although calls are throttled and one account is denied: that one is
// told of, and the others are right. What was read before an interruption is not asked for again.
func TestStandInAccounts(t *testing.T) {
	m := newManyAccounts(t, *standInAccounts)
	m.environment(t)
	dir := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	m.stopAt, m.stop = 7*5**standInAccounts/2, stop
	if r := m.read(ctx, dir); r.code != 2 || !strings.Contains(r.err, "--resume") {
		t.Fatalf("exit code %d\n%.2000s\n%.2000s", r.code, r.out, r.err)
	}
	kept := filesIn(t, dir)
	if all := 5 * *standInAccounts; len(kept) == 0 || len(kept) >= all {
		t.Fatalf("%d of %d read when it was interrupted: the test shows nothing", len(kept), all)
	}
	before := len(m.Calls())
	r := m.read(context.Background(), dir, "--resume")
	if r.code != 3 {
		t.Errorf("exit code %d, want 3 for the denied account\n%.2000s", r.code, r.err)
	}
	for _, c := range m.Calls()[before:] {
		if scope := scopeOf(c); kept[scope] != "" && kept[scope] != unreadAccount {
			t.Fatalf("%s asked again for %s", c.Action, scope)
		}
	}
	checkAccounts(t, filesIn(t, dir), r)
	if m.throttled == 0 {
		t.Error("nothing was throttled")
	}
	if again := m.read(context.Background(), dir, "--resume"); !strings.Contains(again.out, fmt.Sprint(5**standInAccounts-5, " kept")) {
		t.Errorf("read again: %s", again.out)
	}
	t.Logf("%d accounts in 5 regions: %d calls, %d throttled; %d read when interrupted; %s", *standInAccounts, len(m.Calls()), m.throttled, len(kept), r.out)
}

// scopeOf is the account and region of a call as its snapshot names it.
func scopeOf(c awsstandin.Call) string {
	return "aws://" + c.Region + "?profile=p" + c.Key[len(c.Key)-3:]
}

// checkAccounts holds files against what the accounts hold.
func checkAccounts(t *testing.T, files map[string]string, r ran) {
	t.Helper()
	for i := range *standInAccounts {
		for _, region := range regionsRead() {
			scope := scopeOf(awsstandin.Call{Key: accessKey(i), Region: region})
			switch held := files[scope]; {
			case i == deniedAccount && (held != unreadAccount || !strings.Contains(r.err, scope+": could not be read")):
				t.Errorf("%s is denied: %.300s", scope, held)
			case i != deniedAccount && !strings.Contains(held, `"`+groupIDOf(accessKey(i), region)+`"`):
				t.Errorf("%s: %.300s", scope, held)
			}
		}
	}
	if n := 5 * *standInAccounts; len(files) != n {
		t.Errorf("%d files, want %d", len(files), n)
	}
}
