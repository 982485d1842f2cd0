package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/flowcontrol"
)

// client speaks to one API server.
type client struct {
	rest      *rest.RESTClient
	discovery *discovery.DiscoveryClient
	// source is the cluster with the name of its context.
	source string
	// insecure is whether the server's certificate is not checked.
	insecure bool
	options  Options
}

// quiet keeps client-go from writing to standard error: what matters is in errors.
func quiet(ctx context.Context) context.Context { return logr.NewContext(ctx, logr.Discard()) }

// connect returns a client for the context that the options name. It makes no call.
func connect(o Options) (*client, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = o.Kubeconfig
	rules.WarnIfAllMissing = false
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: o.Context})
	raw, err := loader.RawConfig()
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig: %w", hidden(err))
	}
	named := o
	if named.Context == "" {
		named.Context = raw.CurrentContext
	}
	config, err := loader.ClientConfig()
	switch {
	case clientcmd.IsEmptyConfig(err):
		return nil, errors.New("there is no kubeconfig: set KUBECONFIG, or name one with ?kubeconfig=FILE")
	case err != nil:
		return nil, fmt.Errorf("the kubeconfig: %w", hidden(err))
	}
	c := &client{source: named.String(), insecure: config.Insecure, options: o}
	return c, c.dial(config)
}

// dial makes the clients. One transport serves both, and with it one limit of calls.
func (c *client) dial(config *rest.Config) error {
	if err := secure(config); err != nil {
		return err
	}
	config.UserAgent = "crosswall"
	config.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(float32(c.options.CallsPerSecond), max(1, int(c.options.CallsPerSecond)))
	config.Timeout = c.options.Timeout
	config.WarningHandler = rest.NoWarnings{}
	config.ContentConfig = rest.ContentConfig{ContentType: runtime.ContentTypeJSON, AcceptContentTypes: runtime.ContentTypeJSON,
		NegotiatedSerializer: codecs().WithoutConversion(), GroupVersion: &schema.GroupVersion{Version: "v1"}}
	transport, err := rest.HTTPClientFor(config)
	if err != nil {
		return fmt.Errorf("the kubeconfig: %w", hidden(err))
	}
	transport.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	config.APIPath = "/api"
	if c.rest, err = rest.RESTClientForConfigAndClient(config, transport); err != nil {
		return hidden(err)
	}
	if c.discovery, err = discovery.NewDiscoveryClientForConfigAndClient(config, transport); err != nil {
		return hidden(err)
	}
	return nil
}

// codecs know the words that every API server uses, as in the reasons for an error.
func codecs() serializer.CodecFactory {
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	return serializer.NewCodecFactory(scheme)
}

// secure refuses a server without TLS, unless it is on this machine: credentials would go over the wire, and
// answers could be anybody's.
func secure(config *rest.Config) error {
	u, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return errors.New("the kubeconfig: the server's address cannot be read")
	}
	if u.Scheme != "https" && !isLoopback(u) {
		return fmt.Errorf("the server %s is asked without TLS, which is refused unless it is on this machine", u.Host)
	}
	return nil
}

func isLoopback(u *url.URL) bool {
	if u.Hostname() == "localhost" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}
