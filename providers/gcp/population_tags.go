package gcp

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// lacksTags reports whether rules name secure tags and these were read of no machine.
func (d *decoder) lacksTags() bool {
	return slices.ContainsFunc(d.notRead, func(r terraform.Resource) bool {
		what, _ := r.Get("what").AsString()
		return what == secureTags
	})
}

// names reports whether a rule names machines in a way.
func (b *populationBuilder) names(kind identityKind) bool {
	prefix := string(machineID{kind: kind}.targets())
	for _, rules := range b.marks {
		if slices.ContainsFunc(rules, func(g model.Group) bool { return strings.HasPrefix(strings.TrimPrefix(string(g), "source-"), prefix) }) {
			return true
		}
	}
	return false
}

// secureTagsOf returns the secure tags of a machine, and why these may not be all: what a machine inherits, though
// its policies may name it, is not documented to count for firewalls, and not to.
func (b *populationBuilder) secureTagsOf(r terraform.Resource) (marks []model.Group, unsure string) {
	bound := r.Get(attrSecureTags)
	if !isNative(r) {
		bound, unsure = b.writtenTags(r)
	}
	list, ok := bound.AsList()
	if !ok && unsure == "" {
		unsure = "its secure tags are not known: " + bound.Why()
	}
	for _, v := range list {
		name, ok := text(b.resolve(v))
		if !ok {
			unsure = "not all its secure tags are known: " + v.Why()
			continue
		}
		marks = append(marks, machineID{kind: secureTag, name: name}.targets())
	}
	inherited := r.Get(attrInherited)
	names, known := inherited.AsStrings()
	switch {
	case !known:
		unsure = "not all its secure tags are known: " + inherited.Why()
	case slices.ContainsFunc(names, b.namesTag):
		unsure = "whether a secure tag that a machine inherits counts for firewalls is not documented"
	}
	named := slices.ContainsFunc(marks, func(g model.Group) bool { return b.namesTag(strings.TrimPrefix(string(g), secureTag.word()+":")) })
	if named && len(r.BlocksOf("network_interface")) > 1 {
		unsure = "a secure tag goes with the interface on its network, and which network that is was not read"
	}
	return marks, unsure
}

// writtenTags returns the secure tags that configuration makes a machine with: values by their keys. Where it says nothing of them,
// they may be bound elsewhere (documentation of google_compute_instance, params, and of google_tags_location_tag_binding).
func (b *populationBuilder) writtenTags(r terraform.Resource) (terraform.Value, string) {
	var out []terraform.Value
	told := false
	for _, k := range r.BlocksOf("params") {
		v := b.resolve(k.Body.Get("resource_manager_tags"))
		if v.IsNull() {
			continue
		}
		tags, ok := v.AsObject()
		if !ok {
			return v, ""
		}
		told = true
		for _, key := range sortedKeys(tags) {
			out = append(out, tags[key])
		}
	}
	switch {
	case r.Open("params"):
		return terraform.List(out...), "its secure tags are not known: " + r.Get("params").Why()
	case !told:
		return terraform.List(out...), "which secure tags are bound to it is not said"
	}
	return terraform.List(out...), ""
}

// namesTag reports whether a rule names a secure tag.
func (b *populationBuilder) namesTag(name string) bool {
	group := machineID{kind: secureTag, name: name}.targets()
	for _, rules := range b.marks {
		if slices.Contains(rules, group) || slices.Contains(rules, "source-"+group) {
			return true
		}
	}
	return false
}
