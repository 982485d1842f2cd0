package snapshot

import (
	"bytes"
	"regexp"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// fakeNative knows documents by a pattern of their beginning.
type fakeNative struct {
	name  string
	kinds []providers.Kind
	// signs has, for each kind, what its lists and its elements begin with.
	signs []*regexp.Regexp
}

func (f fakeNative) Name() string           { return f.name }
func (fakeNative) Limits() providers.Limits { return providers.Limits{} }
func (fakeNative) Encode(providers.Intent) (providers.Output, []model.Finding) {
	return providers.Output{}, nil
}
func (fakeNative) Decode(terraform.Module) (model.Policy, []model.Finding) {
	return model.Policy{}, nil
}
func (f fakeNative) Kinds() []providers.Kind { return f.kinds }
func (fakeNative) Resources(providers.Snapshot) (terraform.Module, []model.Finding) {
	return terraform.Module{}, nil
}

func (f fakeNative) Sniff(document []byte) (providers.Kind, bool) {
	document = bytes.TrimSpace(document)
	for i, s := range f.signs {
		if s.Match(document) {
			return f.kinds[i], true
		}
	}
	return providers.Kind{}, false
}

// fakes are a provider whose command names its lists, and one whose objects
// name their type.
func fakes() []providers.Native {
	return []providers.Native{
		fakeNative{"aws", []providers.Kind{
			{Name: "Groups", Command: "aws groups"}, {Name: "Acls", Command: "aws acls"},
		}, []*regexp.Regexp{
			regexp.MustCompile(`^\{[^\[]*("Groups"|"GroupId")\s*:`), regexp.MustCompile(`^\{[^\[]*("Acls"|"AclId")\s*:`),
		}},
		fakeNative{"gcp", []providers.Kind{
			{Name: "compute#firewall", Command: "gcloud firewalls"}, {Name: "compute#network", Alone: true},
		}, []*regexp.Regexp{
			regexp.MustCompile(`^[\[\s]*\{[^{]*"kind"\s*:\s*"compute#firewall"`), regexp.MustCompile(`^[\[\s]*\{[^{]*"kind"\s*:\s*"compute#network"`),
		}},
	}
}
