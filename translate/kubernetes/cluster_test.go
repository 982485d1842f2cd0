package kubernetes

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate"
)

// cluster is three namespaces of three pods each, the way the end-to-end tests
// of Kubernetes have them (test/e2e/network/netpol): labels pod=a|b|c in namespaces x, y and z labelled ns=x|y|z, at
// 192.168.N.1 to 3. Port 80 is named "web" in all pods but b, where 8080 is; 81 over UDP is "dns".
func cluster() string {
	var b strings.Builder
	for i, ns := range []string{"x", "y", "z"} {
		fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: %q, labels: {ns: %q}}\n", ns, ns)
		for j, pod := range []string{"a", "b", "c"} {
			web := 80
			if pod == "b" {
				web = 8080
			}
			fmt.Fprintf(&b, `---
apiVersion: v1
kind: Pod
metadata: {name: %s, namespace: %q, labels: {pod: %s}}
spec:
  nodeName: n1
  containers:
  - name: c
    ports: [{name: web, containerPort: %d}, {name: dns, containerPort: 81, protocol: UDP}]
status: {phase: Running, podIP: 192.168.%d.%d}
`, pod, ns, pod, web, i, j+1)
		}
	}
	return b.String()
}

// policyIn returns a NetworkPolicy of namespace x with a spec in flow style.
func policyIn(namespace, name, spec string) string {
	return fmt.Sprintf("---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: %s, namespace: %q}\nspec: %s\n",
		name, namespace, strings.TrimSpace(spec))
}

// policies returns policies p0, p1, ... of namespace x.
func policies(specs ...string) string {
	var b strings.Builder
	for i, s := range specs {
		b.WriteString(policyIn("x", fmt.Sprintf("p%d", i), s))
	}
	return b.String()
}

func readText(o Options, texts ...string) (translate.Input, []model.Finding) {
	var files []File
	for i, text := range texts {
		files = append(files, File{Name: fmt.Sprintf("f%d.yaml", i), Data: []byte(text)})
	}
	return Reader{o}.ReadFiles(files)
}

// mustRead reads texts that must not be refused.
func mustRead(t *testing.T, o Options, texts ...string) (translate.Input, []model.Finding) {
	t.Helper()
	in, findings := readText(o, texts...)
	for _, f := range findings {
		if f.Severity == model.Error {
			t.Fatalf("refused: %s", f)
		}
	}
	return in, findings
}

var rowSyntax = regexp.MustCompile(`^(\S+) > (\S+) (tcp|udp|sctp|icmp)(?:/(\d+))?: (allow|deny|unknown)$`)

// parseRow reads "x/a > y/b tcp/80: allow". An end is a pod of the cluster, a workload ID or an address.
func parseRow(t *testing.T, in translate.Input, row string) (model.Flow, string) {
	t.Helper()
	m := rowSyntax.FindStringSubmatch(row)
	if m == nil {
		t.Fatalf("not a row: %q", row)
	}
	end := func(s string) model.Endpoint {
		if p := strings.Split(s, "/"); len(p) == 2 {
			s = p[0] + "/Pod/" + p[1]
		}
		e, ok := endpoint(in, s)
		if !ok {
			t.Fatalf("%q: no workload %q among %v", row, s, ids(in))
		}
		return e
	}
	f := model.Flow{Src: end(m[1]), Dst: end(m[2]), SrcPort: 40000}
	f.Protocol = map[string]model.Protocol{"tcp": model.TCP, "udp": model.UDP, "sctp": model.SCTP, "icmp": model.ICMP}[m[3]]
	if m[4] != "" {
		n, err := strconv.ParseUint(m[4], 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		f.DstPort = uint16(n)
	}
	if f.Protocol == model.ICMP {
		f.SrcPort, f.ICMPType = 0, 8
	}
	return f, m[5]
}

// wantRows checks rows such as "x/a > y/b tcp/80: allow".
func wantRows(t *testing.T, in translate.Input, rows ...string) {
	t.Helper()
	if len(rows) == 0 {
		t.Fatal("no rows")
	}
	for _, row := range rows {
		f, want := parseRow(t, in, row)
		if got := in.Policy.Explain(f, in.Inventory).Verdict.String(); got != want {
			t.Errorf("%s: got %s", row, got)
		}
	}
	if err := in.Policy.Validate(); err != nil {
		t.Error(err)
	}
	if err := in.Inventory.Validate(); err != nil {
		t.Error(err)
	}
}

// wantCodes checks that findings of the codes are there: "warning dns-pattern". "-" before a code: that none is.
func wantCodes(t *testing.T, findings []model.Finding, codes ...string) {
	t.Helper()
	for _, c := range codes {
		code, absent := strings.CutPrefix(c, "-")
		found := false
		for _, f := range findings {
			found = found || f.Code == code || f.Severity.String()+" "+f.Code == code
		}
		if found == absent {
			t.Errorf("finding %q: found is %v, among\n%v", code, found, findings)
		}
	}
}

func mustAddr(s string) netip.Addr { return netip.MustParseAddr(s) }
