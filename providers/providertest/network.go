package providertest

import (
	"net/netip"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// The network of the suite: three segments in an exclusive dual-stack subnet each.
const (
	Frontend model.Identity = "shop-frontend"
	Backend  model.Identity = "shop-backend"
	Database model.Identity = "shop-db"
)

type tier struct {
	id     model.Identity
	subnet string
	cidrs  [2]string
}

func tiers() []tier {
	return []tier{
		{Backend, "app", [2]string{"10.0.2.0/24", "2001:db8:2::/64"}},
		{Database, "data", [2]string{"10.0.3.0/24", "2001:db8:3::/64"}},
		{Frontend, "web", [2]string{"10.0.1.0/24", "2001:db8:1::/64"}},
	}
}

// Site returns the network as a placement would give it. Set what the cloud
// needs beyond it.
func Site() providers.Site {
	s := providers.Site{Given: true, Network: "net-1", Homes: map[model.Identity]providers.Home{}}
	for _, t := range tiers() {
		prefixes := []netip.Prefix{netip.MustParsePrefix(t.cidrs[0]), netip.MustParsePrefix(t.cidrs[1])}
		s.Subnets = append(s.Subnets, providers.Subnet{Name: t.subnet, ID: "subnet-" + t.subnet, Prefixes: prefixes, Exclusive: true})
	}
	return s
}

// intent asks for the policy over the network.
func intent(site providers.Site, p model.Policy) providers.Intent {
	in := providers.Intent{Policy: p, Site: site, Inventory: model.Inventory{Groups: map[model.Group]model.Selector{}}}
	taken := model.AddrSet{}
	in.Site.Homes = map[model.Identity]providers.Home{}
	for _, t := range tiers() {
		addrs := model.MustPrefixes(t.cidrs[:]...)
		home := providers.Home{Subnets: []string{t.subnet}, Addrs: addrs, Exclusive: true,
			ClientPorts: model.PortRange{First: 32768, Last: 60999}}
		w := providers.Workload{ID: "shop/Deployment/" + t.id, Namespace: "shop", Kind: "Deployment", Name: string(t.id),
			Labels:          map[string]string{"app": string(t.id)},
			NamespaceLabels: map[string]string{"kubernetes.io/metadata.name": "shop"}, NamespaceKnown: true}
		in.Site.Homes[w.ID] = home
		in.Segments = append(in.Segments, providers.Segment{ID: t.id, Workloads: []providers.Workload{w}, Home: home})
		in.Inventory.Members = append(in.Inventory.Members, model.Member{ID: t.id, Addrs: addrs, ClientPorts: home.ClientPorts})
		taken = taken.Union(addrs)
	}
	in.Inventory.Outside = model.AllAddrs().Subtract(taken)
	return in
}

// policy is a Kubernetes-like policy in the making.
type policy struct{ ingress, egress model.Chain }

// isolated starts a policy that isolates segments in each direction.
func isolated(ingress, egress model.Identities) *policy {
	chain := func(ids model.Identities) model.Chain {
		return model.Chain{Name: "network policies", Guard: model.Guard{Target: ids}, Order: model.AnyAllow, Default: model.Deny}
	}
	return &policy{chain(ingress), chain(egress)}
}

// everyone is all segments.
func everyone() model.Identities { return model.Identities{Backend, Database, Frontend} }

// from adds an ingress rule; a nil peer is anybody.
func (p *policy) from(target model.Identity, peer model.Selector, t ...model.Service) *policy {
	p.ingress.Rules = append(p.ingress.Rules, rule(target, peer, t, "ingress"))
	return p
}

// to adds an egress rule.
func (p *policy) to(target model.Identity, peer model.Selector, t ...model.Service) *policy {
	p.egress.Rules = append(p.egress.Rules, rule(target, peer, t, "egress"))
	return p
}

func rule(target model.Identity, peer model.Selector, t model.Traffic, direction string) model.Rule {
	return model.Rule{Name: "rule", Action: model.Allow, Target: model.Identities{target}, Peer: peer, Traffic: t,
		Origin: model.Origin{File: "policies.yaml", Line: 7, Object: "NetworkPolicy shop/" + string(target), Path: "spec." + direction + "[0]"}}
}

func (p *policy) policy() model.Policy {
	return model.Policy{Layers: []model.Layer{{Name: "kubernetes", State: model.Stateful,
		Ingress: []model.Chain{p.ingress}, Egress: []model.Chain{p.egress}}}}
}

func at(cidrs ...string) model.Selector { return model.At{Addrs: model.MustPrefixes(cidrs...)} }

func tcp(port uint16) model.Service { return model.Ports(model.TCP, port, port) }
func udp(port uint16) model.Service { return model.Ports(model.UDP, port, port) }
