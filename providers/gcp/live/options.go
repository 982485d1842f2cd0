// Package live reads the firewall of a Google Cloud project as it is: networks, subnetworks, VPC firewall
// rules, the firewall policies that are effective on each network, and machines. It never changes
// anything. What it reads is a [providers.Snapshot] of the objects of the Compute API, in the JSON in
// which gcloud prints them, which [github.com/crosswall/crosswall/providers/gcp.Provider] turns into rules.
//
// Credentials are Application Default Credentials; proxies and certificates those of net/http: HTTPS_PROXY,
// NO_PROXY, SSL_CERT_FILE. The calls made are those of [Calls].
package live

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Options say what to read and how.
type Options struct {
	// Project is the id of the project. It must be set.
	Project string
	// Network is the name of the one network to read; empty: all of the project.
	Network string
	// Organization and Folder are numbers, under which hierarchical firewall policies are listed. The
	// policies that are asked on a network are known without them; they tell in which order, where there are several.
	// Empty: nothing is listed.
	Organization, Folder string
	// Endpoint is the URL of the Compute API, without a path. Empty: the variables
	// GOOGLE_COMPUTE_CUSTOM_ENDPOINT and CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE, or else the public cloud.
	// Plain http is accepted for loopback hosts only, and then without credentials. Whatever is called
	// besides the Compute API is called there too.
	Endpoint string
	// ResourceManager is the URL of the Resource Manager API, which tells the secure tags of machines, likewise. Empty: the
	// variable CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER, or else where Endpoint is, or else the public cloud.
	ResourceManager string
	// TagLookups bounds the machines whose secure tags are asked for, with a call for each, where rules name any; where there
	// are more, none is asked for. Zero or less: 2000, which takes some minutes.
	TagLookups int
	// CallsPerSecond bounds the calls, repeated ones included. Zero or less: 10. Google Cloud lets a
	// project make 1500 read requests per minute ("Compute Engine rate quotas").
	CallsPerSecond float64
	// InFlight bounds the calls that wait for an answer at once. Zero or less: 4.
	InFlight int
	// Timeout bounds one attempt of one call, answer included. Zero or less: 60 seconds.
	Timeout time.Duration
	// Attempts is how often a call is made that is throttled or fails for a moment. Zero or less: 6.
	Attempts int
	// Backoff is the longest pause between attempts. Zero or less: 20 seconds.
	Backoff time.Duration
	// Progress, unless nil, is told of every answer: the operation, and how many objects it brought. It
	// may be called from several goroutines at once.
	Progress func(operation string, objects int)
}

const (
	defaultCallsPerSecond = 10
	defaultInFlight       = 4
	defaultTimeout        = time.Minute
	defaultAttempts       = 6
	defaultBackoff        = 20 * time.Second
	defaultTagLookups     = 2000
)

// withDefaults fills in what is not set.
func (o Options) withDefaults() Options {
	if o.CallsPerSecond <= 0 {
		o.CallsPerSecond = defaultCallsPerSecond
	}
	if o.InFlight <= 0 {
		o.InFlight = defaultInFlight
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
	if o.TagLookups <= 0 {
		o.TagLookups = defaultTagLookups
	}
	if o.Progress == nil {
		o.Progress = func(string, int) {}
	}
	return o
}

var (
	// projectText is an id of a project, with its domain before a colon where it has one, or a number.
	projectText = regexp.MustCompile(`^([a-z0-9.-]+:)?([a-z][a-z0-9-]*[a-z0-9]|[0-9]+)$`)
	networkText = regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`)
	numberText  = regexp.MustCompile(`^[0-9]+$`)
)

// Parse reads a source as users write it: gcp://PROJECT/NETWORK?organization=NUMBER&folder=NUMBER&tag-lookups=NUMBER, where
// everything after PROJECT may be left out.
func Parse(source string) (Options, error) {
	const usage = "a Google Cloud source is written gcp://PROJECT/NETWORK?organization=NUMBER&folder=NUMBER"
	rest, ok := strings.CutPrefix(source, "gcp://")
	if !ok {
		return Options{}, errors.New(usage)
	}
	// Not read as a URL: a domain in a project's id ends in a colon, as a port does not.
	rest, query, _ := strings.Cut(rest, "?")
	project, network, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	o := Options{Project: project, Network: network}
	if err := o.parseQuery(query); err != nil {
		return Options{}, err
	}
	if project == "" || strings.Contains(project, "@") {
		return Options{}, errors.New(usage)
	}
	return o, o.check()
}

func (o *Options) parseQuery(text string) error {
	query, err := url.ParseQuery(text)
	if err != nil {
		return errors.New("what follows the question mark cannot be read")
	}
	for key, values := range query {
		into, known := map[string]*string{"organization": &o.Organization, "folder": &o.Folder, "tag-lookups": nil}[key]
		switch {
		case !known:
			return fmt.Errorf("a Google Cloud source has no %q; it has organization, folder and tag-lookups", key)
		case len(values) != 1 || values[0] == "":
			return fmt.Errorf("%q is to be given once, and not empty", key)
		case into != nil:
			*into = values[0]
			continue
		}
		if o.TagLookups, err = strconv.Atoi(values[0]); err != nil || o.TagLookups <= 0 {
			return fmt.Errorf("%q is to be a number of machines", key)
		}
	}
	return nil
}

// check reports names that cannot be: they would become parts of addresses.
func (o Options) check() error {
	switch {
	case !projectText.MatchString(o.Project):
		return fmt.Errorf("%q is no id of a project", o.Project)
	case o.Network != "" && !networkText.MatchString(o.Network):
		return fmt.Errorf("%q is no name of a network", o.Network)
	case o.Organization != "" && !numberText.MatchString(o.Organization):
		return fmt.Errorf("%q is no number of an organization", o.Organization)
	case o.Folder != "" && !numberText.MatchString(o.Folder):
		return fmt.Errorf("%q is no number of a folder", o.Folder)
	}
	return nil
}

// Scope is the source as [Parse] reads it back.
func (o Options) Scope() string {
	out := "gcp://" + o.Project
	if o.Network != "" {
		out += "/" + o.Network
	}
	query := url.Values{}
	if o.Organization != "" {
		query.Set("organization", o.Organization)
	}
	if o.Folder != "" {
		query.Set("folder", o.Folder)
	}
	if o.TagLookups > 0 && o.TagLookups != defaultTagLookups {
		query.Set("tag-lookups", strconv.Itoa(o.TagLookups))
	}
	if len(query) > 0 {
		out += "?" + query.Encode()
	}
	return out
}

// endpoint is where to call; "" for the public cloud. The path that gcloud and Terraform have in
// their settings is left out: the client puts it there.
func (o Options) endpoint() (string, error) {
	return bareEndpoint("Compute API", "compute/v1", cmp.Or(o.Endpoint, os.Getenv("GOOGLE_COMPUTE_CUSTOM_ENDPOINT"), os.Getenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE")))
}

// resourceManager is where to call the Resource Manager API; "" for the public cloud.
func (o Options) resourceManager() (string, error) {
	own := cmp.Or(o.ResourceManager, os.Getenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER"))
	if own == "" {
		return o.endpoint()
	}
	return bareEndpoint("Resource Manager API", "v3", own)
}

// bareEndpoint returns the scheme and the host of an endpoint of an API; "" where there is none. The only path that it may have is the
// API's own.
func bareEndpoint(api, path, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		// The error would repeat what is in the text, a password perhaps.
		return "", fmt.Errorf("the endpoint of the %s is no address like https://HOST", api)
	case u.User != nil:
		return "", fmt.Errorf("the endpoint of the %s must hold no credentials", api)
	case u.Path != "" && u.Path != "/" && strings.Trim(u.Path, "/") != path:
		return "", fmt.Errorf("the endpoint of the %s must have no path: %q", api, u.Path)
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return "", fmt.Errorf("the endpoint of the %s must be https; plain http is for this machine alone", api)
	}
	return u.Scheme + "://" + u.Host, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && net.IP(a.AsSlice()).IsLoopback()
}
