package providertest

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// Suite is a provider and the network it is tried on.
type Suite struct {
	Provider providers.Provider
	// Site is [Site], with what the cloud needs beyond it.
	Site providers.Site
	// Insignificant names attributes that may be unknown, and types of resources that may
	// be missing, without any effect on traffic that can be told from the module; besides names,
	// descriptions and tags.
	Insignificant []string
	// Redundant says of a resource that it states what holds anyhow, such as
	// an explicit deny beside an implied one. Nil: no resource does.
	Redundant func(terraform.Resource) bool
}

// policies is what every provider must carry, and what it may lose is for
// it to say.
func policies() []struct {
	name   string
	policy *policy
} {
	except := model.At{Addrs: model.MustPrefixes("203.0.113.0/24").Subtract(model.MustPrefixes("203.0.113.128/25"))}
	return []struct {
		name   string
		policy *policy
	}{
		{"nobody is isolated", isolated(nil, nil)},
		{"everybody is isolated", isolated(everyone(), everyone())},
		{"ingress isolated only", isolated(model.Identities{Database}, nil).from(Database, model.Identities{Backend}, tcp(5432))},
		{"egress isolated only", isolated(nil, model.Identities{Frontend}).to(Frontend, model.Identities{Backend}, tcp(8080))},
		{"three tiers", shop()},
		{"from anywhere", isolated(everyone(), nil).from(Frontend, nil, tcp(443))},
		{"to a partner, except a part", isolated(nil, everyone()).to(Backend, except, tcp(443))},
		{"the except is allowed by another rule", isolated(nil, everyone()).to(Backend, except, tcp(443)).
			to(Backend, at("203.0.113.192/26"), tcp(443))},
		{"IPv6 peers", isolated(everyone(), everyone()).from(Frontend, at("2001:db8:ffff::/48"), tcp(443)).to(Backend, at("::/0"), udp(53))},
		{"IPv4 only says nothing of IPv6", isolated(everyone(), everyone()).from(Frontend, at("0.0.0.0/0"), tcp(443))},
		{"port ranges", isolated(everyone(), nil).from(Backend, model.Identities{Frontend}, model.Ports(model.TCP, 8000, 8100), udp(53))},
		{"every protocol", isolated(everyone(), everyone()).from(Backend, model.Identities{Frontend}, model.AllTraffic()).
			to(Frontend, model.Identities{Backend}, model.AllTraffic())},
		{"among themselves", isolated(everyone(), everyone()).from(Backend, model.Identities{Backend}, tcp(7946)).to(Backend, model.Identities{Backend}, tcp(7946))},
		{"overlapping rules", isolated(everyone(), nil).from(Database, at("10.0.0.0/8"), tcp(5432)).from(Database, at("10.0.2.0/25"), tcp(5432), tcp(5433))},
		{"two peers of one rule", isolated(everyone(), nil).from(Database, model.Identities{Backend, Frontend}, tcp(5432))},
		{"SCTP ports", isolated(everyone(), nil).from(Backend, model.Identities{Frontend}, model.Ports(model.SCTP, 3868, 3868))},
		{"ICMP echo", isolated(everyone(), nil).from(Backend, nil, model.ICMPMessage(model.ICMP, 8, model.AnyICMP))},
	}
}

func shop() *policy {
	return isolated(everyone(), everyone()).
		from(Frontend, nil, tcp(443)).
		to(Frontend, model.Identities{Backend}, tcp(8080)).
		from(Backend, model.Identities{Frontend}, tcp(8080)).
		to(Backend, model.Identities{Database}, tcp(5432)).
		from(Database, model.Identities{Backend}, tcp(5432)).
		to(Backend, at("198.51.100.0/24"), tcp(443))
}

// Run runs the suite.
func Run(t *testing.T, s Suite) {
	t.Run("means what was asked", s.meaning)
	t.Run("same intent, same bytes", s.deterministic)
	t.Run("one port changed, one rule changed", s.stable)
	t.Run("unknown is not equal", s.unknown)
	t.Run("a missing rule is missed", s.dropped)
	t.Run("limits are complete", s.limits)
}

// turn is one way through the provider and back.
type turn struct {
	intent   providers.Intent
	output   providers.Output
	findings []model.Finding
	files    []terraform.File
	module   terraform.Module
}

func (s Suite) encode(t *testing.T, p model.Policy) turn {
	t.Helper()
	if u, ok := s.Provider.(providers.Unfiltered); ok {
		p = providers.Overrule(p, "never filtered", u.Unfiltered())
	}
	n := turn{intent: intent(s.Site, p)}
	n.output, n.findings = s.Provider.Encode(n.intent)
	for _, f := range n.findings {
		if f.Severity == model.Error {
			t.Fatalf("cannot encode: %s", f)
		}
	}
	var err error
	if n.files, err = terraform.Files(n.output.Module, terraform.HCL); err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for _, f := range n.files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	module, diags, err := terraform.Read(fsys)
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	n.module = module
	return n
}

// compare decodes a module in place of the turn's own.
func (s Suite) compare(n turn, m terraform.Module) (model.Delta, []model.Finding) {
	have, findings := s.Provider.Decode(m)
	inv := n.intent.Inventory
	inv.Groups = n.output.Groups
	return model.Compare(n.intent.Policy, have, inv), findings
}

func (s Suite) meaning(t *testing.T) {
	for _, p := range policies() {
		t.Run(p.name, func(t *testing.T) {
			n := s.encode(t, p.policy.policy())
			d, findings := s.compare(n, n.module)
			for _, f := range findings {
				if f.Severity == model.Error {
					t.Errorf("cannot decode what was encoded: %s", f)
				}
			}
			opened, closed := d.Opened, d.Closed
			for _, f := range n.findings {
				switch f.Grade {
				case model.Wider:
					opened = opened.Subtract(f.Affects)
				case model.Narrower, model.Unsupported:
					closed = closed.Subtract(f.Affects)
				case model.Exact:
				}
			}
			for what, r := range map[string]model.Region{"opened": opened, "closed": closed, "left unknown": d.Unknown} {
				if e, ok := r.Example(); ok {
					t.Errorf("%s without a word: %s", what, e)
				}
			}
		})
	}
}

func (s Suite) deterministic(t *testing.T) {
	a, b := s.encode(t, shop().policy()), s.encode(t, shop().policy())
	if !slices.EqualFunc(a.files, b.files, func(x, y terraform.File) bool { return x.Name == y.Name && bytes.Equal(x.Data, y.Data) }) {
		t.Error("two runs write different bytes")
	}
}

// stable changes one port and wants every resource that both runs have to be
// the same in both.
func (s Suite) stable(t *testing.T) {
	changed := shop()
	for i, r := range changed.ingress.Rules {
		if r.Traffic[0].Dst.First == 5432 {
			changed.ingress.Rules[i].Traffic = model.Traffic{tcp(5433)}
		}
	}
	for i, r := range changed.egress.Rules {
		if r.Traffic[0].Dst.First == 5432 {
			changed.egress.Rules[i].Traffic = model.Traffic{tcp(5433)}
		}
	}
	before, after := resources(s.encode(t, shop().policy())), resources(s.encode(t, changed.policy()))
	gone := 0
	for address, body := range before {
		now, ok := after[address]
		if !ok {
			gone++
		} else if !reflect.DeepEqual(now, body) {
			t.Errorf("%s changed in place", address)
		}
	}
	if gone == 0 || gone > len(before)/2 {
		t.Errorf("%d of %d resources went away", gone, len(before))
	}
}

func resources(n turn) map[string]terraform.Body {
	out := map[string]terraform.Body{}
	for _, r := range n.output.Module.Resources {
		out[r.Address()] = withoutOrder(r.Body)
	}
	return out
}

// withoutOrder leaves out what Terraform is to wait for, which is no part of a resource.
func withoutOrder(b terraform.Body) terraform.Body {
	b.Attrs = slices.DeleteFunc(slices.Clone(b.Attrs), func(a terraform.Attr) bool { return a.Name == "depends_on" })
	return b
}

// unknown makes one attribute after the other unknown. Whoever calls the result
// equal, without a word, has guessed.
func (s Suite) unknown(t *testing.T) {
	n := s.encode(t, shop().policy())
	ignore := append([]string{"name", "name_prefix", "description", "tags", "labels", "location", "resource_group_name", "project", "region", "depends_on"}, s.Insignificant...)
	for i, r := range n.module.Resources {
		for j, a := range r.Attrs {
			if slices.Contains(ignore, a.Name) {
				continue
			}
			m := n.module
			m.Resources = slices.Clone(m.Resources)
			m.Resources[i].Attrs = slices.Clone(r.Attrs)
			m.Resources[i].Attrs[j].Value = terraform.Unknown("test")
			d, findings := s.compare(n, m)
			if d.Equal() && model.WorstSeverity(findings) < model.Warning {
				t.Errorf("%s: %s is unknown, and the result is called equal", r.Address(), a.Name)
			}
		}
	}
}

// dropped takes one rule away after the other.
func (s Suite) dropped(t *testing.T) {
	n := s.encode(t, shop().policy())
	for i, r := range n.module.Resources {
		if slices.Contains(s.Insignificant, r.Type) || s.Redundant != nil && s.Redundant(r) {
			continue
		}
		m := n.module
		m.Resources = slices.Delete(slices.Clone(m.Resources), i, i+1)
		d, findings := s.compare(n, m)
		if d.Equal() && model.WorstSeverity(findings) < model.Warning {
			t.Errorf("without %s the result is still called equal", r.Address())
		}
	}
}

func (s Suite) limits(t *testing.T) {
	l := s.Provider.Limits()
	if l.Title == "" || len(l.Enforcers) == 0 || len(l.Quotas) == 0 {
		t.Fatalf("limits %+v", l)
	}
	for _, e := range l.Enforcers {
		for _, f := range providers.Features() {
			c, ok := e.Cells[f]
			if !ok || c.Fit < providers.Precise || c.Fit > providers.Open {
				t.Errorf("%s: no word on %q", e.Name, f)
			}
			if c.Fit != providers.Precise && c.Why == "" {
				t.Errorf("%s: %q is %s, and it is not said why", e.Name, f, c.Fit)
			}
		}
	}
	for _, q := range l.Quotas {
		if q.Limit <= 0 || q.Raised < q.Limit || q.Name == "" || q.Source == "" {
			t.Errorf("quota %+v", q)
		}
	}
}
