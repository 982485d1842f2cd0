package main

import (
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	azurestandin "github.com/crosswall/crosswall/providers/azure/live/standin"
)

// scaledStage is the shop whose backend is instances of a scale set, known to the database's rule by an application
// security group.
func scaledStage(t *testing.T) func(*testing.T) azureStage {
	_, m := translated(t, shop, "azure")
	return func(t *testing.T) azureStage {
		s := newAzureStage(t, m)
		backend := s.at(netip.MustParseAddr("10.0.2.10"))
		backend.Name, backend.ScaleSet = "nic-backend", "backend"
		s.Subscription.Interfaces = append(s.Interfaces, &azurestandin.Interface{Name: "nic-backend", ScaleSet: "backend", Subnet: "app", Addr: "10.0.2.11"})
		s.nameBackend(t)
		s.at(netip.MustParseAddr("10.0.2.11")).AppGroups = backend.AppGroups
		return s
	}
}

// Interfaces of scale sets are endpoints as any other: who of them is in an application security group, and which group filters
// them, shows.
func TestStandInAzureScaleSet(t *testing.T) {
	shown := serveAzure(t)
	plant(t, scaledStage(t), shown.show, []planted[azureStage]{
		{"nothing", func(*testing.T, azureStage) {}, nil},
		{"an instance leaves its application security group", func(_ *testing.T, s azureStage) { s.at(netip.MustParseAddr("10.0.2.10")).AppGroups = nil },
			[]string{"- backend > database tcp/5432", "- backend > database tcp/5432 from 2000"}},
		{"an instance that nobody tries leaves it", func(_ *testing.T, s azureStage) { s.at(netip.MustParseAddr("10.0.2.10")).Name = "nic-other" }, nil},
		{"a group that denies on an instance", func(t *testing.T, s azureStage) {
			s.guard(t, "10.0.2.10")
			s.add(t, "planted", azurestandin.Rule{Priority: 100, Access: "Deny", Protocol: "Tcp", Sources: []string{"*"}, Ports: []string{"9000"}})
		}, []string{"- frontend > backend tcp/9000"}},
	})
}

// Where the interfaces of a scale set may not be read, the answer names the scale set, and what rests on it is unknown.
func TestStandInAzureScaleSetDenied(t *testing.T) {
	s := scaledStage(t)(t)
	shown := serveAzure(t)
	shown.show(s)
	snap := filepath.Join(t.TempDir(), "snap.json")
	crosswall(t, "snapshot", s.source(), "-o", snap).want(t, 0)
	server := &azurestandin.Server{Holds: func(string) azurestandin.Objects { return s.Objects() }, Faults: []azurestandin.Fault{func(w http.ResponseWriter, r *http.Request, _ int) bool {
		isScaleSet := strings.Contains(r.URL.Path, "virtualMachineScaleSets")
		if isScaleSet {
			azurestandin.Refuse(w, http.StatusForbidden, "AuthorizationFailed")
		}
		return isScaleSet
	}}}
	serveOn(t, server, map[string]string{"CROSSWALL_ARM_ENDPOINT": "URL"})
	a := asked(t, s, snap)
	if a.code != 3 || a.Equal || len(a.Opened)+len(a.Closed) > 0 || !strings.Contains(a.err, "virtualMachineScaleSets/backend") {
		t.Errorf("exit code %d, equal: %t, %d opened, %d closed, %d unknown\n%.3000s\n%.3000s", a.code, a.Equal, len(a.Opened), len(a.Closed), len(a.Unknown), a.out, a.err)
	}
}
