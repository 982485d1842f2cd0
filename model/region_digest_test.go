package model

import (
	"encoding/hex"
	"slices"
	"testing"
)

// TestDigestIsOfTheSet: it is that of the connections, not of how they came together, and others have another.
func TestDigestIsOfTheSet(t *testing.T) {
	g := newGen(t, 27)
	var all []Region
	for range 200 {
		all = append(all, g.region())
	}
	equal := 0
	for i, r := range all {
		boxes := r.Boxes()
		g.Shuffle(len(boxes), func(i, j int) { boxes[i], boxes[j] = boxes[j], boxes[i] })
		cut := g.region()
		for what, o := range map[string]Region{"its boxes, shuffled": NewRegion(boxes...), "its two parts": r.Subtract(cut).Union(r.Intersect(cut))} {
			if o.Digest() != r.Digest() {
				t.Fatalf("%v has another digest than %s", r.Boxes(), what)
			}
		}
		for _, o := range slices.Concat(all[:i], []Region{r.Subtract(cut), r.Union(cut), {}}) {
			if (o.Digest() == r.Digest()) != o.Equal(r) {
				t.Fatalf("equal %t, digests equal %t: %v and %v", o.Equal(r), o.Digest() == r.Digest(), r.Boxes(), o.Boxes())
			}
			if o.Equal(r) {
				equal++
			}
		}
	}
	if equal == 0 {
		t.Error("no two regions were equal; the test shows little")
	}
}

// TestDigestIsKept: what was written to a file by an earlier release is found again. A change here ends every baseline and every suppression by fingerprint.
func TestDigestIsKept(t *testing.T) {
	web := Box{Src: EndpointAt(Outside, MustPrefixes("0.0.0.0/0", "2001:db8::/32")), Dst: EndpointsOf("aws_security_group.web"), Traffic: Traffic{Ports(TCP, 22, 22), AllOf(ICMP)}}
	db := Box{Src: EndpointsAt(MustPrefixes("10.0.0.0/8")), Dst: EndpointsOf("b", "a"), Traffic: Traffic{PortsBetween(UDP, PortRange{1024, 65535}, PortRange{53, 53})}}
	for _, c := range []struct {
		region Region
		want   string
	}{
		{Region{}, "a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89"},
		{Everything(), "736722f22cbebd49059bbc5d24c1bf71acabcabc8a4ba8d3776392d54728dc91"},
		{NewRegion(web), "10ca2b4821a51103ab90bf44260206022ec13e87bd149476740de8515af19803"},
		{NewRegion(web, db), "f10090a0bd597e3e1e0c0e18b3877e8336d5af9c5fbc4d22840fe368437295b9"},
	} {
		sum := c.region.Digest()
		if got := hex.EncodeToString(sum[:]); got != c.want {
			t.Errorf("%v: %s, want %s", c.region.Boxes(), got, c.want)
		}
	}
}
