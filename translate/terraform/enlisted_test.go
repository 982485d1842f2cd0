package tfsource_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/providers/gcp"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// namesIn is the names in a snapshot of a cloud.
func namesIn(p providers.Native, s providers.Snapshot) tfsource.Names {
	m, _ := p.Resources(s)
	policy, _ := p.Decode(m)
	return tfsource.NamesIn(p, m, policy)
}

// Of every interface it is told in which groups it is, and of groups whether that is everybody; a tag that stands for everybody in
// a network is none of these (Azure service tags overview, VirtualNetwork and Internet).
func TestEnlisted(t *testing.T) {
	w := world{labels: []string{"a", "b"}, rules: []worldRule{{"", "a", 80}, {"a", "b", 81}}}
	p := population{10: {"a"}, 11: {"a", "b"}}
	for _, row := range []struct {
		cloud providers.Native
		taken providers.Snapshot
		// label is the name of a group of a label; groups are others of which it is told who is in them.
		label  string
		groups []model.Group
	}{
		{aws.New(aws.Options{}), w.awsObjects(p), "sg-%s", nil},
		{gcp.New(gcp.Options{}), w.gcpObjects(p), "tag:%s", []model.Group{"source-tag:a", "source-tag:b"}},
		{azure.New(azure.Options{}), w.azureObjects(p), "/subscriptions/s/resourcegroups/g/providers/microsoft.network/applicationsecuritygroups/%s",
			[]model.Group{"azurerm_application_security_group.g/a", "azurerm_application_security_group.g/b"}},
	} {
		t.Run(row.cloud.Name(), func(t *testing.T) {
			names := namesIn(row.cloud, row.taken)
			group := func(label string) model.Group { return model.Group(fmt.Sprintf(row.label, label)) }
			want := append([]model.Group{group("a"), group("b")}, row.groups...)
			slices.Sort(want)
			rolls := names.Rolls()
			if got := slices.Sorted(maps.Keys(rolls)); !slices.Equal(got, want) {
				t.Errorf("told of %q, want %q", got, want)
			}
			for g, roll := range rolls {
				if roll != providers.RollOfAll {
					t.Errorf("%s: not all are told", g)
				}
			}
			told := map[string]string{}
			for _, e := range names.Enlisted() {
				var in []string
				for _, l := range w.labels {
					if slices.Contains(e.Groups, group(l)) {
						in = append(in, l)
					}
				}
				told[e.Addrs.String()] = strings.Join(in, " ")
			}
			if want := map[string]string{"10.0.0.10/32": "a", "10.0.0.11/32": "a b"}; !maps.Equal(told, want) {
				t.Errorf("enlisted %v, want %v", told, want)
			}
		})
	}
}

// Everybody in a network, and everybody in none, are known by the addresses of the networks.
func TestMembersOfNetworks(t *testing.T) {
	w := world{labels: []string{"a"}, rules: []worldRule{{"", "a", 80}}}
	p := azure.New(azure.Options{})
	members := namesIn(p, w.azureObjects(population{10: {"a"}})).Members()
	space := model.MustPrefixes("10.0.0.0/16")
	for group, want := range map[model.Group]model.AddrSet{"tag:VirtualNetwork": space, "tag:Internet": model.AllAddrs().Subtract(space)} {
		if got := (model.Inventory{}).Resolve(members[group]).Must.Rest(); members[group] == nil || !got.Equal(want) {
			t.Errorf("%s: %v, want %v", group, members[group], want)
		}
	}
	snapshot := w.azureObjects(population{10: {"a"}})
	delete(snapshot.Objects, azure.KindNetworks)
	if s, ok := namesIn(p, snapshot).Members()["tag:VirtualNetwork"]; ok {
		t.Errorf("without networks their addresses are known: %v", s)
	}
}
