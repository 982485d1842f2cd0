package snapshot

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// plain returns a reader of UTF-8 without a byte order mark. UTF-16 is what Windows PowerShell
// writes when a command's output is redirected.
func plain(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	head, _ := b.Peek(3) // a fault comes again with the next read
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = b.Discard(3)
		return b
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return &wideText{from: b, order: binary.LittleEndian}
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return &wideText{from: b, order: binary.BigEndian}
	}
	return b
}

// wideText turns UTF-16 into UTF-8. Its first character is the byte order mark, which
// is dropped.
type wideText struct {
	from  *bufio.Reader
	order binary.ByteOrder
	begun bool
	// half is the first unit of a pair whose second has not been read; 0: none.
	half rune
	out  []byte // not yet asked for
}

func (w *wideText) Read(p []byte) (int, error) {
	var in [4096]byte
	for len(w.out) == 0 {
		n, err := io.ReadFull(w.from, in[:])
		for i := 0; i+1 < n; i += 2 {
			w.add(rune(w.order.Uint16(in[i:])))
		}
		if n%2 == 1 {
			w.out = utf8.AppendRune(w.out, utf8.RuneError)
		}
		if err != nil && w.half != 0 {
			w.out, w.half = utf8.AppendRune(w.out, utf8.RuneError), 0
		}
		if err != nil && len(w.out) == 0 {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF
			}
			return 0, err
		}
	}
	n := copy(p, w.out)
	w.out = w.out[n:]
	return n, nil
}

// add adds one unit.
func (w *wideText) add(unit rune) {
	switch {
	case !w.begun:
		w.begun = true
	case w.half != 0:
		pair := utf16.DecodeRune(w.half, unit)
		w.half = 0
		w.out = utf8.AppendRune(w.out, pair)
	case unit >= 0xd800 && unit < 0xdc00:
		w.half = unit
	default:
		w.out = utf8.AppendRune(w.out, unit)
	}
}
