package placement

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate/strictyaml"
)

// Blank is the value of the fields that [Init] leaves for people to fill in. A file
// in which it is left is refused, with the lines.
const Blank = "FILL-IN"

// reader decodes a placement strictly.
type reader struct{ *strictyaml.Reader }

type (
	value  = strictyaml.Value
	object = strictyaml.Object
)

func newReader(file string) reader {
	return reader{&strictyaml.Reader{File: file, Format: strictyaml.Format{Object: Kind, Noun: "placement", Codes: "placement", Blank: Blank,
		Begin: "begin with `crosswall placement init`, or with\n" + header}}}
}

func (r reader) report(s model.Severity, code string, at model.Origin, summary, advice string) {
	r.Report(model.Finding{Severity: s, Code: code, Summary: summary, Advice: advice, Origin: at})
}
