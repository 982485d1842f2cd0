package providers

import (
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
)

func TestMergePorts(t *testing.T) {
	for _, tt := range []struct{ in, want []model.PortRange }{
		{nil, nil},
		{[]model.PortRange{{First: 80, Last: 80}, {First: 443, Last: 443}}, []model.PortRange{{First: 80, Last: 80}, {First: 443, Last: 443}}},
		{[]model.PortRange{{First: 443, Last: 500}, {First: 80, Last: 442}}, []model.PortRange{{First: 80, Last: 500}}},
		{[]model.PortRange{{First: 80, Last: 90}, {First: 82, Last: 83}}, []model.PortRange{{First: 80, Last: 90}}},
		{[]model.PortRange{{First: 1, Last: 65535}, {First: 0, Last: 0}, {First: 65535, Last: 65535}}, []model.PortRange{model.AllPorts()}},
	} {
		if got := MergePorts(tt.in); !slices.Equal(got, tt.want) {
			t.Errorf("MergePorts(%v) = %v, want %v", tt.in, got, tt.want)
		}
	}
}
