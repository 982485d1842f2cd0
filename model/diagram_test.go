package model

import (
	"net/netip"
	"runtime"
	"testing"
)

// TestPartsKeepLittle: a part of a region of many addresses does not keep what it was worked out in from being freed. An audit of a firewall with tens of
// thousands of addresses has a part for each.
func TestPartsKeepLittle(t *testing.T) {
	addrs := make([]netip.Addr, 5000)
	for i := range addrs {
		addrs[i] = netip.AddrFrom4([4]byte{20, byte(i >> 8), byte(i), 7})
	}
	from := func(at AddrSet) Region {
		return NewRegion(Box{Src: EndpointAt(Outside, at), Dst: AnyEndpoint(), Traffic: Traffic{AllTraffic()}})
	}
	whole := NewRegion(Box{Src: EndpointAt(Outside, Addrs(addrs...)), Dst: EndpointsOf("web"), Traffic: Traffic{Ports(TCP, 22, 22)}})
	most := whole.Subtract(from(Addrs(addrs[:10]...)))
	parts := make([]Region, 0, 400)
	before := heap()
	for _, a := range addrs[10:][:cap(parts)/2] {
		parts = append(parts, whole.Intersect(from(Addrs(a))), most.Subtract(most.Subtract(from(Addrs(a)))))
	}
	kept := (heap() - before) / len(parts)
	if kept > 20_000 { // what one is worked out in takes 200,000 bytes and more
		t.Errorf("%d bytes for a part with one address", kept)
	}
	for _, p := range parts {
		if !whole.Covers(p) || p.IsEmpty() {
			t.Fatal("it is not a part")
		}
	}
}

// heap returns how many bytes are in use.
func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
