package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	azurestandin "github.com/crosswall/crosswall/providers/azure/live/standin"
	gcpstandin "github.com/crosswall/crosswall/providers/gcp/live/standin"
	"github.com/crosswall/crosswall/terraform"
)

// scriptTB lets a script make what tests make.
type scriptTB struct {
	testing.TB
	ts *testscript.TestScript
}

func (t scriptTB) Helper()           {}
func (t scriptTB) Fatal(args ...any) { t.ts.Fatalf("%v", args) }

// scriptCloud runs "cloud gcp FOLDER" or "cloud azure FOLDER": the API of a cloud on this machine, until the script ends, with an
// account that holds the shop's network and what Terraform in the folder makes. What follows is what goes wrong, see trouble.
func scriptCloud(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: cloud gcp|azure FOLDER [throttled[=CALL]|denied[=CALL]]...")
	}
	m, diags, err := terraform.Read(os.DirFS(ts.MkAbs(args[1])))
	ts.Check(err)
	if diags.HasErrors() {
		ts.Fatalf("%v", diags)
	}
	var api http.Handler
	variable := ""
	switch args[0] {
	case "gcp":
		stage := newGCPStage(scriptTB{ts: ts}, m)
		variable = "GOOGLE_COMPUTE_CUSTOM_ENDPOINT"
		api = &gcpstandin.Server{Page: 3, Faults: []gcpstandin.Fault{trouble(args[2:], gcpstandin.Refuse, "rateLimitExceeded", "forbidden")}, Holds: func(id string) *gcpstandin.Project {
			if id != stage.ID {
				return nil
			}
			return stage.Project
		}}
	case "azure":
		stage := newAzureStage(scriptTB{ts: ts}, m)
		variable = "CROSSWALL_ARM_ENDPOINT"
		wrong := trouble(args[2:], azurestandin.Refuse, "TooManyRequests", "AuthorizationFailed")
		fault := func(w http.ResponseWriter, r *http.Request, attempt int) bool { return wrong(w, r.URL.Path, attempt) }
		api = &azurestandin.Server{Page: 2, Faults: []azurestandin.Fault{fault}, Holds: func(id string) azurestandin.Objects {
			if id != stage.ID {
				return nil
			}
			return stage.Objects()
		}}
	default:
		ts.Fatalf("unknown cloud %q", args[0])
	}
	server := httptest.NewServer(api)
	ts.Defer(server.Close)
	ts.Setenv(variable, server.URL)
	ts.Setenv("HOME", ts.MkAbs("."))
}

// trouble is what goes wrong: "throttled" refuses the first call of each operation, "throttled=CALL" every call of one as
// often as it is made, "denied" everything and "denied=CALL" one operation. Each cloud has its own words.
func trouble(what []string, refuse func(http.ResponseWriter, int, string), throttled, denied string) func(http.ResponseWriter, string, int) bool {
	return func(w http.ResponseWriter, call string, attempt int) bool {
		for _, one := range what {
			name, about, some := strings.Cut(one, "=")
			switch {
			case some && !strings.HasSuffix(call, about):
			case name == "throttled" && (some || attempt == 1):
				w.Header().Set("Retry-After", "0")
				refuse(w, http.StatusTooManyRequests, throttled)
				return true
			case name == "denied":
				refuse(w, http.StatusForbidden, denied)
				return true
			}
		}
		return false
	}
}
