package main

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model/audit"
)

// auditText is the findings for people.
func auditText(a audited) string {
	var b strings.Builder
	for _, f := range a.findings {
		fmt.Fprintf(&b, "%s %s: %s\n", strings.ToUpper(f.Severity.String()), f.Check, f.Summary)
		if f.Exposure != 0 {
			fmt.Fprintf(&b, "    exposure: %s\n", f.Exposure)
		}
		for _, c := range f.Causes {
			fmt.Fprintf(&b, "    %s: %s\n", c.Origin, c.Text)
		}
	}
	fmt.Fprintf(&b, "%s\n", count(len(a.findings), "finding"))
	return b.String()
}

// findingsOf is what scripts read.
type auditReport struct {
	Findings []audit.Finding `json:"findings"`
}

func auditJSON(a audited) auditReport { return auditReport{a.findings} }
