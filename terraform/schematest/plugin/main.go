// Command plugin is a Terraform provider that knows schemas and nothing else, so that
// tests can run "terraform validate" without the real providers. It serves the
// file of $CROSSWALL_SCHEMAS that is named for the provider, which is the last
// part of the command's own name: terraform-provider-aws serves aws.json.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	name = strings.TrimPrefix(name, "terraform-provider-")
	schemas, err := load(filepath.Join(os.Getenv("CROSSWALL_SCHEMAS"), name+".json"))
	if err != nil {
		return err
	}
	return tf6server.Serve("registry.terraform.io/hashicorp/"+name, func() tfprotov6.ProviderServer {
		return provider{schemas: schemas}
	})
}
