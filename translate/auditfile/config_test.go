package auditfile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/translate/auditfile"
)

const head = "apiVersion: crosswall.dev/v1alpha1\nkind: Audit\n"

func options() auditfile.Options {
	return auditfile.Options{Checks: []string{"EXP010", "EXP011", "AWS001"}}
}

func TestReadConfig(t *testing.T) {
	c, findings := auditfile.Read("audit.yaml", []byte(head+`
trusted: [203.0.113.0/24, "2001:db8::/32", 198.51.100.7]
resolvers: [192.0.2.53]
public: [tcp/443, icmp]
custom:
  - {name: billing, traffic: [tcp/8444, udp/8444]}
thresholds: {wideIPv4: 16, wideIPv6: 32, portRange: 100, quotaShare: 0.5}
failOn: high
checks:
  EXP010: {severity: critical}
  AWS001: {skip: true}
suppressions:
  - check: EXP01*
    object: aws_security_group.bastion
    owner: platform
    reason: the bastion
    expires: 2027-05-31
  - {fingerprint: abc, owner: x, reason: y, expires: never}
`), options())
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	set := c.Settings
	if got := set.Trusted.String(); got != "198.51.100.7/32, 203.0.113.0/24, 2001:db8::/32" {
		t.Errorf("trusted: %s", got)
	}
	if got := set.Public.String(); got != "tcp/443, icmp" {
		t.Errorf("public: %s", got)
	}
	if got := fmt.Sprint(set.Resolvers, set.Custom, set.WideIPv4, set.WideIPv6, set.PortRange, set.QuotaShare); got != "192.0.2.53/32 [{billing tcp/8444, udp/8444}] 16 32 100 0.5" {
		t.Errorf("settings: %s", got)
	}
	if c.FailOn != audit.High || c.Severity["EXP010"] != audit.Critical || !c.Skip["AWS001"] || len(c.Skip) != 1 {
		t.Errorf("checks: %v %v %v", c.FailOn, c.Severity, c.Skip)
	}
	if len(set.Suppressions) != 2 {
		t.Fatal(set.Suppressions)
	}
	first, second := set.Suppressions[0], set.Suppressions[1]
	if first.Check != "EXP01*" || first.Object != "aws_security_group.bastion" || first.Expires.Format(time.DateOnly) != "2027-05-31" || first.Origin.Line != 15 {
		t.Errorf("first: %+v", first)
	}
	if second.Check != "*" || second.Fingerprint != "abc" || !second.Expires.IsZero() {
		t.Errorf("second: %+v", second)
	}
}

// TestReadConfigFaults: every fault has its line and column and says what is expected.
func TestReadConfigFaults(t *testing.T) {
	for _, c := range []struct{ text, at, says string }{
		{"", "audit.yaml: ", "empty"},
		{"kind: Audit\n", "audit.yaml:1:1", "apiVersion"},
		{"apiVersion: v1\nkind: Audit\n", "audit.yaml:1:13", Version()},
		{head + "trust: []\n", "audit.yaml:3:1", "trusted"},
		{head + "trusted: [10.0.0.1/8]\n", "audit.yaml:3:11", "10.0.0.0/8"},
		{head + "trusted: [office]\n", "audit.yaml:3:11", "no CIDR block"},
		{head + "trusted: ['fe80::1%eth0']\n", "audit.yaml:3:11", "no CIDR block"},
		{head + "public: [https]\n", "audit.yaml:3:10", "no protocol"},
		{head + "public: tcp/443\n", "audit.yaml:3:9", "a list"},
		{head + "custom: [{name: x}]\n", "audit.yaml:3:10", "traffic"},
		{head + "thresholds: {wideIPv4: 33}\n", "audit.yaml:3:24", "0 to 32"},
		{head + "thresholds: {quotaShare: 80}\n", "audit.yaml:3:26", "0 to 1"},
		{head + "thresholds: {quotaShare: .nan}\n", "audit.yaml:3:26", "0 to 1"},
		{head + "failOn: severe\n", "audit.yaml:3:9", "critical"},
		{head + "checks: {EXP999: {skip: true}}\n", "audit.yaml:3:10", "--list"},
		{head + "checks: {EXP010: {severty: low}}\n", "audit.yaml:3:19", "severity"},
		{head + "suppressions: [{check: EXP010}]\n", "audit.yaml:3:16", "owner"},
		{head + "suppressions: [{check: EXP010, owner: a, reason: b}]\n", "audit.yaml:3:16", "expires"},
		{head + "suppressions: [{check: EXP010, owner: a, reason: b, expires: soon}]\n", "audit.yaml:3:62", "or never"},
		{head + "suppressions: [{check: NO*, owner: a, reason: b, expires: never}]\n", "audit.yaml:3:17", "NO*"},
		{head + "suppressions: [{object: x, owner: a, reason: b, expires: never}]\n", "audit.yaml:3:16", "neither"},
		{head + "a: &a [*a]\n", "audit.yaml", ""},
	} {
		_, findings := auditfile.Read("audit.yaml", []byte(c.text), options())
		if model.WorstSeverity(findings) != model.Error {
			t.Errorf("%q is taken: %v", c.text, findings)
			continue
		}
		var all []string
		for _, f := range findings {
			all = append(all, f.String())
		}
		if text := strings.Join(all, "\n"); !strings.Contains(text, c.at) || !strings.Contains(text, c.says) {
			t.Errorf("%q: want %s with %q:\n%s", c.text, c.at, c.says, text)
		}
	}
}

func Version() string { return auditfile.Version }

func FuzzReadConfig(f *testing.F) {
	f.Add([]byte(head + "trusted: [203.0.113.0/24]\nsuppressions: [{check: EXP010, owner: a, reason: b, expires: never}]\n"))
	f.Add([]byte(head + "checks: {EXP010: {severity: low, skip: false}}\nthresholds: {portRange: 1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, findings := auditfile.Read("a", data, options())
		for _, f := range findings {
			if f.Origin.File == "" || f.Summary == "" {
				t.Errorf("%v says not where or what", f)
			}
		}
		for _, s := range c.Settings.Suppressions {
			if model.WorstSeverity(findings) != model.Error && (s.Owner == "" || s.Reason == "") {
				t.Errorf("nobody answers for %+v", s)
			}
		}
	})
}
