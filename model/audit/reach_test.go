package audit_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// TestExposed: how far SSH from everybody, which a security group lets in, gets.
func TestExposed(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(*testing.T, *estate)
		want string
	}{
		{"nothing has the group", func(*testing.T, *estate) {}, "latent"},
		{"it is not known what has the group", func(_ *testing.T, e *estate) { e.Estate.Firewalls[0].NotAll = "configuration does not say" }, "possible"},
		{"a public interface", func(_ *testing.T, e *estate) { e.face("eni", audit.Yes, "", "web") }, "effective eni"},
		{"an interface that is not public", func(_ *testing.T, e *estate) { e.face("eni", audit.No, "", "web") }, "latent"},
		{"an interface that may be public", func(_ *testing.T, e *estate) { e.face("eni", audit.Unknown, "", "web") }, "possible eni"},
		{"public by IPv6 alone, and rules by IPv4", func(_ *testing.T, e *estate) {
			e.face("eni", audit.Yes, "", "web").Public = model.MustPrefixes("2001:db8::7/128")
		}, "possible eni"},
		{"a public interface beside one that is not", func(_ *testing.T, e *estate) {
			e.face("inner", audit.No, "", "web")
			e.face("outer", audit.Yes, "", "web")
		}, "effective outer"},
		{"a network ACL that admits it", func(t *testing.T, e *estate) {
			e.acl(t, "acl", "subnet", "100 allow any from 0.0.0.0/0")
			e.member("subnet", "subnet")
			e.face("eni", audit.Yes, "subnet", "web")
		}, "effective eni"},
		{"a network ACL that refuses it", func(t *testing.T, e *estate) {
			e.acl(t, "acl", "subnet", "90 deny tcp/22 from 0.0.0.0/0", "100 allow any from 0.0.0.0/0")
			e.member("subnet", "subnet")
			e.face("eni", audit.Yes, "subnet", "web")
		}, "latent"},
		{"a network ACL that refuses it, of a subnet that is known by its addresses alone", func(t *testing.T, e *estate) {
			e.acl(t, "acl", "subnet", "90 deny tcp/22 from 0.0.0.0/0", "100 allow any from 0.0.0.0/0")
			e.member("")
			e.Inventory.Groups["subnet"] = model.At{Addrs: model.MustPrefixes("10.0.1.0/24")}
			e.face("eni", audit.Yes, "subnet", "web")
		}, "latent"},
		{"a network ACL that refuses the answers", func(t *testing.T, e *estate) {
			e.acl(t, "acl", "subnet", "100 allow tcp/22 from 0.0.0.0/0")
			e.member("subnet", "subnet")
			e.face("eni", audit.Yes, "subnet", "web")
		}, "effective eni"}, // from port 22, which whoever sends may choose
		{"a network ACL of another subnet", func(t *testing.T, e *estate) {
			e.acl(t, "acl", "other", "90 deny tcp/22 from 0.0.0.0/0")
			e.member("other", "other")
			e.face("eni", audit.Yes, "subnet", "web")
		}, "effective eni"},
		{"no route to the Internet", func(t *testing.T, e *estate) {
			e.acl(t, "acl", "subnet", "100 allow any from 0.0.0.0/0")
			e.member("subnet", "subnet")
			e.Estate.Subnets[0].Routed = audit.No
			e.face("eni", audit.Yes, "subnet", "web")
		}, "latent"},
		{"nobody knows who the interface is", func(_ *testing.T, e *estate) {
			e.face("eni", audit.Yes, "", "web").Addrs = model.MustPrefixes("10.9.9.9/32")
			e.Inventory.Members[0].Addrs = model.MustPrefixes("10.0.0.0/24")
		}, "possible eni"},
		{"public by IPv4 alone at an address that is not known", func(t *testing.T, e *estate) {
			e.face("eni", audit.Yes, "", "web").PublicIn = model.AllIPv4()
		}, "effective eni"},
		{"public by IPv6 alone at an address that is not known, and rules by IPv4", func(t *testing.T, e *estate) {
			e.face("eni", audit.Yes, "", "web").PublicIn = model.AllIPv6()
		}, "possible eni"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e estate
			e.group(t, "web", "allow tcp/22 from 0.0.0.0/0")
			e.member("web", "web")
			c.make(t, &e)
			s := e.subject()
			o := openingOf(t, s, "web")
			exposure, labels := s.Exposed(o, o.Open)
			if got := strings.TrimSpace(fmt.Sprint(exposure, " ", strings.Join(labels, " "))); got != c.want {
				t.Errorf("it is %s, not %s", got, c.want)
			}
		})
	}
}

// TestReached: what gets to an interface by its groups together, and which rules let it.
func TestReached(t *testing.T) {
	var e estate
	e.group(t, "web", "allow tcp/443 from 0.0.0.0/0")
	e.group(t, "ssh", "allow tcp/22 from 198.51.100.0/22", "allow tcp/23 from 0.0.0.0/0")
	e.acl(t, "acl", "subnet", "90 deny tcp/23 from 0.0.0.0/0", "100 allow any from 0.0.0.0/0")
	e.member("both", "web", "ssh")
	e.member("one", "web")
	e.member("subnet", "subnet")
	e.face("a", audit.Yes, "subnet", "web", "ssh")
	e.face("b", audit.Yes, "subnet", "web")
	e.face("c", audit.No, "subnet", "web", "ssh")
	s := e.subject()
	var got []string
	for _, r := range s.Reached() {
		got = append(got, string(r.Interface.Key)+": "+audit.TrafficOf(r.Open).String())
		for _, c := range r.AllCauses(r.Open) {
			got = append(got, c.Text)
		}
	}
	// Answers to port 23 of a client are refused, as the ACL has the same entries in both directions.
	want := []string{"a: tcp/22 from 0-22, tcp/22 from 24-65535, tcp/443 from 0-22, tcp/443 from 24-65535", "100: allow any from 0.0.0.0/0", "allow tcp/22 from 198.51.100.0/22", "allow tcp/443 from 0.0.0.0/0",
		"b: tcp/443 from 0-22, tcp/443 from 24-65535", "100: allow any from 0.0.0.0/0", "allow tcp/443 from 0.0.0.0/0"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("reached are\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestReachedIsPermitted holds what gets to interfaces of a random account against the policy as a whole.
func TestReachedIsPermitted(t *testing.T) {
	seed := rand.Uint64()
	reading := account(rand.New(rand.NewPCG(seed, 3)), 40, 12)
	s := audit.New(reading, audit.Defaults())
	inv := reading.Inventory
	inv.OutsideClientPorts = model.AllPorts()
	from := model.Box{Src: model.EndpointAt(model.Outside, audit.Internet()), Dst: model.AnyEndpoint(), Traffic: model.Traffic{model.AllTraffic()}}
	passes := reading.Policy.PermittedWithin(inv, model.NewRegion(from))
	if !passes.Unknown.IsEmpty() {
		t.Fatal("not everything is known")
	}
	reached := map[model.Identity]model.Region{}
	for _, r := range s.Reached() {
		reached[model.Identity(r.Interface.Key)] = r.Open
	}
	n := 0
	for _, x := range reading.Estate.Interfaces {
		id := model.Identity(x.Key)
		subnet, _ := s.Subnet(x.Subnets[0])
		var want []model.Box
		if x.IsPublic == audit.Yes && subnet.Routed != audit.No {
			for b := range passes.Allowed.All() {
				if to := b.Dst.At(id); !to.IsEmpty() {
					want = append(want, model.Box{Src: b.Src, Dst: model.EndpointAt(id, to), Traffic: b.Traffic})
				}
			}
		}
		if got := reached[id]; !got.Equal(model.NewRegion(want...)) {
			t.Errorf("seed %d: %s is reached by %v, not by %v", seed, id, got.Boxes(), model.NewRegion(want...).Boxes())
		}
		if len(want) > 0 {
			n++
		}
	}
	if n == 0 {
		t.Errorf("seed %d: nothing is reached", seed)
	}
}
