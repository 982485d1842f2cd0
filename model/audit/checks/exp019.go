package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func exp019() audit.Check {
	return audit.Check{
		ID:         "EXP019",
		Title:      "A port that the owner named as sensitive is open to the Internet",
		Severity:   audit.High,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Medium},
		Why:        "The settings name this service as one that nobody on the Internet should reach.",
		Advice:     "admit alone those who use the service",
		Kinds:      filters(),
		References: slices.Concat(
			named("aws", "", cloudSploit, "openCustomPorts"),
			named("gcp", "", cloudSploit, "openCustomPorts"),
		),
		Run: func(s *audit.Subject) []audit.Finding { return exposed(s, s.Settings.Custom, beyondReplies) },
	}
}
