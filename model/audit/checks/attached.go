package checks

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model/audit"
)

// balances says whether an interface is a load balancer's, which takes from everybody what it is for and passes it on.
func balances(x *audit.Interface) audit.Flag {
	// Words of the clouds: NetworkInterface.InterfaceType and RequesterId of the EC2 API, types of Terraform resources.
	switch what := strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(x.What)); {
	case x.Owner == "amazon-elb", isBalancer(what):
		return audit.Yes
	case what == "":
		return audit.Unknown
	}
	return audit.No
}

func isBalancer(what string) bool {
	return slices.ContainsFunc([]string{"load_balancer", "loadbalancer", "aws_lb", "aws_alb", "aws_elb", "application_gateway", "applicationgateway"},
		func(word string) bool { return strings.Contains(what, word) })
}

// balanced reports whether everything that a firewall applies to is known, and belongs to load balancers.
func balanced(s *audit.Subject, f *audit.Firewall) bool {
	under := s.Under(f.Key)
	if len(under) == 0 || f.NotAll != "" {
		return false
	}
	return !slices.ContainsFunc(under, func(x *audit.Interface) bool { return balances(x) != audit.Yes })
}
