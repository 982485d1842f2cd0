package checks_test

import (
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
)

// The packet of two entries that disagree is from elsewhere to the subnet that the ACL is on: it sees no other (Amazon VPC user guide, network ACLs).
func TestConflictingEntriesHaveAPacket(t *testing.T) {
	const source = `
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_network_acl" "a" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.s.id]
  ingress {
    rule_no    = 100
    action     = "deny"
    protocol   = "tcp"
    from_port  = 22
    to_port    = 80
    cidr_block = "10.0.0.0/16"
  }
  ingress {
    rule_no    = 110
    action     = "allow"
    protocol   = "tcp"
    from_port  = 80
    to_port    = 443
    cidr_block = "10.0.0.0/8"
  }
}
`
	s := audit.New(readingOf(t, txtar.File{Name: "main.tf", Data: []byte(source)}), audit.Defaults())
	subnet := model.MustPrefixes("10.0.0.0/24")
	n := 0
	for _, f := range audit.Run(s, checks.All()) {
		if f.Check != "SEM007" {
			continue
		}
		n++
		if f.Example == nil || !subnet.Contains(f.Example.Dst.Addr) || subnet.Contains(f.Example.Src.Addr) {
			t.Errorf("%s: %v", f.Summary, f.Example)
		}
	}
	if n != 1 {
		t.Errorf("%d findings", n)
	}
}

// Where rules name tags, the packet is from somebody who has the one to somebody who has the other.
func TestConflictingRulesOfTagsHaveAPacket(t *testing.T) {
	const source = `
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_firewall" "a" {
  name    = "a"
  network = google_compute_network.n.name
  allow {
    protocol = "tcp"
    ports    = ["80-90"]
  }
  source_tags = ["web"]
  target_tags = ["db"]
}
resource "google_compute_firewall" "b" {
  name     = "b"
  network  = google_compute_network.n.name
  priority = 900
  deny {
    protocol = "tcp"
    ports    = ["85-95"]
  }
  source_tags = ["web"]
}
`
	s := audit.New(readingOf(t, txtar.File{Name: "main.tf", Data: []byte(source)}), audit.Defaults())
	n := 0
	for _, f := range audit.Run(s, checks.All()) {
		if f.Check != "SEM007" {
			continue
		}
		if n++; f.Example == nil {
			t.Errorf("%s: no example", f.Summary)
			continue
		}
		from, to := s.Inventory.Resolve(model.Group("source-tag:web")).May, s.Inventory.Resolve(model.Group("tag:db")).May
		if e := f.Example; from.At(e.Src.ID).IsEmpty() || to.At(e.Dst.ID).IsEmpty() || e.DstPort < 85 || e.DstPort > 90 {
			t.Errorf("%s: %v", f.Summary, e)
		}
	}
	if n != 1 {
		t.Errorf("%d findings", n)
	}
}
