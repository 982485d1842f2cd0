package gcp

import (
	"fmt"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// BenchmarkEncode encodes 300 segments, each isolated with three rules, as far as
// each way of shortening goes.
func BenchmarkEncode(b *testing.B) {
	var rows []string
	for i := range 300 {
		rows = append(rows, fmt.Sprintf("s%d 10.0.%d.%d/29", i, i/30, i%30*8))
	}
	w := newWorld(rows...)
	for i := range 300 {
		next := (i + 7) % 300
		w.allow(fmt.Sprintf("out s%d to s%d", i, next), "tcp/8080").allow(fmt.Sprintf("in s%d from s%d", next, i), "tcp/8080").
			allow(fmt.Sprintf("out s%d to 203.0.113.0/24", i), "tcp/443")
	}
	for i, name := range []string{"fit", "always"} {
		shrink := []providers.Shrink{providers.ShrinkToFit, providers.ShrinkAlways}[i]
		w.shrink = shrink
		intent := w.intent()
		b.Run(name, func(b *testing.B) {
			rules := 0
			for b.Loop() {
				out, findings := New(Options{}).Encode(intent)
				if model.WorstSeverity(findings) == model.Error {
					b.Fatal(findings)
				}
				rules = out.Lists[0].After
			}
			b.ReportMetric(float64(rules), "rules")
		})
	}
}
