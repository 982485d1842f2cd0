package live_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/providers/aws/live"
	"github.com/crosswall/crosswall/providers/aws/live/standin"
)

// object is a native object, as the aws command prints it.
type object = standin.Object

// account is what a stand-in for the EC2 API holds, by kind.
type account standin.Objects

// fault answers a call in place of the API; false: it does not.
type fault = standin.Fault

// call is a request to the API.
type call = standin.Call

// fake is a stand-in with one account, which everybody is in every region.
type fake struct {
	standin.Server
	server *httptest.Server
	holds  account
}

const (
	testKey    = "AKIATESTKEYTESTKEYTE"
	testSecret = "sEcReT/tEsT+kEy/0123456789abcdefghijklmn"
	testToken  = "tOkEn//session//tEsT=="
)

// serve starts a stand-in and points the SDK to it.
func serve(t *testing.T, holds account, faults ...fault) *fake {
	t.Helper()
	f := &fake{holds: holds}
	f.Holds = func(string, string) standin.Objects { return standin.Objects(holds) }
	f.Faults = faults
	f.server = httptest.NewServer(f)
	t.Cleanup(func() {
		f.server.Close()
		for _, wrong := range f.Wrong() {
			t.Error(wrong)
		}
	})
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

// made returns the operations that were called, sorted, each once.
func (f *fake) made() []string {
	var out []string
	for _, c := range f.Calls() {
		out = append(out, c.Action)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// count is how often an operation was called.
func (f *fake) count(action string) int {
	n := 0
	for _, c := range f.Calls() {
		if c.Action == action {
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
