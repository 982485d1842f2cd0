// Package standin stands in for Azure Resource Manager in tests: a [Subscription] that makes what Terraform
// configuration asks for, as "terraform apply" would, and a [Server] that speaks the REST form of the network API over
// HTTP and serves what the subscription holds, in pages, and with throttling, failures and denial where a test asks for them.
//
// It knows what reading firewalls needs and nothing else. Whatever it does not know is an error,
// never left out.
package standin
