package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	awsstandin "github.com/crosswall/crosswall/providers/aws/live/standin"
	gcpstandin "github.com/crosswall/crosswall/providers/gcp/live/standin"
)

// asWorkloads is a stage as manifests see it: who is at an address is a workload, and everybody else is outside.
type asWorkloads struct{ stage }

func (s asWorkloads) called(addr netip.Addr) []string {
	for name, workload := range map[string]string{"frontend": "shop/Deployment/frontend", "backend": "shop/Deployment/backend",
		"dns": "kube-system/Deployment/coredns", "database": "shop/StatefulSet/database"} {
		if s.ends()[name] == addr.String() {
			return []string{workload}
		}
	}
	return nil
}

func (s asWorkloads) imagine(string, netip.Addr) (gone func()) { return func() {} }

// member is one change of who is in which group, the codes of the findings that tell of it, and what passes more or less than the
// manifests say: "simulated" stands for what the simulator says.
type member[S stage] struct {
	name   string
	change func(t *testing.T, s S)
	tells  []string
	want   []string
}

const simulated = "simulated"

// anything stands for whatever findings there are.
const anything = "anything"

// enlist makes each change by itself, and holds diff of the manifests with the cloud against the simulator.
func enlist[S stage](t *testing.T, fresh func(*testing.T) S, show func(S), rows []member[S]) {
	t.Helper()
	before := fresh(t)
	all := trials(t, before)
	for name := range all { // clients of the shop have ports of Linux, and no addresses of IPv6 are placed
		if strings.Contains(name, " from ") || strings.Contains(name, "6 ") || strings.Contains(name, "idle") {
			delete(all, name)
		}
	}
	was := verdicts(before, all)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			now := fresh(t)
			row.change(t, now)
			show(now)
			want := row.want
			if slices.Equal(want, []string{simulated}) {
				if want = changesOf(was, verdicts(now, all)); len(want) == 0 && !slices.Equal(row.tells, []string{anything}) {
					t.Fatal("the simulator says that nothing changed: the row shows nothing")
				}
			}
			slices.Sort(want)
			args := []string{"--placement", shop + "/placement.yaml"}
			a := asked(t, asWorkloads{now}, shop, args...)
			a.match(t, all, want)
			for _, code := range []string{codeNotEnlisted, codeStrayMember} {
				if slices.Equal(row.tells, []string{anything}) {
					break
				}
				told := slices.ContainsFunc(a.Findings, func(f findingJSON) bool { return f.Code == code })
				if told != slices.Contains(row.tells, code) {
					t.Errorf("finding %s: %t", code, told)
				}
			}
			if t.Failed() {
				t.Logf("%s\n%s", crosswall(t, append([]string{"diff", shop, now.source()}, args...)...).out, a.err)
			}
		})
	}
}

// Who is in which security group is what the interfaces say, and not what the placement hopes (VPC user guide, security groups: the
// rules of all groups of an interface count).
func TestStandInAWSEnlisted(t *testing.T) {
	_, m := translated(t, shop, "aws")
	shown := serveAWS(t)
	const database = "10.0.3.10"
	set := func(t *testing.T, s awsStage, addr string, groups ...string) {
		i := s.at(netip.MustParseAddr(addr))
		i.Groups = nil
		for _, g := range groups {
			i.Groups = append(i.Groups, s.group(t, g).ID)
		}
	}
	enlist(t, func(t *testing.T) awsStage { return newAWSStage(t, m) }, shown.show, []member[awsStage]{
		{"nothing", func(*testing.T, awsStage) {}, nil, nil},
		{"another group in place of its own", func(t *testing.T, s awsStage) { set(t, s, database, "shop-frontend") },
			[]string{codeNotEnlisted, codeStrayMember}, []string{simulated}},
		{"another group besides its own", func(t *testing.T, s awsStage) { set(t, s, "10.0.2.10", "shop-backend", "kube-system-coredns") },
			[]string{codeStrayMember}, []string{simulated}},
		{"a group that is nobody's", func(t *testing.T, s awsStage) {
			s.Groups = append(s.Groups, &awsstandin.Group{ID: "sg-0f1", Name: "open", VPC: awsVPC, Rules: []*awsstandin.Rule{{ID: "sgr-0f1", Protocol: "tcp", From: 22, To: 22, CIDR: "0.0.0.0/0"}}})
			set(t, s, "10.0.2.10", "shop-backend", "open")
		}, nil, []string{simulated}},
		{"groups of two swapped", func(t *testing.T, s awsStage) {
			set(t, s, "10.0.2.10", "kube-system-coredns")
			set(t, s, "10.0.2.130", "shop-backend")
		}, []string{codeNotEnlisted, codeStrayMember}, []string{simulated}},
		{"a stranger with the backend's group", func(t *testing.T, s awsStage) {
			s.AddSubnet(awsstandin.Subnet{ID: "subnet-0d", VPC: awsVPC, CIDR: "10.0.16.0/20", Name: "nodes"})
			if err := s.AddInterface("subnet-0d", []string{"10.0.16.5"}, s.group(t, "shop-backend").ID); err != nil {
				t.Fatal(err)
			}
		}, []string{codeStrayMember}, []string{"+ frontend > node tcp/9000"}},
		{"one in another VPC with the same address", func(t *testing.T, s awsStage) {
			s.AddVPC(awsstandin.VPC{ID: "vpc-0b", CIDR: "10.0.0.0/16"})
			s.AddSubnet(awsstandin.Subnet{ID: "subnet-0e", VPC: "vpc-0b", CIDR: "10.0.3.0/24"})
			s.Groups = append(s.Groups, &awsstandin.Group{ID: "sg-0f1", Name: "open", VPC: "vpc-0b"})
			if err := s.AddInterface("subnet-0e", []string{"10.0.3.77"}, "sg-0f1"); err != nil {
				t.Fatal(err)
			}
		}, nil, nil},
	})
}

// Who has a network tag is what the machines say (VPC firewall rules, source and target filtering by network tags).
func TestStandInGCPEnlisted(t *testing.T) {
	_, m := translated(t, shop, "gcp")
	shown := serveGCP(t)
	set := func(s gcpStage, addr string, tags ...string) { s.at(netip.MustParseAddr(addr)).Tags = tags }
	enlist(t, func(t *testing.T) gcpStage { return newGCPStage(t, m) }, shown.show, []member[gcpStage]{
		{"nothing", func(*testing.T, gcpStage) {}, nil, nil},
		{"no tag", func(_ *testing.T, s gcpStage) { set(s, "10.0.3.10") }, []string{codeNotEnlisted}, []string{simulated}},
		{"another tag in place of its own", func(_ *testing.T, s gcpStage) { set(s, "10.0.3.10", "shop-frontend") },
			[]string{codeNotEnlisted, codeStrayMember}, []string{simulated}},
		{"another tag besides its own", func(_ *testing.T, s gcpStage) { set(s, "10.0.1.10", "shop-frontend", "shop-backend") },
			[]string{codeStrayMember}, []string{simulated}},
		{"a tag that is nobody's, with a rule", func(_ *testing.T, s gcpStage) {
			s.add(gcpstandin.Firewall{Name: "planted", Priority: 700, Sources: []string{"0.0.0.0/0"}, TargetTags: []string{"bastion"}, Allowed: []gcpstandin.Ports{{Protocol: "tcp", Ports: []string{"22"}}}})
			set(s, "10.0.2.10", "shop-backend", "bastion")
		}, nil, []string{simulated}},
		{"a tag that is nobody's, with a rule, on a stranger", func(_ *testing.T, s gcpStage) {
			s.add(gcpstandin.Firewall{Name: "planted", Priority: 700, Sources: []string{"0.0.0.0/0"}, TargetTags: []string{"bastion"}, Allowed: []gcpstandin.Ports{{Protocol: "tcp", Ports: []string{"22"}}}})
			s.Instances = append(s.Instances, &gcpstandin.Instance{Name: "bastion", Zone: "europe-west1-b", Network: "shop", Subnetwork: "web", Addr: "10.0.16.5", Tags: []string{"bastion"}})
		}, nil, nil},
		{"a stranger with the backend's tag", func(_ *testing.T, s gcpStage) {
			s.Instances = append(s.Instances, &gcpstandin.Instance{Name: "stray", Zone: "europe-west1-b", Network: "shop", Subnetwork: "web", Addr: "10.0.16.5", Tags: []string{"shop-backend"}})
		}, []string{codeStrayMember}, []string{"+ node > database tcp/5432"}},
	})
}

// shopAddrs are the addresses of the shop's workloads, shopSegments the names of their groups.
func shopAddrs() []string { return []string{"10.0.1.10", "10.0.2.10", "10.0.2.130", "10.0.3.10"} }

func shopSegments() []string {
	return []string{"shop-frontend", "shop-backend", "kube-system-coredns", "shop-database"}
}

// worn are random groups by address, with no fewer than least at each.
func worn(r *rand.Rand, least int) map[string][]string {
	out := map[string][]string{}
	for _, addr := range shopAddrs() {
		groups := shopSegments()
		r.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
		out[addr] = groups[:least+r.IntN(3-least)]
	}
	return out
}

// Any groups on any machine: what differs from the manifests is what the simulators say of every pair of addresses.
func TestStandInEnlistedRandomly(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	cases := 4
	if testing.Short() {
		cases = 1
	}
	t.Run("gcp", func(t *testing.T) {
		_, m := translated(t, shop, "gcp")
		var rows []member[gcpStage]
		for range cases {
			tags := worn(r, 0)
			rows = append(rows, member[gcpStage]{fmt.Sprint(tags), func(_ *testing.T, s gcpStage) {
				for _, i := range s.Instances {
					i.Tags = tags[i.Addr]
				}
			}, []string{anything}, []string{simulated}})
		}
		enlist(t, func(t *testing.T) gcpStage { return newGCPStage(t, m) }, serveGCP(t).show, rows)
	})
	t.Run("aws", func(t *testing.T) {
		_, m := translated(t, shop, "aws")
		var rows []member[awsStage]
		for range cases {
			groups := worn(r, 1)
			rows = append(rows, member[awsStage]{fmt.Sprint(groups), func(t *testing.T, s awsStage) {
				for addr, names := range groups {
					i := s.at(netip.MustParseAddr(addr))
					i.Groups = nil
					for _, n := range names {
						i.Groups = append(i.Groups, s.group(t, n).ID)
					}
				}
			}, []string{anything}, []string{simulated}})
		}
		enlist(t, func(t *testing.T) awsStage { return newAWSStage(t, m) }, serveAWS(t).show, rows)
	})
}

// wholeAzure is read as a subscription: of a resource group alone it is not known which interfaces of others are in its groups.
type wholeAzure struct{ azureStage }

func (s wholeAzure) source() string { return "azure://" + azureSubscription }

// Which application security groups an interface is in is what it says (Azure application security groups overview).
func TestStandInAzureEnlisted(t *testing.T) {
	_, m := translated(t, shop, "azure")
	shown := serveAzure(t)
	fresh := func(t *testing.T) wholeAzure { return wholeAzure{newAzureStage(t, m)} }
	enlist(t, fresh, func(s wholeAzure) { shown.show(s.azureStage) }, []member[wholeAzure]{
		{"nothing", func(*testing.T, wholeAzure) {}, nil, nil},
		{"a rule that names the backend by a group, which it left", func(t *testing.T, s wholeAzure) {
			s.nameBackend(t)
			s.at(netip.MustParseAddr("10.0.2.10")).AppGroups = nil
		}, nil, []string{simulated}},
		{"a group without rules on an interface, which leaves the default rules", func(t *testing.T, s wholeAzure) { s.guard(t, "10.0.3.10") }, nil, nil},
	})
}
