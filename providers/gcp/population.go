package gcp

import (
	"cmp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

var _ providers.Networked = Provider{}

// Owns reports whether a resource type is of the provider hashicorp/google.
func (Provider) Owns(resourceType string) bool { return strings.HasPrefix(resourceType, "google_") }

// Population returns networks as parties, and the tags and accounts that rules name or machines have as marks
// of machines on them. Endpoints are the interfaces of instances: one for the addresses of
// the machine itself, which it has as the source of a rule too, and one for its alias ranges, which pods
// have. Where they were read from the cloud, a network stands for whoever else is on it. See [providers.Populated].
func (p Provider) Population(m terraform.Module, policy model.Policy) providers.Population {
	b := &populationBuilder{decoder: newDecoder(p.opts, m), index: map[model.Group]int{}, marks: map[string][]model.Group{}, carried: map[carrier]bool{}}
	b.out.Bare = map[model.Group]model.Layer{}
	b.readPlaces()
	for _, c := range providers.ChainsOf(policy) {
		guard, rules := providers.GroupsOfChain(c)
		rules = slices.DeleteFunc(rules, func(g model.Group) bool { return strings.HasPrefix(string(g), "network:") })
		for _, g := range guard {
			key := strings.TrimPrefix(string(g), "network:")
			b.marks[key] = append(b.marks[key], rules...)
		}
	}
	for key, rules := range b.marks { // in any order: what is made of it is sorted
		b.addNetwork(key)
		for _, g := range rules {
			b.addMark(g)
		}
	}
	b.readMachines()
	b.addMachines()
	b.sort()
	b.together()
	b.endpoints()
	b.fillRolls()
	b.fillJoins()
	b.out.Stages = b.stages()
	return b.out
}

type populationBuilder struct {
	*decoder
	out   providers.Population
	index map[model.Group]int      // of the party that has the group
	marks map[string][]model.Group // that the rules of a network name
	// machines are the interfaces of machines that were read; whole is whether these are all there are.
	machines []machine
	whole    bool
	// carried are the marks that some machine has.
	carried map[carrier]bool
	// sets are parties, by their first group, that come together.
	sets [][]model.Group
}

func (b *populationBuilder) addNetwork(key string) {
	g := networkGroup(key)
	if _, ok := b.index[g]; ok {
		return
	}
	b.index[g] = len(b.out.Parties)
	p := providers.Party{Label: "network " + b.shortName(key), Groups: []model.Group{g}}
	if p.Name = p.Label; key == "" {
		p.Label, p.Name = "a network that is not known", ""
	}
	for _, r := range b.module.Resources {
		if r.Type == typeNetwork && networkKey(nameOf(r), r.Get("project")) == key {
			p.ID, _ = r.Get("id").AsString()
			if p.Made = true; !isNative(r) {
				p.Address = r.Address()
			}
		}
	}
	b.out.Parties = append(b.out.Parties, p)
	chain := func(a model.Action) []model.Chain {
		return []model.Chain{{Name: "implied rules", Guard: model.Guard{Target: g}, Order: model.PriorityDenyWins, Default: a}}
	}
	b.out.Bare[g] = model.Layer{Name: "VPC firewall", State: model.Stateful, Ingress: chain(model.Deny), Egress: chain(model.Allow)}
}

// shortName is a network's name, with its project where there are several of that name.
func (b *populationBuilder) shortName(key string) string {
	short := lastSegment(key)
	for other := range b.marks {
		if other != key && lastSegment(other) == short {
			return key
		}
	}
	return short
}

// addMark adds a tag or account, of which rules name the machines that it is on as
// targets and the addresses of these as sources.
func (b *populationBuilder) addMark(g model.Group) {
	target := model.Group(strings.TrimPrefix(string(g), "source-"))
	if _, ok := b.index[target]; ok {
		return
	}
	b.index[target] = len(b.out.Parties)
	kind, name, _ := strings.Cut(string(target), ":")
	label := kind + " " + name
	p := providers.Party{Label: label, Name: label, Groups: []model.Group{target, "source-" + target}, Mark: true}
	if kind != secureTag.word() || !b.lacksTags() {
		p.Roll = providers.RollOfEndpoints
	}
	b.out.Parties = append(b.out.Parties, p)
}

// fillRolls says of tags and accounts that some machines have that these are all there are, where all machines are known.
// Those that none has may be of what is no instance.
func (b *populationBuilder) fillRolls() {
	sure := b.whole && !slices.ContainsFunc(b.machines, func(m machine) bool { return m.endpoint.Unsure != "" || len(m.own) == 0 })
	for c, carried := range b.carried { // in any order: each party is set to the same
		for _, g := range []model.Group{c.mark, podsPrefix + c.mark} {
			if i, ok := b.index[g]; ok && sure && carried && b.out.Parties[i].Roll == providers.RollOfEndpoints {
				b.out.Parties[i].Roll = providers.RollOfAll
			}
		}
	}
}

// sort brings the parties into the order of their labels.
func (b *populationBuilder) sort() {
	slices.SortFunc(b.out.Parties, func(a, b providers.Party) int { return cmp.Compare(a.Label, b.Label) })
	for i, p := range b.out.Parties {
		b.index[p.Groups[0]] = i
	}
}

// together puts every mark on every network whose rules name it, and all
// marks of an instance on its networks.
func (b *populationBuilder) together() {
	for key, rules := range b.marks {
		n := b.index[networkGroup(key)]
		for _, g := range rules {
			mark := model.Group(strings.TrimPrefix(string(g), "source-"))
			if b.whole && b.carried[carrier{key, mark}] {
				continue // these machines stand for it
			}
			set := []int{n, b.index[mark]}
			if i, ok := b.index[othersGroup(key)]; ok {
				set = append(set, i)
			}
			slices.Sort(set)
			b.out.Together = append(b.out.Together, set)
		}
	}
	for _, groups := range b.sets {
		var set []int
		for _, g := range groups {
			set = append(set, b.index[g])
		}
		slices.Sort(set)
		b.out.Together = append(b.out.Together, set)
	}
	slices.SortFunc(b.out.Together, slices.Compare)
	b.out.Together = slices.CompactFunc(b.out.Together, slices.Equal)
}
