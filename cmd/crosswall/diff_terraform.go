package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/translate"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// manifestsWithTerraform compares what manifests ask for with what Terraform says. The
// manifests are translated for the Terraform's cloud, because that says which segments there are and
// which groups of the Terraform stand for them.
func (r *diffRequest) manifestsWithTerraform(s *streams, want, have contestant) (comparison, error) {
	if len(want.material.Workloads) == 0 {
		return comparison{}, badInput("%s holds no workload, so that there is nothing to compare %s with; "+
			"give the manifests of the workloads too, with --with", want.path, have.path)
	}
	module, found, err := have.readModule(s)
	if err != nil {
		return comparison{}, err
	}
	p, err := r.cloudOf(have.path, module)
	if err != nil {
		return comparison{}, err
	}
	p = r.quotas.raised(p)
	place := translateRequest{source: r.source, placement: r.placement, to: &list{values: []string{p.Name()}}}
	placed, err := place.place(s, want.material)
	if err != nil {
		return comparison{}, err
	}
	s.progress("%s: translating", p.Name())
	asked := translate.To(p, want.material.Input, placed.sites[p.Name()], translate.Options{AllowWider: true})
	s.progressDone()
	if len(asked.Decoded.Layers) == 0 && model.WorstSeverity(asked.Findings) == model.Error {
		s.tell(asked.Findings, r.source.verbose)
		return comparison{}, badInput("%s cannot be translated for %s, so that there is nothing to compare %s with", want.path, p.Limits().Title, have.path)
	}
	policy, findings := p.Decode(module)
	names := namesOf(p, asked)
	here := tfsource.NamesIn(p, module, policy)
	owned := ownership{strangers: tfsource.StrangersIn(here, names), shown: true}
	if r.ownedOnly {
		module.Resources = slices.DeleteFunc(slices.Clone(module.Resources), owned.strangers.Has)
		policy, findings = p.Decode(module)
		here, owned = tfsource.NamesIn(p, module, policy), owned.leaveOut()
	}
	findings = append(found, findings...)
	bindIDs(asked.Inventory.Groups, module)
	who := binder{asked: asked, site: placed.sites[p.Name()], wanted: names, here: here, ownedOnly: r.ownedOnly}.bind()
	findings = append(findings, who.findings...)
	policy = withoutStrangers(policy, who.peers)
	if err := policy.Validate(); err != nil {
		return comparison{}, outcome{exitInternal, fmt.Errorf("%s: %w", have.path, err)}
	}
	c := compareResult(asked, policy)
	c.want = want.opponent("want")
	c.want.policy = asked.Wanted
	c.have = opponent{name: have.path, label: "have", policy: policy}
	c.lookBeyond(who.beyond)
	c.ownership = owned
	if !c.delta.Unknown.IsEmpty() {
		findings = append(findings, strangeGroups(policy, asked.Inventory)...)
	}
	findings = model.SortFindings(findings)
	s.tell(findings, r.source.verbose)
	c.findings = model.SortFindings(slices.Concat(want.material.findings, findings))
	c.incomplete = leavesOut(findings) || have.hasGaps() || want.material.code() != exitClean || model.WorstSeverity(findings) == model.Error
	return c, nil
}

// compareResult compares what was asked of a translation with another policy over its segments and
// groups.
func compareResult(asked translate.Result, have model.Policy) comparison {
	c := comparison{inv: asked.Inventory, solo: map[model.Identity]bool{}, names: map[model.Identity][]model.Identity{}}
	c.inv.Members = slices.Clone(c.inv.Members)
	c.inv.Outside = c.inv.Addrs(model.Outside).Subtract(reserved())
	for i, m := range c.inv.Members {
		c.solo[m.ID] = m.Solo
		c.inv.Members[i].Solo = false
	}
	for _, s := range asked.Segments {
		c.names[s.ID] = workloadIDs(s)
	}
	c.unseen = asked.Output.Unseen.Intersect(c.inv.Universe())
	refused := c.unseen.Subtract(asked.Wanted.Permitted(c.inv).Allowed)
	c.delta = model.Compare(asked.Wanted, have, c.inv)
	c.delta.Opened = c.delta.Opened.Union(refused)
	c.delta.Closed = c.delta.Closed.Subtract(c.unseen)
	c.forced = asked.Delta.Opened.Intersect(c.delta.Opened).Union(asked.Delta.Closed.Intersect(c.delta.Closed))
	return c
}

// bindIDs lets groups go by the id of their resource too, which is what rules say in a state.
func bindIDs(groups map[model.Group]model.Selector, m terraform.Module) {
	for _, x := range m.Resources {
		id, ok := x.Get("id").AsString()
		if !ok || id == "" {
			continue
		}
		for _, name := range []string{x.Address(), x.Address() + ".id"} {
			if s, bound := groups[model.Group(name)]; bound {
				groups[model.Group(id)] = s
			}
		}
	}
}

// strangeGroups reports the groups of a policy that the translation does not know, each once: whoever
// they stand for, what names them is unknown.
func strangeGroups(p model.Policy, inv model.Inventory) []model.Finding {
	seen := map[model.Group]bool{}
	var out []model.Finding
	report := func(s model.Selector, at model.Origin) {
		for leaf := range model.Leaves(s) {
			g, named := leaf.(model.Group)
			if _, ok := inv.Groups[g]; !named || ok || seen[g] {
				continue
			}
			seen[g] = true
			out = append(out, model.Finding{
				Severity: model.Warning, Code: "unbound-group", Origin: at,
				Summary: fmt.Sprintf("%s is no group of the translation, so that it is unknown whom it stands for", g),
				Advice:  "give the placement with which the Terraform was written, and name existing groups in it",
			})
		}
	}
	eachRule(p, func(r ruleAt) {
		report(r.Target, r.Origin)
		report(r.Peer, r.Origin)
	})
	for _, l := range p.Layers {
		for _, c := range slices.Concat(l.Egress, l.Ingress) {
			report(c.Guard.Target, model.Origin{Object: c.Name})
			report(c.Guard.Peer, model.Origin{Object: c.Name})
		}
	}
	return out
}

// reversed is the comparison with the sides swapped.
func (c comparison) reversed() comparison {
	c.want, c.have = c.have, c.want
	c.want.label, c.have.label = "want", "have"
	c.delta.Opened, c.delta.Closed = c.delta.Closed, c.delta.Opened
	return c
}

// cloudOf returns the provider of the Terraform's resources.
func (r *diffRequest) cloudOf(path string, m terraform.Module) (providers.Provider, error) {
	var found []string
	for _, p := range all.Providers() {
		populated, ok := p.(providers.Populated)
		if ok && slices.ContainsFunc(m.Resources, func(x terraform.Resource) bool { return populated.Owns(x.Type) }) {
			found = append(found, p.Name())
		}
	}
	if len(r.to.values) > 0 {
		found = r.to.values
	}
	switch len(found) {
	case 0:
		return nil, badInput("%s holds no resource of a cloud that can be compared; choose a cloud with --to if that is meant", path)
	case 1:
		return target(found[0], styleOf(m)), nil
	}
	return nil, badInput("%s holds resources of %s: choose one with --to", path, strings.Join(found, ", "))
}

// styleOf returns the word of --gcp-style for which a module was written: that of the rules that crosswall wrote, if any, as
// somebody else may have written rules of the other sort.
func styleOf(m terraform.Module) string {
	has := func(typ string, owned bool) bool {
		return slices.ContainsFunc(m.Resources, func(x terraform.Resource) bool { return x.Type == typ && (!owned || providers.IsOwned(x)) })
	}
	const policy, rule = "google_compute_network_firewall_policy", "google_compute_network_firewall_policy_rule"
	if has(rule, false) && (has(policy, true) || !has("google_compute_firewall", true)) {
		return gcpPolicy
	}
	return gcpVPC
}
