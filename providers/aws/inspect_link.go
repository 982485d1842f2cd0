package aws

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// learnRegions notes the region of each VPC: everything in a VPC is in its region (Amazon VPC user guide, VPC basics).
func (i *inspector) learnRegions() {
	i.regions = map[model.Group]string{}
	for _, r := range i.module.Resources {
		region := regionOf(r)
		if region == "" {
			continue
		}
		if name, why := i.nameIn(r.Get("vpc_id")); why == "" {
			i.regions[name] = region
		}
		if r.Type == "aws_vpc" || r.Type == "aws_default_vpc" {
			i.regions[i.nameOf(r)] = region
		}
	}
}

// regionOf is the region that a resource tells by itself; empty: it does not.
func regionOf(r terraform.Resource) string {
	if arn, ok := r.Get("arn").AsString(); ok {
		// arn:partition:service:region:account:resource (AWS general reference, Amazon Resource Names).
		if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && parts[3] != "" {
			return parts[3]
		}
	}
	if region, ok := r.Get("region").AsString(); ok && region != "" {
		return region
	}
	zone, _ := r.Get("availability_zone").AsString()
	return regionOfZone(zone)
}

// regionOfZone is the region of an availability zone, whose name is that of the region and a letter (Amazon EC2 user guide,
// regions and zones). Local and wavelength zones, whose names are longer, tell nothing.
func regionOfZone(zone string) string {
	if len(zone) < 2 || strings.Count(zone, "-") != 2 && !strings.HasPrefix(zone, "us-gov-") {
		return ""
	}
	last := zone[len(zone)-1]
	if last < 'a' || last > 'z' || zone[len(zone)-2] < '0' || zone[len(zone)-2] > '9' {
		return ""
	}
	return zone[:len(zone)-1]
}

// linkOf leads to an object in the console; empty where its id or region is not known.
func (i *inspector) linkOf(r terraform.Resource, o audit.Object) string {
	region := firstOf(regionOf(r), i.regions[o.Network], i.regions[o.Key])
	site := consoleOf(region)
	if o.ID == "" || site == "" {
		return ""
	}
	page, ok := map[audit.Kind]string{
		audit.SecurityGroup: "ec2/home?region=%R#SecurityGroup:groupId=",
		audit.InterfaceKind: "ec2/home?region=%R#NetworkInterface:networkInterfaceId=",
		audit.NetworkACL:    "vpcconsole/home?region=%R#NetworkAclDetails:networkAclId=",
		audit.SubnetKind:    "vpcconsole/home?region=%R#SubnetDetails:subnetId=",
		audit.NetworkKind:   "vpcconsole/home?region=%R#VpcDetails:VpcId=",
	}[o.Kind]
	if !ok || o.Kind == audit.InterfaceKind && !strings.HasPrefix(o.ID, "eni-") {
		return ""
	}
	return site + strings.ReplaceAll(page, "%R", region) + url.PathEscape(o.ID)
}

// regionName matches the code of a region: "eu-west-1" (AWS general reference, regional endpoints).
var regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)

// consoleOf is the address of the console of a region; empty where it is not known.
func consoleOf(region string) string {
	switch {
	case !regionName.MatchString(region), strings.Contains(region, "-iso"), strings.HasPrefix(region, "eusc-"):
		return "" // no region, whose words must not become those of another site, or one whose console's address is not known
	case strings.HasPrefix(region, "cn-"):
		return "https://" + region + ".console.amazonaws.cn/"
	case strings.HasPrefix(region, "us-gov-"):
		return "https://" + region + ".console.amazonaws-us-gov.com/"
	}
	return "https://" + region + ".console.aws.amazon.com/"
}
