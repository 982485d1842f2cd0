package model

// sample returns one of the points of a cell, the same for the same number: 0 and 1 are its
// corners, the others have on each axis either end or something between.
func (c *cell) sample(number int) point {
	switch number {
	case 0:
		return c.lo
	case 1:
		return c.hi
	}
	var p point
	// A linear congruential generator (Knuth, "The Art of Computer Programming", 3.3.4, table 1).
	state := uint64(number) * 0x9e3779b97f4a7c15
	for a := range axes {
		state = state*6364136223846793005 + 1442695040888963407
		width := uint64(c.hi[a]-c.lo[a]) + 1
		switch state >> 62 {
		case 0:
			p[a] = c.lo[a]
		case 1:
			p[a] = c.hi[a]
		default:
			p[a] = c.lo[a] + uint32(state>>8%width)
		}
	}
	return p
}
