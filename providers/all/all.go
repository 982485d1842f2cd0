// Package all lists the providers.
package all

import (
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/providers/gcp"
)

// Providers returns every provider with its default options, sorted by name.
func Providers() []providers.Provider {
	return []providers.Provider{
		aws.New(aws.Options{}),
		azure.New(azure.Options{}),
		gcp.New(gcp.Options{}),
	}
}
