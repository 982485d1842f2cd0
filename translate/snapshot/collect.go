package snapshot

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// collector is what was read of all documents so far.
type collector struct {
	Reader
	name     string   // of the current document
	unknown  []string // documents of which nothing is known
	holdings []*holding
	findings []model.Finding
	repeated int
}

func newCollector(r Reader) *collector { return &collector{Reader: r} }

// holding is what is known of one provider.
type holding struct {
	providers.Snapshot
	seen map[[sha256.Size]byte]bool // objects
	// files are the snapshot files, without their objects but with their kinds.
	files []providers.Snapshot
	// printed are the kinds of which commands printed something.
	printed map[string]bool
}

// of returns what is known of a provider.
func (c *collector) of(provider string) *holding {
	for _, h := range c.holdings {
		if h.Provider == provider {
			return h
		}
	}
	h := &holding{seen: map[[sha256.Size]byte]bool{}, printed: map[string]bool{}}
	h.Provider, h.Objects = provider, map[string][]json.RawMessage{}
	c.holdings = append(c.holdings, h)
	return h
}

// have says that objects of a kind were printed, even if there are none.
func (c *collector) have(n providers.Native, k providers.Kind) *holding {
	h := c.of(n.Name())
	h.printed[k.Name] = true
	h.keep(k.Name)
	return h
}

// add adds an object that a command printed.
func (c *collector) add(n providers.Native, k providers.Kind, object json.RawMessage) {
	c.put(c.have(n, k), k.Name, object)
}

// put adds an object, unless the same is there.
func (c *collector) put(h *holding, kind string, object json.RawMessage) {
	sum := sha256.Sum256(append([]byte(kind+"\x00"), object...))
	if h.seen[sum] {
		c.repeated++
		return
	}
	h.seen[sum] = true
	h.Objects[kind] = append(h.Objects[kind], object)
}

// keep makes a kind one that was read.
func (h *holding) keep(kind string) {
	if h.Objects[kind] == nil {
		h.Objects[kind] = []json.RawMessage{}
	}
}

// gap says that objects of a kind are missing from the current document.
func (c *collector) gap(n providers.Native, k providers.Kind, why string) {
	h := c.of(n.Name())
	g := providers.Gap{Kind: k.Name, Call: k.Command, Why: c.name + ": " + why}
	if !slices.Contains(h.Gaps, g) {
		h.Gaps = append(h.Gaps, g)
	}
}

// file adds a snapshot file.
func (c *collector) file(s providers.Snapshot) {
	i := slices.IndexFunc(c.Natives, func(n providers.Native) bool { return n.Name() == s.Provider })
	if i < 0 {
		c.findings = append(c.findings, model.Finding{Severity: model.Error, Code: CodeUnread, Origin: model.Origin{File: c.name},
			Summary: fmt.Sprintf("a snapshot of %q, a provider that is not known here", s.Provider)})
		return
	}
	h := c.of(s.Provider)
	kinds := map[string]bool{}
	for _, k := range c.Natives[i].Kinds() {
		kinds[k.Name] = true
	}
	head := s
	head.Objects = map[string][]json.RawMessage{}
	for kind, objects := range s.Objects {
		if !kinds[kind] {
			c.findings = append(c.findings, model.Finding{Severity: model.Error, Code: CodeUnread, Origin: model.Origin{File: c.name},
				Summary: fmt.Sprintf("the snapshot has objects of %q, which are not known here and may bear on every answer", kind),
				Advice:  "read it with the version of crosswall that wrote it"})
			continue
		}
		head.Objects[kind] = nil
		h.keep(kind)
		for _, o := range objects {
			c.put(h, kind, o)
		}
	}
	h.Gaps = append(h.Gaps, s.Gaps...)
	h.files = append(h.files, head)
}

// snapshot returns what is known of the provider as one snapshot. What one of several
// snapshot files did not read and another did is not known in full.
func (h *holding) snapshot() providers.Snapshot {
	out := h.Snapshot
	for i, f := range h.files {
		if i == 0 {
			out.Scope, out.Account, out.Taken = f.Scope, f.Account, f.Taken
		}
		if out.Scope != f.Scope {
			out.Scope = ""
		}
		if out.Account != f.Account {
			out.Account = ""
		}
		if f.Taken.Before(out.Taken) {
			out.Taken = f.Taken
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(out.Objects)) {
		for _, f := range h.files {
			told := slices.ContainsFunc(f.Gaps, func(g providers.Gap) bool { return g.Kind == kind && g.Object == "" })
			if _, ok := f.Objects[kind]; !ok && !told && !h.printed[kind] {
				out.Gaps = append(out.Gaps, providers.Gap{Kind: kind, Why: fmt.Sprintf("the snapshot of %s does not have them, others do", f.Scope)})
			}
		}
	}
	return out
}
