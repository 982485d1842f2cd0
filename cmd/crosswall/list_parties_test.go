package main

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// partyTerraform has stateful groups with and without known addresses, and a subnet under a stateless list.
const partyTerraform = `
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "app" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" {
  name   = "web"
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["10.0.0.0/8"]
  }
}
resource "aws_security_group" "db" {
  name = "db"
  ingress {
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5433
    security_groups = [aws_security_group.web.id]
    cidr_blocks     = ["10.0.1.0/25"]
  }
}
resource "aws_network_acl" "app" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.app.id]
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 6000
    cidr_block = "0.0.0.0/0"
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 32768
    to_port    = 65535
    cidr_block = "0.0.0.0/0"
  }
}
`

// A listing of what a cloud enforces holds a connection if and only if the policy admits it, addresses and source ports
// included (design: a connection passes when every layer admits the request, and every stateless one the reply).
func TestListingOfPartiesIsExact(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(partyTerraform), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := (&sourceOptions{}).readAny(context.Background(), silence(), []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	listed := admittedAmong(m, listOptions{self: true})
	const seed = 7
	rnd := rand.New(rand.NewPCG(seed, seed))
	verdicts := map[model.Verdict]int{}
	boxes := listedBoxes(listed.parties)
	for range 3000 {
		f := randomPartyFlow(rnd, m.Inventory)
		want := m.Policy.Explain(f, m.Inventory).Verdict
		verdicts[want]++
		if got := inListing(boxes, f); got != want {
			t.Fatalf("seed %d: %s: listed as %s, the policy says %s", seed, f, got, want)
		}
	}
	if verdicts[model.Allowed] < 100 || verdicts[model.Denied] < 100 {
		t.Errorf("the flows are lopsided: %v", verdicts)
	}
}

// randomPartyFlow is between two ends of the inventory, near the edges of the rules.
func randomPartyFlow(rnd *rand.Rand, inv model.Inventory) model.Flow {
	addrs := []string{"10.0.1.5", "10.0.1.200", "10.0.9.9", "10.200.0.1", "198.51.100.7", "2001:db8::5", "fd00::1"}
	end := func(outside bool) model.Endpoint {
		e := model.Endpoint{}
		if !outside {
			e.ID = inv.Members[rnd.IntN(len(inv.Members))].ID
		}
		for {
			e.Addr = netip.MustParseAddr(addrs[rnd.IntN(len(addrs))])
			if inv.Addrs(e.ID).Contains(e.Addr) {
				return e
			}
		}
	}
	for {
		outside := rnd.IntN(4)
		f := model.Flow{Src: end(outside == 0), Dst: end(outside == 1), Protocol: []model.Protocol{model.TCP, model.TCP, model.UDP}[rnd.IntN(3)],
			SrcPort: []uint16{1024, 32767, 32768, 65535}[rnd.IntN(4)], DstPort: []uint16{22, 443, 5432, 5433, 5434, 6001}[rnd.IntN(6)]}
		if f.Src.Addr.Is4() == f.Dst.Addr.Is4() && f.Src != f.Dst {
			return f
		}
	}
}

// listedBox is a connection of a listing.
type listedBox struct {
	region model.Region
	what   model.Verdict
}

// listedBoxes returns what the rows hold.
func listedBoxes(d *diff) []listedBox {
	var out []listedBox
	for _, e := range d.entries {
		what := model.Allowed
		if e.what == unknown {
			what = model.Undecided
		}
		services := e.traffic.services()
		for _, c := range d.pairs(e) {
			out = append(out, listedBox{model.NewRegion(model.Box{Src: model.EndpointAt(c.from.id, c.from.addrs),
				Dst: model.EndpointAt(c.to.id, c.to.addrs), Traffic: services}), what})
		}
	}
	return out
}

// inListing returns what a listing says of a connection.
func inListing(boxes []listedBox, f model.Flow) model.Verdict {
	for _, b := range boxes {
		if b.region.Contains(f) {
			return b.what
		}
	}
	return model.Denied
}
