package model

import (
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model/sharedtest"
)

// sharedCorpus returns the folder of collected configurations, next to the repository or where
// CROSSWALL_SHARED says, or skips the test.
func sharedCorpus(t *testing.T) string {
	t.Helper()
	return sharedtest.Path(t, "corpus")
}

// rawEntry is an entry of a network ACL as ec2:DescribeNetworkAcls gives it (EC2 API, NetworkAclEntry).
type rawEntry struct {
	RuleNumber               int
	Protocol, RuleAction     string
	CidrBlock, Ipv6CidrBlock string
	Egress                   bool
	PortRange                *struct{ From, To uint16 }
	IcmpTypeCode             *struct{ Type, Code int16 }
}

// rule reads an entry; 32767 is the default deny, which is not a rule (VPC user guide, network ACL rules).
func (e rawEntry) rule() (Rule, bool) {
	r := Rule{Priority: e.RuleNumber, Action: Deny}
	if e.RuleAction == "allow" {
		r.Action = Allow
	}
	p, err := netip.ParsePrefix(e.CidrBlock + e.Ipv6CidrBlock)
	if err != nil || e.RuleNumber >= 32767 {
		return r, false
	}
	r.Peer = At{Prefixes(p)}
	protocol := map[string]Protocol{"-1": AnyProtocol, "1": ICMP, "6": TCP, "17": UDP, "58": ICMPv6}[e.Protocol]
	s := AllTraffic()
	switch {
	case e.PortRange != nil:
		s = Ports(protocol, e.PortRange.From, e.PortRange.To)
	case e.IcmpTypeCode != nil:
		s = ICMPMessage(protocol, e.IcmpTypeCode.Type, e.IcmpTypeCode.Code)
	case e.Protocol != "-1":
		s = AllOf(protocol)
	}
	r.Traffic = Traffic{s}
	return r, true
}

// aclsIn returns the entries of each ACL in a JSON document, however deep.
func aclsIn(v any, found *[][]rawEntry) {
	switch v := v.(type) {
	case map[string]any:
		if entries, ok := v["Entries"].([]any); ok && v["NetworkAclId"] != nil {
			raw, _ := json.Marshal(entries)
			var es []rawEntry
			if json.Unmarshal(raw, &es) == nil {
				*found = append(*found, es)
			}
		}
		for _, child := range v {
			aclsIn(child, found)
		}
	case []any:
		for _, child := range v {
			aclsIn(child, found)
		}
	}
}

// corpusACLs returns the chains of all network ACLs of the corpus, one a direction.
func corpusACLs(t *testing.T) []Chain {
	t.Helper()
	var out []Chain
	err := filepath.WalkDir(sharedCorpus(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "NetworkAclId") {
			return err
		}
		var document any
		if !json.Valid(text) {
			return nil
		}
		if err := json.Unmarshal(text, &document); err != nil {
			return err
		}
		var acls [][]rawEntry
		aclsIn(document, &acls)
		for _, es := range acls {
			for _, egress := range []bool{false, true} {
				c := Chain{Order: FirstMatch, Default: Deny}
				for _, e := range es {
					if r, ok := e.rule(); ok && e.Egress == egress {
						c.Rules = append(c.Rules, r)
					}
				}
				out = append(out, c)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Network ACLs that people have run stay the same traffic, as they are and cut in pieces until they need 60 entries;
// and these shrink back to at most what they were cut from.
func TestRealNetworkACLsShrink(t *testing.T) {
	g := gen{rand.New(rand.NewPCG(1, 46))}
	chains := corpusACLs(t)
	if len(chains) == 0 {
		t.Skip("no network ACL in the corpus")
	}
	lists, before, after, cut := 0, 0, 0, 0
	for _, c := range chains {
		m := Minimise(c, MinimiseOptions{PerFamily: true})
		checkMinimised(t, c, m)
		before, after = before+m.Before, after+len(m.Entries)
		four := c.with(slices.DeleteFunc(slices.Clone(c.Rules), func(r Rule) bool {
			return !r.Peer.(At).Addrs.Prefixes()[0].Addr().Is4()
		}))
		if len(four.Rules) == 0 {
			continue
		}
		pieces := g.fragment(four, 60)
		short := Minimise(pieces, MinimiseOptions{})
		checkMinimised(t, pieces, short)
		if len(short.Entries) > 39 || len(short.Entries) > len(four.Rules) {
			t.Errorf("%d entries, which %d say too, are %d still:\n%s", len(pieces.Rules), len(four.Rules), len(short.Entries), listed(four.Rules))
		}
		lists, cut = lists+1, cut+len(short.Entries)-short.LowerBound
	}
	t.Logf("%d lists of %d entries are %d; cut in 60 pieces each, %d lists are %d entries above their lower bounds in all", len(chains), before, after, lists, cut)
}
