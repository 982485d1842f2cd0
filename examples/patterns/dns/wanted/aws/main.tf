# Written by crosswall. Changes are overwritten.

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

# any from 0.0.0.0/0
# no policy isolates demo-web for ingress
resource "aws_vpc_security_group_ingress_rule" "demo-web_any_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-web.id
  description       = "no policy isolates demo-web for ingress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any from ::/0
# no policy isolates demo-web for ingress
resource "aws_vpc_security_group_ingress_rule" "demo-web_any_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-web.id
  description       = "no policy isolates demo-web for ingress"
  ip_protocol       = "-1"
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

# tcp/53 to kube-system-coredns
# NetworkPolicy demo/dns
resource "aws_vpc_security_group_egress_rule" "demo-web_tcp-53_to_kube-system-coredns" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.demo-web.id
  description                  = "NetworkPolicy demo/dns"
  ip_protocol                  = "tcp"
  from_port                    = 53
  to_port                      = 53
  referenced_security_group_id = aws_security_group.kube-system-coredns.id
}

# udp/53 to kube-system-coredns
# NetworkPolicy demo/dns
resource "aws_vpc_security_group_egress_rule" "demo-web_udp-53_to_kube-system-coredns" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.demo-web.id
  description                  = "NetworkPolicy demo/dns"
  ip_protocol                  = "udp"
  from_port                    = 53
  to_port                      = 53
  referenced_security_group_id = aws_security_group.kube-system-coredns.id
}

# kube-system/Deployment/coredns
resource "aws_security_group" "kube-system-coredns" {
  region      = "eu-west-1"
  name_prefix = "crosswall-kube-system-coredns-"
  description = "Workloads of segment kube-system-coredns"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "kube-system-coredns"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# any from 0.0.0.0/0
# no policy isolates kube-system-coredns for ingress
resource "aws_vpc_security_group_ingress_rule" "kube-system-coredns_any_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.kube-system-coredns.id
  description       = "no policy isolates kube-system-coredns for ingress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any from ::/0
# no policy isolates kube-system-coredns for ingress
resource "aws_vpc_security_group_ingress_rule" "kube-system-coredns_any_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.kube-system-coredns.id
  description       = "no policy isolates kube-system-coredns for ingress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# any to 0.0.0.0/0
# no policy isolates kube-system-coredns for egress
resource "aws_vpc_security_group_egress_rule" "kube-system-coredns_any_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.kube-system-coredns.id
  description       = "no policy isolates kube-system-coredns for egress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any to ::/0
# no policy isolates kube-system-coredns for egress
resource "aws_vpc_security_group_egress_rule" "kube-system-coredns_any_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.kube-system-coredns.id
  description       = "no policy isolates kube-system-coredns for egress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# subnet system
resource "aws_network_acl" "system" {
  region = "eu-west-1"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "system"
    managed-by = "crosswall"
  }
}

# any from 0.0.0.0/0
# no policy isolates kube-system-coredns for ingress
# return of no policy isolates kube-system-coredns for egress
resource "aws_network_acl_rule" "system_in_any_from_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.system.id
  rule_number    = 9985
  egress         = false
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

# any to 0.0.0.0/0
# return of no policy isolates kube-system-coredns for ingress
# no policy isolates kube-system-coredns for egress
resource "aws_network_acl_rule" "system_out_any_to_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.system.id
  rule_number    = 9813
  egress         = true
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

resource "aws_network_acl_association" "system" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.system.id
  subnet_id      = "subnet-0bbbbbbbbbbbbbbbb"
  depends_on = [
    aws_network_acl_rule.system_in_any_from_any_ipv4,
    aws_network_acl_rule.system_out_any_to_any_ipv4,
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

# any from 0.0.0.0/0
# no policy isolates demo-web for ingress
resource "aws_network_acl_rule" "web_in_any_from_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 9985
  egress         = false
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

# any to 0.0.0.0/0
# return of no policy isolates demo-web for ingress
resource "aws_network_acl_rule" "web_out_any_to_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 9813
  egress         = true
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

resource "aws_network_acl_association" "web" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  subnet_id      = "subnet-0aaaaaaaaaaaaaaaa"
  depends_on = [
    aws_network_acl_rule.web_in_any_from_any_ipv4,
    aws_network_acl_rule.web_out_any_to_any_ipv4,
  ]
}
