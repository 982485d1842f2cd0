package main

import (
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/crosswall/crosswall/model/audit"
)

// fixes are the fixes of which the lines are known that they change (SARIF 2.1.0, 3.55): a tool that reads them can make the change. Commands are no
// replacements of text, and stay out.
func (u fileURIs) fixes(fixes []audit.Fix) []*sarif.Fix {
	var out []*sarif.Fix
	for _, x := range fixes {
		if len(x.Changes) == 0 {
			continue
		}
		fix := sarif.NewFix().WithDescription(sarif.NewMessage().WithText(x.Title))
		var file *sarif.ArtifactChange
		for i, c := range x.Changes {
			if i == 0 || x.Changes[i-1].File != c.File {
				file = sarif.NewArtifactChange().WithArtifactLocation(sarif.NewArtifactLocation().WithURI(u.of(c.File)))
				fix.AddArtifactChange(file)
			}
			file.AddReplacement(sarifReplacement(c))
		}
		out = append(out, fix)
	}
	return out
}

// sarifReplacement is a change of whole lines: from the beginning of the first to that of the line after the last, or, as no column says, to the end of a last
// line without a line break (SARIF 2.1.0, 3.30).
func sarifReplacement(c audit.Change) *sarif.Replacement {
	region := sarif.NewRegion().WithStartLine(c.Line).WithStartColumn(1)
	if n := len(c.Old); n > 0 && !strings.HasSuffix(c.Old[n-1], "\n") {
		region.WithEndLine(c.Line + n - 1)
	} else {
		region.WithEndLine(c.Line + n).WithEndColumn(1)
	}
	out := sarif.NewReplacement().WithDeletedRegion(region)
	if len(c.New) > 0 {
		out.WithInsertedContent(sarif.NewArtifactContent().WithText(strings.Join(c.New, "")))
	}
	return out
}
