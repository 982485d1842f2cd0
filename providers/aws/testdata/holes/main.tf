# Written by crosswall. Changes are overwritten.

# shop/Deployment/b
resource "aws_security_group" "b" {
  name_prefix = "crosswall-b-"
  description = "Workloads of segment b"
  vpc_id      = var.vpc_id
  tags = {
    Name       = "b"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# tcp/80 from 192.0.2.0/32
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-0_32" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.0/32"
}

# tcp/80 from 192.0.2.2/31
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-2_31" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.2/31"
}

# tcp/80 from 192.0.2.4/30
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-4_30" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.4/30"
}

# tcp/80 from 192.0.2.8/29
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-8_29" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.8/29"
}

# tcp/80 from 192.0.2.16/28
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-16_28" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.16/28"
}

# tcp/80 from 192.0.2.32/27
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-32_27" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.32/27"
}

# tcp/80 from 192.0.2.64/29
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-64_29" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.64/29"
}

# tcp/80 from 192.0.2.72/30
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-72_30" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.72/30"
}

# tcp/80 from 192.0.2.76/32
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-76_32" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.76/32"
}

# tcp/80 from 192.0.2.78/31
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-78_31" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.78/31"
}

# tcp/80 from 192.0.2.80/28
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-80_28" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.80/28"
}

# tcp/80 from 192.0.2.96/27
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-96_27" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.96/27"
}

# tcp/80 from 192.0.2.128/25
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-80_from_192-0-2-128_25" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.0.2.128/25"
}

# tcp/443 from 2001:db8::/32
# NetworkPolicy shop/b
resource "aws_vpc_security_group_ingress_rule" "b_tcp-443_from_2001-db8--_32" {
  security_group_id = aws_security_group.b.id
  description       = "NetworkPolicy shop/b"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv6         = "2001:db8::/32"
}

# subnet net-b
resource "aws_network_acl" "net-b" {
  vpc_id = var.vpc_id
  tags = {
    Name       = "net-b"
    managed-by = "crosswall"
  }
}

# tcp/80 from 192.0.2.0/24
# NetworkPolicy shop/b
resource "aws_network_acl_rule" "net-b_in_tcp-80_from_192-0-2-0_24" {
  network_acl_id = aws_network_acl.net-b.id
  rule_number    = 29506
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 80
  to_port        = 80
  cidr_block     = "192.0.2.0/24"
  depends_on = [
    aws_network_acl_rule.net-b_in_tcp-80_from_192-0-2-1_32_deny,
    aws_network_acl_rule.net-b_in_tcp-80_from_192-0-2-77_32_deny,
  ]
}

# deny tcp/80 from 192.0.2.1/32
# no policy admits this: it is cut out of what later entries admit
resource "aws_network_acl_rule" "net-b_in_tcp-80_from_192-0-2-1_32_deny" {
  network_acl_id = aws_network_acl.net-b.id
  rule_number    = 28442
  egress         = false
  rule_action    = "deny"
  protocol       = "tcp"
  from_port      = 80
  to_port        = 80
  cidr_block     = "192.0.2.1/32"
}

# deny tcp/80 from 192.0.2.77/32
# no policy admits this: it is cut out of what later entries admit
resource "aws_network_acl_rule" "net-b_in_tcp-80_from_192-0-2-77_32_deny" {
  network_acl_id = aws_network_acl.net-b.id
  rule_number    = 7119
  egress         = false
  rule_action    = "deny"
  protocol       = "tcp"
  from_port      = 80
  to_port        = 80
  cidr_block     = "192.0.2.77/32"
}

# tcp/1024-65535 to 192.0.2.0/24
# return of NetworkPolicy shop/b
resource "aws_network_acl_rule" "net-b_out_tcp-1024-65535_to_192-0-2-0_24" {
  network_acl_id = aws_network_acl.net-b.id
  rule_number    = 29138
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "192.0.2.0/24"
  depends_on = [
    aws_network_acl_rule.net-b_out_tcp-1024-65535_to_192-0-2-1_32_deny,
    aws_network_acl_rule.net-b_out_tcp-1024-65535_to_192-0-2-77_32_deny,
  ]
}

# deny tcp/1024-65535 to 192.0.2.1/32
# no policy admits this: it is cut out of what later entries admit
resource "aws_network_acl_rule" "net-b_out_tcp-1024-65535_to_192-0-2-1_32_deny" {
  network_acl_id = aws_network_acl.net-b.id
  rule_number    = 26275
  egress         = true
  rule_action    = "deny"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "192.0.2.1/32"
}

# deny tcp/1024-65535 to 192.0.2.77/32
# no policy admits this: it is cut out of what later entries admit
resource "aws_network_acl_rule" "net-b_out_tcp-1024-65535_to_192-0-2-77_32_deny" {
  network_acl_id = aws_network_acl.net-b.id
  rule_number    = 3057
  egress         = true
  rule_action    = "deny"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "192.0.2.77/32"
}

resource "aws_network_acl_association" "net-b" {
  network_acl_id = aws_network_acl.net-b.id
  subnet_id      = "subnet-net-b"
  depends_on = [
    aws_network_acl_rule.net-b_in_tcp-80_from_192-0-2-0_24,
    aws_network_acl_rule.net-b_in_tcp-80_from_192-0-2-1_32_deny,
    aws_network_acl_rule.net-b_in_tcp-80_from_192-0-2-77_32_deny,
    aws_network_acl_rule.net-b_out_tcp-1024-65535_to_192-0-2-0_24,
    aws_network_acl_rule.net-b_out_tcp-1024-65535_to_192-0-2-1_32_deny,
    aws_network_acl_rule.net-b_out_tcp-1024-65535_to_192-0-2-77_32_deny,
  ]
}
