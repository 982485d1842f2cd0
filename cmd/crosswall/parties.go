package main

import (
	"context"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// parties are what a source that is no manifests is about: in place of workloads, the groups, tags and
// interfaces that rules name.
type parties struct {
	// called are further names of each.
	called map[model.Identity][]string
	// unplaced are those whose addresses are not known; within works out the addresses of the networks of some of these.
	unplaced map[model.Identity]bool
	within   func() map[model.Identity]model.AddrSet
	// incomplete says that something was not read that bears on the answer.
	incomplete bool
}

// readAny reads manifests as read does, or one source of any other kind: Terraform, or what an account holds.
func (o *sourceOptions) readAny(ctx context.Context, s *streams, paths []string) (material, error) {
	for _, p := range paths {
		if isCluster(p) {
			continue
		}
		f, err := identify(s, p)
		switch {
		case err != nil:
			return material{}, err
		case f.kind == manifests:
			continue
		case len(paths) > 1:
			return material{}, badInput("%s holds no manifests, and is a source by itself: give no other beside it", p)
		}
		return o.readParties(ctx, s, f)
	}
	return o.read(ctx, s, paths)
}

// readParties reads Terraform, or what an account holds.
func (o *sourceOptions) readParties(ctx context.Context, s *streams, f found) (material, error) {
	c := contestant{path: f.path, kind: f.kind, data: f.data}
	var err error
	if f.kind == cloudObjects {
		if c.snapshots, c.findings, err = readObjects(ctx, s, f); err != nil {
			return material{}, err
		}
	}
	in, err := c.lastReading(s, nil)
	if err != nil {
		return material{}, err
	}
	alone, more := tfsource.Alone(in.Input)
	findings := model.SortFindings(slices.Concat(in.findings, more))
	s.tell(findings, o.verbose)
	if model.WorstSeverity(findings) == model.Error {
		return material{}, outcome{code: exitInput}
	}
	if err := ctx.Err(); err != nil {
		return material{}, badInput("interrupted")
	}
	m := material{findings: findings, parties: &parties{called: alone.Called(), within: alone.Within, incomplete: leavesOut(findings) || c.hasGaps()}}
	m.Input = translate.Input{Policy: alone.Policy, Inventory: addressed(alone.Inventory)}
	filtered := model.AllAddrs().Subtract(services())
	m.parties.unplaced = map[model.Identity]bool{}
	for _, x := range alone.Inventory.Members {
		m.parties.unplaced[x.ID] = x.Addrs.IsEmpty()
	}
	for i, x := range m.Inventory.Members {
		m.Inventory.Members[i].Addrs = x.Addrs.Intersect(filtered) // a cloud's services are no party's
		m.Workloads = append(m.Workloads, providers.Workload{ID: x.ID, Name: string(x.ID)})
	}
	return m, nil
}
