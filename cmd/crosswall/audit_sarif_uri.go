package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// fileURIs writes names of files as references (RFC 3986) from the root of the repository, as code scanning looks for them.
type fileURIs struct {
	// from is the working folder, and root that of the repository that it is in, or else itself. Empty: they are not known.
	from, root string
}

// newFileURIs looks for the repository that the working folder is in.
func newFileURIs() fileURIs {
	from, err := os.Getwd()
	if err != nil {
		return fileURIs{} // names stay as they were given
	}
	for at := from; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			return fileURIs{from, at}
		}
		if at == filepath.Dir(at) {
			return fileURIs{from, from}
		}
	}
}

// of is a path, or a source, as a reference. What lies elsewhere is a file by its whole path; a live account has a path of its words, as other schemes
// than that of files are refused.
func (u fileURIs) of(name string) string {
	switch {
	case scheme.MatchString(name):
		return relativeURI(strings.Replace(name, "://", "/", 1))
	case name == stdinTitle:
		return "stdin"
	case u.root == "" && !filepath.IsAbs(name):
		return relativeURI(name)
	}
	whole := name
	if !filepath.IsAbs(whole) {
		whole = filepath.Join(u.from, whole)
	}
	if at, err := filepath.Rel(u.root, whole); u.root != "" && err == nil && filepath.IsLocal(at) {
		return relativeURI(at)
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(whole)}).String()
}

// relativeURI is a relative path as a reference. One with a colon in its first part would be taken for one with a scheme (RFC 3986, 4.2).
func relativeURI(name string) string {
	return (&url.URL{Path: strings.TrimPrefix(filepath.ToSlash(name), "./")}).String()
}
