package checks_test

import (
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// Judges of how severe a finding is, and how far what it is about reaches: from the page of the check, which says the usual severity, and from the raw
// documents, which say what has the rules and which of that has a public address.

// TestExposureIsJudged judges the severity and the exposure of every finding of the corpus that has one.
func TestExposureIsJudged(t *testing.T) {
	judged := map[audit.Exposure]int{}
	for _, s := range auditedCorpus(t) {
		var raw *rawEstate
		for _, f := range s.found {
			if f.Exposure == 0 {
				continue
			}
			if raw == nil {
				e := rawOfSource(s.realSource)
				raw = &e
			}
			judged[f.Exposure]++
			if why := judgeReach(trial{audited: s, Finding: f, raw: raw, k8s: rawOfManifests(s.manifests)}); why != "" {
				t.Errorf("%s: %s %s %s: %s\n\tbut %s", s.name, f.Check, f.Severity, f.Exposure, f.Summary, why)
			}
		}
	}
	if t.Logf("judged: %v", judged); judged[audit.Latent] < 10 || judged[audit.Possible] < 100 {
		t.Error("too few; the test shows little")
	}
}

// TestReachIsCondemned gives the judges findings that are too severe, too harmless, and that reach farther than the documents say.
func TestReachIsCondemned(t *testing.T) {
	farther := 0
	for _, s := range auditedCorpus(t) {
		var raw *rawEstate
		for _, f := range s.found {
			if f.Exposure == 0 || f.Check == "EXP025" {
				continue
			}
			if raw == nil {
				e := rawOfSource(s.realSource)
				raw = &e
			}
			of := trial{audited: s, Finding: f, raw: raw, k8s: rawOfManifests(s.manifests)}
			for _, wrong := range []int{-2, 2} {
				of.Severity = audit.Severity(int(f.Severity) + wrong)
				if of.Severity >= audit.Info && of.Severity <= audit.Critical && judgeReach(of) == "" {
					t.Errorf("%s: %s: that it is %s and not %s is not seen", s.name, f.Summary, of.Severity, f.Severity)
				}
			}
			of.Finding = f
			if public, _ := of.wearers(); f.Exposure == audit.Effective || public > 0 {
				continue
			}
			farther++
			of.Exposure, of.Severity = audit.Effective, min(f.Severity+1, audit.Critical)
			if f.Exposure == audit.Latent {
				of.Severity = min(f.Severity+2, audit.Critical)
			}
			if judgeReach(of) == "" {
				t.Errorf("%s: %s: that nothing public has the rules is not seen", s.name, f.Summary)
			}
		}
	}
	if farther < 100 {
		t.Errorf("%d findings were said to reach farther; the test shows little", farther)
	}
}

// judgeReach says what is wrong with the severity and the exposure of a finding; empty: nothing.
func judgeReach(t trial) string {
	if why := judgeSeverity(t); why != "" {
		return why
	}
	if t.Object.Provider == "kubernetes" {
		return judgePodExposure(t)
	}
	if t.Check == "EXP025" {
		return says(t.Exposure == audit.Effective, "the check is about what is effective")
	}
	public, others := t.wearers()
	switch t.Exposure {
	case audit.Effective:
		return says(public > 0, "nothing with a public address has the rules")
	case audit.Latent:
		return says(public == 0 || t.stoppedElsewhere(), "something with a public address has the rules, and no other rules refuse %s", t.Example)
	case audit.Possible:
		if public > 0 || others == 0 || t.terraform || t.wall() == nil {
			return "" // somebody has a way to it, or what has the rules is not known
		}
		return says(!t.isComplete(), "all that has the rules is known, and nothing of it is public")
	}
	return ""
}

// judgePodExposure: nothing gets to a policy of no pod. Without addresses that were seen, pods have IPv4 alone, and whether the Internet gets to them is not known.
func judgePodExposure(t trial) string {
	four, six := false, false
	for _, p := range sourcesOf(t.Open) {
		four, six = four || p.Addr().Is4(), six || p.Addr().Is6()
	}
	seen := false
	for _, m := range t.manifests {
		seen = seen || regexp.MustCompile(`(?i)\bip: *['"]?[0-9a-f]*:[0-9a-f:]*:`).Match(m.Data)
	}
	want := audit.Possible
	if len(t.k8s.selected(t.policy())) == 0 || !four && six && !seen {
		want = audit.Latent
	}
	return says(t.Exposure == want, "it is %s: open by IPv4 %t and by IPv6 %t, and addresses of IPv6 are seen: %t", want, four, six, seen)
}

// sourcesOf are the blocks of strangers of a region.
func sourcesOf(r model.Region) []netip.Prefix { return audit.Sources(r).Prefixes() }

// strict are checks whose severity follows from how much of the Internet they are about; exact those that take no account of it. Others may be one step less severe for reasons of their own.
var (
	strict = []string{"EXP001", "EXP010", "EXP011", "EXP012", "EXP013", "EXP014", "EXP016", "EXP017", "EXP018", "EXP019"}
	exact  = []string{"EXP020", "EXP021", "EXP026", "K8S002"}
)

// judgeSeverity: what the page of the check says, one step less where it is about a small part of the Internet, and then one step more or less by how far it reaches.
func judgeSeverity(t trial) string {
	usual, ok := usualSeverity(t.Check, t.Object.Kind)
	if !ok {
		return "the page of the check does not say how severe it is"
	}
	reach := map[audit.Exposure]int{audit.Latent: -1, audit.Possible: 0, audit.Effective: 1}[t.Exposure]
	of := func(step int) audit.Severity { return clamped(int(clamped(int(usual)+step)) + reach) }
	switch {
	case t.Check == "EXP025":
		return says(t.Severity <= usual, "it is more severe than %s", usual)
	case slices.Contains(exact, t.Check):
		return says(t.Severity == of(0), "it is not %s", of(0))
	case slices.Contains(strict, t.Check):
		step := 0
		if isSmall(sourcesOf(t.Open)) || t.isOfServices() {
			step = -1
		}
		return says(t.Severity == of(step), "it is not %s", of(step))
	}
	return says(t.Severity == of(0) || t.Severity == of(-1), "it is neither %s nor %s", of(0), of(-1))
}

// isOfServices says whether service tags alone admit what may be open. None but Internet has much of the Internet ("Virtual network service tags").
func (t trial) isOfServices() bool {
	return t.Unsure != "" && len(t.Causes) > 0 && !slices.ContainsFunc(t.Causes, func(c audit.Cause) bool {
		tag := regexp.MustCompile(`from tag:(\S+)`).FindStringSubmatch(c.Text)
		return tag == nil || strings.EqualFold(tag[1], "Internet") || strings.EqualFold(tag[1], "any")
	})
}

func clamped(n int) audit.Severity {
	return audit.Severity(min(max(n, int(audit.Info)), int(audit.Critical)))
}

// usualSeverity reads "Severity: **high**; **medium** for a network ACL." of a page.
func usualSeverity(check string, kind audit.Kind) (audit.Severity, bool) {
	page, err := os.ReadFile(filepath.Join(pages, check+".md"))
	if err != nil {
		return 0, false
	}
	line := regexp.MustCompile(`(?m)^Severity: (.*?)\. `).FindSubmatch(page)
	if line == nil {
		return 0, false
	}
	var out audit.Severity
	found := false
	for i, m := range regexp.MustCompile(`\*\*(\w+)\*\*([^*]*)`).FindAllStringSubmatch(string(line[1]), -1) {
		s, ok := audit.ParseSeverity(m[1])
		if ok && (i == 0 || strings.Contains(m[2], string(kind))) {
			out, found = s, true
		}
	}
	return out, found
}

// isSmall says whether blocks are less than an eighth of the public addresses of IPv4, and of those of IPv6 that are assigned, 2000::/3.
func isSmall(blocks []netip.Prefix) bool {
	var four, six float64
	for _, b := range blocks {
		if b.Addr().Is4() {
			four += math.Ldexp(1, 32-b.Bits())
		} else if in := netip.MustParsePrefix("2000::/3"); b.Overlaps(in) {
			six += math.Ldexp(1, 128-max(b.Bits(), 3))
		}
	}
	all := math.Ldexp(1, 32)
	for _, b := range []string{"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3", "168.63.129.16/32"} {
		all -= math.Ldexp(1, 32-netip.MustParsePrefix(b).Bits())
	}
	return four < all/8 && six < math.Ldexp(1, 125)/8
}

// wearers counts what has the finding's rules: with a public address, and without.
func (t trial) wearers() (public, others int) {
	w := t.wall()
	if w == nil {
		return 0, 0
	}
	count := func(has, isPublic bool) {
		switch {
		case has && isPublic:
			public++
		case has:
			others++
		}
	}
	if t.terraform {
		for _, r := range t.raw.tf {
			count(r.values != nil && str(r.values, "id") != w.id && w.isNamedIn(r.values, t.Object.Address), isPublished(r.values))
		}
		return public, others
	}
	for _, o := range t.raw.objects {
		switch w.cloud {
		case "aws":
			// Interfaces inside of instances have no zone. One that is there alone contradicts the list of interfaces, which has all.
			isCard := str(o, "NetworkInterfaceId") != "" && o["Groups"] != nil && str(o, "AvailabilityZone") != ""
			count(isCard && w.isNamedIn(o, ""), hasPublicAddress(o))
		case "azure":
			count(strings.Contains(strings.ToLower(str(o, "id")), "/networkinterfaces/") && o["properties"] != nil && w.isNamedIn(o, ""), hasPublicAddress(o))
		case "gcp":
			count(len(objects(o, "networkInterfaces")) > 0 && strings.Contains(fmt.Sprint(o["networkInterfaces"]), "/networks/"+w.name), hasPublicAddress(o))
		}
	}
	return public, others
}

// isNamedIn says whether an object names the wall, its subnets, or its address.
func (w *rawWall) isNamedIn(o object, address string) bool {
	text := strings.ToLower(fmt.Sprint(o))
	names := []string{w.id}
	for _, a := range objects(w.raw, "Associations") {
		names = append(names, str(a, "SubnetId"))
	}
	if p, ok := w.raw["properties"].(object); ok {
		for _, n := range objects(p, "subnets") {
			names = append(names, str(n, "id"))
		}
	}
	names = append(names, str(w.raw, "id"), address)
	return slices.ContainsFunc(names, func(n string) bool { return n != "" && strings.Contains(text, strings.ToLower(n)) })
}

// hasPublicAddress says whether an object of a cloud names a public address, or that it has one.
func hasPublicAddress(o object) bool {
	found := false
	each(o, func(x object) {
		for _, key := range []string{"PublicIp", "PublicIpAddress", "natIP", "Ipv6Address", "externalIpv6"} {
			a, err := netip.ParseAddr(str(x, key))
			found = found || err == nil && isPublic(a)
		}
		found = found || x["publicIPAddress"] != nil
	})
	return found
}

// isPublished says whether values of a resource say that it has a public address.
func isPublished(o object) bool {
	for _, key := range []string{"associate_public_ip_address", "publicly_accessible"} {
		if o[key] == true {
			return true
		}
	}
	if text := str(o, "public_ip"); text != "" || o["internal"] == false || len(list(o, "ipv6_addresses")) > 0 {
		return true
	}
	return strings.Contains(fmt.Sprint(o["ip_configuration"]), "public_ip_address_id:/") || strings.Contains(fmt.Sprint(o["network_interface"]), "access_config:[map")
}

// stoppedElsewhere says whether other rules that were read refuse the finding's packet, or the subnet has no way to the Internet.
func (t trial) stoppedElsewhere() bool {
	if judgeRefused(t) == "" {
		return true
	}
	return slices.ContainsFunc(t.raw.objects, func(o object) bool {
		return len(list(o, "Routes")) > 0 && !strings.Contains(fmt.Sprint(o["Routes"]), "igw-")
	})
}

// isComplete says whether the documents have a list of interfaces, which has all that have the rules, and the finding is sure.
func (t trial) isComplete() bool {
	return slices.ContainsFunc(t.raw.objects, func(o object) bool { return len(objects(o, "NetworkInterfaces")) > 0 }) && t.Unsure == ""
}
