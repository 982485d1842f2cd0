// Package auditfix makes text of the edits that end findings of an audit: changes of lines of the Terraform files that were read, and a diff of them
// that patch and git apply take. An edit is made where it is exact: the rule stands in a resource that is there once, what is to go is written out, and
// nothing else names what goes. What comes from variables, for_each, count or dynamic blocks is for people to change.
package auditfix
