package gcp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// missing turns what the snapshot lacks into findings, and into resources that leave open what
// was not read.
func (r *nativeReader) missing() {
	for _, g := range r.snapshot.Gaps {
		summary := g.Call + ": " + g.Why
		if g.Call == "" {
			summary = g.Kind + ": " + g.Why
		}
		r.warn("not-read", g.Object, strings.TrimSuffix(summary, "."), "")
	}
	for _, k := range (Provider{}).Kinds() {
		switch k.Name {
		case KindAddressGroup: // of interest only where rules name them, which decoding reports
		case KindEffectiveTags: // likewise
		case KindPolicy, KindEffective: // one stands for the other, network by network
		default:
			if r.snapshot.Objects[k.Name] == nil {
				r.findings = append(r.findings, model.Finding{Severity: model.Warning, Code: "not-read",
					Summary: "nothing of kind " + k.Name + " was read: it is not known " + k.Why, Advice: "add the output of " + k.Command})
			}
		}
	}
	if !r.whole(KindNetwork) {
		r.notRead(typeNetwork, "", "not every network was read")
	}
	if len(r.networks) == 0 && !r.whole(KindNetwork) {
		r.networks["-/-"] = false
	}
	for _, path := range sortedKeys(r.networks) {
		r.missingOn(path)
	}
	if !r.whole(KindInstance) {
		r.notRead(typeInstance, "", "not every machine was read")
	}
	if !slices.ContainsFunc(r.out, namesSecureTags) {
		return
	}
	if !r.whole(KindEffectiveTags) {
		why := "rules name secure tags, and which machines have them is not known"
		r.warn("not-read", "", why, tagAdvice)
		r.notRead(secureTags, "", why)
		return
	}
	r.tagMachines()
}

// secureTags is what was not read where the tags of machines were not: no resource stands for them.
const secureTags = "secure tags"

// namesSecureTags reports whether a rule names secure tags, as target or as source. Ineffective ones are nobody's.
func namesSecureTags(r terraform.Resource) bool {
	effective := func(tag terraform.Block) bool {
		state, _ := tag.Body.Get("state").AsString()
		return state != ineffective
	}
	return slices.ContainsFunc(r.BlocksOf("target_secure_tags"), effective) || slices.ContainsFunc(r.BlocksOf("match"), func(m terraform.Block) bool {
		return slices.ContainsFunc(m.Body.BlocksOf("src_secure_tags"), effective)
	})
}

// whole reports whether every object of a kind was read.
func (r *nativeReader) whole(kind string) bool {
	if r.snapshot.Objects[kind] == nil {
		return false
	}
	for _, g := range r.snapshot.Gaps {
		if g.Kind == kind && g.Object == "" {
			return false
		}
	}
	return true
}

// lacks reports whether an object of a kind could not be read.
func (r *nativeReader) lacks(kind, id string) bool {
	for _, g := range r.snapshot.Gaps {
		if g.Kind == kind && g.Object != "" && pathOf(g.Object) == id {
			return true
		}
	}
	return false
}

// notRead adds what stands for everything of a type on a network, or on any network, that was not read.
func (r *nativeReader) notRead(typ, network, why string) {
	res := terraform.Resource{Type: typeNotRead, Name: network + "/" + typ, Uncertain: why}
	res.Set("what", terraform.String(typ))
	if network != "" {
		res.Set("network", terraform.String(network))
	}
	r.out = append(r.out, res)
}

// missingOn leaves open what is not known of one network.
func (r *nativeReader) missingOn(path string) {
	if !r.networks[path] || r.lacks(KindNetwork, path) {
		res := resource(typeNetwork, path)
		res.Set("name", terraform.String(lastSegment(path)))
		res.Set("network_firewall_policy_enforcement_order", terraform.Unknown("the network was not read"))
		if r.networks[path] {
			r.out = slices.DeleteFunc(r.out, func(have terraform.Resource) bool { return have.Address() == res.Address() })
		}
		r.out = append(r.out, res)
	}
	if !r.whole(KindSubnetwork) {
		r.notRead(typeSubnetwork, path, "not every subnetwork was read")
	}
	if !r.whole(KindFirewall) && !slices.Contains(r.firewallsOf, path) {
		r.notRead(typeFirewall, path, "not every VPC firewall rule was read")
	}
	if open := r.openStages(path); len(open) > 0 {
		var texts []string
		for _, stage := range open {
			texts = append(texts, stage.text)
		}
		why := fmt.Sprintf("network %s may have firewall policies that were not read: %s", lastSegment(path), strings.Join(texts, ", "))
		r.findings = append(r.findings, model.Finding{Severity: model.Warning, Code: "not-read", Summary: why, Origin: model.Origin{Object: path}, Advice: policyAdvice})
		r.notRead(typePolicy, path, why)
		var kinds []string
		for _, stage := range open {
			kinds = append(kinds, stage.kinds...)
		}
		r.out[len(r.out)-1].Set("kinds", terraform.Strings(kinds...))
	}
}

// openStage is policies on a network of which it is not known whether there are any.
type openStage struct {
	text  string
	kinds []string // names of their stages
}

// openStages are the policies on a network of which it is not known whether there are any.
func (r *nativeReader) openStages(path string) []openStage {
	var out []openStage
	known := r.knowsPolicies(path)
	if !known {
		out = append(out, openStage{"hierarchical policies", []string{stageHierarchical}})
	}
	if !known && !r.whole(KindPolicy) {
		out = append(out, openStage{"a global policy", []string{stageGlobal}})
	}
	if !r.whole(KindSubnetwork) {
		return append(out, openStage{"regional and system policies in whatever regions", []string{stageRegional, stageSystem}})
	}
	for _, region := range sortedKeys(r.regions[path]) {
		switch {
		case r.effective[path+" "+region]:
		case r.whole(KindPolicy):
			out = append(out, openStage{"system policies in " + region, []string{stageSystem}})
		default:
			out = append(out, openStage{"regional and system policies in " + region, []string{stageRegional, stageSystem}})
		}
	}
	return out
}
