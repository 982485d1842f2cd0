package aws

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// What stands where is told with the addresses of pods behind an interface: secondary ones and delegated prefixes.
func TestSurvey(t *testing.T) {
	raw := func(texts ...string) []json.RawMessage {
		var out []json.RawMessage
		for _, s := range texts {
			out = append(out, json.RawMessage(s))
		}
		return out
	}
	m, _ := New(Options{}).Resources(providers.Snapshot{Provider: "aws", Objects: map[string][]json.RawMessage{
		kindSubnets: raw(`{"SubnetId":"subnet-1","VpcId":"vpc-1","CidrBlock":"10.0.0.0/24","AvailabilityZone":"eu-west-1a","Tags":[{"Key":"Name","Value":"apps"}],
			"Ipv6CidrBlockAssociationSet":[{"Ipv6CidrBlock":"2001:db8::/64","Ipv6CidrBlockState":{"State":"associated"}}]}`),
		kindInterfaces: raw(`{"NetworkInterfaceId":"eni-2","SubnetId":"subnet-1","PrivateIpAddress":"10.0.0.4","Groups":[{"GroupId":"sg-2"},{"GroupId":"sg-1"}],
			"PrivateIpAddresses":[{"PrivateIpAddress":"10.0.0.4"},{"PrivateIpAddress":"10.0.0.5"}],"Ipv4Prefixes":[{"Ipv4Prefix":"10.0.0.16/28"}],"Ipv6Addresses":[{"Ipv6Address":"2001:db8::5"}]}`,
			`{"NetworkInterfaceId":"eni-1","SubnetId":"subnet-1","PrivateIpAddress":"10.0.0.9","Groups":[]}`),
	}})
	s := New(Options{}).Survey(m)
	if s.Region != "eu-west-1" || len(s.Subnets) != 1 || len(s.Interfaces) != 2 {
		t.Fatalf("survey %+v", s)
	}
	if n := s.Subnets[0]; n.ID != "subnet-1" || n.Name != "apps" || n.Network != "vpc-1" || !n.Addrs().Equal(model.MustPrefixes("10.0.0.0/24", "2001:db8::/64")) {
		t.Errorf("subnet %+v", n)
	}
	i := s.Interfaces[1]
	if i.Label != "eni-2" || !slices.Equal(i.Groups, []string{"sg-1", "sg-2"}) || !slices.Equal(i.Subnets, []string{"subnet-1"}) ||
		!i.Addrs.Equal(model.MustPrefixes("10.0.0.4/31", "10.0.0.16/28", "2001:db8::5/128")) {
		t.Errorf("interface %+v", i)
	}
	if s.Interfaces[0].Label != "eni-1" || len(s.Interfaces[0].Groups) != 0 {
		t.Errorf("interface %+v", s.Interfaces[0])
	}
}
