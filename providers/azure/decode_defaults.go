package azure

import (
	"github.com/crosswall/crosswall/model"
)

// defaultInbound returns the rules that Azure puts at the end of every group
// and that nobody can delete ("Network security groups", default security rules).
func defaultInbound() []model.Rule {
	network := model.Group("tag:" + tagVirtualNetwork)
	return []model.Rule{
		defaultRule("AllowVnetInBound", 65000, model.Allow, network, network),
		defaultRule("AllowAzureLoadBalancerInBound", 65001, model.Allow, nil, model.At{Addrs: model.Addrs(probeSource())}),
		defaultRule("DenyAllInBound", 65500, model.Deny, nil, nil),
	}
}

// defaultOutbound returns the rules at the end of the other direction.
func defaultOutbound() []model.Rule {
	network := model.Group("tag:" + tagVirtualNetwork)
	return []model.Rule{
		defaultRule("AllowVnetOutBound", 65000, model.Allow, network, network),
		defaultRule("AllowInternetOutBound", 65001, model.Allow, nil, model.Group("tag:"+tagInternet)),
		defaultRule("DenyAllOutBound", 65500, model.Deny, nil, nil),
	}
}

func defaultRule(name string, priority int, a model.Action, target, peer model.Selector) model.Rule {
	return model.Rule{Name: name, Action: a, Priority: priority, Target: target, Peer: peer,
		Traffic: model.Traffic{model.AllTraffic()}, Origin: model.Origin{Object: "default rule " + name},
		Reason: "Azure ends every network security group with it"}
}
