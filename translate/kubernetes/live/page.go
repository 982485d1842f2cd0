package live

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// listAt is what is to be listed.
type listAt struct {
	path string
	// accept is the form in which objects are wanted; empty: JSON, in full.
	accept string
	// keep gets every object; after, unless nil, is called after every page.
	keep  func(object json.RawMessage) error
	after func()
	// size is the largest number of objects of a page; 0: no limit.
	size int
}

// partial asks for the metadata of objects alone
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables, "partial object metadata").
const partial = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

// page is an answer to a list (k8s.io/apimachinery/pkg/apis/meta/v1, ListMeta).
type page struct {
	Metadata struct {
		Continue string `json:"continue"`
	} `json:"metadata"`
	Items []json.RawMessage `json:"items"`
}

// restarts is how often a list is begun again because its continuation has expired; the last time it is asked for in one piece.
const restarts = 3

// list reads all objects of a list. Where the server no longer knows where the list was left off (410,
// https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks), it is begun
// again, and what was kept is dropped: begin is called every time.
func (c *client) list(ctx context.Context, at listAt, begin func()) error {
	for again := 1; ; again++ {
		begin()
		if again > restarts {
			at.size = 0
		}
		err := c.pages(ctx, at)
		if err == nil || !isExpired(err) || again > restarts {
			return err
		}
	}
}

// isExpired reports whether a continuation is too old.
func isExpired(err error) bool { return apierrors.IsResourceExpired(err) || apierrors.IsGone(err) }

// errRepeats is a server that answers with a page that it gave already.
var errRepeats = errors.New("the server's list does not end: it names the same continuation twice")

// pages reads a list page by page.
func (c *client) pages(ctx context.Context, at listAt) error {
	seen := map[string]bool{}
	for next := ""; ; {
		p, err := c.page(ctx, at, next)
		if err != nil {
			return err
		}
		for _, item := range p.Items {
			if err := at.keep(item); err != nil {
				return err
			}
		}
		if at.after != nil {
			at.after()
		}
		next = p.Metadata.Continue
		switch {
		case next == "":
			return nil
		case seen[next]:
			return errRepeats
		}
		seen[next] = true
	}
}

// page reads one page.
func (c *client) page(ctx context.Context, at listAt, next string) (page, error) {
	params := map[string]string{}
	if at.size > 0 {
		params["limit"] = strconv.Itoa(at.size)
	}
	if next != "" {
		params["continue"] = next
	}
	var p struct {
		page
		Kind  string          `json:"kind"`
		Items json.RawMessage `json:"items"`
	}
	err := c.get(ctx, at.path, at.accept, params, func(data []byte) error {
		if err := json.Unmarshal(data, &p); err != nil {
			return fmt.Errorf("the answer is no JSON that can be read: %w", err)
		}
		if p.Items == nil {
			return fmt.Errorf("the answer is no list: it is of kind %q and has no items", p.Kind)
		}
		return json.Unmarshal(p.Items, &p.page.Items)
	})
	return p.page, err
}

// get asks for something, again and again where the failure may pass.
func (c *client) get(ctx context.Context, path, accept string, params map[string]string, read func([]byte) error) error {
	var data []byte
	err := c.retry(ctx, func() error {
		request := c.rest.Get().AbsPath(path).MaxRetries(0)
		if accept != "" {
			request.SetHeader("Accept", accept)
		}
		for name, value := range params {
			request.Param(name, value)
		}
		result := request.Do(ctx)
		var err error
		if data, err = result.Raw(); err != nil {
			return cmp.Or(result.Error(), err) // the former has the server's reason
		}
		return nil
	})
	if err != nil {
		return err
	}
	return read(data)
}

// retry makes a call again where its failure may pass.
func (c *client) retry(ctx context.Context, call func() error) error {
	pause := c.options.Backoff
	for attempt := 1; ; attempt++ {
		err := call()
		if err == nil || attempt >= c.options.Attempts || ctx.Err() != nil || !passes(err) {
			return err
		}
		if s, ok := apierrors.SuggestsClientDelay(err); ok {
			pause = max(pause, min(time.Duration(s)*time.Second, longestPause))
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, longestPause)
	}
}

// longestPause bounds the pause between two attempts.
const longestPause = 30 * time.Second

// wait waits, or returns the reason why the context ended.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
