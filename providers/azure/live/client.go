package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"
	"golang.org/x/time/rate"
)

// The environment variables that are read here besides those of the SDK.
const (
	envEndpoint  = "CROSSWALL_ARM_ENDPOINT"
	envAuthority = "AZURE_AUTHORITY_HOST"
)

// clients makes the SDK's clients.
func (o Options) clients() (*armnetwork.ClientFactory, error) {
	if o.Subscription == "" {
		return nil, errors.New("no subscription is given")
	}
	at, err := o.endpoint()
	if err != nil {
		return nil, err
	}
	options := &arm.ClientOptions{DisableRPRegistration: true} // registering is no reading
	options.Cloud = at.cloud
	options.InsecureAllowCredentialWithHTTP = at.url.Scheme == "http"
	options.Transport = o.Transport
	options.Retry = policy.RetryOptions{MaxRetries: int32(min(o.Retries, 100)), TryTimeout: o.Timeout, RetryDelay: o.RetryDelay, MaxRetryDelay: 2 * time.Minute}
	options.Telemetry.ApplicationID = "crosswall"
	options.PerCallPolicies = []policy.Policy{sameHost{at.url}}
	options.PerRetryPolicies = []policy.Policy{pace{rate.NewLimiter(rate.Limit(o.CallsPerSecond), max(1, int(o.CallsPerSecond)))}}
	credential, err := o.credential(at)
	if err != nil {
		return nil, err
	}
	return armnetwork.NewClientFactory(o.Subscription, credential, options)
}

// endpoint is where Azure Resource Manager is.
type endpoint struct {
	url   *url.URL
	cloud cloud.Configuration
}

// endpoint returns where Azure Resource Manager is, and for whom tokens are.
func (o Options) endpoint() (endpoint, error) {
	text := o.Endpoint
	if text == "" {
		text = os.Getenv(envEndpoint)
	}
	if text == "" {
		text = cloud.AzurePublic.Services[cloud.ResourceManager].Endpoint
	}
	u, err := url.Parse(strings.TrimSuffix(text, "/"))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return endpoint{}, errors.New("the endpoint of Azure Resource Manager is no URL of http or https")
	case u.User != nil || u.RawQuery != "" || u.Path != "":
		return endpoint{}, errors.New("the endpoint of Azure Resource Manager is to be a scheme and a host, and nothing else")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return endpoint{}, fmt.Errorf("the endpoint %s is not encrypted: plain http is accepted for loopback hosts only", u)
	}
	for _, c := range []cloud.Configuration{cloud.AzurePublic, cloud.AzureGovernment, cloud.AzureChina} {
		if c.Services[cloud.ResourceManager].Endpoint == u.String() {
			return endpoint{u, c}, nil
		}
	}
	audience := u.String()
	if isLoopback(u.Hostname()) {
		audience = cloud.AzurePublic.Services[cloud.ResourceManager].Audience
	}
	return endpoint{u, cloud.Configuration{
		ActiveDirectoryAuthorityHost: os.Getenv(envAuthority), // empty: the SDK's own choice
		Services:                     map[cloud.ServiceName]cloud.ServiceConfiguration{cloud.ResourceManager: {Endpoint: u.String(), Audience: audience}},
	}}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// credential returns the credential. An emulator on this machine gets no real one, unless
// an authority to sign in at was chosen too.
func (o Options) credential(at endpoint) (azcore.TokenCredential, error) {
	if o.Credential != nil {
		return o.Credential, nil
	}
	private := at.cloud.ActiveDirectoryAuthorityHost == "" || os.Getenv(envAuthority) != ""
	if isLoopback(at.url.Hostname()) && os.Getenv(envAuthority) == "" {
		return noCredential{}, nil
	}
	options := &azidentity.DefaultAzureCredentialOptions{DisableInstanceDiscovery: private}
	if at.cloud.ActiveDirectoryAuthorityHost != "" {
		options.Cloud = at.cloud
	}
	options.Transport = o.Transport
	c, err := azidentity.NewDefaultAzureCredential(options)
	if err != nil {
		return nil, errors.New("signing in: " + redact(err.Error()))
	}
	return c, nil
}

// noCredential is for emulators on this machine, which check none.
type noCredential struct{}

func (noCredential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "emulator", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// sameHost refuses requests to any host but the endpoint's: links to a next page come from
// answers, and the token goes with the request.
type sameHost struct{ endpoint *url.URL }

func (p sameHost) Do(req *policy.Request) (*http.Response, error) {
	if u := req.Raw().URL; u.Scheme != p.endpoint.Scheme || !strings.EqualFold(u.Host, p.endpoint.Host) {
		return nil, errElsewhere
	}
	return req.Next()
}

// errElsewhere says that an answer led away from the endpoint. The SDK would retry
// an error that does not say otherwise.
var errElsewhere error = elsewhereError{}

type elsewhereError struct{}

func (elsewhereError) Error() string {
	return "the link to the next page leads to another host, which was not followed"
}
func (elsewhereError) NonRetriable() {}

// pace waits before each try until it is allowed by the bound on calls per second.
type pace struct{ limit *rate.Limiter }

func (p pace) Do(req *policy.Request) (*http.Response, error) {
	if err := p.limit.Wait(req.Raw().Context()); err != nil {
		return nil, err
	}
	return req.Next()
}
