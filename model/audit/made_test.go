package audit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// estate is a small estate in the making: security groups, network ACLs, subnets and interfaces.
type estate struct{ audit.Reading }

// rule reads "allow tcp/22 from 0.0.0.0/0", with a priority before it or not: "90 deny any from 10.0.0.0/8", and with "at" a block behind it
// of those whom it is for. A peer that is no block is a group; "?" before a peer makes it unknown whether it is named.
func rule(t testing.TB, i int, text string) model.Rule {
	t.Helper()
	w := strings.Fields(text)
	r := model.Rule{Origin: model.Origin{Object: "rules", Path: fmt.Sprint(i)}}
	if _, err := fmt.Sscan(w[0], &r.Priority); err == nil {
		w = w[1:]
	}
	r.Action = map[string]model.Action{"allow": model.Allow, "deny": model.Deny, "pass": model.Pass}[w[0]]
	r.Traffic = model.Traffic{packets(t, w[1])}
	r.Peer = whom(w[3])
	if len(w) > 5 {
		r.Target = whom(w[5])
	}
	return r
}

func whom(text string) model.Selector {
	if rest, ok := strings.CutPrefix(text, "?"); ok {
		return model.Maybe{Selector: whom(rest), Why: "it is a variable"}
	}
	if strings.Contains(text, "/") {
		return model.At{Addrs: model.MustPrefixes(strings.Split(text, ",")...)}
	}
	return model.Group(text)
}

// packets reads "any", "tcp", "udp/53", "tcp/1024-65535" and "icmp".
func packets(t testing.TB, text string) model.Service {
	t.Helper()
	name, numbers, some := strings.Cut(text, "/")
	p, ok := map[string]model.Protocol{"any": model.AnyProtocol, "tcp": model.TCP, "udp": model.UDP, "icmp": model.ICMP, "icmpv6": model.ICMPv6, "gre": model.GRE}[name]
	if !ok {
		t.Fatalf("traffic %q", text)
	}
	if !some {
		return model.AllOf(p)
	}
	var first, last uint16
	if n, _ := fmt.Sscanf(numbers, "%d-%d", &first, &last); n == 1 {
		last = first
	}
	return model.Ports(p, first, last)
}

func rules(t testing.TB, texts []string) []model.Rule {
	t.Helper()
	out := make([]model.Rule, len(texts))
	for i, s := range texts {
		out[i] = rule(t, i, s)
	}
	return out
}

// group adds a security group with rules of ingress.
func (e *estate) group(t testing.TB, key string, texts ...string) {
	t.Helper()
	k := model.Group(key)
	in := rules(t, texts)
	for i := range in {
		in[i].Target = k
		in[i].Origin.Object = key
	}
	c := []model.Chain{{Name: key, Guard: model.Guard{Target: k}, Order: model.AnyAllow, Default: model.Deny, Rules: in}}
	e.Estate.Firewalls = append(e.Estate.Firewalls, audit.Firewall{State: model.Stateful, Target: k, Ingress: c, Object: object(audit.SecurityGroup, key)})
	if len(e.Policy.Layers) == 0 || e.Policy.Layers[0].Name != "security groups" {
		all := []model.Chain{{Name: "security groups", Guard: model.Guard{Target: model.Or{}}, Order: model.AnyAllow, Default: model.Deny}}
		e.Policy.Layers = append([]model.Layer{{Name: "security groups", State: model.Stateful, Ingress: all}}, e.Policy.Layers...)
	}
	all := &e.Policy.Layers[0].Ingress[0]
	all.Guard.Target, all.Rules = append(all.Guard.Target.(model.Or), k), append(all.Rules, in...)
}

// acl adds a network ACL of a subnet, with the same entries in both directions.
func (e *estate) acl(t testing.TB, key, subnet string, texts ...string) {
	t.Helper()
	c := []model.Chain{{Name: key, Guard: model.Guard{Target: model.Group(subnet)}, Order: model.FirstMatch, Default: model.Deny, Rules: rules(t, texts)}}
	e.Estate.Firewalls = append(e.Estate.Firewalls,
		audit.Firewall{State: model.Stateless, Target: model.Group(subnet), Ingress: c, Egress: c, Object: object(audit.NetworkACL, key)})
	e.Policy.Layers = append(e.Policy.Layers, model.Layer{Name: key, State: model.Stateless, Ingress: c, Egress: c})
	e.Estate.Subnets = append(e.Estate.Subnets, audit.Subnet{Object: object(audit.SubnetKind, subnet), Firewalls: []model.Group{model.Group(key)}})
}

func object(k audit.Kind, key string) audit.Object {
	return audit.Object{Provider: "aws", Kind: k, Key: model.Group(key), Name: key, Origin: model.Origin{Object: key}}
}

// member adds somebody to the policy's inventory, in groups.
func (e *estate) member(id string, groups ...string) {
	inv := &e.Inventory
	if inv.Groups == nil {
		inv.Groups = map[model.Group]model.Selector{}
	}
	if id != "" {
		inv.Members = append(inv.Members, model.Member{ID: model.Identity(id)})
	}
	for _, g := range groups {
		ids, _ := inv.Groups[model.Group(g)].(model.Identities)
		if id != "" {
			ids = append(ids, model.Identity(id))
		}
		inv.Groups[model.Group(g)] = ids
	}
}

// face adds an interface with groups, in a subnet where one is given.
func (e *estate) face(key string, public audit.Flag, subnet string, groups ...string) *audit.Interface {
	x := audit.Interface{Object: object(audit.InterfaceKind, key), IsPublic: public}
	for _, g := range groups {
		x.Firewalls = append(x.Firewalls, model.Group(g))
	}
	if subnet != "" {
		x.Subnets = []model.Group{model.Group(subnet)}
	}
	e.Estate.Interfaces = append(e.Estate.Interfaces, x)
	return &e.Estate.Interfaces[len(e.Estate.Interfaces)-1]
}

func (e *estate) subject() *audit.Subject { return audit.New(e.Reading, audit.Defaults()) }

// openingOf returns the one opening of a firewall.
func openingOf(t testing.TB, s *audit.Subject, key string) *audit.Opening {
	t.Helper()
	var found *audit.Opening
	for i := range s.Openings() {
		if o := &s.Openings()[i]; string(o.Firewall.Key) == key {
			if found != nil {
				t.Fatalf("%s has several openings", key)
			}
			found = o
		}
	}
	if found == nil {
		t.Fatalf("%s has no opening", key)
	}
	return found
}
