package gcp

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// The resources that only a module of native objects has: no resource of Terraform stands for the
// firewall policies that Google Cloud itself puts in front of a network, or for a part of an account
// that was not read.
const (
	typeSystemPolicy      = "google_compute_system_firewall_policy"
	typeSystemRule        = "google_compute_system_firewall_policy_rule"
	typeSystemAssociation = "google_compute_system_firewall_policy_association"
	typeNotRead           = "google_compute_not_read"
)

// Resources returns the objects of a snapshot as the resources that a state of
// hashicorp/google has, each named by its id, "projects/p/global/firewalls/web": the name
// of no resource that Terraform makes has a slash. Firewall policies are taken from what is effective on
// a network, where that was read, because nothing else tells of hierarchical and system policies.
//
// Findings have the codes not-read, for kinds and objects that are missing; unreadable-object, unread-field,
// unmodelled-field, repeated-object and unknown-scope.
func (p Provider) Resources(s providers.Snapshot) (terraform.Module, []model.Finding) {
	r := &nativeReader{snapshot: s, seen: map[string]int{}, regions: map[string]map[string]bool{},
		effective: map[string]bool{}, networks: map[string]bool{}, parents: map[string]string{}, machines: map[string]string{}, tags: map[string]*machineTags{}}
	r.read()
	slices.SortStableFunc(r.out, func(a, b terraform.Resource) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Key, b.Key))
	})
	return terraform.Module{Resources: r.out}, model.SortFindings(r.findings)
}

// isNative reports whether a resource stands for a native object.
func isNative(r terraform.Resource) bool { return strings.Contains(r.Name, "/") }

// nativeReader makes resources of native objects.
type nativeReader struct {
	snapshot providers.Snapshot
	out      []terraform.Resource
	findings []model.Finding
	// seen is the place in out of each address.
	seen map[string]int
	// networks are the paths of networks that objects name; true for those that were read.
	networks map[string]bool
	// regions are the regions where a network has subnetworks, by the path of the network.
	regions map[string]map[string]bool
	// effective is what effective firewalls were read of: a network's path, or path and " " and region.
	effective map[string]bool
	// parents are the organizations and folders that listed hierarchical policies are of, by id of the policy.
	parents map[string]string
	// machines are zone and number of machines, by id, and tags what was read of their tags, by zone and number, or by zone
	// and name.
	machines map[string]string
	tags     map[string]*machineTags
	// firewallsOf are the networks whose VPC rules were told by effective firewalls.
	firewallsOf []string
}

func (r *nativeReader) read() {
	for _, raw := range r.snapshot.Objects[KindPolicy] {
		if o, ok := parseObject(raw); ok && o.text("parent") != "" {
			r.parents[r.idOf(o, "global", "firewallPolicies")] = pathOf(o.text("parent"))
		}
	}
	for _, k := range []struct {
		kind string
		read func(object) string // returns what is wrong
	}{
		{KindNetwork, r.network}, {KindSubnetwork, r.subnetwork}, {KindEffective, r.effectiveFirewalls}, {KindFirewall, r.firewall},
		{KindInstance, r.instance}, {KindPolicy, r.policy}, {KindAddressGroup, r.addressGroup},
		{KindEffectiveTags, r.effectiveTags},
	} {
		for i, raw := range r.snapshot.Objects[k.kind] {
			o, ok := parseObject(raw)
			why := "it is no JSON object"
			if ok {
				why = k.read(o)
			}
			if why != "" {
				r.unreadable(k.kind, i, why)
			}
		}
	}
	r.missing()
}

// unreadable reports an object that cannot be read. Whatever it is, it may decide about anything of its kind.
func (r *nativeReader) unreadable(kind string, i int, why string) {
	r.findings = append(r.findings, model.Finding{Severity: model.Warning, Code: "unreadable-object",
		Summary: fmt.Sprintf("object %d of %s cannot be read: %s", i+1, kind, why), Origin: model.Origin{Object: kind}})
	r.snapshot.Gaps = append(slices.Clip(r.snapshot.Gaps), providers.Gap{Kind: kind, Call: kind, Why: why})
}

func (r *nativeReader) warn(code, object, summary, advice string) {
	r.findings = append(r.findings, model.Finding{Severity: model.Warning, Code: code, Summary: summary, Advice: advice, Origin: model.Origin{Object: object}})
}

// idOf is the path of an object, from its self link or else put together from its name. scope is
// what stands between project and collection: "global", or "regions/europe-west1".
func (r *nativeReader) idOf(o object, scope, collection string) string {
	if link := o.text("selfLink"); link != "" {
		return pathOf(link)
	}
	project := cmp.Or(projectOf(o.text("network")), projectOf(o.text("zone")), projectOf(o.text("region")), r.snapshot.Account, "-")
	if o.text("name") == "" {
		return ""
	}
	return "projects/" + project + "/" + scope + "/" + collection + "/" + o.text("name")
}

// networkPathOf is the path of a network that an object of a project names in whatever way; "" where it names none.
func (r *nativeReader) networkPathOf(link, project string) string {
	if link == "" {
		return ""
	}
	path := pathOf(link)
	if projectOf(path) == "" {
		path = "projects/" + cmp.Or(project, r.snapshot.Account, "-") + "/global/networks/" + lastSegment(link)
	}
	if _, ok := r.networks[path]; !ok {
		r.networks[path] = false
	}
	return path
}

// add adds a resource, unless the same object has been read before. One that has changed between
// two calls is uncertain in both forms.
func (r *nativeReader) add(res terraform.Resource) {
	key := res.Key
	for n := 1; ; n++ {
		i, repeated := r.seen[res.Address()]
		if !repeated {
			break
		}
		if sameBody(r.out[i].Body, res.Body) {
			return
		}
		why := "it was read twice with different content"
		r.warn("repeated-object", res.Name, res.Name+": "+why, "read it again")
		res.Uncertain, r.out[i].Uncertain = why, why
		res.Key = fmt.Sprintf("%s[\"%d\"]", key, n)
	}
	r.seen[res.Address()] = len(r.out)
	r.out = append(r.out, res)
}

// sameBody reports whether two bodies say the same in the same order.
func sameBody(a, b terraform.Body) bool {
	return slices.EqualFunc(a.Attrs, b.Attrs, func(x, y terraform.Attr) bool { return x.Name == y.Name && x.Value.Equal(y.Value) }) &&
		slices.EqualFunc(a.Blocks, b.Blocks, func(x, y terraform.Block) bool { return x.Type == y.Type && sameBody(x.Body, y.Body) })
}

// resource begins a resource with the attributes that each has.
func resource(typ, id string) terraform.Resource {
	res := terraform.Resource{Type: typ, Name: id}
	if !strings.Contains(id, "/") {
		res.Name = "./" + id
	}
	res.Set("id", terraform.String(id))
	if project := projectOf(id); project != "" && project != "-" {
		res.Set("project", terraform.String(project))
	}
	return res
}

// unknownFields makes a resource uncertain that has a field which is not known of.
func (r *nativeReader) unknownFields(res *terraform.Resource, f fieldMap, o object) {
	if name := f.unknownField(o); name != "" {
		res.Uncertain = fmt.Sprintf("what the field %q does is not known", name)
		r.warn("unmodelled-field", res.Name, res.Name+": "+res.Uncertain, "compare it by hand")
	}
}

func (r *nativeReader) network(o object) string {
	id := r.idOf(o, "global", "networks")
	if id == "" {
		return "it has no name"
	}
	r.networks[id] = true
	res := resource(typeNetwork, id)
	fieldMap{carried: map[string]string{"name": "name", "autoCreateSubnetworks": "auto_create_subnetworks", "selfLink": "self_link",
		"description": "description", "networkFirewallPolicyEnforcementOrder": "network_firewall_policy_enforcement_order",
		"IPv4Range": "ipv4_range"}}.carry(&res.Body, o)
	peerings, _ := o.objects("peerings")
	var peers []string
	for _, p := range peerings {
		if path := pathOf(p.text("network")); path != "" {
			peers = append(peers, path)
		}
	}
	if len(peers) > 0 {
		res.Set("peerings", terraform.Strings(peers...))
	}
	r.add(res)
	return ""
}

func (r *nativeReader) subnetwork(o object) string {
	region := lastSegment(o.text("region"))
	id := r.idOf(o, "regions/"+region, "subnetworks")
	network := r.networkPathOf(o.text("network"), projectOf(id))
	if id == "" || network == "" || region == "" {
		return "it has no name, network or region"
	}
	if r.regions[network] == nil {
		r.regions[network] = map[string]bool{}
	}
	r.regions[network][region] = true
	res := resource(typeSubnetwork, id)
	fieldMap{carried: map[string]string{"name": "name", "purpose": "purpose", "stackType": "stack_type", "selfLink": "self_link", "description": "description",
		"enableFlowLogs": "enable_flow_logs"}}.carry(&res.Body, o)
	logBlock(&res.Body, o)
	res.Set("network", terraform.String(network))
	res.Set("region", terraform.String(region))
	r.subnetworkBlocks(&res, id, o)
	r.add(res)
	return ""
}

func (r *nativeReader) firewall(o object) string {
	id := r.idOf(o, "global", "firewalls")
	if id == "" {
		return "it has no name"
	}
	res := resource(typeFirewall, id)
	f := firewallFields()
	f.carry(&res.Body, o)
	if network := r.networkPathOf(o.text("network"), projectOf(id)); network != "" {
		res.Set("network", terraform.String(network))
	} else {
		res.Set("network", terraform.Unknown("the rule does not say on which network it is"))
		r.warn("unknown-scope", id, id+" does not say on which network it is", "")
	}
	r.protocolBlocks(&res.Body, o, protocolField{"allowed", "allow", "IPProtocol", "protocol"})
	r.protocolBlocks(&res.Body, o, protocolField{"denied", "deny", "IPProtocol", "protocol"})
	logBlock(&res.Body, o)
	r.unknownFields(&res, f, o)
	r.add(res)
	return ""
}

// protocolField is a list of protocols with ports, and the blocks that it becomes.
type protocolField struct{ field, block, protocol, attr string }

func (r *nativeReader) protocolBlocks(to *terraform.Body, o object, p protocolField) {
	list, ok := o.objects(p.field)
	f := fieldMap{carried: map[string]string{p.protocol: p.attr, "ports": "ports"}}
	for _, e := range list {
		ok = ok && f.unknownField(e) == ""
	}
	if !ok {
		to.Set(p.block, terraform.Unknown(p.field+" has a form that is not known"))
		return
	}
	for _, e := range list {
		b := terraform.Block{Type: p.block}
		f.carry(&b.Body, e)
		to.Blocks = append(to.Blocks, b)
	}
}
