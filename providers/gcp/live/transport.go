package live

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxAnswer bounds one answer, in bytes: lists come in pages of some hundred objects, and what is effective on a
// network has a few thousand rules.
const maxAnswer = 256 << 20

// patient sends requests that only read: not faster than is wanted, and again when they were throttled, when
// the service fails for a moment, and when an answer is late or breaks off. An answer is handed on when
// it is there as a whole.
type patient struct {
	next    http.RoundTripper
	limiter *rate.Limiter
	options Options
}

// RoundTrip implements [http.RoundTripper].
func (p *patient) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet {
		return nil, errors.New("only reading is allowed") // nothing else is ever sent
	}
	for attempt := 1; ; attempt++ {
		if err := p.limiter.Wait(req.Context()); err != nil {
			return nil, contextError(req.Context(), err)
		}
		resp, err := p.once(req)
		if req.Context().Err() != nil {
			return nil, req.Context().Err()
		}
		if attempt >= p.options.Attempts || !passing(resp, err) {
			return resp, err
		}
		if err := sleep(req.Context(), p.pause(attempt, resp)); err != nil {
			return nil, err
		}
	}
}

// contextError is the reason for which a context ended, where it has: a limiter says the same in other words.
func contextError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// once makes one attempt.
func (p *patient) once(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), p.options.Timeout)
	defer cancel()
	resp, err := p.next.RoundTrip(req.Clone(ctx))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxAnswer:
		return nil, errTooLarge
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if kept, ok := req.Context().Value(answersKey{}).(*answers); ok && resp.StatusCode == http.StatusOK {
		kept.add(body)
	}
	return resp, nil
}

var errTooLarge = errors.New("the answer is larger than 256 MiB")

// passing reports whether a failure may be over the next time.
func passing(resp *http.Response, err error) bool {
	switch {
	case isUnauthenticated(err), errors.Is(err, errTooLarge):
		return false
	case err != nil:
		return true
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return isRateLimit(resp)
}

// isRateLimit reports whether a refusal is for asking too often: the Compute API answers 403 with
// the reason rateLimitExceeded ("Handling API errors").
func isRateLimit(resp *http.Response) bool {
	if resp.StatusCode != http.StatusForbidden {
		return false
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && (bytes.Contains(body, []byte(`"rateLimitExceeded"`)) || bytes.Contains(body, []byte(`"RATE_LIMIT_EXCEEDED"`)))
}

// pause is how long to wait after an attempt: as long as the service says, or up to
// twice as long each time.
func (p *patient) pause(attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s >= 0 {
			return min(time.Duration(s)*time.Second, p.options.Backoff)
		}
	}
	const first = 500 * time.Millisecond
	longest := min(first<<min(attempt-1, 10), p.options.Backoff)
	return longest/2 + rand.N(longest/2+1)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// answers keeps the text of the answers to the calls of a context: the client gives
// back only the fields that it knows.
type answers struct {
	mu     sync.Mutex
	bodies [][]byte
}

type answersKey struct{}

func (a *answers) add(body []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bodies = append(a.bodies, body)
}

// take returns the answers so far, and forgets them.
func (a *answers) take() [][]byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := a.bodies
	a.bodies = nil
	return out
}
