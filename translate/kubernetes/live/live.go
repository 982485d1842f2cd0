// Package live reads the network policies of a Kubernetes cluster as they are, with the pods that they are
// about, and never changes anything.
//
// What it reads becomes the same documents that manifests are made of, so that
// [github.com/crosswall/crosswall/translate/kubernetes.Reader] gives clusters and manifests one meaning. The
// documents hold what bears on network policy and nothing else: no annotations, no environment of containers, no
// Secrets, no credentials.
//
// Contexts, credentials, proxies and certificates are those of kubectl: KUBECONFIG, ~/.kube/config, or the service account
// of the pod in which the program runs. A server without TLS is refused unless it is on this machine. The calls made are
// those of [Calls].
package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate/kubernetes"
)

// Scheme is what sources begin with that are clusters.
const Scheme = "k8s://"

// Options say what to read and how. The zero Options read all of the cluster of kubectl's current context.
type Options struct {
	// Context is a context of the kubeconfig; empty: the current one, or, in a pod without a kubeconfig, the pod's
	// own cluster.
	Context string
	// Kubeconfig is the path of a kubeconfig; empty: KUBECONFIG, or ~/.kube/config.
	Kubeconfig string
	// Namespaces are those whose policies and pods are read, sorted and each once; empty: all. Namespaces themselves
	// are read with their labels whatever is said here.
	Namespaces []string
	// CallsPerSecond bounds the calls, repeated ones included. Zero or less: 50.
	CallsPerSecond float64
	// Timeout bounds one attempt of one call, answer included. Zero or less: 60 seconds.
	Timeout time.Duration
	// Attempts is how often a call is made that fails in a way that may pass. Zero or less: 5.
	Attempts int
	// Backoff is the pause after the first attempt, which doubles with each. Zero or less: half a second. A server
	// that says how long to wait is heeded.
	Backoff time.Duration
	// PageSize is how many objects are asked for at once. Zero or less: 500, as kubectl has it.
	PageSize int
	// Progress, unless nil, is told after every page how many objects of a kind there are so far. It is called by one
	// goroutine at a time.
	Progress func(kind string, objects int)
}

const (
	defaultCallsPerSecond = 50
	defaultTimeout        = time.Minute
	defaultAttempts       = 5
	defaultBackoff        = 500 * time.Millisecond
	defaultPageSize       = 500
)

// withDefaults fills in what is not set.
func (o Options) withDefaults() Options {
	if o.CallsPerSecond <= 0 {
		o.CallsPerSecond = defaultCallsPerSecond
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Attempts <= 0 {
		o.Attempts = defaultAttempts
	}
	if o.Backoff <= 0 {
		o.Backoff = defaultBackoff
	}
	if o.PageSize <= 0 {
		o.PageSize = defaultPageSize
	}
	if o.Progress == nil {
		o.Progress = func(string, int) {}
	}
	return o
}

// namespaceText matches names of namespaces (RFC 1123 labels).
var namespaceText = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// Parse reads a source as users write it: k8s://CONTEXT?namespace=NAME&kubeconfig=FILE, where everything after
// k8s:// may be left out and namespace be given several times. Names of contexts are written as
// they are, slashes and colons included; ? and % in them are written %3F and %25.
func Parse(source string) (Options, error) {
	rest, ok := strings.CutPrefix(source, Scheme)
	if !ok {
		return Options{}, errors.New("a cluster is written k8s://CONTEXT?namespace=NAME")
	}
	name, query, _ := strings.Cut(rest, "?")
	name, err := url.PathUnescape(name)
	if err != nil {
		return Options{}, errors.New("the name of the context cannot be read: write %25 for a percent sign")
	}
	o := Options{Context: name}
	return o, o.parseQuery(query)
}

// parseQuery reads what follows the question mark.
func (o *Options) parseQuery(text string) error {
	query, err := url.ParseQuery(strings.ReplaceAll(text, "+", "%2B")) // names of files may have one
	if err != nil {
		return errors.New("what follows the question mark cannot be read")
	}
	for _, key := range slices.Sorted(maps.Keys(query)) {
		values := query[key]
		if slices.Contains(values, "") {
			return fmt.Errorf("%q must not be empty", key)
		}
		switch key {
		case "kubeconfig":
			if len(values) != 1 {
				return fmt.Errorf("%q is to be given once", key)
			}
			o.Kubeconfig = values[0]
		case "namespace":
			for _, v := range values {
				if !namespaceText.MatchString(v) {
					return fmt.Errorf("%q is no name of a namespace", v)
				}
			}
			slices.Sort(values)
			o.Namespaces = slices.Compact(values)
		default:
			return fmt.Errorf("a cluster has no %q; it has namespace and kubeconfig", key)
		}
	}
	return nil
}

// String is the source as [Parse] reads it, but for the path of the kubeconfig, which says nothing about the cluster.
func (o Options) String() string {
	s := Scheme + strings.NewReplacer("%", "%25", "?", "%3F").Replace(o.Context)
	for i, n := range o.Namespaces {
		s += "?&"[min(i, 1):min(i, 1)+1] + "namespace=" + n
	}
	return s
}

// Cluster is what a cluster holds that bears on network policy.
type Cluster struct {
	// Source is the cluster as [Parse] reads it, with the name of the context: "k8s://prod". Origins begin with it.
	Source string
	// Files are the objects, for [kubernetes.Reader.ReadFiles].
	Files []kubernetes.File
	// Unread is the namespaces whose NetworkPolicies could not be read, for [kubernetes.Options]; "" stands for all.
	Unread []string
	// Plugin is the network plugin.
	Plugin Plugin
	// Findings are what could not be read, with the code [CodeNotRead], and what is to be known of the
	// network plugin. They are sorted.
	Findings []model.Finding
}

// The codes of findings.
const (
	// CodeNotRead marks what bears on the answer and could not be read: it is unknown, and not absent.
	CodeNotRead = "not-read"
	// CodeServicesNotRead marks Services that could not be read, on which no verdict rests.
	CodeServicesNotRead = "services-not-read"
	// CodeOtherNamespaces marks policies that name pods of namespaces that were not asked for.
	CodeOtherNamespaces = "other-namespaces"
	// CodeInsecure marks a server whose certificate is not checked.
	CodeInsecure = "tls-not-verified"
	// CodeNotEnforced marks a cluster in which NetworkPolicies have no effect.
	CodeNotEnforced = "policies-not-enforced"
	// CodeDefaultDeny marks a cluster in which pods are isolated that no policy selects.
	CodeDefaultDeny = "plugin-default-deny"
	// CodeUnknownPlugin marks a cluster of which it is not known whether policies have an effect.
	CodeUnknownPlugin = "unknown-network-plugin"
	// CodePlugin marks what the network plugin is and does, for those who want to know.
	CodePlugin = "network-plugin"
)

// Read reads a cluster. What is denied or fails, of some kinds of objects, is a finding; the error is for
// clusters that cannot be read at all, and for a context that ends.
func Read(ctx context.Context, o Options) (Cluster, error) {
	o = o.withDefaults()
	c, err := connect(o)
	if err != nil {
		return Cluster{}, err
	}
	r := reader{client: c, options: o}
	r.out.Source = c.source
	if err := r.read(quiet(ctx)); err != nil {
		return Cluster{}, fmt.Errorf("%s: %w", c.source, err)
	}
	return r.result(), nil
}
