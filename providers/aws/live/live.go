// Package live reads the security groups, network ACLs and interfaces of an AWS account as they are, and never
// changes anything. What it reads is a [providers.Snapshot] of the objects of the EC2 API, in the JSON in
// which the aws command prints them, which [github.com/crosswall/crosswall/providers/aws.Provider] turns into
// rules.
//
// Credentials, proxies, certificates and endpoints are those of the AWS SDK: its default chain of credentials,
// HTTPS_PROXY, AWS_CA_BUNDLE, AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_EC2. An endpoint without TLS is
// refused unless it is on this machine. The calls made are those of [Calls].
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
)

// Options say what to read and how. The zero Options read all of the region that the SDK's
// configuration names.
type Options struct {
	// Region is the AWS region, "eu-west-1"; empty: the one of the profile or of AWS_REGION.
	Region string
	// VPC is the id of the one VPC to read; empty: all of the region.
	VPC string
	// Profile is a profile of the shared configuration; empty: AWS_PROFILE, or the default.
	Profile string
	// RoleARN is a role to assume with the credentials found, ExternalID what its trust asks for besides.
	// Empty: none.
	RoleARN, ExternalID string
	// CallsPerSecond bounds the calls, repeated ones included. Zero or less: 10.
	CallsPerSecond float64
	// Timeout bounds one attempt of one call, answer included. Zero or less: 60 seconds.
	Timeout time.Duration
	// Attempts is how often a call is made that is throttled or fails for a moment. Zero or less: 6.
	Attempts int
	// Backoff is the longest pause between attempts. Zero or less: 20 seconds.
	Backoff time.Duration
	// Progress, unless nil, is told of every page that was read: how many objects of a kind there are so
	// far. It is called by one goroutine at a time.
	Progress func(kind string, objects int)
}

const (
	defaultCallsPerSecond = 10
	defaultTimeout        = time.Minute
	defaultAttempts       = 6
	defaultBackoff        = 20 * time.Second
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
	return o
}

var (
	regionText = regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+$`)
	vpcText    = regexp.MustCompile(`^vpc-[0-9a-zA-Z]+$`)
	roleText   = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$`)
)

// Parse reads a source as users write it: aws://REGION/VPC?profile=P&role=ARN&external-id=E, where
// everything after aws:// may be left out.
func Parse(source string) (Options, error) {
	u, err := url.Parse(source)
	if err != nil || u.Scheme != "aws" || u.Opaque != "" {
		// The error would repeat what is in the source.
		return Options{}, errors.New("an AWS source is written aws://REGION/VPC?profile=PROFILE&role=ARN")
	}
	if u.User != nil {
		return Options{}, errors.New("an AWS source holds no credentials: name a profile")
	}
	o := Options{Region: u.Host}
	if u.Path != "" && u.Path != "/" {
		o.VPC = u.Path[1:]
	}
	switch {
	case o.Region != "" && !regionText.MatchString(o.Region):
		return Options{}, fmt.Errorf("%q is no AWS region", o.Region)
	case o.VPC != "" && !vpcText.MatchString(o.VPC):
		return Options{}, fmt.Errorf("%q is no id of a VPC", o.VPC)
	case u.Fragment != "":
		return Options{}, fmt.Errorf("an AWS source has no fragment: %q", u.Fragment)
	}
	return o, o.parseQuery(u.RawQuery)
}

// parseQuery reads what follows the question mark.
func (o *Options) parseQuery(text string) error {
	query, err := url.ParseQuery(strings.ReplaceAll(text, "+", "%2B")) // names of roles may have one
	if err != nil {
		return errors.New("what follows the question mark cannot be read")
	}
	into := map[string]*string{"profile": &o.Profile, "role": &o.RoleARN, "external-id": &o.ExternalID}
	for _, key := range slices.Sorted(maps.Keys(query)) {
		field, values := into[key], query[key]
		switch {
		case field == nil:
			return fmt.Errorf("an AWS source has no %q; it has profile, role and external-id", key)
		case len(values) != 1 || values[0] == "":
			return fmt.Errorf("%q is to be given once, and not empty", key)
		}
		*field = values[0]
	}
	switch {
	case o.RoleARN != "" && !roleText.MatchString(o.RoleARN):
		return fmt.Errorf("%q is no ARN of a role", o.RoleARN)
	case o.ExternalID != "" && o.RoleARN == "":
		return errors.New("external-id is of no use without role")
	}
	return nil
}

// String is the source as [Parse] reads it, without the external id, which is to be kept to oneself.
func (o Options) String() string {
	s := "aws://" + o.Region
	if o.VPC != "" {
		s += "/" + o.VPC
	}
	mark := "?"
	if o.Profile != "" {
		s, mark = s+mark+"profile="+strings.ReplaceAll(url.QueryEscape(o.Profile), "+", "%20"), "&"
	}
	if o.RoleARN != "" {
		s += mark + "role=" + o.RoleARN
	}
	return s
}

// Regions returns the regions that are enabled for the account, sorted. The options' Region
// and VPC do not matter.
func Regions(ctx context.Context, o Options) ([]string, error) {
	o.VPC = ""
	c, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	return c.regions(ctx)
}
