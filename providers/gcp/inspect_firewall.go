package gcp

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// inspectFirewalls describes the VPC firewall of each network: its rules, and the implied ones after them.
func (i *inspector) inspectFirewalls() {
	rules := map[string][]terraform.Resource{}
	for _, r := range i.module.Resources {
		if r.Type == typeFirewall {
			key := i.networkOf(r.Get("network"), r)
			rules[key] = append(rules[key], r)
		}
	}
	for _, key := range sortedKeys(i.networks) {
		if key == "" && len(rules[key]) == 0 {
			continue
		}
		name := "VPC firewall of " + i.networkLabel(key)
		f := audit.Firewall{State: model.Stateful, Loose: true, Standard: audit.No, Target: networkGroup(key),
			Object:  audit.Object{Provider: "gcp", Kind: audit.FirewallRules, Key: model.Group("firewall of " + key), Name: name, Network: networkGroup(key)},
			Partial: i.lost(typeFirewall, key), NotAll: i.lost(typeInstance, key)}
		f.Origin = i.originOfNetwork(key, rules[key])
		for _, r := range rules[key] {
			f.Rules = append(f.Rules, i.firewallRules(r)...)
		}
		f.Rules = onceTold(f.Rules)
		for _, dir := range []model.Direction{model.Ingress, model.Egress} {
			s := i.stagesOf(key, dir)
			chains := []model.Chain{s.vpc(i.networks[key]), s.implied()}
			if f.Ingress == nil && dir == model.Ingress {
				f.Ingress = chains
				continue
			}
			f.Egress = chains
		}
		f.Quotas = i.ruleQuotas(rules[key])
		i.put(f, placed{network: key})
	}
}

// onceTold leaves out rules that were told before: of what was read twice with different content.
func onceTold(rules []audit.Rule) []audit.Rule {
	type place struct {
		direction model.Direction
		origin    model.Origin
	}
	told := map[place]bool{}
	return slices.DeleteFunc(rules, func(r audit.Rule) bool {
		at := place{r.Direction, r.Origin}
		again := told[at]
		told[at] = true
		return again
	})
}

// originOfNetwork is that of a network, or of the first of the rules that name it.
func (i *inspector) originOfNetwork(key string, rules []terraform.Resource) model.Origin {
	if n := i.networks[key]; n.declared != nil {
		return originOf(*n.declared)
	}
	if len(rules) > 0 {
		return originOf(rules[0])
	}
	return model.Origin{Object: i.networkLabel(key)}
}

// firewallRules tells of a VPC firewall rule, once for each direction that it may be about.
func (i *inspector) firewallRules(r terraform.Resource) []audit.Rule {
	rd := i.reader(r)
	told := i.rule(r, rd)
	told.Priority = rd.priority(usualPriority, lastVPCPriority)
	told.Logged, told.Traits = i.logged(r)
	told.Traits = append(told.Traits, hostBits(i, r.Body, "source_ranges", "destination_ranges")...)
	told.Traits = append(told.Traits, i.portZero(r.Body, "allow", "deny")...)
	var out []audit.Rule
	for _, dir := range rd.directions() {
		one := told
		one.Direction = dir
		one.Traits = append(slices.Clone(told.Traits), i.peerTraits(r, dir)...)
		out = append(out, one)
	}
	return out
}

// rule is what is told of a rule of either kind.
func (i *inspector) rule(r terraform.Resource, rd *ruleReader) audit.Rule {
	told := audit.Rule{Origin: originOf(r), Link: consoleLink(r), Description: i.textOf(r.Get("description")), Disabled: rd.disabled()}
	told.ID, _ = r.Get("id").AsString()
	told.ID = pathOf(told.ID)
	told.Name, _ = i.resolve(r.Get("name")).AsString()
	return told
}

// logged says whether a VPC rule is logged: it is where it has log_config, or enable_logging of older providers (provider
// hashicorp/google, google_compute_firewall).
func (i *inspector) logged(r terraform.Resource) (audit.Flag, []audit.Trait) {
	blocks := r.BlocksOf("log_config")
	switch {
	case len(blocks) > 0:
		if metadata, _ := i.resolve(blocks[0].Body.Get("metadata")).AsString(); metadata == "EXCLUDE_ALL_METADATA" {
			return audit.Yes, []audit.Trait{{Code: audit.LogsTrimmed, Text: "its logs leave out metadata: which rule, machines and networks they are about"}}
		}
		return audit.Yes, nil
	case r.Open("log_config"):
		return audit.Unknown, nil
	}
	return i.flagOf(r.Get("enable_logging"), audit.No), nil
}

// peerTraits tells how the peers of a VPC rule are written in a direction. Those of ingress are ranges, tags and accounts, of which one
// that matches is enough; where there is none, every IPv4 address is (compute API, Firewall.SourceRanges).
func (i *inspector) peerTraits(r terraform.Resource, dir model.Direction) []audit.Trait {
	ranges, marks := i.given(r, vpcEnds(dir).peer), audit.No
	if dir == model.Ingress {
		tags, accounts := i.given(r, "source_tags"), i.given(r, "source_service_accounts")
		if marks = max(tags, accounts); marks != audit.Yes && min(tags, accounts) == audit.Unknown {
			marks = audit.Unknown
		}
	}
	switch {
	case ranges == audit.No && marks == audit.No:
		return []audit.Trait{{Code: audit.PeersOmitted, Text: vpcEnds(dir).peer + " is not given, for which Google Cloud takes every address"}}
	case ranges == audit.Yes && marks == audit.Yes:
		what := "source_tags"
		if i.given(r, what) != audit.Yes {
			what = "source_service_accounts"
		}
		return []audit.Trait{{Code: audit.PeersJoined, Text: "a source in source_ranges or with one of " + what + " is enough; it need not be both"}}
	}
	return nil
}

// given says whether a list has anything in it.
func (i *inspector) given(r terraform.Resource, attr string) audit.Flag {
	v := i.resolve(r.Get(attr))
	if v.IsComputed() {
		return audit.Unknown
	}
	items, ok := v.AsList()
	if !ok {
		return audit.Unknown
	}
	return audit.FlagOf(len(items) > 0)
}

// hostBits tells of CIDR blocks in lists that have bits beyond their prefix length, and of lists that are everybody in pieces.
func hostBits(i *inspector, b terraform.Body, attrs ...string) []audit.Trait {
	var out []audit.Trait
	for _, attr := range attrs {
		items, _ := i.resolve(b.Get(attr)).AsList()
		var blocks []netip.Prefix
		for _, v := range items {
			text, _ := i.resolve(v).AsString()
			p, err := netip.ParsePrefix(text)
			if err != nil {
				continue
			}
			blocks = append(blocks, p)
			if p != p.Masked() {
				out = append(out, audit.Trait{Code: audit.HostBits, Text: fmt.Sprintf("%s in %s is %s", text, attr, p.Masked())})
			}
		}
		if t, split := audit.SplitTrait(blocks); split {
			out = append(out, t)
		}
	}
	return out
}

// portZero tells of blocks of some types with port 0, which is that port alone.
func (i *inspector) portZero(b terraform.Body, types ...string) []audit.Trait {
	for _, typ := range types {
		for _, k := range b.BlocksOf(typ) {
			ports, _ := i.resolve(k.Body.Get("ports")).AsList()
			for _, v := range ports {
				if s, _ := text(i.resolve(v)); strings.TrimSpace(s) == "0" || strings.TrimSpace(s) == "0-0" {
					return []audit.Trait{{Code: audit.PortZero, Text: "port " + s + " is port 0 alone; a rule without ports is about all of them"}}
				}
			}
		}
	}
	return nil
}
