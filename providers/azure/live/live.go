// Package live reads the network objects of an Azure subscription as they are, for the provider azure
// to make rules of. It asks Azure Resource Manager, and changes nothing.
//
// Credentials are those of the SDK's default chain (package azidentity): AZURE_* variables,
// workload identity, managed identity, the command az. Proxies and certificates are those of
// net/http: HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE.
package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"
	"golang.org/x/sync/errgroup"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
)

// Options say what to read, and how.
type Options struct {
	// Subscription is the id of the subscription. It must be set.
	Subscription string
	// ResourceGroup limits reading to one resource group; empty: all of the subscription.
	ResourceGroup string
	// Endpoint is the URL of Azure Resource Manager. Empty: the variable CROSSWALL_ARM_ENDPOINT or
	// else the public cloud. Plain http is accepted for loopback hosts only.
	Endpoint string
	// CallsPerSecond bounds the requests sent, retries included; 0 means 10. Azure lets a
	// principal make about 25 reads a second in a subscription ("Understand how Azure Resource Manager
	// throttles requests").
	CallsPerSecond float64
	// InFlight bounds the calls that wait for an answer at once; 0 means 4.
	InFlight int
	// Timeout bounds one try of one request; 0 means a minute.
	Timeout time.Duration
	// Retries is how often a request is tried again that was throttled or failed on the way or in
	// Azure; 0 means 5, less than 0 never. A Retry-After is honoured.
	Retries int
	// RetryDelay is the first pause before a retry where there is no Retry-After; it doubles
	// each time. 0 means a second.
	RetryDelay time.Duration
	// Progress is told of each answer: the operation and how many objects it brought. It may be called
	// from several goroutines at once. Nil: nobody is told.
	Progress func(operation string, objects int)
	// Credential takes the place of the default chain; nil: the default chain.
	Credential azcore.TokenCredential
	// Transport sends requests; nil: the SDK's own, which honours proxy variables.
	Transport policy.Transporter
}

// Parse reads a source as a user writes it: azure://SUBSCRIPTION, or
// azure://SUBSCRIPTION/RESOURCE_GROUP.
func Parse(source string) (Options, error) {
	rest, ok := strings.CutPrefix(source, "azure://")
	if !ok {
		return Options{}, fmt.Errorf("%q is no Azure source: write azure://SUBSCRIPTION/RESOURCE_GROUP", source)
	}
	subscription, group, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	switch {
	case !regexp.MustCompile(`^[0-9A-Za-z-]+$`).MatchString(subscription):
		return Options{}, fmt.Errorf("%q: %q is no subscription id: write azure://SUBSCRIPTION/RESOURCE_GROUP", source, subscription)
	case group != "" && (!regexp.MustCompile(`^[-\w.()]{1,90}$`).MatchString(group) || strings.HasSuffix(group, ".")):
		return Options{}, fmt.Errorf("%q: %q is no name of a resource group", source, group)
	}
	return Options{Subscription: strings.ToLower(subscription), ResourceGroup: group}, nil
}

// Scope is the source as a user writes it, which [Parse] reads back.
func (o Options) Scope() string {
	if o.ResourceGroup == "" {
		return "azure://" + o.Subscription
	}
	return "azure://" + o.Subscription + "/" + o.ResourceGroup
}

// Read reads the objects of every kind that [azure.Provider.Kinds] lists. What could not be read is a gap
// of the snapshot. Service tags are read when a rule names one, and only those that rules name are kept.
//
// The error is for options that make no sense, for a context that ended, and for when nothing at all
// could be read. It holds no credentials.
func Read(ctx context.Context, o Options) (providers.Snapshot, error) {
	o = o.withDefaults()
	clients, err := o.clients()
	if err != nil {
		return providers.Snapshot{}, fmt.Errorf("reading %s: %w", o.Scope(), err)
	}
	r := &reader{options: o, clients: clients}
	s, err := r.read(ctx)
	if err != nil {
		return providers.Snapshot{}, fmt.Errorf("reading %s: %w", o.Scope(), err)
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.CallsPerSecond <= 0 {
		o.CallsPerSecond = 10
	}
	if o.InFlight <= 0 {
		o.InFlight = 4
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	if o.Retries == 0 {
		o.Retries = 5
	}
	if o.RetryDelay <= 0 {
		o.RetryDelay = time.Second
	}
	if o.Progress == nil {
		o.Progress = func(string, int) {}
	}
	return o
}

// reader reads one subscription.
type reader struct {
	options Options
	clients *armnetwork.ClientFactory
}

// answer is what one list came to.
type answer struct {
	kind, object, call string
	objects            []json.RawMessage
	err                error
}

// task asks for one list.
type task struct {
	kind, object, call string
	// ask returns what was read, and an error if that is not all.
	ask func(context.Context) ([]json.RawMessage, error)
}

// read asks for everything: first the lists, then what they name.
func (r *reader) read(ctx context.Context) (providers.Snapshot, error) {
	s := providers.Snapshot{Provider: "azure", Scope: r.options.Scope(), Account: r.options.Subscription, Objects: map[string][]json.RawMessage{}}
	first := r.run(ctx, r.lists())
	if err := ctx.Err(); err != nil {
		return s, err
	}
	if err := nothing(first); err != nil {
		return s, err
	}
	add(&s, first)
	add(&s, r.run(ctx, append(r.scaleSets(s), r.adminRules(s)...)))
	add(&s, r.run(ctx, r.serviceTags(s)))
	if err := ctx.Err(); err != nil {
		return s, err
	}
	for _, k := range (azure.Provider{}).Kinds() {
		isGap := slices.ContainsFunc(s.Gaps, func(g providers.Gap) bool { return g.Kind == k.Name })
		if _, ok := s.Objects[k.Name]; !ok && !isGap {
			s.Objects[k.Name] = []json.RawMessage{} // it was asked for, and there is none
		}
	}
	s.Taken = time.Now().UTC()
	return s, nil
}

// run asks for several lists at once and returns the answers in the order of the tasks.
func (r *reader) run(ctx context.Context, tasks []task) []answer {
	out := make([]answer, len(tasks))
	var g errgroup.Group
	g.SetLimit(r.options.InFlight)
	for i, t := range tasks {
		g.Go(func() error {
			objects, err := t.ask(ctx)
			out[i] = answer{t.kind, t.object, t.call, objects, err}
			return nil
		})
	}
	_ = g.Wait() // each answer holds its own error
	return out
}

// nothing returns the error of the first list when no list could be read.
func nothing(answers []answer) error {
	for _, a := range answers {
		if a.err == nil || len(a.objects) > 0 {
			return nil
		}
	}
	return errors.New("nothing could be read: " + answers[0].call + ": " + explain(answers[0].err))
}

// add adds answers to a snapshot, and a gap for each that is not complete. A kind of which nothing was
// read, as the call failed, has a gap and is no key.
func add(s *providers.Snapshot, answers []answer) {
	for _, a := range answers {
		if a.err != nil {
			s.Gaps = append(s.Gaps, providers.Gap{Kind: a.kind, Object: a.object, Call: a.call, Why: explain(a.err)})
		}
		if a.err == nil || len(a.objects) > 0 {
			s.Objects[a.kind] = append(s.Objects[a.kind], a.objects...)
		}
	}
}
