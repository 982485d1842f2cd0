// Package standin stands in for the EC2 API of AWS in tests: an [Account] that makes what Terraform configuration asks
// for, as "terraform apply" would, and a [Server] that speaks the EC2 query protocol over HTTP and serves what accounts
// hold, in pages, and with throttling, failures and denial where a test asks for them.
//
// It knows what reading firewalls needs and nothing else. Whatever it does not know is an error,
// never left out.
package standin
