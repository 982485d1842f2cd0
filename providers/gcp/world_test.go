package gcp

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// world is a small site with policies, built row by row.
type world struct {
	site  providers.Site
	segs  []providers.Segment
	in    []model.Rule // ingress; Target is one segment
	out   []model.Rule // egress
	alone map[model.Direction]model.Identities
	// admin is what an admin policy does to tcp/80 at the segment a, rule by rule.
	admin []model.Action
	// strangers are the addresses left for others; unset: all that no segment holds.
	strangers model.AddrSet
	shrink    providers.Shrink
	numbers   providers.Numbering
}

// newWorld places segments: "frontend 10.0.1.0/24", "db" (no address known),
// "api 10.0.2.0/24 tag=shared", "job 10.0.3.0/24 sa=job@p.iam.gserviceaccount.com".
func newWorld(rows ...string) *world {
	w := &world{site: providers.Site{Given: true, Network: "projects/shop/global/networks/main"}, alone: map[model.Direction]model.Identities{}}
	for _, row := range rows {
		fields := strings.Fields(row)
		id := fields[0]
		s := providers.Segment{ID: model.Identity(id), Workloads: []providers.Workload{{
			ID: model.Identity("shop/Deployment/" + id), Namespace: "shop", Kind: "Deployment", Name: id, Labels: map[string]string{"app": id}}}}
		for _, f := range fields[1:] {
			if tag, ok := strings.CutPrefix(f, "tag="); ok {
				s.Home.Group = tag
			} else if account, ok := strings.CutPrefix(f, "sa="); ok {
				s.Home.ServiceAccount = account
			} else {
				s.Home.Addrs = s.Home.Addrs.Union(model.MustPrefixes(f))
			}
		}
		w.segs = append(w.segs, s)
	}
	return w
}

// endsOf reads "frontend", "!frontend", "any", "nobody", CIDRs, and several of them with
// commas.
func endsOf(text string) model.Selector {
	var out model.Or
	for f := range strings.SplitSeq(text, ",") {
		switch {
		case f == "any":
			out = append(out, model.Any{})
		case f == "nobody":
		case strings.HasPrefix(f, "!"):
			out = append(out, model.Not{Selector: endsOf(f[1:])})
		case strings.Contains(f, "/"):
			out = append(out, model.At{Addrs: model.MustPrefixes(f)})
		default:
			out = append(out, model.Identities{model.Identity(f)})
		}
	}
	return out
}

// trafficOf reads "tcp/80", "udp/53-60", "sctp", "icmp/8/0", "47", "any".
func trafficOf(words ...string) model.Traffic {
	var out model.Traffic
	for _, word := range words {
		f := strings.Split(word, "/")
		protocols := map[string]model.Protocol{"tcp": model.TCP, "udp": model.UDP, "sctp": model.SCTP, "icmp": model.ICMP,
			"icmpv6": model.ICMPv6, "gre": model.GRE, "esp": model.ESP, "any": model.AnyProtocol}
		p, ok := protocols[f[0]]
		switch {
		case !ok:
			panic("no such protocol: " + word)
		case p.IsICMP() && len(f) == 3:
			var typ, code int16
			if _, err := fmt.Sscan(f[1]+" "+f[2], &typ, &code); err != nil {
				panic(err)
			}
			out = append(out, model.ICMPMessage(p, typ, code))
		case len(f) == 2:
			r, ok := parsePorts(f[1])
			if !ok {
				panic("no such ports: " + word)
			}
			out = append(out, model.Ports(p, r.First, r.Last))
		default:
			out = append(out, model.AllOf(p))
		}
	}
	return out
}

// allow adds a policy row: `allow("in backend from frontend", "tcp/8080")` or
// `allow("out backend to 10.0.0.0/8", ...)`. It isolates the segment.
func (w *world) allow(row string, traffic ...string) *world {
	f := strings.Fields(row)
	r := model.Rule{Name: row, Action: model.Allow, Target: endsOf(f[1]), Peer: endsOf(f[3]), Traffic: trafficOf(traffic...),
		Origin: model.Origin{File: "policies.yaml", Line: 7, Object: "NetworkPolicy shop/" + f[1], Path: "spec." + f[0]}}
	w.isolate(f[0] + " " + f[1])
	if f[0] == "in" {
		w.in = append(w.in, r)
	} else {
		w.out = append(w.out, r)
	}
	return w
}

// isolate says that policies select a segment: "in backend".
func (w *world) isolate(row string) *world {
	d, id, _ := strings.Cut(row, " ")
	dir := map[string]model.Direction{"in": model.Ingress, "out": model.Egress}[d]
	if !slices.Contains(w.alone[dir], model.Identity(id)) {
		w.alone[dir] = append(w.alone[dir], model.Identity(id))
	}
	return w
}

func (w *world) gke() *world {
	w.site.Cluster = gkeCluster
	return w
}

func (w *world) policy() model.Policy {
	chain := func(d model.Direction, rules []model.Rule) model.Chain {
		return model.Chain{Name: "policies", Guard: model.Guard{Target: w.alone[d]}, Order: model.AnyAllow, Rules: rules, Default: model.Deny}
	}
	tiers := model.Chain{Name: "admin", Order: model.FirstMatch, Default: model.Pass}
	for _, a := range w.admin {
		tiers.Rules = append(tiers.Rules, model.Rule{Name: "admin", Action: a, Target: endsOf("a"), Traffic: trafficOf("tcp/80")})
	}
	p := model.Policy{Layers: []model.Layer{{Name: "policies", State: model.Stateful,
		Ingress: []model.Chain{tiers, chain(model.Ingress, w.in)}, Egress: []model.Chain{chain(model.Egress, w.out)}}}}
	return providers.Overrule(p, "unfiltered", Provider{}.Unfiltered())
}

func (w *world) inventory() model.Inventory {
	inv := model.Inventory{Outside: w.strangers}
	taken := model.AddrSet{}
	for _, s := range w.segs {
		inv.Members = append(inv.Members, model.Member{ID: s.ID, Addrs: s.Home.Addrs})
		taken = taken.Union(s.Home.Addrs)
	}
	if inv.Outside.IsEmpty() {
		inv.Outside = model.AllAddrs().Subtract(taken)
	}
	return inv
}

func (w *world) intent() providers.Intent {
	segs := slices.Clone(w.segs)
	slices.SortFunc(segs, func(a, b providers.Segment) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return providers.Intent{Policy: w.policy(), Inventory: w.inventory(), Segments: segs, Site: w.site, Shrink: w.shrink, Numbers: w.numbers}
}

// proof is a world encoded, decoded and compared.
type proof struct {
	out      providers.Output
	findings []model.Finding
	have     model.Policy
	inv      model.Inventory
	delta    model.Delta
}

// prove fails the test when what was written cannot be read back without
// findings.
func prove(t *testing.T, o Options, w *world) proof {
	t.Helper()
	intent := w.intent()
	if err := intent.Inventory.Validate(); err != nil {
		t.Fatal(err)
	}
	p := New(o)
	out, findings := p.Encode(intent)
	pr := proof{out: out, findings: findings, inv: intent.Inventory}
	if model.WorstSeverity(findings) == model.Error {
		return pr
	}
	have, found := p.Decode(out.Module)
	for _, f := range found {
		if f.Severity > model.Info {
			t.Errorf("reading back: %s", f)
		}
	}
	if err := have.Validate(); err != nil {
		t.Error(err)
	}
	pr.have = have
	pr.inv.Groups = out.Groups
	pr.delta = model.Compare(intent.Policy, have, pr.inv)
	return pr
}

// explained is what the losses of a proof admit to.
func (p proof) explained() model.Region {
	out := model.Region{}
	for _, f := range p.findings {
		if f.Grade == model.Wider {
			out = out.Union(f.Affects)
		}
	}
	return out
}

// mustBeExact fails unless the module admits what was asked for.
func (p proof) mustBeExact(t *testing.T) {
	t.Helper()
	p.mustBeHonest(t)
	if x, ok := p.delta.Opened.Example(); ok {
		t.Errorf("opened: %s", x)
	}
}

// mustBeHonest fails unless everything that is opened is reported, and nothing
// is closed or unknown.
func (p proof) mustBeHonest(t *testing.T) {
	t.Helper()
	for _, f := range p.findings {
		if f.Severity == model.Error {
			t.Errorf("encode: %s", f)
		}
	}
	if x, ok := p.delta.Closed.Example(); ok {
		t.Errorf("closed: %s", x)
	}
	if x, ok := p.delta.Unknown.Example(); ok {
		t.Errorf("unknown: %s", x)
	}
	if x, ok := p.delta.Opened.Subtract(p.explained()).Example(); ok {
		t.Errorf("opened without a loss: %s", x)
	}
}

// finding returns the finding with a code.
func (p proof) finding(code string) (model.Finding, bool) {
	i := slices.IndexFunc(p.findings, func(f model.Finding) bool { return f.Code == code })
	if i < 0 {
		return model.Finding{}, false
	}
	return p.findings[i], true
}

// lines spells the rules of a module, one a line, names left out:
// "in allow tag:backend from tag:frontend tcp/8080".
func (p proof) lines() []string {
	var out []string
	for _, r := range p.out.Module.Resources {
		switch r.Type {
		case typeFirewall:
			out = append(out, lineOf(r, r.Body, r.Get("direction"), vpcEnds))
		case typePolicyRule:
			out = append(out, lineOf(r, r.BlocksOf("match")[0].Body, r.Get("direction"), policyEnds))
		}
	}
	return out
}

func lineOf(r terraform.Resource, match terraform.Body, direction terraform.Value, attrs func(model.Direction) endAttrs) string {
	d, way, peerWord := model.Ingress, "in", " from "
	if s, _ := direction.AsString(); s == "EGRESS" {
		d, way, peerWord = model.Egress, "out", " to "
	}
	var target, peer, services []string
	add := func(to *[]string, prefix string, v terraform.Value) {
		vs, _ := v.AsList()
		for _, v := range vs {
			s, ok := v.AsString()
			if !ok {
				s, _ = v.AsRef()
			}
			*to = append(*to, prefix+s)
		}
	}
	tags := func(b terraform.Body, typ string) terraform.Value {
		var vs []terraform.Value
		for _, k := range b.BlocksOf(typ) {
			vs = append(vs, k.Body.Get("name"))
		}
		return terraform.List(vs...)
	}
	add(&target, "tag:", r.Get("target_tags"))
	add(&target, "sa:", r.Get("target_service_accounts"))
	add(&target, "secure:", tags(r.Body, "target_secure_tags"))
	add(&target, "@", match.Get(attrs(d).target))
	add(&peer, "", match.Get(attrs(d).peer))
	add(&peer, "tag:", r.Get("source_tags"))
	add(&peer, "sa:", r.Get("source_service_accounts"))
	add(&peer, "secure:", tags(match, "src_secure_tags"))
	action, _ := r.Get("action").AsString()
	read := func(bs []terraform.Block, attr string) {
		for _, b := range bs {
			s, _ := b.Body.Get(attr).AsString()
			if ports, _ := b.Body.Get("ports").AsStrings(); len(ports) > 0 {
				s += "/" + strings.Join(ports, "+")
			}
			services = append(services, s)
		}
	}
	for _, a := range []string{"allow", "deny"} {
		if bs := r.BlocksOf(a); len(bs) > 0 {
			action = a
			read(bs, "protocol")
		}
	}
	read(match.BlocksOf("layer4_configs"), "ip_protocol")
	return way + " " + action + " " + strings.Join(target, ",") + peerWord + strings.Join(peer, ",") + " " + strings.Join(services, ",")
}

// flow reads "frontend 10.0.1.4 > backend 10.0.2.8 tcp/80".
func flow(t *testing.T, row string) model.Flow {
	t.Helper()
	f := strings.Fields(row)
	if len(f) != 6 {
		t.Fatalf("a flow has six words: %q", row)
	}
	id := func(s string) model.Identity {
		if s == "-" {
			return model.Outside
		}
		return model.Identity(s)
	}
	s := trafficOf(f[5])[0]
	out := model.Flow{Src: model.Endpoint{ID: id(f[0]), Addr: netip.MustParseAddr(f[1])},
		Dst: model.Endpoint{ID: id(f[3]), Addr: netip.MustParseAddr(f[4])}, Protocol: s.Protocol}
	if s.Protocol.HasPorts() {
		out.SrcPort, out.DstPort = 40000, s.Dst.First
	}
	if s.Protocol.IsICMP() && s.Type != model.AnyICMP {
		out.ICMPType, out.ICMPCode = uint8(s.Type), uint8(s.Code)
	}
	return out
}
