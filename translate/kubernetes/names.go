package kubernetes

import (
	"regexp"
	"strings"
)

// The syntax of names is that of k8s.io/apimachinery/pkg/util/validation.
var (
	dns1123Label     = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	dns1123Subdomain = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	qualifiedName    = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)
	portName         = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
)

// dnsLabelFault says why s is no DNS label (RFC 1123), the syntax of namespaces; "" when it is one.
func dnsLabelFault(s string) string {
	switch {
	case len(s) > 63:
		return "it is longer than 63 characters"
	case !dns1123Label.MatchString(s):
		return "it must be lower-case letters, digits and '-', and start and end with a letter or digit"
	}
	return ""
}

// subdomainFault says why s is no DNS subdomain (RFC 1123), the syntax of most object names.
func subdomainFault(s string) string {
	switch {
	case len(s) > 253:
		return "it is longer than 253 characters"
	case !dns1123Subdomain.MatchString(s):
		return "it must be lower-case letters, digits, '-' and '.', and each part must start and end with a letter or digit"
	}
	return ""
}

// labelKeyFault says why s is no label key.
func labelKeyFault(s string) string {
	name := s
	if prefix, rest, ok := strings.Cut(s, "/"); ok {
		if why := subdomainFault(prefix); why != "" {
			return "before the '/', " + why
		}
		name = rest
	}
	switch {
	case name == "":
		return "the name is empty"
	case len(name) > 63:
		return "the name is longer than 63 characters"
	case !qualifiedName.MatchString(name):
		return "the name must be letters, digits, '-', '_' and '.', and start and end with a letter or digit"
	}
	return ""
}

// labelValueFault says why s is no label value.
func labelValueFault(s string) string {
	switch {
	case len(s) > 63:
		return "it is longer than 63 characters"
	case s != "" && !qualifiedName.MatchString(s):
		return "it must be letters, digits, '-', '_' and '.', and start and end with a letter or digit"
	}
	return ""
}

// portNameFault says why s is no name of a port (RFC 6335).
func portNameFault(s string) string {
	switch {
	case len(s) > 15:
		return "a port name has 15 characters at most"
	case !portName.MatchString(s):
		return "a port name is lower-case letters, digits and '-', and starts and ends with a letter or digit"
	case strings.Contains(s, "--"):
		return "a port name has no two '-' in a row"
	case !strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz"):
		return "a port name has one letter at least: a quoted number is a name, write it without quotes"
	}
	return ""
}
