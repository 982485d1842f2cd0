package main

import (
	"path/filepath"
	"testing"
	"fmt"

	awsstandin "github.com/crosswall/crosswall/providers/aws/live/standin"
)

func TestZZ(t *testing.T) {
	folder, m := translated(t, shop, "aws")
	a := awsShop(t, m)
	serveOn(t, &awsstandin.Server{Holds: func(string, string) awsstandin.Objects { return a.Objects() }}, awsEnvironment(t))
	const live = "aws://eu-west-1/vpc-0a1b2c3d4e5f60718"
	snap := filepath.Join(t.TempDir(), "snap.json")
	crosswall(t, "snapshot", live, "-o", snap).want(t, 0)
	for _, acl := range a.ACLs {
		for _, e := range acl.Entries { fmt.Println(acl.Tags, acl.Subnets, *e) }
	}
	for _, g := range a.Groups {
		for _, e := range g.Rules { fmt.Println(g.Name, g.Tags, *e) }
	}
	for _, r := range a.GroupNamed("shop-backend").Rules {
		if r.CIDR == "203.0.113.0/25" { r.CIDR = "203.0.113.0/24" }
	}
	fmt.Println(crosswall(t, "diff", snap, live))
	fmt.Println(crosswall(t, "diff", folder, live).out)
	fmt.Println(crosswall(t, "diff", snap, live, "-o", "json").out)
	r := a.ACLOn("subnet-0b22222222222222b")
	for _, e := range r.Entries { if e.CIDR == "203.0.113.0/25" { e.CIDR = "203.0.113.0/24" } }
	fmt.Println(crosswall(t, "diff", snap, live, "-o", "json").out)
}
