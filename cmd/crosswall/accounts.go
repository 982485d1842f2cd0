package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	awslive "github.com/crosswall/crosswall/providers/aws/live"
)

// accountList is a file of accounts: which to read, each a source of its own.
//
//	accounts:
//	  - aws: {profile: prod, role: arn:aws:iam::111122223333:role/reader, regions: all}
//	  - gcp: {project: shop-prod}
//	  - azure: {subscription: 0000-...}
type accountList struct {
	Accounts []accountEntry `yaml:"accounts"`
}

// accountEntry is one account; one of its fields is set.
type accountEntry struct {
	AWS *struct {
		Profile    string  `yaml:"profile"`
		Role       string  `yaml:"role"`
		ExternalID string  `yaml:"external-id"`
		Regions    regions `yaml:"regions"`
	} `yaml:"aws"`
	GCP *struct {
		Project string `yaml:"project"`
		Network string `yaml:"network"`
	} `yaml:"gcp"`
	Azure *struct {
		Subscription  string `yaml:"subscription"`
		ResourceGroup string `yaml:"resource-group"`
	} `yaml:"azure"`
	// Source is a source as it stands on the command line, in place of the others.
	Source string `yaml:"source"`
}

// regions are regions of AWS, or the word all.
type regions []string

// UnmarshalYAML reads a list of names, one name, or the word all.
func (r *regions) UnmarshalYAML(n *yaml.Node) error {
	var one string
	if n.Kind == yaml.ScalarNode {
		if err := n.Decode(&one); err != nil {
			return err
		}
		*r = regions{one}
		return nil
	}
	return n.Decode((*[]string)(r))
}

// allRegions is the word for every region that is enabled for an account.
const allRegions = "all"

// target of reading is one source of the list, or one account whose regions are to be asked for.
type accountTarget struct {
	source string
	// regions asks for the regions of the account, in place of the source.
	regions bool
}

// readAccounts reads a file of accounts.
func readAccounts(path string) ([]accountTarget, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, badInput("%w", err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var list accountList
	if err := dec.Decode(&list); err != nil {
		return nil, badInput("%s: %s", path, yamlFault(err))
	}
	var out []accountTarget
	for i, a := range list.Accounts {
		targets, err := a.targets()
		if err != nil {
			return nil, badInput("%s: account %d: %w", path, i+1, err)
		}
		for _, t := range targets {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	if len(out) == 0 {
		return nil, badInput("%s names no account", path)
	}
	return out, nil
}

// yamlFault says on a line what is wrong with YAML, without the names of the types that it is read into.
func yamlFault(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	text = strings.TrimPrefix(strings.TrimPrefix(text, "yaml: "), "unmarshal errors: ")
	return goType.ReplaceAllString(text, "")
}

// goType matches what the YAML package says of Go's types.
var goType = regexp.MustCompile(` (in type|into) (struct \{.*\}|\S+)`)

// targets spells the sources of an account.
func (a accountEntry) targets() ([]accountTarget, error) {
	var out []accountTarget
	if a.Source != "" {
		out = append(out, accountTarget{source: a.Source})
	}
	if a.AWS != nil {
		o := awslive.Options{Profile: a.AWS.Profile, RoleARN: a.AWS.Role, ExternalID: a.AWS.ExternalID}
		for _, region := range append(regions{}, a.AWS.Regions...) {
			o.Region = region
			if region == allRegions {
				o.Region = ""
			}
			out = append(out, accountTarget{source: awsSource(o), regions: region == allRegions})
		}
		if len(a.AWS.Regions) == 0 {
			out = append(out, accountTarget{source: awsSource(o)})
		}
	}
	if a.GCP != nil {
		out = append(out, accountTarget{source: strings.TrimSuffix("gcp://"+a.GCP.Project+"/"+a.GCP.Network, "/")})
	}
	if a.Azure != nil {
		out = append(out, accountTarget{source: strings.TrimSuffix("azure://"+a.Azure.Subscription+"/"+a.Azure.ResourceGroup, "/")})
	}
	if len(out) == 0 {
		return nil, errors.New("name one of aws, gcp, azure and source")
	}
	for _, t := range out {
		_, ok, err := openLive(t.source)
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return nil, fmt.Errorf("%s is no account of a cloud that can be read", t.source)
		}
	}
	return out, nil
}

// awsSource is a source with the external id, which [awslive.Options.String] leaves out.
func awsSource(o awslive.Options) string {
	s := o.String()
	if o.ExternalID != "" {
		s += "&external-id=" + url.QueryEscape(o.ExternalID) // there is a role before it
	}
	return s
}

// expanded returns the sources of a target: itself, or one for each region of the account, and these.
func (t accountTarget) expanded(ctx context.Context) (sources, names []string, _ error) {
	if !t.regions {
		return []string{t.source}, nil, nil
	}
	o, err := awslive.Parse(t.source)
	if err != nil {
		return nil, nil, err
	}
	if names, err = awslive.Regions(ctx, o); err != nil {
		return nil, nil, err
	}
	sources, err = t.inRegions(names)
	return sources, names, err
}

// inRegions returns a source for each region.
func (t accountTarget) inRegions(names []string) ([]string, error) {
	o, err := awslive.Parse(t.source)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(names))
	for i, name := range names {
		o.Region = name
		out[i] = awsSource(o)
	}
	return out, nil
}
