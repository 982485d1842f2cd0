package live_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9/fake"

	"github.com/crosswall/crosswall/providers/azure/live"
)

// fakes are the SDK's own servers, with a group on a subnet, an admin rule and nothing else. The list of
// interfaces is refused.
func fakes() *fake.ServerFactory {
	id := func(path string) *string { return to.Ptr(at(path)) }
	subnet, group := id("net/Microsoft.Network/virtualNetworks/v/subnets/app"), id("shop/Microsoft.Network/networkSecurityGroups/g")
	rule := &armnetwork.SecurityRule{Name: to.Ptr("https"), Properties: &armnetwork.SecurityRulePropertiesFormat{
		Priority: to.Ptr[int32](100), Direction: to.Ptr(armnetwork.SecurityRuleDirectionInbound), Access: to.Ptr(armnetwork.SecurityRuleAccessAllow),
		Protocol: to.Ptr(armnetwork.SecurityRuleProtocolTCP), SourceAddressPrefix: to.Ptr("*"), SourcePortRange: to.Ptr("*"),
		DestinationAddressPrefix: to.Ptr("*"), DestinationPortRanges: []*string{to.Ptr("80"), to.Ptr("443")}}}
	var f fake.ServerFactory
	f.SecurityGroupsServer.NewListAllPager = func(*armnetwork.SecurityGroupsClientListAllOptions) (resp azfake.PagerResponder[armnetwork.SecurityGroupsClientListAllResponse]) {
		page := func(groups ...*armnetwork.SecurityGroup) armnetwork.SecurityGroupsClientListAllResponse {
			return armnetwork.SecurityGroupsClientListAllResponse{SecurityGroupListResult: armnetwork.SecurityGroupListResult{Value: groups}}
		}
		resp.AddPage(http.StatusOK, page(&armnetwork.SecurityGroup{ID: group, Name: to.Ptr("g"), Properties: &armnetwork.SecurityGroupPropertiesFormat{
			SecurityRules: []*armnetwork.SecurityRule{rule}, Subnets: []*armnetwork.Subnet{{ID: subnet}}}}), nil)
		resp.AddPage(http.StatusOK, page(), nil)
		return resp
	}
	f.VirtualNetworksServer.NewListAllPager = func(*armnetwork.VirtualNetworksClientListAllOptions) (resp azfake.PagerResponder[armnetwork.VirtualNetworksClientListAllResponse]) {
		resp.AddPage(http.StatusOK, armnetwork.VirtualNetworksClientListAllResponse{VirtualNetworkListResult: armnetwork.VirtualNetworkListResult{Value: []*armnetwork.VirtualNetwork{{
			ID: id("net/Microsoft.Network/virtualNetworks/v"), Properties: &armnetwork.VirtualNetworkPropertiesFormat{
				AddressSpace: &armnetwork.AddressSpace{AddressPrefixes: []*string{to.Ptr("10.0.0.0/16")}},
				Subnets: []*armnetwork.Subnet{{ID: subnet, Name: to.Ptr("app"), Properties: &armnetwork.SubnetPropertiesFormat{
					AddressPrefix: to.Ptr("10.0.1.0/24"), NetworkSecurityGroup: &armnetwork.SecurityGroup{ID: group}}}}}}}}}, nil)
		return resp
	}
	f.InterfacesServer.NewListAllPager = func(*armnetwork.InterfacesClientListAllOptions) (resp azfake.PagerResponder[armnetwork.InterfacesClientListAllResponse]) {
		resp.AddResponseError(http.StatusForbidden, "AuthorizationFailed")
		return resp
	}
	f.ApplicationSecurityGroupsServer.NewListAllPager = func(*armnetwork.ApplicationSecurityGroupsClientListAllOptions) (resp azfake.PagerResponder[armnetwork.ApplicationSecurityGroupsClientListAllResponse]) {
		resp.AddPage(http.StatusOK, armnetwork.ApplicationSecurityGroupsClientListAllResponse{}, nil)
		return resp
	}
	f.ManagementServer.ListNetworkManagerEffectiveSecurityAdminRules = func(_ context.Context, _, _ string, _ armnetwork.QueryRequestOptions, _ *armnetwork.ManagementClientListNetworkManagerEffectiveSecurityAdminRulesOptions) (
		resp azfake.Responder[armnetwork.ManagementClientListNetworkManagerEffectiveSecurityAdminRulesResponse], _ azfake.ErrorResponder) {
		any4 := []*armnetwork.AddressPrefixItem{{AddressPrefix: to.Ptr("*"), AddressPrefixType: to.Ptr(armnetwork.AddressPrefixTypeIPPrefix)}}
		resp.SetResponse(http.StatusOK, armnetwork.ManagementClientListNetworkManagerEffectiveSecurityAdminRulesResponse{
			ManagerEffectiveSecurityAdminRulesListResult: armnetwork.ManagerEffectiveSecurityAdminRulesListResult{Value: []armnetwork.EffectiveBaseSecurityAdminRuleClassification{
				&armnetwork.EffectiveSecurityAdminRule{Kind: to.Ptr(armnetwork.EffectiveAdminRuleKindCustom), ID: id("hub/Microsoft.Network/networkManagers/m/securityAdminConfigurations/c/ruleCollections/rc/rules/no80"),
					Properties: &armnetwork.AdminPropertiesFormat{Priority: to.Ptr[int32](1), Access: to.Ptr(armnetwork.SecurityConfigurationRuleAccessDeny), Direction: to.Ptr(armnetwork.SecurityConfigurationRuleDirectionInbound),
						Protocol: to.Ptr(armnetwork.SecurityConfigurationRuleProtocolTCP), Sources: any4, Destinations: any4,
						SourcePortRanges: []*string{to.Ptr("0-65535")}, DestinationPortRanges: []*string{to.Ptr("80")}}}}}}, nil)
		return resp, azfake.ErrorResponder{}
	}
	return &f
}

// The SDK's own fake servers are read like Azure.
func TestReadFakes(t *testing.T) {
	got, err := live.Read(t.Context(), live.Options{Subscription: subscription, Credential: &azfake.TokenCredential{}, CallsPerSecond: 1000,
		RetryDelay: time.Millisecond, Transport: fake.NewServerFactoryTransport(fakes())})
	if err != nil {
		t.Fatal(err)
	}
	if c := counts(got); !slices.Equal(c, []int{1, 1, -1, 0, 0, 1}) || len(got.Gaps) != 1 || got.Gaps[0].Why != "403 Forbidden (AuthorizationFailed): the permission is missing" {
		t.Errorf("%v objects, gaps %v", c, got.Gaps)
	}
	verdicts(t, got, "198.51.100.9 > 10.0.1.4 tcp/443: allow; 198.51.100.9 > 10.0.1.4 tcp/80: deny")
}
