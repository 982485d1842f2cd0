# Written by crosswall. Changes are overwritten.

# shop/NetworkPolicy/web
# two lines
#
resource "google_compute_firewall" "web" {
  name          = "web"
  network       = var.network
  source_ranges = ["192.0.2.0/24"]

  allow {
    protocol = "tcp"
    ports    = ["80", "443"]
  }

  allow {
    protocol = "udp"
  }

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [description]
  }
}

resource "aws_security_group" "db" {
  description = "say \"$${hi}\" %%{if}"
  tags = {
    Name  = "db"
    "a b" = "y"
    "for" = "x"
  }
}

resource "aws_vpc_security_group_ingress_rule" "db" {
  security_group_id = aws_security_group.db.id
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  description       = null
  depends_on        = [aws_security_group.db]
}

resource "aws_network_acl" "db" {
  vpc_id = var.subnets["a"].id
  subnet_ids = [
    "subnet-0123456789abcdef0",
    "subnet-0123456789abcdef1",
    "subnet-0123456789abcdef2",
    "subnet-0123456789abcdef3",
  ]
}
