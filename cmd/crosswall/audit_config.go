package main

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
	"github.com/crosswall/crosswall/translate/auditfile"
	"github.com/crosswall/crosswall/translate/strictyaml"
)

// auditRules is what a configuration file says, or the defaults.
type auditRules struct {
	settings audit.Settings
	// failOn is the threshold; zero: it says none.
	failOn audit.Severity
	// severity is what severities checks have in place of the usual, skip those that are not made, by id.
	severity map[string]audit.Severity
	skip     map[string]bool
}

// configuration reads the file that --config names. What is wrong with it has been reported when it returns an error.
func (r *auditRequest) configuration(s *streams) (auditRules, error) {
	out := auditRules{settings: audit.Defaults()}
	out.settings.Now = r.now
	if r.config == "" {
		return out, nil
	}
	data, err := readBounded(r.config, strictyaml.MaxBytes+1)
	if err != nil {
		return out, badInput("%w", err)
	}
	var ids []string
	for _, c := range checks.All() {
		ids = append(ids, c.ID)
	}
	c, findings := auditfile.Read(r.config, data, auditfile.Options{Checks: ids})
	s.tell(findings, true)
	if model.WorstSeverity(findings) == model.Error {
		return out, outcome{code: exitInput}
	}
	out.settings, out.failOn, out.severity, out.skip = c.Settings, c.FailOn, c.Severity, c.Skip
	out.settings.Now = r.now
	return out, nil
}

// applied returns the checks as the rules want them.
func (r auditRules) applied(asked []audit.Check) []audit.Check {
	var out []audit.Check
	for _, c := range asked {
		if r.skip[c.ID] {
			continue
		}
		if v, ok := r.severity[c.ID]; ok {
			c.Severity, c.SeverityOf = v, nil
		}
		out = append(out, c)
	}
	return out
}
