package azure_test

import (
	"fmt"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
)

// BenchmarkEncode encodes 300 segments in ten subnets, each isolated with three
// rules.
func BenchmarkEncode(b *testing.B) {
	w := newWorld()
	var all []model.Identity
	for n := range 10 {
		subnet := fmt.Sprint("s", n)
		w.subnet(subnet, true, fmt.Sprintf("10.0.%d.0/24", n))
		for i := range 30 {
			id := fmt.Sprintf("shop-s%d-%d", n, i)
			w.segment(id, subnet, fmt.Sprintf("10.0.%d.%d/29", n, i*8))
			all = append(all, model.Identity(id))
		}
	}
	w.isolate(in, all...).isolate(out, all...)
	for i, id := range all {
		next := all[(i+7)%len(all)]
		w.allow(out, string(id), ids(next), tcp(8080)).allow(in, string(next), ids(id), tcp(8080)).allow(out, string(id), cidrs("203.0.113.0/24"), tcp(443))
	}
	for i, name := range []string{"fit", "always"} {
		shrink := []providers.Shrink{providers.ShrinkToFit, providers.ShrinkAlways}[i]
		w.shrink = shrink
		intent := w.intent()
		b.Run(name, func(b *testing.B) {
			rules := 0
			for b.Loop() {
				out, fs := azure.New(azure.Options{}).Encode(intent)
				if model.WorstSeverity(fs) == model.Error {
					b.Fatal(fs)
				}
				rules = 0
				for _, l := range out.Lists {
					rules += l.After
				}
			}
			b.ReportMetric(float64(rules), "rules")
		})
	}
}
