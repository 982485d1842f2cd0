package auditfile

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/translate/strictyaml"
)

// Version and Kind are what a configuration begins with.
const (
	Version = "crosswall.dev/v1alpha1"
	Kind    = "Audit"
)

// Config is a configuration file.
type Config struct {
	// Settings begin as [audit.Defaults]. Its Now is not set.
	Settings audit.Settings
	// FailOn is the threshold; zero: the file says none.
	FailOn audit.Severity
	// Severity is what severities checks have in place of the usual, Skip those that are not made; by id.
	Severity map[string]audit.Severity
	Skip     map[string]bool
}

// Options say what a file may name.
type Options struct {
	// Checks are the ids that there are.
	Checks []string
}

// Read decodes a configuration file; name is what findings call it. All faults are found at once, as findings of severity
// Error with line and column; the Config is then of no use.
func Read(name string, data []byte, o Options) (Config, []model.Finding) {
	r := reader{Reader: &strictyaml.Reader{File: name, Format: strictyaml.Format{Object: Kind, Noun: "configuration", Codes: "audit-config",
		Begin: "begin with\napiVersion: " + Version + "\nkind: " + Kind}}, options: o}
	c := Config{Settings: audit.Defaults(), Severity: map[string]audit.Severity{}, Skip: map[string]bool{}}
	if root, ok := r.Document(data); ok {
		r.config(root, &c)
	}
	return c, r.Findings()
}

// reader is one run of Read.
type reader struct {
	*strictyaml.Reader
	options Options
}

func (r reader) config(root strictyaml.Value, c *Config) {
	o := r.Object(root)
	if o == nil {
		return
	}
	r.header(o, "apiVersion", Version)
	r.header(o, "kind", Kind)
	set := &c.Settings
	set.Trusted = r.addrs(o, "trusted", set.Trusted)
	set.Resolvers = r.addrs(o, "resolvers", set.Resolvers)
	if v, ok := o.Get("public"); ok {
		set.Public = r.traffic(v)
	}
	for _, v := range o.Items("custom") {
		set.Custom = append(set.Custom, r.custom(v))
	}
	if v, ok := o.Get("thresholds"); ok {
		r.thresholds(v, set)
	}
	if v, ok := o.Get("failOn"); ok {
		c.FailOn = r.severity(v)
	}
	if v, ok := o.Get("checks"); ok {
		r.checks(v, c)
	}
	for _, v := range o.Items("suppressions") {
		if s, ok := r.suppression(v); ok {
			set.Suppressions = append(set.Suppressions, s)
		}
	}
	o.Close()
}

func (r reader) header(o *strictyaml.Object, name, want string) {
	v, ok := o.Need(name, name+": "+want)
	if !ok {
		return
	}
	if got, ok := r.Text(v); ok && got != want {
		r.Fault(r.Code("value"), r.Origin(v), fmt.Sprintf("%s is %q", name, got), "write "+want)
	}
}

// addrs reads a list of CIDR blocks and addresses, or returns what is given where there is none.
func (r reader) addrs(o *strictyaml.Object, name string, absent model.AddrSet) model.AddrSet {
	list, ok := o.Get(name)
	if !ok {
		return absent
	}
	var blocks []netip.Prefix
	for _, v := range r.Items(list) {
		text, ok := r.Text(v)
		if !ok {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(text); err == nil && a.Zone() == "" {
				p = netip.PrefixFrom(a, a.BitLen())
			}
		}
		switch {
		case err != nil || !p.IsValid():
			r.Fault(r.Code("value"), r.Origin(v), fmt.Sprintf("%q is no CIDR block and no address", text), "write 203.0.113.0/24, 2001:db8::/32 or 192.0.2.1")
		case p != p.Masked():
			r.Fault(r.Code("value"), r.Origin(v), fmt.Sprintf("%s has bits beyond its prefix length", text), "write "+p.Masked().String())
		default:
			blocks = append(blocks, p)
		}
	}
	return model.Prefixes(blocks...)
}

// traffic reads a list of "tcp/443".
func (r reader) traffic(v strictyaml.Value) model.Traffic {
	out := model.Traffic{}
	for _, v := range r.Items(v) {
		text, ok := r.Text(v)
		if !ok {
			continue
		}
		s, err := model.ParseService(text)
		if err != nil {
			r.Fault(r.Code("value"), r.Origin(v), err.Error(), "")
			continue
		}
		out = append(out, s)
	}
	return out
}

const customAdvice = "for example\ncustom:\n  - {name: billing, traffic: [tcp/8444]}"

func (r reader) custom(v strictyaml.Value) audit.Service {
	var out audit.Service
	o := r.Object(v)
	if o == nil {
		return out
	}
	if n, ok := o.Need("name", customAdvice); ok {
		out.Name, _ = r.Text(n)
	}
	if n, ok := o.Need("traffic", customAdvice); ok {
		out.Traffic = r.traffic(n)
	}
	o.Close()
	return out
}

func (r reader) thresholds(v strictyaml.Value, set *audit.Settings) {
	o := r.Object(v)
	if o == nil {
		return
	}
	number := func(name string, least, most int, into *int) {
		if v, ok := o.Get(name); ok {
			if n, ok := r.Number(v, least, most); ok {
				*into = n
			}
		}
	}
	number("wideIPv4", 0, 32, &set.WideIPv4)
	number("wideIPv6", 0, 128, &set.WideIPv6)
	number("portRange", 1, 65536, &set.PortRange)
	if v, ok := o.Get("quotaShare"); ok {
		const want = "a number from 0 to 1, such as 0.8"
		if text, ok := r.Scalar(v, want, "!!float", "!!int"); ok {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil || !(n >= 0 && n <= 1) {
				r.Wrong(v, want)
			} else {
				set.QuotaShare = n
			}
		}
	}
	o.Close()
}

func (r reader) severity(v strictyaml.Value) audit.Severity {
	const want = "info, low, medium, high or critical"
	text, ok := r.Text(v)
	if !ok {
		return 0
	}
	s, ok := audit.ParseSeverity(text)
	if !ok {
		r.Wrong(v, want)
	}
	return s
}

// checks reads what is said of checks, by id.
func (r reader) checks(v strictyaml.Value, c *Config) {
	all := r.Object(v)
	if all == nil {
		return
	}
	for _, f := range all.Fields() {
		all.Settle(f.Name)
		if !slices.Contains(r.options.Checks, f.Name) {
			r.Fault(r.Code("check"), all.Where(f.Name), fmt.Sprintf("there is no check %q", f.Name), "crosswall audit --list shows them")
			continue
		}
		o := r.Object(f.Value)
		if o == nil {
			continue
		}
		if v, ok := o.Get("severity"); ok {
			c.Severity[f.Name] = r.severity(v)
		}
		if o.Truth("skip", false) {
			c.Skip[f.Name] = true
		}
		o.Close()
	}
}
