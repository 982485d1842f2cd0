package providers

import "bytes"

// Pack keeps many small texts in few pieces of memory: an account has hundreds of thousands of objects, and memory of
// its own for each takes a third more. A piece is let go of once nothing refers to any text in it, so that texts should be kept together that
// are let go of together. The zero Pack is empty and ready for use, by one goroutine at a time.
type Pack struct {
	// piece is the last piece, as far as it is in use.
	piece []byte
}

// The sizes of pieces, in bytes. They double from the first to the largest.
const (
	firstPiece   = 4 << 10
	largestPiece = 64 << 10
	// alone is from where on a text has memory of its own, so that what is left of a piece is little.
	alone = largestPiece / 8
)

// Keep returns a copy of a text, which may be empty. Who appends to the copy changes no other.
func (p *Pack) Keep(text []byte) []byte {
	if len(text) >= alone {
		return bytes.Clone(text)
	}
	if len(p.piece)+len(text) > cap(p.piece) {
		p.piece = make([]byte, 0, max(min(2*cap(p.piece), largestPiece), firstPiece, len(text)))
	}
	begin, end := len(p.piece), len(p.piece)+len(text)
	p.piece = append(p.piece, text...)
	return p.piece[begin:end:end]
}
