package live

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"golang.org/x/time/rate"
	"google.golang.org/api/option"
	transport "google.golang.org/api/transport/http"
)

// The scopes asked for: to read the Compute API, for the Network Security API, which has none for reading alone, and to read the
// Resource Manager API.
const (
	scopeCompute = "https://www.googleapis.com/auth/compute.readonly"
	scopeCloud   = "https://www.googleapis.com/auth/cloud-platform"
	scopeReading = "https://www.googleapis.com/auth/cloud-platform.read-only"
)

// service is where calls are made. Each call has a client of its own, because lists of the Compute client do
// not look at their context: the client's transport does it for them.
type service struct {
	endpoint string // "": the public cloud
	// resources is where the Resource Manager API is; "": the public cloud, where each zone has its own.
	resources string
	// compute, security and tags are the transports for the three APIs; the latter are made when they are needed.
	compute        http.RoundTripper
	security, tags func(context.Context) (http.RoundTripper, error)
}

// resourceManager is where the Resource Manager API answers about what is in a zone ("Creating and managing tags": resources of
// a location have an endpoint of their own).
func (s service) resourceManager(zone string) string {
	if s.resources != "" {
		return s.resources
	}
	return "https://" + zone + "-cloudresourcemanager.googleapis.com"
}

// connect makes no call, but finds the credentials.
func connect(ctx context.Context, o Options) (service, error) {
	endpoint, err := o.endpoint()
	if err != nil {
		return service{}, err
	}
	limiter := rate.NewLimiter(rate.Limit(o.CallsPerSecond), max(1, int(o.CallsPerSecond)))
	resources, err := o.resourceManager()
	if err != nil {
		return service{}, err
	}
	withScope := func(ctx context.Context, endpoint, scope string) (http.RoundTripper, error) {
		base, err := authenticated(ctx, endpoint, scope)
		if err != nil {
			return nil, err
		}
		return &patient{next: base, limiter: limiter, options: o}, nil
	}
	s := service{endpoint: endpoint, resources: resources}
	s.security = func(ctx context.Context) (http.RoundTripper, error) { return withScope(ctx, endpoint, scopeCloud) }
	s.tags = func(ctx context.Context) (http.RoundTripper, error) { return withScope(ctx, resources, scopeReading) }
	s.compute, err = withScope(ctx, endpoint, scopeCompute)
	return s, err
}

// client is a client whose requests end with the context.
func client(ctx context.Context, t http.RoundTripper) *http.Client {
	return &http.Client{Transport: bound{ctx, t}, CheckRedirect: refuseRedirect}
}

// options are those of a client of the Compute API for the calls of one context.
func (s service) options(ctx context.Context) []option.ClientOption {
	opts := []option.ClientOption{option.WithHTTPClient(client(ctx, s.compute)), option.WithLogger(slog.New(slog.DiscardHandler))}
	if s.endpoint != "" {
		opts = append(opts, option.WithEndpoint(s.endpoint))
	}
	return opts
}

// bound sends requests that have no context of their own in the one that they are made for.
type bound struct {
	ctx  context.Context // of the one call that it is for
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (b bound) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Context().Value(answersKey{}) == nil {
		req = req.WithContext(b.ctx)
	}
	return b.next.RoundTrip(req)
}

// refuseRedirect keeps credentials from following an answer elsewhere.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// authenticated is a transport with credentials, but none on the way to this machine without TLS.
func authenticated(ctx context.Context, endpoint, scope string) (http.RoundTripper, error) {
	if strings.HasPrefix(endpoint, "http:") {
		return http.DefaultTransport, nil
	}
	t, err := transport.NewTransport(ctx, http.DefaultTransport, option.WithScopes(scope), option.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, noCredentials()
	}
	return t, nil
}

// noCredentials says what to do. The reasons that the library gives have paths and parts of files in them.
func noCredentials() error {
	return errors.New("there are no credentials for Google Cloud that can be used: log in with gcloud auth application-default login, " +
		"or set GOOGLE_APPLICATION_CREDENTIALS")
}
