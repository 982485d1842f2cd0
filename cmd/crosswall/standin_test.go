package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/terraform"
)

// ran is what a command line left behind.
type ran struct {
	code     int
	out, err string
}

// crosswall runs the real command in this process.
func crosswall(t testing.TB, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &errs})
	return ran{code, out.String(), errs.String()}
}

// want fails unless the command ended with a code.
func (r ran) want(t testing.TB, code int) ran {
	t.Helper()
	if r.code != code {
		t.Fatalf("exit code %d, want %d\n%s\n%s", r.code, code, r.out, r.err)
	}
	return r
}

// serveOn starts a stand-in and sets the environment that leads there; "URL" in a value is its address.
func serveOn(t testing.TB, h http.Handler, environment map[string]string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for name, value := range environment {
		t.Setenv(name, strings.ReplaceAll(value, "URL", server.URL))
	}
}

// awsEnvironment leads the AWS SDK to a stand-in, and to no file of whoever runs the test.
func awsEnvironment(t testing.TB) map[string]string {
	nowhere := filepath.Join(t.TempDir(), "none")
	return map[string]string{"AWS_ENDPOINT_URL": "URL", "AWS_ACCESS_KEY_ID": "AKIASTANDIN", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere, "AWS_PROFILE": "", "AWS_REGION": "eu-west-1"}
}

// translated translates an example for a cloud and reads the files back.
func translated(t testing.TB, example, cloud string, more ...string) (folder string, m terraform.Module) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	args := append([]string{"translate", example, "--to", cloud, "--out", out}, more...)
	crosswall(t, args...).want(t, 0)
	folder = filepath.Join(out, cloud)
	m, diags, err := terraform.Read(os.DirFS(folder))
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return folder, m
}

const shop = "../../examples/shop"

// equalThreeWays diffs the live cloud with the files that made it, with the manifests behind them, and with a snapshot.
func equalThreeWays(t *testing.T, s stage, folder string) {
	t.Helper()
	snap := filepath.Join(t.TempDir(), "snap.json")
	crosswall(t, "snapshot", s.source(), "-o", snap).want(t, 0)
	for _, args := range [][]string{{folder, s.source()}, {shop, s.source(), "--placement", shop + "/placement.yaml"}, {snap, s.source()}} {
		if r := crosswall(t, append([]string{"diff"}, args...)...); r.code != 0 {
			t.Errorf("diff %s: exit code %d\n%.3000s\n%.3000s", strings.Join(args, " "), r.code, r.out, r.err)
		}
	}
}
