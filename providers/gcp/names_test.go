package gcp

import (
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// TestNames wants names that Google Cloud takes (cloud semantics 7): [a-z]([-a-z0-9]*[a-z0-9])?
// of at most 63 bytes, unique in the project.
func TestNames(t *testing.T) {
	long := strings.Repeat("x", 50)
	w := newWorld(long+" 10.0.1.0/24", "b 10.0.2.0/24 tag=n", "c 10.0.3.0/24 tag=n", "d 10.0.4.0/24 sa=9.Web_Server@p.example").
		allow("in "+long+" from b", "tcp/80").allow("out "+long+" to b", "tcp/80").isolate("out b").isolate("in d").isolate("out d")
	for _, o := range []Options{{}, {Style: NetworkPolicy}} {
		if o.Style == NetworkPolicy {
			w.segs[1].Home.Group, w.segs[2].Home.Group = "tagValues/1", "tagValues/1"
		}
		seen := map[string]bool{}
		for _, r := range prove(t, o, w).out.Module.Resources {
			attr := "name"
			if r.Type == typePolicyRule {
				attr = "rule_name"
			}
			name, _ := r.Get(attr).AsString()
			if !validName(name) {
				t.Errorf("%s: %q is no name", o.Style, name)
			}
			if seen[r.Type+name] {
				t.Errorf("%s: %q is taken", o.Style, name)
			}
			seen[r.Type+name] = true
		}
	}
}

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{"a": true, "a-b1": true, strings.Repeat("a", 63): true, "": false, "-a": false, "a-": false,
		"1a": false, "A": false, "a_b": false, strings.Repeat("a", 64): false, "ä": false} {
		if validName(name) != want {
			t.Errorf("%q: %t", name, !want)
		}
	}
	if tag := newTag("shop-"); !validName(tag) || tag == newTag("shop") {
		t.Errorf("tag %q", tag)
	}
}

func TestNamePart(t *testing.T) {
	for in, want := range map[string]string{"shop-web": "shop-web", "web@p.example": "web", "tagValues/123": "tagvalues-123", "9x": "x9x",
		`var.secure_tags["a"]`: "var-secure-tags-a", "///": "x", strings.Repeat("a", 49) + "-b": strings.Repeat("a", 49)} {
		if got := namePart(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestHashCollision wants a name for each content even where hashes collide.
func TestHashCollision(t *testing.T) {
	taken := map[string]bool{"p-in-" + shortHash("x"): true}
	a := uniqueHash("p-in-", "x", taken)
	if b := uniqueHash("p-in-", "x", taken); a == b || a != "p-in-"+shortHash("x#1") || b != "p-in-"+shortHash("x#2") {
		t.Errorf("%s, %s", a, b)
	}
}

func TestClip(t *testing.T) {
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{{"short", 5, "short"}, {"longer", 5, "lo..."}, {"aäöü", 6, "aä..."}, {"aäöü", 5, "a..."}} {
		if got := clip(tt.in, tt.limit); got != tt.want {
			t.Errorf("clip(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}

// addressed is a module's resources by address, without what Terraform is to wait for.
func addressed(m terraform.Module) map[string]terraform.Resource {
	out := map[string]terraform.Resource{}
	for _, r := range m.Resources {
		r.Attrs = slices.DeleteFunc(slices.Clone(r.Attrs), func(a terraform.Attr) bool { return a.Name == "depends_on" })
		out[r.Address()] = r
	}
	return out
}

// TestStable wants that one more rule adds resources and leaves the others as they are,
// priorities too.
func TestStable(t *testing.T) {
	for _, o := range []Options{{}, {Style: NetworkPolicy}} {
		base := func() *world {
			return newWorld("a 10.0.1.0/24", "b 10.0.2.0/24").allow("in a from b", "tcp/80").allow("out b to a", "tcp/80").isolate("out a")
		}
		before := addressed(prove(t, o, base()).out.Module)
		after := addressed(prove(t, o, base().allow("in a from 192.0.2.0/24", "tcp/443")).out.Module)
		if len(after) != len(before)+1 {
			t.Errorf("%s: %d resources, then %d", o.Style, len(before), len(after))
		}
		for address, r := range before {
			now := after[address]
			if !slices.EqualFunc(r.Attrs, now.Attrs, func(a, b terraform.Attr) bool { return a.Name == b.Name && a.Value.Equal(b.Value) }) {
				t.Errorf("%s: %s has changed", o.Style, address)
			}
		}
	}
}

// TestNotes wants the policies behind a rule in its comment and description,
// without lines and places in them, which change with edits elsewhere, and one rule where two policies say the same.
func TestNotes(t *testing.T) {
	w := newWorld("a 10.0.1.0/24", "b 10.0.2.0/24").allow("in a from b", "tcp/80").allow("in a from b", "tcp/80")
	w.in[1].Origin = model.Origin{File: "other.yaml", Line: 99, Object: "NetworkPolicy shop/other", Path: "spec.ingress[0]"}
	p := prove(t, Options{}, w)
	i := slices.IndexFunc(p.out.Module.Resources, func(r terraform.Resource) bool { return strings.HasPrefix(r.Name, "a_in") })
	r := p.out.Module.Resources[i]
	if want := []string{"NetworkPolicy shop/a", "NetworkPolicy shop/other"}; !slices.Equal(r.Comment, want) {
		t.Errorf("comment %q", r.Comment)
	}
	if d, _ := r.Get("description").AsString(); d != "NetworkPolicy shop/a; NetworkPolicy shop/other [managed-by: crosswall]" {
		t.Errorf("description %q", d)
	}
}

// TestPriorityBands wants every allow before every deny, and all of them before
// GKE's own rules at 999 and 1000 (cloud semantics 10).
func TestPriorityBands(t *testing.T) {
	w := newWorld("a 10.0.1.0/24 tag=n", "b 10.0.2.0/24 tag=n").gke().allow("in a from b", "tcp/80").allow("out a to b", "tcp/80")
	last := map[bool]int64{}
	first := map[bool]int64{true: 1 << 40, false: 1 << 40}
	for _, r := range prove(t, Options{}, w).out.Module.Resources {
		n, _ := r.Get("priority").AsInt()
		allow := len(r.BlocksOf("allow")) > 0
		last[allow], first[allow] = max(last[allow], n), min(first[allow], n)
	}
	if last[true] >= first[false] || last[false] >= 999 {
		t.Errorf("allows to %d, denies from %d to %d", last[true], first[false], last[false])
	}

	w = newWorld("a 10.0.1.0/24", "b 10.0.2.0/24").allow("in a from b", "tcp/80").allow("out a to b", "tcp/80").isolate("in b")
	seen := map[int64]bool{}
	for _, r := range prove(t, Options{Style: NetworkPolicy}, w).out.Module.Resources {
		if r.Type != typePolicyRule {
			continue
		}
		n, _ := r.Get("priority").AsInt()
		action, _ := r.Get("action").AsString()
		if seen[n] || (action == "allow") != (n < denyFirst) {
			t.Errorf("%s at %d", action, n)
		}
		seen[n] = true
	}
}
