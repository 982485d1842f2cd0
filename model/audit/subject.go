package audit

import (
	"cmp"
	"iter"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// Subject is what checks look at: a reading, made searchable. It is not safe for use by several goroutines at once,
// as it works out things when they are first asked for.
type Subject struct {
	Reading
	Settings Settings

	firewalls  map[model.Group]int
	subnets    map[model.Group]int
	interfaces map[model.Group]int
	networks   map[model.Group]int
	listed     map[model.Group]int
	// under has the interfaces under each firewall, by itself or by a subnet.
	under map[model.Group][]int

	// held has the addresses of the members; nil: not asked for yet.
	held map[model.Identity]model.AddrSet

	// places has where each member is in the roster; nil: not asked for yet.
	places map[model.Identity]int
	// proofs is for how many rules it was worked out that nothing passes.
	proofs int
	// judges is how many rules were asked about these, one counted again for each.
	judges int
	// stops, openings, outlets and insiders are nil until they were asked for.
	stops                       []Stopped
	dead                        []Dead // nil until it was asked for
	openings, outlets, insiders []Opening
	opening                     map[model.Group][]*Opening // openings by firewall, nil until that was asked for
	world                       world
	owned                       *model.AddrSet // nil until it was asked for
	// lists is what strangers are to the lists of addresses that rules name.
	lists map[model.Group]model.Selector
	// passages is what strangers may send to each identity, nil until that was asked for.
	passages map[model.Identity]*passage
	// alike is who interfaces with some groups may be; enrolled is which groups there are, nil until that was asked for.
	alike    map[string]model.Identities
	enrolled *membership
	// roster is who there is, nil until that was asked for.
	roster *roster
	// targets is who is under each firewall that was asked about.
	targets map[model.Group]map[model.Identity]model.AddrSet
	// unrefused is the subject without doubtful refusals of parts of the Internet; looked is whether it was asked for.
	unrefused *Subject
	looked    bool
}

// New makes a subject of a reading. The lists of the estate are sorted by Key.
func New(r Reading, set Settings) *Subject {
	s := &Subject{Reading: r, Settings: set, under: map[model.Group][]int{}, world: worldOf(set)}
	e := &s.Estate
	s.firewalls = keyed(e.Firewalls, func(f Firewall) model.Group { return f.Key })
	s.subnets = keyed(e.Subnets, func(n Subnet) model.Group { return n.Key })
	s.interfaces = keyed(e.Interfaces, func(i Interface) model.Group { return i.Key })
	s.networks = keyed(e.Networks, func(n Network) model.Group { return n.Key })
	s.listed = keyed(e.Lists, func(l List) model.Group { return l.Key })
	s.lists = seenLists(e.Lists, model.AddrSet{})
	for i := range e.Firewalls {
		f := &e.Firewalls[i]
		f.told = make(map[toldKey]int, len(f.Rules))
		for j, r := range f.Rules {
			f.told[toldKey{r.Direction, r.Origin}] = j
		}
	}
	for i := range e.Interfaces {
		for _, k := range s.over(&e.Interfaces[i]) {
			s.under[k] = append(s.under[k], i)
		}
	}
	return s
}

// keyed sorts a list and returns the place of each key.
func keyed[T any](list []T, key func(T) model.Group) map[model.Group]int {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	out := make(map[model.Group]int, len(list))
	for i, x := range list {
		out[key(x)] = i
	}
	return out
}

// Firewalls goes through the firewalls of some kinds, of all where none are given, sorted by key.
func (s *Subject) Firewalls(kinds ...Kind) iter.Seq[*Firewall] {
	return func(yield func(*Firewall) bool) {
		for i := range s.Estate.Firewalls {
			f := &s.Estate.Firewalls[i]
			if (len(kinds) == 0 || slices.Contains(kinds, f.Kind)) && !yield(f) {
				return
			}
		}
	}
}

// Firewall returns the firewall with a key; false where there is none. The others do the same for what they are named for.
func (s *Subject) Firewall(k model.Group) (*Firewall, bool) {
	return at(s.Estate.Firewalls, s.firewalls, k)
}

// Subnet returns the subnet with a key.
func (s *Subject) Subnet(k model.Group) (*Subnet, bool) { return at(s.Estate.Subnets, s.subnets, k) }

// Interface returns the interface with a key.
func (s *Subject) Interface(k model.Group) (*Interface, bool) {
	return at(s.Estate.Interfaces, s.interfaces, k)
}

// Network returns the network with a key.
func (s *Subject) Network(k model.Group) (*Network, bool) {
	return at(s.Estate.Networks, s.networks, k)
}

// List returns the list of addresses with a key.
func (s *Subject) List(k model.Group) (*List, bool) { return at(s.Estate.Lists, s.listed, k) }

func at[T any](list []T, index map[model.Group]int, k model.Group) (*T, bool) {
	i, ok := index[k]
	if !ok {
		return nil, false
	}
	return &list[i], true
}

// Under returns the interfaces that a firewall is for, by themselves or by their subnets, sorted by key.
func (s *Subject) Under(k model.Group) []*Interface {
	out := make([]*Interface, 0, len(s.under[k]))
	for _, i := range s.under[k] {
		out = append(out, &s.Estate.Interfaces[i])
	}
	return out
}

// AttachedTo returns labels of what a firewall applies to, sorted, each once.
func (s *Subject) AttachedTo(f *Firewall) []string {
	var out []string
	for _, u := range f.Users {
		if (u.Kind == InterfaceKind || u.Kind == SubnetKind || u.Kind == NetworkKind) && u.Unsure == "" {
			out = append(out, u.Label)
		}
	}
	for _, x := range s.Under(f.Key) {
		out = append(out, x.Label())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// RuleAt returns what is told of the rule with an origin in a direction; false where nothing is, or the firewall is not one of a [Subject].
func (f *Firewall) RuleAt(d model.Direction, o model.Origin) (*Rule, bool) {
	i, ok := f.told[toldKey{d, o}]
	if !ok {
		return nil, false
	}
	return &f.Rules[i], true
}

// toldKey is what rules are told by.
type toldKey struct {
	direction model.Direction
	origin    model.Origin
}

// Chains returns the firewall's chains of a direction.
func (f *Firewall) Chains(d model.Direction) []model.Chain {
	if d == model.Egress {
		return f.Egress
	}
	return f.Ingress
}

// AllChains goes through the firewall's chains, those of ingress first.
func (f *Firewall) AllChains() iter.Seq2[model.Direction, model.Chain] {
	return func(yield func(model.Direction, model.Chain) bool) {
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			for _, c := range f.Chains(d) {
				if !yield(d, c) {
					return
				}
			}
		}
	}
}

// ObjectOf is the object that a finding about some rules should name: that of the firewall, or of the first
// rule where the rules are objects of their own.
func (f *Firewall) ObjectOf(d model.Direction, rules []model.Rule) Object {
	if !f.Loose || len(rules) == 0 {
		return f.Object
	}
	o := f.Object
	o.Origin, o.Link = rules[0].Origin, ""
	if told, ok := f.RuleAt(d, rules[0].Origin); ok {
		o.Name, o.ID, o.Link, o.Description = told.Name, told.ID, told.Link, told.Description
	}
	o.Address, o.Key = rules[0].Origin.Object, model.Group(rules[0].Origin.Object)
	return o
}

// CausesOf tells rules of a firewall as the causes of a finding; those that were made of one written rule are told as they are, each.
func (f *Firewall) CausesOf(d model.Direction, rules []model.Rule) []Cause {
	var out []Cause
	for _, r := range rules {
		c := Cause{Text: Describe(r, d), Origin: r.Origin}
		if told, ok := f.RuleAt(d, r.Origin); ok {
			c.Link = told.Link
		}
		out = append(out, c)
	}
	return out
}
