package checks_test

import (
	"encoding/csv"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
	"github.com/crosswall/crosswall/model/sharedtest"
)

// scannerWords are how the list of what scanners check calls these, and clouds.
var (
	scannerWords = map[string]string{"prowler": "prowler", "trivy": "trivy", "checkov": "checkov", "ScoutSuite": "scoutsuite", "CloudSploit": "cloudsploit"}
	cloudWords   = map[string]string{"aws": "aws", "azure": "azure", "gcp": "gcp", "google": "gcp", "kubernetes": "kubernetes"}
	benchmarks   = map[string]string{"CIS AWS 7.0": "AWS7", "CIS GCP 5.0": "GCP5", "CIS Azure 6.0": "AZ6", "CIS Kubernetes 2.0.1": "K8s 2.0.1"}
)

// elsewhere are references that the goal table has with another row, or that its list of scanners lacks.
var elsewhere = map[string][]string{
	"EGR003": {"ec2_instance_imdsv2_enabled", "CKV_AWS_79"}, // the row has them; the list is of what looks at the network
	"EXP025": {"CKV_GCP_40", "7.7"},                         // likewise; 7.7 is of the scanner's check that the row has
	"AZ011":  {"7.7"},                                       // likewise
	"K8S010": {"5.3.1"},                                     // with K8S001
}

// apart are ids of the goal table's rows that are no reference of the check, and why.
var apart = map[string]map[string]string{
	"AWS003": {"EC2.22": "retired"},
	"AWS005": {"excessiveSecurityGroups": "counts groups"},
	"AWS010": {"emr_cluster_publicly_accesible": "looks at the cluster's own block of public access"},
	"AWS011": {"eks_cluster_not_publicly_accessible": "looks at the API's endpoint", "AWS-0040": "likewise", "CKV_AWS_38": "likewise"},
	"AWS032": {"EC2.172": "looks at the VPC's block of public access"},
	"EXP001": {"CKV_AZURE_9": "looks at one port"},
	"EXP012": {"EC2.19": "its list of ports is not confirmed"},
	"EXP013": {"EC2.19": "its list of ports is not confirmed", "6.3": "is about remote administration"},
	"EXP018": {"EC2.19": "its list of ports is not confirmed"},
	"EXP015": {"openHTTPS": "looks at another port"},
	"EXP019": {"ec2_high_risk_ports": "a setting, and no check"},
	"EXP020": {"AWS-0104": "looks at egress"},
	"AZ006":  {"excessiveSecurityGroups": "counts groups"},
	"GCP009": {"excessiveFirewallRules": "counts rules"},
	"K8S001": {"eks_cluster_network_policy_enabled": "looks at a setting of the cluster, as the next ones", "aks_network_policy_enabled": "",
		"GCP-0056": "", "CKV_GCP_12": "", "AZU-0043": "", "CKV_AZURE_7": ""},
}

// goalRow is a row of the goal table.
type goalRow struct{ text, benchmarks string }

// goals reads the goal table, by check, and the names that it says are not confirmed.
func goals(t *testing.T) (map[string][]goalRow, []string) {
	t.Helper()
	data, err := os.ReadFile(sharedtest.Path(t, "reference/audit-checks.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]goalRow{}
	var unconfirmed []string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "Not confirmed") {
			unconfirmed = regexp.MustCompile(`EC2\.\d+|[a-z0-9]+(-[a-z0-9]+){2,}`).FindAllString(line, -1)
		}
		if cells := strings.Split(line, "|"); len(cells) == 11 {
			id := strings.TrimSpace(cells[1])
			rows[id] = append(rows[id], goalRow{line, cells[5]})
		}
	}
	if len(unconfirmed) < 8 || len(rows) < 90 {
		t.Fatalf("%d unconfirmed names, %d checks: the table is read wrongly", len(unconfirmed), len(rows))
	}
	return rows, unconfirmed
}

// scanned reads the list of what scanners check: "prowler aws ID".
func scanned(t *testing.T) map[string]bool {
	t.Helper()
	f, err := os.Open(sharedtest.Path(t, "reference/audit-checks-source.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, l := range lines[1:] {
		cloud, _, _ := strings.Cut(l[1], "/")
		out[l[0]+" "+cloudWords[cloud]+" "+l[2]] = true
		if l[1] == "graph_checks" {
			out[l[0]+" kubernetes "+l[2]] = true // those of Kubernetes are listed by their folder
		}
	}
	return out
}

// TestReferencesAreTrue holds what checks are called by others against the goal table and the scanners' own lists: each id is one of a scanner, for each
// cloud that it is given for, and none is one that was not confirmed.
func TestReferencesAreTrue(t *testing.T) {
	rows, unconfirmed := goals(t)
	have := scanned(t)
	for _, c := range checks.All() {
		var text, sections string
		for _, r := range rows[c.ID] {
			text += r.text
			sections += r.benchmarks + ";"
		}
		for _, r := range c.References {
			switch tool, word := scannerWords[r.Scheme], benchmarks[r.Scheme]; {
			case slices.Contains(unconfirmed, r.ID):
				t.Errorf("%s: %s %s is not confirmed", c.ID, r.Scheme, r.ID)
			case slices.Contains(elsewhere[c.ID], r.ID):
			case tool != "":
				for _, cloud := range cloudsNamed(r) {
					if !have[tool+" "+cloud+" "+r.ID] {
						t.Errorf("%s: %s has no %s for %s", c.ID, r.Scheme, r.ID, cloud)
					}
				}
			case word != "":
				if !slices.Contains(sectionsOf(sections, word), r.ID) {
					t.Errorf("%s: %s %s is not in the goal table: %s", c.ID, r.Scheme, r.ID, sections)
				}
			case !strings.Contains(text, r.ID) && r.Scheme != "Firewall Insights":
				t.Errorf("%s: %s %s is not in the goal table", c.ID, r.Scheme, r.ID)
			}
		}
	}
}

// cloudsNamed are the clouds that a reference is for.
func cloudsNamed(r audit.Reference) []string {
	if r.Provider != "" {
		return []string{r.Provider}
	}
	return []string{"aws", "azure", "gcp"}
}

// sectionsOf reads the sections of a benchmark in a cell: "AWS7: 6.3/6.4; AZ6: 7.1-7.4 (implied)".
func sectionsOf(cell, benchmark string) []string {
	var out []string
	for part := range strings.SplitSeq(cell, ";") {
		rest, ok := strings.CutPrefix(strings.TrimSpace(part), benchmark+":")
		if !ok {
			continue
		}
		rest, _, _ = strings.Cut(rest, "(AWS") // an older one
		for word := range strings.FieldsFuncSeq(rest, func(c rune) bool { return strings.ContainsRune(" ,/()", c) }) {
			first, last, isRange := strings.Cut(word, "-")
			out = append(out, first)
			for isRange && first != last {
				n := len(first) - 1
				first = first[:n] + string(first[n]+1)
				out = append(out, first)
			}
		}
	}
	return out
}

// TestReferencesAreComplete holds that each id of the goal table is a reference of its check, or that it is said why not.
func TestReferencesAreComplete(t *testing.T) {
	rows, unconfirmed := goals(t)
	have := scanned(t)
	ids := regexp.MustCompile(`CKV2?_[A-Z0-9]+_\d+|\b(?:AWS|GCP|AZU|KUBE)-\d{4}|\bEC2\.\d+|\b(?:open|default|excessive|unused)[A-Z]\w+|\b[a-z0-9]+(?:_[a-z0-9]+){2,}|\b(?:ec2|computeengine|network-security-groups|vpc)-[a-z-]+[a-z]`)
	section := regexp.MustCompile(`^\d[\d.]+\d$`)
	known := func(id string) bool { // as an id of its own, and not as a word or as one of a tool that is not mapped to
		if strings.HasPrefix(id, "EC2.") {
			return true
		}
		for _, tool := range scannerWords {
			for _, cloud := range cloudWords {
				if have[tool+" "+cloud+" "+id] {
					return true
				}
			}
		}
		return false
	}
	for _, c := range checks.All() {
		for _, r := range rows[c.ID] {
			for _, id := range ids.FindAllString(r.text, -1) {
				_, isApart := apart[c.ID][id]
				is := slices.ContainsFunc(c.References, func(r audit.Reference) bool { return r.ID == id })
				switch {
				case is && isApart:
					t.Errorf("%s: %s is a reference, and said to be none", c.ID, id)
				case !is && !isApart && known(id) && !slices.Contains(unconfirmed, id):
					t.Errorf("%s: %s of the goal table is missing", c.ID, id)
				}
			}
			for scheme, word := range benchmarks {
				for _, s := range sectionsOf(r.benchmarks, word) {
					_, isApart := apart[c.ID][s]
					if !isApart && section.MatchString(s) && !slices.ContainsFunc(c.References, func(r audit.Reference) bool { return r.Scheme == scheme && r.ID == s }) {
						t.Errorf("%s: %s %s of the goal table is missing", c.ID, scheme, s)
					}
				}
			}
		}
	}
}
