package azure_test

import (
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
)

// noHome is a home of which nothing is said.
var noHome = providers.Home{}

// exclusively is a home with addresses of its own in subnets, given by names
// with spaces between.
func exclusively(subnets string, cidrs ...string) providers.Home {
	return providers.Home{Subnets: strings.Fields(subnets), Addrs: model.MustPrefixes(cidrs...), Exclusive: true}
}

func perSegment(w *world) *world { w.site.PerSegment = true; return w }

func aks(w *world) *world { w.site.Cluster = "aks"; return w }

func unplaced(w *world) *world { w.site = providers.Site{}; return w }

// refused checks that a world is refused with a code and advice.
func refused(t *testing.T, w *world, code, advice string) {
	t.Helper()
	_, fs := azure.New(azure.Options{}).Encode(w.intent())
	for _, f := range fs {
		if f.Code == code && f.Severity == model.Error {
			if !strings.Contains(f.Advice, advice) {
				t.Errorf("advice %q lacks %q", f.Advice, advice)
			}
			return
		}
	}
	t.Errorf("no error %q among %v", code, fs)
}
