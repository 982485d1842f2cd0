package main

import (
	"os"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/translate/kubernetes"
	"github.com/crosswall/crosswall/translate/placement"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// terraformWithTerraform compares two readings of Terraform, configuration, plan or state, or of what accounts held, by what
// their resources name.
func (r *diffRequest) terraformWithTerraform(s *streams, want, have contestant) (comparison, error) {
	asked, err := want.lastReading(s)
	if err != nil {
		return comparison{}, err
	}
	read := have.lastReading
	if r.ownedOnly {
		read = func(s *streams) (reading, error) { return have.reading(s, nil) }
	}
	found, err := read(s)
	if err != nil {
		return comparison{}, err
	}
	owned := ownership{strangers: tfsource.StrangersIn(found.Names(), asked.Names()), shown: asked.Names().Marks()}
	if r.ownedOnly {
		if found, err = have.reading(s, owned.strangers.Has); err != nil {
			return comparison{}, err
		}
		owned = owned.leaveOut()
	}
	have.forget()
	in := [2]tfsource.Input{asked.Input, found.Input}
	all := slices.Concat(asked.findings, found.findings)
	if err := r.placeSubnets(s, &in); err != nil {
		return comparison{}, err
	}
	out, err := r.readings(s, in, all, opponent{name: want.path, label: "want"}, opponent{name: have.path, label: "have"})
	out.incomplete = out.incomplete || want.hasGaps() || have.hasGaps()
	out.ownership = owned
	return out, err
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
	return r.readings(s, [2]tfsource.Input{before, after}, findings,
		opponent{name: "what is there", label: "before"}, opponent{name: "the plan", label: "after"})
}

// readings compares two readings once they are on one inventory.
func (r *diffRequest) readings(s *streams, in [2]tfsource.Input, findings []model.Finding, want, have opponent) (comparison, error) {
	a, b, more := tfsource.Merge(in[0], in[1])
	findings = model.SortFindings(append(findings, more...))
	s.tell(findings, r.source.verbose)
	if model.WorstSeverity(findings) == model.Error {
		return comparison{}, outcome{code: exitInput}
	}
	want.policy, have.policy = a.Policy, b.Policy
	inv := addressed(a.Inventory)
	c := compareInputs(want, have, inv, inv)
	c.noun, c.byPlace = "group", true
	known := slices.ContainsFunc(in[:], tfsource.Input.TellsMembers)
	if f, found := overlap(c); found && !known && c.delta.Opened.IsEmpty() && c.delta.Closed.IsEmpty() {
		s.tell([]model.Finding{f}, r.source.verbose)
		findings = model.SortFindings(append(findings, f))
		c.incomplete = true
	}
	c.findings = findings
	c.incomplete = c.incomplete || leavesOut(findings)
	return c, nil
}

// unread are the codes of warnings about something that was not read or understood, or that was not compared.
var unread = [...]string{
	tfsource.CodeUnpaired,
	"not-read",          // a kind of objects, or a part of one, that an answer may rest on
	"not-modelled",      // another firewall in the path
	"unread-document",   // a file of a folder
	"unread-field",      // a field with a bearing, or a value that is none
	"unreadable-object", // an object of another form than the API's
	"contradiction",     // two objects that cannot both be true
}

// leavesOut reports whether findings say that something was left out that may hold any rule, or that was not compared.
func leavesOut(findings []model.Finding) bool {
	return slices.ContainsFunc(findings, func(f model.Finding) bool {
		return f.Code == tfsource.CodeIncomplete || f.Severity > model.Info && slices.Contains(unread[:], f.Code)
	})
}

// addressed gives members of which no address is known all that an interface in a cloud's network can hold, and takes from
// strangers what none can: the addresses of the clouds' own services, which the clouds never filter.
func addressed(inv model.Inventory) model.Inventory {
	held := model.AllAddrs().Subtract(neverHeld()).Subtract(services())
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
