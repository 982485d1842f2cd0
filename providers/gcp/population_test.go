package gcp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// instanceJSON is a machine on the network main with an address, tags, and pods in an alias range where
// a tag is "pods:CIDR".
func instanceJSON(name, addr string, tags ...string) string {
	var alias string
	tags = slices.DeleteFunc(slices.Clone(tags), func(tag string) bool {
		block, pods := strings.CutPrefix(tag, "pods:")
		if pods {
			alias = fmt.Sprintf(`,"aliasIpRanges":[{"ipCidrRange":%q}]`, block)
		}
		return pods
	})
	return fmt.Sprintf(`{"kind":"compute#instance","id":"77","name":%q,"selfLink":"%[2]szones/europe-west1-b/instances/%[1]s","zone":"%[2]szones/europe-west1-b",
		"tags":{"items":["%[3]s"]},"networkInterfaces":[{"network":"%[2]sglobal/networks/main","networkIP":%[4]q%[5]s}]}`, name, testProject, strings.Join(tags, `","`), addr, alias)
}

// population is who there is in an account, with the policy.
func population(t *testing.T, a account) (model.Policy, providers.Population) {
	t.Helper()
	p := New(Options{})
	m, _ := p.Resources(a.snapshot())
	policy, _ := p.Decode(m)
	return policy, p.Population(m, policy)
}

// members is an inventory of a population: each set of parties that come together or that endpoints are in, and each party
// that is no mark.
func members(pop providers.Population) model.Inventory {
	inv := model.Inventory{Groups: map[model.Group]model.Selector{}, Outside: model.AllAddrs().Subtract(pop.Taken)}
	sets := slices.Clone(pop.Together)
	at := map[string][]model.AddrSet{}
	for _, e := range pop.Endpoints {
		set := slices.Sorted(slices.Values(e.Parties))
		at[fmt.Sprint(set)] = append(at[fmt.Sprint(set)], e.Addrs)
		if len(at[fmt.Sprint(set)]) == 1 {
			sets = append(sets, set)
		}
	}
	for i, p := range pop.Parties {
		for _, g := range p.Groups {
			inv.Groups[g] = model.Identities{}
		}
		if !p.Mark {
			sets = append(sets, []int{i})
		}
	}
	in := map[model.Group]model.Identities{}
	for _, set := range sets {
		var labels []string
		addrs := model.AllAddrs()
		groups := map[model.Group]bool{}
		for i, held := range at[fmt.Sprint(set)] {
			if i == 0 {
				addrs = model.AddrSet{}
			}
			addrs = addrs.Union(held)
		}
		for _, i := range set {
			labels = append(labels, pop.Parties[i].Label)
			if !pop.Parties[i].Addrs.IsEmpty() {
				addrs = addrs.Intersect(pop.Parties[i].Addrs)
			}
			for _, g := range pop.Parties[i].Groups {
				groups[g] = true
			}
		}
		id := model.Identity(strings.Join(labels, " + "))
		if addrs.IsAll() {
			addrs = model.AddrSet{}
		}
		inv.Members = append(inv.Members, model.Member{ID: id, Addrs: addrs})
		for g := range groups {
			in[g] = append(in[g], id)
		}
	}
	for g, ids := range in {
		inv.Groups[g] = ids
	}
	return inv
}

// TestPopulationOfMachines wants machines by their addresses and marks, and pods of a node to be no sources by
// the node's tag (cloud semantics 3).
func TestPopulationOfMachines(t *testing.T) {
	a := mainNetwork().
		with(KindFirewall, fwJSON("r", `"sourceTags":["web"],"targetTags":["db"],"allowed":[{"IPProtocol":"tcp"}]`)).
		with(KindInstance, instanceJSON("web-1", "10.0.1.1", "web", "pods:10.0.9.0/24"), instanceJSON("db-1", "10.0.2.1", "db"), instanceJSON("bare", "10.1.0.1", "other"))
	policy, pop := population(t, a)
	inv := members(pop)
	if err := inv.Validate(); err != nil {
		t.Fatal(err)
	}
	const (
		web  = "network main + tag web"
		db   = "network main + tag db"
		pods = "network main + tag web (pods)"
		bare = "network main + tag other"
		rest = "network main + somebody else on network main"
	)
	for _, row := range []struct {
		from, source, to, dest string
		want                   model.Verdict
	}{
		{web, "10.0.1.1", db, "10.0.2.1", model.Allowed},
		{pods, "10.0.9.7", db, "10.0.2.1", model.Denied},
		{bare, "10.1.0.1", db, "10.0.2.1", model.Denied},
		{web, "10.0.1.1", bare, "10.1.0.1", model.Denied},
		{rest, "10.0.3.3", db, "10.0.2.1", model.Denied},
	} {
		for _, id := range []string{row.from, row.to} {
			if !slices.ContainsFunc(inv.Members, func(m model.Member) bool { return string(m.ID) == id }) {
				t.Fatalf("nobody is %q: %v", id, inv.Members)
			}
		}
		x := flow(t, "- "+row.source+" > - "+row.dest+" tcp/80")
		x.Src.ID, x.Dst.ID = model.Identity(row.from), model.Identity(row.to)
		if d := policy.Explain(x, inv); d.Verdict != row.want {
			t.Errorf("%s: %s, want %s", x, d.Verdict, row.want)
		}
	}
}

// TestTagToRange moves a rule from a tag to the addresses that the machines with it have: no effect on traffic,
// as long as all machines are known.
func TestTagToRange(t *testing.T) {
	a := mainNetwork().with(KindInstance, instanceJSON("web-1", "10.0.1.1", "web"), instanceJSON("db-1", "10.0.2.1", "db"))
	byTag := a.with(KindFirewall, fwJSON("r", `"sourceTags":["web"],"allowed":[{"IPProtocol":"tcp"}]`))
	byRange := a.with(KindFirewall, fwJSON("r", `"sourceRanges":["10.0.1.1/32"],"allowed":[{"IPProtocol":"tcp"}]`))
	before, pop := population(t, byTag)
	after, _ := population(t, byRange)
	if d := model.Compare(before, after, members(pop)); !d.Equal() {
		t.Errorf("differs: %+v", d)
	}
	before, pop = population(t, byTag.without(KindInstance))
	after, _ = population(t, byRange.without(KindInstance))
	if d := model.Compare(before, after, members(pop)); d.Equal() {
		t.Error("it is equal though no machine is known")
	}
}

// TestSecureTags wants no machine to be told apart where rules name secure tags: any of them may have one.
func TestSecureTags(t *testing.T) {
	policy := polJSON("NETWORK", "p", ruleJSON(`1 allow 192.0.2.0/24|,"targetSecureTags":[{"name":"tagValues/1"}]`))
	_, pop := population(t, mainNetwork().with(KindInstance, instanceJSON("web-1", "10.0.1.1", "web")).
		with(KindEffective, effectiveJSON("europe-west1", policy), effectiveJSON("us-east1", policy)))
	if len(pop.Endpoints) > 0 {
		t.Errorf("machines are told apart: %v", pop.Endpoints)
	}
}

// TestTagRemoved wants a machine that has lost its tag to be in fewer groups by itself.
func TestTagRemoved(t *testing.T) {
	a := mainNetwork().with(KindFirewall, fwJSON("r", `"sourceTags":["web"],"allowed":[{"IPProtocol":"tcp"}]`))
	has := func(tags ...string) bool {
		_, pop := population(t, a.with(KindInstance, instanceJSON("web-1", "10.0.1.1", tags...)))
		return slices.ContainsFunc(pop.Endpoints[0].Parties, func(i int) bool { return slices.Contains(pop.Parties[i].Groups, "tag:web") })
	}
	if !has("web") || has("other") {
		t.Error("the groups of the machine do not follow its tags")
	}
}
