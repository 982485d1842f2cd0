package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
)

// lists are the lists that need nothing but the subscription.
func (r *reader) lists() []task {
	c, group := r.clients, r.options.ResourceGroup
	if group == "" {
		return []task{
			{azure.KindSecurityGroups, "", opGroupsAll, pages(r, opGroupsAll, c.NewSecurityGroupsClient().NewListAllPager(nil))},
			{azure.KindNetworks, "", opNetworksAll, pages(r, opNetworksAll, c.NewVirtualNetworksClient().NewListAllPager(nil))},
			{azure.KindInterfaces, "", opInterfacesAll, pages(r, opInterfacesAll, c.NewInterfacesClient().NewListAllPager(nil))},
			{azure.KindAppGroups, "", opAppGroupsAll, pages(r, opAppGroupsAll, c.NewApplicationSecurityGroupsClient().NewListAllPager(nil))},
		}
	}
	return []task{
		{azure.KindSecurityGroups, "", opGroups, pages(r, opGroups, c.NewSecurityGroupsClient().NewListPager(group, nil))},
		{azure.KindNetworks, "", opNetworks, pages(r, opNetworks, c.NewVirtualNetworksClient().NewListPager(group, nil))},
		{azure.KindInterfaces, "", opInterfaces, pages(r, opInterfaces, c.NewInterfacesClient().NewListPager(group, nil))},
		{azure.KindAppGroups, "", opAppGroups, pages(r, opAppGroups, c.NewApplicationSecurityGroupsClient().NewListPager(group, nil))},
	}
}

// pages reads all pages of a list. The objects are taken from the answers as they are: the SDK's own
// types leave out the fields that they do not know, which may decide about traffic.
func pages[T any](r *reader, operation string, p *runtime.Pager[T]) func(context.Context) ([]json.RawMessage, error) {
	return func(ctx context.Context) ([]json.RawMessage, error) {
		var out []json.RawMessage
		for p.More() {
			var response *http.Response
			if _, err := p.NextPage(policy.WithCaptureResponse(ctx, &response)); err != nil {
				return out, err
			}
			var page struct {
				Value []json.RawMessage `json:"value"`
			}
			if err := payload(response, &page); err != nil {
				return out, err
			}
			out = append(out, page.Value...)
			r.options.Progress(operation, len(page.Value))
		}
		return out, nil
	}
}

// payload reads the body of an answer.
func payload(response *http.Response, into any) error {
	if response == nil {
		return errors.New("there was no answer")
	}
	body, err := runtime.Payload(response)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return errors.New("the answer is not the JSON that was expected")
	}
	return nil
}

// network is what is read of a virtual network to know what to ask for next.
type network struct {
	ID         string `json:"id"`
	Location   string `json:"location"`
	Properties struct {
		Subnets []struct {
			Properties struct {
				IPConfigurations []struct {
					ID string `json:"id"`
				} `json:"ipConfigurations"`
			} `json:"properties"`
		} `json:"subnets"`
	} `json:"properties"`
}

func networks(s providers.Snapshot) []network {
	var out []network
	for _, raw := range s.Objects[azure.KindNetworks] {
		var n network
		if json.Unmarshal(raw, &n) == nil && n.ID != "" {
			out = append(out, n)
		}
	}
	return out
}

// inGroup takes the resource group and the names from an id, in the order in which they stand.
func inGroup(id string) (group string, names []string) {
	parts := strings.Split(id, "/")
	if len(parts) < 9 || !strings.EqualFold(parts[3], "resourceGroups") {
		return "", nil
	}
	for i := 8; i < len(parts); i += 2 {
		names = append(names, parts[i])
	}
	return parts[4], names
}

// scaleSets asks for the interfaces of scale sets, which are on no other list. Which ones there
// are is seen by the IP configurations in the subnets and by the groups on interfaces.
func (r *reader) scaleSets(s providers.Snapshot) []task {
	ids := map[string]string{} // as written, by lower case
	note := func(id string) {
		const word = "/virtualmachinescalesets/"
		low := strings.ToLower(id)
		i := strings.Index(low, word)
		// Instances of scale sets that are machines of their own are on the list of interfaces.
		if i < 0 || !strings.Contains(low, "/networkinterfaces/") {
			return
		}
		name, _, _ := strings.Cut(id[i+len(word):], "/")
		ids[low[:i+len(word)]+strings.ToLower(name)] = id[:i+len(word)] + name
	}
	for _, n := range networks(s) {
		for _, sub := range n.Properties.Subnets {
			for _, c := range sub.Properties.IPConfigurations {
				note(c.ID)
			}
		}
	}
	for _, raw := range s.Objects[azure.KindSecurityGroups] {
		var g struct {
			Properties struct {
				NetworkInterfaces []struct {
					ID string `json:"id"`
				} `json:"networkInterfaces"`
			} `json:"properties"`
		}
		if json.Unmarshal(raw, &g) == nil {
			for _, c := range g.Properties.NetworkInterfaces {
				note(c.ID)
			}
		}
	}
	var out []task
	for _, low := range slices.Sorted(maps.Keys(ids)) {
		id := ids[low]
		group, names := inGroup(id)
		if len(names) == 0 || r.options.ResourceGroup != "" && !strings.EqualFold(group, r.options.ResourceGroup) {
			continue
		}
		pager := r.clients.NewInterfacesClient().NewListVirtualMachineScaleSetNetworkInterfacesPager(group, names[0], nil)
		out = append(out, task{azure.KindInterfaces, id, opScaleSets, pages(r, opScaleSets, pager)})
	}
	return out
}

// adminRules asks for the rules of network managers that are in force on each network.
func (r *reader) adminRules(s providers.Snapshot) []task {
	var out []task
	if slices.ContainsFunc(s.Gaps, func(g providers.Gap) bool { return g.Kind == azure.KindNetworks }) {
		out = append(out, task{azure.KindAdminRules, "", opAdminRules, func(context.Context) ([]json.RawMessage, error) {
			return nil, errors.New("not every virtual network could be listed")
		}})
	}
	for _, n := range networks(s) {
		group, names := inGroup(n.ID)
		if len(names) == 0 {
			continue
		}
		out = append(out, task{azure.KindAdminRules, n.ID, opAdminRules, func(ctx context.Context) ([]json.RawMessage, error) {
			return r.adminRulesOn(ctx, n.ID, group, names[0])
		}})
	}
	return out
}

// adminRulesOn asks for the rules in force on one network. The answer does not say which network it is about,
// so that its id is put beside the rules.
func (r *reader) adminRulesOn(ctx context.Context, id, group, name string) ([]json.RawMessage, error) {
	client := r.clients.NewManagementClient()
	rules := []json.RawMessage{}
	var token *string
	for {
		var response *http.Response
		_, err := client.ListNetworkManagerEffectiveSecurityAdminRules(policy.WithCaptureResponse(ctx, &response), group, name,
			armnetwork.QueryRequestOptions{SkipToken: token}, nil)
		if err != nil {
			return nil, err // a part of the rules decides nothing: others may come before
		}
		var page struct {
			Value     []json.RawMessage `json:"value"`
			SkipToken string            `json:"skipToken"`
		}
		if err := payload(response, &page); err != nil {
			return nil, err
		}
		rules = append(rules, page.Value...)
		r.options.Progress(opAdminRules, len(page.Value))
		if page.SkipToken == "" {
			break
		}
		if token != nil && *token == page.SkipToken {
			return nil, errors.New("the pages of the answer go round in a circle")
		}
		token = &page.SkipToken
	}
	raw, err := json.Marshal(map[string]any{"virtualNetwork": map[string]string{"id": id}, "value": rules})
	if err != nil {
		return nil, fmt.Errorf("writing down the rules on a network: %w", err)
	}
	return []json.RawMessage{raw}, nil
}

// serviceTags asks for the addresses of service tags where rules name any. The list of every region says
// the same of all of Azure ("Service tags - List", REST API of virtual networks).
func (r *reader) serviceTags(s providers.Snapshot) []task {
	named := azure.ServiceTagsIn(s)
	all := networks(s)
	if len(named) == 0 || len(all) == 0 {
		return nil
	}
	location := all[0].Location
	return []task{{azure.KindServiceTags, "", opServiceTags, func(ctx context.Context) ([]json.RawMessage, error) {
		var response *http.Response
		if _, err := r.clients.NewServiceTagsClient().List(policy.WithCaptureResponse(ctx, &response), location, nil); err != nil {
			return nil, err
		}
		var list map[string]json.RawMessage
		if err := payload(response, &list); err != nil {
			return nil, err
		}
		raw, err := onlyTags(list, named)
		r.options.Progress(opServiceTags, 1)
		return raw, err
	}}}
}

// onlyTags leaves in a list of service tags those that are named: a list has thousands of
// tags, with some hundred thousand addresses.
func onlyTags(list map[string]json.RawMessage, named []string) ([]json.RawMessage, error) {
	var values, kept []json.RawMessage
	if err := json.Unmarshal(list["values"], &values); err != nil {
		return nil, errors.New("the answer has no list of service tags")
	}
	for _, v := range values {
		var tag struct {
			Name string `json:"name"`
		}
		if json.Unmarshal(v, &tag) == nil && slices.ContainsFunc(named, func(n string) bool { return strings.EqualFold(n, tag.Name) }) {
			kept = append(kept, v)
		}
	}
	var err error
	if list["values"], err = json.Marshal(kept); err != nil {
		return nil, fmt.Errorf("writing down service tags: %w", err)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("writing down service tags: %w", err)
	}
	return []json.RawMessage{raw}, nil
}
