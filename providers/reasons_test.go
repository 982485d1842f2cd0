package providers

import (
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
)

func TestReasons(t *testing.T) {
	db := model.Origin{File: "p.yaml", Line: 3, Object: "NetworkPolicy shop/db", Path: "spec.ingress[0]"}
	moved := db
	moved.Line, moved.Path = 9, "spec.ingress[1]"
	for _, tt := range []struct {
		name  string
		rules []model.Rule
		want  []string
	}{
		{"nobody asks", nil, nil},
		{"two rules of one policy", []model.Rule{{Origin: db}, {Origin: moved}}, []string{"NetworkPolicy shop/db"}},
		{"a platform's reason goes before its place", []model.Rule{{Origin: db, Name: "probes", Reason: "the kubelet probes"}}, []string{"platform: the kubelet probes"}},
		{"a name where there is no object", []model.Rule{{Name: "dns"}}, []string{"dns"}},
		{"neither", []model.Rule{{}}, []string{"a policy"}},
	} {
		if got := Reasons(tt.rules); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
