package aws_test

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

// rule is one line of a policy: what a segment may receive or send. A segment
// with a rule of a direction is isolated in it.
type rule struct {
	dir     model.Direction
	target  model.Identity
	peer    string // segment, CIDR, "any", "strangers" or "nobody"
	traffic model.Traffic
}

func in(target model.Identity, peer string, s ...model.Service) rule {
	return rule{model.Ingress, target, peer, s}
}

func out(target model.Identity, peer string, s ...model.Service) rule {
	return rule{model.Egress, target, peer, s}
}

// deny isolates a segment in a direction and admits nothing.
func deny(d model.Direction, target model.Identity) rule { return rule{d, target, "nobody", nil} }

func tcp(port uint16) model.Service          { return model.Ports(model.TCP, port, port) }
func udp(port uint16) model.Service          { return model.Ports(model.UDP, port, port) }
func sctp(port uint16) model.Service         { return model.Ports(model.SCTP, port, port) }
func ports(first, last uint16) model.Service { return model.Ports(model.TCP, first, last) }
func echo() model.Service                    { return model.ICMPMessage(model.ICMP, 8, 0) }
func echo6() model.Service                   { return model.ICMPMessage(model.ICMPv6, 128, 0) }
func anything() model.Service                { return model.AllTraffic() }

// segment is a segment of an intent under construction.
type segment struct {
	id     model.Identity
	subnet string
	cidrs  []string
	group  string
	labels map[string]string
	ports  model.PortRange
	solo   bool
}

// at is a segment in a subnet of its own, which nobody else lives in.
func at(id model.Identity, cidrs ...string) segment {
	return segment{id: id, subnet: "net-" + string(id), cidrs: cidrs}
}

// nowhere is a segment without a home.
func nowhere(id model.Identity) segment { return segment{id: id} }

// world is segments and a policy about them.
type world struct {
	segments []segment
	rules    []rule
	site     providers.Site // Given, Subnets and Homes are filled in
	shrink   providers.Shrink
	numbers  providers.Numbering // of an earlier translation
	shared   bool                // strangers may live in the subnets
	outside  model.AddrSet       // of strangers, in place of what is worked out
	tier     []model.Rule        // ingress rules of an admin tier, asked in order before the policies
}

// intent makes what a translator would hand to the provider.
func (w world) intent() providers.Intent {
	it := providers.Intent{Site: w.site, Shrink: w.shrink, Numbers: w.numbers}
	taken := model.AddrSet{}
	subnets := map[string]bool{}
	for _, s := range w.segments {
		addrs := model.MustPrefixes(s.cidrs...)
		home := providers.Home{Addrs: addrs, Exclusive: !w.shared, Group: s.group, ClientPorts: s.ports}
		if s.subnet != "" {
			home.Subnets = []string{s.subnet}
			it.Site.Given = true
			if !subnets[s.subnet] {
				subnets[s.subnet] = true
				it.Site.Subnets = append(it.Site.Subnets, providers.Subnet{
					Name: s.subnet, ID: "subnet-" + s.subnet, Prefixes: addrs.Prefixes(), Exclusive: !w.shared})
			}
		}
		taken = taken.Union(addrs)
		labels := s.labels
		if labels == nil {
			labels = map[string]string{"app": string(s.id)}
		}
		it.Segments = append(it.Segments, providers.Segment{ID: s.id, Home: home, Workloads: []providers.Workload{{
			ID: "shop/Deployment/" + s.id, Namespace: "shop", Kind: "Deployment", Name: string(s.id), Labels: labels}}})
		it.Inventory.Members = append(it.Inventory.Members, model.Member{ID: s.id, Addrs: addrs, ClientPorts: s.ports, Solo: s.solo})
	}
	slices.SortFunc(it.Segments, func(a, b providers.Segment) int { return cmp.Compare(a.ID, b.ID) })
	if !w.shared && !taken.IsEmpty() {
		it.Inventory.Outside = model.AllAddrs().Subtract(taken)
	}
	if !w.outside.IsEmpty() {
		it.Inventory.Outside = w.outside
	}
	it.Policy = w.policy()
	return it
}

// policy makes a stateful layer of the rules, after what AWS never filters.
func (w world) policy() model.Policy {
	l := model.Layer{Name: "policies", State: model.Stateful}
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		exempt := model.Chain{Name: "unfiltered", Order: model.AnyAllow, Default: model.Pass}
		for _, a := range aws.New(aws.Options{}).Unfiltered() {
			if a.Direction == d {
				exempt.Rules = append(exempt.Rules, a.Rule)
			}
		}
		chains := []model.Chain{exempt}
		if d == model.Ingress && len(w.tier) > 0 {
			chains = append(chains, model.Chain{Name: "admin", Order: model.FirstMatch, Rules: w.tier, Default: model.Pass})
		}
		for _, id := range w.targets(d) {
			chains = append(chains, w.chain(d, id))
		}
		if d == model.Ingress {
			l.Ingress = chains
		} else {
			l.Egress = chains
		}
	}
	return model.Policy{Layers: []model.Layer{l}}
}

func (w world) targets(d model.Direction) []model.Identity {
	var ids []model.Identity
	for _, r := range w.rules {
		if r.dir == d && !slices.Contains(ids, r.target) {
			ids = append(ids, r.target)
		}
	}
	return ids
}

func (w world) chain(d model.Direction, id model.Identity) model.Chain {
	c := model.Chain{
		Name: string(id), Order: model.AnyAllow, Default: model.Deny,
		Guard: model.Guard{Target: model.Identities{id}},
	}
	for _, r := range w.rules {
		if r.dir != d || r.target != id || r.peer == "nobody" {
			continue
		}
		c.Rules = append(c.Rules, model.Rule{
			Action: model.Allow, Target: model.Identities{id}, Peer: peer(r.peer), Traffic: r.traffic,
			Origin: model.Origin{File: "shop.yaml", Line: 7, Object: "NetworkPolicy shop/" + string(id), Path: "spec." + d.String() + "[0]"},
		})
	}
	return c
}

func peer(s string) model.Selector {
	switch {
	case s == "any":
		return nil
	case s == "strangers":
		return model.Identities{model.Outside}
	case strings.HasPrefix(s, "not "):
		return model.Not{Selector: model.Identities{model.Identity(s[4:])}}
	case strings.Contains(s, "/"):
		return model.At{Addrs: model.MustPrefixes(strings.Split(s, " ")...)}
	}
	return model.Identities{model.Identity(s)}
}

// encoded is an intent with what became of it.
type encoded struct {
	providers.Intent
	providers.Output
	findings []model.Finding
	// decoded is Output read back, known is the inventory with its groups.
	decoded model.Policy
	known   model.Inventory
}

// encode encodes the world and reads the result back.
func (w world) encode(t *testing.T, o aws.Options) encoded {
	t.Helper()
	p := aws.New(o)
	e := encoded{Intent: w.intent()}
	e.Output, e.findings = p.Encode(e.Intent)
	for _, f := range e.findings {
		if f.Severity == model.Error {
			return e
		}
	}
	if err := e.Module.Validate(); err != nil {
		t.Errorf("the module cannot be written: %v", err)
	}
	var fs []model.Finding
	e.decoded, fs = p.Decode(e.Module)
	for _, f := range fs {
		if f.Severity != model.Info {
			t.Errorf("own output is not read cleanly: %v", f)
		}
	}
	if err := e.decoded.Validate(); err != nil {
		t.Errorf("decoded policy: %v", err)
	}
	e.known = e.Inventory
	e.known.Groups = e.Groups
	return e
}

// delta compares what was wanted with what was written.
func (e encoded) delta() model.Delta { return model.Compare(e.Policy, e.decoded, e.known) }

// aclOnly compares what was wanted with the network ACLs alone.
func (e encoded) aclOnly() model.Delta {
	var acls model.Policy
	for _, l := range e.decoded.Layers {
		if l.State == model.Stateless {
			acls.Layers = append(acls.Layers, l)
		}
	}
	return model.Compare(e.Policy, acls, e.known)
}

// mustBeExact fails when traffic differs.
func (e encoded) mustBeExact(t *testing.T) {
	t.Helper()
	d := e.delta()
	for _, part := range []struct {
		what string
		r    model.Region
	}{{"opened", d.Opened}, {"closed", d.Closed}, {"unknown", d.Unknown}} {
		if f, ok := part.r.Example(); ok {
			t.Errorf("%s: %v", part.what, f)
		}
	}
	if t.Failed() {
		t.Log(e.text())
	}
}

// finding returns the finding of a code, nil when there is none.
func (e encoded) finding(code string) *model.Finding {
	for i, f := range e.findings {
		if f.Code == code {
			return &e.findings[i]
		}
	}
	return nil
}

// resources returns the resources of a type by name.
func (e encoded) resources(typ string) map[string]terraform.Resource {
	out := map[string]terraform.Resource{}
	for _, r := range e.Module.Resources {
		if r.Type == typ {
			out[r.Name] = r
		}
	}
	return out
}

// text lists the resources in short.
func (e encoded) text() string {
	var b strings.Builder
	for _, r := range e.Module.Resources {
		b.WriteString(r.Address() + "\n")
	}
	return b.String()
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// shop is three segments in three subnets: clients of strangers, a service, its database.
func shop(rules ...rule) world {
	return world{
		segments: []segment{
			at("front", "10.0.1.0/24", "fd00:1::/64"),
			at("back", "10.0.2.0/24", "fd00:2::/64"),
			at("data", "10.0.3.0/24", "fd00:3::/64"),
		},
		rules: rules,
	}
}

// shopIPv4 is shop without IPv6: cutting a /64 out of ::/0 takes 64 rules.
func shopIPv4(rules ...rule) world {
	return world{
		segments: []segment{at("front", "10.0.1.0/24"), at("back", "10.0.2.0/24"), at("data", "10.0.3.0/24")},
		rules:    rules,
	}
}

// add returns the world with more rules.
func (w world) add(rules ...rule) world {
	w.rules = append(slices.Clone(w.rules), rules...)
	return w
}

// each returns the world with every segment changed.
func (w world) each(change func(*segment)) world {
	w.segments = slices.Clone(w.segments)
	for i := range w.segments {
		change(&w.segments[i])
	}
	return w
}

// solo makes every segment a single pod.
func solo(w world) world { return w.each(func(s *segment) { s.solo = true }) }

// strictPods puts the world on EKS with groups enforced on pods.
func strictPods(w world) world {
	w.site.Cluster, w.site.StrictPods = "eks", true
	return w
}

// shared lets strangers live in the subnets.
func shared(w world) world {
	w.shared = true
	return w
}

// oneSubnet puts all segments into one subnet.
func oneSubnet(w world) world {
	return w.each(func(s *segment) { s.subnet, s.cidrs = "app", []string{"10.0.0.0/16", "fd00::/56"} })
}
