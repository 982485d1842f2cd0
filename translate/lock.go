package translate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/crosswall/crosswall/providers"
)

// LockName is the name of the file that keeps the numbers of rules, beside the Terraform files.
const LockName = "crosswall.lock.json"

// lockVersion is the version of the file's form.
const lockVersion = 1

// lock is the content of the file.
type lock struct {
	Note    string              `json:"note"`
	Version int                 `json:"version"`
	Numbers providers.Numbering `json:"numbers"` // by list, then by what the rule says
}

// LockError says why a lock file cannot be used.
type LockError struct {
	// Name is the file as the caller called it. Line counts from 1; 0 is the file as a whole.
	Name string
	Line int
	Err  error
}

// Error returns "NAME:LINE: why; what to do".
func (e *LockError) Error() string {
	at := e.Name
	if e.Line > 0 {
		at = fmt.Sprintf("%s:%d", e.Name, e.Line)
	}
	return fmt.Sprintf("%s: %v", at, e.Err)
}

// Unwrap returns the cause.
func (e *LockError) Unwrap() error { return e.Err }

// mendLock is what to do about a lock that cannot be read.
const mendLock = "restore it from version control, or remove it: rules then get new numbers, and nothing else changes"

// ReadLock reads a lock file, for [Options.Numbers]. The name is for errors, which are [*LockError]: a file that
// is not a lock file, or one of a later version, which this one must not
// overwrite. A field that is not known, null in place of numbers, and a name that comes twice, in which a merge
// that went wrong shows, are no lock file either. A byte order mark is passed over.
func ReadLock(name string, data []byte) (providers.Numbering, error) {
	fail := func(offset int64, err error) (providers.Numbering, error) {
		line := 1 + bytes.Count(data[:min(max(int(offset)-1, 0), len(data))], []byte("\n"))
		return nil, &LockError{Name: name, Line: line, Err: err}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var version struct {
		Version *int `json:"version"`
	}
	if offset, err := decodeJSON(data, &version); err != nil {
		return fail(offset, fmt.Errorf("not a lock file of crosswall: %w; %s", err, mendLock))
	}
	switch v := version.Version; {
	case v == nil || *v < 1:
		return nil, &LockError{Name: name, Err: errors.New("not a lock file of crosswall: it has no version; " + mendLock)}
	case *v > lockVersion:
		return nil, &LockError{Name: name, Err: fmt.Errorf(
			"a lock file of version %d, and this crosswall knows version %d: use a newer crosswall", *v, lockVersion)}
	}
	l := lockReader{json.NewDecoder(bytes.NewReader(data))}
	numbers, err := l.file()
	if err != nil {
		return fail(l.InputOffset(), fmt.Errorf("not a lock file of crosswall: %w; %s", err, mendLock))
	}
	return numbers, nil
}

// decodeJSON reads one JSON value and nothing else; with an error it returns where that is.
func decodeJSON(data []byte, into any) (int64, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	err := d.Decode(into)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return syntax.Offset, err
	case errors.As(err, &kind):
		return kind.Offset, fmt.Errorf("%s holds a value of the wrong kind: %s", cmp.Or(kind.Field, "it"), kind.Value)
	case err != nil:
		return int64(len(data)), err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return d.InputOffset(), errors.New("something follows after the end")
	}
	return 0, nil
}

// lockReader reads a lock file that is valid JSON, name by name.
type lockReader struct{ *json.Decoder }

// file reads the whole file.
func (l lockReader) file() (providers.Numbering, error) {
	var numbers providers.Numbering
	err := l.object("the file", func(name string) error {
		switch name {
		case "note":
			return l.value(name, new(string))
		case "version":
			return l.value(name, new(int))
		case "numbers":
			numbers = providers.Numbering{}
			return l.object(name, func(list string) error {
				rules := map[string]int{}
				numbers[list] = rules
				return l.object(list, func(rule string) error {
					var n int
					err := l.value(name, &n)
					rules[rule] = n
					return err
				})
			})
		}
		return fmt.Errorf("a lock file has no field %q", name)
	})
	if err != nil {
		return nil, err
	}
	return numbers, nil
}

// object calls f for each name of the next value, which is an object called what. F reads the value of the name.
func (l lockReader) object(what string, f func(name string) error) error {
	t, err := l.Token()
	switch {
	case err != nil:
		return err
	case t != json.Delim('{'):
		return fmt.Errorf("%s is no object", what)
	}
	seen := map[string]bool{}
	for l.More() {
		t, err := l.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string) // names are nothing else
		if seen[name] {
			return fmt.Errorf("%q comes twice", name)
		}
		seen[name] = true
		if err := f(name); err != nil {
			return err
		}
	}
	_, err = l.Token()
	return err
}

// value reads the next value, which belongs to what; null is none.
func (l lockReader) value(what string, into any) error {
	var raw json.RawMessage
	if err := l.Decode(&raw); err != nil {
		return err
	}
	if string(raw) == "null" {
		return fmt.Errorf("%s holds a value of the wrong kind: null", what)
	}
	err := json.Unmarshal(raw, into)
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("%s holds a value of the wrong kind: %s", what, kind.Value)
	}
	return err
}

// lockFile returns the lock file that keeps the numbers; false where there are none to keep.
func lockFile(n providers.Numbering) (providers.File, bool, error) {
	if len(n) == 0 {
		return providers.File{}, false, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(lock{
		Note:    "Written by crosswall, which keeps here the numbers of rules so that they stay when others change. Commit it.",
		Version: lockVersion, Numbers: n,
	})
	return providers.File{Name: LockName, Data: b.Bytes()}, err == nil, err
}
