# Written by crosswall. Changes are overwritten.

# shop/Deployment/back
resource "aws_security_group" "back" {
  name_prefix = "crosswall-back-"
  description = "Workloads of segment back"
  vpc_id      = var.vpc_id
  tags = {
    Name       = "back"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# NetworkPolicy shop/back
resource "aws_vpc_security_group_ingress_rule" "back_icmp-3-4_from_any_ipv4" {
  security_group_id = aws_security_group.back.id
  description       = "NetworkPolicy shop/back"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# tcp/8080 from front
# NetworkPolicy shop/back
resource "aws_vpc_security_group_ingress_rule" "back_tcp-8080_from_front" {
  security_group_id            = aws_security_group.back.id
  description                  = "NetworkPolicy shop/back"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  referenced_security_group_id = aws_security_group.front.id
}

# udp/53 from front
# NetworkPolicy shop/back
resource "aws_vpc_security_group_ingress_rule" "back_udp-53_from_front" {
  security_group_id            = aws_security_group.back.id
  description                  = "NetworkPolicy shop/back"
  ip_protocol                  = "udp"
  from_port                    = 53
  to_port                      = 53
  referenced_security_group_id = aws_security_group.front.id
}

# any to 0.0.0.0/0
# no policy isolates back for egress
resource "aws_vpc_security_group_egress_rule" "back_any_to_any_ipv4" {
  security_group_id = aws_security_group.back.id
  description       = "no policy isolates back for egress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any to ::/0
# no policy isolates back for egress
resource "aws_vpc_security_group_egress_rule" "back_any_to_any_ipv6" {
  security_group_id = aws_security_group.back.id
  description       = "no policy isolates back for egress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# shop/Deployment/data
resource "aws_security_group" "data" {
  name_prefix = "crosswall-data-"
  description = "Workloads of segment data"
  vpc_id      = var.vpc_id
  tags = {
    Name       = "data"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# any from 0.0.0.0/0
# no policy isolates data for ingress
resource "aws_vpc_security_group_ingress_rule" "data_any_from_any_ipv4" {
  security_group_id = aws_security_group.data.id
  description       = "no policy isolates data for ingress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any from ::/0
# no policy isolates data for ingress
resource "aws_vpc_security_group_ingress_rule" "data_any_from_any_ipv6" {
  security_group_id = aws_security_group.data.id
  description       = "no policy isolates data for ingress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# any to 0.0.0.0/0
# no policy isolates data for egress
resource "aws_vpc_security_group_egress_rule" "data_any_to_any_ipv4" {
  security_group_id = aws_security_group.data.id
  description       = "no policy isolates data for egress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any to ::/0
# no policy isolates data for egress
resource "aws_vpc_security_group_egress_rule" "data_any_to_any_ipv6" {
  security_group_id = aws_security_group.data.id
  description       = "no policy isolates data for egress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# shop/Deployment/front
resource "aws_security_group" "front" {
  name_prefix = "crosswall-front-"
  description = "Workloads of segment front"
  vpc_id      = var.vpc_id
  tags = {
    Name       = "front"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# any from 0.0.0.0/0
# no policy isolates front for ingress
resource "aws_vpc_security_group_ingress_rule" "front_any_from_any_ipv4" {
  security_group_id = aws_security_group.front.id
  description       = "no policy isolates front for ingress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any from ::/0
# no policy isolates front for ingress
resource "aws_vpc_security_group_ingress_rule" "front_any_from_any_ipv6" {
  security_group_id = aws_security_group.front.id
  description       = "no policy isolates front for ingress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# any to 0.0.0.0/0
# no policy isolates front for egress
resource "aws_vpc_security_group_egress_rule" "front_any_to_any_ipv4" {
  security_group_id = aws_security_group.front.id
  description       = "no policy isolates front for egress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any to ::/0
# no policy isolates front for egress
resource "aws_vpc_security_group_egress_rule" "front_any_to_any_ipv6" {
  security_group_id = aws_security_group.front.id
  description       = "no policy isolates front for egress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# subnet net-back
resource "aws_network_acl" "net-back" {
  vpc_id = var.vpc_id
  tags = {
    Name       = "net-back"
    managed-by = "crosswall"
  }
}

# any from 0.0.0.0/0
# return of no policy isolates back for egress
resource "aws_network_acl_rule" "net-back_in_any_from_any_ipv4" {
  network_acl_id = aws_network_acl.net-back.id
  rule_number    = 9985
  egress         = false
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

# any from ::/0
# return of no policy isolates back for egress
resource "aws_network_acl_rule" "net-back_in_any_from_any_ipv6" {
  network_acl_id  = aws_network_acl.net-back.id
  rule_number     = 3533
  egress          = false
  rule_action     = "allow"
  protocol        = "-1"
  ipv6_cidr_block = "::/0"
}

# any to 0.0.0.0/0
# no policy isolates back for egress
resource "aws_network_acl_rule" "net-back_out_any_to_any_ipv4" {
  network_acl_id = aws_network_acl.net-back.id
  rule_number    = 9813
  egress         = true
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

# any to ::/0
# no policy isolates back for egress
resource "aws_network_acl_rule" "net-back_out_any_to_any_ipv6" {
  network_acl_id  = aws_network_acl.net-back.id
  rule_number     = 436
  egress          = true
  rule_action     = "allow"
  protocol        = "-1"
  ipv6_cidr_block = "::/0"
}

resource "aws_network_acl_association" "net-back" {
  network_acl_id = aws_network_acl.net-back.id
  subnet_id      = "subnet-net-back"
  depends_on = [
    aws_network_acl_rule.net-back_in_any_from_any_ipv4,
    aws_network_acl_rule.net-back_in_any_from_any_ipv6,
    aws_network_acl_rule.net-back_out_any_to_any_ipv4,
    aws_network_acl_rule.net-back_out_any_to_any_ipv6,
  ]
}

# subnet net-data
resource "aws_network_acl" "net-data" {
  vpc_id = var.vpc_id
  tags = {
    Name       = "net-data"
    managed-by = "crosswall"
  }
}

# any from 0.0.0.0/0
# no policy isolates data for ingress
# return of no policy isolates data for egress
resource "aws_network_acl_rule" "net-data_in_any_from_any_ipv4" {
  network_acl_id = aws_network_acl.net-data.id
  rule_number    = 9985
  egress         = false
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

# any from ::/0
# no policy isolates data for ingress
# return of no policy isolates data for egress
resource "aws_network_acl_rule" "net-data_in_any_from_any_ipv6" {
  network_acl_id  = aws_network_acl.net-data.id
  rule_number     = 3533
  egress          = false
  rule_action     = "allow"
  protocol        = "-1"
  ipv6_cidr_block = "::/0"
}

# any to 0.0.0.0/0
# return of no policy isolates data for ingress
# no policy isolates data for egress
resource "aws_network_acl_rule" "net-data_out_any_to_any_ipv4" {
  network_acl_id = aws_network_acl.net-data.id
  rule_number    = 9813
  egress         = true
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

# any to ::/0
# return of no policy isolates data for ingress
# no policy isolates data for egress
resource "aws_network_acl_rule" "net-data_out_any_to_any_ipv6" {
  network_acl_id  = aws_network_acl.net-data.id
  rule_number     = 436
  egress          = true
  rule_action     = "allow"
  protocol        = "-1"
  ipv6_cidr_block = "::/0"
}

resource "aws_network_acl_association" "net-data" {
  network_acl_id = aws_network_acl.net-data.id
  subnet_id      = "subnet-net-data"
  depends_on = [
    aws_network_acl_rule.net-data_in_any_from_any_ipv4,
    aws_network_acl_rule.net-data_in_any_from_any_ipv6,
    aws_network_acl_rule.net-data_out_any_to_any_ipv4,
    aws_network_acl_rule.net-data_out_any_to_any_ipv6,
  ]
}

# subnet net-front
resource "aws_network_acl" "net-front" {
  vpc_id = var.vpc_id
  tags = {
    Name       = "net-front"
    managed-by = "crosswall"
  }
}

# any from 0.0.0.0/0
# no policy isolates front for ingress
# return of no policy isolates front for egress
resource "aws_network_acl_rule" "net-front_in_any_from_any_ipv4" {
  network_acl_id = aws_network_acl.net-front.id
  rule_number    = 9985
  egress         = false
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

# any from ::/0
# no policy isolates front for ingress
# return of no policy isolates front for egress
resource "aws_network_acl_rule" "net-front_in_any_from_any_ipv6" {
  network_acl_id  = aws_network_acl.net-front.id
  rule_number     = 3533
  egress          = false
  rule_action     = "allow"
  protocol        = "-1"
  ipv6_cidr_block = "::/0"
}

# any to 0.0.0.0/0
# return of no policy isolates front for ingress
# no policy isolates front for egress
resource "aws_network_acl_rule" "net-front_out_any_to_any_ipv4" {
  network_acl_id = aws_network_acl.net-front.id
  rule_number    = 9813
  egress         = true
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

# any to ::/0
# return of no policy isolates front for ingress
# no policy isolates front for egress
resource "aws_network_acl_rule" "net-front_out_any_to_any_ipv6" {
  network_acl_id  = aws_network_acl.net-front.id
  rule_number     = 436
  egress          = true
  rule_action     = "allow"
  protocol        = "-1"
  ipv6_cidr_block = "::/0"
}

resource "aws_network_acl_association" "net-front" {
  network_acl_id = aws_network_acl.net-front.id
  subnet_id      = "subnet-net-front"
  depends_on = [
    aws_network_acl_rule.net-front_in_any_from_any_ipv4,
    aws_network_acl_rule.net-front_in_any_from_any_ipv6,
    aws_network_acl_rule.net-front_out_any_to_any_ipv4,
    aws_network_acl_rule.net-front_out_any_to_any_ipv6,
  ]
}
