package gcp

import "github.com/crosswall/crosswall/providers"

// unreadPolicies is the chain that stands for firewall policies that were not read.
const unreadPolicies = "policies that were not read"

// policyAdvice says how to read firewall policies.
const policyAdvice = "add what gcloud compute networks get-effective-firewalls prints, and for each region what gcloud compute " +
	"network-firewall-policies get-effective-firewalls prints, or read the project itself"

// The stages of firewall policies.
const (
	stageHierarchical = "hierarchical firewall policies"
	stageSystem       = "system firewall policies"
	stageGlobal       = "global firewall policies"
	stageRegional     = "regional firewall policies"
)

// stage is what the stage of policies of a kind is called.
func (k policyKind) stage() string {
	switch k {
	case hierarchicalPolicy:
		return stageHierarchical
	case systemPolicy:
		return stageSystem
	case globalPolicy:
		return stageGlobal
	case regionalPolicy:
		return stageRegional
	}
	return ""
}

// stages says which kinds of firewall policies were read: those that there are, and of a live account also those that are
// not missing. One chain stands for all that were not.
func (b *populationBuilder) stages() []providers.Stage {
	read, unread := map[string]bool{}, map[string]bool{}
	live := false
	for _, r := range b.module.Resources {
		if k := kindOfResource(r.Type); k != 0 {
			read[k.stage()] = true
		}
		live = live || isNative(r)
	}
	for _, r := range b.notRead {
		if what, _ := r.Get("what").AsString(); what != typePolicy {
			continue
		}
		kinds, _ := r.Get("kinds").AsStrings()
		for _, k := range kinds {
			unread[k] = true
		}
	}
	var out []providers.Stage
	for _, name := range []string{stageHierarchical, stageSystem, stageGlobal, stageRegional} {
		switch {
		case unread[name]:
			out = append(out, providers.Stage{Name: name, Unread: !read[name], Doubt: []string{unreadPolicies}, Advice: policyAdvice})
		case read[name] || live:
			out = append(out, providers.Stage{Name: name})
		}
	}
	return out
}
