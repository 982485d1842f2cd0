package model

import (
	"crypto/sha256"
	"encoding/binary"
)

// Digest returns 32 bytes that are the same for equal regions, whatever they were made of, and differ for others as SHA-256 does. They stay the
// same from run to run and from release to release, so that they may be kept in files. The work is that of the region's
// diagram, not of its boxes, of which there can be exponentially many.
func (r Region) Digest() [sha256.Size]byte {
	d := digester{w: newWorkshop(), number: map[uint64]int{}}
	d.spell(r.root)
	return sha256.Sum256(d.text)
}

// digester spells a diagram such that it could be read back: each node once, and where it comes again its number. Equal sets have equal
// diagrams, so that the text is the set's.
type digester struct {
	w    *workshop
	text []byte
	// spelled are the nodes so far; number is the place there of the first with some hash.
	spelled []*node
	number  map[uint64]int
}

// The first byte of a node that is no level.
const (
	digestEmpty = 0xff - iota
	digestAgain
)

func (d *digester) spell(n *node) {
	if n == nil {
		d.text = append(d.text, digestEmpty)
		return
	}
	at, known := d.number[n.hash]
	if known && d.w.same(d.spelled[at], n) {
		d.text = append(d.text, digestAgain)
		d.add(uint64(at))
		return
	}
	if !known {
		d.number[n.hash] = len(d.spelled)
	}
	d.spelled = append(d.spelled, n)
	d.text = append(d.text, byte(n.level))
	d.add(uint64(len(n.upper)))
	for _, u := range n.upper {
		d.add(u.hi)
		d.add(u.lo)
	}
	d.add(uint64(len(n.ids)))
	for _, id := range n.ids {
		d.add(uint64(len(id)))
		d.text = append(d.text, id...)
	}
	for _, c := range n.child {
		d.spell(c)
	}
}

func (d *digester) add(v uint64) { d.text = binary.AppendUvarint(d.text, v) }
