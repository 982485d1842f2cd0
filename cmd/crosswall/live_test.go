package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptEC2 runs "ec2" or "ec2 denied": an EC2 API on this machine, until the script ends. Each region has one VPC with one
// group; in us-west-2 nothing may be read, and in ap-south-1 no network ACL; denied, nothing anywhere.
func scriptEC2(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: ec2 [denied]")
	}
	answer := answerEC2
	if len(args) == 1 {
		answer = denyEC2
	}
	server := httptest.NewServer(http.HandlerFunc(answer))
	ts.Defer(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-to-be-seen",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "eu-west-1", "HOME": ts.MkAbs("."),
	} {
		ts.Setenv(name, value)
	}
}

// answerEC2 speaks the EC2 query protocol (Amazon EC2 API reference, query requests).
func answerEC2(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	action := r.Form.Get("Action")
	region := "eu-west-1"
	if _, scope, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok { // KEY/DATE/REGION/ec2/aws4_request
		if parts := strings.Split(scope, "/"); len(parts) > 2 {
			region = parts[2]
		}
	}
	if region == "us-west-2" || region == "ap-south-1" && action == "DescribeNetworkAcls" {
		denyEC2(w, r)
		return
	}
	body := map[string]string{
		"DescribeRegions": `<regionInfo><item><regionName>eu-west-1</regionName><optInStatus>opt-in-not-required</optInStatus></item>` +
			`<item><regionName>us-west-2</regionName><optInStatus>opted-in</optInStatus></item><item><regionName>ap-south-1</regionName><optInStatus>opted-in</optInStatus></item></regionInfo>`,
		"DescribeVpcs":    `<vpcSet><item><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock><ownerId>111122223333</ownerId></item></vpcSet>`,
		"DescribeSubnets": `<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><cidrBlock>10.0.1.0/24</cidrBlock></item></subnetSet>`,
		"DescribeNetworkAcls": `<networkAclSet><item><networkAclId>acl-1</networkAclId><vpcId>vpc-1</vpcId><default>true</default>` +
			`<entrySet>` + aclEntries() + `</entrySet><associationSet><item><networkAclAssociationId>a-1</networkAclAssociationId><networkAclId>acl-1</networkAclId><subnetId>subnet-1</subnetId></item></associationSet></item></networkAclSet>`,
		"DescribeSecurityGroups": `<securityGroupInfo><item><ownerId>111122223333</ownerId><groupId>sg-0a1</groupId><groupName>web</groupName><groupDescription>web</groupDescription><vpcId>vpc-1</vpcId>` +
			`<ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item></ipPermissions></item></securityGroupInfo>`,
		"DescribeSecurityGroupRules": `<securityGroupRuleSet><item><securityGroupRuleId>sgr-1</securityGroupRuleId><groupId>sg-0a1</groupId><groupOwnerId>111122223333</groupOwnerId>` +
			`<isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort><cidrIpv4>0.0.0.0/0</cidrIpv4></item></securityGroupRuleSet>`,
	}[action]
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, `<%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>%s</%sResponse>`, action, body, action)
}

// denyEC2 answers as to somebody without permissions.
func denyEC2(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(w, `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation.</Message></Error></Errors><RequestID>r</RequestID></Response>`)
}

// aclEntries are those of a default network ACL.
func aclEntries() string {
	var b strings.Builder
	for _, egress := range []string{"true", "false"} {
		fmt.Fprintf(&b, `<item><ruleNumber>100</ruleNumber><protocol>-1</protocol><ruleAction>allow</ruleAction><egress>%s</egress><cidrBlock>0.0.0.0/0</cidrBlock></item>`, egress)
		fmt.Fprintf(&b, `<item><ruleNumber>32767</ruleNumber><protocol>-1</protocol><ruleAction>deny</ruleAction><egress>%s</egress><cidrBlock>0.0.0.0/0</cidrBlock></item>`, egress)
	}
	return b.String()
}
