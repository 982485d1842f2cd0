package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"github.com/crosswall/crosswall/providers/gcp"
)

// machine is what a call about the tags of a machine has to know of it.
type machine struct{ selfLink, project, zone, number string }

// parent is the full resource name of a machine, which has its number and not its name ("Creating and managing tags",
// attaching tags to resources).
func (m machine) parent() string {
	return "//compute.googleapis.com/projects/" + m.project + "/zones/" + m.zone + "/instances/" + m.number
}

// machineText is the self link of a machine.
var machineText = regexp.MustCompile(`/projects/([\w:.-]+)/zones/([a-z0-9-]+)/instances/[\w-]+$`)

// readTags reads which machines have which secure tags, where rules name any: with a call for each machine, as there is no list of
// them. One machine goes ahead: what is refused for it is not asked for all the others.
func (r *reader) readTags(ctx context.Context) error {
	if !r.namesTags() {
		return nil
	}
	c := call{operation: opEffectiveTags, kind: gcp.KindEffectiveTags}
	machines := r.machines(c)
	if n := len(machines); n > r.options.TagLookups {
		r.gap(c, fmt.Sprintf("rules name secure tags, and which of %d machines have them takes a call for each, of which %d are allowed: "+
			"read one network, or write ?tag-lookups=%d", n, r.options.TagLookups, n))
		return nil
	}
	r.keep(c, nil)
	if len(machines) == 0 {
		return nil
	}
	transport, err := r.service.tags(ctx)
	if err != nil {
		r.gap(c, err.Error()) // as connecting says it
		return nil
	}
	switch err := r.readTagsOf(ctx, transport, machines[0]); {
	case isRefused(err):
		return r.failed(ctx, c, err)
	case err != nil:
		about := c
		about.object = machines[0].selfLink
		if err := r.failed(ctx, about, err); err != nil {
			return err
		}
	}
	g, inner := r.group(ctx)
	for _, m := range machines[1:] {
		c := c
		c.object = m.selfLink
		g.Go(func() error {
			if err := r.readTagsOf(inner, transport, m); err != nil {
				return r.failed(inner, c, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// isRefused reports whether a call is refused whatever it is about: a permission that is missing, or an API that is not enabled.
func isRefused(err error) bool {
	var api *googleapi.Error
	return errors.As(err, &api) && (api.Code == http.StatusForbidden || api.Code == http.StatusUnauthorized) || isUnauthenticated(err)
}

// readTagsOf reads the tags of a machine, page by page, and puts beside them whose they are.
func (r *reader) readTagsOf(ctx context.Context, transport http.RoundTripper, m machine) error {
	tags := []json.RawMessage{}
	for token := ""; ; {
		query := url.Values{"parent": {m.parent()}, "pageSize": {"300"}}
		if token != "" {
			query.Set("pageToken", token)
		}
		address := r.service.resourceManager(m.zone) + "/v3/effectiveTags?" + query.Encode()
		bodies, err := r.do(ctx, func(ctx context.Context, _ []option.ClientOption) error {
			return get(ctx, client(ctx, transport), address)
		})
		if err != nil {
			return err
		}
		var page struct {
			EffectiveTags []json.RawMessage `json:"effectiveTags"`
			NextPageToken string            `json:"nextPageToken"`
		}
		if len(bodies) != 1 || json.Unmarshal(bodies[0], &page) != nil || page.NextPageToken != "" && page.NextPageToken == token {
			return errForm
		}
		tags = append(tags, page.EffectiveTags...)
		if token = page.NextPageToken; token == "" {
			break
		}
	}
	raw, err := json.Marshal(map[string]any{"parent": m.parent(), "effectiveTags": tags})
	if err != nil {
		return errForm
	}
	c := call{operation: opEffectiveTags, kind: gcp.KindEffectiveTags}
	r.keep(c, []json.RawMessage{raw})
	r.options.Progress(c.operation, len(tags))
	return nil
}

// namesTags reports whether a rule names secure tags.
func (r *reader) namesTags() bool {
	for _, kind := range []string{gcp.KindEffective, gcp.KindPolicy} {
		if slices.ContainsFunc(r.objects[kind], func(o json.RawMessage) bool { return len(gcp.SecureTags(o)) > 0 }) {
			return true
		}
	}
	return false
}

// machines returns the machines that were read, sorted. Of one that does not say what it is called, nothing can be asked.
func (r *reader) machines(c call) []machine {
	var out []machine
	for _, o := range r.objects[gcp.KindInstance] {
		var h struct {
			ID       json.Number `json:"id"`
			SelfLink string      `json:"selfLink"`
		}
		err := json.Unmarshal(o, &h)
		m := machineText.FindStringSubmatch(h.SelfLink)
		if err != nil || m == nil || h.ID == "" {
			c.object = h.SelfLink
			r.gap(c, "the machine does not say its number")
			continue
		}
		out = append(out, machine{selfLink: h.SelfLink, project: m[1], zone: m[2], number: h.ID.String()})
	}
	slices.SortFunc(out, func(a, b machine) int { return strings.Compare(a.selfLink, b.selfLink) })
	return out
}
