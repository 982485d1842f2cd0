package model_test

import (
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

func TestParseService(t *testing.T) {
	for text, want := range map[string]model.Service{
		"any":                      model.AllTraffic(),
		"TCP/443":                  model.Ports(model.TCP, 443, 443),
		"udp":                      model.AllOf(model.UDP),
		"tcp/0-65535":              model.AllOf(model.TCP),
		"sctp/9 from 1024-65535":   model.PortsBetween(model.SCTP, model.PortRange{First: 1024, Last: 65535}, model.PortRange{First: 9, Last: 9}),
		"icmp type 3  code 4":      model.ICMPMessage(model.ICMP, 3, 4),
		"icmpv6 type 2":            model.ICMPMessage(model.ICMPv6, 2, model.AnyICMP),
		"gre":                      model.AllOf(model.GRE),
		"47":                       model.AllOf(model.GRE),
		"255":                      model.AllOf(255),
		" udp/53-53 from 53-53   ": model.PortsBetween(model.UDP, model.PortRange{First: 53, Last: 53}, model.PortRange{First: 53, Last: 53}),
	} {
		if got, err := model.ParseService(text); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"": "no traffic", "tcpp/1": "no protocol", "256": "no protocol", "tcp/": "no port", "tcp/65536": "no port", "tcp/2-1": "no port", "tcp/-1": "no port",
		"icmp/8": "no ports", "any/80": "no ports", "tcp/80 from": "missing", "tcp/80 type 1": "not expected", "icmp code 1": "not expected",
		"icmp type 256": "0 to 255", "tcp/80 udp/53": "missing", "icmp type 1 type 2": "not expected",
	} {
		if got, err := model.ParseService(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, %v; want an error that says %q", text, got, err, says)
		}
	}
}

func FuzzParseService(f *testing.F) {
	for _, s := range []string{"any", "tcp/443", "udp/53 from 1024-65535", "icmp type 3 code 4", "47"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := model.ParseService(text)
		if err != nil {
			return
		}
		if err := s.Validate(); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if again, err := model.ParseService(s.String()); err != nil || again != s {
			t.Errorf("%q is %v, which is read as %v, %v", text, s, again, err)
		}
	})
}
