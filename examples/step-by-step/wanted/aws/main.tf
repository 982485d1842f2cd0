# Written by crosswall. Changes are overwritten.

# demo/Deployment/backend
resource "aws_security_group" "demo-backend" {
  region      = "eu-west-1"
  name_prefix = "crosswall-demo-backend-"
  description = "Workloads of segment demo-backend"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "demo-backend"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "demo-backend_icmp-3-4_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-backend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# icmpv6 type 2 from ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "demo-backend_icmpv6-2_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-backend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# tcp/9000 from demo-frontend
# NetworkPolicy demo/backend-ingress
resource "aws_vpc_security_group_ingress_rule" "demo-backend_tcp-9000_from_demo-frontend" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.demo-backend.id
  description                  = "NetworkPolicy demo/backend-ingress"
  ip_protocol                  = "tcp"
  from_port                    = 9000
  to_port                      = 9000
  referenced_security_group_id = aws_security_group.demo-frontend.id
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "demo-backend_icmp-3-4_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-backend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# icmpv6 type 2 to ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "demo-backend_icmpv6-2_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-backend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# demo/Deployment/frontend
resource "aws_security_group" "demo-frontend" {
  region      = "eu-west-1"
  name_prefix = "crosswall-demo-frontend-"
  description = "Workloads of segment demo-frontend"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "demo-frontend"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "demo-frontend_icmp-3-4_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-frontend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# icmpv6 type 2 from ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "demo-frontend_icmpv6-2_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-frontend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "demo-frontend_icmp-3-4_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-frontend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# icmpv6 type 2 to ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "demo-frontend_icmpv6-2_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-frontend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# tcp/9000 to demo-backend
# NetworkPolicy demo/frontend-egress
resource "aws_vpc_security_group_egress_rule" "demo-frontend_tcp-9000_to_demo-backend" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.demo-frontend.id
  description                  = "NetworkPolicy demo/frontend-egress"
  ip_protocol                  = "tcp"
  from_port                    = 9000
  to_port                      = 9000
  referenced_security_group_id = aws_security_group.demo-backend.id
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

# tcp/9000 from 10.1.1.0/24
# NetworkPolicy demo/frontend-egress
# NetworkPolicy demo/backend-ingress
resource "aws_network_acl_rule" "app_in_tcp-9000_from_10-1-1-0_24" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.app.id
  rule_number    = 13329
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 9000
  to_port        = 9000
  cidr_block     = "10.1.1.0/24"
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

# tcp/1024-65535 to 10.1.1.0/24
# return of NetworkPolicy demo/frontend-egress
# return of NetworkPolicy demo/backend-ingress
resource "aws_network_acl_rule" "app_out_tcp-1024-65535_to_10-1-1-0_24" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.app.id
  rule_number    = 22691
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "10.1.1.0/24"
}

resource "aws_network_acl_association" "app" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.app.id
  subnet_id      = "subnet-0bbbbbbbbbbbbbbbb"
  depends_on = [
    aws_network_acl_rule.app_in_icmp-3-4_from_any_ipv4,
    aws_network_acl_rule.app_in_tcp-9000_from_10-1-1-0_24,
    aws_network_acl_rule.app_out_icmp-3-4_to_any_ipv4,
    aws_network_acl_rule.app_out_tcp-1024-65535_to_10-1-1-0_24,
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

# tcp/1024-65535 from 10.1.2.0/24
# return of NetworkPolicy demo/frontend-egress
# return of NetworkPolicy demo/backend-ingress
resource "aws_network_acl_rule" "web_in_tcp-1024-65535_from_10-1-2-0_24" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 23143
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "10.1.2.0/24"
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

# tcp/9000 to 10.1.2.0/24
# NetworkPolicy demo/frontend-egress
# NetworkPolicy demo/backend-ingress
resource "aws_network_acl_rule" "web_out_tcp-9000_to_10-1-2-0_24" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 28112
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 9000
  to_port        = 9000
  cidr_block     = "10.1.2.0/24"
}

resource "aws_network_acl_association" "web" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  subnet_id      = "subnet-0aaaaaaaaaaaaaaaa"
  depends_on = [
    aws_network_acl_rule.web_in_icmp-3-4_from_any_ipv4,
    aws_network_acl_rule.web_in_tcp-1024-65535_from_10-1-2-0_24,
    aws_network_acl_rule.web_out_icmp-3-4_to_any_ipv4,
    aws_network_acl_rule.web_out_tcp-9000_to_10-1-2-0_24,
  ]
}
