package auditfix

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// cut is a part of a file that goes.
type cut struct {
	file       string
	start, end int
}

// names has, for each address of a resource, where the files of a folder have it: where it is named, in code, strings and comments alike, and where it
// is made.
type names struct {
	known       bool
	used, makes map[string][]cut
}

var (
	namedText = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_-]*\.[A-Za-z_][A-Za-z0-9_-]*`)
	madeText  = regexp.MustCompile(`(?m)^\s*resource\s+"?([A-Za-z0-9_-]+)"?\s+"?([A-Za-z0-9_-]+)"?`)
)

// namesIn reads what the files of a folder name.
func (w *writer) namesIn(folder string) names {
	n, ok := w.named[folder]
	if ok {
		return n
	}
	n = names{used: map[string][]cut{}, makes: map[string][]cut{}}
	files, err := w.files.List(folder)
	n.known = err == nil
	for _, name := range files {
		if !strings.HasSuffix(name, ".tf") && !strings.HasSuffix(name, ".tf.json") {
			continue
		}
		file := path.Join(folder, name)
		data, err := w.files.Read(file)
		if err != nil || len(data) > mostRead {
			n.known = false
			continue
		}
		for _, at := range namedText.FindAllIndex(data, -1) {
			address := string(data[at[0]:at[1]])
			n.used[address] = append(n.used[address], cut{file, at[0], at[1]})
		}
		for _, at := range madeText.FindAllSubmatchIndex(data, -1) {
			address := string(data[at[2]:at[3]]) + "." + string(data[at[4]:at[5]])
			n.makes[address] = append(n.makes[address], cut{file, at[0], at[1]})
		}
	}
	w.named[folder] = n
	return n
}

// areUnnamed reports whether nothing else names the resources among places, of which cuts are the lines that go.
func (w *writer) areUnnamed(places []place, cuts []cut) bool {
	for _, p := range places {
		if p.block != nil {
			continue
		}
		n := w.namesIn(path.Dir(p.doc.name))
		goes := func(at cut) bool {
			return slices.ContainsFunc(cuts, func(c cut) bool {
				return path.Clean(c.file) == path.Clean(at.file) && c.start <= at.start && at.end <= c.end
			})
		}
		if !n.known || slices.ContainsFunc(n.used[p.address()], func(at cut) bool { return !goes(at) }) {
			return false
		}
	}
	return true
}

// areNew reports whether no file of a folder makes the resources in some text, or names them already.
func (w *writer) areNew(folder, text string) bool {
	n := w.namesIn(folder)
	for _, m := range madeText.FindAllStringSubmatch(text, -1) {
		if address := m[1] + "." + m[2]; len(n.makes[address])+len(n.used[address]) > 0 {
			return false
		}
	}
	return n.known
}
