package main

import (
	"context"
	"net/url"
	"strings"

	"github.com/crosswall/crosswall/model"
	awslive "github.com/crosswall/crosswall/providers/aws/live"
	"github.com/crosswall/crosswall/translate/strictyaml"
)

// allRegions is the word for every region that is enabled for an account.
const allRegions = "all"

// target of reading is one source of the list, or one account whose regions are to be asked for.
type accountTarget struct {
	source string
	// regions asks for the regions of the account, in place of the source.
	regions bool
}

// accountsAdvice is how a list of accounts looks: each account is a source of its own.
const accountsAdvice = "for example\naccounts:\n  - aws: {profile: prod, role: \"arn:aws:iam::111122223333:role/reader\", regions: all}\n  - gcp: {project: shop-prod}\n" +
	"  - azure: {subscription: 00000000-0000-0000-0000-000000000000}\n  - source: aws://eu-west-1/vpc-0a1b2c3d"

// readAccounts reads a file of accounts. What is wrong with it has been reported when it returns an error.
func readAccounts(s *streams, path string) ([]accountTarget, error) {
	data, err := readBounded(path, strictyaml.MaxBytes+1)
	if err != nil {
		return nil, badInput("%w", err)
	}
	out, findings := parseAccounts(path, data)
	s.tell(findings, true)
	if len(findings) > 0 {
		return nil, outcome{code: exitInput}
	}
	return out, nil
}

// parseAccounts returns the accounts of a file, each once, in its order. All faults are found at once; there are no accounts then.
func parseAccounts(path string, data []byte) ([]accountTarget, []model.Finding) {
	r := accountsReader{&strictyaml.Reader{File: path, Format: strictyaml.Format{Noun: "list of accounts", Codes: "accounts", Begin: accountsAdvice}}}
	root, ok := r.Document(data)
	if !ok {
		return nil, r.Findings()
	}
	o := r.Object(root)
	if o == nil {
		return nil, r.Findings()
	}
	var out []accountTarget
	if list, ok := o.Need("accounts", accountsAdvice); ok {
		for _, v := range r.Items(list) {
			out = append(out, r.account(v)...)
		}
		if len(out) == 0 && r.Count() == 0 {
			r.Fault(r.Code("value"), r.Origin(list), "the list names no account", accountsAdvice)
		}
	}
	o.Close()
	if r.Count() > 0 {
		return nil, r.Findings()
	}
	return onceEach(out), nil
}

// accountsReader is one run of parseAccounts.
type accountsReader struct{ *strictyaml.Reader }

// account spells the sources of an account.
func (r accountsReader) account(v strictyaml.Value) []accountTarget {
	o := r.Object(v)
	if o == nil {
		return nil
	}
	before := r.Count()
	var out []accountTarget
	if v, ok := o.Get("source"); ok {
		source, _ := r.Text(v)
		out = append(out, accountTarget{source: source})
	}
	if v, ok := o.Get("aws"); ok {
		out = append(out, r.aws(v)...)
	}
	if v, ok := o.Get("gcp"); ok {
		out = append(out, accountTarget{source: r.source("gcp", v, "project", "network")})
	}
	if v, ok := o.Get("azure"); ok {
		out = append(out, accountTarget{source: r.source("azure", v, "subscription", "resource-group")})
	}
	o.Close()
	if len(out) == 0 && r.Count() == before {
		r.Fault(r.Code("field"), r.Origin(v), v.Path+" names none of aws, gcp, azure and source", accountsAdvice)
	}
	if r.Count() > before {
		return nil
	}
	for _, t := range out {
		_, ok, err := openLive(t.source)
		switch {
		case err != nil:
			r.Fault(r.Code("value"), r.Origin(v), err.Error(), "")
		case !ok:
			r.Fault(r.Code("value"), r.Origin(v), t.source+" is no account of a cloud that can be read", accountsAdvice)
		}
	}
	return out
}

// aws spells the sources of an account of AWS, one for each region.
func (r accountsReader) aws(v strictyaml.Value) []accountTarget {
	o := r.Object(v)
	if o == nil {
		return nil
	}
	var options awslive.Options
	r.text(o, "profile", &options.Profile)
	r.text(o, "role", &options.RoleARN)
	r.text(o, "external-id", &options.ExternalID)
	regions := []string{""} // that of the profile
	if list, ok := o.Get("regions"); ok {
		regions = r.regions(list)
	}
	o.Close()
	var out []accountTarget
	for _, region := range regions {
		if options.Region = region; region == allRegions {
			options.Region = ""
		}
		out = append(out, accountTarget{source: awsSource(options), regions: region == allRegions})
	}
	return out
}

// regions reads a list of regions, one region, or the word all.
func (r accountsReader) regions(v strictyaml.Value) []string {
	values := []strictyaml.Value{v}
	if !v.IsScalar() {
		values = r.Items(v)
		if len(values) == 0 {
			r.Fault(r.Code("value"), r.Origin(v), v.Path+" names no region", "name some, or write all")
		}
	}
	var out []string
	for _, v := range values {
		name, _ := r.Text(v)
		out = append(out, name)
	}
	return out
}

// source spells the source of an account of a cloud, given by a field that must be there and one that may be.
func (r accountsReader) source(cloud string, v strictyaml.Value, must, may string) string {
	o := r.Object(v)
	if o == nil {
		return ""
	}
	var whole, part string
	if v, ok := o.Need(must, must+": ..."); ok {
		whole, _ = r.Text(v)
	}
	r.text(o, may, &part)
	o.Close()
	return strings.TrimSuffix(cloud+"://"+whole+"/"+part, "/")
}

// text reads a field of text that may be absent.
func (r accountsReader) text(o *strictyaml.Object, name string, into *string) {
	if v, ok := o.Get(name); ok {
		*into, _ = r.Text(v)
	}
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
