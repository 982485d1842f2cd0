package tfsource_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/providers/gcp"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// world is endpoints that labels are on, and what labels may reach on which port: security groups, network tags or
// application security groups.
type world struct {
	labels []string
	rules  []worldRule
}

// worldRule admits TCP from those with a label, or from anybody where it is empty, to those with another.
type worldRule struct {
	from, to string
	port     int
}

// population is labels by the number of the endpoint, the last byte of its address.
type population map[int][]string

// admits is what the clouds document: any rule for a label of the receiver that names a label of the sender will do.
func (w world) admits(p population, from, to, port int) bool {
	return slices.ContainsFunc(w.rules, func(r worldRule) bool {
		return r.port == port && slices.Contains(p[to], r.to) && (r.from == "" || slices.Contains(p[from], r.from))
	})
}

func addrOf(n int) string { return fmt.Sprintf("10.0.0.%d", n) }

func quoted(format string, names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = fmt.Sprintf(format, n)
	}
	return strings.Join(out, ",")
}

// objects of one cloud with a population.
type objects map[string][]json.RawMessage

func (o objects) add(kind, format string, args ...any) {
	o[kind] = append(o[kind], json.RawMessage(fmt.Sprintf(format, args...)))
}

// awsObjects has labels as security groups; VPC user guide, security groups.
func (w world) awsObjects(p population) providers.Snapshot {
	o := objects{"SecurityGroups": {}, "NetworkInterfaces": {}, "Subnets": {}, "NetworkAcls": {}, "Vpcs": {}}
	for _, l := range w.labels {
		var in []string
		for _, r := range w.rules {
			peer := fmt.Sprintf(`"UserIdGroupPairs":[{"GroupId":"sg-%s","UserId":"1"}]`, r.from)
			if r.from == "" {
				peer = `"IpRanges":[{"CidrIp":"0.0.0.0/0"}]`
			}
			if r.to == l {
				in = append(in, fmt.Sprintf(`{"IpProtocol":"tcp","FromPort":%d,"ToPort":%[1]d,%s}`, r.port, peer))
			}
		}
		o.add("SecurityGroups", `{"GroupId":"sg-%s","GroupName":%[1]q,"VpcId":"vpc-1","OwnerId":"1","IpPermissions":[%s],"IpPermissionsEgress":[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]}`, l, strings.Join(in, ","))
	}
	for n, labels := range p {
		o.add("NetworkInterfaces", `{"NetworkInterfaceId":"eni-%d","SubnetId":"subnet-1","VpcId":"vpc-1","PrivateIpAddress":%q,"Groups":[%s]}`, n, addrOf(n), quoted(`{"GroupId":"sg-%s"}`, labels))
	}
	return providers.Snapshot{Provider: "aws", Objects: o}
}

// gcpObjects has labels as network tags; VPC firewall rules, source and target filtering by network tags.
func (w world) gcpObjects(p population) providers.Snapshot {
	const project = "https://www.googleapis.com/compute/v1/projects/p/"
	o := objects{gcp.KindFirewall: {}, gcp.KindInstance: {}}
	o.add(gcp.KindNetwork, `{"kind":"compute#network","name":"main","selfLink":"%sglobal/networks/main","networkFirewallPolicyEnforcementOrder":"AFTER_CLASSIC_FIREWALL"}`, project)
	o.add(gcp.KindSubnetwork, `{"kind":"compute#subnetwork","name":"s","selfLink":"%[1]sregions/r/subnetworks/s","network":"%[1]sglobal/networks/main","region":"%[1]sregions/r","ipCidrRange":"10.0.0.0/16"}`, project)
	for i, r := range w.rules {
		peer := fmt.Sprintf(`"sourceTags":[%q]`, r.from)
		if r.from == "" {
			peer = `"sourceRanges":["0.0.0.0/0"]`
		}
		o.add(gcp.KindFirewall, `{"kind":"compute#firewall","name":"r%d","selfLink":"%[2]sglobal/firewalls/r%[1]d","network":"%[2]sglobal/networks/main",%[3]s,"targetTags":[%[4]q],"allowed":[{"IPProtocol":"tcp","ports":["%[5]d"]}]}`, i, project, peer, r.to, r.port)
	}
	for n, labels := range p {
		o.add(gcp.KindInstance, `{"kind":"compute#instance","name":"i%d","selfLink":"%[2]szones/z/instances/i%[1]d","zone":"%[2]szones/z","tags":{"items":[%[3]s]},"networkInterfaces":[{"network":"%[2]sglobal/networks/main","networkIP":%[4]q}]}`,
			n, project, quoted("%q", labels), addrOf(n))
	}
	return providers.Snapshot{Provider: "gcp", Objects: o}
}

// azureObjects has labels as application security groups, named by the rules of a group on the one subnet.
func (w world) azureObjects(p population) providers.Snapshot {
	const at = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/"
	o := objects{azure.KindAdminRules: {}, azure.KindInterfaces: {}, azure.KindAppGroups: {}}
	var rules []string
	for i, r := range w.rules {
		source := fmt.Sprintf(`"sourceApplicationSecurityGroups":[{"id":"%sapplicationSecurityGroups/%s"}]`, at, r.from)
		if r.from == "" {
			source = `"sourceAddressPrefix":"*"`
		}
		rules = append(rules, fmt.Sprintf(`{"name":"r%d","properties":{"priority":%d,"direction":"Inbound","access":"Allow","protocol":"Tcp","sourcePortRange":"*","destinationPortRange":"%d",%s,"destinationApplicationSecurityGroups":[{"id":"%sapplicationSecurityGroups/%s"}]}}`,
			i, 100+i, r.port, source, at, r.to))
	}
	rules = append(rules, `{"name":"deny","properties":{"priority":4096,"direction":"Inbound","access":"Deny","protocol":"*","sourcePortRange":"*","destinationPortRange":"*","sourceAddressPrefix":"*","destinationAddressPrefix":"*"}}`)
	subnet := at + "virtualNetworks/v/subnets/s"
	o.add(azure.KindSecurityGroups, `{"id":"%snetworkSecurityGroups/n","name":"n","properties":{"subnets":[{"id":%q}],"securityRules":[%s]}}`, at, subnet, strings.Join(rules, ","))
	o.add(azure.KindNetworks, `{"id":"%svirtualNetworks/v","name":"v","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]},"subnets":[{"id":%q,"name":"s","properties":{"addressPrefix":"10.0.0.0/24","networkSecurityGroup":{"id":"%[1]snetworkSecurityGroups/n"}}}]}}`, at, subnet)
	for _, l := range w.labels {
		o.add(azure.KindAppGroups, `{"id":"%sapplicationSecurityGroups/%s","name":%[2]q,"properties":{}}`, at, l)
	}
	for n, labels := range p {
		o.add(azure.KindInterfaces, `{"id":"%snetworkInterfaces/n%d","name":"n%[2]d","properties":{"ipConfigurations":[{"name":"ip","properties":{"privateIPAddress":%[3]q,"subnet":{"id":%[4]q},"applicationSecurityGroups":[%[5]s]}}]}}`,
			at, n, addrOf(n), subnet, quoted(`{"id":"`+at+`applicationSecurityGroups/%s"}`, labels))
	}
	return providers.Snapshot{Provider: "azure", Scope: "azure://s", Objects: o}
}

// randomWorld has four labels and some rules between them.
func randomWorld(r *rand.Rand) world {
	w := world{labels: []string{"a", "b", "c", "d"}}
	for range 3 + r.IntN(5) {
		from := append([]string{""}, w.labels...)[r.IntN(5)]
		w.rules = append(w.rules, worldRule{from, w.labels[r.IntN(4)], 80 + r.IntN(3)})
	}
	return w
}

// randomLabels is one label or more: AWS has no interface without security groups.
func (w world) randomLabels(r *rand.Rand) []string {
	out := []string{w.labels[r.IntN(len(w.labels))]}
	for _, l := range w.labels {
		if r.IntN(4) == 0 {
			out = append(out, l)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// holder returns the endpoint at an address; where none is known to hold it, somebody else on the network.
func holder(t testing.TB, inv model.Inventory, addr string) model.Endpoint {
	t.Helper()
	a := netip.MustParseAddr(addr)
	var found []model.Endpoint
	for _, m := range inv.Members {
		if m.Addrs.Contains(a) {
			found = append(found, model.Endpoint{ID: m.ID, Addr: a})
		}
	}
	for _, m := range inv.Members {
		if len(found) == 0 && m.Addrs.IsEmpty() {
			return model.Endpoint{ID: m.ID, Addr: a}
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s is held by %v of %v", addr, found, inv.Members)
	}
	return found[0]
}

// Random memberships before and after: what is opened and closed between any two interfaces is what the rules say of each.
func TestRandomMembership(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 25 {
		w := randomWorld(r)
		before, after := population{}, population{}
		for n := 10; n < 20; n++ {
			before[n] = w.randomLabels(r)
			after[n] = before[n]
			if r.IntN(3) == 0 {
				after[n] = w.randomLabels(r)
			}
		}
		for cloud, snapshot := range map[string]func(population) providers.Snapshot{"aws": w.awsObjects, "gcp": w.gcpObjects, "azure": w.azureObjects} {
			w.agree(t, cloud, snapshot, before, after)
		}
		if t.Failed() {
			t.Fatalf("rules %v\nbefore %v\nafter  %v", w.rules, before, after)
		}
	}
}

// agree compares two populations of a cloud with what the rules say of every pair of interfaces.
func (w world) agree(t *testing.T, cloud string, snapshot func(population) providers.Snapshot, before, after population) {
	t.Helper()
	want, _ := reader("want").Objects(snapshot(before))
	have, _ := reader("have").Objects(snapshot(after))
	a, b, _ := tfsource.Merge(want, have)
	d := model.Compare(a.Policy, b.Policy, a.Inventory)
	if x, some := d.Unknown.Example(); some {
		t.Errorf("%s: unknown: %v", cloud, x)
	}
	for from := range before {
		for to := range before {
			for port := 80; from != to && port < 83; port++ {
				f := model.Flow{Src: holder(t, a.Inventory, addrOf(from)), Dst: holder(t, a.Inventory, addrOf(to)), Protocol: model.TCP, SrcPort: 40000, DstPort: uint16(port)}
				was, is := w.admits(before, from, to, port), w.admits(after, from, to, port)
				if d.Opened.Contains(f) != (!was && is) || d.Closed.Contains(f) != (was && !is) {
					t.Errorf("%s: %v: was %t, is %t, opened %t, closed %t", cloud, f, was, is, d.Opened.Contains(f), d.Closed.Contains(f))
				}
			}
		}
	}
}
