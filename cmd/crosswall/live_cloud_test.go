package main

import (
	"net/http"
	"net/http/httptest"
	"os"
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
// account that holds the shop's network and what Terraform in the folder makes.
func scriptCloud(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cloud gcp|azure FOLDER")
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
		api = &gcpstandin.Server{Page: 3, Holds: func(id string) *gcpstandin.Project {
			if id != stage.ID {
				return nil
			}
			return stage.Project
		}}
	case "azure":
		stage := newAzureStage(scriptTB{ts: ts}, m)
		variable = "CROSSWALL_ARM_ENDPOINT"
		api = &azurestandin.Server{Page: 2, Holds: func(id string) *azurestandin.Subscription {
			if id != stage.ID {
				return nil
			}
			return stage.Subscription
		}}
	default:
		ts.Fatalf("unknown cloud %q", args[0])
	}
	server := httptest.NewServer(api)
	ts.Defer(server.Close)
	ts.Setenv(variable, server.URL)
	ts.Setenv("HOME", ts.MkAbs("."))
}
