# Written by crosswall. Changes are overwritten.

# demo/Deployment/api
resource "aws_security_group" "demo-api" {
  region      = "eu-west-1"
  name_prefix = "crosswall-demo-api-"
  description = "Workloads of segment demo-api"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "demo-api"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "demo-api_icmp-3-4_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-api.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# icmpv6 type 2 from ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "demo-api_icmpv6-2_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-api.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "demo-api_icmp-3-4_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-api.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# icmpv6 type 2 to ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "demo-api_icmpv6-2_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-api.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# demo/Deployment/web
resource "aws_security_group" "demo-web" {
  region      = "eu-west-1"
  name_prefix = "crosswall-demo-web-"
  description = "Workloads of segment demo-web"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "demo-web"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "demo-web_icmp-3-4_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-web.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# icmpv6 type 2 from ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "demo-web_icmpv6-2_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-web.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "demo-web_icmp-3-4_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-web.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# icmpv6 type 2 to ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "demo-web_icmpv6-2_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-web.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# subnet app
resource "aws_network_acl" "app" {
  region = "eu-west-1"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "app"
    managed-by = "crosswall"
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_network_acl_rule" "app_in_icmp-3-4_from_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.app.id
  rule_number    = 7117
  egress         = false
  rule_action    = "allow"
  protocol       = "icmp"
  icmp_type      = 3
  icmp_code      = 4
  cidr_block     = "0.0.0.0/0"
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_network_acl_rule" "app_out_icmp-3-4_to_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.app.id
  rule_number    = 1206
  egress         = true
  rule_action    = "allow"
  protocol       = "icmp"
  icmp_type      = 3
  icmp_code      = 4
  cidr_block     = "0.0.0.0/0"
}

resource "aws_network_acl_association" "app" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.app.id
  subnet_id      = "subnet-0bbbbbbbbbbbbbbbb"
  depends_on = [
    aws_network_acl_rule.app_in_icmp-3-4_from_any_ipv4,
    aws_network_acl_rule.app_out_icmp-3-4_to_any_ipv4,
  ]
}

# subnet web
resource "aws_network_acl" "web" {
  region = "eu-west-1"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "web"
    managed-by = "crosswall"
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_network_acl_rule" "web_in_icmp-3-4_from_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 7117
  egress         = false
  rule_action    = "allow"
  protocol       = "icmp"
  icmp_type      = 3
  icmp_code      = 4
  cidr_block     = "0.0.0.0/0"
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_network_acl_rule" "web_out_icmp-3-4_to_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 1206
  egress         = true
  rule_action    = "allow"
  protocol       = "icmp"
  icmp_type      = 3
  icmp_code      = 4
  cidr_block     = "0.0.0.0/0"
}

resource "aws_network_acl_association" "web" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  subnet_id      = "subnet-0aaaaaaaaaaaaaaaa"
  depends_on = [
    aws_network_acl_rule.web_in_icmp-3-4_from_any_ipv4,
    aws_network_acl_rule.web_out_icmp-3-4_to_any_ipv4,
  ]
}
