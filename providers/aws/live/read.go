package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/crosswall/crosswall/providers"
)

// The kinds of objects, by the names that [github.com/crosswall/crosswall/providers/aws.Provider.Kinds] gives them.
const (
	kindVPCs        = "Vpcs"
	kindSubnets     = "Subnets"
	kindGroups      = "SecurityGroups"
	kindRules       = "SecurityGroupRules"
	kindInterfaces  = "NetworkInterfaces"
	kindACLs        = "NetworkAcls"
	kindLists       = "PrefixLists"
	kindListEntries = "PrefixListEntries"
	kindPeerings    = "VpcPeeringConnections"
	kindStale       = "StaleSecurityGroupSet"
)

// Read reads what there is of a region or of one VPC. What could not be read is a Gap of the snapshot; it is an error only if
// nothing could be read at all, if the VPC is not there, or if ctx ends. Objects that come or go while
// it reads are as each call saw them.
func Read(ctx context.Context, o Options) (providers.Snapshot, error) {
	c, err := connect(ctx, o)
	if err != nil {
		return providers.Snapshot{}, err
	}
	r := &reader{connection: c, owners: map[string]int{}, groups: map[string]bool{}, worn: map[string]bool{}, lists: map[string]bool{}, peered: map[string]bool{}}
	r.out = providers.Snapshot{Provider: "aws", Scope: o.String(), Objects: map[string][]json.RawMessage{}}
	for _, step := range r.steps() {
		if r.stop != "" {
			r.gap(step.kind, "", step.call, r.stop)
			continue
		}
		if err := step.run(ctx, step); err != nil {
			r.failed(ctx, step, "", err)
		}
	}
	if err := ctx.Err(); err != nil {
		return providers.Snapshot{}, fmt.Errorf("reading %s: %w", o, context.Cause(ctx))
	}
	if len(r.out.Objects) == 0 {
		return providers.Snapshot{}, fmt.Errorf("nothing of %s could be read: %s: %s", o, r.out.Gaps[0].Call, r.out.Gaps[0].Why)
	}
	if o.VPC != "" && r.isGone() {
		return providers.Snapshot{}, fmt.Errorf("there is no VPC %s in %s that the account can see", o.VPC, c.options.Region)
	}
	r.out.Account = r.account()
	r.out.Taken = time.Now().UTC().Truncate(time.Second)
	return r.out, nil
}

// isGone reports whether the VPC is not there: it is not listed or, where VPCs were not, it has no
// security group, while every VPC has one (Amazon VPC user guide, default security groups).
func (r *reader) isGone() bool {
	for _, kind := range []string{kindVPCs, kindGroups} {
		if objects, read := r.out.Objects[kind]; read {
			return len(objects) == 0
		}
	}
	return false
}

// reader is one run of Read.
type reader struct {
	*connection
	out  providers.Snapshot
	kept providers.Pack
	text []byte // of the last object
	stop string // why no further call is made; empty: go on
	// silent is how many kinds in a row had no answer.
	silent int
	// owners counts the objects by account.
	owners map[string]int
	// groups are the security groups that were read, worn those that interfaces have.
	groups, worn map[string]bool
	// lists are the prefix lists that rules name.
	lists map[string]bool
	// peered are the VPCs with rules that name groups of other VPCs.
	peered map[string]bool
}

// step reads one kind.
type step struct {
	kind, call string
	run        func(context.Context, step) error
}

// steps returns what to read, in an order in which each knows what it needs of those before.
func (r *reader) steps() []step {
	return []step{
		{kindVPCs, "DescribeVpcs", r.readVPCs},
		{kindSubnets, "DescribeSubnets", r.readSubnets},
		{kindInterfaces, "DescribeNetworkInterfaces", r.readInterfaces},
		{kindGroups, "DescribeSecurityGroups", r.readGroups},
		{kindRules, "DescribeSecurityGroupRules", r.readRules},
		{kindACLs, "DescribeNetworkAcls", r.readACLs},
		{kindLists, "DescribeManagedPrefixLists", r.readLists},
		{kindPeerings, "DescribeVpcPeeringConnections", r.readPeerings},
		{kindStale, "DescribeStaleSecurityGroups", r.readStale},
	}
}

// failed notes that a call failed.
func (r *reader) failed(ctx context.Context, s step, object string, err error) {
	why := r.secrets.explain(ctx, err, r.options.Region)
	var own unreadError
	if errors.As(err, &own) {
		why = own.why
	}
	r.gap(s.kind, object, s.call, why)
	switch {
	case isSilence(err):
		r.silent++
	default:
		r.silent = 0
	}
	if isFinal(err) || ctx.Err() != nil || r.silent >= mostSilent {
		r.stop = why
	}
}

func (r *reader) gap(kind, object, call, why string) {
	r.out.Gaps = append(r.out.Gaps, providers.Gap{Kind: kind, Object: object, Call: call, Why: why})
}

// mostSilent is how many kinds in a row may go without an answer before nothing more is asked.
const mostSilent = 2

// unreadError is a fault of what was answered.
type unreadError struct{ why string }

// Error says what is wrong.
func (e unreadError) Error() string { return e.why }

// put adds objects of one page.
func put[T any](r *reader, kind string, objects []T) error {
	all := r.out.Objects[kind]
	if all == nil {
		all = []json.RawMessage{}
	}
	for _, x := range objects {
		raw, err := appendObject(r.text[:0], x)
		if err != nil {
			return unreadError{err.Error()}
		}
		r.text = raw
		all = append(all, r.kept.Keep(raw))
	}
	r.out.Objects[kind] = all
	if r.options.Progress != nil {
		r.options.Progress(kind, len(all))
	}
	return nil
}

// account is the owner of most groups.
func (r *reader) account() string {
	best := ""
	for _, id := range slices.Sorted(maps.Keys(r.owners)) {
		if id != "" && (best == "" || r.owners[id] > r.owners[best]) {
			best = id
		}
	}
	return best
}
