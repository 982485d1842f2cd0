package live

import (
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// Policies of other kinds are found by what the server has, and are never taken for nothing.
func TestOtherPolicies(t *testing.T) {
	anp := servedKind{"policy.networking.k8s.io", "v1alpha1", "adminnetworkpolicies", "AdminNetworkPolicy", false}
	cnp := servedKind{"policy.networking.k8s.io", "v1alpha2", "clusternetworkpolicies", "ClusterNetworkPolicy", false}
	cilium := servedKind{"cilium.io", "v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy", true}
	calicoNP := servedKind{"crd.projectcalico.org", "v1", "networkpolicies", "NetworkPolicy", true}
	calicoAPI := servedKind{"projectcalico.org", "v3", "networkpolicies", "NetworkPolicy", true}
	profiles := servedKind{"projectcalico.org", "v3", "profiles", "Profile", false}
	antrea := servedKind{"controlplane.antrea.io", "v1beta2", "networkpolicies", "NetworkPolicy", true}
	widgets := servedKind{"example.com", "v1", "widgets", "Widget", true}
	for _, row := range []struct {
		name    string
		kinds   []servedKind
		objects string
		trouble func(*apiServer)
		// want is the findings, each "code: part of the summary".
		want []string
	}{
		{"none served", nil, "", nil, nil},
		{"served and none there", []servedKind{anp, cnp, cilium}, "", nil, nil},
		{"an admin policy", []servedKind{anp, cnp}, "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: all}\nspec: {priority: 1}", nil,
			[]string{"unmodelled-policy: AdminNetworkPolicy of policy.networking.k8s.io"}},
		{"Cilium's", []servedKind{cilium}, "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a, namespace: shop}", nil,
			[]string{"unmodelled-policy: CiliumNetworkPolicy of cilium.io"}},
		{"Calico's, once", []servedKind{calicoNP, calicoAPI, profiles},
			"apiVersion: crd.projectcalico.org/v1\nkind: NetworkPolicy\nmetadata: {name: default.a, namespace: shop}\n---\n" +
				"apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: default.a, namespace: shop}\n---\n" +
				"apiVersion: projectcalico.org/v3\nkind: Profile\nmetadata: {name: kns.shop}", nil,
			[]string{"unmodelled-policy: NetworkPolicy of crd.projectcalico.org"}},
		{"Calico's names for NetworkPolicies", []servedKind{calicoAPI},
			"apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: knp.default.db, namespace: shop}", nil, nil},
		{"Calico's store denied, its server not", []servedKind{calicoNP, calicoAPI},
			"apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: default.a, namespace: shop}",
			func(a *apiServer) { a.faults["list networkpolicies.crd.projectcalico.org"] = denied },
			[]string{"not-read: networkpolicies.crd.projectcalico.org could not be read", "unmodelled-policy: NetworkPolicy of projectcalico.org"}},
		{"what Antrea works out", []servedKind{antrea}, "apiVersion: controlplane.antrea.io/v1beta2\nkind: NetworkPolicy\nmetadata: {name: uid, namespace: shop}", nil, nil},
		{"something else", []servedKind{widgets}, "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w, namespace: shop}", nil, nil},
		{"denied", []servedKind{anp}, "", func(a *apiServer) { a.faults["list adminnetworkpolicies.policy.networking.k8s.io"] = denied },
			[]string{"not-read: adminnetworkpolicies.policy.networking.k8s.io could not be read"}},
		{"gone meanwhile", []servedKind{anp}, "", func(a *apiServer) {
			a.faults["list adminnetworkpolicies.policy.networking.k8s.io"] = status(404, "NotFound")
		}, nil},
		{"a group that does not answer", nil, "", func(a *apiServer) { a.silent["policies.example.com"] = true }, []string{"not-read: which kinds the API group policies.example.com/v1 has"}},
		{"metrics that do not answer", nil, "", func(a *apiServer) { a.silent["metrics.k8s.io"] = true }, nil},
	} {
		for _, separate := range []bool{false, true} {
			a := serve(t, shop, calico())
			a.separate = separate
			for _, k := range row.kinds {
				a.crd(k)
			}
			if err := a.add(row.objects); err != nil {
				t.Fatal(err)
			}
			if row.trouble != nil {
				row.trouble(a)
			}
			c := a.read(a.options())
			_, more := input(t, c)
			var got []string
			for _, f := range model.SortFindings(append(c.Findings, more...)) {
				if f.Severity >= model.Warning && f.Code != "host-network" {
					got = append(got, f.Code+": "+f.Summary)
				}
			}
			ok := len(got) == len(row.want)
			for i := range min(len(got), len(row.want)) {
				ok = ok && strings.HasPrefix(got[i], row.want[i])
			}
			if !ok {
				t.Errorf("%s (discovery in one: %v):\ngot  %q\nwant %q", row.name, !separate, got, row.want)
			}
		}
	}
}

// Pods of namespaces that were not asked for are strangers, which is told where policies name them.
func TestSomeNamespaces(t *testing.T) {
	const other = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: stage, labels: {team: b}}\n"
	policy := func(selector string) string {
		return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x, namespace: shop}\nspec: {podSelector: {}, egress: [{to: [" + selector + "]}]}\n"
	}
	for _, row := range []struct {
		name, selector string
		want           string // the namespace that is missed
	}{
		{"pods of its own namespace", "{podSelector: {matchLabels: {app: db}}}", ""},
		{"blocks", "{ipBlock: {cidr: 10.0.0.0/8}}", ""},
		{"its own namespace by name", "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}", ""},
		{"a team of its own", "{namespaceSelector: {matchLabels: {team: a}}}", ""},
		{"another by name", "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: stage}}}", "stage"},
		{"another by team", "{namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [b]}]}}", "stage"},
		{"all", "{namespaceSelector: {}}", "kube-system"},
	} {
		a := serve(t, shop, other, policy(row.selector), calico())
		o := a.options()
		o.Namespaces = []string{"shop"}
		c := a.read(o)
		got := ""
		for _, f := range c.Findings {
			if f.Code == CodeOtherNamespaces {
				got += f.Summary
			} else if f.Severity >= model.Warning {
				t.Errorf("%s: %s", row.name, f)
			}
		}
		if row.want == "" && got != "" || !strings.Contains(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
		for _, call := range a.called() {
			if call == "list secrets" {
				t.Error("secrets are read")
			}
		}
		if c.Plugin.Enforcement != Enforced {
			t.Errorf("%s: the network plugin of kube-system was not found: %+v", row.name, c.Plugin)
		}
	}
	a := serve(t, shop)
	o := a.options()
	o.Namespaces = []string{"shpo"}
	if _, err := Read(t.Context(), o); err == nil || !strings.Contains(err.Error(), "no namespace shpo") {
		t.Errorf("a namespace that is not there: %v", err)
	}
}
