package azure_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/terraform"
)

// world is a site with segments and a policy, built up by its methods.
type world struct {
	site     providers.Site
	segments []providers.Segment
	policy   model.Layer
	shrink   providers.Shrink
	numbers  providers.Numbering
}

// newWorld returns a placed site without subnets, segments or policies.
func newWorld() *world {
	w := &world{site: providers.Site{Given: true, ResourceGroup: "rg", Region: "westeurope", Homes: map[model.Identity]providers.Home{}}}
	w.policy = model.Layer{Name: "policies", State: model.Stateful}
	return w
}

// subnet adds a subnet with an id.
func (w *world) subnet(name string, exclusive bool, cidrs ...string) *world {
	n := providers.Subnet{Name: name, ID: "/subscriptions/S/subnets/" + name, Exclusive: exclusive}
	for _, c := range cidrs {
		n.Prefixes = append(n.Prefixes, netip.MustParsePrefix(c))
	}
	w.site.Subnets = append(w.site.Subnets, n)
	return w
}

// segment adds a segment that lives at CIDRs in a subnet; without CIDRs all
// over the subnet. It has its addresses for itself if they are given and the subnet
// is exclusive.
func (w *world) segment(id, subnet string, cidrs ...string) *world {
	h := providers.Home{Subnets: []string{subnet}}
	n, ok := w.site.SubnetNamed(subnet)
	if !ok {
		h.Subnets = nil
	}
	h.Addrs = model.MustPrefixes(cidrs...)
	if len(cidrs) == 0 {
		h.Addrs = n.Addrs()
	}
	h.Exclusive = len(cidrs) > 0 && n.Exclusive
	return w.home(id, h)
}

// home adds a segment with a home.
func (w *world) home(id string, h providers.Home) *world {
	namespace, name, _ := strings.Cut(id, "-")
	workload := providers.Workload{ID: model.Identity(namespace + "/Deployment/" + name), Namespace: namespace, Kind: "Deployment", Name: name,
		Labels: map[string]string{"app": name}}
	w.segments = append(w.segments, providers.Segment{ID: model.Identity(id), Workloads: []providers.Workload{workload}, Home: h})
	w.site.Homes[workload.ID] = h
	return w
}

// group gives the last segment an existing ASG.
func (w *world) group(id string) *world {
	w.segments[len(w.segments)-1].Home.Group = id
	return w
}

// isolate isolates segments in a direction.
func (w *world) isolate(d model.Direction, ids ...model.Identity) *world {
	c := model.Chain{Name: "isolation", Guard: model.Guard{Target: model.Identities(ids)}, Order: model.AnyAllow, Default: model.Deny}
	if d == model.Ingress {
		w.policy.Ingress = append(w.policy.Ingress, c)
	} else {
		w.policy.Egress = append(w.policy.Egress, c)
	}
	return w
}

// allow adds a rule for a segment that is isolated in the direction.
func (w *world) allow(d model.Direction, target string, peer model.Selector, t ...model.Service) *world {
	return w.rule(d, model.Rule{Action: model.Allow, Target: model.Identities{model.Identity(target)}, Peer: peer, Traffic: t,
		Origin: model.Origin{File: "policy.yaml", Line: 7, Object: "NetworkPolicy shop/" + target, Path: "spec." + d.String() + "[0]"}})
}

// rule adds a rule to the first chain of a direction.
func (w *world) rule(d model.Direction, r model.Rule) *world {
	chains := w.policy.Ingress
	if d == model.Egress {
		chains = w.policy.Egress
	}
	chains[0].Rules = append(chains[0].Rules, r)
	return w
}

// intent makes the inventory as the translator does: strangers hold what no
// exclusive home or subnet holds.
func (w *world) intent() providers.Intent {
	in := providers.Intent{Policy: model.Policy{Layers: []model.Layer{w.policy}}, Segments: slices.Clone(w.segments), Site: w.site,
		Shrink: w.shrink, Numbers: w.numbers}
	outside := model.AllAddrs()
	for _, n := range w.site.Subnets {
		if n.Exclusive {
			outside = outside.Subtract(n.Addrs())
		}
	}
	for _, s := range w.segments {
		if s.Home.Exclusive {
			outside = outside.Subtract(s.Home.Addrs)
		}
		in.Inventory.Members = append(in.Inventory.Members, model.Member{ID: s.ID, Addrs: s.Home.Addrs, ClientPorts: s.Home.ClientPorts})
	}
	in.Inventory.Outside = outside
	slices.SortFunc(in.Segments, func(a, b providers.Segment) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return in
}

// proof is a translation and what check-back says of it.
type proof struct {
	providers.Output
	inventory model.Inventory
	want      model.Policy
	have      model.Policy
	findings  []model.Finding
	decoded   []model.Finding
	delta     model.Delta
}

// prove encodes, decodes and compares, and fails when a difference is not a
// reported loss of its grade.
func prove(t *testing.T, in providers.Intent) proof {
	t.Helper()
	az := azure.New(azure.Options{})
	p := proof{inventory: in.Inventory, want: providers.Overrule(in.Policy, "Azure platform", az.Unfiltered())}
	p.Output, p.findings = az.Encode(in)
	if model.WorstSeverity(p.findings) == model.Error {
		t.Fatalf("refused: %v", p.findings)
	}
	p.have, p.decoded = az.Decode(reread(t, p.Module))
	if err := p.have.Validate(); err != nil {
		t.Fatalf("decoded policy: %v", err)
	}
	p.inventory.Groups = p.Groups
	p.delta = model.Compare(p.want, p.have, p.inventory)
	p.explained(t, "opened", p.delta.Opened, model.Wider)
	p.explained(t, "closed", p.delta.Closed, model.Narrower)
	if x, ok := p.delta.Unknown.Example(); ok {
		t.Errorf("left unknown: %s", x)
	}
	return p
}

// reread writes a module to files and reads them.
func reread(t *testing.T, m terraform.Module) terraform.Module {
	t.Helper()
	files, err := terraform.Files(m, terraform.HCL)
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{}
	for _, f := range files {
		folder[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	out, diags, err := terraform.Read(folder)
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return out
}

func (p proof) explained(t *testing.T, what string, r model.Region, g model.Grade) {
	t.Helper()
	for _, f := range p.findings {
		if f.Grade == g {
			r = r.Subtract(f.Affects)
		}
	}
	if x, ok := r.Example(); ok {
		t.Errorf("%s without a loss that says so: %s\nlosses: %v", what, x, p.findings)
	}
}

// codes returns the codes of the findings, sorted, each once.
func codes(fs []model.Finding) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// losses returns "code grade" of the findings that are losses, sorted.
func losses(fs []model.Finding) []string {
	var out []string
	for _, f := range fs {
		if f.Grade != 0 {
			out = append(out, f.Code+" "+f.Grade.String())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func ids(names ...model.Identity) model.Selector { return model.Identities(names) }

func cidrs(texts ...string) model.Selector { return model.At{Addrs: model.MustPrefixes(texts...)} }

func tcp(port uint16) model.Service { return model.Ports(model.TCP, port, port) }

func udp(port uint16) model.Service { return model.Ports(model.UDP, port, port) }

const (
	in  = model.Ingress
	out = model.Egress
)

// shop is frontend, backend and database with addresses of their own in two exclusive
// subnets, isolated in both directions.
func shop() *world {
	w := newWorld().subnet("app", true, "10.0.1.0/24", "2001:db8:1::/64").subnet("data", true, "10.0.2.0/24", "2001:db8:2::/64").
		segment("shop-frontend", "app", "10.0.1.0/28", "2001:db8:1::/80").
		segment("shop-backend", "app", "10.0.1.16/28", "2001:db8:1:0:1::/80").
		segment("shop-db", "data", "10.0.2.0/28", "2001:db8:2::/80")
	all := []model.Identity{"shop-frontend", "shop-backend", "shop-db"}
	return w.isolate(in, all...).isolate(out, all...)
}
