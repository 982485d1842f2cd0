package terraform

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
)

// maxJSON bounds a plan or a state, in bytes. Plans of thousands of resources
// have tens of MiB.
const maxJSON = 256 << 20

// readJSON decodes the one JSON value that r holds into out, with numbers as
// they are written.
func readJSON(r io.Reader, out any) error {
	data, err := io.ReadAll(io.LimitReader(r, maxJSON+1))
	if err != nil {
		return err
	}
	if len(data) > maxJSON {
		return fmt.Errorf("larger than the %d MiB that are read", maxJSON>>20)
	}
	return decodeJSON(data, out)
}

func decodeJSON(data []byte, out any) error {
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return errors.New("this is a plan file in Terraform's own format; write it as JSON: terraform show -json FILE")
	}
	data = plainText(data)
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("the file is empty")
	}
	if tooDeepJSON(data) {
		return fmt.Errorf("nested deeper than the %d levels that are read", maxNesting)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(out); err != nil {
		return fmt.Errorf("not the JSON that was expected: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}

// plainText removes a byte order mark, and turns UTF-16, which PowerShell writes
// when output is redirected, into UTF-8.
func plainText(data []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}
