package kubernetes

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// catalog is the objects of an input that bear on network policy.
type catalog struct {
	opts  Options
	rep   *report
	kinds kindTable

	policies    []*policy
	namespaces  map[string]*namespace
	controllers []*controller
	pods        []*pod
	scaled      map[model.Identity]bool // workloads that an autoscaler gives several pods

	seen     map[string]seenObject
	homeless []*object      // objects that name no namespace
	unread   map[string]int // objects without bearing on network policy, by kind
	hooks    []*object
	ended    int        // pods that have come to their end
	asked    *questions // what the policies ask, once that is known
	hosts    []*family  // those with pods on their node's network
	// stored is whether the file being added was printed by an API server, inCluster whether any was.
	stored, inCluster bool
}

// seenObject is what is remembered of an object to tell repeats from conflicts.
type seenObject struct {
	origin      model.Origin
	fingerprint string
}

func newCatalog(opts Options, rep *report) *catalog {
	return &catalog{opts: opts, rep: rep, kinds: newKindTable(), namespaces: map[string]*namespace{},
		scaled: map[model.Identity]bool{}, seen: map[string]seenObject{}, unread: map[string]int{}}
}

// addFile adds every object of a file.
func (c *catalog) addFile(f File) {
	docs, found := 0, 0
	c.stored, c.inCluster = f.Stored, c.inCluster || f.Stored
	var bare []*node
	faults := c.parse(withoutMarks(f.Data), func(n *node) {
		docs++
		added := c.add(f.Name, n, groupVersionKind{})
		if added == 0 {
			bare = append(bare, n)
		}
		found += added
	})
	for _, fault := range faults {
		c.broken(f, fault)
	}
	if found > 0 {
		// Among objects, what says neither apiVersion nor kind is one that has lost them.
		for _, n := range bare {
			if o := newObject(f.Name, n); o.at(c.rep).expect(mapNode, "an object") {
				c.incomplete(o)
			}
		}
	}
	if found == 0 && len(faults) == 0 {
		c.noObjects(f, docs, bare)
	}
}

// withoutMarks drops byte order marks at the start of a file and of documents, where
// joining files leaves them.
func withoutMarks(data []byte) []byte {
	mark := []byte("\uFEFF")
	data = bytes.TrimPrefix(data, mark)
	if !bytes.Contains(data, mark) {
		return data
	}
	return bytes.ReplaceAll(data, append([]byte("\n"), mark...), []byte("\n"))
}

// parse hands over the documents of a file and returns what is wrong with the others.
func (c *catalog) parse(data []byte, yield func(*node)) []*fault {
	if !looksLikeJSON(data) {
		return c.parseYAML(data, yield)
	}
	var docs []*node
	keep := func(n *node) { docs = append(docs, n) }
	err := parseJSON(data, c.opts.Limits, keep)
	faults := appendFault(nil, err)
	if err != nil && err.code == "syntax" {
		// YAML may start with a brace too.
		jsonDocs := docs
		docs = nil
		yamlFaults := c.parseYAML(data, keep)
		if len(yamlFaults) == 0 || yamlFaults[0].code != "syntax" {
			faults = yamlFaults
		} else {
			docs = jsonDocs
		}
	}
	for _, d := range docs {
		yield(d)
	}
	return faults
}

func (c *catalog) parseYAML(data []byte, yield func(*node)) (faults []*fault) {
	chunks := splitYAML(data)
	if len(chunks) > c.opts.Limits.Documents {
		return appendFault(nil, tooManyDocuments(c.opts.Limits))
	}
	for _, ch := range chunks {
		faults = appendFault(faults, parseYAML(ch, c.opts.Limits, yield))
	}
	return faults
}

func appendFault(faults []*fault, f *fault) []*fault {
	if f == nil {
		return faults
	}
	return append(faults, f)
}

// broken reports a document that could not be parsed.
func (c *catalog) broken(f File, e *fault) {
	o := model.Origin{File: f.Name, Line: int(e.line), Column: int(e.col)}
	if e.code == "syntax" && c.opts.Broken == BrokenSkipped {
		c.rep.warnAt(o, "broken-document-skipped", "the document was left out: "+e.summary, e.advice)
		return
	}
	c.rep.errorAt(o, e.code, e.summary, e.advice)
}

// noObjects reports a file without a Kubernetes object.
func (c *catalog) noObjects(f File, docs int, bare []*node) {
	o := model.Origin{File: f.Name}
	base := strings.TrimSuffix(path.Base(f.Name), path.Ext(f.Name))
	switch {
	case base == "kustomization" && docs > 0:
		c.kustomization(o, bare[0])
	case f.Named && docs > 0:
		c.rep.errorAt(o, "no-objects", "there is no Kubernetes object in the file: nothing in it has an apiVersion and a kind",
			"give rendered manifests; Helm values and other settings are none")
	case f.Named:
		c.rep.errorAt(o, "no-objects", "there is no Kubernetes object in the file: it is empty",
			"see whether what should have written it failed")
	case base == "Chart":
		c.rep.infoAt(o, "skipped-file", "a Helm chart is described here; its templates are not rendered",
			"give the output of \"helm template\"")
	default:
		c.rep.infoAt(o, "skipped-file", "there is no Kubernetes object in the file", "")
	}
}

// kustomization reports a kustomization, which is not built. One that does no more than
// list files below it changes nothing.
func (c *catalog) kustomization(o model.Origin, n *node) {
	if listsFiles(n) {
		c.rep.infoAt(o, "skipped-file", "a kustomization lists files here; every file of the folder was read, listed or not", "")
		return
	}
	c.rep.warnAt(o, "kustomization-not-built", "a kustomization was not built: what it changes is not in the answer",
		"give the output of \"kustomize build\" in place of the folder")
}

// listsFiles reports whether a kustomization names files and folders below its own and does nothing else.
func listsFiles(n *node) bool {
	for _, f := range n.fields {
		if !slices.Contains([]string{"apiVersion", "kind", "metadata", "resources"}, f.key) {
			return false
		}
	}
	resources := n.get("resources")
	if resources == nil || resources.shape != listNode {
		return false
	}
	return !slices.ContainsFunc(resources.items, func(i *node) bool {
		at := i.string()
		return !fs.ValidPath(strings.TrimSuffix(strings.TrimPrefix(at, "./"), "/")) || strings.Contains(at, "?") || strings.Contains(at, "github.com")
	})
}

// groupVersionKind is what the items of a typed list inherit.
type groupVersionKind struct{ apiVersion, kind string }

// add adds the objects of a document and returns how many there were.
func (c *catalog) add(file string, n *node, of groupVersionKind) int {
	if n.shape == listNode {
		return c.addBareList(file, n)
	}
	if n.shape != mapNode {
		return 0
	}
	n = inherit(n, of)
	o := newObject(file, n)
	o.cidrs, o.stored = c.opts.CIDRs, c.stored
	if o.stored {
		o.cidrs = LaxCIDRs
	}
	hasVersion := n.get("apiVersion").string() != ""
	switch {
	case o.kind != "" && hasVersion:
	case (o.kind != "" || hasVersion) && (n.get("metadata") != nil || n.get("spec") != nil || n.get("items") != nil) &&
		path.Base(file) != "Chart.yaml":
		c.incomplete(o)
		return 1
	default:
		return 0
	}
	if c.isList(o) {
		c.addList(o)
		return 1
	}
	c.addObject(o)
	return 1
}

// addBareList reports a document that is a list of objects, which is no object itself.
func (c *catalog) addBareList(file string, n *node) int {
	if !slices.ContainsFunc(n.items, func(i *node) bool { return i.get("kind").string() != "" && i.get("apiVersion").string() != "" }) {
		return 0
	}
	newObject(file, n).at(c.rep).fault("wrong-type", "a document must be one object, not a list of them",
		"write \"apiVersion: v1\", \"kind: List\" and the objects under \"items\"")
	return 1
}

// isList reports whether an object holds others: List itself, and every kind that ends so and has items.
func (c *catalog) isList(o *object) bool {
	if o.group == "" && o.kind == "List" {
		return true
	}
	items := o.root.get("items")
	kind, isList := strings.CutSuffix(o.kind, "List")
	if !isList || items == nil {
		return false
	}
	return items.shape == listNode || c.kinds.readKinds()[kind]
}

// incomplete reports an object without kind or apiVersion, or without both.
func (c *catalog) incomplete(o *object) {
	what := "kind"
	switch {
	case o.kind != "":
		what = "apiVersion"
	case o.version == "":
		what = "kind and no apiVersion"
	}
	cur := o.at(c.rep)
	if c.opts.Broken == BrokenSkipped {
		c.rep.warnAt(cur.origin(), "broken-document-skipped", "the document was left out: it has no "+what, "")
		return
	}
	cur.fault("missing-kind", "the object has no "+what, "")
}

func (c *catalog) addList(o *object) {
	cur := o.at(c.rep)
	of := groupVersionKind{}
	if o.kind == "List" {
		cur.only("apiVersion", "kind", "metadata", "items")
	} else {
		of = groupVersionKind{o.root.get("apiVersion").string(), strings.TrimSuffix(o.kind, "List")}
	}
	for _, i := range cur.get("items").items() {
		if i.absent() || c.add(o.file, i.node, of) > 0 {
			continue
		}
		if i.expect(mapNode, "an object") {
			c.incomplete(newObject(o.file, i.node))
		}
	}
}

// inherit gives an item of a typed list the kind that it leaves out.
func inherit(n *node, of groupVersionKind) *node {
	if of.kind == "" || n.get("kind") != nil || n.get("apiVersion") != nil {
		return n
	}
	out := *n
	text := func(s string) *node { return &node{shape: textNode, place: n.place, text: s} }
	out.fields = append(slices.Clone(n.fields), field{"kind", n.place, text(of.kind)}, field{"apiVersion", n.place, text(of.apiVersion)})
	return &out
}

// addObject hands an object to the reader of its kind.
func (c *catalog) addObject(o *object) {
	if o.hook {
		c.hooks = append(c.hooks, o)
	}
	cur := o.at(c.rep)
	switch c.kinds.role(o.group, o.kind) {
	case networkPolicyRole:
		c.addPolicy(o, cur)
	case namespaceRole:
		cur.noRepeats()
		ns := readNamespace(cur)
		if c.first(o, fmt.Sprint(ns.labels)) {
			c.namespaces[o.name] = ns
		}
	case podRole:
		c.addPod(o, cur)
	case controllerRole:
		c.addController(o, cur)
	case autoscalerRole:
		c.home(o)
		if id, many := readAutoscaler(cur); many {
			c.scaled[id] = true
		}
	case unmodelledRole:
		c.rep.warnAt(cur.origin(), "unmodelled-policy",
			fmt.Sprintf("%s of %s bears on network policy and is not modelled: the answer does not take it into account", o.kind, o.group), "")
	case transformerRole:
		c.transformer(o, cur)
	case unknownKindRole:
		c.unknownKind(o, cur)
	case oldVersionRole:
		cur.fault("old-api-version", fmt.Sprintf("API servers no longer serve %s of %s", o.kind, o.group),
			"write \"apiVersion: networking.k8s.io/v1\"")
	case unrelated:
		c.unrelated(o, cur)
	}
}

func (c *catalog) addPolicy(o *object, cur cursor) {
	c.home(o)
	if o.version != "v1" {
		cur.fault("old-api-version", fmt.Sprintf("there is no NetworkPolicy of version %q", o.version),
			"write \"apiVersion: networking.k8s.io/v1\"")
	}
	p := readPolicy(cur)
	if c.first(o, o.root.get("spec").canonical()) {
		c.policies = append(c.policies, p)
	}
}

func (c *catalog) addPod(o *object, cur cursor) {
	c.home(o)
	cur.noRepeats()
	p := readPod(cur)
	if p.ended && c.opts.Ended == EndedDropped {
		c.ended++
		return
	}
	if c.first(o, p.fingerprint()) {
		c.pods = append(c.pods, p)
	}
}

func (c *catalog) addController(o *object, cur cursor) {
	c.home(o)
	if o.group == "extensions" || strings.Contains(o.version, "beta") {
		c.rep.warnAt(cur.origin(), "old-api-version",
			fmt.Sprintf("API servers no longer serve %s of %s", o.kind, o.root.get("apiVersion").string()), "write \"apiVersion: "+c.kinds.current(o.kind)+"\"")
	}
	if o.group == "extensions" {
		o.group = "apps" // where these kinds moved to
	}
	cur.noRepeats()
	ctl := readController(cur)
	if c.first(o, ctl.fingerprint()) {
		c.controllers = append(c.controllers, ctl)
	}
}

// home gives a namespaced object that names no namespace the default one.
func (c *catalog) home(o *object) {
	if o.namespace == "" {
		o.namespace = c.opts.Namespace
		c.homeless = append(c.homeless, o)
	}
}

// first reports whether no object of the same name was read before, and
// otherwise says so: a repeat is a warning, a conflict an error.
func (c *catalog) first(o *object, fingerprint string) bool {
	if o.generated || o.name == "" {
		return true
	}
	key := strings.Join([]string{o.group, o.kind, o.namespace, o.name}, "/")
	before, repeated := c.seen[key]
	if !repeated {
		c.seen[key] = seenObject{o.origin(o.root.place, ""), fingerprint}
		return true
	}
	at := model.Origin{File: before.origin.File, Line: before.origin.Line}
	if before.fingerprint == fingerprint {
		c.rep.warnAt(o.origin(o.root.place, ""), "duplicate-object",
			fmt.Sprintf("%s was read from %s already; both say the same about network policy", o.title(), at), "give it once")
	} else {
		c.rep.errorAt(o.origin(o.root.place, ""), "duplicate-object",
			fmt.Sprintf("%s was read from %s already, and says something else there", o.title(), at),
			"give one of the two; if they are variants of one deployment, give the built output of one variant")
	}
	return false
}

func (c *catalog) transformer(o *object, cur cursor) {
	if o.kind == "Template" {
		c.rep.warnAt(cur.origin(), "template-not-processed", "an OpenShift template was not processed: its objects are not in the answer",
			"give the output of \"oc process\"")
		return
	}
	c.kustomization(cur.origin(), o.root)
}

// unknownKind reports a kind that Kubernetes does not have: an error where a
// kind that is read may be meant.
func (c *catalog) unknownKind(o *object, cur cursor) {
	summary := fmt.Sprintf("Kubernetes has no kind %q in %s", clip(o.kind), o.root.get("apiVersion").string())
	if gk, ok := c.kinds.suggest(o.kind); ok {
		cur.fault("unknown-kind", summary, fmt.Sprintf("did you mean kind %q of %q?", gk.kind, gk.apiVersion()))
		return
	}
	c.rep.warnAt(cur.origin(), "unknown-kind", summary+"; the object was not read", "")
}

// unrelated counts an object that is not read, and warns if it would make pods or bear a misspelt kind.
func (c *catalog) unrelated(o *object, cur cursor) {
	for kind := range c.kinds.readKinds() {
		if o.kind != kind && strings.EqualFold(o.kind, kind) {
			c.unknownKind(o, cur)
			return
		}
	}
	if t := podTemplate(o.root); t.path("spec", "containers") != nil && o.kind != "PodTemplate" {
		c.rep.warnAt(cur.origin(), "unmodelled-workload",
			fmt.Sprintf("%s of %s makes pods and is not modelled: its pods are not in the answer", o.kind, o.group),
			"give a dump of its pods too")
		return
	}
	c.unread[o.kind]++
}

// finish puts the policies in order and reports what is said once for the whole input.
func (c *catalog) finish() {
	slices.SortFunc(c.policies, func(a, b *policy) int {
		return cmp.Or(strings.Compare(a.obj.namespace, b.obj.namespace), strings.Compare(a.obj.name, b.obj.name), a.origin.Compare(b.origin))
	})
	if n := len(c.homeless); n > 0 {
		o := c.homeless[0]
		c.rep.infoAt(o.origin(o.root.place, ""), "default-namespace",
			fmt.Sprintf("%s no namespace and %s taken to be in %q, the first of them %s", count(n, "object names", "objects name"),
				isAre(n), c.opts.Namespace, o.title()), "")
	}
	if len(c.unread) > 0 {
		var kinds []string
		for k, n := range c.unread {
			kinds = append(kinds, fmt.Sprintf("%s (%d)", k, n))
		}
		slices.Sort(kinds)
		c.rep.infoAt(model.Origin{}, "unread-objects", "kinds without bearing on network policy were not read: "+strings.Join(kinds, ", "), "")
	}
	if c.ended > 0 {
		c.rep.infoAt(model.Origin{}, "ended-pods",
			fmt.Sprintf("%s come to an end and %s left out", count(c.ended, "pod has", "pods have"), isAre(c.ended)), "")
	}
	for _, o := range c.hooks {
		c.rep.infoAt(o.origin(o.root.place, ""), "helm-hook", o.title()+" is there only while Helm runs a hook, and is taken to be there always", "")
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
