package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"golang.org/x/time/rate"
)

// connection is a client of the EC2 API of one region.
type connection struct {
	options Options // with the region filled in
	ec2     *ec2.Client
	secrets *secrets
}

// connect finds credentials and region. It makes no call but those that credentials need.
func connect(ctx context.Context, o Options) (*connection, error) {
	o = o.withDefaults()
	known := &secrets{values: map[string]bool{}}
	known.hide(o.ExternalID)
	cfg, err := config.LoadDefaultConfig(ctx, loadOptions(o)...)
	if err != nil {
		return nil, fmt.Errorf("AWS configuration: %s", known.clean(err.Error()))
	}
	if cfg.Region == "" {
		return nil, errors.New("no AWS region is named: write aws://REGION, or set AWS_REGION")
	}
	o.Region = cfg.Region
	client := &checkedClient{inner: cfg.HTTPClient, limit: rate.NewLimiter(rate.Limit(o.CallsPerSecond), max(1, int(o.CallsPerSecond)))}
	if cfg.Credentials == nil {
		return nil, errors.New("there are no AWS credentials")
	}
	cfg.Credentials = watched{cfg.Credentials, known}
	if o.RoleARN != "" {
		cfg.Credentials = watched{aws.NewCredentialsCache(assumed(cfg, o, client)), known}
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return nil, fmt.Errorf("AWS credentials: %s", known.explain(ctx, err, o.Region))
	}
	return &connection{options: o, secrets: known,
		ec2: ec2.NewFromConfig(cfg, func(e *ec2.Options) { e.HTTPClient = client })}, nil
}

func loadOptions(o Options) []func(*config.LoadOptions) error {
	out := []func(*config.LoadOptions) error{
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(o.Timeout)),
		config.WithLogger(logging.Nop{}),
		config.WithRetryer(func() aws.Retryer { return retryer(o) }),
	}
	if o.Region != "" {
		out = append(out, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		out = append(out, config.WithSharedConfigProfile(o.Profile))
	}
	return out
}

// retryer is the SDK's adaptive mode. Every call reads, so that one whose answer was cut off
// can be made again.
func retryer(o Options) aws.Retryer {
	return retry.NewAdaptiveMode(func(a *retry.AdaptiveModeOptions) {
		a.StandardOptions = append(a.StandardOptions, func(s *retry.StandardOptions) {
			s.MaxAttempts, s.MaxBackoff = o.Attempts, o.Backoff
			s.Retryables = append(s.Retryables, retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
				if isCutOff(err) {
					return aws.TrueTernary
				}
				return aws.UnknownTernary
			}))
		})
	})
}

// assumed returns the credentials of the role.
func assumed(cfg aws.Config, o Options, client *checkedClient) aws.CredentialsProvider {
	api := sts.NewFromConfig(cfg, func(s *sts.Options) { s.HTTPClient = client })
	return stscreds.NewAssumeRoleProvider(api, o.RoleARN, func(a *stscreds.AssumeRoleOptions) {
		a.RoleSessionName = "crosswall"
		if o.ExternalID != "" {
			a.ExternalID = aws.String(o.ExternalID)
		}
	})
}

// checkedClient keeps to the limit of calls per second, and sends nothing in the clear to another machine.
type checkedClient struct {
	inner interface {
		Do(*http.Request) (*http.Response, error)
	}
	limit *rate.Limiter
}

// Do sends a request.
func (c *checkedClient) Do(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !isLoopback(r.URL.Hostname()) {
		return nil, insecureError{r.URL.Hostname()}
	}
	if err := c.limit.Wait(r.Context()); err != nil {
		return nil, err
	}
	return c.inner.Do(r)
}

// isLoopback reports whether a host is this machine by its name alone.
func isLoopback(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// insecureError is a request that was not sent.
type insecureError struct{ host string }

// Error names the host.
func (e insecureError) Error() string {
	return "the endpoint " + e.host + " is without TLS and not on this machine, so that credentials could be read on the way"
}

// RetryableError tells the SDK not to try again.
func (insecureError) RetryableError() bool { return false }

// regions asks for the enabled regions.
func (c *connection) regions(ctx context.Context) ([]string, error) {
	out, err := c.ec2.DescribeRegions(ctx, &ec2.DescribeRegionsInput{})
	if err != nil {
		return nil, fmt.Errorf("regions of the account: DescribeRegions: %s", c.secrets.explain(ctx, err, c.options.Region))
	}
	var names []string
	for _, r := range out.Regions {
		if name := aws.ToString(r.RegionName); name != "" && cmp.Or(aws.ToString(r.OptInStatus), "opted-in") != "not-opted-in" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
