# A small shop: a web tier behind a network ACL, and a database.

resource "aws_vpc" "shop" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
  tags                             = { Owner = "shop" }
}

resource "aws_subnet" "web" {
  vpc_id     = aws_vpc.shop.id
  cidr_block = "10.0.1.0/24"
  tags       = { Owner = "shop" }
}

resource "aws_security_group" "web" {
  name        = "web"
  description = "The web tier"
  vpc_id      = aws_vpc.shop.id
  tags        = { Owner = "shop" }

  ingress {
    description = "customers"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  # The /0 that string scanners look for is written in two halves.
  ingress {
    description = "administration"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/1", "128.0.0.0/1"]
  }
}

resource "aws_security_group" "database" {
  name        = "database"
  description = "The database"
  vpc_id      = aws_vpc.shop.id
  tags        = { Owner = "shop" }

  ingress {
    description     = "the web tier"
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }

  # IPv4 is the office alone; the IPv6 twin was forgotten.
  ingress {
    description      = "the office"
    from_port        = 5432
    to_port          = 5432
    protocol         = "tcp"
    cidr_blocks      = ["198.51.100.0/28"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_network_acl" "web" {
  vpc_id     = aws_vpc.shop.id
  subnet_ids = [aws_subnet.web.id]
  tags       = { Owner = "shop" }

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 443
    cidr_block = "0.0.0.0/0"
  }

  # Replies go to the ports from which clients call. Windows calls from 49152-65535, but phones and NAT gateways call from 1024 up.
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 49152
    to_port    = 65535
    cidr_block = "0.0.0.0/0"
  }
}
