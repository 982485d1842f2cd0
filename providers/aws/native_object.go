package aws

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The objects of the EC2 API as its command line tool prints them, as far as they have a bearing (EC2
// API reference, data types). What is absent is nil or empty.

type nativeTag struct{ Key, Value string }

type nativeGroup struct {
	GroupId, GroupName, Description, VpcId, OwnerId, SecurityGroupArn string
	Tags                                                              []nativeTag
	// Nil: not printed, so that the rules are not known.
	IpPermissions, IpPermissionsEgress *[]json.RawMessage
}

// ipPermission is a bundle: each peer in it is a rule.
type ipPermission struct {
	IpProtocol       string
	FromPort, ToPort *int32
	IpRanges         []struct{ CidrIp, Description string }
	Ipv6Ranges       []struct{ CidrIpv6, Description string }
	PrefixListIds    []struct{ PrefixListId, Description string }
	UserIdGroupPairs []groupPair
}

// groupPair names a security group as a peer.
type groupPair struct {
	GroupId, GroupName, UserId, VpcId, VpcPeeringConnectionId, PeeringStatus, Description string
}

type nativeGroupRule struct {
	SecurityGroupRuleId, GroupId, GroupOwnerId, IpProtocol string
	SecurityGroupRuleArn, Description                      string
	IsEgress                                               *bool
	FromPort, ToPort                                       *int32
	CidrIpv4, CidrIpv6, PrefixListId                       *string
	ReferencedGroupInfo                                    *groupPair
	Tags                                                   []nativeTag
}

type nativeStale struct {
	GroupId                                      string
	StaleIpPermissions, StaleIpPermissionsEgress []stalePermission
}

type stalePermission struct {
	IpProtocol       string
	FromPort, ToPort *int32
	UserIdGroupPairs []groupPair
}

// peeredVPC is one side of a VPC peering connection. The sets have all blocks, the first included.
type peeredVPC struct {
	VpcId, CidrBlock string
	CidrBlockSet     []struct{ CidrBlock string }
	Ipv6CidrBlockSet []struct{ Ipv6CidrBlock string }
}

type nativePeering struct {
	VpcPeeringConnectionId            string
	RequesterVpcInfo, AccepterVpcInfo peeredVPC
	Status                            struct{ Code string }
}

type nativeList struct {
	PrefixListId, PrefixListName, AddressFamily, OwnerId string
	// MaxEntries is how many entries the list may have; lists of AWS do not say.
	MaxEntries *int32
	Tags       []nativeTag
	// Cidrs are the addresses of a list of AWS; nil: not printed, as for all lists by
	// describe-managed-prefix-lists.
	Cidrs *[]string
}

type nativeListEntry struct{ PrefixListId, Cidr, Description string }

type nativeACL struct {
	NetworkAclId, VpcId, OwnerId string
	IsDefault                    *bool
	// Nil: not printed, so that its subnets are not known.
	Associations *[]struct{ SubnetId string }
	// Nil: not printed, so that the entries are not known.
	Entries *[]json.RawMessage
	Tags    []nativeTag
}

type nativeEntry struct {
	CidrBlock, Ipv6CidrBlock         *string
	Egress                           *bool
	IcmpTypeCode                     *struct{ Code, Type *int64 }
	PortRange                        *struct{ From, To *int64 }
	Protocol, RuleAction, RuleNumber any // text and number; whatever else is unknown
}

type nativeVPC struct {
	VpcId, CidrBlock string
	IsDefault        *bool
	// The sets have every block, that of CidrBlock included.
	CidrBlockAssociationSet     []struct{ CidrBlock string }
	Ipv6CidrBlockAssociationSet []struct{ Ipv6CidrBlock string }
	BlockPublicAccessStates     blockPublicAccess
	Tags                        []nativeTag
}

// blockPublicAccess says whether internet gateways are kept from a VPC or subnet.
type blockPublicAccess struct{ InternetGatewayBlockMode string }

type nativeSubnet struct {
	SubnetId, VpcId, AvailabilityZone string
	CidrBlock                         *string
	MapPublicIpOnLaunch               *bool
	// Ipv6Native is whether the subnet has IPv6 alone.
	Ipv6Native                  bool
	Ipv6CidrBlockAssociationSet []struct {
		Ipv6CidrBlock      string
		Ipv6CidrBlockState struct{ State string }
	}
	BlockPublicAccessStates blockPublicAccess
	Tags                    []nativeTag
}

// publicAddress is the public address that a private one is translated to; empty: there is none.
type publicAddress struct{ PublicIp string }

type nativeInterface struct {
	NetworkInterfaceId, SubnetId, VpcId, Description, InterfaceType, RequesterId, AvailabilityZone string
	SourceDestCheck                                                                                *bool
	Association                                                                                    publicAddress
	// Nil: not printed, so that they are not known.
	Groups             *[]struct{ GroupId, GroupName string }
	PrivateIpAddress   string
	PrivateIpAddresses []struct {
		PrivateIpAddress string
		Association      publicAddress
	}
	Ipv6Addresses []struct{ Ipv6Address string }
	Ipv4Prefixes  []struct{ Ipv4Prefix string }
	Ipv6Prefixes  []struct{ Ipv6Prefix string }
	TagSet        []nativeTag
}

type nativeReservation struct {
	ReservationId string
	Instances     []struct {
		InstanceId        string
		NetworkInterfaces []nativeInterface
	}
}

// eachPart reads rules or entries, in which every field counts: why is not empty where a part
// has a field that is not known, or cannot be read; nothing of it is then to be relied on
// alone. One decoder reads them all, because there may be hundreds of thousands.
func eachPart[T any](parts []json.RawMessage, f func(i int, part T, why string)) {
	var dec *json.Decoder
	end := int64(0) // of the part, in what dec reads
	for i, raw := range parts {
		if dec == nil {
			dec = json.NewDecoder(&joined{parts: parts[i:]})
			dec.DisallowUnknownFields()
			end = 0
		}
		end += int64(len(raw)) + 1
		var x T
		err := dec.Decode(&x)
		// Text that is not one value would shift what is behind it.
		whole := dec.InputOffset() < end && dec.InputOffset() >= end-int64(len(raw))
		if whole && err == nil {
			f(i, x, "")
			continue
		}
		if !whole || !isUnknownField(err) {
			dec = nil
		}
		var again T
		why := readPart(raw, &again)
		f(i, again, why)
	}
}

// joined is JSON texts one after the other, on lines of their own.
type joined struct {
	parts []json.RawMessage
	at    int
}

// Read reads on.
func (j *joined) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && len(j.parts) > 0 {
		part := j.parts[0]
		if j.at < len(part) {
			c := copy(p[n:], part[j.at:])
			n, j.at = n+c, j.at+c
			continue
		}
		p[n] = '\n'
		n++
		j.parts, j.at = j.parts[1:], 0
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func isUnknownField(err error) bool {
	return strings.HasPrefix(err.Error(), "json: unknown field ")
}

// readPart reads one part, as [eachPart] does.
func readPart(raw json.RawMessage, into any) (why string) {
	if !json.Valid(raw) {
		return "it cannot be read: it is no JSON"
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		return ""
	}
	if isUnknownField(err) {
		field := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		if err = json.Unmarshal(raw, into); err == nil {
			return "it has the field " + field + ", which is not known here"
		}
	}
	return "it cannot be read: " + jsonFault(err)
}

// jsonFault says what is wrong with JSON, without the names of Go types.
func jsonFault(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		return fmt.Sprintf("%s is a %s", t.Field, t.Value)
	}
	return err.Error()
}
