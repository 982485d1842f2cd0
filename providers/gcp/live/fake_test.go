package live

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/providers/gcp/live/standin"
)

// fake is a stand-in for the Compute API with the project shop.
type fake struct {
	standin.Server
	server *httptest.Server
	raw    standin.Raw
}

const link = "https://www.googleapis.com/compute/v1/projects/shop/"

// newFake is a project with the network main, two subnetworks, one rule and one machine.
func newFake(t *testing.T, faults ...standin.Fault) *fake {
	t.Helper()
	network := link + "global/networks/main"
	net := parsed(fmt.Sprintf(`{"kind":"compute#network","id":"1","name":"main","selfLink":%q,"networkFirewallPolicyEnforcementOrder":"BEFORE_CLASSIC_FIREWALL"}`, network))
	raw := standin.Raw{Answers: map[string]any{
		opNetworksGet + " main": net,
		opEffective + " main":   parsed(`{"firewalls":[],"firewallPolicys":[` + globalPolicy + `]}`),
		opProject:               parsed(`{"kind":"compute#project","id":"1","name":"shop","xpnProjectStatus":"UNSPECIFIED_XPN_PROJECT_STATUS"}`),
	}, Lists: map[string][]standin.Object{
		opNetworks:  {net},
		opFirewalls: {rule("web", `"sourceRanges":["192.0.2.0/24"],"sourceTags":["web"],"targetTags":["db"],"allowed":[{"IPProtocol":"tcp","ports":["80"]}]`)},
		opHierarchy: {parsed(`{"kind":"compute#firewallPolicy","id":"9","name":"9","selfLink":"https://www.googleapis.com/compute/v1/locations/global/firewallPolicies/9","parent":"organizations/42"}`)},
	}, Scoped: map[string]map[string][]standin.Object{
		opSubnetworks: {},
		opInstances: {"zones/europe-west1-b": {parsed(fmt.Sprintf(`{"kind":"compute#instance","id":"7","name":"web-1","selfLink":"%[1]szones/europe-west1-b/instances/web-1","zone":"%[1]szones/europe-west1-b",
		"tags":{"items":["web"]},"serviceAccounts":[{"email":"web@p.example"}],"networkInterfaces":[{"network":%[2]q,"networkIP":"10.0.1.1"}],
		"metadata":{"items":[{"key":"startup-script","value":"PASSWORD=hunter2"}]}}`, link, network))}},
	}}
	for i, region := range []string{"europe-west1", "us-east1"} {
		raw.Scoped[opSubnetworks]["regions/"+region] = []standin.Object{parsed(fmt.Sprintf(`{"kind":"compute#subnetwork","id":"%d","name":"s","selfLink":"%[2]sregions/%[3]s/subnetworks/s","network":%[4]q,"region":"%[2]sregions/%[3]s","ipCidrRange":"10.%[1]d.0.0/16"}`, i, link, region, network))}
		raw.Answers[opRegionEffective+" "+region] = parsed(`{"firewallPolicys":[` + globalPolicy + `]}`)
	}
	f := &fake{raw: raw}
	f.Faults = faults
	f.Holds = func(string) *standin.Project { return &standin.Project{ID: "shop", Raw: f.raw} }
	f.server = httptest.NewServer(f)
	t.Cleanup(func() {
		f.server.Close()
		for _, wrong := range f.Wrong() {
			t.Error(wrong)
		}
	})
	return f
}

// rule is a VPC firewall rule with these fields.
func rule(name, fields string) standin.Object {
	return parsed(fmt.Sprintf(`{"kind":"compute#firewall","id":"2","name":%[1]q,"selfLink":"%[2]sglobal/firewalls/%[1]s","network":"%[2]sglobal/networks/main","direction":"INGRESS","priority":1000,%[3]s}`, name, link, fields))
}

const globalPolicy = `{"type":"NETWORK","name":"p","rules":[{"kind":"compute#firewallPolicyRule","priority":10,"action":"deny","direction":"INGRESS",
	"match":{"srcIpRanges":["198.51.100.0/24"],"layer4Configs":[{"ipProtocol":"udp"}]}}]}`

// withGroup makes a rule name an address group, and a secure tag that the machine has.
func (f *fake) withGroup() *fake {
	policy := strings.Replace(globalPolicy, `"srcIpRanges"`, `"srcAddressGroups":["//networksecurity.googleapis.com/projects/shop/locations/global/addressGroups/g"],"srcIpRanges"`, 1)
	policy = strings.Replace(policy, `"match"`, `"targetSecureTags":[{"name":"tagValues/1","state":"EFFECTIVE"}],"match"`, 1)
	f.raw.Answers[opEffective+" main"] = parsed(`{"firewalls":[],"firewallPolicys":[` + policy + `]}`)
	for scope := range f.raw.Scoped[opSubnetworks] {
		f.raw.Answers[opRegionEffective+" "+strings.TrimPrefix(scope, "regions/")] = parsed(`{"firewallPolicys":[` + policy + `]}`)
	}
	f.raw.Answers[opEffectiveTags] = parsed(`{"effectiveTags":[{"tagValue":"tagValues/1","namespacedTagValue":"shop/env/web","inherited":false}]}`)
	f.raw.Answers[opAddressGroup+" g"] = parsed(`{"name":"projects/shop/locations/global/addressGroups/g","type":"IPV4","capacity":10,"items":["203.0.113.0/24"]}`)
	return f
}

// withPolicies adds policies as they are listed.
func (f *fake) withPolicies() *fake {
	f.raw.Scoped[opPolicies] = map[string][]standin.Object{}
	for scope, key := range map[string]string{"global": opPolicy + " p", "regions/us-east1": opRegionPolicy + " q"} {
		_, name, _ := strings.Cut(key, " ")
		region := ""
		if scope != "global" {
			region = fmt.Sprintf(`,"region":"%s%s"`, link, scope)
		}
		about := fmt.Sprintf(`"kind":"compute#firewallPolicy","id":"3","name":%[1]q,"selfLink":"%[2]s%[3]s/firewallPolicies/%[1]s"%[4]s`, name, link, scope, region)
		f.raw.Scoped[opPolicies][scope] = []standin.Object{parsed("{" + about + "}")}
		f.raw.Answers[key] = parsed("{" + about + fmt.Sprintf(`,"associations":[{"name":"a","attachmentTarget":"%sglobal/networks/main"}],`, link) +
			`"rules":[{"priority":10,"action":"deny","direction":"INGRESS","match":{"srcIpRanges":["198.51.100.0/24"],"layer4Configs":[{"ipProtocol":"udp"}]}}]}`)
	}
	return f
}

// options read from the fake, quickly.
func (f *fake) options() Options {
	return Options{Project: "shop", Endpoint: f.server.URL, CallsPerSecond: 10000, Backoff: time.Millisecond, Timeout: 5 * time.Second}
}

// parsed reads a native object.
func parsed(text string) standin.Object {
	var out standin.Object
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		panic(err) // the text is in a test
	}
	return out
}

// refuse writes an error as the API does, with something in its words that is not to be repeated.
func refuse(w http.ResponseWriter, code int, reason string) {
	w.WriteHeader(code)
	standin.Send(w, map[string]any{"error": map[string]any{"code": code, "message": "no: ya29.secret-token",
		"errors": []map[string]string{{"domain": "global", "reason": reason, "message": "no"}}}})
}
