package checks_test

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
)

// cloudsOf says which clouds have objects of a kind; kinds that all have, as networks, are of all of them.
var cloudsOf = map[audit.Kind][]string{
	audit.SecurityGroup: {"aws"}, audit.NetworkACL: {"aws"},
	audit.FirewallRules: {"gcp"}, audit.FirewallPolicy: {"gcp"},
	audit.NetworkSecurityGroup: {"azure"}, audit.AdminRules: {"azure"},
	audit.NetworkPolicy: {"kubernetes"}, audit.NamespaceKind: {"kubernetes"}, audit.ClusterKind: {"kubernetes"},
	audit.NetworkKind: {"aws", "azure", "gcp"}, audit.SubnetKind: {"aws", "azure", "gcp"}, audit.InterfaceKind: {"aws", "azure", "gcp"}, audit.PrefixListKind: {"aws", "azure"},
}

// ofOneCloud are checks of kinds that several clouds have, which are about one cloud by what they say.
var ofOneCloud = regexp.MustCompile(`^(AWS|AZ|GCP|K8S)`)

// withoutFamilies are the checks that need no sources of both versions of IP, or not those that raise them, and why.
var withoutFamilies = map[string]string{
	"AWS002": "is about which group an interface has, whatever it admits",
	"AWS003": "is about what has a group, whatever it admits",
	"AWS004": "is about the name of a group",
	"AWS007": "is about rules that name groups",
	"AWS009": "is about tags",
	"AWS011": "is about arguments of a node group",
	"AWS020": "is about what has an ACL, whatever it admits",
	"AWS032": "is about the default VPC and a setting of subnets",
	"AZ002":  "is about what has a group, whatever it admits",
	"AZ003":  "is about a subnet that has a group, whatever it admits",
	"AZ006":  "is about numbers of rules",
	"AZ011":  "is about a setting of interfaces",
	"EXP022": "is about lists by their names: their addresses are not looked at",
	"GCP001": "is about the default network",
	"GCP002": "is about networks without subnets, which have IPv4 alone",
	"GCP003": "is about the rules of the default network, which are of IPv4",
	"GCP005": "is about rules without ranges",
	"GCP007": "is about logging",
	"GCP008": "is about descriptions",
	"GCP009": "is about disabled rules and numbers of rules",
	"GCP010": "is about flow logs",
	"GCP012": "is about Google's ranges for health checks, of which those of IPv4 are documented",
	"K8S001": "is about which pods policies select",
	"K8S004": "is about the port of DNS",
	"K8S005": "is about labels",
	"K8S006": "is about names of ports",
	"K8S007": "is about what rules say besides peers",
	"K8S010": "is about network plugins",
	"K8S011": "is about selectors of pods",
	"SEM005": "is about rules for groups and pods, which name no addresses",
}

// fixture is a source of an archive.
type fixture struct {
	name, text string
	// cloud is what its name begins with; quiet whether nothing is found in it.
	cloud string
	quiet bool
}

// fixturesOf returns the sources of a check's archive.
func fixturesOf(t *testing.T, id string) []fixture {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", id+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var out []fixture
	for _, f := range archive.Files {
		one := fixture{name: f.Name, text: string(f.Data), cloud: "kubernetes"}
		if filepath.Ext(f.Name) != ".yaml" {
			one.cloud = regexp.MustCompile(`^\w+`).FindString(f.Name)
		}
		want, _ := wanted(t, one.text)
		one.quiet = len(want) > 0 && want[0] == "quiet"
		out = append(out, one)
	}
	return out
}

// marks are words that sources of a cloud have, and no source of another.
var marks = map[string]*regexp.Regexp{
	"aws":        regexp.MustCompile(`"?aws_|"provider": "aws"|"SecurityGroups"|"NetworkInterfaces"`),
	"azure":      regexp.MustCompile(`azurerm_|Microsoft\.Network`),
	"gcp":        regexp.MustCompile(`google_compute_|compute#`),
	"kubernetes": regexp.MustCompile(`apiVersion: `),
}

// families are what addresses of the versions of IP look like.
var families = map[string]*regexp.Regexp{
	"IPv4": regexp.MustCompile(`\b\d+\.\d+\.\d+\.\d+\b`),
	"IPv6": regexp.MustCompile(`(^|[^:\w])[0-9a-f:]*::[0-9a-f:]*(/\d+|["'\s])`),
}

// TestFixturesAreBroad holds the sources of each check against what they must show: that it is raised, and is not, in two clouds at least where it is of several, and by both versions of IP.
func TestFixturesAreBroad(t *testing.T) {
	for _, c := range checks.All() {
		all := fixturesOf(t, c.ID)
		if !ofOneCloud.MatchString(c.ID) {
			holdClouds(t, c, all)
		}
		for _, quiet := range []bool{false, true} {
			for _, family := range slices.Sorted(maps.Keys(families)) {
				has := slices.ContainsFunc(all, func(f fixture) bool {
					return f.quiet == quiet && families[family].MatchString(withoutComments(f.text))
				})
				if !has && withoutFamilies[c.ID] == "" {
					t.Errorf("%s: no source with %s of those that are quiet=%t", c.ID, family, quiet)
				}
			}
		}
	}
	for id := range withoutFamilies {
		if !slices.ContainsFunc(checks.All(), func(c audit.Check) bool { return c.ID == id }) {
			t.Errorf("%s is no check", id)
		}
	}
}

// holdClouds holds the sources of a check against the clouds of its kinds.
func holdClouds(t *testing.T, c audit.Check, all []fixture) {
	t.Helper()
	kinds := map[string]bool{}
	for _, k := range c.Kinds {
		of, ok := cloudsOf[k]
		if !ok {
			t.Errorf("%s: of which clouds is a %s?", c.ID, k)
		}
		for _, cloud := range of {
			kinds[cloud] = true
		}
	}
	raises, quiet := map[string]bool{}, map[string]bool{}
	for _, f := range all {
		if !kinds[f.cloud] && f.name != "a suppression.tf" {
			if f.cloud != "kubernetes" || len(kinds) == 1 {
				t.Errorf("%s: %q does not begin with a cloud that the check is about", c.ID, f.name)
			}
			continue
		}
		if m := marks[f.cloud]; m != nil && !m.MatchString(f.text) {
			t.Errorf("%s: %q is no source of %s", c.ID, f.name, f.cloud)
		}
		if f.quiet {
			quiet[f.cloud] = true
		} else {
			raises[f.cloud] = true
		}
	}
	if want := min(2, len(kinds)); len(raises) < want || len(quiet) < want {
		t.Errorf("%s is of %v: it is raised in %v alone, and not raised in %v", c.ID, slices.Sorted(maps.Keys(kinds)), slices.Sorted(maps.Keys(raises)), slices.Sorted(maps.Keys(quiet)))
	}
}

// withoutComments is a source without the lines that say what is found.
func withoutComments(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// TestTraps: what string scanners are known to miss, or to report where there is nothing, is a case of its own.
func TestTraps(t *testing.T) {
	for _, c := range []struct {
		trap, check, source string
		quiet               bool
		has                 string // in the source
	}{
		{"0.0.0.0/0 in halves", "EXP010", "aws halves of IPv4.tf", false, "128.0.0.0/1"},
		{"0.0.0.0/0 in halves", "EXP010", "azure halves of IPv4 among ports, without a group of its own.tf", false, "128.0.0.0/1"},
		{"0.0.0.0/0 in halves", "EXP002", "gcp halves.tf", false, "128.0.0.0/1"},
		{"::/0 in halves", "EXP023", "aws halves of IPv6.tf", false, "8000::/1"},
		{"::/0 as all that is assigned", "EXP023", "aws all of IPv6 that is assigned.tf", false, "2000::/3"},
		{"block that is not canonical", "EXP010", "aws block that is not canonical.tf", false, "/0"},
		{"block that is not canonical", "EXP010", "azure a length of 0 after an address.tf", false, "/0"},
		{"deny above", "EXP010", "aws denied above.tf", true, `"deny"`},
		{"deny above", "EXP010", "azure denied above.tf", true, `"Deny"`},
		{"deny above", "EXP010", "gcp denied first.tf", true, "deny {"},
		{"deny of one priority", "EXP001", "gcp refused by a deny of the same priority.tf", true, "deny {"},
		{"deny too late", "EXP010", "azure refused too late.tf", false, `"Deny"`},
		{"all protocols with ports", "EXP010", "aws minus one with a port that is ignored.tf", false, `"-1"`},
		{"all protocols with ports", "EXP001", "aws minus one with ports that are ignored.tf", false, `"-1"`},
		{"all protocols with a port, which is one", "EXP002", "azure every protocol on a public port.tf", true, `"443"`},
		{"port 0", "EXP010", "aws port zero.tf", true, "from_port = 0"},
		{"port 0", "EXP001", "aws port zero alone.tf", true, "from_port = 0"},
		{"IPv6 twin", "EXP024", "aws IPv4 from an office and IPv6 from everybody.tf", false, "::/0"},
		{"IPv6 twin", "EXP024", "azure.tf", false, "::/0"},
		{"IPv6 twin", "EXP024", "gcp.tf", false, "::/0"},
		{"IPv6 in its own field", "EXP010", "aws IPv6 alone.tf", false, "ipv6_cidr_blocks"},
		{"tags or ranges", "EXP010", "gcp a tag or everybody.tf", false, "source_tags"},
		{"tags or ranges", "GCP006", "gcp tags.tf", false, "source_tags"},
		{"no range given", "EXP010", "gcp nobody named.tf", false, "google_compute_firewall"},
		{"another layer refuses", "EXP010", "azure live, the group of the subnet refuses.json", false, `"subnets"`},
		{"group named by a rule", "AWS003", "aws live and named by a rule.json", true, "UserIdGroupPairs"},
		{"group used by what no list has", "AWS003", "aws used in all sorts of ways.tf", true, "aws_batch_compute_environment"},
		{"block of a partner", "EXP010", "aws a partner.tf", true, "cidr_blocks"},
		{"load balancer for everybody", "EXP015", "aws a load balancer.tf", true, "aws_lb"},
		{"quota that can be raised", "AWS026", "aws past what is granted first, live, where the quota was raised.json", true, "RuleNumber"},
	} {
		all := fixturesOf(t, c.check)
		i := slices.IndexFunc(all, func(f fixture) bool { return f.name == c.source })
		switch {
		case i < 0:
			t.Errorf("%s: %s has no source %q", c.trap, c.check, c.source)
		case all[i].quiet != c.quiet:
			t.Errorf("%s: %s, %q: quiet is %t", c.trap, c.check, c.source, all[i].quiet)
		case !strings.Contains(all[i].text, c.has):
			t.Errorf("%s: %s, %q has no %s", c.trap, c.check, c.source, c.has)
		}
	}
}
