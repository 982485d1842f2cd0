package tfsource

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// piece is a part of a firewall, as far as it bears on whose it is. There may be hundreds of thousands.
type piece struct {
	*pieceKind
	// called is the resource's name, or its address where that is more than type and name.
	called, id string
	// name is empty for what belongs to another piece.
	name string
	// owned is whether it carries the mark of crosswall.
	owned bool
}

// pieceKind is what pieces have in common that belong together.
type pieceKind struct {
	typ string
	// held is whether they belong to another piece; holder names that one, by address, id or name, and is empty where it
	// cannot be told.
	held   bool
	holder string
	// addressed is whether they are called by their addresses.
	addressed bool
}

// address is the address of the resource.
func (p piece) address() string {
	if p.addressed {
		return p.called
	}
	return p.typ + "." + p.called
}

// piecesOf returns the parts of firewalls in a module.
func piecesOf(ps []providers.Provider, m terraform.Module) []piece {
	var out []piece
	kinds := map[pieceKind]*pieceKind{}
	for _, p := range ps {
		o, ok := p.(providers.Owning)
		if !ok {
			continue
		}
		n := 0
		for _, r := range m.Resources {
			if o.Firewall(r.Type) {
				n++
			}
		}
		out = slices.Grow(out, n)
		for _, r := range m.Resources {
			if o.Firewall(r.Type) {
				out = append(out, pieceOf(r, o.Holder(r.Type), kinds))
			}
		}
	}
	return out
}

// pieceOf returns a resource as a piece; attr is what names its holder, empty for what has none. Kinds are those of the
// pieces so far.
func pieceOf(r terraform.Resource, attr string, kinds map[pieceKind]*pieceKind) piece {
	x := piece{called: r.Name, owned: providers.IsOwned(r)}
	k := pieceKind{typ: r.Type, held: attr != "", addressed: r.Key != "" || r.Module != ""}
	if k.addressed {
		x.called = r.Address()
	}
	x.id, _ = r.Get("id").AsString()
	if k.held {
		k.holder = holderText(r, attr)
	} else {
		x.name, _ = r.Get("name").AsString()
	}
	if kinds[k] == nil {
		kinds[k] = &k
	}
	x.pieceKind = kinds[k]
	return x
}

// holderText returns what a resource calls its holder.
func holderText(r terraform.Resource, attr string) string {
	v := r.Get(attr)
	if text, ok := v.AsString(); ok {
		return text
	}
	ref, _ := v.AsRef()
	if i := strings.LastIndexByte(ref, '.'); i > 0 {
		ref = ref[:i] // the attribute: ".id"
	}
	if ref != "" && r.Module != "" && !strings.HasPrefix(ref, r.Module+".") {
		ref = r.Module + "." + ref
	}
	return ref
}

// Strangers are the parts of the firewalls in a reading that crosswall did not write and that another reading does not
// have. Only what carries the mark of a translation is known to be crosswall's ([providers.IsOwned]), and what is in something that
// carries it: a rule that somebody added to a group of crosswall's is no stranger.
type Strangers struct {
	addresses, ids map[string]bool
	kinds          map[string]int
}

// StrangersIn returns the strangers of have. A rule in a group that want only names, without making it, is one
// unless it carries the mark itself.
func StrangersIn(have, want Names) Strangers {
	s := Strangers{addresses: map[string]bool{}, ids: map[string]bool{}, kinds: map[string]int{}}
	known := newPieceIndex(want.pieces)
	paired := have.pairedWith(want)
	ours := map[string]bool{} // holders that are no strangers, by everything that they are called
	for _, p := range have.pieces {
		if !p.held && (p.owned || known.has(p) || paired[p.address()]) {
			for _, key := range []string{p.address(), p.id, p.name} {
				ours[strings.ToLower(key)] = true
			}
			continue
		}
		if !p.held {
			s.add(p)
		}
	}
	// Whose it is that has an unknown holder is unknown: it stays.
	for _, p := range have.pieces {
		if p.held && !p.owned && !known.has(p) && p.holder != "" && !ours[strings.ToLower(p.holder)] {
			s.add(p)
		}
	}
	return s
}

func (s Strangers) add(p piece) {
	s.kinds[p.typ]++
	s.addresses[p.address()] = true
	if p.id != "" && !p.held { // associations have the ids of what they attach
		s.ids[p.id] = true
	}
}

// pieceIndex finds pieces that are the same in another reading.
type pieceIndex map[pieceKey]bool

// pieceKey is something that tells that a piece is the same in another reading.
type pieceKey struct{ what, typ, text string }

func newPieceIndex(ps []piece) pieceIndex {
	out := pieceIndex{}
	for _, p := range ps {
		for _, key := range p.keys() {
			if key.text != "" {
				out[key] = true
			}
		}
	}
	return out
}

func (x pieceIndex) has(p piece) bool {
	for _, key := range p.keys() {
		if x[key] {
			return true
		}
	}
	return false
}

// keys are what tells that a piece is the same in another reading: its address, its id, or its name among
// things of its type that belong to no other. A key without a text is none.
func (p piece) keys() [3]pieceKey {
	address := pieceKey{"called", p.typ, p.called}
	if p.addressed {
		address = pieceKey{"address", "", p.called}
	}
	return [3]pieceKey{address, {"id", p.typ, strings.ToLower(p.id)}, {"name", p.typ, p.name}}
}

// pairedWith returns the addresses of resources that make a party which another reading makes too.
func (n Names) pairedWith(want Names) map[string]bool {
	out := map[string]bool{}
	for i, j := range match(want.crowd.parties, n.crowd.parties) {
		if want.crowd.parties[j].Made && n.crowd.parties[i].Made {
			out[n.crowd.parties[i].Address] = true
		}
	}
	return out
}

// Count returns how many strangers there are of each type of resource.
func (s Strangers) Count() map[string]int { return s.kinds }

// Has reports whether a resource is a stranger.
func (s Strangers) Has(r terraform.Resource) bool { return s.addresses[r.Address()] }

// Wrote reports whether a stranger is what an origin names: a resource by its address or its cloud id, perhaps with
// something in it.
func (s Strangers) Wrote(object string) bool {
	named := func(text string) bool { return s.addresses[text] || s.ids[text] }
	head, _, _ := strings.Cut(object, " ")
	return named(object) || named(head)
}

// Marks reports whether a reading has anything that carries the mark of crosswall.
func (n Names) Marks() bool {
	return slices.ContainsFunc(n.pieces, func(p piece) bool { return p.owned })
}
