package kubernetes

import "github.com/crosswall/crosswall/model"

// report collects findings.
type report struct{ findings []model.Finding }

func (r *report) add(f model.Finding) { r.findings = append(r.findings, f) }

func (r *report) errorAt(o model.Origin, code, summary, advice string) {
	r.add(model.Finding{Severity: model.Error, Code: code, Summary: summary, Advice: advice, Origin: o})
}

func (r *report) warnAt(o model.Origin, code, summary, advice string) {
	r.add(model.Finding{Severity: model.Warning, Code: code, Summary: summary, Advice: advice, Origin: o})
}

func (r *report) infoAt(o model.Origin, code, summary, advice string) {
	r.add(model.Finding{Severity: model.Info, Code: code, Summary: summary, Advice: advice, Origin: o})
}

// failed reports whether an error was found.
func (r *report) failed() bool { return model.WorstSeverity(r.findings) == model.Error }
