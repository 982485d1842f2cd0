// Package providers says what a cloud's firewall is to crosswall: something
// that a policy can be encoded for and decoded from, with limits given as data.
//
// A provider is one folder below this one and one line in providers/all. It
// turns an [Intent] into Terraform resources and reads such resources back as a
// [model.Policy], which the translator compares with what was asked for. It
// links no SDK and does no I/O.
package providers
