package live

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	compute "cloud.google.com/go/compute/apiv1"
	"cloud.google.com/go/compute/apiv1/computepb"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/gcp"
)

// place is a network, and a region of it or "" for all.
type place struct{ network, region string } // network is a self link

// places are the networks that were read or that objects name, and the regions in which they have subnetworks.
func (r *reader) places() []place {
	seen, own := map[place]bool{}, map[string]bool{}
	for _, o := range r.objects[gcp.KindNetwork] {
		own[headOf(o).SelfLink] = true
	}
	add := func(network, region string) {
		if network != "" && (own[network] || len(own) == 0 && r.isOurs(network)) {
			seen[place{network, region}] = true
		}
	}
	for _, o := range r.objects[gcp.KindNetwork] {
		add(headOf(o).SelfLink, "")
	}
	for _, o := range r.objects[gcp.KindFirewall] {
		add(headOf(o).Network, "")
	}
	for _, o := range r.objects[gcp.KindSubnetwork] {
		h := headOf(o)
		add(h.Network, "")
		add(h.Network, lastPart(h.Region))
	}
	var out []place
	for p := range seen {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b place) int { return strings.Compare(a.network+" "+a.region, b.network+" "+b.region) })
	return out
}

// isOurs reports whether a network is of the project: rules of one that another project shares are read there.
func (r *reader) isOurs(network string) bool {
	return strings.Contains(network, "projects/"+r.options.Project+"/") && r.wanted(network)
}

// readEffective reads which policies are asked on each network. Where that cannot be, the policies of the
// project tell a part of it.
func (r *reader) readEffective(ctx context.Context) error {
	r.keep(call{kind: gcp.KindEffective}, nil)
	r.hasRules = !slices.ContainsFunc(r.gaps, func(g providers.Gap) bool { return g.Kind == gcp.KindFirewall })
	g, inner := r.group(ctx)
	for _, p := range r.places() {
		g.Go(func() error { return r.effectiveAt(inner, p) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if slices.ContainsFunc(r.gaps, func(g providers.Gap) bool { return g.Kind == gcp.KindEffective }) {
		return r.readPolicies(ctx)
	}
	return nil
}

func (r *reader) effectiveAt(ctx context.Context, p place) error {
	c := call{operation: opEffective, kind: gcp.KindEffective, object: p.network}
	ask := func(ctx context.Context, opts []option.ClientOption) error {
		c, err := compute.NewNetworksRESTClient(ctx, opts...)
		if err != nil {
			return err
		}
		_, err = c.GetEffectiveFirewalls(ctx,
			&computepb.GetEffectiveFirewallsNetworkRequest{Project: r.options.Project, Network: lastPart(p.network)}, once())
		return err
	}
	if p.region != "" {
		c.operation, c.object = opRegionEffective, p.network+" "+p.region
		ask = func(ctx context.Context, opts []option.ClientOption) error {
			c, err := compute.NewRegionNetworkFirewallPoliciesRESTClient(ctx, opts...)
			if err != nil {
				return err
			}
			_, err = c.GetEffectiveFirewalls(ctx, &computepb.GetEffectiveFirewallsRegionNetworkFirewallPolicyRequest{
				Project: r.options.Project, Region: p.region, Network: p.network}, once())
			return err
		}
	}
	bodies, err := r.do(ctx, ask)
	if err != nil {
		return r.failed(ctx, c, err)
	}
	for _, b := range bodies {
		o, err := placed(b, p, r.hasRules)
		if err != nil {
			return r.failed(ctx, c, err)
		}
		r.keep(c, []json.RawMessage{o})
	}
	r.options.Progress(c.operation, len(bodies))
	return nil
}

// readPolicies reads the network firewall policies of the project, each with its rules: lists may be without.
func (r *reader) readPolicies(ctx context.Context) error {
	c := call{operation: opPolicies, kind: gcp.KindPolicy, list: "firewallPolicies"}
	req := &computepb.AggregatedListNetworkFirewallPoliciesRequest{Project: r.options.Project}
	bodies, err := r.do(ctx, func(ctx context.Context, opts []option.ClientOption) error {
		c, err := compute.NewNetworkFirewallPoliciesRESTClient(ctx, opts...)
		if err != nil {
			return err
		}
		return drain(c.AggregatedList(ctx, req, once()))
	})
	listed, missing, formErr := flatten(bodies, c.list)
	if err == nil && formErr == nil {
		r.keep(c, nil)
	}
	if len(missing) > 0 {
		r.gap(c, "no answer from "+strings.Join(missing, ", "))
	}
	g, inner := r.group(ctx)
	for _, o := range listed {
		g.Go(func() error { return r.readPolicy(inner, headOf(o)) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err == nil {
		err = formErr
	}
	if err != nil {
		return r.failed(ctx, c, err)
	}
	return nil
}

// readPolicy reads a global or regional policy.
func (r *reader) readPolicy(ctx context.Context, h head) error {
	c := call{operation: opPolicy, kind: gcp.KindPolicy, object: h.SelfLink}
	ask := func(ctx context.Context, opts []option.ClientOption) error {
		c, err := compute.NewNetworkFirewallPoliciesRESTClient(ctx, opts...)
		if err != nil {
			return err
		}
		_, err = c.Get(ctx, &computepb.GetNetworkFirewallPolicyRequest{Project: r.options.Project, FirewallPolicy: h.Name}, once())
		return err
	}
	if region := lastPart(h.Region); region != "" {
		c.operation = opRegionPolicy
		ask = func(ctx context.Context, opts []option.ClientOption) error {
			c, err := compute.NewRegionNetworkFirewallPoliciesRESTClient(ctx, opts...)
			if err != nil {
				return err
			}
			_, err = c.Get(ctx, &computepb.GetRegionNetworkFirewallPolicyRequest{
				Project: r.options.Project, Region: region, FirewallPolicy: h.Name}, once())
			return err
		}
	}
	bodies, err := r.do(ctx, ask)
	if err != nil {
		c.object = "" // what it is associated with is not known either
		return r.failed(ctx, c, err)
	}
	for _, b := range bodies {
		r.keep(c, []json.RawMessage{b})
	}
	r.options.Progress(c.operation, len(bodies))
	return nil
}

// readHierarchy lists the policies of the organization and the folder that the options name, which says who they are of.
func (r *reader) readHierarchy(ctx context.Context) error {
	for prefix, number := range map[string]string{"organizations/": r.options.Organization, "folders/": r.options.Folder} {
		if number == "" {
			continue
		}
		parent := prefix + number
		req := &computepb.ListFirewallPoliciesRequest{ParentId: &parent}
		c := call{operation: opHierarchy, kind: gcp.KindPolicy, object: parent}
		bodies, err := r.do(ctx, func(ctx context.Context, opts []option.ClientOption) error {
			c, err := compute.NewFirewallPoliciesRESTClient(ctx, opts...)
			if err != nil {
				return err
			}
			return drain(c.List(ctx, req, once()))
		})
		listed, _, formErr := flatten(bodies, "")
		r.keep(c, listed)
		r.options.Progress(c.operation, len(listed))
		if err == nil {
			err = formErr
		}
		if err != nil {
			if err := r.failed(ctx, c, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// readAddressGroups reads the address groups that rules name.
func (r *reader) readAddressGroups(ctx context.Context) error {
	names := r.namedGroups()
	if len(names) == 0 {
		return nil
	}
	c := call{operation: opAddressGroup, kind: gcp.KindAddressGroup}
	transport, err := r.service.security(ctx)
	if err != nil {
		r.gap(c, err.Error()) // as connecting says it
		return nil
	}
	endpoint := cmp.Or(r.service.endpoint, "https://networksecurity.googleapis.com")
	g, inner := r.group(ctx)
	for _, name := range names {
		c := c
		c.object = name
		g.Go(func() error {
			bodies, err := r.do(inner, func(ctx context.Context, _ []option.ClientOption) error {
				return get(ctx, client(ctx, transport), endpoint+"/v1/"+name)
			})
			if err != nil {
				return r.failed(inner, c, err)
			}
			for _, b := range bodies {
				r.keep(c, []json.RawMessage{b})
			}
			r.options.Progress(c.operation, len(bodies))
			return nil
		})
	}
	return g.Wait()
}

// get makes a call of an API for which there is no client here.
func get(ctx context.Context, client *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errForm
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it is in memory
	if err := googleapi.CheckResponse(resp); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// namedGroups returns the address groups that rules name, sorted.
func (r *reader) namedGroups() []string {
	var out []string
	for _, kind := range []string{gcp.KindEffective, gcp.KindPolicy} {
		for _, o := range r.objects[kind] {
			for _, name := range gcp.AddressGroups(o) {
				if !slices.Contains(out, name) {
					out = append(out, name)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}
