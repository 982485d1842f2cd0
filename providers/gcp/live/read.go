package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	compute "cloud.google.com/go/compute/apiv1"
	"cloud.google.com/go/compute/apiv1/computepb"
	"github.com/googleapis/gax-go/v2"
	"golang.org/x/sync/errgroup"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/gcp"
)

// Read reads the objects of the kinds that [gcp.Provider.Kinds] lists, as
// far as the options say. What could not be read is a gap of the snapshot. Of instances, only what bears on firewalls is kept.
//
// The error is for options that make no sense, for a network that is named and not there, for a context
// that ended, and for when nothing at all could be read. It holds no credentials.
func Read(ctx context.Context, o Options) (providers.Snapshot, error) {
	o = o.withDefaults()
	fail := func(err error) (providers.Snapshot, error) {
		return providers.Snapshot{}, fmt.Errorf("reading %s: %w", o.Scope(), err)
	}
	if err := o.check(); err != nil {
		return fail(err)
	}
	c, err := connect(ctx, o)
	if err != nil {
		return fail(err)
	}
	r := &reader{options: o, service: c, objects: map[string][]json.RawMessage{}}
	if err := r.read(ctx); err != nil {
		return fail(err)
	}
	if ctx.Err() != nil {
		return fail(ctx.Err())
	}
	if !r.answered {
		return fail(errors.New("nothing could be read: " + r.gaps[0].Call + ": " + r.gaps[0].Why))
	}
	return r.snapshot(), nil
}

// reader reads one project.
type reader struct {
	options Options
	service service

	mu       sync.Mutex
	objects  map[string][]json.RawMessage
	gaps     []providers.Gap
	answered bool // whether any call was
	hasRules bool // whether all VPC rules of the project were read
}

// snapshot returns what was read, objects and gaps in an order that does not follow from how long calls took.
func (r *reader) snapshot() providers.Snapshot {
	for _, list := range r.objects {
		slices.SortFunc(list, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	}
	slices.SortStableFunc(r.gaps, func(a, b providers.Gap) int {
		return strings.Compare(a.Kind+"\x00"+a.Object+"\x00"+a.Call, b.Kind+"\x00"+b.Object+"\x00"+b.Call)
	})
	return providers.Snapshot{Provider: "gcp", Scope: r.options.Scope(), Account: r.options.Project,
		Taken: time.Now().UTC().Truncate(time.Second), Objects: r.objects, Gaps: slices.Compact(r.gaps)}
}

// read reads what does not depend on anything first, then what is effective on the networks that there are,
// then what rules refer to.
func (r *reader) read(ctx context.Context) error {
	if err := r.readNetworks(ctx); err != nil {
		return err
	}
	g, inner := r.group(ctx)
	g.Go(func() error { return r.readSubnetworks(inner) })
	g.Go(func() error { return r.readFirewalls(inner) })
	g.Go(func() error { return r.readInstances(inner) })
	g.Go(func() error { return r.readProject(inner) })
	if err := g.Wait(); err != nil {
		return err
	}
	if err := r.readEffective(ctx); err != nil {
		return err
	}
	if err := r.readHierarchy(ctx); err != nil {
		return err
	}
	if err := r.readAddressGroups(ctx); err != nil {
		return err
	}
	return r.readTags(ctx)
}

// group runs calls beside each other. Only the end of the context is an error: whatever else fails is a gap.
func (r *reader) group(ctx context.Context) (*errgroup.Group, context.Context) {
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(r.options.InFlight)
	return g, inner
}

// call is one operation about objects of a kind.
type call struct {
	operation string
	kind      string
	object    string // that a failure is about; empty: all of the kind
	// list is the name of the list of objects within a scope; empty: answers have no scopes.
	list string
}

// permission is the one that the call needs.
func (c call) permission() string {
	for _, known := range Calls() {
		if known.Operation == c.operation {
			return known.Permission
		}
	}
	return ""
}

// once keeps the client from trying again: the transport does.
func once() gax.CallOption { return gax.WithRetry(func() gax.Retryer { return nil }) }

// do makes the calls of an operation, page by page, and returns the answers. What was answered before a failure counts.
func (r *reader) do(ctx context.Context, f func(context.Context, []option.ClientOption) error) ([][]byte, error) {
	kept := &answers{}
	inner := context.WithValue(ctx, answersKey{}, kept)
	err := f(inner, r.service.options(inner))
	bodies := kept.take()
	if len(bodies) > 0 {
		r.mu.Lock()
		r.answered = true
		r.mu.Unlock()
	}
	return bodies, err
}

// failed notes what a call could not read. The error is for a context that ended.
func (r *reader) failed(ctx context.Context, c call, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.gap(c, why(err, c.permission()))
	return nil
}

func (r *reader) gap(c call, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gaps = append(r.gaps, providers.Gap{Kind: c.kind, Object: c.object, Call: c.operation, Why: why})
}

// keep adds objects of a kind; none at all makes it one that was read.
func (r *reader) keep(c call, objects []json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.objects[c.kind] == nil {
		r.objects[c.kind] = []json.RawMessage{}
	}
	r.objects[c.kind] = append(r.objects[c.kind], objects...)
}

// lister is an iterator of the client.
type lister[T any] interface{ Next() (T, error) }

// drain goes through all pages.
func drain[T any](it lister[T]) error {
	for {
		switch _, err := it.Next(); {
		case errors.Is(err, iterator.Done):
			return nil
		case err != nil:
			return err
		}
	}
}

// list reads a list as a whole. The form of objects is not looked at, but by the choice of those to keep.
func (r *reader) list(ctx context.Context, c call, f func(context.Context, []option.ClientOption) error, choose func(json.RawMessage) (json.RawMessage, bool)) error {
	bodies, err := r.do(ctx, f)
	objects, missing, formErr := flatten(bodies, c.list)
	var kept []json.RawMessage
	for _, o := range objects {
		if o, ok := choose(o); ok {
			kept = append(kept, o)
		}
	}
	if err == nil && formErr == nil || len(kept) > 0 {
		r.keep(c, kept)
	}
	r.options.Progress(c.operation, len(kept))
	if len(missing) > 0 {
		r.gap(c, "no answer from "+strings.Join(missing, ", "))
	}
	if err == nil {
		err = formErr
	}
	if err != nil {
		return r.failed(ctx, c, err)
	}
	return nil
}

// lastPart is the name at the end of a self link.
func lastPart(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// wanted reports whether objects of a network are to be kept.
func (r *reader) wanted(network string) bool {
	return r.options.Network == "" || lastPart(network) == r.options.Network
}

func (r *reader) readNetworks(ctx context.Context) error {
	if r.options.Network == "" {
		req := &computepb.ListNetworksRequest{Project: r.options.Project}
		return r.list(ctx, call{operation: opNetworks, kind: gcp.KindNetwork},
			func(ctx context.Context, opts []option.ClientOption) error {
				c, err := compute.NewNetworksRESTClient(ctx, opts...)
				if err != nil {
					return err
				}
				return drain(c.List(ctx, req, once()))
			}, all)
	}
	c := call{operation: opNetworksGet, kind: gcp.KindNetwork}
	bodies, err := r.do(ctx, func(ctx context.Context, opts []option.ClientOption) error {
		c, err := compute.NewNetworksRESTClient(ctx, opts...)
		if err != nil {
			return err
		}
		_, err = c.Get(ctx, &computepb.GetNetworkRequest{Project: r.options.Project, Network: r.options.Network}, once())
		return err
	})
	switch {
	case isNotFound(err):
		return errors.New("there is no such network in the project")
	case err != nil:
		return r.failed(ctx, c, err)
	}
	for _, b := range bodies {
		r.keep(c, []json.RawMessage{b})
	}
	r.options.Progress(c.operation, 1)
	return nil
}

// all keeps every object as it is.
func all(o json.RawMessage) (json.RawMessage, bool) { return o, true }

// ofNetwork keeps the objects of the network that is wanted.
func (r *reader) ofNetwork(o json.RawMessage) (json.RawMessage, bool) {
	return o, r.wanted(headOf(o).Network)
}

func (r *reader) readSubnetworks(ctx context.Context) error {
	req := &computepb.AggregatedListSubnetworksRequest{Project: r.options.Project}
	return r.list(ctx, call{operation: opSubnetworks, kind: gcp.KindSubnetwork, list: "subnetworks"},
		func(ctx context.Context, opts []option.ClientOption) error {
			c, err := compute.NewSubnetworksRESTClient(ctx, opts...)
			if err != nil {
				return err
			}
			return drain(c.AggregatedList(ctx, req, once()))
		}, r.ofNetwork)
}

func (r *reader) readFirewalls(ctx context.Context) error {
	req := &computepb.ListFirewallsRequest{Project: r.options.Project}
	return r.list(ctx, call{operation: opFirewalls, kind: gcp.KindFirewall},
		func(ctx context.Context, opts []option.ClientOption) error {
			c, err := compute.NewFirewallsRESTClient(ctx, opts...)
			if err != nil {
				return err
			}
			return drain(c.List(ctx, req, once()))
		}, r.ofNetwork)
}

func (r *reader) readInstances(ctx context.Context) error {
	req := &computepb.AggregatedListInstancesRequest{Project: r.options.Project}
	return r.list(ctx, call{operation: opInstances, kind: gcp.KindInstance, list: "instances"},
		func(ctx context.Context, opts []option.ClientOption) error {
			c, err := compute.NewInstancesRESTClient(ctx, opts...)
			if err != nil {
				return err
			}
			return drain(c.AggregatedList(ctx, req, once()))
		},
		func(o json.RawMessage) (json.RawMessage, bool) {
			return withInterfaces(only(o, instanceFields()), r.wanted)
		})
}

// readProject asks whether machines of other projects are on the networks: a host project of a
// Shared VPC does not list them.
func (r *reader) readProject(ctx context.Context) error {
	c := call{operation: opProject, kind: gcp.KindInstance}
	bodies, err := r.do(ctx, func(ctx context.Context, opts []option.ClientOption) error {
		c, err := compute.NewProjectsRESTClient(ctx, opts...)
		if err != nil {
			return err
		}
		_, err = c.Get(ctx, &computepb.GetProjectRequest{Project: r.options.Project}, once())
		return err
	})
	if err != nil {
		return r.failed(ctx, c, err)
	}
	for _, b := range bodies {
		if headOf(b).XpnStatus == "HOST" {
			r.gap(c, "the project shares its networks with others, whose machines were not read")
		}
	}
	return nil
}
