package main

import (
	"os"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/translate/kubernetes"
	"github.com/crosswall/crosswall/translate/placement"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// terraformWithTerraform compares two readings of Terraform, configuration, plan or state, or of what accounts held, by what
// their resources name.
func (r *diffRequest) terraformWithTerraform(s *streams, want, have contestant) (comparison, error) {
	asked, err := want.lastReading(s, nil)
	if err != nil {
		return comparison{}, err
	}
	found, owned, err := r.against(s, asked.Names(), have)
	if err != nil {
		return comparison{}, err
	}
	in := [2]tfsource.Input{asked.Input, found.Input}
	all := slices.Concat(asked.findings, found.findings)
	if err := r.placeSubnets(s, &in); err != nil {
		return comparison{}, err
	}
	out, err := r.readings(s, &in, all, opponent{name: want.path, label: "want"}, opponent{name: have.path, label: "have"})
	out.incomplete = out.incomplete || want.hasGaps() || have.hasGaps()
	out.ownership = owned
	return out, err
}

// against reads the second source, of which the first has names.
func (r *diffRequest) against(s *streams, asked tfsource.Names, have contestant) (reading, ownership, error) {
	owned := ownership{shown: asked.Marks()}
	if !r.ownedOnly {
		found, err := have.lastReading(s, nil)
		if owned.shown && err == nil {
			owned.strangers = tfsource.StrangersIn(found.Names(), asked)
		}
		return found, owned, err
	}
	found, err := have.reading(s, nil)
	if err != nil {
		return found, owned, err
	}
	owned.strangers = tfsource.StrangersIn(found.Names(), asked)
	found, err = have.lastReading(s, owned.strangers.Has)
	return found, owned.leaveOut(), err
}

// placeSubnets tells readings what the placement says of subnets, if one was given.
func (r *diffRequest) placeSubnets(s *streams, in *[2]tfsource.Input) error {
	if r.placement == "" {
		return nil
	}
	data, err := os.ReadFile(r.placement)
	if err != nil {
		return badInput("%w", err)
	}
	p, findings := placement.Read(r.placement, data)
	if model.WorstSeverity(findings) == model.Error {
		s.tell(findings, r.source.verbose)
		return outcome{code: exitInput}
	}
	for _, cloud := range all.Providers() {
		site, _ := p.Site(cloud.Name(), nil) // what it says of workloads does not matter here
		for i := range in {
			in[i] = in[i].Placed(cloud.Name(), site.Subnets)
		}
	}
	return nil
}

// comparePlan compares what a plan found with what it makes.
func (r *diffRequest) comparePlan(s *streams) (comparison, error) {
	from, name := s.in, "<stdin>"
	if r.plan != kubernetes.StdinName {
		f, err := os.Open(r.plan)
		if err != nil {
			return comparison{}, badInput("%w", err)
		}
		defer f.Close() //nolint:errcheck // opened for reading only
		from, name = f, r.plan
	}
	s.progress("reading %s", name)
	before, after, findings, err := tfsource.Reader{Providers: all.Providers(), Path: name}.Plan(from)
	s.progressDone()
	if err != nil {
		return comparison{}, badInput("%s: %w", name, err)
	}
	return r.readings(s, &[2]tfsource.Input{before, after}, findings,
		opponent{name: "what is there", label: "before"}, opponent{name: "the plan", label: "after"})
}

// readings compares two readings once they are on one inventory, and lets go of them when they are.
func (r *diffRequest) readings(s *streams, in *[2]tfsource.Input, findings []model.Finding, want, have opponent) (comparison, error) {
	several := tfsource.FindOverlap(in[0], in[1], addressed)
	a, b, more := tfsource.MergeTogether(in[0], in[1], shownOf(several.Together))
	*in = [2]tfsource.Input{}
	findings = model.SortFindings(append(findings, more...))
	s.tell(findings, r.source.verbose)
	if model.WorstSeverity(findings) == model.Error {
		return comparison{}, outcome{code: exitInput}
	}
	want.policy, have.policy = a.Policy, b.Policy
	want.standins, have.standins = len(a.Policy.Layers)-a.LayersRead(), len(b.Policy.Layers)-b.LayersRead()
	inv := addressed(a.Inventory)
	c := compareInputs(want, have, inv, inv)
	c.noun, c.byPlace = "group", true
	more = c.overlapping(several, a)
	s.tell(more, r.source.verbose)
	findings = model.SortFindings(append(findings, more...))
	c.findings = findings
	c.incomplete = c.incomplete || leavesOut(findings)
	return c, nil
}

// addressed gives members of which no address is known all that an interface in a cloud's network can hold, and takes from
// strangers what none can: the addresses of the clouds' own services, which the clouds never filter.
func addressed(inv model.Inventory) model.Inventory {
	held := model.AllAddrs().Subtract(audit.Unheld()).Subtract(services())
	inv.Members = slices.Clone(inv.Members)
	for i := range inv.Members {
		if inv.Members[i].Addrs.IsEmpty() {
			inv.Members[i].Addrs = held
		}
	}
	inv.Outside = inv.Addrs(model.Outside).Subtract(reserved())
	return inv
}

// services returns the addresses at which clouds have services that they never filter.
func services() model.AddrSet {
	out := model.AddrSet{}
	for _, p := range all.Providers() {
		u, ok := p.(providers.Unfiltered)
		if !ok {
			continue
		}
		for _, a := range u.Unfiltered() {
			if at := (model.Inventory{}).Resolve(a.Rule.Peer).Must.Rest(); !at.IsAll() {
				out = out.Union(at)
			}
		}
	}
	return out
}

// reserved returns those of the services' addresses that are nobody else's in any cloud: link-local ones (RFC 3927),
// and fd00:ec2::/32, which AWS keeps for itself (VPC user guide, reserved CIDR blocks).
func reserved() model.AddrSet {
	return services().Intersect(model.MustPrefixes("169.254.0.0/16", "fd00:ec2::/32"))
}
