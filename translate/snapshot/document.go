package snapshot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// The names of lists in what the clouds' APIs answer, where a command passes it on as it is.
const (
	listOfGoogle = "items" // compute#firewallList; https://cloud.google.com/compute/docs/reference/rest/v1/firewalls/list
	listOfAzure  = "value" // https://learn.microsoft.com/rest/api/virtualnetwork/network-security-groups/list
)

// more are the fields that say that there are further pages: of the AWS command line tool, of
// Google's API and of Azure's.
var more = [...]string{"NextToken", "nextPageToken", "nextLink"}

// document reads the next value: a snapshot file, a list as commands print it, or one object of one. An
// element of a list may be a document too, as jq --slurp makes them.
func (c *collector) document(s *scanner, inList bool) error {
	head := s.head()
	switch {
	case isFile(head):
		f, err := readFile(s)
		if err != nil {
			return err
		}
		c.file(f)
		return nil
	case len(head) > 0 && head[0] == '[':
		return c.bareList(s)
	case len(head) > 0 && head[0] == '{':
		return c.object(s, inList)
	}
	return s.fail("neither a list nor an object in JSON")
}

// bareList reads a list of objects, each of which says what it is.
func (c *collector) bareList(s *scanner) error {
	at, n, unread := s.at, 0, 0
	err := s.array(func() error {
		n++
		s.peek()
		begin := s.at
		raw, err := s.raw()
		if err != nil {
			return err
		}
		native, kind, ok := c.sniff(raw)
		switch {
		case !ok:
			unread++
			return nil
		case bytes.Contains(raw, []byte(`"`+kind.Name+`":[`)):
			inner := newScanner(bytes.NewReader(raw))
			inner.at = begin
			return c.document(inner, true)
		}
		c.add(native, kind, raw)
		return nil
	})
	switch {
	case err != nil:
		return err
	case n == 0:
		c.warn(CodeEmptyList, at, "an empty list, which does not say what it lists, so that nothing is known from it")
	case unread > 0:
		c.warn(CodeUnread, at, fmt.Sprintf("%d of the %d elements of the list are of no known kind", unread, n))
	}
	return nil
}

// members are names and values of an object.
type members struct {
	names  []string
	values map[string]json.RawMessage
}

func (m *members) add(name string, value json.RawMessage) {
	if m.values == nil {
		m.values = map[string]json.RawMessage{}
	}
	m.names = append(m.names, name)
	m.values[name] = value
}

// text is the object written again.
func (m *members) text() json.RawMessage {
	var b bytes.Buffer
	for i, name := range m.names {
		b.WriteByte("{,"[min(i, 1)])
		quoted, _ := json.Marshal(name) // a string always has a spelling
		b.Write(quoted)
		b.WriteByte(':')
		b.Write(m.values[name])
	}
	if len(m.names) == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes()
}

// object reads an object: a list under a name, as the AWS tool and the APIs print it, or one native object.
func (c *collector) object(s *scanner, inList bool) error {
	native, kind, known := c.sniff(s.head())
	var rest members
	var page items
	listed := false
	err := s.object(func(name string) error {
		list := s.peek() == '['
		switch {
		case list && known && name == kind.Name:
			listed = true
			return c.namedList(s, native, kind)
		case list && (name == listOfGoogle || name == listOfAzure):
			page.at = s.at
			var err error
			page.elements, err = rawList(s)
			rest.add(name, page.text())
			return err
		}
		raw, err := s.raw()
		rest.add(name, raw)
		return err
	})
	if err != nil {
		return err
	}
	if !listed && rest.isPage() {
		native, kind, listed = c.items(page)
	}
	if listed {
		return c.besides(native, kind, rest)
	}
	raw := rest.text()
	if !known {
		native, kind, known = c.sniff(raw)
	}
	if !known {
		c.unknown = append(c.unknown, strings.TrimPrefix(strings.TrimPrefix(c.name, c.Path), "/"))
		return nil
	}
	c.add(native, kind, raw)
	if !inList && !kind.Alone {
		c.gap(native, kind, "there is one object, where the list of all is wanted")
	}
	return nil
}

// isPage reports whether an object has a list of objects and nothing of its own beside it.
func (m *members) isPage() bool {
	found := false
	for _, name := range m.names {
		switch name {
		case listOfGoogle, listOfAzure:
			found = true
		case "kind":
			if !strings.HasSuffix(string(m.values[name]), `List"`) {
				return false
			}
		case "id", "selfLink", "etag", "warning", "unreachables", "count":
		default:
			if !slices.Contains(more[:], name) {
				return false
			}
		}
	}
	return found
}

// namedList reads a list of objects of one kind.
func (c *collector) namedList(s *scanner, n providers.Native, k providers.Kind) error {
	c.have(n, k)
	return s.array(func() error {
		if s.peek() != '{' {
			return s.fail("want an object of %s", k.Name)
		}
		raw, err := s.raw()
		if err == nil {
			c.add(n, k, raw)
		}
		return err
	})
}

// items are a list that may be one of native objects or a field of one such object.
type items struct {
	at       place
	elements []json.RawMessage
}

// text is the list written again.
func (i *items) text() json.RawMessage {
	b := []byte{'['}
	for j, e := range i.elements {
		if j > 0 {
			b = append(b, ',')
		}
		b = append(b, e...)
	}
	return append(b, ']')
}

func rawList(s *scanner) ([]json.RawMessage, error) {
	var out []json.RawMessage
	err := s.array(func() error {
		raw, err := s.raw()
		out = append(out, raw)
		return err
	})
	return out, err
}

// items adds the native objects of a list. It returns what the first of them is; false: there is none.
func (c *collector) items(page items) (native providers.Native, kind providers.Kind, ok bool) {
	unread := 0
	for _, e := range page.elements {
		n, k, known := c.sniff(e)
		if !known {
			unread++
			continue
		}
		if !ok {
			native, kind, ok = n, k, true
		}
		c.add(n, k, e)
	}
	if ok && unread > 0 {
		c.warn(CodeUnread, page.at, fmt.Sprintf("%d of the %d elements of the list are of no known kind", unread, len(page.elements)))
	}
	return native, kind, ok
}

// besides reads what stands beside a list: the word that there are further pages, and lists of other
// kinds, where somebody joined several answers into one.
func (c *collector) besides(n providers.Native, k providers.Kind, rest members) error {
	for _, name := range rest.names {
		value := rest.values[name]
		i := slices.IndexFunc(n.Kinds(), func(o providers.Kind) bool { return o.Name == name })
		if i >= 0 && value[0] == '[' {
			if err := c.namedList(newScanner(bytes.NewReader(value)), n, n.Kinds()[i]); err != nil {
				return err
			}
		}
		if slices.Contains(more[:], name) && !slices.Contains([]string{`null`, `""`}, string(value)) {
			c.gap(n, k, "the list goes on: this is one page of several")
		}
	}
	return nil
}

// warn adds a warning about a place in the current document.
func (c *collector) warn(code string, at place, summary string) {
	c.findings = append(c.findings, model.Finding{Severity: model.Warning, Code: code, Summary: summary,
		Origin: model.Origin{File: c.name, Line: at.line, Column: at.column}})
}
