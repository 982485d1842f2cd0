package aws

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// Codes of findings about a snapshot.
const (
	// codeNotRead marks what the snapshot lacks: no answer that rests on it is complete.
	codeNotRead = "not-read"
	// codeUnreadable marks objects and fields that are there and cannot be read.
	codeUnreadable = "unreadable-object"
	// codeContradiction marks what two parts of a snapshot say differently.
	codeContradiction = "contradiction"
	// codeStale marks rules that name groups that are gone.
	codeStale = "stale-reference"
)

// Resources returns the native objects as Terraform would hold them in a state: see
// [providers.Native]. Resources are named by their ids ("aws_security_group.sg-0123"). Rules
// of security groups are resources of their own, one for each peer as AWS counts them: under the
// rule's id where SecurityGroupRules has it, else under the id by which Terraform imports an
// aws_security_group_rule ("sg-0123_ingress_tcp_443_443_10.0.0.0/8").
//
// Rules that name a group which is gone are left out, with a finding, for they match nothing (Amazon VPC
// user guide, work with stale security group rules). Where the two forms of a group's rules disagree, what only
// one of them has is uncertain. What was not read stands in the module as resources called
// "(not read)", whose rules and members are unknown.
func (p Provider) Resources(s providers.Snapshot) (terraform.Module, []model.Finding) {
	n := newNativeReader(s)
	most := 0
	for _, objects := range s.Objects {
		most += len(objects) // mostly, each is a resource
	}
	n.resources = make([]terraform.Resource, 0, most)
	n.readInterfaces()
	n.readGroups()
	n.readLists()
	n.readPlaces()
	n.readACLs()
	n.reportLacks()
	slices.SortStableFunc(n.resources, func(a, b terraform.Resource) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
	return terraform.Module{Resources: n.resources}, model.SortFindings(n.findings)
}

// unread is the name of resources that stand for what was not read. Terraform allows no
// such name.
const unread = "(not read)"

// nativeReader is one run of Resources.
type nativeReader struct {
	providers.Snapshot
	resources []terraform.Resource
	findings  []model.Finding
	// lack says by kind why objects of it may be missing.
	lack map[string]string
	// lackOf says why an object of a kind is not known in full.
	lackOf map[kindObject]string
	// needed are the kinds without which something is unknown.
	needed map[string]bool

	subnets  []nativeSubnet
	peerings []nativePeering
	// worn are the groups that interfaces have.
	worn map[string]bool
	// namedLists are the prefix lists that rules name.
	namedLists map[string]bool
	// printed are the prefix lists that were printed with their addresses.
	printed  map[string]bool
	interned map[string]terraform.Value
	pairs    map[groupPair]*groupPair
	// rules are those of the group, and attrs those of the rule, that is being read.
	rules []nativeRule
	attrs []terraform.Attr
}

type kindObject struct{ kind, object string }

func newNativeReader(s providers.Snapshot) *nativeReader {
	n := &nativeReader{Snapshot: s, lack: map[string]string{}, lackOf: map[kindObject]string{}, needed: map[string]bool{},
		worn: map[string]bool{}, namedLists: map[string]bool{}, printed: map[string]bool{}, interned: map[string]terraform.Value{}, pairs: map[groupPair]*groupPair{}}
	for _, k := range (Provider{}).Kinds() {
		if _, ok := s.Objects[k.Name]; !ok {
			n.lack[k.Name] = "they were not read"
		}
	}
	for _, g := range s.Gaps {
		why := firstOf(g.Why, "they could not be read")
		if g.Call != "" {
			why = g.Call + ": " + why
		}
		n.lacks(g.Kind, g.Object, why)
	}
	return n
}

// lacks notes that an object of a kind is not known in full, or that any of them may be missing where
// object is empty. Of kinds whose objects count together, one is as good as all.
func (n *nativeReader) lacks(kind, object, why string) {
	switch kind {
	case kindGroups, kindGroupRules, kindListEntries, kindACLs:
		if object != "" {
			n.lackOf[kindObject{kind, object}] = why
			return
		}
	}
	n.lack[kind] = why
}

// missing says why objects of a kind may be missing; empty: all are there, if not in full.
func (n *nativeReader) missing(kind string) string {
	if why := n.lack[kind]; why != "" {
		return kind + ": " + why
	}
	return ""
}

// incomplete says why what is known of an object is not all; empty: it is.
func (n *nativeReader) incomplete(kind, object string) string {
	if why := n.lackOf[kindObject{kind, object}]; why != "" {
		return kind + " of " + object + ": " + why
	}
	return n.missing(kind)
}

func (n *nativeReader) report(f model.Finding) { n.findings = append(n.findings, f) }

func (n *nativeReader) warn(code, object, summary string) {
	n.report(model.Finding{Severity: model.Warning, Code: code, Summary: summary, Origin: model.Origin{Object: object}})
}

func (n *nativeReader) note(code, object, summary string) {
	n.report(model.Finding{Severity: model.Info, Code: code, Summary: summary, Origin: model.Origin{Object: object}})
}

// parse reads the objects of a kind, by id, each once. Of one that cannot be read nothing is known but
// that it is there.
func parse[T any](n *nativeReader, kind string, id func(T) string) []T {
	out := make([]T, 0, len(n.Objects[kind]))
	texts := map[string]json.RawMessage{}
	for i, raw := range n.Objects[kind] {
		var x T
		err := json.Unmarshal(raw, &x)
		name := id(x)
		switch {
		case err != nil || name == "":
			why := "it has no id"
			if err != nil {
				why = jsonFault(err)
			}
			n.warn(codeUnreadable, kind, fmt.Sprintf("object %d of %s cannot be read: %s", i+1, kind, why))
			n.lacks(kind, "", "an object of them cannot be read")
			continue
		case texts[name] != nil && !sameJSON(texts[name], raw):
			n.warn(codeContradiction, name, "it is there twice, with different content, so that nothing of it is certain")
			n.lacks(kind, name, name+" is there twice, with different content")
			continue
		case texts[name] != nil:
			continue
		}
		texts[name] = raw
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
	return out
}

// sameJSON reports whether two objects say the same, whatever their spelling.
func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	// Maps are written with their keys sorted.
	s, _ := json.Marshal(x)
	t, _ := json.Marshal(y)
	return string(s) == string(t)
}

// text returns a string as a value, the same one for the same string.
func (n *nativeReader) text(s string) terraform.Value {
	if s == "" {
		return terraform.Value{}
	}
	v, ok := n.interned[s]
	if !ok {
		v = terraform.String(s)
		n.interned[s] = v
	}
	return v
}

// once returns a string that is equal, the same one for equal strings.
func (n *nativeReader) once(s string) string {
	kept, _ := n.text(s).AsString()
	if kept != s { // which has another spelling in Unicode
		return s
	}
	return kept
}

// shared returns a rule that shares its texts with others, for there may be hundreds of thousands.
func (n *nativeReader) shared(r nativeRule) nativeRule {
	r.protocol, r.peer, r.description = n.once(r.protocol), n.once(r.peer), n.once(r.description)
	if r.pair != nil {
		r.pair = n.pair(*r.pair)
	}
	return r
}

// pair returns the same pointer for the same pair.
func (n *nativeReader) pair(x groupPair) *groupPair {
	if p, ok := n.pairs[x]; ok {
		return p
	}
	p := &groupPair{}
	*p = x
	n.pairs[x] = p
	return p
}

// texts returns strings as a list; absent where there are none.
func (n *nativeReader) texts(ss []string) terraform.Value {
	if len(ss) == 0 {
		return terraform.Value{}
	}
	vs := make([]terraform.Value, len(ss))
	for i, s := range ss {
		vs[i] = n.text(s)
	}
	return terraform.List(vs...)
}

// tags returns tags as Terraform holds them; absent where there are none.
func (n *nativeReader) tags(ts []nativeTag) terraform.Value {
	if len(ts) == 0 {
		return terraform.Value{}
	}
	out := map[string]terraform.Value{}
	for _, t := range ts {
		out[t.Key] = terraform.String(t.Value)
	}
	return terraform.Object(out)
}

// body makes a body of attributes, without those that are absent.
func body(attrs ...terraform.Attr) terraform.Body {
	return terraform.Body{Attrs: slices.DeleteFunc(attrs, func(a terraform.Attr) bool { return a.Value.IsAbsent() })}
}

func (n *nativeReader) add(r terraform.Resource) { n.resources = append(n.resources, r) }

// need says that something is unknown for want of a kind.
func (n *nativeReader) need(kind string) { n.needed[kind] = true }

// reportLacks reports what was not read, and what follows from it.
func (n *nativeReader) reportLacks() {
	for _, k := range (Provider{}).Kinds() {
		why := n.lack[k.Name]
		if why == "" || !n.needed[k.Name] {
			continue
		}
		f := model.Finding{Severity: model.Warning, Code: codeNotRead, Origin: model.Origin{Object: k.Name},
			Summary: fmt.Sprintf("%s are not known, or not all: %s; not known without them: %s", k.Name, why, k.Why)}
		if _, read := n.Objects[k.Name]; !read && k.Command != "" {
			f.Advice = "add what " + k.Command + " prints"
		}
		n.report(f)
	}
	for _, g := range n.Gaps {
		if g.Object == "" && n.needed[g.Kind] {
			continue // said above
		}
		n.warn(codeNotRead, firstOf(g.Object, g.Kind), fmt.Sprintf("%s could not be read in full: %s", g.Kind, firstOf(g.Why, "the reason is not known")))
	}
}
