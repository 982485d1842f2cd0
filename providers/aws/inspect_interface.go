package aws

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

const natType = "aws_nat_gateway"

// natSort is what sort of interface a NAT gateway has, in the words of EC2.
const natSort = "nat_gateway"

// keyOf is what the estate calls something with security groups: what selectors call its resource, and the way
// to the block that lists them.
func (i *inspector) keyOf(w wearer) model.Group {
	r, path := i.resourceOf(w)
	if r.Type == "" {
		return model.Group(firstOf(w.Address, w.ID))
	}
	if path != "" {
		return i.nameOf(r) + model.Group(" "+path)
	}
	return i.nameOf(r)
}

// resourceOf returns the resource of a wearer and the way to its block; empty where it is the resource itself.
func (i *inspector) resourceOf(w wearer) (terraform.Resource, string) {
	if w.Address == "" {
		return i.made[model.Group(w.ID)], ""
	}
	if i.byAddress == nil {
		i.byAddress = map[string]terraform.Resource{}
		for _, r := range i.module.Resources {
			if !isGroupRule(r.Type) {
				i.byAddress[r.Address()] = r
			}
		}
	}
	if r, ok := i.byAddress[w.Address]; ok {
		return r, ""
	}
	at := strings.LastIndex(w.Address, " ")
	if at < 0 {
		return terraform.Resource{}, ""
	}
	return i.byAddress[w.Address[:at]], w.Address[at+1:]
}

// sortOf is what sort of thing a wearer is: the type that EC2 gives an interface, or that of its resource.
func (i *inspector) sortOf(w wearer) string {
	r, _ := i.resourceOf(w)
	if typ, ok := r.Get("interface_type").AsString(); ok && typ != "" {
		if typ == "natGateway" { // which EC2 spells in two ways (EC2 API, NetworkInterface, interfaceType)
			typ = natSort
		}
		return typ
	}
	return r.Type
}

// inspectInterfaces describes what has security groups, and NAT gateways.
func (i *inspector) inspectInterfaces() {
	public := i.elasticIPs()
	for _, w := range i.worn {
		r, path := i.resourceOf(w)
		if r.Type == "" {
			continue
		}
		x := audit.Interface{Object: i.object(r, audit.InterfaceKind), Addrs: w.Addrs, What: i.sortOf(w), Owner: ownerOf(r), Firewalls: w.groups}
		x.Key = i.keyOf(w)
		if path != "" {
			x.Origin.Path, x.Address = path, x.Address+" "+path
		} else if isLive(r) && w.Label != r.Name {
			x.Name = strings.TrimSuffix(w.Label, " ("+r.Name+")")
		}
		if w.Unsure != "" && !(isLive(r) && len(w.groups) == 0 && w.Unsure == groupsNotGiven) {
			x.NotAll = w.Unsure
		}
		i.finish(&x, r, path, public)
	}
	for _, r := range i.module.Resources {
		if r.Type == natType {
			x := audit.Interface{Object: i.object(r, audit.InterfaceKind), What: natSort}
			i.finish(&x, r, "", public)
		}
	}
}

// finish adds an interface with where it is, and whether it is public.
func (i *inspector) finish(x *audit.Interface, r terraform.Resource, path string, public map[string]bool) {
	body := r.Body
	if path != "" {
		for _, b := range bodiesOf(r) {
			if b.path == path {
				body = b.Body
			}
		}
	}
	for _, attr := range []string{"subnet_id", "subnet_ids", "subnets"} {
		for _, v := range valuesOf(body.Get(attr)) {
			if name, why := i.nameIn(v); why == "" {
				x.Subnets = append(x.Subnets, name)
			}
		}
	}
	x.Public, x.IsPublic = publicOf(*x, r, body)
	if public[r.Address()] || public[x.ID] && x.ID != "" {
		x.IsPublic = audit.Yes
	}
	if x.What == natSort { // nobody can open a connection through one from outside (Amazon VPC user guide, NAT gateways)
		x.IsPublic = audit.No
	}
	if check, ok := r.Get("source_dest_check").AsBool(); ok {
		x.Forwards = audit.FlagOf(!check)
	}
	slices.Sort(x.Subnets)
	x.Subnets = slices.Compact(x.Subnets)
	if x.Network == "" && len(x.Subnets) > 0 {
		x.Network = i.networks[x.Subnets[0]]
	}
	if x.IsPublic == audit.Unknown && r.Type == instanceType {
		x.IsPublic = i.givenPublic(*x, r)
	}
	i.estate.Interfaces = append(i.estate.Interfaces, *x)
}

// givenPublic says whether an instance gets a public address from its subnet, where it says nothing itself (Amazon VPC user
// guide, IP addressing for your VPCs and subnets).
func (i *inspector) givenPublic(x audit.Interface, r terraform.Resource) audit.Flag {
	if !r.Get("associate_public_ip_address").IsNull() || len(x.Subnets) != 1 {
		return audit.Unknown
	}
	for _, n := range i.estate.Subnets {
		if n.Key == x.Subnets[0] && n.GivesPublic == audit.Yes {
			return audit.Yes
		}
	}
	return audit.Unknown
}

// publicOf returns the public addresses of an interface, and whether it has one.
func publicOf(x audit.Interface, r terraform.Resource, body terraform.Body) (model.AddrSet, audit.Flag) {
	var addrs []netip.Addr
	note := func(v terraform.Value) {
		text, _ := v.AsString()
		if a, err := netip.ParseAddr(text); err == nil {
			addrs = append(addrs, a)
		}
	}
	for _, b := range r.BlocksOf("association") {
		note(b.Body.Get("public_ip"))
	}
	note(r.Get("public_ip"))
	six := x.Addrs.V6().Intersect(audit.Internet())
	if found := model.Addrs(addrs...).Union(six); !found.IsEmpty() {
		return found, audit.Yes
	}
	flag := func(v terraform.Value, unset, is audit.Flag) audit.Flag {
		b, ok := v.AsBool()
		switch {
		case ok && b:
			return is
		case ok && is == audit.Yes:
			return audit.No
		case ok:
			return audit.Yes
		case v.IsNull():
			return unset
		}
		return audit.Unknown
	}
	switch r.Type {
	case interfaceType:
		if isLive(r) {
			return model.AddrSet{}, audit.No
		}
	case instanceType:
		if text, ok := r.Get("public_ip").AsString(); ok && text == "" {
			return model.AddrSet{}, audit.No // as it was read back
		}
		// An address may be attached elsewhere to one that gets none by itself.
		if is := flag(r.Get("associate_public_ip_address"), audit.Unknown, audit.Yes); is == audit.Yes {
			return model.AddrSet{}, is
		}
	case "aws_lb", "aws_alb", "aws_elb":
		return model.AddrSet{}, flag(r.Get("internal"), audit.Yes, audit.No)
	case "aws_db_instance", "aws_rds_cluster_instance":
		return model.AddrSet{}, flag(r.Get("publicly_accessible"), audit.No, audit.Yes)
	case "aws_redshift_cluster", "aws_dms_replication_instance", "aws_mq_broker":
		return model.AddrSet{}, flag(r.Get("publicly_accessible"), audit.Unknown, audit.Yes)
	case "aws_ecs_service":
		return model.AddrSet{}, flag(body.Get("assign_public_ip"), audit.No, audit.Yes)
	case "aws_lambda_function", "aws_elasticache_cluster", "aws_elasticache_replication_group", "aws_vpc_endpoint", "aws_efs_mount_target":
		return model.AddrSet{}, audit.No
	}
	return model.AddrSet{}, audit.Unknown
}

// elasticIPs returns what elastic addresses are attached to, by address or id.
func (i *inspector) elasticIPs() map[string]bool {
	out := map[string]bool{}
	for _, r := range i.module.Resources {
		if r.Type != "aws_eip" && r.Type != "aws_eip_association" || r.Uncertain != "" {
			continue
		}
		for _, attr := range []string{"instance", "instance_id", "network_interface", "network_interface_id"} {
			v := r.Get(attr)
			if ref, ok := v.AsRef(); ok {
				out[strings.TrimSuffix(strings.TrimSuffix(ref, ".primary_network_interface_id"), ".id")] = true
			} else if id, ok := v.AsString(); ok && id != "" {
				out[id] = true
			}
		}
	}
	return out
}

// ownerOf is the service that made an interface: who asked for it or, where that is an account, what its description
// begins with. These are the descriptions that the services write. Empty: a user, or not known.
func ownerOf(r terraform.Resource) string {
	if id, _ := r.Get("requester_id").AsString(); strings.HasPrefix(id, "amazon-") {
		return id
	}
	description, _ := r.Get("description").AsString()
	for _, s := range []struct{ prefix, owner string }{
		{"ELB ", "amazon-elb"}, {"RDSNetworkInterface", "amazon-rds"}, {"RedshiftNetworkInterface", "amazon-redshift"},
		{"ElastiCache ", "amazon-elasticache"}, {"ES ", "amazon-elasticsearch"}, {"AWS Lambda VPC ENI", "amazon-lambda"},
		{"Interface for NAT Gateway", "amazon-nat"}, {"VPC Endpoint Interface", "amazon-vpce"}, {"EFS mount target", "amazon-efs"},
		{"Amazon EKS ", "amazon-eks"}, {"DMSNetworkInterface", "amazon-dms"}, {"arn:aws:ecs:", "amazon-ecs"},
	} {
		if strings.HasPrefix(description, s.prefix) && r.Type == interfaceType && isLive(r) {
			return s.owner
		}
	}
	return ""
}
