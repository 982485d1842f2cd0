package gcp

import (
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// ruleQuotas counts what a rule may hold, of the fullest VPC firewall rule.
func (i *inspector) ruleQuotas(rules []terraform.Resource) []audit.Quota {
	c := counter{inspector: i, most: map[string]counted{}}
	for _, r := range rules {
		c.list(r, r.Body, quotaSourceRanges, "source_ranges")
		c.list(r, r.Body, quotaDestinationRanges, "destination_ranges")
		c.list(r, r.Body, quotaSourceTags, "source_tags")
		c.list(r, r.Body, quotaTargetTags, "target_tags")
		c.list(r, r.Body, quotaServiceAccounts, "source_service_accounts")
		c.list(r, r.Body, quotaServiceAccounts, "target_service_accounts")
		c.ports(r, r.Body, "allow", "deny")
	}
	return c.quotas()
}

// policyQuotas counts what a rule may hold, of the fullest rule of a firewall policy.
func (i *inspector) policyQuotas(rules []terraform.Resource) []audit.Quota {
	c := counter{inspector: i, most: map[string]counted{}}
	for _, r := range rules {
		c.count(r, quotaSecureTags, len(r.BlocksOf("target_secure_tags")))
		for _, m := range r.BlocksOf("match") {
			c.list(r, m.Body, quotaSourceRanges, "src_ip_ranges")
			c.list(r, m.Body, quotaDestinationRanges, "dest_ip_ranges")
			c.count(r, quotaSecureTags, len(m.Body.BlocksOf("src_secure_tags")))
		}
	}
	return c.quotas()
}

// counted is a count of the rule that has most.
type counted struct {
	used int
	rule string
}

// counter counts what rules hold.
type counter struct {
	*inspector
	most map[string]counted
}

func (c *counter) count(r terraform.Resource, quota string, n int) {
	if n > c.most[quota].used {
		c.most[quota] = counted{n, labelOf(r)}
	}
}

func (c *counter) list(r terraform.Resource, b terraform.Body, quota, attr string) {
	items, _ := c.resolve(b.Get(attr)).AsList()
	c.count(r, quota, len(items))
}

func (c *counter) ports(r terraform.Resource, b terraform.Body, types ...string) {
	n := 0
	for _, typ := range types {
		for _, k := range b.BlocksOf(typ) {
			items, _ := c.resolve(k.Body.Get("ports")).AsList()
			n += len(items)
		}
	}
	c.count(r, quotaPorts, n)
}

// quotas returns the counts of what some rule has, with the rule that has most of it.
func (c *counter) quotas() []audit.Quota {
	var out []audit.Quota
	for _, q := range quotaLimits() {
		if n := c.most[q.Name]; n.used > 0 {
			out = append(out, audit.Quota{Name: q.Name + " (" + n.rule + ")", Used: n.used, Limit: q.Limit})
		}
	}
	return out
}
