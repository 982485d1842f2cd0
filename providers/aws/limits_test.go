package aws_test

import (
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
)

// proof shows that a cell of the support matrix is right. Exactly one field is
// set.
type proof struct {
	exact *world // written and read back without any difference
	loss  *world // encoding reports the loss of code
	code  string
	// opens is a policy whose ACLs alone admit more than was asked for: what
	// an approximate ACL cell means.
	opens *world
	// words is why no translation can meet the case.
	words string
}

func exactly(w world) proof            { return proof{exact: &w} }
func loses(code string, w world) proof { return proof{loss: &w, code: code} }
func overAdmits(w world) proof         { return proof{opens: &w} }
func because(s string) proof           { return proof{words: s} }

// tiered is a policy with an admin tier over the shop's ingress.
func tiered(tier ...model.Rule) world {
	w := shopIPv4(in("back", "front", tcp(80)), in("back", "data", tcp(80)))
	w.tier = tier
	return w
}

func tier(a model.Action, from model.Identity, s model.Service) model.Rule {
	return model.Rule{Action: a, Peer: model.Identities{from}, Target: model.Identities{"back"}, Traffic: model.Traffic{s}}
}

// onNodes is the same policy with security groups on nodes that all segments share.
func onNodes(w world) world {
	w.site.Cluster = "eks"
	return oneSubnet(w)
}

// proofs has a proof for every cell of cloud-semantics section 11, by enforcer.
func proofs() map[string]map[providers.Feature]proof {
	web := shop(in("back", "front", tcp(80)), out("front", "back", tcp(80)))
	sctpWorld := shop(in("back", "front", sctp(9)))
	except := shop(in("front", "192.0.2.0/25 192.0.2.192/26", tcp(443)))
	block := shop(in("front", "192.0.2.0/24", tcp(443)))
	denyAll := shop(deny(model.Ingress, "back"), deny(model.Egress, "back"))
	anyProtocol := shop(in("back", "front", anything()))
	union := shop(in("back", "front", tcp(80)), in("back", "data", tcp(81)), in("back", "192.0.2.0/24", tcp(82)))
	six := shop(in("front", "2001:db8::/32", tcp(443)))
	named := shop(in("back", "front", tcp(8080)), in("data", "front", tcp(9090)))
	self := shop(in("back", "back", tcp(7946)))
	adminDeny := tiered(tier(model.Deny, "front", tcp(80)))
	adminPass := tiered(tier(model.Pass, "front", tcp(80)), tier(model.Deny, "front", anything()))
	adminAccept := tiered(tier(model.Allow, "front", tcp(81)))
	onOneNode := loses("pods-on-one-node", onNodes(shop(in("back", "front", tcp(80)))))
	apart := func(w world) proof { w.site.Cluster = "eks"; return exactly(solo(w)) } // a subnet, and so nodes of its own, for each segment
	noNames := because("a model.Policy has no selector for names: the sources refuse them before")
	return map[string]map[providers.Feature]proof{
		"security group for pods (strict)": {
			providers.SubjectSelector: exactly(web), providers.PeerSelector: exactly(web),
			providers.IPBlock: exactly(block), providers.Except: exactly(except), providers.PortRanges: exactly(shop(in("back", "front", ports(8000, 8100)))),
			providers.NamedPort: exactly(named), providers.SCTPPort: loses("sctp-ports", sctpWorld), providers.AnyTraffic: exactly(anyProtocol),
			providers.EgressAllow: exactly(shop(out("front", "back", tcp(80)))), providers.DefaultDeny: exactly(denyAll), providers.IPv6: exactly(six),
			providers.UnionOfPolicies: exactly(union), providers.Replies: exactly(web), providers.SameNode: exactly(strictPods(self)),
			providers.AdminDeny: exactly(adminDeny), providers.AdminPass: exactly(adminPass), providers.AdminAccept: exactly(adminAccept),
			providers.DomainNames: noNames,
		},
		"security group on nodes": {
			providers.SubjectSelector: onOneNode, providers.PeerSelector: onOneNode,
			providers.IPBlock: apart(block), providers.Except: apart(except), providers.PortRanges: apart(shop(in("back", "front", ports(8000, 8100)))),
			providers.NamedPort: loses("pods-on-one-node", onNodes(named)), providers.SCTPPort: loses("sctp-ports", sctpWorld), providers.AnyTraffic: apart(anyProtocol),
			providers.EgressAllow: loses("pods-on-one-node", onNodes(shop(out("front", "back", tcp(80))))),
			providers.DefaultDeny: loses("pods-on-one-node", onNodes(denyAll)), providers.IPv6: apart(six),
			providers.UnionOfPolicies: apart(union), providers.Replies: apart(web), providers.SameNode: loses("pods-on-one-node", onNodes(self)),
			providers.AdminDeny: apart(adminDeny), providers.AdminPass: apart(adminPass), providers.AdminAccept: apart(adminAccept),
			providers.DomainNames: noNames,
		},
		"network ACL": {
			providers.SubjectSelector: overAdmits(onNodes(web).add(deny(model.Ingress, "data"), deny(model.Ingress, "front"), out("back", "192.0.2.0/24", tcp(25)), deny(model.Egress, "data"))),
			providers.PeerSelector:    overAdmits(shared(shop(in("back", "front", tcp(80)), deny(model.Egress, "back")))),
			providers.IPBlock:         exactly(block), providers.Except: exactly(except), providers.PortRanges: exactly(shop(in("back", "front", ports(8000, 8100)))),
			providers.NamedPort: overAdmits(oneSubnet(named)), providers.SCTPPort: loses("sctp-ports", sctpWorld), providers.AnyTraffic: exactly(anyProtocol),
			providers.EgressAllow: overAdmits(oneSubnet(shop(out("front", "192.0.2.0/24", tcp(80)), deny(model.Egress, "back"), deny(model.Egress, "data")))),
			providers.DefaultDeny: exactly(denyAll), providers.IPv6: exactly(six), providers.UnionOfPolicies: exactly(union),
			providers.Replies:   overAdmits(shop(in("back", "front", tcp(80)), deny(model.Ingress, "front"), out("front", "back", tcp(80)))),
			providers.SameNode:  overAdmits(oneSubnet(shop(deny(model.Ingress, "back")))),
			providers.AdminDeny: exactly(adminDeny), providers.AdminPass: exactly(adminPass), providers.AdminAccept: exactly(adminAccept),
			providers.DomainNames: noNames,
		},
	}
}

// TestLimits: every cell of the support matrix has a proof of its fit.
func TestLimits(t *testing.T) {
	all := proofs()
	for _, enforcer := range aws.New(aws.Options{}).Limits().Enforcers {
		for _, feature := range providers.Features() {
			t.Run(enforcer.Name+"/"+string(feature), func(t *testing.T) {
				cell, ok := enforcer.Cells[feature]
				if !ok {
					t.Fatal("the matrix has no such cell")
				}
				if cell.Fit != providers.Precise && cell.Why == "" {
					t.Error("nothing says what is lost")
				}
				all[enforcer.Name][feature].check(t, cell.Fit)
			})
		}
	}
}

func (p proof) check(t *testing.T, fit providers.Fit) {
	options := aws.Options{NACLEntries: 40}
	switch {
	case p.exact != nil:
		if fit != providers.Precise {
			t.Errorf("the cell says %v, the proof says exact", fit)
		}
		e := p.exact.encode(t, options)
		e.mustBeExact(t)
		for _, f := range e.findings {
			if f.Grade != 0 {
				t.Errorf("unexpected loss: %v", f)
			}
		}
	case p.loss != nil:
		if fit == providers.Precise {
			t.Error("the cell says exact, the proof is a loss")
		}
		f := p.loss.encode(t, options).finding(p.code)
		if f == nil || f.Grade != model.Wider || f.Affects.IsEmpty() {
			t.Errorf("no loss %s: %v", p.code, f)
		}
	case p.opens != nil:
		if fit == providers.Precise {
			t.Error("the cell says exact, the proof over-admits")
		}
		if p.opens.encode(t, options).aclOnly().Opened.IsEmpty() {
			t.Error("the ACLs alone are exact")
		}
	default:
		if p.words == "" || fit != providers.None {
			t.Error("no proof")
		}
	}
}
