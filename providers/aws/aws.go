// Package aws turns network policies into AWS security groups and network
// ACLs, and reads both back.
//
// Every segment gets a security group, whose rules say exactly what the policy
// admits: groups are stateful, are asked at both ends and name their peers by
// group. Every subnet that a placement puts segments into gets a network ACL on
// top, which is stateless, knows addresses only and never sees traffic inside
// its subnet. The ACL admits everything that the policy admits, with entries for the
// replies; what it admits beyond that, the security groups refuse.
//
// Facts about AWS are from the VPC user guide
// (https://docs.aws.amazon.com/vpc/latest/userguide/, network ACLs, security groups and quotas),
// the EC2 API reference (IpPermission, SecurityGroupRule, NetworkAclEntry) and the
// documentation of the Terraform provider hashicorp/aws.
package aws

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// Options are what an account may have raised. The zero Options are the
// defaults of AWS.
type Options struct {
	// GroupRules is the quota of rules per security group, direction and family.
	// Zero: 60.
	GroupRules int
	// NACLEntries is the quota of entries per network ACL, direction and family,
	// the entry of the default deny included: 20 where zero, 40 at most.
	NACLEntries int
}

// Provider is AWS as a [providers.Provider]. Make it with [New].
type Provider struct{ opts Options }

// New returns the provider, with quotas out of range brought to the nearest
// that AWS grants.
func New(o Options) Provider {
	if o.GroupRules <= 0 {
		o.GroupRules = defaultGroupRules
	}
	if o.NACLEntries <= 0 {
		o.NACLEntries = defaultACLEntries
	}
	o.NACLEntries = min(o.NACLEntries, maxACLEntries)
	return Provider{opts: o}
}

// Name returns "aws".
func (Provider) Name() string { return "aws" }

// Encode writes the security groups of all segments and, where the site was
// given, the network ACLs of their subnets. See [providers.Provider].
func (p Provider) Encode(in providers.Intent) (providers.Output, []model.Finding) {
	e := newEncoder(New(p.opts).opts, in)
	e.writeHead()
	e.writeGroups()
	if f, ok := providers.NodeLocal(in, "run the VPC CNI with POD_SECURITY_GROUP_ENFORCING_MODE=strict and say so in the placement "+
		"(podSecurityGroups: strict), or place segments in subnets of their own"); ok {
		e.report(f)
		e.out.Unseen = f.Affects
	}
	e.bindPods()
	e.writeACLs()
	e.countMade()
	e.reportResolver()
	return e.out, model.SortFindings(e.findings)
}

// encoder is one run of Encode.
type encoder struct {
	opts     Options
	in       providers.Intent
	addrs    map[model.Identity]model.AddrSet // of every member and of the outside
	exempt   model.AddrSet                    // what AWS never filters
	groups   []group                          // sorted by name
	groupOf  map[model.Identity]int           // index into groups
	names    namer
	grants   map[grantKey][]model.Grant
	out      providers.Output
	findings []model.Finding
}

type grantKey struct {
	id  model.Identity
	dir model.Direction
}

func newEncoder(o Options, in providers.Intent) *encoder {
	e := &encoder{
		opts:    o,
		in:      in,
		addrs:   providers.Held(in.Inventory),
		exempt:  unfilteredAddrs(),
		groupOf: map[model.Identity]int{},
		names:   namer{},
		grants:  map[grantKey][]model.Grant{},
	}
	e.out.Groups = map[model.Group]model.Selector{}
	return e
}

// grantsOf returns what the policy admits at id, and reports once what it
// could not tell.
func (e *encoder) grantsOf(id model.Identity, d model.Direction) []model.Grant {
	k := grantKey{id, d}
	if g, ok := e.grants[k]; ok {
		return g
	}
	g, fs := e.in.Policy.Grants(e.in.Inventory, id, d)
	e.grants[k] = g
	for _, f := range fs {
		e.report(f)
	}
	return g
}

// report adds a finding. What is said twice is said once, about all the
// connections that it affects.
func (e *encoder) report(f model.Finding) {
	for i, o := range e.findings {
		if o.Code == f.Code && o.Summary == f.Summary && o.Origin == f.Origin && o.Grade == f.Grade {
			e.findings[i].Affects = o.Affects.Union(f.Affects)
			return
		}
	}
	e.findings = append(e.findings, f)
}

// writeHead writes what the module needs and the variables that stand for what
// the site leaves open.
func (e *encoder) writeHead() {
	m := &e.out.Module
	m.TerraformVersion = ">= 1.5"
	m.Requirements = []terraform.Requirement{{Name: "aws", Source: "hashicorp/aws", Constraint: ">= 6.0, < 7.0"}}
	if e.in.Site.Network == "" {
		m.Variables = append(m.Variables, terraform.Variable{
			Name: "vpc_id", Type: "string", Description: "The VPC of the workloads.",
		})
	}
}

// add adds a resource, in the site's region where one is given.
func (e *encoder) add(r terraform.Resource) {
	if e.in.Site.Region != "" {
		r.Attrs = append([]terraform.Attr{{Name: "region", Value: terraform.String(e.in.Site.Region)}}, r.Attrs...)
	}
	e.out.Module.Resources = append(e.out.Module.Resources, r)
}

func (e *encoder) vpc() terraform.Value {
	if e.in.Site.Network != "" {
		return terraform.String(e.in.Site.Network)
	}
	return terraform.Ref("var.vpc_id")
}
