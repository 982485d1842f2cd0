package gcp

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// TestCreatedAndReadBack creates what Encode writes, the way that Terraform's provider calls the API, and reads
// the objects back: the same traffic.
func TestCreatedAndReadBack(t *testing.T) {
	compared := 0
	for i := range *cases / 3 {
		s := *seed + uint64(i)
		r := rand.New(rand.NewPCG(s, s))
		w, opts := randomWorld(r)
		p := prove(t, opts, w)
		if model.WorstSeverity(p.findings) == model.Error {
			continue
		}
		compared++
		created := create(t, p.out.Module)
		m, findings := New(opts).Resources(created)
		got, more := New(opts).Decode(m)
		for _, f := range append(findings, more...) {
			if f.Severity > model.Info && !strings.Contains(f.Summary, "secure tags") {
				t.Errorf("seed %d: %s", s, f)
			}
		}
		inv := p.inv
		inv.Groups = maps.Clone(inv.Groups)
		for g, who := range p.inv.Groups {
			if strings.HasPrefix(string(g), "network:") {
				inv.Groups[networkGroup("shop/main")] = who
			}
		}
		d := model.Compare(p.have, got, inv)
		if slices.ContainsFunc(created.Objects[KindEffective], func(o json.RawMessage) bool { return strings.Contains(string(o), `SecureTags":[{`) }) {
			d.Unknown, d.GaveUp = model.Region{}, model.Region{} // which machines have secure tags is not read
		}
		if !d.Equal() {
			t.Fatalf("seed %d: what is read back differs: %+v\n%v", s, d, p.lines())
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

// plain is a value as the API has it; references stand for the ids that they lead to.
func plain(v terraform.Value) any {
	if ref, ok := v.AsRef(); ok {
		return ref
	}
	if s, ok := v.AsString(); ok {
		return s
	}
	if n, ok := v.AsInt(); ok {
		return n
	}
	if b, ok := v.AsBool(); ok {
		return b
	}
	items, _ := v.AsList()
	out := []any{}
	for _, item := range items {
		out = append(out, plain(item))
	}
	return out
}

// fieldsOf writes the attributes of a body as the fields that they are carried from.
func fieldsOf(b terraform.Body, f fieldMap) map[string]any {
	out := map[string]any{}
	for name, attr := range f.carried {
		if v := b.Get(attr); !v.IsNull() {
			out[name] = plain(v)
		}
	}
	return out
}

func blockFields(b terraform.Body, block string, carried map[string]string) []any {
	out := []any{}
	for _, k := range b.BlocksOf(block) {
		out = append(out, fieldsOf(k.Body, fieldMap{carried: carried}))
	}
	return out
}

// create makes the objects of a module on the network main of the project shop.
func create(t *testing.T, m terraform.Module) providers.Snapshot {
	t.Helper()
	var firewalls []string
	var rules []any
	text := func(v any) string {
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	for _, r := range m.Resources {
		switch r.Type {
		case typeFirewall:
			o := fieldsOf(r.Body, firewallFields())
			o["kind"], o["network"] = KindFirewall, testProject+"global/networks/main"
			o["selfLink"] = fmt.Sprintf("%sglobal/firewalls/%s", testProject, o["name"])
			for field, block := range map[string]string{"allowed": "allow", "denied": "deny"} {
				if list := blockFields(r.Body, block, map[string]string{"IPProtocol": "protocol", "ports": "ports"}); len(list) > 0 {
					o[field] = list
				}
			}
			firewalls = append(firewalls, text(o))
		case typePolicyRule:
			o := fieldsOf(r.Body, policyRuleFields())
			match := r.BlocksOf("match")[0].Body
			tag := map[string]string{"name": "name"}
			o["targetSecureTags"] = blockFields(r.Body, "target_secure_tags", tag)
			fields := fieldsOf(match, matchFields())
			fields["layer4Configs"] = blockFields(match, "layer4_configs", map[string]string{"ipProtocol": "ip_protocol", "ports": "ports"})
			fields["srcSecureTags"] = blockFields(match, "src_secure_tags", tag)
			o["match"] = fields
			rules = append(rules, o)
		}
	}
	a := mainNetwork().with(KindFirewall, firewalls...)
	if len(rules) > 0 {
		policy := polJSON("NETWORK", "p", strings.TrimSuffix(strings.TrimPrefix(text(rules), "["), "]"))
		a = a.with(KindEffective, effectiveJSON("europe-west1", policy), effectiveJSON("us-east1", policy))
	}
	return a.snapshot()
}

// TestPlantedChanges changes one native object at a time, and wants exactly the packets of which the change is to be
// decided otherwise (cloud semantics 1.2 and 2).
func TestPlantedChanges(t *testing.T) {
	rule := func(fields string) string { return fwJSON("r", fields) }
	const allow = `"sourceRanges":["192.0.2.0/24"],"targetTags":["db"],"allowed":[{"IPProtocol":"tcp","ports":["80"]}]`
	base := mainNetwork().with(KindFirewall, rule(allow))
	deny := polJSON("NETWORK", "p", ruleJSON("1 deny 192.0.2.0/24"))
	attached := func(a account) account {
		return a.with(KindEffective, effectiveJSON("europe-west1", deny), effectiveJSON("us-east1", deny))
	}
	before := func(order string) account { return base.with(KindNetwork, networkJSON(order)) }
	const x, y = " - 192.0.2.1 > db 10.0.2.1 tcp/80", " - 192.0.2.1 > db 10.0.2.1 tcp/81"
	tests := []struct {
		name     string
		from, to account
		// changed are "opened flow" or "closed flow"; none: no effect on traffic.
		changed []string
	}{
		{"a port widened", base, base.with(KindFirewall, rule(strings.Replace(allow, `"80"`, `"80-81"`, 1))), []string{"opened" + y}},
		{"the description", base, base.with(KindFirewall, rule(allow+`,"description":"x"`)), nil},
		{"the priority of an only rule", base, base.with(KindFirewall, rule(allow+`,"priority":5`)), nil},
		{"the name", base, base.with(KindFirewall, fwJSON("s", allow)), nil},
		{"a range split in two", base, base.with(KindFirewall, rule(strings.Replace(allow, `"192.0.2.0/24"`, `"192.0.2.0/25","192.0.2.128/25"`, 1))), nil},
		{"ports listed one by one", base.with(KindFirewall, rule(strings.Replace(allow, `"80"`, `"80-81"`, 1))), base.with(KindFirewall, rule(strings.Replace(allow, `"80"`, `"81","80"`, 1))), nil},
		{"disabled", base, base.with(KindFirewall, rule(allow+`,"disabled":true`)), []string{"closed" + x}},
		{"the target taken away", base, base.with(KindFirewall, rule(strings.Replace(allow, `"targetTags":["db"],`, "", 1))), []string{"opened - 192.0.2.1 > web 10.0.1.1 tcp/80"}},
		{"another protocol", base, base.with(KindFirewall, rule(strings.Replace(allow, `"tcp"`, `"udp"`, 1))), []string{"closed" + x, "opened - 192.0.2.1 > db 10.0.2.1 udp/80"}},
		{"a deny before it", base, base.with(KindFirewall, rule(allow), fwJSON("d", `"sourceRanges":["192.0.2.1/32"],"denied":[{"IPProtocol":"all"}],"priority":1`)), []string{"closed" + x}},
		{"a deny after it", base, base.with(KindFirewall, rule(allow), fwJSON("d", `"sourceRanges":["192.0.2.1/32"],"denied":[{"IPProtocol":"all"}],"priority":2000`)), nil},
		{"an egress deny", base, base.with(KindFirewall, rule(allow), fwJSON("d", `"direction":"EGRESS","destinationRanges":["192.0.2.0/24"],"denied":[{"IPProtocol":"tcp"}]`)), []string{"closed db 10.0.2.1 > - 192.0.2.1 tcp/80"}},
		{"the IPv6 twin opened", base, base.with(KindFirewall, rule(allow), fwJSON("six", `"sourceRanges":["2001:db8::/32"],"allowed":[{"IPProtocol":"tcp","ports":["80"]}]`)), []string{"opened - 2001:db8::1 > db 2001:db8:2::1 tcp/80"}},
		{"a policy associated, after VPC rules", base, attached(base), nil},
		{"a policy associated, before VPC rules", before("BEFORE_CLASSIC_FIREWALL"), attached(before("BEFORE_CLASSIC_FIREWALL")), []string{"closed" + x}},
		{"the order of stages, with a policy", attached(base), attached(before("BEFORE_CLASSIC_FIREWALL")), []string{"closed" + x}},
		{"the order of stages, without a policy", base, before("BEFORE_CLASSIC_FIREWALL"), nil},
	}
	inv := two()
	inv.Groups[networkGroup("shop/main")] = model.Identities{"web", "db"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := nativePolicy(t, tt.from.snapshot())
			b, _ := nativePolicy(t, tt.to.snapshot())
			d := model.Compare(a, b, inv)
			if !d.Unknown.IsEmpty() {
				t.Errorf("unknown: %v", d.Unknown)
			}
			for word, region := range map[string]model.Region{"opened": d.Opened, "closed": d.Closed} {
				wanted := slices.DeleteFunc(slices.Clone(tt.changed), func(row string) bool { return !strings.HasPrefix(row, word) })
				if len(wanted) == 0 && !region.IsEmpty() {
					t.Errorf("%s: %v, want nothing", word, region)
				}
				for _, row := range wanted {
					_, f, _ := strings.Cut(row, " ")
					if !region.Contains(flow(t, f)) {
						t.Errorf("not %s", row)
					}
				}
			}
		})
	}
}
