package snapshot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/crosswall/crosswall/providers"
)

// Read reads a snapshot file that [Write] wrote, of this version only: a file of another version, or
// with fields that this one does not have, is an error, for what is not understood may
// bear on every answer. Name is the file's, for messages, which begin with name:line:column. What
// follows the file is an error too.
func Read(name string, from io.Reader) (providers.Snapshot, error) {
	s := newScanner(from)
	out, err := readFile(s)
	if err == nil {
		var done bool
		if done, err = s.done(); err == nil && !done {
			err = s.fail("something follows the snapshot")
		}
	}
	return out, named(name, err)
}

// named puts the name of a document before the place of a fault.
func named(name string, err error) error {
	var f *fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return fmt.Errorf("%s:%w", name, f)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// fileHead matches the beginning of a snapshot file of any version, whatever the order of its
// fields.
var fileHead = regexp.MustCompile(`^\s*\{[^{\[]*"apiVersion"\s*:\s*"crosswall\.dev/snapshot/`)

// IsFile reports whether a document is a snapshot file, of whatever version, from its beginning.
func IsFile(document io.Reader) bool { return isFile(newScanner(document).head()) }

// isFile reports whether a document is a snapshot file, of whatever version, by its head.
func isFile(head []byte) bool { return fileHead.Match(head) }

// readFile reads the next value, which is a snapshot file.
func readFile(s *scanner) (providers.Snapshot, error) {
	var out providers.Snapshot
	begin, version := s.at, ""
	err := s.object(func(name string) error {
		s.peek()
		at := s.at
		var err error
		switch name {
		case "apiVersion":
			if version, err = s.text(); err == nil && version != APIVersion {
				err = &fault{at, fmt.Sprintf("a snapshot of version %q, which is not known here; this version reads %s", version, APIVersion)}
			}
		case "provider":
			out.Provider, err = s.text()
		case "scope":
			out.Scope, err = s.text()
		case "account":
			out.Account, err = s.text()
		case "taken":
			var text string
			if text, err = s.text(); err != nil {
				return err
			}
			if out.Taken, err = time.Parse(time.RFC3339, text); err != nil {
				err = &fault{at, fmt.Sprintf("taken is %q, want a time as in RFC 3339", text)}
			}
		case "objects":
			out.Objects, err = readObjects(s)
		case "gaps":
			out.Gaps, err = readGaps(s)
		default:
			err = &fault{at, fmt.Sprintf("a snapshot has no field %q", name)}
		}
		return err
	})
	switch {
	case err != nil:
		return providers.Snapshot{}, err
	case version == "":
		return providers.Snapshot{}, &fault{begin, "the snapshot has no apiVersion"}
	case out.Provider == "":
		return providers.Snapshot{}, &fault{begin, "the snapshot has no provider"}
	case out.Objects == nil:
		return providers.Snapshot{}, &fault{begin, "the snapshot has no objects"}
	}
	return out, nil
}

// readObjects reads native objects by kind.
func readObjects(s *scanner) (map[string][]json.RawMessage, error) {
	out := map[string][]json.RawMessage{}
	err := s.object(func(kind string) error {
		out[kind] = []json.RawMessage{} // read, and perhaps none there
		return s.array(func() error {
			if s.peek() != '{' {
				return s.fail("want an object of %s", kind)
			}
			raw, err := s.raw()
			out[kind] = append(out[kind], raw)
			return err
		})
	})
	return out, err
}

// readGaps reads what the snapshot lacks.
func readGaps(s *scanner) ([]providers.Gap, error) {
	var out []providers.Gap
	err := s.array(func() error {
		var g providers.Gap
		s.peek()
		begin := s.at
		err := s.object(func(name string) error {
			into := map[string]*string{"kind": &g.Kind, "object": &g.Object, "call": &g.Call, "why": &g.Why}[name]
			if into == nil {
				return s.fail("a gap has no field %q", name)
			}
			var err error
			*into, err = s.text()
			return err
		})
		if err == nil && g.Kind == "" {
			err = &fault{begin, "the gap has no kind"}
		}
		out = append(out, g)
		return err
	})
	return out, err
}
