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

# tcp/80 from front
# NetworkPolicy shop/back
resource "aws_vpc_security_group_ingress_rule" "back_tcp-80_from_front" {
  security_group_id            = aws_security_group.back.id
  description                  = "NetworkPolicy shop/back"
  ip_protocol                  = "tcp"
  from_port                    = 80
  to_port                      = 80
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
