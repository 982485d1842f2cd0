// Package standin stands in for the Compute API of Google Cloud in tests: a [Project] that makes what Terraform
// configuration asks for, as "terraform apply" would, and a [Server] that speaks the API's REST form over HTTP and serves
// what the project holds, in pages, and with throttling, failures and denial where a test asks for them.
//
// It knows what reading firewalls needs and nothing else. Whatever it does not know is an error,
// never left out.
package standin
