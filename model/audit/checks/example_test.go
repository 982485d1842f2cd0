package checks_test

import (
	"fmt"
	"testing/fstest"

	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
	"github.com/crosswall/crosswall/providers/all"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// Terraform is read with its objects, and the checks asked about it. Nothing of a cloud's SDK is linked.
func Example() {
	reader := tfsource.Reader{Providers: all.Providers(), Inspect: true}
	in, _, err := reader.Folder(fstest.MapFS{"main.tf": {Data: []byte(`
resource "aws_security_group" "web" {
  ingress {
    from_port        = 22
    to_port          = 22
    protocol         = "tcp"
    ipv6_cidr_blocks = ["::/0"]
  }
}`)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	reading, _ := tfsource.Audited(in)
	for _, f := range audit.Run(audit.New(reading, audit.Defaults()), checks.All()) {
		if f.Severity >= audit.High {
			fmt.Println(f.Severity, f.Check, f.Summary)
			fmt.Println("  ", f.Where())
		}
	}
	// Output:
	// high EXP010 aws_security_group.web lets anybody on the IPv6 Internet reach SSH (tcp/22)
	//    main.tf:3:3: aws_security_group.web ingress[0]
}
