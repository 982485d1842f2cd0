// Package schematest checks modules, in tests, against the real schemas of
// Terraform's providers.
//
// [Check] does so in Go; [Validate] and [Formatted] ask the terraform binary, with a provider that
// knows nothing but those schemas in place of the real ones. Each skips the test with a message
// where what it needs is missing.
package schematest
